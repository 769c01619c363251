"""ROUGE over Unicode tokens, against numbers computed by hand and against rouge-score itself."""

import json
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score import rouge_scorer

from stages.errors import VersionError
from stages.evaluate import rouge, words

LEGACY = rouge_scorer.RougeScorer(list(rouge.METRICS))
SYLLABLE, WORD, ASCII = (
    rouge.Scorer(name, fold_tones=False, sentences="newline")
    for name in ("syllable", "word", "ascii")
)
NFC = "Cầu Bến Đá dài 48 mét."
NFD = unicodedata.normalize("NFD", NFC)
ONE = (
    "Sáng nay bà con xã Vĩnh Hòa gặt xong vụ lúa hè thu, mỗi sào được hơn hai tạ thóc khô. "
    "Thương lái vào tận ruộng mua với giá tám nghìn đồng một cân."
)
OTHER = (
    "Đội bóng trường Nguyễn Du thắng ba không ở trận cuối, em Khôi lớp chín ghi cả ba bàn. "
    "Cúp vô địch sẽ đặt trong phòng truyền thống để học sinh đến xem."
)


def f1(reference, output, scorer=SYLLABLE):
    return {name: score.f1 for name, score in scorer.score([reference], output).items()}


def test_tokens_are_syllables_with_their_marks():
    tokens = rouge.Syllables(fold_tones=False).tokenize(NFC)
    assert tokens == ["cầu", "bến", "đá", "dài", "48", "mét"]
    folded = rouge.Syllables(fold_tones=True).tokenize(NFD)
    assert folded == ["câu", "bên", "đa", "dai", "48", "met"]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("1.234,5 km²", ["1", "234", "5", "km²"]),
        ("Covid-19 👍🏽 ok", ["covid", "19", "ok"]),
        ("日本 và Việt_Nam", ["日本", "và", "việt", "nam"]),
        ("\n\u2028\u200b", []),
    ],
)
def test_tokens_of_mixed_text(text, tokens):
    assert rouge.Syllables(fold_tones=False).tokenize(text) == tokens


def test_words_that_differ_in_their_marks_alone_are_different():
    pair = ("Tôi bán bàn", "Tới bạn bắn")
    assert (f1(*pair)["rouge1"], f1(*pair, ASCII)["rouge1"]) == (0.0, 1.0)


@pytest.mark.parametrize("scorer", [SYLLABLE, WORD], ids=["syllable", "word"])
def test_unrelated_is_low_and_identical_in_any_normal_form_is_one(scorer):
    assert max(f1(ONE, OTHER, scorer).values()) < 0.15
    assert f1(ONE, OTHER, ASCII)["rouge1"] > 0.3  # what this is about
    assert f1(ONE, unicodedata.normalize("NFD", ONE), scorer) == dict.fromkeys(rouge.METRICS, 1.0)


def test_first_worked_example_of_the_docs():
    scores = SYLLABLE.score(["Cầu Bến Đá dài 48 mét"], "Cầu Bến Đá dài 84 mét, rộng 5 mét")
    assert scores["rouge1"] == rouge.Score(5 / 9, 5 / 6, pytest.approx(10 / 15))
    assert scores["rouge2"] == rouge.Score(3 / 8, 3 / 5, pytest.approx(6 / 13))


def test_second_worked_example_of_the_docs():
    scores = f1("Chị Lan bán cam ở chợ Bến Đá", "Ở chợ Bến Đá, chị Lan bán xoài")
    assert (scores["rougeL"], scores["rouge1"]) == (0.5, 7 / 8)


def test_third_worked_example_of_the_docs():
    pair = ("Cầu xây năm 1997.\nCầu dài 48 mét.", "Cầu dài 48 mét.\nXây năm 1997.")
    scores = SYLLABLE.score([pair[0]], pair[1])
    assert scores["rougeLsum"] == rouge.Score(1.0, 7 / 8, pytest.approx(14 / 15))
    assert scores["rougeL"].f1 == pytest.approx(8 / 15)


def test_the_docs_have_these_examples():
    text = (Path(__file__).parent.parent / "docs/rouge.md").read_text(encoding="utf-8")
    for figure in ("F1 = 10/15", "F1 = 6/13", "F1 = 0.5", "F1 = 14/15"):
        assert figure in text


def test_punctuation_ends_sentences_only_where_asked():
    pair = ("Cầu xây năm 1997. Cầu dài 48 mét.", "Cầu dài 48 mét. Xây năm 1997.")
    by_mark = rouge.Scorer("syllable", fold_tones=False, sentences="punctuation")
    assert f1(*pair)["rougeLsum"] == pytest.approx(8 / 15)
    assert f1(*pair, by_mark)["rougeLsum"] == pytest.approx(14 / 15)
    assert f1(*pair, by_mark)["rougeL"] == f1(*pair)["rougeL"]


@pytest.mark.parametrize("pair", [("", ""), ("", "a"), ("a", ""), ("…", "\n\n")])
def test_nothing_scores_nothing(pair):
    assert f1(*pair) == dict.fromkeys(rouge.METRICS, 0.0)


def test_the_best_reference_counts_for_each_metric():
    references = ["một hai ba bốn", "bốn ba hai một", "năm"]
    output = "bốn ba hai một"
    assert {n: s.f1 for n, s in SYLLABLE.score(references, output).items()} == dict.fromkeys(
        rouge.METRICS, 1.0
    )
    mixed = SYLLABLE.score(["một hai ba", "ba một hai x"], "ba một hai")
    assert mixed["rouge1"].f1 == 1.0  # of the first
    assert mixed["rouge2"].f1 == pytest.approx(4 / 5)  # of the second


ENGLISH = st.text(st.sampled_from("aab bc\n.,-_A1'"), max_size=60)


@given(ENGLISH, ENGLISH)
def test_plain_english_scores_as_rouge_score_does(reference, output):
    legacy = LEGACY.score(reference, output)
    for scorer in (SYLLABLE, ASCII):
        for name, score in scorer.score([reference], output).items():
            expected = (legacy[name].precision, legacy[name].recall, legacy[name].fmeasure)
            assert (score.precision, score.recall, score.f1) == pytest.approx(expected, abs=1e-12)


def test_words_have_several_syllables():
    tokens = rouge.Words(fold_tones=False).tokenize("Chị Lan đến thành phố.")
    assert tokens == ["chị", "lan", "đến", "thành phố"]
    assert rouge.Words(fold_tones=False).tokenize(" \n") == []


def test_the_known_segmenter_is_the_pinned_one(monkeypatch):
    pins = (Path(__file__).parent.parent / "constraints.txt").read_text().splitlines()
    assert f"underthesea=={words.VERSION}" in pins
    monkeypatch.setattr(words, "VERSION", "0.0.1")
    with pytest.raises(VersionError, match=r"needs underthesea 0\.0\.1 \(9\.5\.0\); run `pip"):
        rouge.Scorer("word", fold_tones=False, sentences="newline")


def test_the_signature_names_what_a_score_depends_on():
    assert rouge.signature("syllable", fold_tones=True, sentences="punctuation") == (
        "rouge-score|tokenizer=syllable|normal=NFC+lower|tones=folded|sentences=punctuation"
        "|stemmer=no|references=best|aggregate=mean"
    )
    assert "tokenizer=word(underthesea 9.5.0)|" in rouge.signature(
        "word", fold_tones=False, sentences="newline"
    )


@pytest.mark.realdata
def test_leads_of_unrelated_articles_are_unrelated():
    """A lead of Wikipedia against the next article's: below 0.15 on average, and with ASCII not."""
    folder = Path(__file__).parents[2] / "shared/data/viwiki_leadsum"
    if not folder.is_dir():
        pytest.skip("no real text beside the repository")
    rows = [json.loads(x) for x in (folder / "viwiki_leadsum.jsonl").open(encoding="utf-8")]
    leads = [row["summary"] for row in rows[:31]]
    pairs = list(pairwise(leads))
    means = [
        sum(f1(a, b, scorer)["rouge1"] for a, b in pairs) / len(pairs)
        for scorer in (SYLLABLE, ASCII)
    ]
    assert means[0] < 0.15 < 0.25 < means[1]
