"""Exact and near duplicates among all rows; of equals the earliest is kept.

Exact: the same conversation once NFC, case and white space are folded. Near: the syllable n-grams
of two rows have a Jaccard of at least ``threshold``, found by MinHash and always verified. A row
is dropped only for a row that is kept, so of a chain a ~ b ~ c with a and c far apart, b goes.

Rows that share a passage (several questions about one text) look alike by that passage alone. They
are duplicates only if besides the whole row their questions are near, or their answers are and
that is no coincidence: two questions can have one short answer.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from stages.near import Buckets, Flat, Hashes, Positions, bucket_keys, jaccard, repeated, sets_of
from stages.rows import Message
from stages.text import fold

SHORT_ANSWER = 8  # syllables; a longer answer is hardly that of two questions about one passage
REWORDED = 0.5  # share of syllables in common from which a question counts as put differently


@dataclass(frozen=True)
class Compared:
    """What is compared of rows, as syllable hashes; ``question`` is the first user message without
    the passage. ``group`` (rows,) is the leading 64 bits of the row's group."""

    group: Hashes
    whole: Flat
    question: Flat
    answer: Flat


def content_key(messages: Sequence[Message], rejected: Sequence[Message]) -> bytes:
    """128 bits of SHA-256 over the folded conversation."""
    folded = [[m["role"], fold(m["content"])] for m in messages]
    against = [[m["role"], fold(m["content"])] for m in rejected]
    plain = json.dumps([folded, against], ensure_ascii=False)
    return hashlib.sha256(plain.encode()).digest()[:16]


def near(
    band: Callable[[int], Hashes],
    bands: int,
    load: Callable[[Positions], Compared],
    *,
    ngram: int,
    threshold: float,
) -> dict[int, int]:
    """Near duplicates: row → the earlier, kept row that it repeats.

    ``band(i)`` gives band ``i`` of every row, (rows,), zero for a row that is out already.
    ``load`` gives what to compare, for those rows alone that share a band with another. One band
    is in memory at a time.
    """
    meets = repeated(band(0))
    for i in range(1, bands):
        meets |= repeated(band(i))
    candidates: Positions = np.flatnonzero(meets)
    if not len(candidates):
        return {}
    keys = bucket_keys(np.stack([band(i)[candidates] for i in range(bands)], axis=1))
    pairs = _Pairs(load(candidates), ngram, threshold)
    buckets = Buckets()
    found: dict[int, int] = {}
    rows = candidates.tolist()
    for i, of_row in enumerate(keys):
        for j in buckets.near(of_row):
            if pairs.repeat(i, j):
                found[rows[i]] = rows[j]
                break
        else:
            buckets.add(i, of_row)
    return found


class _Pairs:
    """Compares two of the candidates."""

    def __init__(self, compared: Compared, ngram: int, threshold: float) -> None:
        self._compared, self._ngram, self._threshold = compared, ngram, threshold
        self._sets = sets_of(compared.whole, ngram)

    def repeat(self, i: int, j: int) -> bool:
        """Whether two rows are near, say the same, and do not only share a passage."""
        if jaccard(self._sets.of(i), self._sets.of(j)) < self._threshold:
            return False
        group = self._compared.group
        return bool(group[i] != group[j]) or self._same_subject(np.array([i, j]))

    def _same_subject(self, pair: Positions) -> bool:
        question, answer = self._compared.question.take(pair), self._compared.answer.take(pair)
        if _likeness(question, self._ngram) >= self._threshold:
            return True
        if _likeness(answer, self._ngram) < self._threshold:
            return False
        telling = answer.lengths[0] > SHORT_ANSWER
        return bool(telling) or _likeness(question, 1) >= REWORDED


def _likeness(pair: Flat, ngram: int) -> float:
    """Jaccard of the two texts of ``pair``."""
    sets = sets_of(pair, ngram)
    return jaccard(sets.of(0), sets.of(1))
