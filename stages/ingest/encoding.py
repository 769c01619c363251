"""Which encoding text is in, told for each record from how Vietnamese it reads.

Two things are found in real files, often in single cells of a file that is UTF-8 otherwise:

    bytes    "Vi\\xd6t Nam"   a legacy encoding that was never converted: no UTF-8
    letters  "ViÖt Nam"      the same bytes taken for Latin-1 and then saved as UTF-8

All strings of a record in question are read by every table of :mod:`stages.ingest.legacy`, and the
one with the most well-formed syllables (:mod:`stages.ingest.syllables`) is taken if nearly all of
them are. For bytes, what most of the file's broken lines are in (:func:`prevailing`) decides where
a record is too short to tell. Whatever no table reads well is rejected (bytes) or stays (letters).

Bytes that are no UTF-8 travel inside strings as lone surrogates (PEP 383), so that JSON and CSV are
taken apart before anything is decoded: their signs are ASCII in all these encodings.
"""

import codecs
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from stages.ingest import legacy
from stages.ingest.faults import Fault
from stages.ingest.syllables import is_syllable

UTF8 = "utf-8"
SURVEYED_BYTES = 1 << 18  # of broken lines; enough to tell tables apart
READS_WELL = 0.85  # share of the words with marks that must be syllables; names and loans are none
FEWEST = 2  # different syllables with marks from which a record speaks for itself
MANY = 4  # and from which letters are believed that could all be Western ones
AHEAD = 3  # syllables by which another table must beat the one that prevails in the file
DEEPEST = 100  # nested lists and objects; Python's own limit depends on who calls

# A letter that Vietnamese has and the legacy letters, all below U+0100, have not.
_MODERN = re.compile("[ĂăĐđƠơƯư\u0128\u0129\u0168\u0169\u0300-\u0323\u1ea0-\u1ef9]")
_ESCAPED = re.compile("[\udc80-\udcff]")
_WIDE_LETTER = re.compile(r"[^\W\d_\x00-\xff]")
# Signs and capitals inside a small word: no Western language writes so, TCVN3 and VISCII do.
_STRANGE = re.compile("[a-zß-ÿ][¢-¦¨©¬-®±-¶¸¹»-¾×÷À-Þ]|[¢-¦¨©¬-®±-¶¸¹»-¾][a-z]")
_WORD = re.compile(r"[^\s!-@\[-`{-~\u2010-\u203a\u00a0«»]+")
_COMMON = (
    "của và là được có những người đã các không một với này để khi từ đến về cũng như nhà năm phải "
    "sẽ đó thì hơn nước đầu trên việc vào còn rất lại nhiều chỉ bị mà số tôi bạn gì nào thế điều "
    "ông bà anh chị làm đi rồi nếu vì sau trước giờ ngày tháng thành phố học tỉnh huyện xã"
)
_FREQUENT = frozenset(_COMMON.split())
_EDGE = "°§±²³×·…™"


class Score(NamedTuple):
    """How Vietnamese a text reads, of its words that are not ASCII."""

    good: int  # words that are well-formed syllables
    words: int
    different: int  # well-formed syllables, each counted once
    common: int  # words that are among the most frequent ones

    @property
    def share(self) -> float:
        """0 to 1; 0 for no word."""
        return self.good / self.words if self.words else 0.0


def score(texts: Iterable[str]) -> Score:
    """How Vietnamese ``texts`` (NFC) read together."""
    good = words = common = 0
    seen = set()
    for text in texts:
        for found in _WORD.findall(text):
            word = found.strip(_EDGE)
            if word.isascii() or len(word) == 1:  # a single letter can be a dash in another table
                continue
            words += 1
            if is_syllable(word):
                good += 1
                seen.add(word.lower())
                common += word.lower() in _FREQUENT
    return Score(good, words, len(seen), common)


class Prevailing:
    """What most of a file's broken lines are in, found when it is first asked for."""

    def __init__(self, find: Callable[[], str]) -> None:
        self._find = find

    @cached_property
    def table(self) -> str:
        """The name of a table, "" where none reads well."""
        return self._find()


def prevailing(lines: Iterable[bytes]) -> str:
    """The table that reads the broken ones among ``lines`` well, "" for none."""
    texts: list[str] = []
    size = 0
    for line in lines:
        if line.isascii():
            continue
        try:
            line.decode(UTF8)
        except UnicodeDecodeError:
            texts.append(line.decode("latin-1"))
            size += len(line)
            if size > SURVEYED_BYTES:
                break
    best = _best(texts)
    return best.table if best and best.score.share >= READS_WELL else ""


class _Reading(NamedTuple):
    table: str
    texts: tuple[str, ...]
    score: Score
    weight: int


def _best(texts: Sequence[str], prior: str = "") -> _Reading | None:
    """The reading of ``texts`` (as Latin-1) with the most syllables, None where two differ that
    are equally good. The table ``prior`` is ahead of the others."""
    found = []
    for name in legacy.NAMES:
        reading = tuple(legacy.read(text, name) for text in texts)
        scored = score(reading)
        ahead = AHEAD if name == prior else 0
        found.append(_Reading(name, reading, scored, scored.good + scored.common + ahead))
    best = max(found, key=lambda reading: reading.weight)
    equal = {reading.texts for reading in found if reading.weight == best.weight}
    return best if len(equal) == 1 else None


def is_utf8(pieces: Iterable[bytes]) -> bool:
    """Whether bytes that come in pieces are UTF-8; about 1 GB/s."""
    decode = codecs.getincrementaldecoder(UTF8)().decode
    try:
        for piece in pieces:
            decode(piece)
        decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def text_or_bytes(data: bytes) -> tuple[str, bool]:
    """``data`` as text, and whether it is broken: then bytes that are no UTF-8 are surrogates."""
    try:
        return data.decode(UTF8), False
    except UnicodeDecodeError:
        return data.decode(UTF8, "surrogateescape"), True


def restored(value: object, *, broken: bool, prior: Prevailing) -> tuple[object, str]:
    """A record's value with its strings as they were meant, and the encoding found ("": UTF-8).

    ``broken`` says that strings may hold escaped bytes. The value is a :class:`Fault` where bytes
    cannot be read, or where it is nested too deep.
    """
    strings: list[str] = []
    try:
        _collect(value, strings, DEEPEST, keys=broken)
    except RecursionError:
        return Fault("invalid_json", "nested too deep"), ""
    raw = [s for s in strings if _ESCAPED.search(s)] if broken else []
    if raw:
        readings, found = _from_bytes(raw, prior.table)
        if not found:
            return Fault("invalid_utf8", "no UTF-8, and no known encoding of Vietnamese"), ""
    elif odd := [s for s in strings if not _MODERN.search(s)]:
        readings, found = _from_letters(odd)
        if not found:
            readings, found = _by_chance(odd, prior)
    else:
        return value, ""
    return (_replaced(value, readings) if readings else value), found


def _collect(value: object, strings: list[str], depth: int, *, keys: bool) -> None:
    """Add the strings of ``value`` that are not ASCII to ``strings``."""
    if type(value) is str:
        if not value.isascii():
            strings.append(value)
    elif isinstance(value, dict):
        if not depth:
            raise RecursionError
        if keys:
            strings.extend(key for key in value if not key.isascii())
        for inner in value.values():
            _collect(inner, strings, depth - 1, keys=keys)
    elif isinstance(value, list):
        if not depth:
            raise RecursionError
        for inner in value:
            _collect(inner, strings, depth - 1, keys=keys)


def _from_bytes(raw: Sequence[str], prior: str) -> tuple[dict[str, str], str]:
    """String → its reading for strings with escaped bytes, and the table; "" where none fits."""
    texts = [s.encode(UTF8, "surrogateescape").decode("latin-1") for s in raw]
    best = _best(texts, prior)
    if best and best.score.different >= FEWEST and best.score.share >= READS_WELL:
        name, found = best.table, best.texts
    else:
        # Too short, or too foreign, to speak for itself: the file does.
        name, found = prior, tuple(legacy.read(text, prior) for text in texts) if prior else ()
        scored = score(found)
        if not prior or (scored.words and not scored.good):
            return {}, ""
    if any(legacy.UNDEFINED in text for text in found):
        return {}, ""
    return dict(zip(raw, found, strict=True)), name


def _from_letters(texts: Sequence[str]) -> tuple[dict[str, str], str]:
    """String → its reading for strings whose letters are those of a table seen as Latin-1."""
    texts = [text for text in texts if not _WIDE_LETTER.search(text)]
    if not texts:
        return {}, ""
    plain = score(texts)
    if plain.good == plain.words:
        return {}, ""
    best = _best(texts)
    fewest = FEWEST if any(_STRANGE.search(text) for text in texts) else MANY
    if not best or best.score.different < fewest or best.score.share < READS_WELL:
        return {}, ""
    if plain.good >= best.score.good or any(legacy.UNDEFINED in text for text in best.texts):
        return {}, ""
    return dict(zip(texts, best.texts, strict=True)), f"{best.table} as letters"


def _by_chance(texts: Sequence[str], prior: Prevailing) -> tuple[dict[str, str], str]:
    """String → its reading for strings of a legacy file whose bytes happen to be UTF-8."""
    if score(texts).good or not prior.table:
        return {}, ""
    readings = {
        text: legacy.read(text.encode(UTF8, "surrogatepass").decode("latin-1"), prior.table)
        for text in texts
    }
    if score(readings.values()).share < READS_WELL:
        return {}, ""
    return readings, prior.table


def _replaced(value: object, readings: dict[str, str]) -> object:
    if isinstance(value, str):
        return readings.get(value, value)
    if isinstance(value, dict):
        return {readings.get(key, key): _replaced(inner, readings) for key, inner in value.items()}
    return [_replaced(inner, readings) for inner in value] if isinstance(value, list) else value
