"""Folding Vietnamese text for comparison; training text itself is never folded.

Three degrees, each for its purpose::

    nfc        "Hoà"  one code sequence per letter          hashing, matching
    fold       "hoà"  + lower case, white space collapsed   same content?
    syllables  "hoà" = "hòa"  + tone placement, no marks    near the same content?

Old and new tone placement (``hoà``/``hòa``, ``thuý``/``thúy``) are both in wide use, so comparison
must not tell them apart. Other diacritics carry meaning (``bán``, ``bàn``, ``bạn``) and stay.
"""

import re
import unicodedata

SYLLABLE = re.compile(r"[^\W_]+")
TONES = "\u0300\u0301\u0303\u0309\u0323"  # huyền, sắc, ngã, hỏi, nặng as combining marks


def nfc(text: str) -> str:
    """``text`` in Unicode normal form C."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """NFC, lower case, every run of white space one space, ends stripped."""
    return " ".join(nfc(text).lower().split())


def syllables(text: str) -> list[str]:
    """The runs of letters and digits of ``text``, NFC and lower case, in order.

    Written Vietnamese separates syllables by spaces; ``_`` joins them in segmented text and
    separates here too. Most words are one syllable and need no regular expression (a third of
    its time).
    """
    found: list[str] = []
    for word in nfc(text).lower().split():
        if word.isalnum():
            found.append(word)
        else:
            found += SYLLABLE.findall(word)
    return found


def fold_tone(syllable: str) -> str:
    """``syllable`` with its tone mark moved to the end: ``hòa`` and ``hoà`` become the same.

    >>> fold_tone("hòa") == fold_tone("hoà") != fold_tone("hóa")
    True
    """
    if syllable.isascii():
        return syllable
    apart = unicodedata.normalize("NFD", syllable)
    tones = "".join(c for c in apart if c in TONES)
    return nfc("".join(c for c in apart if c not in TONES)) + tones
