"""What validation found, check by check, with the limits: ``metrics/validate.json`` in words. Pure.

Checks of each row say how many rows break them; checks of all rows together (how many there are,
how far they have moved from ``data/baseline.json``) say what was observed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from pipeline.report import figures
from pipeline.report.content import Content, visible
from pipeline.report.figures import integer, mapping
from pipeline.report.messages import named, span

SHOWN = 100  # checks
PATTERNS = ("leak", "mark")  # columns leak_NAME and mark_NAME: a pattern of params.yaml
# Limits that the expectation's name alone tells.
SAID = {
    "expect_column_values_to_not_be_null": "check.limit.present",
    "expect_column_values_to_be_unique": "check.limit.unique",
}


@dataclass(frozen=True)
class Check:
    """One check: what it is about, the limit, what was seen, and GX's name of it."""

    name: Markup
    limit: Markup
    seen: Markup
    severity: Markup
    met: bool
    expectation: str


@dataclass(frozen=True)
class Checks:
    """What validation found: in one line, and check by check."""

    tone: str
    said: Markup
    rows: tuple[Check, ...]
    whole: tuple[Check, ...]


def checks(content: Content) -> Checks:
    """The validation's result."""
    found = content.metrics.get("validate")
    if found is None or not isinstance(found.get("success"), bool):
        return Checks("none", span("checks.none"), (), ())
    every = _lines(found.get("checks"))
    failed = _lines(found.get("failed"))
    total = integer(found.get("expectations")) or len(every)
    broken = sum(not _met(line) for line in every) if every else len(failed)
    if not found["success"]:
        tone, said = "bad", span("checks.failed", failed=broken, n=total)
    elif broken:
        tone, said = "warn", span("checks.warned", failed=broken, n=total)
    else:
        tone, said = "good", span("checks.passed", n=total)
    lines = (every or failed)[:SHOWN]
    whole = [line for line in lines if line.get("observed") is not None]
    rows = [line for line in lines if line.get("observed") is None]
    return Checks(tone, said, tuple(map(_of_rows, rows)), tuple(map(_of_all, whole)))


def _lines(found: Any) -> list[Mapping[str, Any]]:
    return [x for x in found if isinstance(x, Mapping)] if isinstance(found, list) else []


def _met(line: Mapping[str, Any]) -> bool:
    return line.get("success") is True


def _of_rows(line: Mapping[str, Any]) -> Check:
    return _check(line, number(line.get("unexpected_count")))


def _of_all(line: Mapping[str, Any]) -> Check:
    return _check(line, number(line.get("observed")))


def _check(line: Mapping[str, Any], seen: Markup) -> Check:
    return Check(
        name=name(str(line.get("column") or "")),
        limit=limit(str(line.get("expectation")), mapping(line.get("limits"))),
        seen=seen,
        severity=named("severity", str(line.get("severity"))),
        met=_met(line),
        expectation=visible(str(line.get("expectation")))[:200],
    )


def name(column: str) -> Markup:
    """What a check is about, by its column; none is the number of rows."""
    if not column:
        return span("check.rows")
    for prefix in PATTERNS:
        if column.startswith(f"{prefix}_"):
            return span(f"check.{prefix}", name=column.removeprefix(f"{prefix}_")[:200])
    return named("check", column[:200])


def limit(expectation: str, limits: Mapping[str, Any]) -> Markup:
    """The values that are allowed."""
    if expectation in SAID:
        return span(SAID[expectation])
    low, high = (limits.get(key) for key in ("min_value", "max_value"))
    if low is not None and high is not None:
        return Markup("{}\u00a0– {}").format(number(low), number(high))
    if low is not None:
        return Markup("≥\u00a0{}").format(number(low))
    if high is not None:
        return Markup("≤\u00a0{}").format(number(high))
    given = [x for found in limits.values() for x in (found if isinstance(found, list) else ())]
    return escape(visible(", ".join(map(str, given)))[:200] or figures.NONE)


def number(value: Any) -> Markup:
    """A figure as people read it: a whole one without decimals, others with three."""
    found = figures.number(value)
    if found is None:
        return escape(visible(figures.NONE if value is None else str(value))[:200])
    if found == int(found):
        return span("value.n", value=int(found))
    return span("value.3", value=found)
