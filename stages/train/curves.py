"""What a training tells: the curve as CSV, its figures as JSON, its steps as events. Pure.

An entry of the curve is one optimizer step: ``number, loss, learning_rate, grad_norm, units,
tokens``, the method's measures, and with an epoch's last step ``eval_loss`` and ``eval_MEASURE``.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from stages.contract import Event, Progress, Scalars

ENDS = 10  # optimizer steps averaged for loss_first and loss_last
NOT_CURVES = ("number", "units", "tokens")

Entry = Mapping[str, Any]


def events(entry: Entry, total: int, pace: Mapping[str, float]) -> Iterator[Event]:
    """What the runner shows and tracks of a step; ``pace`` is of this run alone."""
    values = {name: value for name, value in entry.items() if name not in NOT_CURVES}
    yield Scalars(entry["number"], {**values, **pace})
    yield Progress(entry["number"], total, "steps")


def write(path: Path, entries: Sequence[Entry], measures: Sequence[str]) -> None:
    """One line a step; what was measured on the valid split is blank in between."""
    held_out = ["eval_loss", *(f"eval_{name}" for name in measures)]
    columns = ["loss", "learning_rate", "grad_norm", *measures, *held_out]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["step", *columns])
        for entry in entries:
            writer.writerow([entry["number"], *(entry.get(name, "") for name in columns)])


def report(
    before: Mapping[str, float], entries: Sequence[Entry], trainable: int, total: int, *, grade: str
) -> dict[str, Any]:
    """``metrics/train.json``; the first and last loss are means over ten optimizer steps.

    ``before`` holds the same means over the valid split as each epoch's last entry.
    """
    losses = [entry["loss"] for entry in entries]
    last = next((entry for entry in reversed(entries) if "eval_loss" in entry), {})
    return {
        "loss_first": sum(losses[:ENDS]) / len(losses[:ENDS]),
        "loss_last": sum(losses[-ENDS:]) / len(losses[-ENDS:]),
        **{name: value for name, value in last.items() if name.startswith("eval_")},
        "before": dict(before),
        "steps": len(entries),
        "tokens": sum(entry["tokens"] for entry in entries),
        "supervised_tokens": sum(entry["units"] for entry in entries),
        "trainable_params": trainable,
        "trainable_fraction": trainable / total,
        "grade": grade,
    }
