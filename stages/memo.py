"""Results of pure functions, kept under the hash of all that they depend on.

::

    entry = memo(sign, rows, ngram=5, bands=24)      sign(rows.read(), ngram=5, bands=24), or what
                   │     └ Blob: bytes known by      it gave before
                   │       their SHA-256
                   └ a module-level function that returns or yields (part, bytes)

The key is SHA-256 over the function's name, the code of its module and of all that this imports
inside ``stages``, its settings, the versions of its libraries and of Python, and the digests of its
inputs. Where and how a call runs is not in it. A part is again a :class:`Blob`, so that calls can
be chained, and a step whose input came out as before is not repeated whatever came before it.

An entry is one file of ``.tinh/shards``::

    part │ part │ … │ index: name, length, sha256 of each part │ index's length │ xxh3-128 of all

The checksum is verified whenever an entry is recalled; a damaged one is removed and made again.
Deleting the folder costs time and nothing else. Parts are copied into outs, never linked.
"""

import hashlib
import inspect
import json
import os
import platform
import struct
import threading
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import xxhash
from pydantic import BaseModel

import stages
from stages import closure
from stages.blob import CHUNK, Blob
from stages.errors import VersionError
from stages.versions import installed

FOLDER = Path(".tinh/shards")
FORMAT = 1
ROOT = Path(stages.__file__).parent.parent
FOOT = struct.Struct("<Q16s")  # length of the index, checksum of all before it
GIB = 1 << 30

Parts = Mapping[str, bytes] | Iterable[tuple[str, bytes]]


Entry = dict[str, Blob]


@dataclass(frozen=True)
class Keyed:
    """A setting that the key knows by ``key`` alone, e.g. a folder's path by its digest."""

    value: Any
    key: str


class MissingError(LookupError):
    """The result is not kept; raised by a memo that only recalls."""


@dataclass(frozen=True)
class Memo:
    """Calls pure functions, or recalls what they gave.

    ``versions`` (library → version) enter every key. With ``recall_only`` a result that is not
    kept raises :class:`MissingError`.
    """

    folder: Path
    versions: Mapping[str, str]
    source: str  # digest of all code, so that no machine computes with another's
    recall_only: bool = False

    def __call__(self, function: Callable[..., Parts], *inputs: Blob, **settings: Any) -> Entry:
        """The parts of ``function(*bytes of inputs, **settings)``.

        A function whose first argument is annotated ``Blob`` is given blobs, to read in pieces.
        """
        path = self.path_of(function, inputs, settings)
        found = recalled(path)
        if found is not None:
            return found
        if self.recall_only:
            raise MissingError(path.name)
        self._require_same_code()
        wants_blobs = next(iter(inspect.signature(function).parameters.values())).annotation is Blob
        given = inputs if wants_blobs else [blob.read() for blob in inputs]
        plain = {k: v.value if isinstance(v, Keyed) else v for k, v in settings.items()}
        result = function(*given, **plain)
        write(path, result.items() if isinstance(result, Mapping) else result)
        made = recalled(path)
        if made is None:
            raise OSError(f"{path} cannot be read back; is the disk full or damaged?")
        return made

    def path_of(
        self, function: Callable[..., Parts], inputs: Iterable[Blob], settings: Mapping[str, Any]
    ) -> Path:
        """Where the entry of a call lies."""
        what = {
            "format": FORMAT,
            "function": f"{function.__module__}.{function.__qualname__}",
            "code": code_digest(function.__module__),
            "settings": {name: canonical(value) for name, value in settings.items()},
            "versions": dict(self.versions),
            "inputs": [blob.sha256 for blob in inputs],
        }
        text = json.dumps(what, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        key = hashlib.sha256(text.encode()).hexdigest()
        return self.folder / key[:2] / key

    def _require_same_code(self) -> None:
        if self.source != source_digest():
            raise VersionError(
                f"the worker on {platform.node()} has other code of Tinh than this project; "
                "bring it to the same commit and restart it"
            )


def opened(libraries: Iterable[str]) -> Memo:
    """A memo for functions that use ``libraries`` (distribution names)."""
    versions = {name: installed(name) or "" for name in libraries}
    versions["python"] = platform.python_version()
    versions["unicode"] = unicodedata.unidata_version
    return Memo(FOLDER.absolute(), versions, source_digest())


def canonical(value: Any) -> Any:
    """A setting as JSON values. Raises :class:`TypeError` for what has no stable form."""
    if isinstance(value, Keyed):
        return {"keyed": value.key}
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if is_dataclass(value) and not isinstance(value, type):
        return canonical(asdict(value))
    if isinstance(value, (list, tuple)):
        return [canonical(item) for item in value]
    if isinstance(value, (frozenset, set)):
        return {"set": sorted(canonical(item) for item in value)}
    if isinstance(value, Mapping):
        return {str(key): canonical(item) for key, item in value.items()}
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise TypeError(f"a {type(value).__name__} has no stable form to be part of a key")


@cache
def code_digest(module: str) -> str:
    """SHA-256 over a module's source and all that it imports inside ``stages``."""
    start = closure.module_file(module, ROOT)
    return _digest_of(closure.reached([] if start is None else [start], ROOT))


@cache
def source_digest() -> str:
    """SHA-256 over all source of ``stages``."""
    return _digest_of(p.relative_to(ROOT) for p in (ROOT / "stages").rglob("*.py"))


def _digest_of(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path.as_posix()}\0".encode() + (ROOT / path).read_bytes() + b"\0")
    return digest.hexdigest()


def recalled(path: Path) -> Entry | None:
    """The entry at ``path``; None if there is none, or a damaged one, which is removed."""
    try:
        with path.open("rb") as file:
            index = _verified(file)
    except OSError:
        return None
    if index is None:
        path.unlink(missing_ok=True)
        return None
    with suppress(OSError):
        os.utime(path)  # the entries used last are kept longest
    return {
        name: Blob(sha256, path, offset, length) for name, (offset, length, sha256) in index.items()
    }


def _verified(file: BinaryIO) -> dict[str, tuple[int, int, str]] | None:
    """Part → offset, length and SHA-256, of an entry whose checksum is right."""
    end = os.fstat(file.fileno()).st_size - FOOT.size
    if end < 0:
        return None
    file.seek(end)
    size, checksum = FOOT.unpack(file.read(FOOT.size))
    if _checksum(file, end) != checksum or size > end:
        return None
    file.seek(end - size)
    index: dict[str, tuple[int, int, str]] = {}
    at = 0
    for name, length, sha256 in json.loads(file.read(size)):
        index[name] = (at, length, sha256)
        at += length
    return index


def _checksum(file: BinaryIO, end: int) -> bytes:
    """xxh3-128 of an entry: of its first ``end`` bytes and the length that follows them."""
    digest = xxhash.xxh3_128()
    left = end + FOOT.size - 16
    file.seek(0)
    while left and (chunk := file.read(min(CHUNK, left))):
        digest.update(chunk)
        left -= len(chunk)
    return digest.digest()


def write(path: Path, parts: Iterable[tuple[str, bytes]]) -> None:
    """Write an entry; whoever reads meanwhile sees the old one, or none. One part at a time is in
    memory."""
    path.parent.mkdir(parents=True, exist_ok=True)
    index: list[tuple[str, int, str]] = []
    digest = xxhash.xxh3_128()
    beside = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with beside.open("wb") as file:

            def append(data: bytes) -> None:
                digest.update(data)
                file.write(data)

            for name, data in parts:
                index.append((name, len(data), hashlib.sha256(data).hexdigest()))
                append(data)
            text = json.dumps(index, separators=(",", ":")).encode()
            append(text)
            append(struct.pack("<Q", len(text)))
            file.write(digest.digest())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def trim(folder: Path, limit_gib: float) -> None:
    """Remove the entries used longest ago until the rest takes at most ``limit_gib`` GiB."""
    found = []
    for path in folder.rglob("*"):
        with suppress(OSError):
            if path.is_file():
                stat = path.stat()
                found.append((stat.st_mtime_ns, stat.st_size, path))
    left = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if left <= limit_gib * GIB:
            return
        path.unlink(missing_ok=True)
        left -= size
