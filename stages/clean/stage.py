"""Repair, refuse, redact; drop what repeats and what benchmarks contain.

    data/rows → shard by shard: rules, refusals, contamination, signatures   (clean/shard.py)
              → over all rows: exact and near duplicates                     (clean/duplicates.py)
              → data/clean: the rows that are left, and what became of every one that came in

Texts are in memory one shard at a time; of each row its content key and band hashes stay (some
200 bytes). Texts of rows that may be near duplicates are read again.
"""

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from stages import shards
from stages.clean import duplicates
from stages.clean.benchmark import read_benchmark
from stages.clean.duplicates import Comparable
from stages.clean.filters import limits_of
from stages.clean.language import detector
from stages.clean.params import Clean
from stages.clean.shard import Cleaned, Spec, Verdict, clean_shard, comparable
from stages.contract import In, Out
from stages.errors import DataError
from stages.near import Positions
from stages.rows import PLACE, ledger_table
from stages.shards import Shard

LIBRARIES = ("pyarrow", "numpy", "ftfy", "rensa", "py3langid")
GRADE = "bitwise"


def run(*, rows: In, eval: In, clean_rows: Out, metrics: Out, clean: Clean) -> None:
    """Clean all rows. Raises :class:`DataError` if none is left."""
    limit = clean.decontaminate
    benchmark = read_benchmark(eval, limit.ngram, limit.shortest)
    spec = spec_of(clean)
    found: list[tuple[Shard, Cleaned]] = []
    for shard, table in shards.read_tables(rows, "rows"):
        cleaned = clean_shard(table, spec, benchmark, detector())
        survivors = shards.table_path(clean_rows, "rows", shard)
        shards.write_table(cleaned.rows, survivors)
        places = table.select(PLACE)
        shards.write_table(places, shards.table_path(clean_rows, "ledger", shard))
        empty = cleaned.rows.slice(0, 0)
        found.append((replace(shard, records=table.num_rows), replace(cleaned, rows=empty)))
    verdicts = with_duplicates(clean_rows, found, clean)
    for (shard, _), decided in zip(found, verdicts, strict=True):
        settle(clean_rows, shard, decided)
    shards.write_index(clean_rows, [shard for shard, _ in found])
    counts = counted(verdicts)
    if not counts["rows_out"]:
        reasons = ", ".join(f"{n} {reason}" for reason, n in sorted(counts["by_reason"].items()))
        raise DataError(
            f"clean kept none of {counts['rows_in']} rows: {reasons}; add data, or loosen clean.*"
        )
    text = json.dumps(counts, indent=2, sort_keys=True, ensure_ascii=False)
    metrics.write_text(text + "\n", encoding="utf-8")


def spec_of(clean: Clean) -> Spec:
    """The per-row part of the section."""
    return Spec(
        rules=tuple(clean.rules),
        limits=limits_of(clean),
        ngram=clean.near_duplicates.ngram,
        bands=clean.near_duplicates.bands,
        band_rows=clean.near_duplicates.rows,
    )


def with_duplicates(
    folder: Path, found: Sequence[tuple[Shard, Cleaned]], clean: Clean
) -> list[list[Verdict]]:
    """The verdicts of each shard once duplicates among all surviving rows are known.

    Survivors are numbered through, in index order; texts are read from the folder's own shards.
    """
    survivors = _Survivors(folder, found)
    contents = np.concatenate([cleaned.contents for _, cleaned in found])
    signatures = np.concatenate([cleaned.signatures for _, cleaned in found])
    every = np.arange(len(contents))
    first = duplicates.exact(contents) if "exact" in clean.filters else every
    alive = np.flatnonzero(first == every) if "near" in clean.filters else every[:0]
    repeats = duplicates.near(
        signatures,
        alive,
        survivors.load,
        ngram=clean.near_duplicates.ngram,
        threshold=clean.near_duplicates.threshold,
    )
    same = {row: int(first[row]) for row in np.flatnonzero(first != every)}
    named = survivors.row_ids(sorted({*same.values(), *repeats.values()}))
    verdicts = [list(cleaned.verdicts) for _, cleaned in found]
    for fate, reason, pairs in (
        ("duplicate", "exact", same),
        ("near_duplicate", "minhash", repeats),
    ):
        for row, kept in pairs.items():
            shard, line = survivors.line_of(int(row))
            changed = verdicts[shard][line].changed
            verdicts[shard][line] = Verdict(fate, reason, named[kept], changed)
    return verdicts


class _Survivors:
    """The rows that survived per-row work, numbered through all shards in index order."""

    def __init__(self, folder: Path, found: Sequence[tuple[Shard, Cleaned]]) -> None:
        self._paths = [shards.table_path(folder, "rows", shard) for shard, _ in found]
        self._lines = [
            [i for i, verdict in enumerate(cleaned.verdicts) if verdict.fate == "kept"]
            for _, cleaned in found
        ]
        self._ends = list(accumulate(len(lines) for lines in self._lines))

    def _place(self, row: int) -> tuple[int, int]:
        """Shard number, and position among its survivors."""
        shard = bisect_right(self._ends, row)
        return shard, row - (self._ends[shard - 1] if shard else 0)

    def line_of(self, row: int) -> tuple[int, int]:
        """Shard number, and position among all rows of the shard."""
        shard, position = self._place(row)
        return shard, self._lines[shard][position]

    def _take(self, rows: Sequence[int], columns: list[str] | None) -> list[dict[str, Any]]:
        """The given rows (ascending), reading each shard that has any once."""
        found: list[dict[str, Any]] = []
        by_shard: dict[int, list[int]] = {}
        for row in rows:
            shard, position = self._place(row)
            by_shard.setdefault(shard, []).append(position)
        for shard, positions in by_shard.items():
            table = pq.read_table(self._paths[shard], columns=columns)
            found.extend(table.take(positions).to_pylist())
        return found

    def load(self, rows: Positions) -> list[Comparable]:
        """What is compared of the given rows (ascending)."""
        return [comparable(row) for row in self._take(rows.tolist(), None)]

    def row_ids(self, rows: Sequence[int]) -> dict[int, str]:
        """Row number → row_id of the given rows (ascending)."""
        taken = self._take(rows, ["row_id"])
        return {row: t["row_id"] for row, t in zip(rows, taken, strict=True)}


def settle(folder: Path, shard: Shard, verdicts: Sequence[Verdict]) -> None:
    """Complete a shard's ledger, and take the rows that duplicates cost out of it."""
    ledger_path = shards.table_path(folder, "ledger", shard)
    places = pq.read_table(ledger_path).to_pylist()
    ledger = [
        {**place, "fate": v.fate, "reason": v.reason, "detail": v.detail}
        for place, v in zip(places, verdicts, strict=True)
    ]
    shards.write_table(ledger_table(ledger), ledger_path)
    rows_path = shards.table_path(folder, "rows", shard)
    rows = pq.read_table(rows_path)
    lasting = {p["offset"] for p, v in zip(places, verdicts, strict=True) if v.fate == "kept"}
    stays = pa.array([offset in lasting for offset in rows["offset"].to_pylist()], pa.bool_())
    if not lasting:
        rows_path.unlink()
    elif len(lasting) < rows.num_rows:
        shards.write_table(rows.filter(stays), rows_path)


def counted(verdicts: Sequence[Sequence[Verdict]]) -> dict[str, Any]:
    """The content of ``metrics/clean.json``."""
    every = [verdict for decided in verdicts for verdict in decided]
    return {
        "rows_in": len(every),
        "rows_out": sum(v.fate == "kept" for v in every),
        "by_reason": dict(Counter(v.reason for v in every if v.fate != "kept")),
        "changed_by_rule": dict(Counter(rule for v in every for rule in v.changed)),
    }
