"""How near two texts are: syllable n-grams as 64-bit hashes, MinHash bands, exact Jaccard.

    "Hà Nội mưa to"  →  4 syllable hashes  →  2 3-gram hashes  →  bands of a MinHash signature

A syllable is kept as 32 bits, so that the texts of a million rows can be compared without reading
them again (some 400 bytes a row); an n-gram and a band are 64 bits.

Candidates share a band (Broder 1997; Leskovec et al., Mining of Massive Datasets, ch. 3): with
``b`` bands of ``r`` values two texts of Jaccard ``s`` meet with probability 1-(1-s^r)^b. Whoever
asks verifies a candidate by the exact Jaccard of its n-grams, so a chance meeting costs time and
never a row.

Every hash is derived from BLAKE2 digests and fixed constants, so that signatures are equal
in every process and on every machine. Cost: about 10 MB of text a second and core.
"""

import hashlib
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

from stages.text import fold_tone, syllables

Hashes = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int64]
Keys = npt.NDArray[np.void]
KEY = np.dtype([("high", "<u8"), ("low", "<u8")])  # 128 bits of a digest of what must be equal

# splitmix64 (Steele, Lea, Flood 2014): an odd multiplier and a finaliser that spreads every bit.
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
TABLE_BITS = 24  # of a value that :func:`members` looks up; a table of 16 MiB
MIX_1, MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True)
class Flat:
    """Hashes of many texts in one array: those of text ``i`` are ``hashes[starts[i]:starts[i+1]]``.

    ``hashes`` uint64 (total,), ``starts`` int64 (texts + 1,).
    """

    hashes: Hashes
    starts: Positions

    def of(self, text: int) -> Hashes:
        """The hashes of one text."""
        return self.hashes[self.starts[text] : self.starts[text + 1]]

    def take(self, texts: Positions) -> "Flat":
        """The given texts alone, in the order given."""
        return ranges(self.hashes, self.starts[:-1][texts], self.starts[1:][texts])

    @property
    def lengths(self) -> Positions:
        """Number of hashes of each text, (texts,)."""
        return np.diff(self.starts)

    @property
    def owners(self) -> Positions:
        """The text that each hash belongs to, (total,)."""
        return np.repeat(np.arange(len(self.starts) - 1), self.lengths)

    def owners_at(self, hashes: Positions) -> Positions:
        """The texts that some of the hashes, given by their positions, belong to."""
        return np.searchsorted(self.starts, hashes, "right") - 1


def ranges(hashes: npt.NDArray[Any], first: Positions, end: Positions) -> Flat:
    """``hashes[first[i]:end[i]]`` as text ``i``."""
    lengths = end - first
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    at = np.arange(starts[-1]) + np.repeat(first - starts[:-1], lengths)
    return Flat(hashes[at], starts)


def joined(parts: Sequence[Flat]) -> Flat:
    """The texts of several, one after the other."""
    lengths = [np.zeros(1, np.int64), *(part.lengths for part in parts)]
    hashes = [np.zeros(0, np.uint64), *(part.hashes for part in parts)]
    return Flat(np.concatenate(hashes), np.cumsum(np.concatenate(lengths)))


class _SyllableHashes(dict[str, int]):
    """Syllable → 32-bit hash of its tone-folded form, filled on demand."""

    def __missing__(self, syllable: str) -> int:
        digest = hashlib.blake2b(fold_tone(syllable).encode(), digest_size=4).digest()
        self[syllable] = int.from_bytes(digest, "big")
        return self[syllable]


def hashed(texts: Iterable[str]) -> Flat:
    """The syllables of each text as 32-bit hashes (held as uint64), tone placement folded."""
    known = _SyllableHashes()
    flat = array("I")
    starts = array("q", [0])
    for text in texts:
        flat.extend(map(known.__getitem__, syllables(text)))
        starts.append(len(flat))
    hashes = np.frombuffer(flat, np.uint32) if flat else np.zeros(0, np.uint32)
    return Flat(hashes.astype(np.uint64), np.frombuffer(starts, np.int64).copy())


def ngrams(flat: Flat, size: int) -> Flat:
    """The hashes of all runs of ``size`` syllables inside each text; shorter texts have none."""
    counts = np.maximum(flat.lengths - size + 1, 0)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    within = np.arange(starts[-1]) - np.repeat(starts[:-1], counts)
    first = np.repeat(flat.starts[:-1], counts) + within
    grams = np.full(len(first), np.uint64(size))
    for k in range(size):
        grams = grams * GOLDEN + flat.hashes[first + k]
    return Flat(_mix(grams), starts)


def shingles(flat: Flat, size: int) -> Flat:
    """:func:`ngrams`; a text shorter than ``size`` has one, of all its syllables."""
    grams = ngrams(flat, size)
    short = np.flatnonzero((flat.lengths > 0) & (flat.lengths < size))
    if not len(short):
        return grams
    alone = np.zeros(len(short), np.uint64)
    for i, text in enumerate(short):
        whole = flat.of(int(text))
        one = Flat(whole, np.array([0, len(whole)], np.int64))
        alone[i] = ngrams(one, len(whole)).hashes[0]
    hashes = np.insert(grams.hashes, grams.starts[short], alone)
    added = np.zeros(len(grams.starts), np.int64)
    added[short + 1] = 1
    return Flat(hashes, grams.starts + np.cumsum(added))


def _mix(values: Hashes) -> Hashes:
    values = (values ^ (values >> np.uint64(30))) * MIX_1
    values = (values ^ (values >> np.uint64(27))) * MIX_2
    return values ^ (values >> np.uint64(31))


def band_hashes(grams: Flat, *, bands: int, rows: int, seed: int) -> Hashes:
    """MinHash signatures, folded to one hash for each band of ``rows`` values: (texts, bands).

    Zeros for a text without any n-gram, which meets no other.
    """
    texts = len(grams.starts) - 1
    if not texts:
        return np.zeros((0, bands), np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(
        grams.hashes, grams.starts.astype(np.uint64), bands * rows, seed
    )
    digests = np.array(matrix.to_rows(), dtype=np.uint64).reshape(texts, bands, rows)
    folded = np.ones((texts, bands), np.uint64)
    for k in range(rows):
        folded = folded * GOLDEN + digests[:, :, k]
    return np.where(grams.lengths[:, None] > 0, _mix(folded), np.uint64(0))


def repeated(values: Hashes) -> npt.NDArray[np.bool_]:
    """Which values stand more than once among ``values``, (n,); zeros never do."""
    ordered = np.sort(values)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    return members(values, twice[twice != 0])


def members(values: Hashes, of: Hashes) -> npt.NDArray[np.bool_]:
    """Which of ``values`` (n,) stand in ``of`` (ascending).

    The leading bits are looked up in a table first, which few others pass, then exactly.
    """
    found = np.zeros(len(values), bool)
    if not len(of):
        return found
    table = np.zeros(1 << TABLE_BITS, bool)
    table[of >> np.uint64(64 - TABLE_BITS)] = True
    maybe = np.flatnonzero(table[values >> np.uint64(64 - TABLE_BITS)])
    at = np.minimum(np.searchsorted(of, values[maybe]), len(of) - 1)
    found[maybe[of[at] == values[maybe]]] = True
    return found


def first_equal(keys: Keys) -> Positions:
    """For each key (:data:`KEY`) the position of the first that equals it, (keys,)."""
    first = np.arange(len(keys))
    same = np.flatnonzero(repeated(keys["high"]))
    same = same[np.lexsort((keys["low"][same], keys["high"][same]))]
    if len(same):
        new = np.ones(len(same), bool)
        new[1:] = keys[same[1:]] != keys[same[:-1]]
        first[same] = same[new][np.cumsum(new) - 1]
    return first


class Buckets:
    """Texts by band; tells which of those added share a band with another."""

    def __init__(self) -> None:
        self._held: defaultdict[int, list[int]] = defaultdict(list)

    def add(self, text: int, keys: Iterable[int]) -> None:
        """Put ``text`` under each of its keys (see :func:`bucket_keys`)."""
        for key in keys:
            self._held[key].append(text)

    def near(self, keys: Iterable[int]) -> list[int]:
        """The texts added so far that share a key with ``keys``, ascending."""
        found: set[int] = set()
        for key in keys:
            found.update(self._held.get(key, ()))
        return sorted(found)


def bucket_keys(signatures: Hashes) -> list[list[int]]:
    """For each text the bands (as numbers) that it shares with another text.

    ``signatures`` (texts, bands); a zero is no band.
    """
    found: list[list[int]] = [[] for _ in range(len(signatures))]
    bands = signatures.shape[1]
    for band in range(bands):
        shared = np.flatnonzero(repeated(signatures[:, band]))
        _, numbers = np.unique(signatures[shared, band], return_inverse=True)
        for text, number in zip(shared.tolist(), numbers.tolist(), strict=True):
            found[text].append(number * bands + band)
    return found


def jaccard(a: Hashes, b: Hashes) -> float:
    """Share of the n-grams of ``a`` and ``b`` (each sorted, unique) that both have; 1 if both are
    empty."""
    if not len(a) and not len(b):
        return 1.0
    both = len(np.intersect1d(a, b, assume_unique=True))
    return both / (len(a) + len(b) - both)


def sets_of(flat: Flat, size: int) -> Flat:
    """The shingles of each text, sorted and unique."""
    grams = shingles(flat, size)
    owners = grams.owners
    order = np.lexsort((grams.hashes, owners))
    hashes, owners = grams.hashes[order], owners[order]
    new = np.ones(len(hashes), bool)
    new[1:] = (hashes[1:] != hashes[:-1]) | (owners[1:] != owners[:-1])
    counts = np.bincount(owners[new], minlength=len(grams.starts) - 1)
    return Flat(hashes[new], np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)]))
