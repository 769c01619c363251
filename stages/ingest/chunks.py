"""Cuts files of lines into byte ranges at content-defined places, without parsing them.

A range ends where a record ends and the CRC-32 of its last line falls under a threshold
(:func:`stages.shards.closes`), so a line put in or taken out anywhere changes the range it stands
in and no other. What an unchanged range says is then recalled by its hash and not read again. Of a
CSV record the end is known only by its quotes: lines with quotes go through the CSV reader.

Cost: one pass over the bytes, SHA-256 and CRC-32, about 2 s for a million lines of 500 bytes.
"""

import csv
import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from stages import shards
from stages.blob import CHUNK, Blob
from stages.ingest.lines import BOM
from stages.ingest.separated import delimiter_of, field_limit

LINE_FORMATS = ("jsonl", "txt", "csv", "tsv")
SEPARATED = ("csv", "tsv")


@dataclass(frozen=True)
class Chunk:
    """Whole records that follow one another; ``first_line`` is 1-based.

    ``header`` is the CSV header's bytes where it stands outside the chunk, else empty.
    """

    blob: Blob
    first_line: int
    lines: int
    header: bytes


def chunks(path: Path, form: str, mean_rows: int, limit: int) -> Iterator[Chunk]:
    """The chunks of a file whose format is in :data:`LINE_FORMATS`, in order.

    ``limit`` is the longest record in bytes. A line of any length takes a megabyte of memory.
    """
    whole = path.absolute()
    with path.open("rb") as file, field_limit(limit):
        start = at = len(BOM) if file.read(len(BOM)) == BOM else 0
        file.seek(start)
        rest = None  # what completes a record that begins with a line: lines, bytes
        header = b""
        first, count = 1, 0
        digest = hashlib.sha256()
        while data := file.readline(limit):
            value = zlib.crc32(data)
            digest.update(data)
            at += len(data)
            while not data.endswith(b"\n") and (data := file.readline(CHUNK)):
                value = zlib.crc32(data, value)
                digest.update(data)
                at += len(data)
            count += 1
            if form in SEPARATED:
                if rest is None:
                    rest = _quoted(file, data, form, limit)
                for line in rest(data):
                    value = zlib.crc32(line, value)
                    digest.update(line)
                    at += len(line)
                    count += 1
                if not header:
                    header = _head(path, at)
            if shards.closes(value, count, mean_rows) or at - start >= shards.LARGEST:
                blob = Blob(digest.hexdigest(), whole, start, at - start)
                yield Chunk(blob, first, count, header if first > 1 else b"")
                start, first, count, digest = at, first + count, 0, hashlib.sha256()
        if count:
            blob = Blob(digest.hexdigest(), whole, start, at - start)
            yield Chunk(blob, first, count, header if first > 1 else b"")


def _head(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size).removeprefix(BOM)


def _quoted(file: BinaryIO, header: bytes, form: str, limit: int) -> Callable[[bytes], list[bytes]]:
    """Gives the further lines of a CSV record that begins with a line, and passes over them.

    It follows :func:`stages.ingest.separated.separated`: where quotes do not close, or close
    wrongly, the record is its first line.
    """
    text = header.decode("latin-1")  # quotes and separators are ASCII in every encoding here
    delimiter = "\t" if form == "tsv" else delimiter_of(text)

    def rest(data: bytes) -> list[bytes]:
        if b'"' not in data or len(data) >= limit:
            return []
        back, used, size = file.tell(), [], len(data)

        def feed() -> Iterator[str]:
            nonlocal size
            yield data.decode("latin-1")
            while line := file.readline(limit):
                used.append(line)
                size += len(line)
                if size > limit:
                    raise csv.Error
                yield line.decode("latin-1")

        try:
            next(csv.reader(feed(), delimiter=delimiter, strict=True))
        except csv.Error:
            file.seek(back)
            return []
        return used

    return rest
