"""Which rows are refused, and the language filter on text with and without diacritics."""

import json
from pathlib import Path

import pytest
from data_sections import clean as section

from stages.clean.filters import limits_of, refusal
from stages.clean.language import detector, foreign, looks_vietnamese, without_marks

LIMITS = limits_of(section(min_chars=4, max_chars=100))
REAL = Path(__file__).parents[2] / "shared" / "data"


def refused(*contents, kind="chat", rejected=(), limits=LIMITS):
    roles = {"u": "user", "a": "assistant", "s": "system", "t": "text"}
    messages = [{"role": roles[c[0]], "content": c[2:]} for c in contents]
    against = [{"role": "assistant", "content": c} for c in rejected]
    return refusal(kind, messages, against, limits, detector())


@pytest.mark.parametrize(
    ("contents", "reason"),
    [
        (("u:Hỏi gì?", "a:Có."), None),
        (("s:Luật", "u:Hỏi gì?", "a:Có.", "u:Rồi sao"), None),
        (("u: \n", "a:Trả lời"), ("empty_prompt", "")),
        (("a:Chào bạn", "u:Hỏi gì?", "a:Đây."), ("empty_prompt", "")),
        (("s:Luật", "a:Đáp"), ("empty_prompt", "")),
        (("u:Hỏi gì?", "a: "), ("empty_answer", "")),
        (("u:Hỏi gì?",), ("empty_answer", "")),
        (("u:Hỏi gì?", "a:", "u:Sao?", "a:Đây"), ("empty_answer", "")),
        (("u:1", "a:2"), ("too_short", "2 characters")),
        (("u:Hỏi", "a:" + "đ" * 97), None),
        (("u:Hỏi", "a:" + "đ" * 98), ("too_long", "101 characters")),
    ],
)
def test_conversations(contents, reason):
    assert refused(*contents) == reason


def test_a_rejected_answer_must_have_text_and_counts_as_text():
    pair = ("u:Hỏi gì?", "a:Có.")
    assert refused(*pair, kind="preference", rejected=[" "]) == ("empty_answer", "")
    assert refused(*pair, kind="preference", rejected=["đ" * 100]) == (
        "too_long", "110 characters",
    )  # fmt: skip


def test_plain_text_needs_no_prompt():
    assert refused("t:Một câu.", kind="text") is None
    assert refused("t:    ", kind="text") == ("too_short", "4 characters")


def language(text, allowed=("vi",), min_words=8):
    return foreign(
        [text], allowed=allowed, min_words=min_words, confidence=0.5, classify=detector()
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The ferry was cancelled because of strong winds near the harbour.", "en"),
        ("Le bac a été annulé à cause du vent fort près du port.", "fr"),
        ("Die Fähre wurde wegen des starken Windes am Hafen abgesagt.", "de"),
        ("El transbordador fue cancelado por el fuerte viento cerca del puerto.", "es"),
        ("Kapal feri itu dibatalkan karena angin kencang di dekat pelabuhan kota.", "id"),
        ("Паром был отменён из-за сильного ветра у входа в порт.", "ru"),
        ("由于港口附近风力过大,渡轮已被取消,请乘客等候通知。", "zh"),
        ("เรือข้ามฟากถูกยกเลิกเนื่องจากลมแรงใกล้ท่าเรือ", "th"),
        ("Chuyến phà bị hủy vì gió mạnh ở gần bến cảng hôm nay.", ""),
        ("Chuyen pha bi huy vi gio manh o gan ben cang hom nay.", ""),
        ("mai minh di choi nha ban oi, nho mang theo nuoc voi banh mi nhe", ""),
        ("Translate: The ferry was cancelled today. Chuyến phà hôm nay bị hủy.", ""),
        ("ko bít hnay mk có đi hc dc k nx, bn lm j z", ""),
        ("hnay mk ko di hc dc, bn co di k z, tks bn nhiu nha", ""),
        ("def f(x): return x + 1", ""),
        ("12 34 56 78 90 11 22 33 44 55", ""),
    ],
)
def test_language(text, expected):
    assert language(text) == expected


ENGLISH = "The ferry was cancelled because of strong winds near the harbour."


def test_one_vietnamese_message_keeps_a_row_and_a_system_message_does_not():
    kept = ("u:Dịch câu này giúp tôi với", f"a:{ENGLISH}")
    assert refused(*kept) is None
    program = "for name in names:\n    print(name.upper(), end=' ')\n" * 20
    loose = limits_of(section(max_chars=9999, filters=["language"]))
    assert refused("u:Viết chương trình in tên bằng chữ hoa", f"a:{program}", limits=loose) is None
    asked = ("s:Bạn là trợ lý ảo thân thiện", "u:What happened today?", f"a:{ENGLISH}")
    assert refused(*asked, limits=loose) == ("language", "en")
    fenced = f"u:{ENGLISH} ```\nđặt tên biến là số_lượng, đếm từng dòng\n```"
    assert refused(fenced, "a:Yes, it did.", limits=loose) == ("language", "en")


def test_no_languages_means_any_language():
    assert language("The ferry was cancelled because of strong winds.", allowed=()) == ""
    assert language("The ferry was cancelled because of strong winds.", allowed=("en",)) == ""
    assert language("Chuyến phà bị hủy vì gió mạnh ở gần bến.", allowed=("en",)) == "vi"


def test_too_short_to_tell():
    assert language("The ferry was cancelled by the wind.", min_words=8) == ""
    assert language("The ferry was cancelled by the wind.", min_words=7) == "en"


SYLLABLES = (
    "nghiêng khuỷu quyển giường huỳnh thuở xoong ngoằng oách ươm yểng quào rượu iu gì chuyện"
)


def test_syllables_are_known_one_by_one():
    unknown = [w for w in SYLLABLES.split() if not looks_vietnamese([without_marks(w)])]
    assert unknown == []
    foreign_words = "strong ferry wind school weg zoo fjord phaa train"
    assert [w for w in foreign_words.split() if looks_vietnamese([w])] == []


@pytest.mark.realdata
def test_real_text_is_kept_with_and_without_diacritics_and_english_is_not():
    if not REAL.is_dir():
        pytest.skip(f"no {REAL}")
    vietnamese, english = [], []
    for line in (REAL / "tatoeba_en_vi/vie.txt").read_text(encoding="utf-8").splitlines():
        en, vi = line.split("\t")[:2]
        vietnamese.append(vi)
        english.append(en)
    path = REAL / "viwiki_leadsum/viwiki_leadsum.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    vietnamese += [json.loads(line)["summary"] for line in lines]
    plain = [" ".join(map(without_marks, text.lower().split())) for text in vietnamese]
    long_enough = [text for text in english if len(text.split()) >= 8]
    assert len(long_enough) > 800
    assert [text for text in vietnamese if language(text)] == []
    assert sum(language(text) != "" for text in plain) <= 2
    assert sum(language(text) == "en" for text in long_enough) >= 0.95 * len(long_enough)
