"""Which files of a data folder are read, in which order; nothing outside it ever is."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SKIPPED_FOLDERS = ("__pycache__",)
SKIPPED_SUFFIXES = (".dvc",)


@dataclass(frozen=True)
class SourceFile:
    """A file and its name relative to the data folder (``/`` between parts).

    ``outside`` when it is a symbolic link, or lies behind one, that leaves the folder.
    """

    path: Path
    source: str
    outside: bool


def source_files(folder: Path) -> list[SourceFile]:
    """The files under ``folder`` by name; dot-files, ``*.dvc`` and ``__pycache__`` left out.

    A linked folder is not entered: inside the data folder its files are met anyway, and what lies
    outside is not data of this project. Either way it appears once, as what it is.
    """
    root = folder.resolve()
    found = [
        SourceFile(path, path.relative_to(folder).as_posix(), not _inside(path, root))
        for path in _walk(folder, root)
    ]
    return sorted(found, key=lambda file: file.source)


def _walk(folder: Path, root: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name.endswith(SKIPPED_SUFFIXES):
                continue
            path = Path(entry.path)
            if entry.is_symlink() and entry.is_dir():
                if not _inside(path, root):
                    yield path
            elif entry.is_dir():
                if entry.name not in SKIPPED_FOLDERS:
                    yield from _walk(path, root)
            else:
                yield path


def _inside(path: Path, root: Path) -> bool:
    return not path.is_symlink() or path.resolve().is_relative_to(root)
