import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.prompt import IGNORE
from stages.tokenize.packing import Place, best_fit, pack
from stages.tokenize.sample import truncated


def test_best_fit_fills_the_fullest_pack_that_still_holds_the_sample():
    assert best_fit([5, 3, 2, 6], 8) == [Place(1, 0), Place(1, 5), Place(0, 6), Place(0, 0)]


@given(st.lists(st.integers(1, 32), max_size=60))
def test_every_sample_lies_in_one_pack_and_none_overlap(lengths):
    taken: dict[int, list[int]] = {}
    for place, length in zip(best_fit(lengths, 32), lengths, strict=True):
        taken.setdefault(place.pack, []).extend(range(place.start, place.start + length))
    for positions in taken.values():
        assert sorted(positions) == list(range(len(positions)))
        assert len(positions) <= 32
    assert sorted(taken) == list(range(len(taken)))


def test_a_sample_longer_than_a_pack_is_refused():
    with pytest.raises(ValueError, match="sample 0 has 9 tokens, a pack holds 1 to 8"):
        best_fit([9], 8)


def test_packs_keep_each_sample_s_ids_labels_and_positions():
    samples = [([1, 2, 3], [IGNORE, 2, 3]), ([4, 5], [IGNORE, 5]), ([6], [IGNORE])]
    assert pack(samples, best_fit([3, 2, 1], 5)) == [
        {
            "input_ids": [1, 2, 3, 4, 5],
            "labels": [IGNORE, 2, 3, IGNORE, 5],
            "position_ids": [0, 1, 2, 0, 1],
        },
        {"input_ids": [6], "labels": [IGNORE], "position_ids": [0]},
    ]


def test_truncation_takes_the_prompt_first_then_the_answer_s_end():
    ids = [1, 2, 3, 4, 5, 6]
    labels = [IGNORE, IGNORE, IGNORE, 4, 5, 6]
    assert truncated(ids, labels, 6) == (ids, labels)
    assert truncated(ids, labels, 5) == ([1, 3, 4, 5, 6], [IGNORE, IGNORE, 4, 5, 6])
    assert truncated(ids, labels, 4) == ([1, 4, 5, 6], [IGNORE, 4, 5, 6])
    assert truncated(ids, labels, 3) == ([1, 4, 5], [IGNORE, 4, 5])
