"""The cleaning rules: pure functions ``str -> str``, each with a name and one purpose.

``clean.rules`` in params.yaml says which are applied, in which order. The order in :data:`RULES`
is the one that is meant: mojibake first, since it needs every byte that later rules remove; NFC
after whatever stood between a letter and its mark is gone; personal data last, on text that can be
matched. Code (between back-ticks) keeps its tags and its spacing.
"""

import html.entities
import re
from collections.abc import Callable, Mapping, Sequence

import ftfy

from stages.text import nfc

Rule = Callable[[str], str]

_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)

_BLOCK = (
    "address|article|aside|blockquote|body|br|center|dd|details|div|dl|dt|fieldset|figcaption|"
    "figure|footer|form|h[1-6]|head|header|hr|html|li|main|nav|ol|option|p|pre|section|select|"
    "summary|table|tbody|td|tfoot|th|thead|title|tr|ul"
)
_INLINE = (
    "a|abbr|acronym|b|bdi|bdo|big|button|cite|code|data|del|dfn|em|font|i|iframe|img|input|ins|"
    "kbd|label|link|mark|meta|nobr|q|s|samp|small|source|span|strike|strong|sub|sup|svg|time|tt|"
    "u|var|video|wbr"
)
# An attribute needs its "=", else "a <b and c> d" would read as a tag.
_ATTRIBUTES = r"(?:\s+[\w:@.-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>=`]+))*\s*/?>"
_HIDDEN = re.compile(
    r"<!--.*?-->|<!doctype[^<>]*>|<(script|style)\b[^<>]*>.*?</\1\s*>", re.DOTALL | re.IGNORECASE
)
_BLOCK_TAGS = re.compile(rf"(?:</?(?:{_BLOCK}){_ATTRIBUTES}[ \t]*)+", re.IGNORECASE)
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE}){_ATTRIBUTES}", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));")

# Zero-width space, non-joiner and joiner, word joiner, BOM, soft hyphen, direction marks. A joiner
# after a pictograph holds an emoji together and stays.
_PICTOGRAPH = "\u2600-\u27bf\ufe0f\U0001f000-\U0001faff"
_INVISIBLE = re.compile(
    "[\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
    f"|(?<![{_PICTOGRAPH}])\u200d"
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

# U+00D0 (Icelandic) and U+0189 (African) look like U+0110 and no normal form maps them to it.
_D_STROKE = str.maketrans({"\u00d0": "\u0110", "\u0189": "\u0110"})

_LINE_END = re.compile("\r\n?|[\u2028\u2029]")
_INNER_SPACE = re.compile(r"(?<=\S)[^\S\n]+")
_LEADING_SPACE = re.compile(r"^[^\S\n]+", re.MULTILINE)
_BLANK_LINE = re.compile(r"^[^\S\n]+$", re.MULTILINE)
_LONE_SPACE = re.compile(r"^ (?=\S)", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")

_EMAIL = re.compile(r"[\w.%+-]+@(?:[\w-]+\.)+[^\W\d_]{2,}")
_GAP = r"[ .\-]?"
# Nine digits of a mobile number after the 0 or +84, ungrouped or grouped as they are written.
_MOBILE = (
    r"[35789](?:\d{8}|\d{2}[ .\-]\d{3}[ .\-]\d{3}|\d[ .\-]\d{3}[ .\-]\d{4}|[ .\-]\d{4}[ .\-]\d{4}"
    r"|\d{2}[ .\-]\d{6}|\d[ .\-]\d{7}|\d{2}[ .\-]\d{2}[ .\-]\d{2}[ .\-]\d{2}"
    r"|\d[ .\-]\d{3}[ .\-]\d{2}[ .\-]\d{2})"
)
# Ten digits of a fixed line: area 2xx with seven more, or 24 (Hà Nội), 28 (TP HCM) with eight.
_FIXED = (
    rf"(?:2[48]\)?{_GAP}\d{{4}}{_GAP}\d{{4}}"
    rf"|2\d{{2}}\)?{_GAP}\d{{3}}{_GAP}\d{{4}}|2\d{{2}}\)?{_GAP}\d{{4}}{_GAP}\d{{3}})"
)
_PREFIX = rf"(?:(?:\+|00)84{_GAP}(?:\(0\){_GAP})?|\(?0)"
# Not inside a longer number, and not an ISBN.
_NUMBER_BEFORE = r"(?<!\d)(?<!\d[.,-])(?<!ISBN )"
_PHONE = re.compile(rf"{_NUMBER_BEFORE}{_PREFIX}(?:{_MOBILE}|{_FIXED})(?!\d)")
# Province 001-096 (Circular 07/2016/TT-BCA), century and sex, year of birth, six digits.
_CITIZEN_ID = re.compile(
    rf"{_NUMBER_BEFORE}0(?:0[1-9]|[1-8]\d|9[0-6])"
    r"(?:\d{9}|([ .\-])\d{3}\1\d{3}\1\d{3})(?!\d)"
)


def mojibake(text: str) -> str:
    """UTF-8 that was read in another encoding, read again; nothing else of what ftfy can do."""
    fixed: str = ftfy.fix_encoding(text)
    return fixed


def strip_html(text: str) -> str:
    """Tags and comments away, entities as characters. Block tags and ``<br>`` become a space.

    Tags are taken away before entities are read, so ``&lt;b&gt;`` stays the text ``<b>``. What
    looks like a tag and is none (``<Nguyễn Văn A>``, ``a < b``) stays.
    """
    if "<" not in text and "&" not in text:
        return text
    return _outside_code(text, _strip_tags)


def _strip_tags(text: str) -> str:
    text = _HIDDEN.sub(" ", text)
    text = _BLOCK_TAGS.sub(" ", text)
    text = _INLINE_TAG.sub("", text)
    return _ENTITY.sub(_character, text)


def _character(entity: re.Match[str]) -> str:
    decimal, hexadecimal, name = entity.groups()
    if name:
        return html.entities.html5.get(f"{name};", entity.group())
    code = int(decimal) if decimal else int(hexadecimal, 16)
    is_text = 0 < code < 0xD800 or 0xDFFF < code < 0x110000
    return chr(code) if is_text else entity.group()


def invisible(text: str) -> str:
    """Zero-width characters, soft hyphens and direction marks away."""
    return _INVISIBLE.sub("", text)


def control(text: str) -> str:
    """C0 and C1 control characters away, except tab and line ends."""
    return _CONTROL.sub("", text)


def d_stroke(text: str) -> str:
    """``Ð`` (U+00D0, U+0189) to the Vietnamese ``Đ`` (U+0110)."""
    return text.translate(_D_STROKE)


def whitespace(text: str) -> str:
    """Line ends as one line feed, runs of blanks one space, at most one blank line, ends stripped.

    A line keeps its indentation (one blank is none), and code all its spacing.
    """
    return _outside_code(_LINE_END.sub("\n", text), _collapse).strip()


def _collapse(text: str) -> str:
    text = _INNER_SPACE.sub(" ", text)
    text = _LEADING_SPACE.sub(lambda m: m.group().replace("\u00a0", " "), text)
    text = _BLANK_LINE.sub("", text.replace(" \n", "\n"))
    text = _LONE_SPACE.sub("", text)
    return _BLANK_LINES.sub("\n\n", text)


def email(text: str) -> str:
    """E-mail addresses to ``[EMAIL]``."""
    return _EMAIL.sub("[EMAIL]", text) if "@" in text else text


def phone(text: str) -> str:
    """Vietnamese phone numbers to ``[PHONE]``: mobile and fixed, with 0 or +84, grouped or not."""
    return _PHONE.sub("[PHONE]", text)


def citizen_id(text: str) -> str:
    """Citizen identity numbers (twelve digits that begin with a province) to ``[CITIZEN_ID]``."""
    return _CITIZEN_ID.sub("[CITIZEN_ID]", text)


def _outside_code(text: str, rule: Rule) -> str:
    if "`" not in text:
        return rule(text)
    pieces = _CODE.split(text)
    return "".join(piece if i % 2 else rule(piece) for i, piece in enumerate(pieces))


RULES: Mapping[str, Rule] = {
    "mojibake": mojibake,
    "html": strip_html,
    "invisible": invisible,
    "control": control,
    "nfc": nfc,
    "d_stroke": d_stroke,
    "whitespace": whitespace,
    "email": email,
    "phone": phone,
    "citizen_id": citizen_id,
}


def apply(text: str, names: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """``text`` after the named rules, in order, and the names of those that changed it."""
    changed = []
    for name in names:
        cleaned = RULES[name](text)
        if cleaned != text:
            changed.append(name)
            text = cleaned
    return text, tuple(changed)
