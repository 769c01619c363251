"""HTML → text: tags away, entities as characters, and only where it *is* markup.

A name in angle brackets is a tag if HTML knows it and more speaks for it: it stands alone by
nature (``<br>``), its end may be left out (``<p>``, ``<li>``), it has attributes, or both it and
its end are there. So ``List<String>``, ``<Nguyễn Văn A>``, ``run <input>``, ``a <b and c> d``
stay, and so does a text that speaks *about* tags, and code in back-ticks.
"""

import html.entities
import re

from stages.clean.code import outside_code

_CELLS = frozenset({"td", "th"})
_BLOCK_NAMES = """
    address article aside blockquote body br caption center dd details div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hr html li main nav ol optgroup
    option p pre section select summary table tbody tfoot thead title tr ul
"""
_INLINE_NAMES = """
    a abbr acronym b bdi bdo big button cite code data del dfn em font i iframe img input ins kbd
    label link mark meta nobr q s samp small source span strike strong sub sup svg time tt u var
    video wbr
"""
# Alone by nature, or of which HTML lets the end be left out (HTML Living Standard, 13.1.2.4).
_UNPAIRED_NAMES = "br hr wbr p li dt dd option optgroup thead tbody tfoot tr td th html head body"
_BLOCKS, _INLINES = frozenset(_BLOCK_NAMES.split()), frozenset(_INLINE_NAMES.split())
_UNPAIRED = frozenset(_UNPAIRED_NAMES.split())
_NAMES = "|".join(sorted(_CELLS | _BLOCKS | _INLINES, key=lambda name: (-len(name), name)))
# An attribute needs its "=", else "a <b and c> d" would read as a tag.
_TAG = (
    rf"<(?:(?P<open>{_NAMES})(?P<attributes>(?:\s+[\w:@.-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'"
    rf"|[^\s\"'<>=`]+))*)\s*/?|/(?P<close>{_NAMES})\s*)>"
)
_ONE_TAG = re.compile(_TAG, re.IGNORECASE)
_SPACED_TAG = re.compile(rf"{_TAG}\s*", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!doctype[^<>]*>", re.IGNORECASE)
# What a reader never sees, and what ends it.
_HIDDEN = (
    (re.compile(r"<!--.*?-->", re.DOTALL), re.compile(r"-->")),
    (
        re.compile(r"<script\b[^<>]*>.*?</script\s*>", re.DOTALL | re.I),
        re.compile(r"(?i)</script\s*>"),
    ),
    (
        re.compile(r"<style\b[^<>]*>.*?</style\s*>", re.DOTALL | re.I),
        re.compile(r"(?i)</style\s*>"),
    ),
)
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));")
_ABOUT_MARKUP = re.compile(r"(?i)\b(?:x?html5?|css3?|xml|jsx|javascript|reactjs|vuejs)\b")
_NAMED_TAG = re.compile(r"(?i)\b(?:thẻ|tags?|phần tử|element)\s*[\"'“‘(:]?\s*</?[a-z]")


def strip_html(text: str) -> str:
    """Tags and comments away, entities as characters; block tags become line ends, cells spaces.

    Tags go before entities are read, so ``&lt;b&gt;`` stays the text ``<b>``.
    """
    return outside_code(text, _strip)


def _strip(text: str) -> str:
    if "<" in text:
        text = _without_tags(text)
    return _ENTITY.sub(_character, text) if "&" in text else text


def _without_tags(text: str) -> str:
    text = _without_hidden(text)
    found = list(_ONE_TAG.finditer(text))
    if not found or _NAMED_TAG.search(text) or _ABOUT_MARKUP.search(_ONE_TAG.sub(" ", text)):
        return text
    opened = {match["open"].lower() for match in found if match["open"]}
    closed = {match["close"].lower() for match in found if match["close"]}
    meant = _UNPAIRED | (opened & closed)

    def replaced(match: re.Match[str]) -> str:
        name = (match["open"] or match["close"]).lower()
        if name not in meant and not match["attributes"]:
            return match.group()
        space = match.group()[match.group().rindex(">") + 1 :]
        if name in _BLOCKS:
            return "\n\n" if "\n\n" in space else "\n"
        return f" {space}" if name in _CELLS else space

    return _SPACED_TAG.sub(replaced, text)


def _without_hidden(text: str) -> str:
    """``text`` without comments, scripts and styles; one that has no end stays.

    Nothing is searched for behind the last end there is: each search finds its own.
    """
    text = _DOCTYPE.sub(" ", text)
    for hidden, end in _HIDDEN:
        last = max((match.end() for match in end.finditer(text)), default=0)
        text = hidden.sub(" ", text[:last]) + text[last:]
    return text


def _character(entity: re.Match[str]) -> str:
    decimal, hexadecimal, name = entity.groups()
    if name:
        return html.entities.html5.get(f"{name};", entity.group())
    code = int(decimal) if decimal else int(hexadecimal, 16)
    is_text = 0 < code < 0xD800 or 0xDFFF < code < 0x110000
    return chr(code) if is_text else entity.group()
