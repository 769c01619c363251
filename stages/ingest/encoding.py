"""Which encoding a file is in: UTF-8, or one of the legacy encodings of Vietnamese.

A file is UTF-8 unless most of its non-ASCII lines are not; then the legacy table whose decoding
reads most like Vietnamese is taken for the whole file. One broken line in a UTF-8 file is that
line's fault and says nothing about the others. A file that no table reads well stays UTF-8, so its
lines are rejected rather than turned into other words.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from stages.text import nfc

UTF8 = "utf-8"
SURVEYED_BYTES = 1 << 18  # of invalid lines; enough to tell tables apart
READS_WELL = 0.9  # share of non-ASCII letters that must be Vietnamese ones

_BASES = "aăâeêioôơuưy"
_MARKS = "\u0300\u0301\u0303\u0309\u0323"
VIETNAMESE = frozenset(
    letter
    for base in _BASES
    for mark in ("", *_MARKS)
    for letter in (nfc(base + mark), nfc(base + mark).upper())
    if not letter.isascii()
) | {"đ", "Đ"}


def decode_cp1258(data: bytes) -> str:
    """Windows-1258 (letters and combining tone marks) to NFC.

    Raises :class:`UnicodeDecodeError` at a byte that the code page leaves undefined.
    """
    return nfc(data.decode("cp1258"))


TABLES: Mapping[str, Callable[[bytes], str]] = {"cp1258": decode_cp1258}


@dataclass(frozen=True)
class Survey:
    """Counts of a file's non-ASCII lines, and some of those that are not UTF-8."""

    valid: int
    invalid: int
    sample: bytes


def survey(lines: Iterable[bytes]) -> Survey:
    """Look at every line of a file once."""
    valid = invalid = 0
    sample = bytearray()
    for line in lines:
        if line.isascii():
            continue
        try:
            line.decode(UTF8)
            valid += 1
        except UnicodeDecodeError:
            invalid += 1
            if len(sample) < SURVEYED_BYTES:
                sample += line + b"\n"
    return Survey(valid, invalid, bytes(sample))


def encoding_of(found: Survey) -> str:
    """The name of the encoding to read the whole file with: ``utf-8`` or a key of TABLES."""
    if found.invalid <= found.valid:
        return UTF8
    scores = {name: reads_as_vietnamese(found.sample, name) for name in TABLES}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= READS_WELL else UTF8


def reads_as_vietnamese(data: bytes, name: str) -> float:
    """Share of the non-ASCII letters and marks of ``data`` that are letters of Vietnamese.

    0 to 1; a line with an undefined byte counts as one strange letter for each of its bytes.
    """
    good = strange = 0
    for line in data.splitlines():
        try:
            text = TABLES[name](line)
        except UnicodeDecodeError:
            strange += len(line)
            continue
        for letter in text:
            if letter in VIETNAMESE:
                good += 1
            elif not letter.isascii() and unicodedata.category(letter)[0] in "LMC":
                strange += 1
    return good / (good + strange) if good else 0.0


def decode(data: bytes, encoding: str) -> str:
    """``data`` as text. Raises :class:`UnicodeDecodeError`."""
    return data.decode(UTF8) if encoding == UTF8 else TABLES[encoding](data)
