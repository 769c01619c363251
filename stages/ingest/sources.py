"""How each file is to be read: what its name says, and what ``ingest.sources`` adds.

The first entry whose ``files`` pattern fits a file's name counts for it (``*`` crosses folders, as
in :mod:`fnmatch`). An entry that fits no file is refused: it is a typing mistake.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from stages.errors import ParamsError
from stages.ingest.files import SourceFile
from stages.ingest.params import Source

FORMATS: Mapping[str, str] = {
    ".jsonl": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".txt": "txt",
    ".parquet": "parquet",
}
PACKINGS: Mapping[str, str] = {".gz": "gzip", ".zst": "zstd"}
DATASET = "dataset"  # a folder that datasets.save_to_disk wrote


@dataclass(frozen=True)
class Reading:
    """How one file is read; an empty value says nothing.

    ``columns`` maps a field of a known shape to the column that holds it, ``constants`` to a text
    that is the same in each row. ``weight`` is the share of the rows that is used, ``limit`` the
    number of rows, 0 for all; ``subject`` is the column that names the data subject.
    """

    format: str = ""
    packing: str = ""
    encoding: str = ""
    header: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    task: str = ""
    licence: str = ""
    weight: float = 1.0
    limit: int = 0
    subject: str = ""


def readings(files: Sequence[SourceFile], sources: Sequence[Source]) -> list[Reading]:
    """How each of ``files`` is read. Raises :class:`ParamsError` for an entry that fits none."""
    used: set[int] = set()
    found = []
    for file in files:
        number = next((i for i, s in enumerate(sources) if fnmatchcase(file.source, s.files)), None)
        if number is None:
            found.append(reading(file, None))
        else:
            used.add(number)
            found.append(reading(file, sources[number]))
    for number, source in enumerate(sources):
        if number not in used:
            raise ParamsError(
                f"ingest.sources[{number}].files is {source.files!r}, which no file of the data "
                "folder has first fit; correct it, or remove the entry"
            )
    return found


def reading(file: SourceFile, source: Source | None) -> Reading:
    """How ``file`` is read, where ``source`` is the entry that counts for it."""
    name = PurePosixPath(file.source)
    packing = PACKINGS.get(name.suffix.lower(), "")
    inner = PurePosixPath(name.stem) if packing else name
    form = DATASET if file.dataset else FORMATS.get(inner.suffix.lower(), "")
    if source is None:
        return Reading(format=form, packing=packing)
    return Reading(
        format=form if file.dataset else source.format or form,
        packing=packing,
        encoding=source.encoding or "",
        header=tuple(source.header or ()),
        columns={str(k): v for k, v in (source.columns or {}).items()},
        constants={str(k): v for k, v in (source.constants or {}).items()},
        task=source.task or "",
        licence=source.licence or "",
        weight=1.0 if source.weight is None else source.weight,
        limit=source.limit or 0,
        subject=source.subject or "",
    )
