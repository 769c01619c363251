import unicodedata

import pytest
from rouge_score import rouge_scorer

from stages.evaluate import rouge

SYLLABLE = rouge.scorer("syllable", fold_tones=False)
NFC = "Cầu Bến Đá dài 48 mét."
NFD = unicodedata.normalize("NFD", NFC)


def f1(reference, output, scorer=SYLLABLE):
    return {
        name: scores[0].f1 for name, scores in rouge.score([reference], [output], scorer).items()
    }


def test_tokens_are_syllables_with_their_marks():
    assert rouge.Syllables(fold_tones=False).tokenize(NFC) == [
        "cầu",
        "bến",
        "đá",
        "dài",
        "48",
        "mét",
    ]
    assert rouge.Syllables(fold_tones=True).tokenize(NFC) == [
        "câu",
        "bên",
        "đa",
        "dai",
        "48",
        "met",
    ]


def test_words_that_differ_in_their_marks_alone_are_different():
    assert f1("Tôi bán bàn", "Tới bạn bắn")["rouge1"] == 0.0
    assert (
        f1("Tôi bán bàn", "Tới bạn bắn", rouge.scorer("ascii", fold_tones=False))["rouge1"] == 1.0
    )


def test_nfd_equals_nfc_and_identical_is_one():
    assert f1(NFC, NFD) == dict.fromkeys(rouge.METRICS, 1.0)


def test_worked_example():
    """Reference a b c d, output a c d e: 3 of 4 unigrams, 1 of 3 bigrams (c d), LCS a c d."""
    scores = f1("một hai ba bốn", "một ba bốn năm")
    assert scores == pytest.approx(
        {"rouge1": 0.75, "rouge2": 1 / 3, "rougeL": 0.75, "rougeLsum": 0.75}
    )


def test_lsum_takes_each_line_as_a_sentence():
    """Line order does not matter to Lsum (union of LCS by sentence), it does to L."""
    scores = f1("một hai\nba bốn", "ba bốn\nmột hai")
    assert (scores["rougeL"], scores["rougeLsum"]) == (0.5, 1.0)


def test_plain_english_scores_as_the_reference_implementation_does():
    reference = "The quick brown fox_jumps over 12 lazy dogs, isn't it?"
    output = "A quick fox jumped over twelve dogs; it isn't lazy."
    legacy = rouge_scorer.RougeScorer(list(rouge.METRICS)).score(reference, output)
    ours = f1(reference, output)
    for name in rouge.METRICS:
        assert ours[name] == pytest.approx(legacy[name].fmeasure, abs=1e-12)


def test_exact_match_ignores_only_form_and_spacing():
    assert rouge.exact_match(NFC, "  " + NFD + "\n") == 1.0
    assert rouge.exact_match("48 mét", "49 mét") == 0.0


def test_the_signature_names_what_a_score_depends_on():
    assert rouge.signature("syllable", fold_tones=True) == (
        "rouge-score|tokenizer=syllable|normal=NFC+lower|tones=folded|sentences=newline"
        "|stemmer=no|aggregate=mean"
    )
