"""Great Expectations over the cleaned rows; a failed critical expectation stops what follows.

    data/clean → measures of each row (validate/frame.py) ┬ suite → Data Docs in data/validation
    data/baseline.json → drift (validate/drift.py) ───────┘       → metrics/validate.json

Rows are measured shard by shard, or recalled where a shard is as it was; Great Expectations sees
the measures of all rows, some 120 bytes a row, and no text.

``metrics/validate.json`` is canonical: the same for the same rows and parameters. Data Docs hold
times and random ids and are a by-product.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from stages import memo as memos
from stages import shards
from stages.blob import Blob
from stages.contract import In, Out, Progress, remove
from stages.errors import DataError, InputError, ParamsError
from stages.executor import mapped
from stages.memo import Memo
from stages.params import Compute
from stages.rows import ROWS as SCHEMA
from stages.shards import Shard
from stages.tables import parquet_table
from stages.validate.drift import Profile, largest_share, parsed, profile, psi, shift
from stages.validate.frame import LEAK, MARK, measure
from stages.validate.params import Validate
from stages.validate.suite import (
    CRITICAL,
    INDEX,
    ROWS,
    WHOLE,
    Outcome,
    check,
    expected_of,
    places,
)

LIBRARIES = ("great-expectations", "numpy", "pandas", "pyarrow")
GRADE = "bitwise"

REPORT = Path("data/validation")
NAMED = 3  # rows that an error names
DIGITS = 9  # of a figure about all rows: the last bits of a logarithm differ between machines


@dataclass(frozen=True)
class Job:
    """A shard of rows that is measured."""

    shard: Shard
    path: Path
    patterns: Mapping[str, str]

    @property
    def weight(self) -> int:
        """Bytes that are read."""
        return self.path.stat().st_size

    @property
    def units(self) -> int:
        """Rows."""
        return self.shard.records


def run(
    *, rows: In, baseline: In, metrics: Out, validate: Validate, compute: Compute
) -> Iterator[Progress]:
    """Check the rows. Raises :class:`DataError` if a critical expectation is not met."""
    then = read_baseline(baseline)
    suite = expected_of(validate, then)
    memo = memos.opened(LIBRARIES)
    jobs = list(jobs_of(rows, columns_of(validate)))
    total = sum(job.units for job in jobs)
    measures = yield from mapped(work, jobs, memo, compute, unit="rows", total=total)
    frame = frame_of(
        (job.shard, parquet_table(measured.read()))
        for job, measured in zip(jobs, measures, strict=True)
    )
    remove(REPORT)
    REPORT.mkdir(parents=True)
    whole = figures(profile_of(frame), then)
    outcomes = check({ROWS: frame, WHOLE: whole}, suite, REPORT)
    for outcome in outcomes:
        if not outcome.success and outcome.expected.severity == CRITICAL:
            raise DataError(refusal(outcome, frame, REPORT / INDEX))
    text = json.dumps(counted(outcomes), indent=2, sort_keys=True, ensure_ascii=False)
    metrics.write_text(text + "\n", encoding="utf-8")
    memos.trim(memo.folder, compute.shard_cache_gib)


def jobs_of(rows: Path, patterns: Mapping[str, str]) -> Iterator[Job]:
    """A job for each shard. Raises :class:`DataError` for a shard of another schema."""
    for shard, path, count in shards.tables(rows, "rows"):
        schema = pq.read_schema(path)
        if not schema.equals(SCHEMA):
            other = {field.name for field in schema} ^ {field.name for field in SCHEMA}
            why = f"columns {', '.join(sorted(other))}" if other else "types of its columns"
            where = shards.table_path(rows, "rows", shard)
            raise DataError(f"{where} has not the schema of rows ({why}); run `dvc repro clean`")
        yield Job(replace(shard, records=count), path, patterns)


def work(memo: Memo, job: Job) -> Blob:
    """The measures of a shard. Raises :class:`ParamsError` for a pattern that is none."""
    try:
        return memo(measure, Blob.of_file(job.path), patterns=job.patterns)["measures"]
    except pa.ArrowInvalid as error:
        raise ParamsError(f"validate.leaks or .placeholders: {error}; see RE2's syntax") from None


def read_baseline(path: Path) -> Profile:
    """The baseline's profile. Raises :class:`InputError` if the file holds none."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is no JSON ({error}); `tinh baseline --write` makes it") from None
    return parsed(document, path)


def columns_of(validate: Validate) -> dict[str, str]:
    """The patterns that are counted, by the column that holds the count."""
    return {
        prefix + name: pattern
        for prefix, section in ((LEAK, validate.leaks), (MARK, validate.placeholders))
        for name, pattern in section.patterns.items()
    }


def frame_of(measures: Iterable[tuple[Shard, pa.Table]]) -> Any:
    """The measures of all shards as one pandas data frame, with each row's line in its file."""
    parts = [shards.with_lines(table, shard).drop_columns(["offset"]) for shard, table in measures]
    return pa.concat_tables(parts).unify_dictionaries().to_pandas()


def profile_of(frame: Any) -> Profile:
    """What the rows of a data frame look like."""
    counts = (
        {str(value): int(n) for value, n in frame[column].value_counts().items() if n}
        for column in ("chars", "source", "task")
    )
    return profile(*counts)


def figures(now: Profile, then: Profile) -> Any:
    """One line about all rows: a data frame of the columns that the suite expects."""
    import pandas as pd

    line = {
        "largest_task": largest_share(now.tasks),
        "length_psi": psi(now.chars, then.chars),
        "source_shift": shift(now.sources, then.sources),
    }
    return pd.DataFrame([{name: round(value, DIGITS) for name, value in line.items()}])


def refusal(outcome: Outcome, frame: Any, docs: Path) -> str:
    """One line: the expectation, how many rows, where the first are, and the Data Docs."""
    expected = outcome.expected
    limits = ", ".join(f"{k}={v}" for k, v in expected.arguments.items())
    if outcome.observed is not None:
        found = f"found {outcome.observed:g}"
    else:
        first = ", ".join(f"{i} ({s}:{line})" for i, s, line in places(frame, expected, NAMED))
        found = f"{outcome.unexpected} rows do not: {first}"
    return f"{expected.type}({limits}) is not met, {found}; see {docs}, mend or drop the rows"


def counted(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The content of ``metrics/validate.json``; ``failed`` holds warnings only, for a critical
    expectation that is not met leaves no metrics."""
    checks = [
        {
            "expectation": outcome.expected.type,
            "column": outcome.expected.column,
            "limits": {k: v for k, v in outcome.expected.arguments.items() if k != "column"},
            "severity": outcome.expected.severity,
            "success": outcome.success,
            "unexpected_count": outcome.unexpected,
            "observed": outcome.observed,
        }
        for outcome in outcomes
    ]
    return {
        "success": True,
        "expectations": len(checks),
        "failed": [check for check in checks if not check["success"]],
        "checks": checks,
    }
