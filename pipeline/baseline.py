"""``data/baseline.json``: what the cleaned rows looked like when they were last found right.

It is made from ``data/clean`` as it stands, and says the same for the same rows: JSON with its keys
in order, no time and no path.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from stages import shards
from stages.contract import remove
from stages.errors import InputError
from stages.validate.drift import Profile, psi, shift
from stages.validate.frame import measured
from stages.validate.stage import frame_of, profile_of, read_baseline

ROWS, BASELINE = Path("data/clean"), Path("data/baseline.json")


@dataclass(frozen=True)
class Drift:
    """How far the rows are from the baseline; None where there is no baseline to compare with."""

    rows: int
    rows_then: int | None
    length_psi: float | None
    source_shift: float | None


def current() -> Profile:
    """The profile of data/clean. Raises :class:`InputError` if it is not there."""
    if not ROWS.is_dir():
        raise InputError(f"{ROWS} does not exist; run `dvc repro clean`, then try again")
    tables = shards.read_tables(ROWS, "rows")
    return profile_of(frame_of((shard, measured(table, {})) for shard, table in tables))


def drift(now: Profile) -> Drift:
    """What is different from the baseline that stands there."""
    try:
        then = read_baseline(BASELINE)
    except InputError:
        return Drift(now.rows, None, None, None)
    lengths, sources = psi(now.chars, then.chars), shift(now.sources, then.sources)
    return Drift(now.rows, then.rows, round(lengths, 4), round(sources, 4))


def write(profile: Profile) -> None:
    """Make ``profile`` the baseline, in one move."""
    partial = BASELINE.with_suffix(".partial")
    try:
        text = json.dumps(profile.document(), indent=2, ensure_ascii=False)
        partial.write_text(text + "\n", encoding="utf-8")
        partial.replace(BASELINE)
    finally:
        remove(partial)
