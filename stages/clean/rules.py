"""The cleaning rules: pure functions ``str -> str``, each with a name and one purpose.

``clean.rules`` in params.yaml says which are applied, in which order. The order in :data:`RULES`
is the one that is meant: mojibake first, since it needs every byte that later rules remove; NFC
after whatever stood between a letter and its mark is gone; personal data last, on text that can be
matched. Code (between back-ticks) keeps its tags, its spacing and its underscores.

Most text needs most rules not at all, and a regular expression costs some 20 ns a character to say
so. So the characters of a text are gathered once, as a set, and each rule has a test of it that
costs next to nothing: ``concerns`` may say yes in vain, and never no where the rule would change
something (a test holds it to that).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import ftfy

from stages.clean import personal
from stages.clean.code import outside_code
from stages.clean.markup import strip_html
from stages.clean.segmented import segmented
from stages.text import nfc


@dataclass(frozen=True)
class Rule:
    """``change`` is the rule; ``concerns`` tells from a text and its characters whether it may
    have to do with it."""

    change: Callable[[str], str]
    concerns: Callable[[str, AbstractSet[str]], bool]


_LETTERS = "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯư" + "".join(map(chr, range(0x1EA0, 0x1EFA)))
#: What clean Vietnamese is written with, in NFC. Whatever UTF-8 was misread as, some of it is not
#: among this: the second byte of a letter becomes a sign, or a letter of another language.
PLAIN = frozenset(map(chr, range(128))) | frozenset(_LETTERS + "“”‘’…–—•")

# Scripts in which joiners and zero-width spaces belong to the spelling, from Hebrew to Khmer.
_NEEDS_JOINERS = "\u0590-\u109f\u1780-\u18af"
_PICTOGRAPH = "\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff"
# Soft hyphen, zero-width space, non-joiner, joiner, direction marks, word joiner, invisible
# operators, BOM, blank Hangul letters, annotation marks; and the tags that spell out text unseen,
# which are of use after a black flag alone (England, Scotland, Wales).
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180e\u202a-\u202e\u2060-\u2064\u2066-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb]"
    f"|(?<![{_NEEDS_JOINERS}])[\u200b\u200c\u200e\u200f](?![{_NEEDS_JOINERS}])"
    f"|(?<![{_NEEDS_JOINERS}{_PICTOGRAPH}])\u200d|\u200d(?![{_NEEDS_JOINERS}{_PICTOGRAPH}])"
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0001-\U000e007f]+"
)
_COLOUR = re.compile(r"\x1b\[[\d;]{0,16}[mK]")  # as terminals are told
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_CONTROLS = frozenset(c for c in map(chr, range(0xA0)) if _CONTROL.match(c))

# U+00D0 (Icelandic) and U+0189 (African) look like U+0110, U+00F0 and U+0256 like U+0111, and no
# normal form maps them.
_D_STROKE = str.maketrans({"\u00d0": "Đ", "\u0189": "Đ", "\u00f0": "đ", "\u0256": "đ"})
_ETH_WORD = re.compile(r"[^\W\d_]*[\u00d0\u0189\u00f0\u0256][^\W\d_]*")
_ONLY_VIETNAMESE = re.compile(
    "[\u01a0\u01a1\u01af\u01b0\u0102\u0103\u0128\u0129\u0168\u0169\u1ea0-\u1ef9]"
)
_VOWEL = re.compile(
    "[aeiouyAEIOUY\u00c0-\u00cf\u00d2-\u00d6\u00d9-\u00dd\u00e0-\u00ef\u00f2-\u00f6\u00f9-\u00fd]"
)
_OTHER_SPELLING = re.compile("[þÞæÆœŒəøØ]")  # Icelandic, Old English, phonetics

_LINE_END = re.compile("\r\n?|[\u2028\u2029]")
_OTHER_SPACES = frozenset(c for c in map(chr, range(0x3001)) if c.isspace()) - {" ", "\n"}
_DOTTED = re.compile(r"\.\d{1,3}\.\d")
_INNER_SPACE = re.compile(r"(?<=\S)[^\S\n]+")
_LEADING_SPACE = re.compile(r"^[^\S\n]+", re.MULTILINE)
_BLANK_LINE = re.compile(r"^[^\S\n]+$", re.MULTILINE)
_LONE_SPACE = re.compile(r"^ (?=\S)", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")


def mojibake(text: str) -> str:
    """UTF-8 that was read in another encoding, read again; nothing else of what ftfy can do.

    Windows-1258, the code page of Vietnamese Windows, is unknown to ftfy and is tried before it.
    """
    fixed: str = _from_1258(text) or ftfy.fix_encoding(text)
    return fixed


def _from_1258(text: str) -> str:
    """Text whose UTF-8 was read as Windows-1258, read again; "" if a letter does not fit."""
    if "Ă" not in text:  # the first byte of à, á, â, ã, è, é, ê, ì, í, ò, ó, ô, õ, ù, ú, ý
        return ""
    try:
        return b"".join(map(_byte_1258, text)).decode("utf-8")
    except UnicodeError:
        return ""


def _byte_1258(letter: str) -> bytes:
    """The byte of a letter; those that the code page lacks went through as they were."""
    try:
        return letter.encode("cp1258")
    except UnicodeEncodeError:
        return letter.encode("latin-1")


def invisible(text: str) -> str:
    """Zero-width characters, soft hyphens, direction marks and unseen tags away.

    What holds an emoji together stays, and what belongs to the spelling of Khmer, Thai, Arabic and
    the scripts of India.
    """
    return _INVISIBLE.sub("", text)


def control(text: str) -> str:
    """Control characters away, except tab and line ends; a form feed becomes a line end.

    C1 controls are what Windows-1252 has in their place, as in HTML (``\\x96`` is a dash).
    """
    return _CONTROL.sub(_without_control, _COLOUR.sub("", text))


def _without_control(match: re.Match[str]) -> str:
    if match.group() == "\x0c":
        return "\n"
    if match.group() < "\x80":
        return ""
    return match.group().encode("latin-1").decode("cp1252", "ignore")


def d_stroke(text: str) -> str:
    """``Ð`` (U+00D0, U+0189) to the Vietnamese ``Đ``, ``ð`` to ``đ``, in Vietnamese words.

    Those begin with it, or are abbreviations (``QÐ-UBND``). In Icelandic and Old English words it
    stands elsewhere, or next to letters that Vietnamese does not have; ``ð`` is changed only before
    letters that only Vietnamese has.
    """
    foreign = _OTHER_SPELLING.search(text) is not None
    return _ETH_WORD.sub(lambda match: _with_stroke(match.group(), foreign), text)


def _with_stroke(word: str, foreign: bool) -> str:
    first, rest = word[0], word[1:]
    begins = ord(first) in _D_STROKE and not any(ord(letter) in _D_STROKE for letter in rest)
    marked = _ONLY_VIETNAMESE.search(word) is not None or "ã" in word or "Ã" in word
    capital = first in "\u00d0\u0189" and not foreign
    if (begins and (marked or capital)) or (word.isupper() and not _VOWEL.search(word)):
        return word.translate(_D_STROKE)
    return word


def whitespace(text: str) -> str:
    """Line ends as one line feed, runs of blanks one space, at most one blank line, ends stripped.

    A line keeps its indentation (one blank is none), and code all its spacing.
    """
    return outside_code(_LINE_END.sub("\n", text), _collapse).strip()


def _collapse(text: str) -> str:
    text = _INNER_SPACE.sub(" ", text)
    text = _LEADING_SPACE.sub(lambda m: m.group().replace("\u00a0", " "), text)
    text = _BLANK_LINE.sub("", text.replace(" \n", "\n"))
    text = _LONE_SPACE.sub("", text)
    return _BLANK_LINES.sub("\n\n", text)


def _untidy(text: str, letters: AbstractSet[str]) -> bool:
    spaced = "  " in text or " \n" in text or "\n " in text or "\n\n\n" in text
    return spaced or text != text.strip() or not letters.isdisjoint(_OTHER_SPACES)


def _strange(text: str, letters: AbstractSet[str]) -> bool:
    return not letters <= PLAIN


def _has(*some: str) -> Callable[[str, AbstractSet[str]], bool]:
    wanted = frozenset(some)
    return lambda text, letters: not letters.isdisjoint(wanted)


def _digits(fewest: int) -> Callable[[str, AbstractSet[str]], bool]:
    """At least so many digits, or some of another script."""
    return lambda text, letters: (
        sum(map(text.count, "0123456789")) >= fewest
        or (not letters <= PLAIN and any(c.isdecimal() and not c.isascii() for c in letters))
    )


def _address(text: str, letters: AbstractSet[str]) -> bool:
    return _DOTTED.search(text) is not None or text.count(":") >= 2


RULES: Mapping[str, Rule] = {
    "mojibake": Rule(mojibake, _strange),
    "html": Rule(strip_html, _has("<", "&")),
    "invisible": Rule(invisible, _strange),
    "control": Rule(control, _has(*_CONTROLS)),
    "nfc": Rule(nfc, _strange),
    "d_stroke": Rule(d_stroke, _has(*map(chr, _D_STROKE))),
    "segmented": Rule(segmented, _has("_")),
    "whitespace": Rule(whitespace, _untidy),
    "email": Rule(personal.email, _has("@")),
    "phone": Rule(personal.phone, _digits(9)),
    "citizen_id": Rule(personal.citizen_id, _digits(9)),
    "bank_card": Rule(personal.bank_card, _digits(13)),
    "ip_address": Rule(personal.ip_address, _address),
}


def apply(text: str, names: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """``text`` after the named rules, in order, and the names of those that changed it."""
    changed = []
    letters = set(text)
    for name in names:
        rule = RULES[name]
        if not rule.concerns(text, letters):
            continue
        cleaned = rule.change(text)
        if cleaned != text:
            changed.append(name)
            text, letters = cleaned, set(cleaned)
    return text, tuple(changed)
