"""A file as physical lines, each bounded in length, decoded one by one.

Memory is bounded by the longest line that is allowed, not by the longest that comes.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from stages.ingest import encoding
from stages.ingest.faults import Fault

BOM = b"\xef\xbb\xbf"
CHUNK = 1 << 20  # bytes read at once of a line that is too long


@dataclass(frozen=True)
class Line:
    """A physical line: 1-based number, its bytes without line end, and its text or fault.

    ``raw`` is empty for a line over the limit; ``digest`` is the SHA-256 of its bytes then.
    """

    number: int
    raw: bytes
    text: str | Fault
    digest: str = ""


def raw_lines(file: BinaryIO, limit: int) -> Iterator[tuple[bytes, str]]:
    """Each line's bytes without its line end, or ``b""`` and a SHA-256 if over ``limit`` bytes."""
    data = file.readline(limit + len(b"\r\n")).removeprefix(BOM)
    while data:
        line = data.removesuffix(b"\n").removesuffix(b"\r")
        if len(line) > limit:
            yield b"", _digest_of_rest(file.readline, data)
        else:
            yield line, ""
        data = file.readline(limit + len(b"\r\n"))


def _digest_of_rest(readline: Callable[[int], bytes], data: bytes) -> str:
    """SHA-256 of a line whose beginning is ``data``, without its line feed; reads to its end."""
    digest = hashlib.sha256(data.removesuffix(b"\n"))
    while not data.endswith(b"\n") and (data := readline(CHUNK)):
        digest.update(data.removesuffix(b"\n"))
    return digest.hexdigest()


def encoding_of(path: Path, limit: int) -> str:
    """The encoding of a file, from one pass over its lines (see :mod:`stages.ingest.encoding`)."""
    with path.open("rb") as file:
        return encoding.encoding_of(encoding.survey(raw for raw, _ in raw_lines(file, limit)))


def lines(file: BinaryIO, name: str, limit: int) -> Iterator[Line]:
    """The lines of a file in the encoding ``name``; a line over ``limit`` bytes has a fault."""
    for number, (raw, digest) in enumerate(raw_lines(file, limit), start=1):
        if digest:
            yield Line(number, raw, Fault("too_large", f"over {limit} bytes"), digest)
            continue
        try:
            yield Line(number, raw, encoding.decode(raw, name))
        except UnicodeDecodeError as error:
            yield Line(number, raw, Fault("invalid_utf8", f"byte {error.start} of the line"))
