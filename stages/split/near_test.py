"""Rows of train and valid that give a test row away.

Two ways to be too near to a test row:

* the syllable n-grams of the whole rows have a Jaccard of at least ``threshold`` (found by
  MinHash, verified exactly), or
* the test row's answer, if longer than ``answer_words`` words, stands verbatim in the row (NFC,
  case and white space folded).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stages.near import (
    Buckets,
    Flat,
    Hashes,
    Positions,
    band_hashes,
    hashed,
    jaccard,
    ngrams,
    shingles,
)
from stages.text import fold, syllables

MINHASH_SEED = 1  # picks the hash functions; any value serves


@dataclass(frozen=True)
class Near:
    """What counts as too near (see ``split.near_test`` in params.yaml)."""

    threshold: float
    ngram: int
    bands: int
    band_rows: int
    answer_words: int


@dataclass(frozen=True)
class HeldOut:
    """The test rows, prepared to be compared with: their n-grams by MinHash band, and their long
    answers (folded) by size and hash of their first syllables."""

    row_ids: tuple[str, ...]
    shingles: tuple[Hashes, ...]
    buckets: Buckets
    answers: Mapping[int, Mapping[int, tuple[tuple[str, str], ...]]]


def prepare(
    row_ids: Sequence[str], texts: Sequence[str], answers: Sequence[str], near: Near
) -> HeldOut:
    """Index the test rows: their ids, whole texts and answers ("" for none)."""
    grams = shingles(hashed(texts), near.ngram)
    buckets = Buckets()
    for i, signature in enumerate(_signatures(grams, near)):
        buckets.add(i, _keys(signature))
    return HeldOut(
        row_ids=tuple(row_ids),
        shingles=tuple(np.unique(grams.of(i)) for i in range(len(texts))),
        buckets=buckets,
        answers=_by_opening(row_ids, answers, near.answer_words),
    )


def _signatures(grams: Flat, near: Near) -> Hashes:
    return band_hashes(grams, bands=near.bands, rows=near.band_rows, seed=MINHASH_SEED)


def _keys(signature: Hashes) -> list[int]:
    """A number for each band of a text."""
    bands = len(signature)
    return [value * bands + i for i, value in enumerate(signature.tolist()) if value]


def _by_opening(
    row_ids: Sequence[str], answers: Sequence[str], longest: int
) -> dict[int, dict[int, tuple[tuple[str, str], ...]]]:
    """Size of the opening in syllables → its hash → (folded answer, row id) of each such answer."""
    found: dict[int, dict[int, tuple[tuple[str, str], ...]]] = {}
    for row_id, answer in zip(row_ids, answers, strict=True):
        folded = fold(answer)
        opening = syllables(folded)[: longest + 1]
        if len(folded.split()) <= longest or not opening:
            continue
        grams = ngrams(hashed([" ".join(opening)]), len(opening))
        of_size = found.setdefault(len(opening), {})
        key = int(grams.hashes[0])
        of_size[key] = (*of_size.get(key, ()), (folded, row_id))
    return found


def too_near(texts: Sequence[str], test: HeldOut, near: Near) -> dict[int, str]:
    """Of whole texts of train and valid rows: position → the test row it is too near to."""
    flat = hashed(texts)
    grams = shingles(flat, near.ngram)
    found: dict[int, str] = {}
    for i, signature in enumerate(_signatures(grams, near)):
        own = np.unique(grams.of(i))
        for other in test.buckets.near(_keys(signature)):
            if jaccard(own, test.shingles[other]) >= near.threshold:
                found[i] = test.row_ids[other]
                break
    for i, row_id in _quoting(texts, flat, test).items():
        found.setdefault(i, row_id)
    return dict(sorted(found.items()))


def _quoting(texts: Sequence[str], flat: Flat, test: HeldOut) -> dict[int, str]:
    """Texts that hold a long test answer verbatim: position → test row."""
    found: dict[int, str] = {}
    for size, by_hash in test.answers.items():
        grams = ngrams(flat, size)
        known = np.array(sorted(by_hash), np.uint64)
        hits: Positions = np.flatnonzero(np.isin(grams.hashes, known))
        for text, key in zip(grams.owners[hits].tolist(), grams.hashes[hits].tolist(), strict=True):
            if text in found:
                continue
            folded = fold(texts[text])
            for answer, row_id in by_hash[key]:
                if answer in folded:
                    found[text] = row_id
                    break
    return found
