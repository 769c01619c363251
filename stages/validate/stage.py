"""Great Expectations over the cleaned rows; a failed critical expectation stops what follows.

    data/clean → measures of each row (validate/frame.py) → suite → Data Docs in data/validation
                                                                  → metrics/validate.json

``metrics/validate.json`` is canonical: the same for the same rows and parameters. Data Docs hold
times and random ids and are a by-product.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from stages import shards
from stages.contract import In, Out, remove
from stages.errors import DataError, InputError, ParamsError
from stages.validate.frame import measured
from stages.validate.params import Validate
from stages.validate.suite import CRITICAL, INDEX, Broken, check, expected_of

LIBRARIES = ("great-expectations", "numpy", "pandas", "pyarrow")
GRADE = "bitwise"

REPORT = Path("data/validation")
NAMED = 3  # rows that an error names


def run(*, rows: In, baseline: In, metrics: Out, validate: Validate) -> None:
    """Check the rows. Raises :class:`DataError` if a critical expectation is not met."""
    suite = expected_of(validate, baseline_rows(baseline))
    frame = frame_of(rows, validate.leaks.patterns)
    remove(REPORT)
    REPORT.mkdir(parents=True)
    broken = check(frame, suite, REPORT)
    for fault in broken:
        if fault.expected.severity == CRITICAL:
            raise DataError(refusal(fault, REPORT / INDEX))
    text = json.dumps(counted(len(suite), broken), indent=2, sort_keys=True, ensure_ascii=False)
    metrics.write_text(text + "\n", encoding="utf-8")


def baseline_rows(path: Path) -> int:
    """How many rows the baseline had. Raises :class:`InputError` if the file does not say."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f'{path} is no JSON ({error}); write {{"rows": N}} there') from None
    rows = value.get("rows") if isinstance(value, dict) else None
    if not isinstance(rows, int) or isinstance(rows, bool):
        raise InputError(f'{path} has no whole number "rows"; write {{"rows": N}} there')
    return rows


def frame_of(rows: Path, patterns: Mapping[str, str]) -> Any:
    """The measures of all rows as a pandas data frame. Raises :class:`ParamsError` for a pattern
    that is none."""
    try:
        parts = [
            measured(shards.with_lines(table, shard), patterns)
            for shard, table in shards.read_tables(rows, "rows")
        ]
    except pa.ArrowInvalid as error:
        raise ParamsError(f"validate.leaks.patterns: {error}; see RE2's syntax") from None
    return pa.concat_tables(parts).to_pandas()


def refusal(fault: Broken, docs: Path) -> str:
    """One line: the expectation, how many rows, where the first are, and the Data Docs."""
    expected = fault.expected
    limits = ", ".join(f"{k}={v}" for k, v in expected.arguments.items())
    if fault.observed is not None:
        found = f"found {fault.observed:g}"
    else:
        first = ", ".join(f"{i} ({source}:{line})" for i, source, line in fault.places[:NAMED])
        found = f"{fault.unexpected} rows do not: {first}"
    return f"{expected.type}({limits}) is not met, {found}; see {docs}, mend or drop the rows"


def counted(expectations: int, broken: Sequence[Broken]) -> dict[str, Any]:
    """The content of ``metrics/validate.json``; ``failed`` holds warnings only."""
    return {
        "success": all(fault.expected.severity != CRITICAL for fault in broken),
        "expectations": expectations,
        "failed": [
            {
                "expectation": fault.expected.type,
                "column": fault.expected.arguments.get("column", ""),
                "severity": fault.expected.severity,
                "unexpected_count": fault.unexpected,
                "observed": fault.observed,
            }
            for fault in broken
        ],
    }
