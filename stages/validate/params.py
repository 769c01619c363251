"""The section ``validate`` of params.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from stages.params import Section

Severity = Literal["critical", "warning"]
Share = Annotated[float, Field(ge=0, le=1)]


class Identity(Section):
    """Row ids set and unique, tasks set, messages there."""

    severity: Severity


class Chars(Section):
    """Characters of a whole row, both ends included."""

    severity: Severity
    min: Annotated[int, Field(ge=0)]
    max: Annotated[int, Field(ge=1)]


class Leaks(Section):
    """Personal data that no row may hold any more: name → RE2 pattern."""

    severity: Severity
    patterns: dict[str, str]


class Rows(Section):
    """Rows there must be, as a share of those in ``data/baseline.json``."""

    severity: Severity
    min_share: Annotated[float, Field(ge=0)]


class Vietnamese(Section):
    """Share of rows that hold a letter which only Vietnamese has."""

    severity: Severity
    min_share: Share


class Validate(Section):
    """What must be true of the cleaned rows, and how bad it is if it is not."""

    identity: Identity
    chars: Chars
    leaks: Leaks
    rows: Rows
    vietnamese: Vietnamese
