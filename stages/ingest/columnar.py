"""Record readers for Arrow's formats: Parquet, and folders that datasets.save_to_disk wrote.

A record's line is its number in the file or folder, from 1. Strings are read as dictionary codes
where Parquet stores them so: a file of few distinct, long texts would else unpack in memory.
"""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from stages.ingest.faults import Fault
from stages.ingest.files import DATASET_MARK
from stages.ingest.opening import BrokenError, opened
from stages.ingest.records import Record

BATCH = 1024  # rows converted at once
CHUNK = 1 << 20  # bytes


def parquet(path: Path, packing: str, unpacked_limit: int, limit: int) -> Iterator[Record]:
    """The rows of a Parquet file. Raises :class:`BrokenError` where it turns out damaged.

    Parquet is read from its end: a packed one is unpacked into a temporary file first.
    """
    if not packing:
        with path.open("rb") as file:
            yield from _parquet(file, limit)
        return
    with tempfile.TemporaryFile() as whole:
        with opened(path, packing, unpacked_limit).file as file:
            while data := file.read(CHUNK):
                whole.write(data)
        whole.seek(0)
        yield from _parquet(whole, limit)


def _parquet(file: IO[bytes], limit: int) -> Iterator[Record]:
    try:
        with pq.ParquetFile(file) as opened_file:
            names = [c.path for c in opened_file.schema if c.physical_type == "BYTE_ARRAY"]
        file.seek(0)
        with pq.ParquetFile(file, read_dictionary=names) as coded:
            yield from _rows(coded.iter_batches(batch_size=BATCH), 0, limit)
    except (pa.ArrowException, OSError) as error:
        raise BrokenError("damaged", f"no whole Parquet ({type(error).__name__})") from None


def dataset(folder: Path, limit: int) -> Iterator[Record]:
    """The rows of a dataset, its Arrow files in order. Raises :class:`BrokenError`."""
    number = 0
    for path in arrow_files(folder):
        try:
            with pa.memory_map(str(path)) as source, pa.ipc.open_stream(source) as batches:
                for record in _rows(batches, number, limit):
                    number = record.line
                    yield record
        except (pa.ArrowException, OSError) as error:
            detail = f"{path.name} is no whole Arrow stream ({type(error).__name__})"
            raise BrokenError("damaged", detail) from None


def arrow_files(folder: Path) -> list[Path]:
    """The Arrow files that ``state.json`` lists. Raises :class:`BrokenError`."""
    try:
        state = json.loads((folder / DATASET_MARK).read_text(encoding="utf-8"))
        names = [entry["filename"] for entry in state["_data_files"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise BrokenError("damaged", f"{DATASET_MARK} does not list the data files") from None
    if state.get("_indices_data_files"):
        raise BrokenError("unknown_format", "a selection of rows, not written out")
    paths = [folder / str(name) for name in names]
    for path in paths:
        if path.resolve().parent != folder.resolve():
            raise BrokenError("outside", f"{DATASET_MARK} lists a file outside its folder")
    return paths


def _rows(batches: Iterator[pa.RecordBatch], number: int, limit: int) -> Iterator[Record]:
    """The rows of record batches, numbered after ``number``."""
    for whole in batches:
        for start in range(0, whole.num_rows, BATCH):
            batch = whole.slice(start, BATCH)
            step = BATCH if _unpacked_bytes(batch) <= limit * 16 else 1
            for at in range(0, batch.num_rows, step):
                for row in batch.slice(at, step).to_pylist(maps_as_pydicts="lossy"):
                    number += 1
                    yield Record(number, b"", _bounded(row, limit))


def _unpacked_bytes(batch: pa.RecordBatch) -> int:
    """An upper bound of a batch's bytes as rows; dictionaries count once for each row."""
    size = 0
    for column in batch.columns:
        rows = len(column) if pa.types.is_dictionary(column.type) else 1
        size += rows * column.nbytes
    return size


def _bounded(row: object, limit: int) -> object:
    """``row``, or a fault where its texts are longer than ``limit`` bytes together."""
    if _size(row) * 4 <= limit or _encoded(row) <= limit:
        return row
    return Fault("too_large", f"over {limit} bytes")


def _size(value: object) -> int:
    """Characters and bytes in a value."""
    if isinstance(value, (str, bytes)):
        return len(value)
    if isinstance(value, dict):
        return sum(map(_size, value.values()))
    return sum(map(_size, value)) if isinstance(value, list) else 0


def _encoded(value: object) -> int:
    """Bytes in a value, text as UTF-8."""
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, dict):
        return sum(map(_encoded, value.values()))
    return sum(map(_encoded, value)) if isinstance(value, list) else 0
