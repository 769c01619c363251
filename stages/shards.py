"""Content-defined shards: a change of a file rewrites the shards it touches and no others.

A record whose hash falls under a threshold closes its shard, so boundaries move with the content
and not with its position (content-defined chunking, as in rsync and LBFS)::

    before   [a b c d|][e f g|][h i j k|]
    after    [a b c d|][e X f g|][h i j k|]      X inserted: one shard is new, two keep their names

A shard holds consecutive records of one source file. Inside it a record's place is relative
(``offset`` = its line minus the shard's first line), and one small ``index.parquet`` says where
each shard begins; otherwise a line inserted on top would rewrite all that follows.

Shards of fewer than 1/8 of the mean are not closed, whatever the hashes (a file of equal lines
would else give one shard a line); at 8 times the mean, or at 64 MiB, a shard is closed, which
bounds memory.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stages.errors import InputError
from stages.tables import parquet_bytes

T = TypeVar("T")
INDEX = pa.schema(
    [
        ("shard", pa.string()),
        ("source", pa.string()),
        ("first_line", pa.int64()),  # 1-based
        ("records", pa.int64()),  # lines of the shard's ledger in this folder
    ]
)
SPREAD = 8  # smallest and largest shard, as a fraction and a multiple of the mean
HASH_BITS = 32  # of the hash that decides about a boundary
LARGEST = 64 << 20  # bytes of input from which a shard is closed at the next record's end


@dataclass(frozen=True)
class Shard:
    """Consecutive records of one source file; ``first_line`` is 1-based."""

    name: str
    source: str
    first_line: int
    records: int


def closes(value: int, size: int, mean_rows: int) -> bool:
    """Whether a record of hash ``value`` (32 bits) closes a shard that it brings to ``size``."""
    smallest = mean_rows // SPREAD
    if size <= smallest:
        return False
    if size >= mean_rows * SPREAD:
        return True
    return value * (mean_rows - smallest) < 1 << HASH_BITS


def hash_of(record_id: str) -> int:
    """The leading 32 bits of an id (hex)."""
    return int(record_id[: HASH_BITS // 4], 16)


def batches(items: Iterable[T], value: Callable[[T], int], mean_rows: int) -> Iterator[list[T]]:
    """Consecutive items, shard by shard; ``value`` gives an item's 32-bit hash."""
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if closes(value(item), len(batch), mean_rows):
            yield batch
            batch = []
    if batch:
        yield batch


def content_name(ids: Iterable[str]) -> str:
    """16 hex digits over the ids of a shard's records, in order."""
    digest = hashlib.sha256()
    for record_id in ids:
        digest.update(record_id.encode() + b"\n")
    return digest.hexdigest()[:16]


def unique_name(name: str, taken: dict[str, int]) -> str:
    """``name``, or ``name-1``, ``name-2`` … where it was given before; counts it in ``taken``."""
    count = taken.get(name, 0)
    taken[name] = count + 1
    return f"{name}-{count}" if count else name


def write_table(table: pa.Table, path: Path) -> None:
    """Write Parquet whose bytes depend on the table and the library's version alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(parquet_bytes(table))


def write_index(folder: Path, shards: Iterable[Shard]) -> None:
    """Write ``index.parquet`` of a folder, in order of source and first line."""
    ordered = sorted(shards, key=lambda s: (s.source, s.first_line))
    columns = {
        "shard": [s.name for s in ordered],
        "source": [s.source for s in ordered],
        "first_line": [s.first_line for s in ordered],
        "records": [s.records for s in ordered],
    }
    write_table(pa.table(columns, schema=INDEX), folder / "index.parquet")


def read_index(folder: Path) -> list[Shard]:
    """The shards of a folder, in order. Raises :class:`InputError` if it has no index."""
    path = folder / "index.parquet"
    if not path.is_file():
        raise InputError(f"{path} does not exist; run the stage that writes {folder}")
    columns = pq.read_table(path, schema=INDEX).to_pydict()
    return [
        Shard(*values)
        for values in zip(
            columns["shard"],
            columns["source"],
            columns["first_line"],
            columns["records"],
            strict=True,
        )
    ]


def table_path(folder: Path, part: str, shard: Shard) -> Path:
    """Where a shard's table of one part (``rows``, ``ledger``, ``train`` …) lies."""
    return folder / part / f"{shard.name}.parquet"


def read_tables(
    folder: Path, part: str, columns: list[str] | None = None
) -> Iterator[tuple[Shard, pa.Table]]:
    """Each shard of a folder with its table of ``part``, in order; shards without one are left out.

    ``columns`` reads only those. One table is in memory at a time.
    """
    for shard in read_index(folder):
        path = table_path(folder, part, shard)
        if path.is_file():
            yield shard, pq.read_table(path, columns=columns)


def tables(folder: Path, part: str) -> Iterator[tuple[Shard, Path, int]]:
    """Each shard of a folder with its table's path and rows, in order; those without one left
    out. No table is read."""
    for shard in read_index(folder):
        path = table_path(folder, part, shard).absolute()
        if path.is_file():
            yield shard, path, pq.read_metadata(path).num_rows


def with_lines(table: pa.Table, shard: Shard) -> pa.Table:
    """``table`` with the absolute, 1-based ``line`` of each row in its source file."""
    return table.append_column("line", pc.add(table["offset"], shard.first_line))
