"""Record readers for formats of one record a line: JSONL and plain text.

Each yields every record of the file, in order, readable or not, with the line it starts on.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from stages.ingest.faults import Fault
from stages.ingest.lines import Line


class Record(NamedTuple):
    """A record as it came: the 1-based line it starts on, its bytes, and its value or fault.

    ``broken`` when strings of the value may hold bytes that are no UTF-8, as lone surrogates.
    ``digest`` stands in for bytes that were too many to keep. A record that is no text (Parquet)
    has no bytes.
    """

    line: int
    raw: bytes
    value: object
    broken: bool = False
    digest: str = ""

    def sha256(self) -> str:
        """The SHA-256 (hex) of the record's bytes, or of its value as JSON where it has none."""
        if self.digest:
            return self.digest
        return hashlib.sha256(self.raw or _json(self.value)).hexdigest()


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, default=str).encode()


class StrictDecoder:
    """JSON values, with the faults that Python's decoder would pass over or die of.

    A key that stands twice in an object is a fault: which of its values was meant is a guess.
    """

    def __init__(self, *, strict: bool = True) -> None:
        self._twice = ""
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_constant=self._constant, strict=strict
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
    # Legacy encodings have capitals among the control characters, which strict JSON forbids.
    decoder, lenient = StrictDecoder(), StrictDecoder(strict=False)
    for line in lines:
        if line.fault:
            yield Record(line.number, line.raw, line.fault, digest=line.digest)
        elif text := line.text.strip():
            value = _json_value(lenient if line.broken else decoder, text)
            if line.broken and isinstance(value, Fault):  # cut off within a character
                value = Fault("invalid_utf8", f"and {value.detail}")
            yield Record(line.number, line.raw, value, line.broken)


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
        if line.fault:
            yield Record(line.number, line.raw, line.fault, digest=line.digest)
        elif line.text.strip():
            yield Record(line.number, line.raw, {"text": line.text}, line.broken)
