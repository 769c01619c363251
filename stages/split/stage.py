"""Cleaned rows → train, valid and test, and no row of the first two near one of the third.

    data/clean → shard by shard: the split by the hash of the group, signatures (split/shard.py)
               → over all rows: near to a test row? dropped          (split/near_test.py)
                                overlap left? refused                (split/overlap.py)
               → shard by shard: the splits, and the ledger          (split/shard.py)

Work on a shard is recalled where nothing that it depends on has changed; texts are in memory one
shard for each worker.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stages import memo as memos
from stages import shards
from stages.blob import Blob
from stages.contract import In, Out, Progress
from stages.errors import DataError
from stages.executor import mapped
from stages.memo import Entry, Memo
from stages.near import KEY
from stages.params import Compute
from stages.rows import text_of
from stages.shards import Shard
from stages.signatures import Signatures
from stages.split import near_test, overlap
from stages.split import shard as steps
from stages.split.assign import SPLITS, TEST, TRAIN, VALID
from stages.split.near_test import Near
from stages.split.params import Split
from stages.split.shard import OPENING, QUOTE, TEST_CODE
from stages.tables import parquet_table
from stages.text import fold

LIBRARIES = ("pyarrow", "numpy", "rensa")
GRADE = "bitwise"
UNIT = "rows"
PASSES = 3  # over the rows of all shards


@dataclass(frozen=True)
class Job:
    """The per-row work of one shard."""

    shard: Shard
    path: Path
    split: Split

    @property
    def weight(self) -> int:
        """Bytes that are read."""
        return self.path.stat().st_size

    @property
    def units(self) -> int:
        """Rows."""
        return self.shard.records


@dataclass(frozen=True)
class Signed:
    """A shard's rows, what per-row work gave of them, and the openings of all test answers."""

    shard: Shard
    rows: Blob
    splits: Blob
    signed: Entry
    held: Entry
    openings: Blob | None = None

    @property
    def weight(self) -> int:
        """Bytes that are read."""
        return self.signed["syllables"].length

    @property
    def units(self) -> int:
        """Rows."""
        return self.shard.records


@dataclass(frozen=True)
class Settling:
    """The last step of one shard, once all dropped rows are known: (row, test row's id)."""

    signed: Signed
    dropped: Sequence[tuple[int, str]]
    folder: Path

    @property
    def weight(self) -> int:
        """Bytes that are read."""
        return self.signed.rows.length

    @property
    def units(self) -> int:
        """Rows."""
        return self.signed.shard.records


def run(
    *, rows: In, validated: In, splits: Out, metrics: Out, split: Split, compute: Compute
) -> Iterator[Progress]:
    """Split the rows. Raises :class:`DataError` for a split that stays empty, or that overlaps
    with another, and for rows that did not pass validation."""
    if json.loads(validated.read_text(encoding="utf-8")).get("success") is not True:
        raise DataError(f"{validated} does not say success: true; run validate, and mend the rows")
    memo = memos.opened(LIBRARIES)
    jobs = [
        Job(replace(shard, records=count), path, split)
        for shard, path, count in shards.tables(rows, "rows")
    ]
    count = sum(job.units for job in jobs)
    total = PASSES * count
    signed = yield from mapped(sign, jobs, memo, compute, unit=UNIT, total=total)
    openings = memo(steps.gather, *(one.held["openings"] for one in signed))["openings"]
    asked = [replace(one, openings=openings) for one in signed]
    quotes = yield from mapped(quote, asked, memo, compute, unit=UNIT, total=total, done=count)
    codes = np.concatenate([one.splits.array(np.uint8) for one in signed])
    signatures = Signatures([one.signed for one in signed])
    near = near_rows(signed, signatures, codes, quotes, split)
    refuse_overlap(signed, signatures, codes, near)
    dropped = by_shard(signatures, near)
    settling = [
        Settling(one, out, splits.absolute()) for one, out in zip(signed, dropped, strict=True)
    ]
    counts = yield from mapped(
        settle, settling, memo, compute, unit=UNIT, total=total, done=2 * count
    )
    found = counted(counts)
    train_share = 1 - split.test_share - split.valid_share
    shares = {TRAIN: train_share, VALID: split.valid_share, TEST: split.test_share}
    overlap.require_none_empty({name: found[name] for name in SPLITS}, shares)
    shards.write_index(splits, [job.shard for job in jobs])
    text = json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False)
    metrics.write_text(text + "\n", encoding="utf-8")
    memos.trim(memo.folder, compute.shard_cache_gib)


def near_of(split: Split) -> Near:
    """What counts as too near, from the section."""
    return Near(
        threshold=split.near_test.threshold,
        ngram=split.near_test.ngram,
        bands=split.near_test.bands,
        band_rows=split.near_test.rows,
        answer_words=split.near_test.answer_words,
    )


def sign(memo: Memo, job: Job) -> Signed:
    """All that is done to a shard's rows by themselves."""
    rows, near = Blob.of_file(job.path), near_of(job.split)
    shares = {"test_share": job.split.test_share, "valid_share": job.split.valid_share}
    splits = memo(steps.assign, rows, **shares)["splits"]
    signed = memo(steps.sign, rows, ngram=near.ngram, bands=near.bands, band_rows=near.band_rows)
    held = memo(steps.hold, rows, splits, longest=near.answer_words)
    return Signed(job.shard, rows, splits, signed, held)


def quote(memo: Memo, job: Signed) -> Blob:
    """The rows of a shard that hold the opening of a test answer (:data:`QUOTE`)."""
    if job.openings is None or not job.openings.length:
        return Blob.of_bytes(b"")
    of_rows = (job.signed["syllables"], job.signed["starts"], job.splits)
    return memo(steps.quote, *of_rows, job.openings)["quotes"]


def near_rows(
    signed: Sequence[Signed],
    signatures: Signatures,
    codes: npt.NDArray[np.uint8],
    quotes: Sequence[Blob],
    split: Split,
) -> dict[int, int]:
    """Row of train or valid → the test row that it is too near to; ``codes`` (rows,) are the
    rows' splits."""
    found = near_test.near(signatures, codes == TEST_CODE, near_of(split))
    held = [blob.array(QUOTE) for blob in quotes]
    answers = answers_of(signed, signatures, held)
    for number, (one, of_shard) in enumerate(zip(signed, held, strict=True)):
        if not len(of_shard):
            continue
        first = int(signatures.ends[number])
        openings: dict[int, list[near_test.Opening]] = {}
        for row, size, value in of_shard.tolist():
            openings.setdefault(row, []).append((size, value))
        texts = texts_of(one.rows, list(openings))
        for row, test in near_test.quoted(openings, texts, answers).items():
            found.setdefault(first + row, test)
    return found


def answers_of(
    signed: Sequence[Signed], signatures: Signatures, quotes: Sequence[npt.NDArray[np.void]]
) -> dict[near_test.Opening, list[tuple[int, str]]]:
    """Test rows and their answers (folded) under each opening that is among ``quotes``."""
    wanted = {(size, value) for some in quotes for _, size, value in np.unique(some).tolist()}
    found: dict[near_test.Opening, list[tuple[int, str]]] = {}
    for number, one in enumerate(signed):
        openings = one.held["openings"].array(OPENING).tolist()
        if wanted.isdisjoint(openings):
            continue
        rows = one.held["rows"].array(np.int32).tolist()
        answers = json.loads(one.held["answers"].read())
        for row, opening, answer in zip(rows, openings, answers, strict=True):
            if opening in wanted:
                test = int(signatures.ends[number]) + row
                found.setdefault(opening, []).append((test, answer))
    return found


def texts_of(rows: Blob, numbers: Sequence[int]) -> dict[int, str]:
    """The whole texts, folded, of some rows of a shard."""
    table = parquet_table(rows.read(), ["messages", "rejected"]).take(list(numbers))
    return {
        number: fold(text_of(row["messages"], row["rejected"]))
        for number, row in zip(numbers, table.to_pylist(), strict=True)
    }


def refuse_overlap(
    signed: Sequence[Signed],
    signatures: Signatures,
    codes: npt.NDArray[np.uint8],
    dropped: Mapping[int, int],
) -> None:
    """Raise :class:`DataError`, naming both, for the first row that is kept and has the group or
    the content of an earlier one in another split."""
    kept = np.ones(len(codes), bool)
    kept[list(dropped)] = False
    left = np.flatnonzero(kept)
    found = []
    for what in ("group", "content"):
        keys = signatures.column(f"{what}s", KEY)[left]
        if pair := overlap.overlapping(keys, codes[left]):
            found.append((*pair, what))
    if not found:
        return
    row, first, what = min(found, key=lambda pair: pair[0])
    names = [SPLITS[codes[left[i]]] for i in (row, first)]
    places = [place_of(signed, signatures, int(left[i])) for i in (row, first)]
    raise DataError(
        f"{places[0]} ({names[0]}) has the {what} of {places[1]} ({names[1]}); "
        "two splits must share no row: run clean again, or remove one of them"
    )


def place_of(signed: Sequence[Signed], signatures: Signatures, row: int) -> str:
    """file:line of a row."""
    shard, number = signatures.place(row)
    table = parquet_table(signed[shard].rows.read(), ["source", "offset"])
    line = shards.with_lines(table, signed[shard].shard).slice(number, 1).to_pylist()[0]
    return f"{line['source']}:{line['line']}"


def by_shard(signatures: Signatures, near: Mapping[int, int]) -> list[list[tuple[int, str]]]:
    """For each shard its dropped rows, ascending, and the id of the test row of each."""
    names = signatures.names(np.unique(np.array(list(near.values()), np.int64)))
    found: list[list[tuple[int, str]]] = [[] for _ in signatures.entries]
    for row in sorted(near):
        shard, number = signatures.place(row)
        found[shard].append((number, names[near[row]]))
    return found


def settle(memo: Memo, job: Settling) -> dict[str, Any]:
    """Put a shard's splits and ledger into the folder; gives its counts."""
    near = Blob.of_bytes(json.dumps(job.dropped).encode())
    parts = memo(steps.settle, job.signed.rows, job.signed.splits, near)
    for part, blob in parts.items():
        if part != "counts":
            blob.place(shards.table_path(job.folder, part, job.signed.shard))
    counts: dict[str, Any] = json.loads(parts["counts"].read())
    return counts


def counted(counts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The content of ``metrics/split.json``.

    ``by_task`` and ``by_source``: split → value → rows, so that a task or a source that a split
    lacks is seen. "" stands for rows that name no task.
    """

    def total(path: Sequence[str]) -> dict[str, int]:
        found: Counter[str] = Counter()
        for of_shard in counts:
            values: Any = of_shard
            for key in path:
                values = values[key]
            found.update(values)
        return dict(found)

    by = {key: {name: total([name, key]) for name in SPLITS} for key in ("task", "source")}
    rows = {name: sum(by["source"][name].values()) for name in SPLITS}
    contaminated = sum(of_shard["near_test"] for of_shard in counts)
    tasks = total(["test_by_task"])
    return {
        **rows,
        "rows": sum(rows.values()) + contaminated,
        "contaminated": contaminated,
        "test_scorable": sum(tasks.values()),
        "test_by_task": tasks,
        **{f"by_{key}": found for key, found in by.items()},
    }
