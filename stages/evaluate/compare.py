"""Two models on the same test rows: figures of each, differences, and which one is better.

The verdict follows the interval of the paired difference of ROUGE-L F1: it is ``better`` or
``worse`` only when the whole interval lies on one side of zero, else ``undecided``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stages.evaluate.bootstrap import Estimate, Resampled, Statistic, difference, mean, ratio
from stages.evaluate.params import Evaluate
from stages.evaluate.predictions import Prediction, require_same_rows
from stages.evaluate.rouge import METRICS
from stages.evaluate.score import Values, values_of

HEADLINE = "rougeL"
MEANS = ("exact_match", "chrf", "repetition", "empty", "cut_off")
RATIOS = {
    "reference_loss": ("loss", "tokens"),  # nats per token
    "length_ratio": ("output_syllables", "reference_syllables"),
}


@dataclass(frozen=True)
class Comparison:
    """Second model minus first: figure → paired estimate; and what follows for the second."""

    deltas: Mapping[str, Estimate]
    verdict: str
    rows: int


def compare(
    first: Sequence[Prediction],
    second: Sequence[Prediction],
    evaluate: Evaluate,
    *,
    seed: int,
    processes: int = 1,
) -> Comparison:
    """Compare two models' predictions.

    Raises :class:`~stages.errors.DataError` when they are not about the same test rows.
    """
    require_same_rows(first, second)
    both = {"first": first, "second": second}
    values = {name: values_of(rows, evaluate, processes) for name, rows in both.items()}
    resampled = Resampled(
        columns_of(values), resamples=evaluate.resamples, confidence=evaluate.confidence, seed=seed
    )
    found = deltas(resampled, "first", "second")
    return Comparison(found, verdict(found[HEADLINE]), len(first))


def statistics(model: str) -> dict[str, Statistic]:
    """Figure → its statistic over the columns ``model/…``; ROUGE by F1."""
    return {
        **{name: mean(f"{model}/{name}.f1") for name in METRICS},
        **{name: mean(f"{model}/{name}") for name in MEANS},
        **{name: ratio(f"{model}/{a}", f"{model}/{b}") for name, (a, b) in RATIOS.items()},
    }


def deltas(resampled: Resampled, first: str, second: str) -> dict[str, Estimate]:
    """Figure → the paired difference, second minus first."""
    ours, theirs = statistics(first), statistics(second)
    return {
        name: resampled.estimate(difference(statistic, theirs[name]))
        for name, statistic in ours.items()
    }


def verdict(delta: Estimate) -> str:
    """``better``, ``worse`` or ``undecided``, of the second model."""
    if delta.low is not None and delta.low > 0:
        return "better"
    if delta.high is not None and delta.high < 0:
        return "worse"
    return "undecided"


def columns_of(values: Mapping[str, Values]) -> Values:
    """Model → its columns, as one set of columns named ``model/column``."""
    return {f"{model}/{name}": v for model, found in values.items() for name, v in found.items()}
