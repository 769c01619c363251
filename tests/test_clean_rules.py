"""Each cleaning rule on what it must change and on what it must leave alone."""

import unicodedata

import pytest

from stages.clean import rules
from stages.clean.params import NAMES

SENTENCE = "Ông Đỗ Văn Ước mở quán phở ở chợ Bến Đá, giá 35.000 đồng một tô (đã tính thuế)."


def test_params_name_exactly_the_rules_there_are_in_their_order():
    assert tuple(rules.RULES) == NAMES


def test_clean_text_passes_all_rules_unchanged():
    assert rules.apply(SENTENCE, NAMES) == (SENTENCE, ())


def test_apply_names_the_rules_that_changed_the_text():
    dirty = unicodedata.normalize("NFD", "Ð\u200bược  gọi") + " a@b.vn"
    assert rules.apply(dirty, NAMES) == (
        "Được gọi [EMAIL]",
        ("invisible", "nfc", "d_stroke", "whitespace", "email"),
    )


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_mojibake_is_read_again(encoding):
    garbled = "".join(bytes([b]).decode(encoding, "ignore") or chr(b) for b in SENTENCE.encode())
    assert garbled != SENTENCE
    assert rules.mojibake(garbled) == SENTENCE


def test_mojibake_leaves_quotes_and_other_signs_as_they_are():
    text = "“Dạ…” – 5 × 3 ½ ﬁ Ａ ’tis"
    assert rules.mojibake(text) == text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("<p>Tin <b>mới</b></p>", " Tin mới "),
        ("một<br>hai<br/>ba<BR />bốn", "một hai ba bốn"),
        ("<a href=\"http://x.vn?a=1&b=2\">bấm</a> <img src=x alt='y'>", "bấm "),
        ("<ul>\n<li>a</li>\n<li>b</li></ul>", " \n a \n b "),
        ("A &amp; B&nbsp;C &lt;i&gt; &#7879; &#x1EC7;", "A & B\u00a0C <i> ệ ệ"),
        ("<!-- ẩn --><script>x<y</script><style>p{}</style>hiện", "   hiện"),
        ("a < b và c > d", "a < b và c > d"),
        ("nếu x <b và y> 3", "nếu x <b và y> 3"),
        ("<Nguyễn Văn A> gửi <|user|>", "<Nguyễn Văn A> gửi <|user|>"),
        ("AT&T; R&D &foo; &#0; &#55296; &copy", "AT&T; R&D &foo; &#0; &#55296; &copy"),
        ("dùng `<br>` và ```\n<p>x</p>\n``` nhé<br>", "dùng `<br>` và ```\n<p>x</p>\n``` nhé "),
    ],
)
def test_html(text, cleaned):
    assert rules.strip_html(text) == cleaned


def test_invisible_goes_and_emoji_hold_together():
    marks = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u202e"
    assert rules.invisible("chữ" + marks + "số") == "chữsố"
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467 ❤\ufe0f\u200d\U0001f525"
    assert rules.invisible(family) == family


def test_control_goes_and_line_ends_stay():
    every = "".join(map(chr, [*range(32), *range(127, 160)]))
    assert rules.control(f"a{every}b") == "a\t\n\rb"


def test_d_stroke():
    assert rules.d_stroke("\u00d0à Nẵng, \u0189ồng, ðã") == "Đà Nẵng, Đồng, ðã"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  a \u00a0\t b  \r\n\r\n\r\n\r\nc\u2028d \n", "a b\n\nc\nd"),
        ("đầu\n   \n\n x\n  - mục\n\t- con  đó", "đầu\n\nx\n  - mục\n\t- con đó"),
        ("xem:\n```\nif x:\n    y  = 1\n```\n hết", "xem:\n```\nif x:\n    y  = 1\n```\nhết"),
    ],
)
def test_whitespace(text, cleaned):
    assert rules.whitespace(text) == cleaned


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("gửi lan.anh_2@thu.example.com.vn.", "gửi [EMAIL]."),
        ("<a+b@x-y.org>, c@d.vn;", "<[EMAIL]>, [EMAIL];"),
        ("thư: nguyễn@làng.vn", "thư: [EMAIL]"),
        ("@lan ở a@b, 3@5 nghìn", "@lan ở a@b, 3@5 nghìn"),
    ],
)
def test_email(text, cleaned):
    assert rules.email(text) == cleaned


@pytest.mark.parametrize(
    "number",
    [
        "0912 345 678", "0912345678", "+84 912 345 678", "+84912345678", "0912.345.678",
        "0912-345-678", "091 234 5678", "09 1234 5678", "0912 345678", "0912 34 56 78",
        "0084912345678", "+84 (0)912 345 678", "0351234567", "0781234567", "0512345678",
        "024 3825 3536", "(024) 3825 3536", "02438253536", "028.3829.7222", "0236 3822 178",
        "+84 24 3825 3536", "0236 382 2178",
    ],
)  # fmt: skip
def test_phone_numbers_go(number):
    assert rules.phone(f"Gọi {number}, gặp Lan.") == "Gọi [PHONE], gặp Lan."
    assert rules.phone(f"(ĐT:{number})") == "(ĐT:[PHONE])"


@pytest.mark.parametrize(
    "text",
    [
        "08 15 20 30 40 50", "1912345678", "09123456789", "0.912345678", "1.0912345678",
        "ngày 03-11-2024", "giá 0912", "001099012345", "0112 345 678", "mã 120912345678",
        "tài khoản 1900912345678", "978-0801474064", "ISBN 0824821599",
    ],
)  # fmt: skip
def test_other_numbers_are_no_phone(text):
    assert rules.phone(text) == text


def test_citizen_ids_go_and_other_numbers_stay():
    for number in ("001099012345", "096304567890", "079 201 012 345", "031.099.012.345"):
        assert rules.citizen_id(f"CCCD {number}.") == "CCCD [CITIZEN_ID]."
    for number in ("000099012345", "097099012345", "0010990123456", "00109901234", "101099012345"):
        assert rules.citizen_id(f"CCCD {number}.") == f"CCCD {number}."


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "text", ["<" * 20000, " " * 20000, "&" * 20000, "a@" * 10000, "0" * 20000, "a." * 10000]
)
def test_no_rule_takes_long_on_any_text(name, text):
    rules.RULES[name](text)
