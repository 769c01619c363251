"""What stands beside ROUGE: single measures, sentences, copying, slices."""

import unicodedata

import numpy as np
import pytest

from stages.evaluate import copying, measures, slices
from stages.evaluate.copying import Row
from stages.evaluate.predictions import Prediction
from stages.evaluate.sentences import by_punctuation

NFC = "Cầu Bến Đá dài 48 mét."
NFD = unicodedata.normalize("NFD", NFC)


def test_exact_match_ignores_only_form_and_spacing():
    assert measures.exact_match(["x", NFC], "  " + NFD + "\n") == 1.0
    assert measures.exact_match(["48 mét"], "49 mét") == 0.0
    assert measures.exact_match([""], " ") == 1.0


def test_chrf_is_sacrebleu_s_over_nfc_text():
    from sacrebleu.metrics.chrf import CHRF

    other = "Cầu Bến Gỗ dài 50 mét."
    expected = CHRF().sentence_score(other, [NFC]).score / 100
    assert measures.chrf([NFC], other) == expected
    assert measures.chrf([NFD], other) == expected
    assert 0.2 < expected < 0.8
    assert measures.chrf(["khác hẳn", NFC], NFD) == pytest.approx(1.0)
    assert measures.chrf([""], NFC) == measures.chrf([NFC], "") == 0.0


def test_repetition_counts_four_grams_that_came_before():
    assert measures.repetition(["a", "b", "c", "d", "e"]) == 0.0
    assert measures.repetition(["a"] * 13) == 0.9  # ten 4-grams, one of them new
    assert measures.repetition(["a"] * 3) == 0.0


def test_distinct_counts_over_all_outputs():
    outputs = [["a", "b", "a"], ["a", "b"], []]
    assert measures.distinct(outputs, 1) == 2 / 5
    assert measures.distinct(outputs, 2) == 2 / 3
    assert measures.distinct([[], ["a"]], 2) is None


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Một. Hai! Ba?", ["Một.", "Hai!", "Ba?"]),
        ("TP. Hồ Chí Minh có 1.234,5 km². Đông dân.",
         ["TP. Hồ Chí Minh có 1.234,5 km².", "Đông dân."]),
        ("“Thật à?” Bà hỏi… rồi thôi.", ["“Thật à?”", "Bà hỏi… rồi thôi."]),
        ("Ông P. đáp. PGS. TS. Hà gật đầu.", ["Ông P. đáp.", "PGS. TS. Hà gật đầu."]),
        ("Một\n\n  Hai. \n", ["Một", "Hai."]),
        ("Giá 5.000. 20 người mua.", ["Giá 5.000.", "20 người mua."]),
        ("", []),
    ],
)  # fmt: skip
def test_sentences_end_by_rule(text, sentences):
    assert by_punctuation(text) == sentences


def test_copied_n_grams_are_found_with_their_rows():
    training = [
        Row("r1", "Hôm qua chị Lan bán cam ở chợ."),
        Row("r2", "chị Lan bán cam; trời mưa to quá"),
    ]
    outputs = ["CHỊ LAN, bán cam ở nhà. Trời mưa to", "trời mưa to quá", "Lan bán"]
    found, none = copying.copied([outputs, ["không có gì cả"]], training, 3)
    # chị lan bán | lan bán cam | bán cam ở | cam ở nhà | ở nhà trời | nhà trời mưa | trời mưa to
    assert found.grams.tolist() == [7.0, 2.0, 0.0]
    assert found.found.tolist() == [4.0, 2.0, 0.0]
    assert found.rows == (("r1", "r2"), ("r2",), ())
    assert (none.found.tolist(), none.rows) == ([0.0], ((),))


def test_an_n_gram_of_many_rows_counts_for_the_first(monkeypatch):
    monkeypatch.setattr(copying, "BLOCK", 1)
    training = [Row(f"r{i}", "một hai ba bốn") for i in range(3)]
    (found,) = copying.copied([["một hai ba bốn"]], training, 3)
    assert (found.found.tolist(), found.rows) == ([2.0], (("r0",),))


def test_nothing_is_copied_from_no_training_rows_or_by_no_output():
    (found,) = copying.copied([["một hai ba"]], [], 3)
    assert (found.grams.tolist(), found.found.tolist()) == ([1.0], [0.0])
    (found,) = copying.copied([[""]], [Row("r", "một hai ba")], 3)
    assert (found.grams.tolist(), found.found.tolist(), found.rows) == ([0.0], [0.0], ((),))


def prediction(task="t", source="s"):
    return Prediction("id", task, source, 1, "p", "r", "o", "stop", 1, 0.5)


def test_slices_are_by_task_source_and_length():
    rows = [prediction("a", "x"), prediction("b", "x"), prediction("a", "y")]
    found = {(s.kind, s.name): s.rows.tolist() for s in slices.slices(rows, [3, 17, 900], [64, 16])}
    assert found == {
        ("task", "a"): [True, False, True],
        ("task", "b"): [False, True, False],
        ("source", "x"): [True, True, False],
        ("source", "y"): [False, False, True],
        ("length", "0-16"): [True, False, False],
        ("length", "17-64"): [False, True, False],
        ("length", "65+"): [False, False, True],
    }


def test_rare_slices_count_together():
    values = [f"v{i:03}" for i in range(60)] + [f"v{i:03}" for i in range(60) if i != 7]
    pooled = slices.rarest_pooled(values)
    assert len(set(pooled)) == slices.MOST + 1
    assert np.sum([name == slices.OTHER for name in pooled]) == 2 * 10 - 1
