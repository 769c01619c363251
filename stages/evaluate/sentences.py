"""Sentences of Vietnamese and English text, by rule: deterministic, offline, no model.

A sentence ends with its line, and at ``.``, ``!``, ``?`` or ``…`` with the quotes or brackets that
close there, before a blank, unless a lower-case letter follows, or the point belongs to an
abbreviation or an initial::

    TP. Hồ Chí Minh có 1.234,5 km². | "Thật à?" | Ông P. đáp: đúng… tám giờ.
"""

import re

END = re.compile(r"[.!?…]+[\"'”’»)\]]*\s+")
ABBREVIATIONS = frozenset(
    # titles and places, Vietnamese then English, without the point
    ["TP", "Tp", "tp", "TX", "TT", "GS", "PGS", "TS", "ThS", "BS", "KS", "LS", "CN", "NSND",
     "NSƯT", "ĐT", "Tr", "tr", "Mr", "Mrs", "Ms", "Dr", "Prof", "St", "No", "vs"]
)  # fmt: skip


def by_punctuation(text: str) -> list[str]:
    """The sentences of ``text``, in order, without blank ones."""
    found = []
    for line in text.split("\n"):
        start = 0
        for end in END.finditer(line):
            if _ends(line, end):
                found.append(line[start : end.end()].strip())
                start = end.end()
        found.append(line[start:].strip())
    return [sentence for sentence in found if sentence]


def _ends(line: str, end: re.Match[str]) -> bool:
    following = line[end.end() : end.end() + 1]
    if following.islower():
        return False
    if end.group().strip() != ".":
        return True
    before = line[: end.start()].split()
    word = before[-1].lstrip("\"'“‘«([") if before else ""
    return word not in ABBREVIATIONS and not (len(word) == 1 and word.isupper())
