"""Which files of a data folder are read, in which order; nothing outside it ever is."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SKIPPED_FOLDERS = ("__pycache__",)
SKIPPED_SUFFIXES = (".dvc",)
# What datasets.save_to_disk writes beside its Arrow files, and above the splits of a DatasetDict.
DATASET_MARK = "state.json"
DATASET_DICT = "dataset_dict.json"


@dataclass(frozen=True)
class SourceFile:
    """A file and its name relative to the data folder (``/`` between parts).

    ``outside`` when it is a symbolic link, or lies behind one, that leaves the folder. ``dataset``
    when it is a folder that ``datasets.save_to_disk`` wrote, which is read as one file.
    """

    path: Path
    source: str
    outside: bool
    dataset: bool = False


def source_files(folder: Path) -> list[SourceFile]:
    """The files under ``folder`` by name; dot-files, ``*.dvc`` and ``__pycache__`` left out.

    A linked folder is not entered: inside the data folder its files are met anyway, and what lies
    outside is not data of this project. Either way it appears once, as what it is.
    """
    root = folder.resolve()
    found = [
        SourceFile(path, path.relative_to(folder).as_posix(), not _inside(path, root), dataset)
        for path, dataset in _walk(folder, root)
    ]
    return sorted(found, key=lambda file: file.source)


def _walk(folder: Path, root: Path) -> Iterator[tuple[Path, bool]]:
    with os.scandir(folder) as scanned:
        entries = [e for e in scanned if not _skipped(e.name)]
    files = {e.name for e in entries if e.is_file()}
    if DATASET_MARK in files and any(name.endswith(".arrow") for name in files):
        yield folder, True
        return
    for entry in entries:
        path = Path(entry.path)
        if entry.is_symlink() and entry.is_dir():
            if not _inside(path, root):
                yield path, False
        elif entry.is_dir():
            if entry.name not in SKIPPED_FOLDERS:
                yield from _walk(path, root)
        elif not (entry.name == DATASET_DICT and _names_splits(folder)):
            yield path, False


def _skipped(name: str) -> bool:
    return name.startswith(".") or name.endswith(SKIPPED_SUFFIXES)


def _names_splits(folder: Path) -> bool:
    """Whether a folder below holds a dataset, whose names ``dataset_dict.json`` only lists."""
    return any(folder.glob(f"*/{DATASET_MARK}"))


def _inside(path: Path, root: Path) -> bool:
    return not path.is_symlink() or path.resolve().is_relative_to(root)
