"""The encodings that Vietnamese was written in before Unicode, as tables.

==========  =====================================================================================
tcvn3       TCVN3 "ABC": the fonts .VnTime, .VnArial …; lower case in A8–FE, capitals without tone
            (capitals with tone are another font); 80–9F are Windows' quotes and dashes
tcvn5712    TCVN 5712:1993 VN1: the same letters, and capitals with tone in 80–9F and 01–17
viscii      RFC 1456
vni         VNI-Win: a letter, then a byte that is its marks (``aá`` is ấ), and some whole letters
cp1258      Windows-1258: letters with circumflex, breve or horn, then tone marks
==========  =====================================================================================

Each is a mapping of single bytes to strings followed by NFC, which joins marks and letters.
Sources: TCVN 5712:1993 and RFC 1456; VNI's published table; Python's codec for cp1258. Bytes
without a meaning become U+FFFD.
"""

from collections.abc import Mapping

from stages.text import nfc

UNDEFINED = "\ufffd"
NAMES = ("tcvn3", "vni", "cp1258", "viscii", "tcvn5712")  # of the same readings, the first is named

_WINDOWS = bytes(range(0x80, 0x100)).decode("cp1252", "replace")

_TCVN_LETTERS = (  # A0–FF
    "\u00a0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴ"
    "ẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịò"
    "ỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"
)
_TCVN_CAPITALS = "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ"  # 80–9F
_TCVN_CONTROLS = {
    0x01: "Ú", 0x02: "Ụ", 0x04: "Ừ", 0x05: "Ử", 0x06: "Ữ", 0x11: "Ứ",
    0x12: "Ự", 0x13: "Ỳ", 0x14: "Ỷ", 0x15: "Ỹ", 0x16: "Ý", 0x17: "Ỵ",
}  # fmt: skip
_VISCII = (  # 80–FF
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ"
    "ÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡư"
    "àáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"
)
_VISCII_CONTROLS = {0x02: "Ẳ", 0x05: "Ẵ", 0x06: "Ẫ", 0x14: "Ỷ", 0x19: "Ỹ", 0x1E: "Ỵ"}

_GRAVE, _ACUTE, _TILDE, _HOOK, _DOT = "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"
_CIRCUMFLEX, _BREVE = "\u0302", "\u0306"
_VNI_MARKS = {
    "ù": _ACUTE, "ø": _GRAVE, "û": _HOOK, "õ": _TILDE, "ï": _DOT, "â": _CIRCUMFLEX,
    "á": _CIRCUMFLEX + _ACUTE, "à": _CIRCUMFLEX + _GRAVE, "å": _CIRCUMFLEX + _HOOK,
    "ã": _CIRCUMFLEX + _TILDE, "ä": _CIRCUMFLEX + _DOT, "ê": _BREVE, "é": _BREVE + _ACUTE,
    "è": _BREVE + _GRAVE, "ú": _BREVE + _HOOK, "ü": _BREVE + _TILDE, "ë": _BREVE + _DOT,
}  # fmt: skip
_VNI_LETTERS = {"ô": "ơ", "ö": "ư", "ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}


def _upper_half(characters: str, first: int = 0x80) -> dict[int, str]:
    return {first + i: character for i, character in enumerate(characters)}


def _vni() -> dict[int, str]:
    table = _upper_half(_WINDOWS)
    for small, marks in _VNI_MARKS.items():
        table[ord(small)] = table[ord(small.upper())] = marks
    for small, letter in _VNI_LETTERS.items():
        table[ord(small)], table[ord(small.upper())] = letter, letter.upper()
    return table


_TCVN3 = _upper_half(_WINDOWS[:0x20]) | _upper_half(_TCVN_LETTERS, 0xA0)
TABLES: Mapping[str, Mapping[int, str]] = {
    "tcvn3": _TCVN3,
    "tcvn5712": _TCVN3 | _upper_half(_TCVN_CAPITALS) | _TCVN_CONTROLS,
    "viscii": _upper_half(_VISCII) | _VISCII_CONTROLS,
    "vni": _vni(),
    "cp1258": _upper_half(bytes(range(0x80, 0x100)).decode("cp1258", "replace")),
}


def read(text: str, name: str) -> str:
    """``text``, whose characters up to U+00FF stand for bytes, read by a table; NFC.

    Other characters stay. The result has U+FFFD where the table has nothing.
    """
    return nfc(text.translate(TABLES[name]))
