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
import numpy.typing as npt

from stages.near import Buckets, Hashes, Positions, jaccard, meeting, sets_of
from stages.rows import Message
from stages.text import fold, syllables

Keys = npt.NDArray[np.void]
SHORT_ANSWER = 8  # syllables; a longer answer is hardly that of two questions about one passage
REWORDED = 0.5  # share of syllables in common from which a question counts as put differently
KEY = np.dtype([("high", "<u8"), ("low", "<u8")])


@dataclass(frozen=True)
class Comparable:
    """What is compared of a row; ``question`` is the first user message without the passage."""

    group: str
    whole: str
    question: str
    answer: str


def content_key(messages: Sequence[Message], rejected: Sequence[Message]) -> bytes:
    """128 bits of SHA-256 over the folded conversation."""
    folded = [[m["role"], fold(m["content"])] for m in messages]
    against = [[m["role"], fold(m["content"])] for m in rejected]
    plain = json.dumps([folded, against], ensure_ascii=False)
    return hashlib.sha256(plain.encode()).digest()[:16]


def keys(contents: Sequence[bytes]) -> Keys:
    """Content keys as an array (rows,)."""
    return np.frombuffer(b"".join(contents), dtype=KEY)


def exact(contents: Keys) -> Positions:
    """For each row the first row of the same content, (rows,); a row that is first has itself."""
    _, first, inverse = np.unique(contents, return_index=True, return_inverse=True)
    found: Positions = first[inverse.reshape(-1)]
    return found


def near(
    signatures: Hashes,
    alive: Positions,
    load: Callable[[Positions], Sequence[Comparable]],
    *,
    ngram: int,
    threshold: float,
) -> dict[int, int]:
    """Near duplicates among the ``alive`` rows: row → the earlier, kept row that it repeats.

    ``signatures`` (rows, bands); ``alive`` ascending. ``load`` gives what to compare, for those
    rows alone that share a band with another.
    """
    candidates = alive[meeting(signatures[alive])]
    compared = load(candidates)
    sets = sets_of([c.whole for c in compared], ngram)
    place = {row: i for i, row in enumerate(candidates.tolist())}
    buckets = Buckets()
    found: dict[int, int] = {}
    for row, i in place.items():
        for other in buckets.near(signatures[row]):
            j = place[other]
            if jaccard(sets[i], sets[j]) < threshold:
                continue
            if _same_subject(compared[i], compared[j], ngram, threshold):
                found[row] = other
                break
        else:
            buckets.add(row, signatures[row])
    return found


def _same_subject(a: Comparable, b: Comparable, ngram: int, threshold: float) -> bool:
    """Whether two near rows say the same, and do not only share a passage."""
    if a.group != b.group:
        return True
    if jaccard(*sets_of([a.question, b.question], ngram)) >= threshold:
        return True
    if jaccard(*sets_of([a.answer, b.answer], ngram)) < threshold:
        return False
    telling = len(syllables(a.answer)) > SHORT_ANSWER
    return telling or jaccard(*sets_of([a.question, b.question], 1)) >= REWORDED
