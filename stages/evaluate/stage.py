"""evaluate: base and tuned model on the same test rows, with intervals, and where they fail.

``metrics/evaluate.json`` has the figures, ``metrics/rouge.csv`` those for a plot, and
``data/predictions/scores.jsonl`` what each output got, with the training rows it repeats.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from stages.contract import Event, In, Out, Table
from stages.evaluate import measures, predictions, rouge
from stages.evaluate.copying import Copied, Row, copied
from stages.evaluate.params import Evaluate
from stages.evaluate.predictions import Prediction
from stages.evaluate.report import document
from stages.evaluate.score import Values, values_of
from stages.params import Compute, Seed
from stages.rows import text_of
from stages.seeds import child
from stages.shards import read_tables

LIBRARIES = ("rouge-score", "sacrebleu", "numpy", "pyarrow", "rensa")
GRADE = "bitwise"
SENT = 1_000  # predictions in the table for a tracker
SENT_CHARACTERS = 2_000  # of each of its texts
SCORED = ("rouge1.f1", "rouge2.f1", "rougeL.f1", "rougeLsum.f1", "exact_match", "chrf")


def run(
    *, base: In, tuned: In, splits: In, metrics: Out, plot: Out, scores: Out,
    evaluate: Evaluate, seed: Seed, compute: Compute,
) -> Iterator[Event]:  # fmt: skip
    """Score both prediction files and the paired difference.

    Raises :class:`~stages.errors.DataError` when they are not about the same rows.
    """
    rows = {"base": predictions.read(base), "tuned": predictions.read(tuned)}
    predictions.require_same_rows(rows["base"], rows["tuned"])
    values = {name: values_of(found, evaluate, compute.workers) for name, found in rows.items()}
    texts = {**{m: [r.output for r in found] for m, found in rows.items()},
             "reference": [r.reference for r in rows["base"]]}  # fmt: skip
    groups = copied(list(texts.values()), training_rows(splits), evaluate.copy_ngram)
    copies = dict(zip(texts, groups, strict=True))
    report = document(rows, values, copies, evaluate, child(seed, "bootstrap"))
    report["signature"] = (
        rouge.signature(
            evaluate.tokenizer, fold_tones=evaluate.fold_tones, sentences=evaluate.sentences
        )
        + f"|ci=bootstrap{evaluate.resamples}@{evaluate.confidence}|seed={seed}"
    )
    report["chrf_signature"] = measures.chrf_signature()
    text = json.dumps(report, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    metrics.write_text(text + "\n", encoding="utf-8")
    write_plot(plot, report)
    scores.write_text("".join(score_lines(rows["base"], values, copies)), encoding="utf-8")
    yield table(rows, values)


def training_rows(splits: Path) -> Iterator[Row]:
    """The rows of the train split, one shard in memory at a time."""
    for _, found in read_tables(splits, "train", ["row_id", "messages"]):
        for row in found.to_pylist():
            yield Row(row["row_id"], text_of(row["messages"]))


def score_lines(
    rows: Sequence[Prediction], values: Mapping[str, Values], copies: Mapping[str, Copied]
) -> Iterator[str]:
    """One JSON line a test row: what each model's output got, and whom it repeats."""
    for i, row in enumerate(rows):
        record: dict[str, Any] = {"row_id": row.row_id}
        for model, found in values.items():
            copy = copies[model]
            record[model] = {
                **{name.removesuffix(".f1"): float(found[name][i]) for name in SCORED},
                "copied": float(copy.found[i] / copy.grams[i]) if copy.grams[i] else 0.0,
                "copied_from": copy.rows[i],
            }
        yield json.dumps(record) + "\n"


def write_plot(path: Path, report: Mapping[str, Any]) -> None:
    """F1 with its interval of both models, one line a metric and model."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["model", "metric", "f1", "ci_low", "ci_high"])
        for model in ("base", "tuned"):
            for name in rouge.METRICS:
                figures = report[model][name]
                writer.writerow([model, name, figures["f1"], figures["ci_low"], figures["ci_high"]])


def table(rows: Mapping[str, Sequence[Prediction]], values: Mapping[str, Values]) -> Table:
    """The first predictions with their ROUGE-L, for a tracker to show."""
    scored = [values[model]["rougeL.f1"] for model in ("base", "tuned")]
    return Table(
        "predictions",
        ("row_id", "task", "prompt", "reference", "base", "tuned", "base_rougeL", "tuned_rougeL"),
        tuple(
            (
                base.row_id, base.task,
                *(t[:SENT_CHARACTERS] for t in (base.prompt, base.reference, base.output,
                                                tuned.output)),
                *(float(found[i]) for found in scored),
            )
            for i, (base, tuned) in enumerate(
                zip(rows["base"][:SENT], rows["tuned"][:SENT], strict=True)
            )
        ),
    )  # fmt: skip
