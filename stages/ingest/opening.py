"""A file as a stream of bytes: unpacked, bounded, and with wide encodings brought to UTF-8.

    path → gzip | zstd | as it is → at most ``limit`` unpacked bytes → byte order mark off
         → UTF-16 and UTF-32 to UTF-8

A few megabytes of memory whatever the file unpacks to. What goes wrong on the way is one
:class:`BrokenError`: what was read until then counts, and the rest of the file is one record.
"""

import codecs
import gzip
import io
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, NamedTuple

import pyarrow as pa

from stages.ingest.faults import Fault

BUFFER = 1 << 20  # bytes
# Longest marks first: UTF-32's begins with UTF-16's.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"})


class BrokenError(Exception):
    """The rest of a file cannot be read; ``fault`` says why. Never leaves this room."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.fault = Fault(reason, detail)


class Opened(NamedTuple):
    """A stream after its byte order mark; the encoding that was brought to UTF-8, "" for none."""

    file: io.BufferedReader
    encoding: str


def opened(path: Path, packing: str, limit: int, encoding: str = "") -> Opened:
    """Open a file for reading; ``encoding`` is what the project says of it, "" for nothing.

    The stream raises :class:`BrokenError` where packed data is damaged, or unpacks to more than
    ``limit`` bytes. A file that is not packed has its size, which is no surprise, and no limit.
    """
    file: io.BufferedReader = io.BufferedReader(io.FileIO(path), BUFFER)
    if packing:
        file = io.BufferedReader(_Unpacked(file, packing, limit), BUFFER)
    mark, wide = announced(file.peek(4)[:4], encoding)
    file.read(len(mark))
    if wide:
        file = io.BufferedReader(_Narrowed(file, wide), BUFFER)
    return Opened(file, wide)


def announced(start: bytes, encoding: str) -> tuple[bytes, str]:
    """The byte order mark that a file's first four bytes hold, and its wide encoding, if any."""
    mark, found = next((m for m in MARKS if start.startswith(m[0])), (b"", ""))
    return mark, next((name for name in (found, encoding) if name in WIDE), "")


class _Source(io.RawIOBase):
    """A raw stream over pieces of bytes that ``_piece`` gives, b"" at the end."""

    def __init__(self) -> None:
        super().__init__()
        self._left = memoryview(b"")

    def _piece(self) -> bytes:
        raise NotImplementedError

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill ``buffer`` from the next piece; the number of bytes, 0 at the end."""
        if not self._left:
            self._left = memoryview(self._piece())
        taken = self._left[: len(buffer)]
        self._left = self._left[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)


class _Unpacked(_Source):
    def __init__(self, file: io.BufferedReader, packing: str, limit: int) -> None:
        super().__init__()
        self._file = file
        self._left_to_limit = limit
        self._read: Callable[[int], bytes] = _unpacker(file, packing)

    def _piece(self) -> bytes:
        if self._left_to_limit < 0:
            raise BrokenError("too_large", "unpacks to more than ingest.max_unpacked_bytes")
        try:
            piece = self._read(BUFFER)
        except (OSError, EOFError, zlib.error, pa.ArrowException) as error:
            detail = f"packed data that breaks off or is damaged ({type(error).__name__})"
            raise BrokenError("damaged", detail) from None
        within = piece[: self._left_to_limit]
        self._left_to_limit -= len(piece)
        return within if within or not piece else self._piece()

    def close(self) -> None:
        """Close the packed file too."""
        self._file.close()
        super().close()


def _unpacker(file: io.BufferedReader, packing: str) -> Callable[[int], bytes]:
    if packing == "gzip":
        return gzip.GzipFile(fileobj=file).read1
    # Its decoder refuses windows over 128 MiB, which bounds the memory.
    source: IO[bytes] = pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd")
    return source.read


class _Narrowed(_Source):
    """UTF-16 or UTF-32 as UTF-8. What is no character becomes bytes that are no UTF-8."""

    def __init__(self, file: io.BufferedReader, encoding: str) -> None:
        super().__init__()
        self._file = file
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="surrogatepass")
        self._ended = False

    def _piece(self) -> bytes:
        while not self._ended:
            data = self._file.read(BUFFER)
            try:
                text = self._decoder.decode(data)
            except UnicodeDecodeError:
                raise BrokenError("damaged", f"no {self._encoding}") from None
            piece = text.encode("utf-8", "surrogatepass")
            if not data:
                self._ended = True
                cut_off = self._decoder.getstate()[0]
                return b"\xff" if cut_off else b""
            if piece:
                return piece
        return b""

    def close(self) -> None:
        """Close the wide file too."""
        self._file.close()
        super().close()
