"""The section ``validate`` of params.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from stages.params import Section

Severity = Literal["critical", "warning"]
Share = Annotated[float, Field(ge=0, le=1)]


class Identity(Section):
    """Row ids set and unique, tasks set; kinds and roles those of the schema, contents not null."""

    severity: Severity


class Chars(Section):
    """Characters of a whole row, both ends included."""

    severity: Severity
    min: Annotated[int, Field(ge=0)]
    max: Annotated[int, Field(ge=1)]


class Patterns(Section):
    """What no row may hold: name → RE2 pattern."""

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


class Balance(Section):
    """Share of rows that the largest task may have."""

    severity: Severity
    max_share: Share


class Drift(Section):
    """How far from ``data/baseline.json`` the rows may be (see ``stages/validate/drift.py``)."""

    severity: Severity
    max_length_psi: Annotated[float, Field(ge=0)]
    max_source_shift: Share


class Validate(Section):
    """What must be true of the cleaned rows, and how bad it is if it is not."""

    identity: Identity
    chars: Chars
    leaks: Patterns
    placeholders: Patterns
    rows: Rows
    vietnamese: Vietnamese
    balance: Balance
    drift: Drift
