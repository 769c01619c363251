"""Cleaned rows → train, valid and test, and no row of the first two near one of the third.

    data/clean → split by the hash of the group   (split/assign.py)
               → near to a test row? dropped      (split/near_test.py)
               → overlap left? refused            (split/overlap.py)

The texts of the test rows are in memory, of the others one shard at a time; of every row two
hashes stay.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from stages import shards
from stages.contract import In, Out
from stages.errors import DataError
from stages.rows import PLACE, TEXT, answer, ledger_table, text_of
from stages.shards import Shard
from stages.split import near_test
from stages.split.assign import SPLITS, TEST, TRAIN, VALID, split_of
from stages.split.near_test import HeldOut, Near
from stages.split.overlap import Overlap, require_none_empty
from stages.split.params import Split

LIBRARIES = ("pyarrow", "numpy", "rensa")
GRADE = "bitwise"


@dataclass(frozen=True)
class Fate:
    """What became of a row: fate, reason (the split of a kept row) and detail."""

    fate: str
    reason: str
    detail: str


def run(*, rows: In, validated: In, splits: Out, metrics: Out, split: Split) -> None:
    """Split the rows. Raises :class:`DataError` for a split that stays empty, or that overlaps
    with another, and for rows that did not pass validation."""
    if json.loads(validated.read_text(encoding="utf-8")).get("success") is not True:
        raise DataError(f"{validated} does not say success: true; run validate, and mend the rows")
    near = near_of(split)
    test = held_out(rows, split, near)
    overlap = Overlap()
    tally: Counter[str] = Counter()
    tasks: Counter[str] = Counter()
    spread = {name: {"task": Counter[str](), "source": Counter[str]()} for name in SPLITS}
    written: list[Shard] = []
    for shard, table in shards.read_tables(rows, "rows"):
        records = shards.with_lines(table, shard).to_pylist()
        fates = fates_of(records, test, split, near)
        for row, fate in zip(records, fates, strict=True):
            tally[fate.reason] += 1
            tasks[row["task"]] += fate.reason == TEST and row["kind"] != TEXT
            if fate.fate == "kept":
                for key, counts in spread[fate.reason].items():
                    counts[row[key]] += 1
                where = f"{row['source']}:{row['line']}"
                overlap.add(fate.reason, row["group"], row["messages"] + row["rejected"], where)
        write_shard(splits, shard, table, fates)
        written.append(replace(shard, records=table.num_rows))
    train_share = 1 - split.test_share - split.valid_share
    shares = {TRAIN: train_share, VALID: split.valid_share, TEST: split.test_share}
    require_none_empty({name: tally[name] for name in SPLITS}, shares)
    shards.write_index(splits, written)
    text = json.dumps(counted(tally, tasks, spread), indent=2, sort_keys=True, ensure_ascii=False)
    metrics.write_text(text + "\n", encoding="utf-8")


def near_of(split: Split) -> Near:
    """What counts as too near, from the section."""
    return Near(
        threshold=split.near_test.threshold,
        ngram=split.near_test.ngram,
        bands=split.near_test.bands,
        band_rows=split.near_test.rows,
        answer_words=split.near_test.answer_words,
    )


def held_out(rows: Path, split: Split, near: Near) -> HeldOut:
    """All rows whose group falls into the test split, prepared to be compared with."""
    found: list[Mapping[str, Any]] = []
    for _, table in shards.read_tables(rows, "rows"):
        groups = table["group"].to_pylist()
        chosen = [i for i, g in enumerate(groups) if _split(g, split) == TEST]
        found.extend(table.take(pa.array(chosen, pa.int64())).to_pylist())
    return near_test.prepare(
        [row["row_id"] for row in found],
        [text_of(row["messages"], row["rejected"]) for row in found],
        [answer(row["messages"]) for row in found],
        near,
    )


def _split(group: str, split: Split) -> str:
    return split_of(group, split.test_share, split.valid_share)


def fates_of(
    records: Sequence[Mapping[str, Any]], test: HeldOut, split: Split, near: Near
) -> list[Fate]:
    """The fate of each row of a shard."""
    names = [_split(row["group"], split) for row in records]
    others = [i for i, name in enumerate(names) if name != TEST]
    texts = [text_of(records[i]["messages"], records[i]["rejected"]) for i in others]
    fates = [Fate("kept", name, "") for name in names]
    for position, row_id in near_test.too_near(texts, test, near).items():
        fates[others[position]] = Fate("contaminated", "near_test", row_id)
    return fates


def write_shard(folder: Path, shard: Shard, table: pa.Table, fates: Sequence[Fate]) -> None:
    """Write a shard's rows into their splits, and its ledger."""
    for name in SPLITS:
        stays = pa.array([f.fate == "kept" and f.reason == name for f in fates], pa.bool_())
        part = table.filter(stays)
        if part.num_rows:
            shards.write_table(part, shards.table_path(folder, name, shard))
    places = table.select(PLACE).to_pylist()
    ledger = [
        {**place, "fate": f.fate, "reason": f.reason, "detail": f.detail}
        for place, f in zip(places, fates, strict=True)
    ]
    shards.write_table(ledger_table(ledger), shards.table_path(folder, "ledger", shard))


def counted(
    tally: Mapping[str, int],
    tasks: Mapping[str, int],
    spread: Mapping[str, Mapping[str, Mapping[str, int]]],
) -> dict[str, Any]:
    """The content of ``metrics/split.json``. Rows of plain text cannot be scored: no task.

    ``spread``: split → ``task`` or ``source`` → its values → rows, so that a task or a source
    that a split lacks is seen. "" stands for rows that name no task.
    """
    by_task = {task: count for task, count in tasks.items() if count}
    return {
        **{name: tally.get(name, 0) for name in SPLITS},
        "rows": sum(tally.values()),
        "contaminated": tally.get("near_test", 0),
        "test_scorable": sum(by_task.values()),
        "test_by_task": by_task,
        **{
            f"by_{key}": {name: dict(spread[name][key]) for name in SPLITS}
            for key in ("task", "source")
        },
    }
