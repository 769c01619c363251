"""Near texts: hashes against plain sets of words, signatures against the exact Jaccard."""

import random

import numpy as np
import pytest

from stages import near

# Written down once: another value means that signatures differ between machines or versions.
HA, NOI = 3171741569, 999686506
SIGNATURE = [18015770228543591509, 1376571675132156103]

TEXTS = ["Hà Nội mưa to gió lớn", "mưa", "", "hà nội MƯA to, gió lớn!", "đường về nhà"]


def plain_ngrams(text, size):
    words = text.lower().replace(",", "").replace("!", "").split()
    return [tuple(words[i : i + size]) for i in range(len(words) - size + 1)]


def test_ngrams_stay_inside_their_text():
    grams = near.ngrams(near.hashed(TEXTS), 3)
    assert grams.lengths.tolist() == [4, 0, 0, 4, 1]
    assert grams.of(0).tolist() == grams.of(3).tolist()
    assert len(set(grams.hashes.tolist())) == 5
    assert grams.owners.tolist() == [0, 0, 0, 0, 3, 3, 3, 3, 4]


def test_a_text_too_short_for_an_ngram_has_one_shingle_of_all_it_has():
    shingles = near.shingles(near.hashed(TEXTS), 3)
    assert shingles.lengths.tolist() == [4, 1, 0, 4, 1]
    alone = near.ngrams(near.hashed(["mưa"]), 1)
    assert shingles.of(1).tolist() == alone.hashes.tolist()


def test_hashes_and_signatures_are_the_same_on_every_machine():
    flat = near.hashed(["Hà Nội"])
    assert flat.hashes.tolist() == [HA, NOI]
    signature = near.band_hashes(near.shingles(flat, 2), bands=2, rows=3, seed=1)
    assert signature.tolist() == [SIGNATURE]


def test_jaccard_is_that_of_the_sets_of_ngrams():
    rng = random.Random(3)
    words = [f"tiếng{i}" for i in range(12)]
    for _ in range(50):
        a, b = (" ".join(rng.choices(words, k=rng.randint(3, 20))) for _ in range(2))
        x, y = set(plain_ngrams(a, 2)), set(plain_ngrams(b, 2))
        sets = near.sets_of(near.hashed([a, b]), 2)
        assert near.jaccard(sets.of(0), sets.of(1)) == len(x & y) / len(x | y)


def test_jaccard_of_nothing_and_nothing_is_one():
    empty = np.zeros(0, np.uint64)
    assert near.jaccard(empty, empty) == 1.0
    assert near.jaccard(empty, np.array([1], np.uint64)) == 0.0


def test_pairs_at_the_threshold_are_found():
    """24 bands of 5 miss a pair of Jaccard 0.8 with probability 7e-5."""
    rng = random.Random(5)
    texts = []
    for _ in range(500):
        words = [f"w{rng.randrange(10**6)}" for _ in range(45)]
        other = list(words)
        other[20] = "khác"  # 5 of 41 5-grams differ: Jaccard 36/46 = 0.783
        texts += [" ".join(words), " ".join(other)]
    grams = near.shingles(near.hashed(texts), 5)
    signatures = near.band_hashes(grams, bands=24, rows=5, seed=1)
    keys = near.bucket_keys(signatures)
    assert all(keys)
    buckets = near.Buckets()
    for i in range(0, 1000, 2):
        buckets.add(i, keys[i])
    assert all(buckets.near(keys[i]) == [i - 1] for i in range(1, 1000, 2))


@pytest.mark.parametrize("text", ["", "!!!", "…"])
def test_texts_without_syllables_meet_nothing(text):
    grams = near.shingles(near.hashed([text, text]), 5)
    signatures = near.band_hashes(grams, bands=4, rows=2, seed=1)
    assert near.bucket_keys(signatures) == [[], []]


def test_values_that_stand_twice_and_members_of_a_list():
    values = np.array([7, 0, 2**63, 5, 7, 0, 2**63 + 1], np.uint64)
    assert np.flatnonzero(near.repeated(values)).tolist() == [0, 4]
    assert near.members(values, np.array([5, 2**63], np.uint64)).tolist() == [
        False, False, True, True, False, False, False,
    ]  # fmt: skip
    assert not near.members(values, np.zeros(0, np.uint64)).any()


def test_the_first_of_equal_keys_is_named():
    keys = np.frombuffer(b"".join(bytes([n] * 16) for n in (5, 1, 5, 9, 1, 5)), near.KEY)
    assert near.first_equal(keys).tolist() == [0, 1, 0, 3, 1, 0]
    halves = np.array([(7, 1), (7, 2), (7, 1), (8, 2), (7, 2)], near.KEY)
    assert near.first_equal(halves).tolist() == [0, 1, 0, 3, 1]
    assert near.first_equal(keys[:0]).tolist() == []


def test_a_hash_is_in_the_text_that_holds_its_position():
    flat = near.Flat(np.zeros(5, np.uint64), np.array([0, 0, 2, 2, 5, 5]))
    assert flat.owners_at(np.arange(5)).tolist() == flat.owners.tolist() == [1, 1, 3, 3, 3]
