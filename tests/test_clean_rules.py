"""Each cleaning rule on what it must change and on what it must leave alone."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

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


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "cp1258"])
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
        ("<p>Tin <b>mới</b></p>", "\nTin mới\n"),
        ("một<br>hai<br/>ba<BR />bốn", "một\nhai\nba\nbốn"),
        ("<p>một</p>\n\n<p>hai</p>", "\nmột\n\n\nhai\n"),
        ("<table><tr><td>Lan</td><td>9 điểm</td></tr></table>", "\n\n Lan  9 điểm \n\n"),
        ("đi <b>nhanh</b> lên", "đi nhanh lên"),
        ("<a href=\"http://x.vn?a=1&b=2\">bấm</a> <img src=x alt='y'>", "bấm "),
        ("<ul>\n<li>a</li>\n<li>b</li></ul>", "\n\na\n\nb\n\n"),
        ("A &amp; B&nbsp;C &lt;i&gt; &#7879; &#x1EC7;", "A & B\u00a0C <i> ệ ệ"),
        ("<!-- ẩn --><script>x<y</script><style>p{}</style>hiện", "   hiện"),
        ("a < b và c > d", "a < b và c > d"),
        ("nếu x <b và y> 3", "nếu x <b và y> 3"),
        ("<Nguyễn Văn A> gửi <|user|>", "<Nguyễn Văn A> gửi <|user|>"),
        ("AT&T; R&D &foo; &#0; &#55296; &copy", "AT&T; R&D &foo; &#0; &#55296; &copy"),
        ("dùng `<br>` và ```\n<p>x</p>\n``` nhé<br>", "dùng `<br>` và ```\n<p>x</p>\n``` nhé\n"),
        (
            "dùng\n~~~\n<p>x</p>\n~~~\nvà ```\n<p>mở</p>",
            "dùng\n~~~\n<p>x</p>\n~~~\nvà ```\n<p>mở</p>",
        ),
        ("Map<String, List<b>> và Set<i>", "Map<String, List<b>> và Set<i>"),
        ("chạy lệnh: cp <source> <output>", "chạy lệnh: cp <source> <output>"),
        ("Thẻ <b>…</b> in đậm chữ", "Thẻ <b>…</b> in đậm chữ"),
        ("Viết mã HTML: <p>Xin chào</p>", "Viết mã HTML: <p>Xin chào</p>"),
        ('<html><body class="tin">Nước lên</body></html>', "\n\nNước lên\n\n"),
    ],
)
def test_html(text, cleaned):
    assert rules.strip_html(text) == cleaned


def test_invisible_goes_and_emoji_hold_together():
    marks = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u202e"
    assert rules.invisible("chữ" + marks + "số") == "chữsố"
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467 ❤\ufe0f\u200d\U0001f525"
    assert rules.invisible(family) == family


@pytest.mark.parametrize(
    "text",
    [
        "👩🏽\u200d💻 🏳\ufe0f\u200d🌈 🏴\u200d☠\ufe0f 👁\ufe0f\u200d🗨\ufe0f 🧑\u200d🤝\u200d🧑",
        "🇻🇳 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f 1\ufe0f\u20e3",
        "ភាសា\u200bខ្មែរ", "ภาษา\u200bไทย", "क्\u200dष", "می\u200cخواهم", "漢字かな",
    ],
)  # fmt: skip
def test_spelling_of_other_scripts_and_emoji_are_kept(text):
    assert rules.invisible(text) == text


def test_text_spelt_in_unseen_tags_goes():
    assert rules.invisible("chào\U000e0068\U000e0069 bạn") == "chào bạn"
    assert rules.invisible("tiếng\u200d Việt") == "tiếng Việt"


def test_control_goes_and_line_ends_stay():
    every = "".join(map(chr, [*range(32), *range(127, 160)]))
    c1 = bytes(range(128, 160)).decode("cp1252", "ignore")
    assert rules.control(f"a{every}b") == f"a\t\n\n\r{c1}b"
    assert rules.control("giá \x96 \x93tốt\x94") == "giá – “tốt”"
    assert rules.control("\x1b[1;31mlỗi\x1b[0m") == "lỗi"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\u00d0à Nẵng, \u0189ồng, \u00d0i, \u00d0ẠI HỌC", "Đà Nẵng, Đồng, Đi, ĐẠI HỌC"),
        ("QÐ-UBND, HÐND, GÐ, ÐHQG", "QĐ-UBND, HĐND, GĐ, ĐHQG"),
        ("ðã ðược ði", "đã được ði"),
        ("Bókin Norður og suður, NORÐURLAND, Garðabær, Sigurður", None),
        ("phát âm /ðə/, /ˈfɑːðər/, ðis, ðe", None),
        ("Ða com se cyning to þam", None),
        ("Guðrún gặp anh ở \u00d0ồng Hới", "Guðrún gặp anh ở Đồng Hới"),
    ],
)
def test_d_stroke(text, cleaned):
    assert rules.d_stroke(text) == (cleaned or text)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Sinh_viên học ở trường đại_học .", "Sinh viên học ở trường đại học ."),
        ("Hà_Nội , hội ở Tân_Sơn_Nhất , New_York", "Hà Nội , hội ở Tân Sơn Nhất , New York"),
        ("gọi hàm tinh_tong rồi in so_luong và ten_hang", None),
        ("tải báo_cáo_quý.pdf và số_liệu.xlsx về", None),
        ("xem https://bao.vn/tin_tức/thời_sự và thư_viện@trường.vn", None),
        ("đặt _rất_ _đẹp_ và __đậm__", None),
        ("biến `số_lượng` và `đơn_giá` là số", None),
        ("chỉ một tên_biến ở đây", None),
        ("số_lượng = 3\nđơn_giá = 5", None),
        ("in(số_lượng, đơn_giá)", None),
    ],
)  # fmt: skip
def test_segmented(text, cleaned):
    assert rules.segmented(text) == (cleaned or text)


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


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "text",
    [
        "<" * 20000,
        " " * 20000,
        "&" * 20000,
        "a@" * 10000,
        "0" * 20000,
        "a." * 10000,
        "<b " * 9000,
        "<p>" * 9000,
        "<!--" * 9000,
        "a_" * 10000,
        "Ă" * 20000,
        "2001:" * 5000,
        "`" * 20000,
        "1.2." * 5000,
        "+84 " * 5000,
        "đt " * 9000,
        "\u200d" * 20000,
        "\n " * 10000,
        "x" * 20000 + "@",
        "a-" * 10000 + "@",
        "[" * 20000,
        "ð" * 20000,
        "\x1b[" * 9000,
    ],
)
def test_no_rule_takes_long_on_any_text(name, text):
    rules.RULES[name].change(text)


PIECES = [
    "Hà Nội", "a\u0302", "<b>x</b>", "&amp;", "\u200b", "\u200d", "\x07", "\x0c", "\x85", "Ð", "ðã",
    "đại_học", "sinh_viên", "\t", "  ", " \n", "\n\n\n", "\u2028", "\x1c", "a@b.vn", "0912345678",
    "٠٩١٢٣٤٥٦٧٨", "０９１２３４５６７８", "4111111111111111", "023456789", "CMND ",
    "113.160.92.202",
    "2405:4800:52e7::1", "Ã¡", "Ă¡", "â€“", "😀", "`", "```", "ภ", "ﬁ", "\u212b",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=8).map("".join))
@example("CMND ٠٢٣٤٥٦٧٨٩")
def test_no_rule_is_left_out_where_it_would_change_something(text):
    for name, rule in rules.RULES.items():
        if not rule.concerns(text, set(text)):
            assert rule.change(text) == text, name
