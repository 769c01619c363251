"""The page's words in English and Vietnamese, and how figures are put into them.

``messages.json`` holds key → {"en": …, "vi": …}. A message may have places for figures:

    {name}      as it is; whole numbers grouped: 12,345
    {name:3}    three decimals: 0.812
    {name:+3}   signed: +0.812
    {name:%1}   a share, as a percentage with one decimal: 12.5%

The page is written in English; ``page.js`` says everything again in the other language, from the
same file, with the same formats and the language's own separators (12.345 and 0,812).
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from pipeline.report.content import visible

FILE = Path(__file__).with_name("messages.json")
LANGUAGES = ("en", "vi")
NONE = "–"
PLACE = re.compile(r"\{(\w+)(?::([+%]?)(\d+))?\}")
Messages = Mapping[str, Mapping[str, str]]


@cache
def messages() -> Messages:
    """Key → language → message."""
    found: Messages = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def english(key: str, **values: Any) -> str:
    """The English message with its values."""
    return _filled(messages()[key]["en"], values)


def _filled(message: str, values: Mapping[str, Any]) -> str:
    return PLACE.sub(lambda p: number(values[p[1]], p[2] or "", p[3]), message)


def number(value: Any, sign: str, decimals: str | None) -> str:
    """A value as a place asks for it; a dash for None, and text as it is."""
    if value is None:
        return NONE
    if isinstance(value, bool) or not isinstance(value, int | float):
        return visible(str(value))
    if decimals is None:
        return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"
    if sign == "%":
        return f"{value * 100:,.{decimals}f}%"
    return f"{value:{sign},.{decimals}f}"


def span(key: str, **values: Any) -> Markup:
    """The message as an element that the page can say again in the other language.

    What stands between back-ticks in the message itself is code.
    """
    pieces = messages()[key]["en"].split("`")
    said = Markup("").join(
        Markup("<code>{}</code>" if i % 2 else "{}").format(_filled(piece, values))
        for i, piece in enumerate(pieces)
    )
    return Markup("<span{}>{}</span>").format(attributes(key, **values), said)


def attributes(key: str, **values: Any) -> Markup:
    """The attributes of an element whose text is the message."""
    found = Markup(' data-t="{}"').format(key)
    if values:
        clean = {k: visible(v) if isinstance(v, str) else v for k, v in values.items()}
        found += Markup(' data-a="{}"').format(json.dumps(clean, ensure_ascii=False))
    return found


def attribute(name: str, key: str) -> Markup:
    """An attribute (``aria-label``, ``placeholder``) that holds a message without values."""
    return Markup(' {0}="{1}" data-t-{0}="{2}"').format(name, english(key), key)


def named(kind: str, name: str) -> Markup:
    """The name of a stage, reason, rule or figure; one that has no message is shown as it is."""
    key = f"{kind}.{name}"
    if key in messages():
        return span(key)
    return Markup("<span>{}</span>").format(visible(name.replace("_", " ").replace(".", ": ")))


def hint(kind: str, name: str) -> Markup:
    """What the reason or rule means, empty where nothing is written about it."""
    key = f"{kind}.{name}.hint"
    return span(key) if key in messages() else escape("")
