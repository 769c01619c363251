"""Loops and text that is hardly language go; answers, lists, tables, poems and law stay."""

import pytest
from data_sections import clean as section

from stages.clean import quality
from stages.clean.filters import limits_of, refusal

LIMITS = limits_of(section(max_chars=10**6, filters=["repetition", "quality"]))
SENTENCE = "Bà Lan ở xóm Đông trồng hai trăm gốc cam và bán cho chợ Bến Đá mỗi tuần"  # 17 syllables


def judged(text, role="assistant", kind="chat"):
    messages = [{"role": "user", "content": "Hỏi?"}, {"role": role, "content": text}]
    return refusal(kind, messages, [], LIMITS, lambda text: ("vi", 1.0))


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("không " * 40, ("repeated_ngram", "'không không' is 1.00 of the words")),
        ("mua ngay " * 40, ("repeated_ngram", "'mua ngay' is 1.00 of the words")),
        (f"{SENTENCE}. " * 6, ("repeated_text", "0.83 of the words stood before")),
        (f"{SENTENCE}.\n" * 6, ("repeated_lines", "0.83 of the lines stood before")),
        (
            " ".join(f"mua ngay mã{i}" for i in range(30)),
            ("repeated_ngram", "'mua ngay' is 0.67 of the words"),
        ),
        ("aGVsbG8gd29ybGQgaGVsbG8K" * 3 + " và" + " YWJjZGVmZ2hpamtsbW5v" * 60,
         ("repeated_ngram",
          "'ywjjzgvmz2hpamtsbw5v ywjjzgvmz2hpamtsbw5v' is 1.00 of the words")),
        (
            " ".join(f"aGVsbG8gd29ybGQ{i}" for i in range(60)),
            ("word_length", "16.8 characters a word"),
        ),
        (" ".join("abcdefghijklmnopqrstuvwxyz" * 2), ("word_length", "1.0 characters a word")),
        (
            " ".join(f"{i * 37} {i}" for i in range(60)),
            ("few_letters", "0.00 of the characters are letters"),
        ),
        (
            " ".join(f"túi{i} xách{i * 3} giá{i * 7} rẻ{i} mẫu{i}" for i in range(12)),
            ("few_stop_words", "0 in 60 words"),
        ),
    ],
)  # fmt: skip
def test_what_is_refused(text, refused):
    assert judged(text) == refused
    assert judged(text, role="text", kind="text") == refused
    assert judged(text, role="user") is None
    assert judged(f"Đây là mã:\n```\n{text}\n```") is None


ROWS = "\n".join(f"| {i} | {i * 3} | {i * 7} | {i * 9} |" for i in range(40))
LIST = "\n".join(f"{i}. Bước {i}: mở hộp số {i} và ghi lại" for i in range(1, 30))
SONG = "\n".join(
    ["Ai về bến nước đò đưa", "Gửi câu hò cũ cho vừa lòng nhau"] * 2
    + [f"Câu thứ {n} kể chuyện mùa {n} năm xưa" for n in ("hai", "ba", "tư", "năm")]
)
MATH = (
    "Ta có " + " ".join(f"\\( {i} + {i + 1} = {2 * i + 1} \\)" for i in range(60)) + " là kết quả."
)
CHINESE = "由于港口附近风力过大渡轮已被取消请乘客等候通知。 " * 60


@pytest.mark.parametrize(
    "text",
    [
        "Có.", "ha " * 29, "1 2 3 4 5 6 7 8 9", ROWS, LIST, SONG, MATH,
        " ".join(f"{SENTENCE} lần {i}." for i in range(3)),
        "Điều 1. Phạm vi áp dụng. " + " ".join(
            f"{i}. Cơ quan quản lý nhà nước về {x} có trách nhiệm lập hồ sơ {x} theo quy định."
            for i, x in enumerate(["đất đai", "rừng", "nước", "khoáng sản"], start=1)
        ),
    ],
)  # fmt: skip
def test_what_stays(text):
    assert judged(text) is None


def test_scripts_without_spaces_are_no_long_words():
    assert quality.poor(CHINESE, CHINESE.split(), LIMITS.quality) is None


def test_loops_are_counted_word_by_word():
    words = list("abcdefabcdef")
    assert quality.looped(words, 3) == 0.5
    assert quality.looped(words, 7) == 0.0
    assert quality.looped(["a"] * 10, 3) == 0.9
    assert quality.looped(["a"], 3) == 0.0
    assert quality.top_ngram(list("abxabyab"), 2) == (0.75, "a b")
    assert quality.top_ngram(["a"], 2) == (0.0, "")


def test_filters_can_be_switched_off():
    off = limits_of(section(max_chars=10**6, filters=["quality"]))
    messages = [{"role": "text", "content": f"{SENTENCE}. " * 6}]
    assert refusal("text", messages, [], off, lambda text: ("vi", 1.0)) is None
