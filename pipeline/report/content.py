"""What there is to report: metrics, curves and attestations, as found.

Nothing is computed here but sums, and nothing is needed: what is missing is named. Figures whose
metrics file is not the attested one are marked, but artifacts are not hashed again (``tinh audit
verify`` does that), so a report takes a second however large the model is.
"""

import csv
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.audit.attestations import Evidence, Statement
from stages.params import ROOMS

METRICS = Path("metrics")
CURVE = METRICS / "train_curve.csv"
PREDICTIONS = {
    "base": Path("data/predictions/base.jsonl"),
    "tuned": Path("data/predictions/tuned.jsonl"),
}
STAGES = tuple(
    name
    for room in ROOMS
    for name in ([f"{room}@base", f"{room}@tuned"] if room == "generate" else [room])
)
MEASURED = ("ingest", "clean", "validate", "split", "tokenize", "train", "merge", "evaluate")
ROUGE = {"rouge1": "ROUGE-1", "rouge2": "ROUGE-2", "rougeL": "ROUGE-L", "rougeLsum": "ROUGE-Lsum"}
HEADLINE = "rougeL"


@dataclass(frozen=True)
class Point:
    """One optimizer step of the curve; None for what was not measured."""

    step: int
    loss: float
    eval_loss: float | None
    learning_rate: float | None = None
    grad_norm: float | None = None


@dataclass(frozen=True)
class Content:
    """Everything a report shows. ``metrics``: stage → its figures, only those that are there."""

    metrics: Mapping[str, Mapping[str, Any]]
    curve: tuple[Point, ...]
    statements: Mapping[str, Statement]
    missing: tuple[str, ...]
    unattested: tuple[str, ...]

    @property
    def name(self) -> str:
        """The model's name: its base's, with what was done to it."""
        base = self.base.get("name")
        return f"{base}-tinh" if base else "tinh-model"

    @property
    def base(self) -> Mapping[str, Any]:
        """The section ``model`` that the base was made with; empty when it is not attested."""
        statement = self.statements.get("base")
        found = statement.params.get("model") if statement else None
        return found if isinstance(found, Mapping) else {}


def collect() -> Content:
    """Read what lies in the project's folder."""
    evidence = Evidence()
    statements = {s: found for s in STAGES if (found := evidence.current(s)) is not None}
    metrics, missing, unattested = {}, [], []
    for stage in MEASURED:
        path = METRICS / f"{stage}.json"
        figures = _json(path)
        if figures is None:
            missing.append(path.as_posix())
            continue
        metrics[stage] = figures
        if not _attested(path, statements.get(stage)):
            unattested.append(path.as_posix())
    curve = read_curve(CURVE)
    missing += [p.as_posix() for p in (CURVE, *PREDICTIONS.values()) if not p.is_file()]
    missing += [f"lineage/{stage}.json" for stage in STAGES if stage not in statements]
    return Content(metrics, curve, statements, tuple(missing), tuple(unattested))


def _json(path: Path) -> dict[str, Any] | None:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def _attested(path: Path, statement: Statement | None) -> bool:
    if statement is None:
        return False
    here = hashlib.sha256(path.read_bytes()).hexdigest()
    return statement.subjects.get(path.as_posix(), {}).get("sha256") == here


def read_curve(path: Path) -> tuple[Point, ...]:
    """The training curve; lines that are no numbers are left out, no file gives none."""
    if not path.is_file():
        return ()
    points = []
    with path.open(newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            step, loss = _number(line.get("step")), _number(line.get("loss"))
            if step is not None and loss is not None:
                names = ("eval_loss", "learning_rate", "grad_norm")
                points.append(Point(int(step), loss, *(_number(line.get(n)) for n in names)))
    return tuple(points)


def _number(text: Any) -> float | None:
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


def visible(text: str) -> str:
    """``text`` with each character that has no shape of its own shown as U+FFFD.

    Control characters break a page; direction marks make it read otherwise than it is.
    """
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)
