"""How much of an output stands word for word in training rows, and in which.

The n-grams of all outputs are hashed and sorted once; training rows stream past them, block by
block. So memory grows with the outputs, not with the training set, and time with both (about 10 MB
of training text a second)::

    outputs    [a b c d]   [b c d e]      n = 3: abc bcd | bcd cde
    training   x b c d y                  bcd is found: 1 of 2 | 1 of 2

"Word for word" is by syllables: case, marks, spacing and the place of a tone mark do not count.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

import numpy as np
from numpy.typing import NDArray

from stages.near import Flat, hashed, ngrams

BLOCK = 2_000  # training rows hashed at once
NOWHERE = -1
NAMED = 5  # training rows named for each output


@dataclass(frozen=True)
class Row:
    """A training row."""

    row_id: str
    text: str


@dataclass(frozen=True)
class Copied:
    """For each output: its n-grams, how many of them stand in training rows, and in which.

    ``grams`` and ``found`` float64 (outputs,); ``rows``: up to five ids each, as they come in the
    output, an n-gram of several rows counting for the first of them.
    """

    grams: NDArray[np.float64]
    found: NDArray[np.float64]
    rows: tuple[tuple[str, ...], ...]


def copied(groups: Sequence[Sequence[str]], training: Iterable[Row], size: int) -> list[Copied]:
    """What each text of each group has in common with training rows; one pass over these."""
    flats = [ngrams(hashed(texts), size) for texts in groups]
    wanted = np.unique(np.concatenate([flat.hashes for flat in flats]))
    holder = np.full(len(wanted), NOWHERE, np.int64)
    named: list[str] = []
    waiting = iter(training)
    while block := list(islice(waiting, BLOCK)):
        grams = ngrams(hashed(row.text for row in block), size)
        places = np.searchsorted(wanted, grams.hashes)
        places[places == len(wanted)] = 0
        hits = np.flatnonzero(wanted[places] == grams.hashes) if len(wanted) else np.array([], int)
        new = hits[holder[places[hits]] == NOWHERE]
        owners = grams.owners
        for hit in new.tolist():
            if holder[places[hit]] == NOWHERE:
                holder[places[hit]] = len(named)
                named.append(block[owners[hit]].row_id)
    return [_counted(flat, wanted, holder, named) for flat in flats]


def _counted(
    flat: Flat, wanted: NDArray[np.uint64], holder: NDArray[np.int64], named: Sequence[str]
) -> Copied:
    holders = holder[np.searchsorted(wanted, flat.hashes)]
    bounds = flat.starts.tolist()
    rows, found = [], []
    for start, stop in pairwise(bounds):
        hit = [named[h] for h in holders[start:stop].tolist() if h != NOWHERE]
        found.append(float(len(hit)))
        rows.append(tuple(dict.fromkeys(hit))[:NAMED])
    return Copied(flat.lengths.astype(np.float64), np.array(found), tuple(rows))
