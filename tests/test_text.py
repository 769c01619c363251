import re
import unicodedata

import pytest

from stages.text import fold, fold_tone, nfc, syllables


def test_fold_joins_forms_cases_and_spaces():
    assert fold("  Hà\u00a0NỘI \n mưa ") == "hà nội mưa"
    assert fold(unicodedata.normalize("NFD", "Đường Bến Đá")) == "đường bến đá"


def test_syllables_leave_punctuation_and_joined_words_apart():
    assert syllables("Học_sinh lớp 5A, giá 1.200đ!") == [
        "học", "sinh", "lớp", "5a", "giá", "1", "200đ",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new"), [("hòa", "hoà"), ("thúy", "thuý"), ("khỏe", "khoẻ"), ("họa", "hoạ")]
)
def test_tone_placement_does_not_count(old, new):
    assert fold_tone(old) == fold_tone(new)


def test_tones_and_letters_do_count():
    words = ["ban", "bàn", "bán", "bản", "bãn", "bạn", "bân", "băn", "bơn", "bớn", "đan", "dan"]
    assert len({fold_tone(word) for word in words}) == len(words)


def test_nfc_is_one_sequence_for_a_letter():
    assert nfc("e\u0302\u0323") == nfc("ệ") == "\u1ec7"


def test_syllables_are_the_runs_of_letters_and_digits():
    text = "Ông Đ.A nói_rằng: “5,5%–6%…” (xem x²)\u200bvà «²³» e\u0302\u0323 __\tHÀ\u00a0NỘI/VN"
    assert syllables(text) == re.findall(r"[^\W_]+", nfc(text).lower())
