"""Rows of train and valid that give a test row away.

Two ways to be too near to a test row:

* the syllable n-grams of the whole rows have a Jaccard of at least ``threshold`` (found by
  MinHash, verified exactly), or
* the test row's answer, if longer than ``answer_words`` words, stands verbatim in the row (NFC,
  case and white space folded).

Either way the first such test row is named. In memory are one band of all rows at a time (8 bytes
a row), and of each test row its bands and syllables (some 700 bytes); the texts only of rows that
hold the beginning of a test answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stages.near import Flat, Hashes, Positions, jaccard, members, sets_of
from stages.signatures import Signatures

AT_ONCE = 64  # rows whose partners are in memory
Opening = tuple[int, int]  # how many syllables, and their hash


@dataclass(frozen=True)
class Near:
    """What counts as too near (see ``split.near_test`` in params.yaml)."""

    threshold: float
    ngram: int
    bands: int
    band_rows: int
    answer_words: int


@dataclass(frozen=True)
class Band:
    """One band of the test rows: its values, ascending, and the test row of each."""

    values: Hashes
    rows: npt.NDArray[np.int32]

    def partners(self, values: Hashes) -> tuple[Positions, Positions]:
        """Pairs of a position in ``values`` and a test row with that value; zero is none."""
        first = np.searchsorted(self.values, values, "left")
        counts = np.searchsorted(self.values, values, "right") - first
        counts[values == 0] = 0
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        at = np.repeat(first, counts) + within
        return np.repeat(np.arange(len(values)), counts), self.rows[at].astype(np.int64)


def near(rows: Signatures, test: npt.NDArray[np.bool_], limit: Near) -> dict[int, int]:
    """Row of train or valid → the first test row that it is near to; ``test`` (rows,)."""
    held = np.flatnonzero(test)
    bands, meets = [], np.zeros(len(test), bool)
    for i in range(limit.bands):
        values = rows.band(i)
        of_test = values[held]
        order = np.argsort(of_test, kind="stable").astype(np.int32)
        bands.append(Band(of_test[order], order))
        meets |= members(values, np.unique(of_test[of_test != 0]))
    meets[held] = False
    candidates = np.flatnonzero(meets)
    if not len(candidates):
        return {}
    signatures = np.stack([rows.band(i)[candidates] for i in range(limit.bands)], axis=1)
    texts = rows.syllables(held)
    found: dict[int, int] = {}
    done = 0
    for shard, at in rows.by_shard(candidates):
        numbers = at + rows.ends[shard]
        own = sets_of(rows.syllables(numbers), limit.ngram)
        of_shard = signatures[done : done + len(at)]
        for start in range(0, len(at), AT_ONCE):
            some = of_shard[start : start + AT_ONCE]
            for i, partners, sets in _compared(some, bands, texts, limit.ngram):
                mine = own.of(start + i)
                for j, theirs in zip(partners, sets, strict=True):
                    if jaccard(mine, theirs) >= limit.threshold:
                        found[int(numbers[start + i])] = int(held[j])
                        break
        done += len(at)
    return found


def _compared(
    signatures: Hashes, bands: Sequence[Band], texts: Flat, ngram: int
) -> Iterator[tuple[int, list[int], Iterator[Hashes]]]:
    """Of some rows, given by their bands (rows, bands): each row that meets test rows, these
    (ascending), and their n-grams."""
    tests = max(1, len(texts.starts) - 1)
    pairs = np.zeros(0, np.int64)
    for i, band in enumerate(bands):
        row, test = band.partners(signatures[:, i])
        pairs = np.union1d(pairs, row * tests + test)
    wanted = np.unique(pairs % tests)
    sets = sets_of(texts.take(wanted), ngram)
    for i in np.unique(pairs // tests).tolist():
        partners = pairs[
            np.searchsorted(pairs, i * tests) : np.searchsorted(pairs, (i + 1) * tests)
        ]
        partners = partners % tests
        places = np.searchsorted(wanted, partners).tolist()
        yield i, partners.tolist(), (sets.of(place) for place in places)


def quoted(
    openings: Mapping[int, Sequence[Opening]],
    texts: Mapping[int, str],
    answers: Mapping[Opening, Sequence[tuple[int, str]]],
) -> dict[int, int]:
    """Row → the first test row whose answer stands in it.

    ``openings`` of answers that a row holds, ``texts`` of these rows (folded), and under each
    opening the test rows and their answers (folded).
    """
    found = {}
    for row, held in openings.items():
        holders = sorted(pair for opening in held for pair in answers.get(opening, ()))
        hit = next((test for test, answer in holders if answer in texts[row]), None)
        if hit is not None:
            found[row] = hit
    return found
