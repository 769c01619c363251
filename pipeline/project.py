"""Where the project lies: the folder with ``dvc.yaml`` in which every path of Tinh is relative."""

import os
from pathlib import Path

from stages.errors import InputError

DAG = Path("dvc.yaml")


def find(start: Path) -> Path:
    """The nearest folder at or above ``start`` that holds a ``dvc.yaml``.

    Raises :class:`InputError` when there is none up to the root of the file system.
    """
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / DAG).is_file():
            return folder
    raise InputError(f"no {DAG} in {start.resolve()} or above it; run this in a Tinh project")


def enter() -> Path:
    """Make the project's folder the working folder, which all paths are relative to."""
    root = find(Path.cwd())
    os.chdir(root)
    return root
