"""Repair, refuse, redact; drop what repeats and what benchmarks contain.

    data/rows → shard by shard: rules, refusals, contamination, signatures   (clean/shard.py)
              → over all rows: exact and near duplicates                     (clean/survivors.py)
              → shard by shard: the rows that are left, and the ledger       (clean/shard.py)

Work on a shard is recalled where nothing that it depends on has changed; texts are in memory one
shard for each worker.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from stages import memo as memos
from stages import shards
from stages.blob import Blob
from stages.clean import shard as steps
from stages.clean.filters import limits_of
from stages.clean.params import Clean
from stages.clean.survivors import Survivors
from stages.contract import In, Out, Progress
from stages.errors import DataError
from stages.executor import mapped
from stages.memo import Entry, Keyed, Memo
from stages.params import Compute
from stages.shards import Shard
from stages.tables import parquet_bytes, parquet_table

LIBRARIES = ("pyarrow", "numpy", "ftfy", "rensa", "py3langid")
GRADE = "bitwise"
UNIT = "rows"
VERDICT = ("fate", "reason", "detail")


@dataclass(frozen=True)
class Job:
    """The per-row work of one shard."""

    shard: Shard
    path: Path
    clean: Clean
    benchmark: Entry | None

    @property
    def weight(self) -> int:
        """Bytes that are read."""
        return self.path.stat().st_size

    @property
    def units(self) -> int:
        """Rows."""
        return self.shard.records


@dataclass(frozen=True)
class Cleaned:
    """What per-row work gave: entries of the shard cache, and the rows that are out already."""

    repaired: Entry
    signed: Entry
    dropped: list[dict[str, Any]]  # row, fate, reason, detail; ascending


@dataclass(frozen=True)
class Settling:
    """The last step of one shard: its rows and ledger, once all dropped rows are known."""

    shard: Shard
    cleaned: Cleaned
    dropped: list[dict[str, Any]]
    rules: tuple[str, ...]
    folder: Path

    @property
    def weight(self) -> int:
        """Bytes that are read."""
        return self.cleaned.repaired["rows"].length

    @property
    def units(self) -> int:
        """Rows."""
        return self.shard.records


def run(
    *, rows: In, eval: In, clean_rows: Out, metrics: Out, clean: Clean, compute: Compute
) -> Iterator[Progress]:
    """Clean all rows. Raises :class:`DataError` if none is left."""
    memo = memos.opened(LIBRARIES)
    benchmark = benchmark_of(memo, eval, clean)
    jobs = [
        Job(replace(shard, records=count), path, clean, benchmark)
        for shard, path, count in shards.tables(rows, "rows")
    ]
    total = 2 * sum(job.units for job in jobs)
    cleaned = yield from mapped(work, jobs, memo, compute, unit=UNIT, total=total)
    dropped = with_repeats(cleaned, clean)
    settling = [
        Settling(job.shard, found, out, tuple(clean.rules), clean_rows.absolute())
        for job, found, out in zip(jobs, cleaned, dropped, strict=True)
    ]
    yield from mapped(settle, settling, memo, compute, unit=UNIT, total=total, done=total // 2)
    shards.write_index(clean_rows, [job.shard for job in jobs])
    counts = counted(settling)
    if not counts["rows_out"]:
        reasons = ", ".join(f"{n} {reason}" for reason, n in sorted(counts["by_reason"].items()))
        raise DataError(
            f"clean kept none of {counts['rows_in']} rows: {reasons}; add data, or loosen clean.*"
        )
    text = json.dumps(counts, indent=2, sort_keys=True, ensure_ascii=False)
    metrics.write_text(text + "\n", encoding="utf-8")
    memos.trim(memo.folder, compute.shard_cache_gib)


def benchmark_of(memo: Memo, folder: Path, clean: Clean) -> Entry | None:
    """The benchmark's n-grams, None where nothing is to be compared."""
    if "contamination" not in clean.filters:
        return None
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(f"{path.relative_to(folder)}\0{Blob.of_file(path).sha256}\n".encode())
    limit = clean.decontaminate
    packed = memo(
        steps.pack_benchmark,
        folder=Keyed(folder, digest.hexdigest()),
        ngram=limit.ngram,
        shortest=limit.shortest,
    )
    return packed if json.loads(packed["files"].read()) else None


def work(memo: Memo, job: Job) -> Cleaned:
    """All that is done to a shard's rows by themselves."""
    near = job.clean.near_duplicates
    repaired = memo(steps.repair, Blob.of_file(job.path), rules=tuple(job.clean.rules))
    judged = memo(steps.judge, repaired["rows"], limits=limits_of(job.clean))
    signed = memo(
        steps.sign, repaired["rows"], ngram=near.ngram, bands=near.bands, band_rows=near.rows
    )
    dropped = {
        row["row"]: {"fate": "rejected", **row}
        for row in parquet_table(judged["refused"].read()).to_pylist()
    }
    if job.benchmark:
        found = memo(
            steps.contaminate,
            signed["syllables"],
            signed["starts"],
            job.benchmark["grams"],
            job.benchmark["files"],
        )
        for row, file in json.loads(found["dirty"].read()):
            out = {"row": row, "fate": "contaminated", "reason": "eval", "detail": file}
            dropped.setdefault(row, out)
    return Cleaned(repaired, signed, [dropped[row] for row in sorted(dropped)])


def with_repeats(cleaned: Sequence[Cleaned], clean: Clean) -> list[list[dict[str, Any]]]:
    """The dropped rows of each shard once duplicates among all rows are known."""
    if not cleaned:
        return []
    near = clean.near_duplicates
    survivors = Survivors([one.signed for one in cleaned], [_out(one) for one in cleaned])
    exact = survivors.exact() if "exact" in clean.filters else {}
    close: dict[int, int] = {}
    if "near" in clean.filters:
        close = survivors.near(bands=near.bands, ngram=near.ngram, threshold=near.threshold)
    repeats = survivors.repeats(exact, close)
    found = []
    for one, repeated in zip(cleaned, repeats, strict=True):
        more = [
            {"row": r.row, "fate": r.fate, "reason": r.reason, "detail": r.kept} for r in repeated
        ]
        found.append(sorted([*one.dropped, *more], key=lambda row: row["row"]))
    return found


def _out(one: Cleaned) -> npt.NDArray[np.bool_]:
    out = np.zeros(one.signed["group"].length // 8, bool)
    out[[row["row"] for row in one.dropped]] = True
    return out


def settle(memo: Memo, job: Settling) -> None:
    """Put a shard's rows and ledger into the folder."""
    schema = pa.schema([("row", pa.int32()), *((n, pa.string()) for n in VERDICT)])
    verdicts = Blob.of_bytes(parquet_bytes(pa.Table.from_pylist(job.dropped, schema)))
    repaired = job.cleaned.repaired
    settled = memo(steps.settle, repaired["rows"], repaired["changed"], verdicts, rules=job.rules)
    for part, blob in settled.items():
        blob.place(shards.table_path(job.folder, part, job.shard))


def counted(settled: Sequence[Settling]) -> dict[str, Any]:
    """The content of ``metrics/clean.json``."""
    rows = sum(job.shard.records for job in settled)
    reasons = Counter(row["reason"] for job in settled for row in job.dropped)
    changed: Counter[str] = Counter()
    for job in settled:
        masks, counts = np.unique(
            job.cleaned.repaired["changed"].array(np.uint32), return_counts=True
        )
        for mask, count in zip(masks.tolist(), counts.tolist(), strict=True):
            changed.update({name: count for name in steps.named(mask, job.rules)})
    return {
        "rows_in": rows,
        "rows_out": rows - reasons.total(),
        "by_reason": dict(reasons),
        "changed_by_rule": dict(changed),
    }
