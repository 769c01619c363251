"""The signatures of all rows, kept shard by shard in the shard cache and read in slices.

Rows are numbered through in the order of the shards. A shard's entry (:class:`stages.memo.Entry`)
has ``ids`` (32 bytes a row), ``bands`` (uint64, band after band), ``syllables`` (uint32, row after
row) and ``starts`` (int64, rows + 1). One column of all rows is in memory at a time: 8 bytes a row
of a band; syllables only of the rows that are asked for.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from stages.memo import Entry
from stages.near import Flat, Hashes, Positions, joined, ranges

ID = "V32"


class Signatures:
    """What the rows of all shards are compared by."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        sizes = (entry["ids"].length // np.dtype(ID).itemsize for entry in entries)
        self.ends: Positions = np.array([0, *accumulate(sizes)], np.int64)

    def column(self, part: str, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """A part that has one value for each row, (rows,)."""
        values: npt.NDArray[Any] = np.concatenate([e[part].array(dtype) for e in self.entries])
        return values

    def band(self, band: int) -> Hashes:
        """One band of every row, (rows,)."""
        parts = []
        for entry, rows in zip(self.entries, np.diff(self.ends).tolist(), strict=True):
            parts.append(entry["bands"].array(np.uint64, band * rows, (band + 1) * rows))
        return np.concatenate(parts)

    def place(self, row: int) -> tuple[int, int]:
        """The shard of a row, and the row's number in it."""
        shard = int(np.searchsorted(self.ends, row, "right")) - 1
        return shard, row - int(self.ends[shard])

    def by_shard(self, rows: Positions) -> Iterator[tuple[int, Positions]]:
        """The given rows (ascending) shard by shard: the shard, and their numbers in it."""
        bounds = np.searchsorted(rows, self.ends)
        for shard in np.flatnonzero(np.diff(bounds)).tolist():
            yield shard, rows[bounds[shard] : bounds[shard + 1]] - self.ends[shard]

    def syllables(self, rows: Positions) -> Flat:
        """The syllables of the given rows (ascending); each shard is read once."""
        parts = []
        for shard, at in self.by_shard(rows):
            starts = self.entries[shard]["starts"].array(np.int64)
            hashes = self.entries[shard]["syllables"].array(np.uint32)
            parts.append(taken(hashes, starts[:-1][at], starts[1:][at]))
        return joined(parts)

    def names(self, rows: Positions) -> dict[int, str]:
        """Row → row_id of the given rows (ascending)."""
        found: dict[int, str] = {}
        for shard, at in self.by_shard(rows):
            ids = self.entries[shard]["ids"].array(ID)
            for position in at.tolist():
                found[int(self.ends[shard]) + position] = ids[position].tobytes().hex()
        return found


def taken(hashes: npt.NDArray[np.uint32], first: Positions, end: Positions) -> Flat:
    """Ranges of a shard's syllables, each as a text."""
    part = ranges(hashes, first, end)
    return Flat(part.hashes.astype(np.uint64), part.starts)
