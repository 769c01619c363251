"""A stream as physical lines, each bounded in length.

Memory is bounded by the longest line that is allowed, not by the longest that comes.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from stages.ingest import legacy
from stages.ingest.encoding import text_or_bytes
from stages.ingest.faults import Fault

BOM = b"\xef\xbb\xbf"
CHUNK = 1 << 20  # bytes read at once of a line that is too long
Decode = Callable[[bytes], tuple[str, bool]]


class Line(NamedTuple):
    """A physical line: 1-based number, its bytes without line end, and its text.

    ``broken`` when bytes that are no UTF-8 stand in the text as lone surrogates. A line over the
    limit has a ``fault`` and no bytes; ``digest`` is their SHA-256.
    """

    number: int
    raw: bytes
    text: str
    broken: bool = False
    fault: Fault | None = None
    digest: str = ""


def raw_lines(file: BinaryIO, limit: int) -> Iterator[tuple[bytes, str]]:
    """Each line's bytes without its line end, or ``b""`` and a SHA-256 if over ``limit`` bytes.

    A byte order mark goes wherever a line begins with one: files are joined with ``cat``.
    """
    readline, most = file.readline, limit + len(b"\r\n")
    while data := readline(most):
        line = data[:-1] if data[-1] == 10 else data
        if line and line[-1] == 13:
            line = line[:-1]
        if line[:3] == BOM:
            line = line[3:]
        if len(line) > limit:
            yield b"", _digest_of_rest(readline, data)
        else:
            yield line, ""


def _digest_of_rest(readline: Callable[[int], bytes], data: bytes) -> str:
    """SHA-256 of a line whose beginning is ``data``, without its line feed; reads to its end."""
    digest = hashlib.sha256(data.removesuffix(b"\n"))
    while not data.endswith(b"\n") and (data := readline(CHUNK)):
        digest.update(data.removesuffix(b"\n"))
    return digest.hexdigest()


def decoder(encoding: str) -> Decode:
    """Bytes → text, and whether it is broken; in ``encoding``, or UTF-8 where that is ""."""
    if encoding in legacy.TABLES:
        return lambda data: _by_table(data, encoding)
    if encoding == "cp1252":
        return _windows
    return text_or_bytes


def _by_table(data: bytes, name: str) -> tuple[str, bool]:
    text = legacy.read(data.decode("latin-1"), name)
    return (text, False) if legacy.UNDEFINED not in text else text_or_bytes(data)


def _windows(data: bytes) -> tuple[str, bool]:
    try:
        return data.decode("cp1252"), False
    except UnicodeDecodeError:
        return text_or_bytes(data)


def lines(file: BinaryIO, decode: Decode, limit: int) -> Iterator[Line]:
    """The lines of a stream; one over ``limit`` bytes has a fault."""
    for number, (raw, digest) in enumerate(raw_lines(file, limit), start=1):
        if digest:
            fault = Fault("too_large", f"over {limit} bytes")
            yield Line(number, raw, "", fault=fault, digest=digest)
        else:
            yield Line(number, raw, *decode(raw))
