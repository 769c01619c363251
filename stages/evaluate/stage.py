"""evaluate: ROUGE and exact match of base and tuned model on the same test rows."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages.contract import In, Out
from stages.errors import DataError
from stages.evaluate import rouge
from stages.evaluate.bootstrap import mean_interval
from stages.evaluate.params import Evaluate
from stages.params import Seed
from stages.seeds import child

LIBRARIES = ("rouge-score", "numpy")
GRADE = "bitwise"
F1 = {name: f"{name}.f1" for name in rouge.METRICS}
Values = Mapping[str, NDArray[np.float64]]


def run(*, base: In, tuned: In, metrics: Out, plot: Out, evaluate: Evaluate, seed: Seed) -> None:
    """Score both prediction files and the paired difference.

    Raises :class:`~stages.errors.DataError` when they are not about the same rows.
    """
    rows = {"base": read_predictions(base), "tuned": read_predictions(tuned)}
    ids = {name: [row["row_id"] for row in found] for name, found in rows.items()}
    if ids["base"] != ids["tuned"]:
        raise DataError(
            f"{base} has {len(ids['base'])} rows, {tuned} has {len(ids['tuned'])}, not the same "
            "ones; run `dvc repro` so that both answer the same test split"
        )
    values = {name: values_of(found, evaluate) for name, found in rows.items()}
    report = {
        "base": summary(values["base"], evaluate, seed),
        "tuned": summary(values["tuned"], evaluate, seed),
        "delta": deltas(values["base"], values["tuned"], evaluate, seed),
        "by_task": by_task(rows["tuned"], values),
        "rows": len(ids["base"]),
        "tokenizer": evaluate.tokenizer,
        "signature": rouge.signature(evaluate.tokenizer, fold_tones=evaluate.fold_tones)
        + f"|ci=bootstrap{evaluate.resamples}@{evaluate.confidence}|seed={seed}",
    }
    metrics.write_text(json.dumps(report, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    write_plot(plot, report)


def read_predictions(path: Path) -> list[dict[str, Any]]:
    """The lines of a predictions file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def values_of(rows: Sequence[Mapping[str, Any]], evaluate: Evaluate) -> Values:
    """One value a row of every figure, e.g. ``rougeL.f1``: arrays of shape (rows,)."""
    references = [row["reference"] for row in rows]
    outputs = [row["output"] for row in rows]
    chosen = rouge.scorer(evaluate.tokenizer, fold_tones=evaluate.fold_tones)
    scores = rouge.score(references, outputs, chosen)
    values = {
        f"{name}.{part}": np.array([getattr(score, part) for score in scores[name]])
        for name in rouge.METRICS
        for part in ("precision", "recall", "f1")
    }
    matches = map(rouge.exact_match, references, outputs)
    values["exact_match"] = np.fromiter(matches, np.float64, len(rows))
    values["reference_loss"] = np.array([row["reference_loss"] for row in rows])
    return values


def interval(values: NDArray[np.float64], evaluate: Evaluate, seed: int) -> dict[str, float]:
    """``ci_low`` and ``ci_high`` of a mean."""
    low, high = mean_interval(
        values,
        resamples=evaluate.resamples,
        confidence=evaluate.confidence,
        seed=child(seed, "bootstrap"),
    )
    return {"ci_low": low, "ci_high": high}


def summary(values: Values, evaluate: Evaluate, seed: int) -> dict[str, Any]:
    """One model's figures: plain means, the interval of F1."""
    found: dict[str, Any] = {
        name: {part: float(values[f"{name}.{part}"].mean()) for part in
               ("precision", "recall", "f1")}
        | interval(values[F1[name]], evaluate, seed)
        for name in rouge.METRICS
    }  # fmt: skip
    found["exact_match"] = {"value": float(values["exact_match"].mean())} | interval(
        values["exact_match"], evaluate, seed
    )
    found["reference_loss"] = float(values["reference_loss"].mean())
    return found


def deltas(base: Values, tuned: Values, evaluate: Evaluate, seed: int) -> dict[str, Any]:
    """Tuned minus base, row by row, with paired intervals."""
    figures = {**F1, "exact_match": "exact_match"}
    found = {}
    for name, key in figures.items():
        difference = tuned[key] - base[key]
        part = "value" if name == "exact_match" else "f1"
        found[name] = {part: float(difference.mean())} | interval(difference, evaluate, seed)
    return found


def by_task(rows: Sequence[Mapping[str, Any]], values: Mapping[str, Values]) -> dict[str, Any]:
    """Figures of each task that the test rows name."""
    found = {}
    for task in sorted({row["task"] for row in rows}):
        chosen = np.array([row["task"] == task for row in rows])
        found[task] = {
            "rows": int(chosen.sum()),
            "base_rougeL": float(values["base"][F1["rougeL"]][chosen].mean()),
            "tuned_rougeL": float(values["tuned"][F1["rougeL"]][chosen].mean()),
            "tuned_exact_match": float(values["tuned"]["exact_match"][chosen].mean()),
        }
    return found


def write_plot(path: Path, report: Mapping[str, Any]) -> None:
    """F1 with its interval of both models, one line a metric and model."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["model", "metric", "f1", "ci_low", "ci_high"])
        for model in ("base", "tuned"):
            for name in rouge.METRICS:
                figures = report[model][name]
                writer.writerow([model, name, figures["f1"], figures["ci_low"], figures["ci_high"]])
