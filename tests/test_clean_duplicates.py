"""Exact and near duplicates: which of them go, and which look alike and stay."""

import numpy as np
import pytest

from stages import near
from stages.clean.duplicates import Compared, content_key
from stages.clean.duplicates import near as near_duplicates

WORDS = [f"tiếng{i}" for i in range(200)]


def text(start, stop, **changes):
    words = list(WORDS[start:stop])
    for at, word in changes.items():
        words[int(at[1:])] = word
    return " ".join(words)


def found(rows, threshold=0.8):
    """Near duplicates of (group, whole, question, answer) rows."""
    groups, whole, question, answer = zip(*rows, strict=True)
    flats = [near.hashed(texts) for texts in (whole, question, answer)]
    signatures = near.band_hashes(near.shingles(flats[0], 5), bands=24, rows=5, seed=1)
    names = np.array([hash(group) & 0xFFFF for group in groups], np.uint64)
    return near_duplicates(
        lambda band: signatures[:, band].copy(),
        24,
        lambda chosen: Compared(names[chosen], *(flat.take(chosen) for flat in flats)),
        ngram=5,
        threshold=threshold,
    )


def alone(i, whole):
    return (str(i), whole, "", whole)


def test_content_is_the_same_in_other_forms_cases_and_spaces():
    a = [{"role": "user", "content": "Hà  Nội"}, {"role": "assistant", "content": "Ừ"}]
    b = [{"role": "user", "content": "hà nội\n"}, {"role": "assistant", "content": "u\u031b\u0300"}]
    assert content_key(a, []) == content_key(b, [])
    assert content_key(a, []) != content_key(a[::-1], [])
    assert content_key(a, []) != content_key(a, a[1:])


def test_a_near_row_goes_and_names_the_earlier_one():
    rows = [alone(0, text(0, 60)), alone(1, text(30, 90)), alone(2, text(0, 60, _3="khác"))]
    assert found(rows) == {2: 0}


@pytest.mark.parametrize(("length", "expected"), [(50, {1: 0}), (49, {})])
def test_the_threshold_is_exact(length, expected):
    """One syllable in the middle changes 5 of n-4 5-grams: Jaccard (n-9)/(n+1) ≥ 0.8 ⟺ n ≥ 49."""
    threshold = (50 - 9) / (50 + 1)
    rows = [alone(0, text(0, length)), alone(1, text(0, length, _20="khác"))]
    assert found(rows, threshold) == expected


def test_of_a_chain_only_the_middle_goes():
    a, b, c = text(0, 60), text(5, 65), text(10, 70)
    sets = near.sets_of(near.hashed([a, b, c]), 5)
    assert near.jaccard(sets.of(0), sets.of(1)) == pytest.approx(51 / 61)
    assert near.jaccard(sets.of(0), sets.of(2)) == pytest.approx(46 / 66)
    assert found([alone(0, a), alone(1, b), alone(2, c)]) == {1: 0}


def test_tone_placement_is_no_difference():
    rows = [
        alone(0, "hòa thúy khỏe họa " + text(0, 20)),
        alone(1, "hoà thuý khoẻ hoạ " + text(0, 20)),
    ]
    assert found(rows, threshold=1.0) == {1: 0}


def test_questions_about_one_passage_are_no_duplicates():
    passage = text(0, 150)
    ask, who = "ai đã đến làng vào hôm qua", "bao nhiêu người ở lại trong làng"

    def row(question, answer, group="p"):
        return (group, f"{passage}\n\n{question}\n{answer}", f"\n\n{question}", answer)

    assert found([row(ask, "bà Lan"), row(who, "ba mươi")]) == {}
    assert found([row(ask, "bà Lan"), row(ask, "bà Lan và ông Tư")]) == {1: 0}
    assert found([row(ask, "bà Lan"), row(f"cho hỏi {ask}", "bà Lan")]) == {1: 0}
    assert found([row(ask, "ba mươi"), row(who, "ba mươi")]) == {}
    long = "ba mươi người ở lại làng để gặt lúa"
    assert found([row(ask, long), row(who, long)]) == {1: 0}
    assert found([row(ask, "bà Lan"), row(who, "ba mươi", group="q")]) == {1: 0}
