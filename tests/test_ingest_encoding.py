"""Legacy encodings of Vietnamese: exact tables, and nothing else taken for one of them."""

from pathlib import Path

import pytest

from stages.ingest import legacy
from stages.ingest.encoding import Prevailing, is_utf8, prevailing, restored, text_or_bytes
from stages.ingest.faults import Fault
from stages.ingest.syllables import is_syllable

REAL = Path(__file__).parent.parent.parent / "shared/data/legacy_encodings"
NOTHING = Prevailing(lambda: "")
OLD = "Trường làng mở lại lớp đêm ở xã"
# The same words by hand, from the published charts of each encoding.
BYTES = {
    "tcvn3": b"Tr\xad\xeang l\xb5ng m\xeb l\xb9i l\xedp \xae\xaam \xeb x\xb7",
    "tcvn5712": b"Tr\xad\xeang l\xb5ng m\xeb l\xb9i l\xedp \xae\xaam \xeb x\xb7",
    "viscii": b"Tr\xdf\xb6ng l\xe0ng m\xb7 l\xd5i l\xbep \xf0\xeam \xb7 x\xe3",
    "vni": b"Tr\xf6\xf4\xf8ng la\xf8ng m\xf4\xfb la\xefi l\xf4\xf9p \xf1e\xe2m \xf4\xfb xa\xf5",
    "cp1258": b"Tr\xfd\xf5\xccng la\xccng m\xf5\xd2 la\xf2i l\xf5\xecp \xf0\xeam \xf5\xd2 xa\xde",
}


def meant(data, prior=NOTHING):
    text, broken = text_or_bytes(data)
    return restored({"text": text}, broken=broken, prior=prior)


@pytest.mark.parametrize("name", sorted(BYTES))
def test_bytes_are_read_exactly_and_named(name):
    expected = "tcvn3" if name == "tcvn5712" else name  # the same bytes where no capital has a tone
    assert legacy.read(BYTES[name].decode("latin-1"), name) == OLD
    assert meant(BYTES[name]) == ({"text": OLD}, expected)


@pytest.mark.parametrize("name", ["tcvn3", "viscii", "vni", "cp1258"])
def test_letters_that_were_saved_as_utf8_are_read_exactly(name):
    value = {"q": BYTES[name].decode("latin-1"), "a": "plain"}
    assert restored(value, broken=False, prior=NOTHING) == (
        {"q": OLD, "a": "plain"}, f"{name} as letters",
    )  # fmt: skip


def test_capitals_with_tones_are_tcvn_5712():
    data = b"QU\xffC H\x97I, ch\xdd s\xe8 n\xa8m"
    assert meant(data) == ({"text": "QUỐC HỘI, chí số năm"}, "tcvn5712")


def test_every_table_has_every_letter():
    letters = {
        c for base in "aăâeêioôơuưy" for tone in ("", *"\u0300\u0301\u0303\u0309\u0323")
        for c in (legacy.nfc(base + tone),) if not c.isascii()
    } | {"đ", "Đ"}  # fmt: skip
    for name in ("tcvn3", "tcvn5712", "viscii"):
        held = set(legacy.TABLES[name].values()) | set(map(chr, range(0x80, 0x100)))
        assert letters <= held, name


@pytest.mark.parametrize(
    "text",
    [
        "Événement à l'hôtel : le garçon est né là-bas, où l'été a été très chaud.",
        "Größe und Höhe für die Übung; schöne Grüße aus Köln.",
        "El niño comió piñas; ¿qué pasó después en España?",
        "São Paulo e Brasília são cidades; não há pão.",
        "Beyoncé", "5 µm, 25 °C, Intel®", "café", "naïve", "Là nhà bà",
        "Hà Nội", "Ha\u0300 No\u0323\u0302i, Vie\u0323\u0302t Nam", "陳裕宗", "😀 vâng ạ",
    ],
)  # fmt: skip
def test_utf8_text_stays_as_it_is(text):
    assert restored({"text": text}, broken=False, prior=NOTHING) == ({"text": text}, "")


def test_french_bytes_are_no_vietnamese():
    text = "Événement à l'hôtel : le garçon a été très élégant, forêt et fenêtre"
    value, found = meant(text.encode("cp1252"))
    assert (type(value), found) == (Fault, "")
    assert prevailing([text.encode("cp1252")]) == ""


def test_a_short_cell_follows_the_file_and_is_refused_alone():
    assert meant(b"Hu\xd5") == (
        Fault("invalid_utf8", "no UTF-8, and no known encoding of Vietnamese"), "",
    )  # fmt: skip
    assert meant(b"Hu\xd5", Prevailing(lambda: "tcvn3")) == ({"text": "Huế"}, "tcvn3")


def test_cells_of_one_record_are_read_each_as_it_needs():
    text, broken = text_or_bytes(b"Hu\xe1\xba\xbf" + b"," + BYTES["tcvn3"])
    cells = dict(zip("ab", text.split(","), strict=True))
    assert restored(cells, broken=broken, prior=NOTHING) == ({"a": "Huế", "b": OLD}, "tcvn3")


def test_bytes_that_happen_to_be_utf8_follow_the_file():
    data = b"Ch\xdf\xbdng I"  # VISCII's ươ, and a letter of NKo in UTF-8
    assert meant(data, Prevailing(lambda: "viscii")) == ({"text": "Chương I"}, "viscii")
    assert meant(data)[1] == ""


def test_a_truncated_utf8_line_is_broken_and_no_legacy_text():
    value, _ = meant("Trường làng mở lại lớp đêm".encode()[:-2])
    assert isinstance(value, Fault)


def test_nesting_has_a_limit_of_its_own():
    deep = "x"
    for _ in range(101):
        deep = [deep]
    assert restored(deep, broken=False, prior=NOTHING)[0] == Fault(
        "invalid_json", "nested too deep"
    )


def test_utf8_is_told_across_pieces():
    data = "Trường".encode()
    assert is_utf8([data[:3], data[3:]])
    assert not is_utf8([data[:3]])


SYLLABLES = "Nguyễn giếng quyển khuỷu thuở ĐƯỜNG hoà hòa ở yên gì QUỐC quýt"


@pytest.mark.parametrize("word", SYLLABLES.split())
def test_a_syllable_is_one(word):
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["été", "cafộ", "hất̉", "đươngx", "màc", "sOà", "ươươ"])
def test_what_is_no_syllable_is_none(word):
    assert not is_syllable(word)


@pytest.mark.realdata
@pytest.mark.skipif(not REAL.is_dir(), reason="no real data beside the checkout")
@pytest.mark.parametrize(
    ("file", "name"), [("tcvn", "tcvn5712"), ("viscii", "viscii"), ("cp1258", "cp1258")]
)
def test_a_real_statute_is_exact_line_by_line(file, name):
    lines = (REAL / f"law.{file}.txt").read_bytes().split(b"\n")
    expected = (REAL / "law.utf8.txt").read_text(encoding="utf-8").split("\n")
    assert prevailing(lines) == name
    prior = Prevailing(lambda: name)
    assert [meant(line, prior)[0]["text"] for line in lines] == expected


@pytest.mark.realdata
@pytest.mark.skipif(not REAL.is_dir(), reason="no real data beside the checkout")
@pytest.mark.parametrize("file", ["law.utf8.txt", "law.nfd.utf8.txt"])
def test_real_utf8_is_left_alone(file):
    lines = (REAL / file).read_bytes().split(b"\n")
    assert prevailing(lines) == ""
    assert {meant(line)[1] for line in lines} == {""}
