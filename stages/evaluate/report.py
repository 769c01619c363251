"""The content of ``metrics/evaluate.json``: figures of each model, differences, slices. Pure."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from stages.evaluate import compare, score
from stages.evaluate.bootstrap import (
    Estimate,
    Resampled,
    Statistic,
    difference,
    least,
    mean,
    ratio,
)
from stages.evaluate.copying import Copied
from stages.evaluate.params import Evaluate
from stages.evaluate.predictions import Prediction
from stages.evaluate.rouge import METRICS, PARTS
from stages.evaluate.score import Values
from stages.evaluate.slices import Slice, slices

MODELS = ("base", "tuned")


def document(
    rows: Mapping[str, Sequence[Prediction]],
    values: Mapping[str, Values],
    copies: Mapping[str, Copied],
    evaluate: Evaluate,
    seed: int,
) -> dict[str, Any]:
    """All figures but the signatures; ``rows`` and ``values`` by model, ``copies`` also by
    ``reference``."""
    parts = slices(
        rows["base"], values["base"]["reference_syllables"].tolist(), evaluate.length_bounds
    )
    columns = compare.columns_of(values) | compare.columns_of(
        {name: {"grams": c.grams, "copied": c.found} for name, c in copies.items()}
    )
    for part in parts:
        columns[part.column] = part.rows.astype(float)
        for model in MODELS:
            columns[f"{part.column}/{model}"] = part.rows * values[model][f"{compare.HEADLINE}.f1"]
    resampled = Resampled(
        columns, resamples=evaluate.resamples, confidence=evaluate.confidence, seed=seed
    )
    deltas = compare.deltas(resampled, *MODELS)
    return {
        **{
            model: summary(model, values[model], resampled)
            | score.distinct(rows[model])
            | {"worst_slice": worst(model, parts, values[model], resampled, evaluate)}
            for model in MODELS
        },
        "delta": {name: named(name, found) for name, found in deltas.items()},
        "verdict": compare.verdict(deltas[compare.HEADLINE]),
        "slices": sliced(parts, values, resampled, evaluate),
        "copying": {
            "ngram": evaluate.copy_ngram,
            "reference": figure(resampled.estimate(ratio("reference/copied", "reference/grams"))),
        },
        "rows": len(rows["base"]),
        "tokenizer": evaluate.tokenizer,
    }


def summary(model: str, values: Values, resampled: Resampled) -> dict[str, Any]:
    """One model's figures: plain means; ROUGE with the interval of F1."""
    found: dict[str, Any] = {}
    for name, statistic in compare.statistics(model).items():
        found[name] = named(name, resampled.estimate(statistic))
        if name in METRICS:
            found[name] |= {part: float(values[f"{name}.{part}"].mean()) for part in PARTS}
    loss = resampled.estimate(ratio(f"{model}/loss", f"{model}/tokens"))
    found["perplexity"] = figure(exponential(loss))
    found["copying"] = figure(resampled.estimate(ratio(f"{model}/copied", f"{model}/grams")))
    return found


def sliced(
    parts: Sequence[Slice], values: Mapping[str, Values], resampled: Resampled, evaluate: Evaluate
) -> dict[str, Any]:
    """Kind → name → rows, ROUGE-L F1 of both models, their difference, exact matches."""
    found: dict[str, Any] = {}
    for part in parts:
        base, tuned = (within(part, model) for model in MODELS)
        count = int(part.rows.sum())
        found.setdefault(part.kind, {})[part.name] = {
            "rows": count,
            "small": count < evaluate.small_slice,
            "base_rougeL": float(values["base"]["rougeL.f1"][part.rows].mean()),
            "tuned_rougeL": float(values["tuned"]["rougeL.f1"][part.rows].mean()),
            "delta_rougeL": figure(resampled.estimate(difference(base, tuned))),
            "base_exact_match": float(values["base"]["exact_match"][part.rows].mean()),
            "tuned_exact_match": float(values["tuned"]["exact_match"][part.rows].mean()),
        }
    return found


def within(part: Slice, model: str) -> Statistic:
    """A model's mean ROUGE-L F1 in a slice."""
    return ratio(f"{part.column}/{model}", part.column)


def worst(
    model: str, parts: Sequence[Slice], values: Values, resampled: Resampled, evaluate: Evaluate
) -> dict[str, Any] | None:
    """The slice, small ones aside, with the lowest ROUGE-L F1, and how far it is below the mean of
    all rows; None when all slices are small or hold everything.

    Each resample picks its own lowest slice, so the interval holds for the gap of whichever slice
    is the worst, with the luck of being picked in it.
    """
    scores = values[f"{compare.HEADLINE}.f1"]
    judged = [part for part in parts if evaluate.small_slice <= part.rows.sum() < len(part.rows)]
    if not judged:
        return None
    lowest = min(judged, key=lambda part: (scores[part.rows].mean(), part.column))
    whole = mean(f"{model}/{compare.HEADLINE}.f1")
    bottom = least([within(part, model) for part in judged])
    return {
        "kind": lowest.kind,
        "name": lowest.name,
        "rows": int(lowest.rows.sum()),
        "gap": figure(resampled.estimate(difference(bottom, whole))),
    }


def named(name: str, estimate: Estimate) -> dict[str, float | None]:
    """A figure's value under its key: ``f1`` for ROUGE, else ``value``."""
    return figure(estimate, "f1" if name in METRICS else "value")


def figure(estimate: Estimate, key: str = "value") -> dict[str, float | None]:
    """An estimate as JSON."""
    return {key: estimate.value, "ci_low": estimate.low, "ci_high": estimate.high}


def exponential(estimate: Estimate) -> Estimate:
    """``e`` to the power of an estimate; None where that is no number any more."""
    ends = (estimate.value, estimate.low, estimate.high)
    return Estimate(*(None if e is None or e > 700 else math.exp(e) for e in ends))
