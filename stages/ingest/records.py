"""Record readers for formats of one record a line: JSONL, plain text, CSV and TSV.

Each yields every record of the file, in order, readable or not, with the line it starts on.
"""

import csv
import hashlib
import json
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from stages.ingest.faults import Fault
from stages.ingest.lines import Line


@dataclass(frozen=True)
class Record:
    """A record as it came: the 1-based line it starts on, its bytes, and its value or fault.

    ``digest`` stands in for bytes that were too many to keep.
    """

    line: int
    raw: bytes
    value: object
    digest: str = ""

    def sha256(self) -> str:
        """The SHA-256 (hex) of the record's bytes."""
        return self.digest or hashlib.sha256(self.raw).hexdigest()


class StrictDecoder:
    """JSON values, with the faults that Python's decoder would pass over or die of.

    A key that stands twice in an object is a fault: which of its values was meant is a guess.
    """

    def __init__(self) -> None:
        self._twice = ""
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_constant=self._constant
        )

    def _object(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) < len(pairs):
            self._twice = "a key stands twice in an object"
        return found

    def _constant(self, name: str) -> object:
        self._twice = f"{name} is no JSON"
        return None

    def decode(self, text: str, start: int = 0) -> tuple[object, int]:
        """The value at ``start`` (no white space before it) and where it ends.

        Raises :class:`ValueError` for text that is no JSON or is nested too deep to read; a value
        that reads but is ambiguous is returned as a :class:`Fault`.
        """
        self._twice = ""
        try:
            value, end = self._decoder.raw_decode(text, start)
        except RecursionError:
            raise ValueError("nested too deep") from None
        return (Fault("invalid_json", self._twice) if self._twice else value), end


def jsonl(lines: Iterable[Line]) -> Iterator[Record]:
    """One JSON value a line; blank lines are no records."""
    decoder = StrictDecoder()
    for line in lines:
        if isinstance(line.text, Fault):
            yield Record(line.number, line.raw, line.text, line.digest)
        elif text := line.text.strip():
            yield Record(line.number, line.raw, _json_value(decoder, text))


def _json_value(decoder: StrictDecoder, text: str) -> object:
    try:
        value, end = decoder.decode(text)
    except json.JSONDecodeError as error:
        return Fault("invalid_json", f"{error.msg} at character {error.pos + 1}")
    except ValueError as error:
        return Fault("invalid_json", str(error))
    if end < len(text):
        return Fault("invalid_json", f"more text after the value at character {end + 1}")
    return value


def plain(lines: Iterable[Line]) -> Iterator[Record]:
    """Plain text: each line that is not blank is a record."""
    for line in lines:
        if isinstance(line.text, Fault):
            yield Record(line.number, line.raw, line.text, line.digest)
        elif line.text.strip():
            yield Record(line.number, line.raw, {"text": line.text})


def separated(lines: Iterable[Line], *, suffix: str, limit: int) -> Iterator[Record]:
    """CSV (``.csv``) or TSV (``.tsv``) with a header; a record's line is where it begins.

    A quote that never closes would swallow the rest of the file: its line alone is a fault, and
    reading goes on with the next. A TSV line whose quotes do not close is taken without quoting,
    as TSV is often written. A CSV whose header has ``;`` and no comma is separated by ``;``.
    """
    waiting = deque[Line]()
    source = iter(lines)
    first = next(source, None)
    if first is None:
        return
    delimiter = "\t" if suffix == ".tsv" else delimiter_of(first)
    waiting.append(first)
    header: list[str] | None = None
    with field_limit(limit):
        while taken := _take(waiting, source):
            fields, used = _parse(taken, waiting, source, delimiter, limit)
            raw = b"\n".join(line.raw for line in used)
            digest = used[0].digest
            if header is None:
                if isinstance(fields, Fault) or len(set(fields)) < len(fields):
                    yield Record(1, raw, _bad_header(fields), digest)
                    return
                header = [name.strip() for name in fields]
            elif isinstance(fields, Fault):
                yield Record(used[0].number, raw, fields, digest)
            elif fields:
                yield Record(used[0].number, raw, _named(header, fields))


def delimiter_of(header: Line) -> str:
    """What separates the fields of a CSV, from its first line."""
    text = header.text if isinstance(header.text, str) else ""
    return ";" if ";" in text and "," not in text else ","


def _bad_header(fields: list[str] | Fault) -> Fault:
    if isinstance(fields, Fault):
        return fields
    twice = sorted({name for name in fields if fields.count(name) > 1})
    return Fault("invalid_csv", f"the header names a column twice: {', '.join(twice)}")


def _named(header: list[str], fields: list[str]) -> object:
    if len(fields) != len(header):
        return Fault("invalid_csv", f"{len(fields)} fields under a header of {len(header)}")
    return dict(zip(header, fields, strict=True))


def _take(waiting: deque[Line], source: Iterator[Line]) -> Line | None:
    return waiting.popleft() if waiting else next(source, None)


def _parse(
    first: Line, waiting: deque[Line], source: Iterator[Line], delimiter: str, limit: int
) -> tuple[list[str] | Fault, list[Line]]:
    """Fields of the record that begins on ``first``, and the lines it took.

    On a fault the record is its first line; the others go back to ``waiting``.
    """
    used: list[Line] = []

    def feed() -> Iterator[str]:
        line: Line | None = first
        while line is not None:
            used.append(line)
            if isinstance(line.text, Fault):
                # Latin-1 reads any byte, so that quotes still count; the record fails below.
                yield line.raw.decode("latin-1") + "\n"
            else:
                yield line.text + "\n"
            if sum(len(taken.raw) for taken in used) > limit:
                raise csv.Error(f"a record of over {limit} bytes; is a quote left open?")
            line = _take(waiting, source)

    try:
        fields = next(csv.reader(feed(), delimiter=delimiter, strict=True))
    except csv.Error as error:
        waiting.extendleft(reversed(used[1:]))
        if isinstance(first.text, str):
            if delimiter == "\t":
                return first.text.split("\t"), [first]
            return Fault("invalid_csv", str(error)), [first]
        return first.text, [first]
    faults = [line.text for line in used if isinstance(line.text, Fault)]
    return (faults[0] if faults else fields), used


@contextmanager
def field_limit(limit: int) -> Iterator[None]:
    """The csv module's limit of a field is one of the process: set it, and put it back."""
    before = csv.field_size_limit(limit)
    try:
        yield
    finally:
        csv.field_size_limit(before)
