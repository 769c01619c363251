"""Bytes that are known by their SHA-256 and read when they are needed."""

import hashlib
import io
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

CHUNK = 1 << 20  # bytes that are read at once


@dataclass(frozen=True)
class Blob:
    """A range of a file, or bytes in memory, with the SHA-256 (hex) of what stands there."""

    sha256: str
    path: Path | None
    offset: int
    length: int
    data: bytes = field(default=b"", repr=False)

    @classmethod
    def of_file(cls, path: Path) -> "Blob":
        """A whole file; reads it once."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return cls(digest, path.absolute(), 0, file.tell())

    @classmethod
    def of_bytes(cls, data: bytes) -> "Blob":
        """Bytes in memory; small ones, for they travel with the task."""
        return cls(hashlib.sha256(data).hexdigest(), None, 0, len(data), data)

    def read(self, start: int = 0, stop: int | None = None) -> bytes:
        """Its bytes, or those from ``start`` to ``stop``."""
        stop = self.length if stop is None else stop
        if self.path is None:
            return self.data[start:stop]
        with self.path.open("rb") as file:
            file.seek(self.offset + start)
            return file.read(stop - start)

    def array(self, dtype: npt.DTypeLike, start: int = 0, stop: int | None = None) -> Any:
        """Its bytes as an array of one dimension, or the items from ``start`` to ``stop``."""
        size = np.dtype(dtype).itemsize
        end = None if stop is None else stop * size
        return np.frombuffer(self.read(start * size, end), dtype)

    def open(self) -> BinaryIO:
        """Its bytes as a file, of which a buffer is in memory."""
        if self.path is None:
            return io.BytesIO(self.data)
        return io.BufferedReader(_Range(self.path, self.offset, self.length), CHUNK)

    def place(self, path: Path) -> None:
        """Write a copy of it to ``path``."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.path is None:
            path.write_bytes(self.data)
            return
        with self.path.open("rb") as source, path.open("wb") as target:
            at, left = self.offset, self.length
            while left:
                copied = os.sendfile(target.fileno(), source.fileno(), at, left)
                if not copied:
                    raise EOFError(f"{self.path} ends before its part does")
                at, left = at + copied, left - copied


class _Range(io.RawIOBase):
    """``length`` bytes of a file from ``offset``."""

    def __init__(self, path: Path, offset: int, length: int) -> None:
        self._file = path.open("rb", buffering=0)
        self._file.seek(offset)
        self._left = length

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(min(len(buffer), self._left))
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()
