"""From metrics to the tables that the page, the model card and the summary share. Pure.

Metrics are files that anyone may have edited or written with an older version: a figure that is
not there, or is no number, is shown as such and stops nothing.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.report.content import HEADLINE, ROUGE, Content

NONE = "–"


@dataclass(frozen=True)
class PathRow:
    """One stage of the rows' path: how many came in, were kept, and were dropped, by reason."""

    stage: str
    came_in: int | None
    kept: int | None
    dropped: Mapping[str, int]
    note: str


@dataclass(frozen=True)
class Score:
    """One figure of base and tuned, and their paired difference: (value, low, high) each."""

    name: str
    base: "Interval"
    tuned: "Interval"
    delta: "Interval"


@dataclass(frozen=True)
class Interval:
    """A mean with its interval; None where it was not measured."""

    value: float | None
    low: float | None
    high: float | None

    def text(self, signed: bool = False) -> str:
        """``0.812 [0.790, 0.834]``, a dash when there is none."""
        if self.value is None:
            return NONE
        mean = f"{self.value:+.3f}" if signed else f"{self.value:.3f}"
        if self.low is None or self.high is None:
            return mean
        low, high = (f"{x:+.3f}" if signed else f"{x:.3f}" for x in (self.low, self.high))
        return f"{mean} [{low}, {high}]"


@dataclass(frozen=True)
class Slice:
    """ROUGE-L F1 of base and tuned on the rows of one task, source or length."""

    kind: str
    name: str
    rows: int | None
    small: bool
    base: float | None
    tuned: float | None
    delta: Interval


def rows_path(content: Content) -> list[PathRow]:
    """The rows' path, a line a stage that has run."""
    m = content.metrics
    found = []
    if "ingest" in m:
        reasons = {**counts(m["ingest"].get("by_reason"))}
        if forgotten := integer(m["ingest"].get("forgotten")):
            reasons["forgotten"] = forgotten
        records, rows = integer(m["ingest"].get("records")), integer(m["ingest"].get("rows"))
        found.append(PathRow("ingest", records, rows, reasons, ""))
    if "clean" in m:
        came_in, kept = integer(m["clean"].get("rows_in")), integer(m["clean"].get("rows_out"))
        note = listed(counts(m["clean"].get("changed_by_rule")))
        note = f"changed: {note}" if note else ""
        found.append(PathRow("clean", came_in, kept, counts(m["clean"].get("by_reason")), note))
    if "split" in m:
        parts = {name: integer(m["split"].get(name)) or 0 for name in ("train", "valid", "test")}
        kept, near = sum(parts.values()), integer(m["split"].get("contaminated")) or 0
        dropped = {"near_test": near} if near else {}
        found.append(PathRow("split", kept + near, kept, dropped, listed(parts)))
    if "tokenize" in m:
        rows, lost = integer(m["tokenize"].get("rows")), {}
        for reason in ("masked", "rejected"):
            if number := integer(m["tokenize"].get(f"{reason}_rows")):
                lost[reason] = number
        came_in = None if rows is None else rows + sum(lost.values())
        truncated = integer(m["tokenize"].get("truncated_rows")) or 0
        note = f"{truncated:,} truncated" if truncated else "train and valid rows"
        found.append(PathRow("tokenize", came_in, rows, lost, note))
    return found


def scores(content: Content) -> list[Score]:
    """ROUGE and exact match; empty when nothing was evaluated."""
    figures = content.metrics.get("evaluate")
    if figures is None:
        return []
    found = []
    for key, name in {**ROUGE, "exact_match": "Exact match"}.items():
        part = "value" if key == "exact_match" else "f1"
        base, tuned, delta = (interval(figures, m, key, part) for m in ("base", "tuned", "delta"))
        if base.value is not None or tuned.value is not None:
            found.append(Score(name, base, tuned, delta))
    return found


def other_scores(content: Content) -> list[Score]:
    """What was measured beside ROUGE and exact match, in the order of the metrics file."""
    figures = content.metrics.get("evaluate", {})
    sides = {m: mapping(figures.get(m)) for m in ("base", "tuned", "delta")}
    names = [n for n in sides["tuned"] if n not in ROUGE and n != "exact_match"]
    found = []
    for name in names:
        base, tuned, delta = (measured(side.get(name)) for side in sides.values())
        if base.value is not None or tuned.value is not None:
            found.append(Score(name, base, tuned, delta))
    return found


def measured(value: Any) -> Interval:
    """A figure that is a number, or one with its interval."""
    if isinstance(value, Mapping):
        return Interval(*(number(value.get(k)) for k in ("value", "ci_low", "ci_high")))
    return Interval(number(value), None, None)


def slices(content: Content) -> list[Slice]:
    """The scores by task, source and length; those by task alone from older metrics."""
    figures = content.metrics.get("evaluate", {})
    kinds = mapping(figures.get("slices")) or {"task": figures.get("by_task")}
    return [
        Slice(
            kind=str(kind),
            name=str(name),
            rows=integer(mapping(part).get("rows")),
            small=mapping(part).get("small") is True,
            base=number(mapping(part).get("base_rougeL")),
            tuned=number(mapping(part).get("tuned_rougeL")),
            delta=measured(mapping(part).get("delta_rougeL")),
        )
        for kind, parts in kinds.items()
        for name, part in mapping(parts).items()
    ]


def interval(figures: Mapping[str, Any], model: str, key: str, part: str) -> Interval:
    """The figure ``figures[model][key]`` with its interval."""
    entry = mapping(mapping(figures.get(model)).get(key))
    return Interval(*(number(entry.get(k)) for k in (part, "ci_low", "ci_high")))


def verdict(content: Content) -> tuple[str, str]:
    """(tone, one sentence): ``good`` when the tuned model is better beyond doubt; else why not."""
    found = next((s for s in scores(content) if s.name == ROUGE[HEADLINE]), None)
    if found is None:
        return "unknown", "Not evaluated yet: run `dvc repro`."
    rows = integer(content.metrics["evaluate"].get("rows"))
    over = f" over {rows:,} test rows" if rows is not None else ""
    said = f"{found.name} F1 {found.base.text()} → {found.tuned.text()}{over}"
    delta = found.delta
    if delta.low is not None and delta.low > 0:
        return "good", f"The tuned model is better than its base: {said}."
    if delta.high is not None and delta.high < 0:
        return "bad", f"The tuned model is worse than its base: {said}."
    return "unknown", f"No difference from the base is proved: {said}."


def listed(values: Mapping[str, int]) -> str:
    """``exact 18, language 16``: most frequent first."""
    ordered = sorted(values.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {value:,}" for name, value in ordered)


def mapping(value: Any) -> Mapping[str, Any]:
    """``value`` if it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def counts(value: Any) -> dict[str, int]:
    """The whole numbers of a mapping reason → count, zero ones left out."""
    return {str(k): v for k, v in mapping(value).items() if integer(v)}


def integer(value: Any) -> int | None:
    """A whole number, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def number(value: Any) -> float | None:
    """A number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def flat(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Nested figures as dotted keys, in order."""
    found: list[tuple[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, Mapping):
            found += flat(value, f"{prefix}{key}.")
        else:
            found.append((f"{prefix}{key}", value))
    return found
