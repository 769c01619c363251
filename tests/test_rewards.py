"""What an answer is worth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from rouge_score import rouge_scorer

from stages.train import rewards
from stages.train.params import Rewards

SETTINGS = {"rouge_l": 1.0, "length": 0.5, "format": 0.0, "pattern": r"\d+"}


def test_rouge_l_counts_whole_syllables_whatever_their_unicode_form():
    assert rewards.rouge_l("Hà Nội", "ha\u0300 no\u0323\u0302i!") == 1.0
    assert rewards.rouge_l("bán", "bạn") == 0.0
    assert rewards.rouge_l("a b c d", "a x c") == pytest.approx(2 * 2 / 7)


def test_rouge_l_of_nothing():
    assert rewards.rouge_l("", "...") == 1.0
    assert rewards.rouge_l("", "a") == rewards.rouge_l("a", "") == 0.0


WORDS = st.lists(st.sampled_from("abcd"), max_size=12)


@given(WORDS, WORDS)
def test_rouge_l_is_rouge_score_s_on_english(given_words, wanted_words):
    answer, reference = " ".join(given_words), " ".join(wanted_words)
    if answer or reference:
        expected = rouge_scorer.RougeScorer(["rougeL"]).score(reference, answer)["rougeL"].fmeasure
        assert rewards.rouge_l(answer, reference) == pytest.approx(expected, abs=1e-12)


def test_length_is_best_where_both_are_as_long():
    assert rewards.length("a b", "c d") == 1.0
    assert rewards.length("a", "b c d e") == rewards.length("a b c d", "e") == 0.25
    assert (rewards.length("", ""), rewards.length("", "a")) == (1.0, 0.0)


def test_format_is_the_whole_answer_s():
    matches = rewards.form(r"\d+")
    assert (matches("48", ""), matches("48 m", "")) == (1.0, 0.0)


def test_rewards_are_weighed_and_those_of_no_weight_left_out():
    total = rewards.weighed(Rewards.model_validate(SETTINGS))
    assert total("a b", "a b c d") == pytest.approx(2 * 2 / 6 + 0.5 * 0.5)
    form_alone = {**SETTINGS, "rouge_l": 0.0, "length": 0.0, "format": 2.0}
    assert rewards.weighed(Rewards.model_validate(form_alone))("7", "") == 2.0


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"rouge_l": 0.0, "length": 0.0}, "no reward has a weight"),
        ({"pattern": "("}, "is no regular expression"),
        ({"rouge_l": -1.0}, "greater than or equal to 0"),
    ],
)
def test_rewards_that_mean_nothing_are_refused(values, why):
    with pytest.raises(ValidationError, match=why):
        Rewards.model_validate({**SETTINGS, **values})
