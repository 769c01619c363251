"""Record readers for files that are one document: JSON and Parquet, and unreadable files.

A record's line is its number in the file here, from 1: a whole JSON array often stands on one
line, and Parquet has none.
"""

import codecs
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from stages.ingest import encoding
from stages.ingest.faults import Fault
from stages.ingest.records import Record, StrictDecoder
from stages.text import nfc

CHUNK = 1 << 20  # bytes of JSON read at once
BATCH = 1024  # rows of Parquet read at once
SPACE = " \t\r\n"


class _Text:
    """A file's text, read on demand; what lies before ``at`` is used and dropped in time."""

    def __init__(self, path: Path, name: str) -> None:
        codec = "utf-8-sig" if name == encoding.UTF8 else name
        # A byte that does not decode becomes a lone surrogate, which only its record pays for.
        self._decoder = codecs.getincrementaldecoder(codec)(errors="surrogateescape")
        self._file = path.open("rb")
        self.buffer = ""
        self.at = 0
        self.ended = False

    def more(self) -> None:
        """Read another chunk onto the unused text."""
        data = self._file.read(CHUNK)
        self.ended = not data
        self.buffer = self.buffer[self.at :] + self._decoder.decode(data, final=not data)
        self.at = 0
        if self.ended:
            self._file.close()

    def skip(self, characters: str) -> str:
        """Pass over ``characters``; the next other character, "" at the end."""
        while True:
            while self.at < len(self.buffer):
                if self.buffer[self.at] not in characters:
                    return self.buffer[self.at]
                self.at += 1
            if self.ended:
                return ""
            self.more()


def json_records(path: Path, name: str, limit: int) -> Iterator[Record]:
    """The elements of a JSON array, or of values that follow one another.

    Reading is incremental. Where a value cannot be read, all that follows it is one record.
    """
    text = _Text(path, name)
    array = text.skip(SPACE) == "["
    text.at += array
    decoder = StrictDecoder()
    number = 0
    while start := text.skip(SPACE + "," if array else SPACE):
        number += 1
        if array and start == "]":
            text.at += 1
            if text.skip(SPACE):
                yield _rest(text, number, Fault("invalid_json", "text after the array's end"))
            return
        try:
            value, raw = _next_value(text, decoder, limit)
        except _UnreadableError as error:
            yield _rest(text, number, error.fault)
            return
        if not raw.isascii() and _has_surrogate(raw):
            value = Fault("invalid_utf8", f"value {number}")
        if name != encoding.UTF8:
            value = _composed(value)
        yield Record(number, raw.encode("utf-8", "surrogateescape"), value)
    if array:
        yield _rest(text, number + 1, Fault("invalid_json", "the array does not end"))


class _UnreadableError(Exception):
    """Carries the fault of a value that cannot be read; never leaves this module."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.fault = Fault(reason, detail)


def _next_value(text: _Text, decoder: StrictDecoder, limit: int) -> tuple[object, str]:
    """The value where the text stands, and its own text, which is passed over."""
    while True:
        fault = ""
        try:
            value, end = decoder.decode(text.buffer, text.at)
        except json.JSONDecodeError as error:
            fault = f"{error.msg} at its character {error.pos - text.at + 1}"
        except ValueError as error:
            raise _UnreadableError("invalid_json", str(error)) from None
        # A number may go on in the next chunk.
        if not fault and (end < len(text.buffer) or text.ended):
            raw, text.at = text.buffer[text.at : end], end
            if len(raw) > limit:
                value = Fault("too_large", f"over {limit} characters")
            return value, raw
        if text.ended:
            raise _UnreadableError("invalid_json", fault)
        if len(text.buffer) - text.at > limit:
            raise _UnreadableError("too_large", f"no value ends within {limit} characters")
        text.more()


def _rest(text: _Text, number: int, fault: Fault) -> Record:
    digest = hashlib.sha256()
    while True:
        digest.update(text.buffer[text.at :].encode("utf-8", "surrogateescape"))
        text.at = len(text.buffer)
        if text.ended:
            return Record(number, b"", fault, digest.hexdigest())
        text.more()


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= c <= "\udfff" for c in text)


def _composed(value: object) -> object:
    """``value`` with all its strings in NFC (legacy encodings write tones as combining marks)."""
    if isinstance(value, str):
        return nfc(value)
    if isinstance(value, dict):
        return {nfc(key): _composed(v) for key, v in value.items()}
    return [_composed(v) for v in value] if isinstance(value, list) else value


def parquet(path: Path) -> Iterator[Record]:
    """The rows of a Parquet file; where it turns out damaged, one record for the rest."""
    number = 0
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=BATCH):
                for row in batch.to_pylist():
                    number += 1
                    yield Record(number, _canonical(row), row)
    except (pa.ArrowException, OSError) as error:
        detail = "no Parquet file" if number == 0 else "damaged from here on"
        fault = Fault("unknown_format", f"{detail} ({type(error).__name__})")
        yield Record(number + 1, b"", fault, digest_of(path))


def _canonical(row: object) -> bytes:
    return json.dumps(row, sort_keys=True, ensure_ascii=True, default=str).encode()


def unreadable(path: Path, source: str, fault: Fault) -> Record:
    """The one record of a file that is not read; its id covers the bytes, if they can be read."""
    if fault.reason == "outside" or not path.is_file():
        return Record(1, source.encode(), fault)
    return Record(1, b"", fault, digest_of(path))


def digest_of(path: Path) -> str:
    """The SHA-256 (hex) of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
