"""Record reader for JSON files: an array, values that follow one another, or nested SQuAD.

::

    [{…}, {…}]                                        an element is a record
    {…} {…}                                           a value is a record
    {"data": [{…}, {…}], "version": …}                an element is a record, or, with paragraphs,
    {"data": [{"paragraphs": [{"context": …, "qas": [{"question": …, "answers": […]}]}]}]}
                                                      each of its questions is one

Reading is incremental: a value at a time is in memory. A record's line is its number in the file,
from 1: a whole array often stands on one line. Where a value cannot be read, all that follows it is
one record.
"""

import codecs
import hashlib
import io
import json
import re
from collections.abc import Iterator

from stages.ingest import legacy
from stages.ingest.faults import Fault
from stages.ingest.records import Record, StrictDecoder
from stages.text import nfc

CHUNK = 1 << 20  # bytes of JSON read at once
SPACE = " \t\r\n"
_SCALAR = r'(?:"[^"\\]*"|[-+.\deE]+|true|false|null)'
# The beginning and the end of an object whose rows are in its array "data".
_WRAPPED = re.compile(rf'\{{\s*(?:"(?!data")[^"\\]*"\s*:\s*{_SCALAR}\s*,\s*)*"data"\s*:\s*\[')
_UNWRAPPED = re.compile(rf'(?:\s*,\s*"[^"\\]*"\s*:\s*{_SCALAR})*\s*\}}\s*\Z')


class _Text:
    """A stream's text, read on demand; what lies before ``at`` is used and dropped in time."""

    def __init__(self, file: io.BufferedReader, encoding: str) -> None:
        self._table = encoding if encoding in legacy.TABLES else ""
        codec = "latin-1" if self._table else encoding or "utf-8"
        # A byte that does not decode becomes a lone surrogate, which only its record pays for.
        self._decoder = codecs.getincrementaldecoder(codec)(errors="surrogateescape")
        self._file = file
        self.buffer = ""
        self.at = 0
        self.ended = False

    def more(self) -> None:
        """Read another chunk onto the unused text."""
        data = self._file.read(CHUNK)
        self.ended = not data
        text = self._decoder.decode(data, final=not data)
        if self._table:  # marks and letters are joined when a value is whole
            text = text.translate(legacy.TABLES[self._table])
        self.buffer = self.buffer[self.at :] + text
        self.at = 0

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


class _UnreadableError(Exception):
    """Carries the fault of text that cannot be read; never leaves this module."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.fault = Fault(reason, detail)


def json_records(file: io.BufferedReader, encoding: str, limit: int) -> Iterator[Record]:
    """The records of a JSON file; ``encoding`` as for :func:`stages.ingest.lines.decoder`."""
    text = _Text(file, encoding)
    number = 0
    try:
        for value, raw in _values(text, limit):
            if encoding in legacy.TABLES:
                value = _composed(value)
            broken = not raw.isascii() and _has_surrogate(raw)
            for part in _parts(value):
                number += 1
                data = raw.encode("utf-8", "surrogateescape") if part is value else b""
                yield Record(number, data, part, broken)
    except _UnreadableError as error:
        yield Record(number + 1, b"", error.fault, digest=_digest_of_rest(text))


def _values(text: _Text, limit: int) -> Iterator[tuple[object, str]]:
    """Each value with its own text. Raises :class:`_UnreadableError` at what cannot be read."""
    opening = text.skip(SPACE)
    wrapped = _WRAPPED.match(text.buffer, text.at) if opening == "{" else None
    array = opening == "[" or wrapped is not None
    text.at = wrapped.end() if wrapped else text.at + array
    # Legacy encodings have capitals among the control characters, which strict JSON forbids.
    decoder = StrictDecoder(strict=False)
    while start := text.skip(SPACE + "," if array else SPACE):
        if array and start == "]":
            text.at += 1
            _require_end(text, wrapped=wrapped is not None)
            return
        yield _next_value(text, decoder, limit)
    if array:
        raise _UnreadableError("invalid_json", "the array does not end")


def _require_end(text: _Text, *, wrapped: bool) -> None:
    """Raise :class:`_UnreadableError` for anything but the file's end after an array."""
    if not wrapped:
        if text.skip(SPACE):
            raise _UnreadableError("invalid_json", "text after the array's end")
        return
    while not text.ended and len(text.buffer) - text.at < CHUNK:
        text.more()
    if not _UNWRAPPED.match(text.buffer, text.at):
        raise _UnreadableError("invalid_json", 'no plain end of the object after "data"')
    text.at = len(text.buffer)


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


def _digest_of_rest(text: _Text) -> str:
    digest = hashlib.sha256()
    while True:
        digest.update(text.buffer[text.at :].encode("utf-8", "surrogatepass"))
        text.at = len(text.buffer)
        if text.ended:
            return digest.hexdigest()
        text.more()


def _parts(value: object) -> Iterator[object]:
    """The records in a value: the questions of a SQuAD article, else the value itself."""
    if not (isinstance(value, dict) and isinstance(value.get("paragraphs"), list)):
        yield value
        return
    if not value["paragraphs"]:
        yield Fault("empty_record", "an article without a paragraph")
    for paragraph in value["paragraphs"]:
        asked = paragraph.get("qas") if isinstance(paragraph, dict) else None
        if not isinstance(paragraph, dict):
            yield paragraph
        elif not isinstance(asked, list) or not asked:
            yield Fault("empty_record", "a paragraph without a question")
        else:
            for question in asked:
                known = {"context": paragraph.get("context")}
                yield {**known, **question} if isinstance(question, dict) else question


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= c <= "\udfff" for c in text)


def _composed(value: object) -> object:
    """``value`` with all its strings in NFC (legacy encodings write tones as combining marks)."""
    if isinstance(value, str):
        return nfc(value)
    if isinstance(value, dict):
        return {nfc(key): _composed(v) for key, v in value.items()}
    return [_composed(v) for v in value] if isinstance(value, list) else value
