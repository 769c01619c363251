"""The rows of all shards that per-row work left over, compared with one another.

Of each row its key and group (24 bytes) and one band at a time (8) are in memory; syllables only of
those that share a band with another row. The rest stays in the shard cache and is read in slices.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stages.clean import duplicates
from stages.clean.duplicates import Compared
from stages.clean.shard import SPANS
from stages.memo import Entry
from stages.near import KEY, Flat, Hashes, Positions, first_equal, joined
from stages.signatures import Signatures, taken


@dataclass(frozen=True)
class Repeat:
    """A row that repeats another: its number in its shard, the fate, and the kept row's id."""

    row: int
    fate: str
    reason: str
    kept: str


class Survivors:
    """Rows of all shards, numbered through in index order; those already out stay numbered.

    ``signed`` are the entries of :func:`stages.clean.shard.sign`, ``out`` of each the rows that
    are out.
    """

    def __init__(self, signed: Sequence[Entry], out: Sequence[npt.NDArray[np.bool_]]) -> None:
        self._signatures = Signatures(signed)
        self._out = np.concatenate([np.zeros(0, bool), *out])

    def exact(self) -> dict[int, int]:
        """Row → the first row of the same content; those rows are out from now on."""
        alive = np.flatnonzero(~self._out)
        first = alive[first_equal(self._signatures.column("keys", KEY)[alive])]
        again = first != alive
        self._out[alive[again]] = True
        return dict(zip(alive[again].tolist(), first[again].tolist(), strict=True))

    def near(self, *, bands: int, ngram: int, threshold: float) -> dict[int, int]:
        """Row → the earlier, kept row that it nearly repeats."""
        return duplicates.near(self._band, bands, self._load, ngram=ngram, threshold=threshold)

    def repeats(self, exact: Mapping[int, int], near: Mapping[int, int]) -> list[list[Repeat]]:
        """The duplicates by shard, with the ids of the rows that are kept for them."""
        found: list[list[Repeat]] = [[] for _ in self._signatures.entries]
        for fate, reason, pairs in (
            ("duplicate", "exact", exact),
            ("near_duplicate", "minhash", near),
        ):
            names = self._signatures.names(np.unique(np.array(list(pairs.values()), np.int64)))
            for row, kept in pairs.items():
                shard, position = self._signatures.place(row)
                found[shard].append(Repeat(position, fate, reason, names[kept]))
        return found

    def _band(self, band: int) -> Hashes:
        values = self._signatures.band(band)
        values[self._out] = 0
        return values

    def _load(self, rows: Positions) -> Compared:
        """What is compared of the given rows (ascending); each shard is read once."""
        groups: list[Hashes] = []
        flats: list[list[Flat]] = [[], [], []]
        for shard, at in self._signatures.by_shard(rows):
            entry = self._signatures.entries[shard]
            hashes = entry["syllables"].array(np.uint32)
            starts = entry["starts"].array(np.int64)
            first, end = starts[:-1][at], starts[1:][at]
            spans = entry["spans"].array(np.int32).reshape(-1, SPANS)[at] + first[:, None]
            groups.append(entry["group"].array(">u8")[at].astype(np.uint64))
            flats[0].append(taken(hashes, first, end))
            flats[1].append(_two(hashes, spans[:, :4]))
            flats[2].append(taken(hashes, spans[:, 4], spans[:, 5]))
        whole, question, answer = (joined(parts) for parts in flats)
        return Compared(np.concatenate(groups), whole, question, answer)


def _two(hashes: npt.NDArray[np.uint32], spans: Positions) -> Flat:
    """Two ranges of each row (first, end, first, end) as one text."""
    pieces = taken(hashes, spans[:, [0, 2]].reshape(-1), spans[:, [1, 3]].reshape(-1))
    return Flat(pieces.hashes, pieces.starts[::2])
