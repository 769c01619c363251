"""Where code stands in a text (Markdown): what is meant for machines is not tidied or judged."""

import re
from collections.abc import Callable

# A fence that is left open runs to the end, as CommonMark has it (0.31, section 4.5).
CODE = re.compile(r"((?:```|~~~).*?(?:```|~~~|\Z)|`[^`\n]+`)", re.DOTALL)
_FORMULA = re.compile(
    r"\$\$[^$]{1,2000}\$\$|\$[^$\n]{1,200}\$|\\\[.{1,2000}?\\\]|\\\(.{1,500}?\\\)", re.DOTALL
)
_TABLE_LINE = re.compile(r"^[ \t]*\|.*$", re.MULTILINE)


def outside_code(text: str, rule: Callable[[str], str]) -> str:
    """``text`` with ``rule`` applied to what is not in back-ticks or between fences."""
    if "`" not in text and "~~~" not in text:
        return rule(text)
    pieces = CODE.split(text)
    return "".join(piece if i % 2 else rule(piece) for i, piece in enumerate(pieces))


def prose(text: str) -> str:
    """``text`` without code, formulas and the lines of tables."""
    if "`" in text or "~~~" in text:
        text = CODE.sub(" ", text)
    if "$" in text or "\\" in text:
        text = _FORMULA.sub(" ", text)
    return _TABLE_LINE.sub("", text) if "|" in text else text
