"""A file → its records, by whatever reader its format needs.

Every record of the file comes out, or one record that stands for the rest of it, or for the whole
of it, with the reason: nothing a file holds makes this fail.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from stages.ingest import columnar, documents, encoding, records, separated
from stages.ingest.encoding import UTF8, Prevailing, is_utf8, restored
from stages.ingest.faults import Fault
from stages.ingest.files import SourceFile
from stages.ingest.lines import Line, decoder, lines, raw_lines
from stages.ingest.opening import BUFFER, WIDE, BrokenError, opened
from stages.ingest.records import Record
from stages.ingest.sources import DATASET, Reading


class Limits(NamedTuple):
    """``ingest.max_record_bytes`` and ``ingest.max_unpacked_bytes``."""

    record: int
    unpacked: int


class Read(NamedTuple):
    """A record with its strings as they were meant, and the encoding they were in ("": UTF-8)."""

    record: Record
    encoding: str


def read(file: SourceFile, reading: Reading, limits: Limits) -> Iterator[Read]:
    """Every record of a file; a file that is not read is one record, and so is an empty one."""
    fault = unread(file, reading)
    if fault:
        yield Read(whole(file, fault), "")
        return
    last = 0
    try:
        for found in _read(file, reading, limits):
            last = found.record.line
            yield found
    except BrokenError as error:
        rest = whole(file, error.fault)
        yield Read(rest._replace(line=last + 1), "")
        return
    if not last:
        yield Read(whole(file, Fault("empty_record", "no record in the file")), "")


def unread(file: SourceFile, reading: Reading) -> Fault | None:
    """Why a file is not read at all, None where it is."""
    if file.outside:
        return Fault("outside", "a symbolic link that leaves the data folder")
    if not file.dataset and not file.path.is_file():
        return Fault("unknown_format", "not a regular file")
    if not reading.format:
        suffix = file.path.suffix.lower()
        return Fault("unknown_format", f"no reader for {suffix or 'a name without extension'}")
    return None


def _read(file: SourceFile, reading: Reading, limits: Limits) -> Iterator[Read]:
    prior = prevailing(file, reading, limits)
    if reading.format == DATASET:
        return _meant(columnar.dataset(file.path, limits.record), prior, "")
    if reading.format == "parquet":
        rows = columnar.parquet(file.path, reading.packing, limits.unpacked, limits.record)
        return _meant(rows, prior, "")
    return _text(file, reading, limits, prior)


def _text(file: SourceFile, reading: Reading, limits: Limits, prior: Prevailing) -> Iterator[Read]:
    """The records of a text format."""
    stream, wide = opened(file.path, reading.packing, limits.unpacked, reading.encoding)
    # What is wide has become UTF-8; what the project says of the encoding holds for the others.
    given = "" if wide else given_encoding(reading)
    with stream:
        if reading.format == "json":
            found = documents.json_records(stream, given, limits.record)
            yield from _meant(found, prior, wide or given)
        else:
            numbered = lines(stream, decoder(given), limits.record)
            yield from read_lines(numbered, reading, prior, limits.record, wide or given)


def given_encoding(reading: Reading) -> str:
    """The encoding of single bytes that the project names, "" for none or UTF-8."""
    return "" if reading.encoding in WIDE or reading.encoding == UTF8 else reading.encoding


def read_lines(
    numbered: Iterable[Line], reading: Reading, prior: Prevailing, limit: int, whole_file: str
) -> Iterator[Read]:
    """The records of lines that follow one another, in a format of lines.

    ``whole_file`` is the encoding of all of it, "" where it is UTF-8 or told record by record.
    """
    found: Iterator[Record]
    if reading.format == "jsonl":
        found = records.jsonl(numbered)
    elif reading.format == "txt":
        found = records.plain(numbered)
    else:
        tabs = reading.format == "tsv"
        found = separated.separated(
            numbered, tabs=tabs, names=reading.header, prior=prior, limit=limit
        )
    return _meant(found, prior, whole_file)


def prevailing(file: SourceFile, reading: Reading, limits: Limits) -> Prevailing:
    """What most of a file's broken lines are in; the file is read for it when that is needed.

    A part of a text file can be read on its own (:func:`read_lines`) if this goes with it.
    """

    def find() -> str:
        if reading.format in (DATASET, "parquet") or given_encoding(reading):
            return ""
        try:
            with _opened(file, reading, limits) as stream:
                if is_utf8(iter(partial(stream.read, BUFFER), b"")):
                    return ""
            with _opened(file, reading, limits) as stream:
                return encoding.prevailing(line for line, _ in raw_lines(stream, limits.record))
        except BrokenError:
            return ""

    return Prevailing(find)


def _opened(file: SourceFile, reading: Reading, limits: Limits) -> io.BufferedReader:
    return opened(file.path, reading.packing, limits.unpacked, reading.encoding).file


def _meant(found: Iterable[Record], prior: Prevailing, whole_file: str) -> Iterator[Read]:
    """Records with their strings as they were meant; ``whole_file``: the encoding of all of it."""
    for record in found:
        if isinstance(record.value, Fault):
            yield Read(record, whole_file)
            continue
        value, own = restored(record.value, broken=record.broken, prior=prior)
        if value is not record.value:
            record = record._replace(value=value)
        yield Read(record, own or whole_file)


def whole(file: SourceFile, fault: Fault) -> Record:
    """The one record of a file that is not read; its id covers the bytes, if they can be read."""
    if fault.reason == "outside":
        return Record(1, file.source.encode(), fault)
    if file.dataset:
        return Record(1, listing(file.path), fault)
    if not file.path.is_file():
        return Record(1, file.source.encode(), fault)
    return Record(1, b"", fault, digest=digest_of(file.path))


def listing(folder: Path) -> bytes:
    """The digests and names of a folder's own files, as ``sha256sum`` writes them."""
    parts = sorted(p for p in folder.iterdir() if p.is_file() and not p.is_symlink())
    return "".join(f"{digest_of(part)}  {part.name}\n" for part in parts).encode()


def digest_of(path: Path) -> str:
    """The SHA-256 (hex) of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
