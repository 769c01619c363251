"""Decontamination: rows that share a run of syllables with a benchmark file.

Each file's texts are cut into n-grams of ``clean.decontaminate.ngram`` syllables (13 as in GPT-3's
report, Brown et al. 2020, appendix C); a row that holds one of them is contaminated. A benchmark
text shorter than that counts whole, from ``clean.decontaminate.shortest`` syllables on; a shorter
one would be met by chance.
"""

import codecs
import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from stages.errors import InputError
from stages.near import Flat, Hashes, Positions, hashed, ngrams

SKIPPED_SUFFIXES = (".md", ".dvc")
PACKED = {".gz": "gzip", ".zst": "zstd"}
TABLES = (".parquet", ".arrow")
CELLS = {".csv": ",", ".tsv": "\t"}
LONGEST_CELL = 1 << 24  # characters
BATCH = 1000  # rows of a table in memory at a time


@dataclass(frozen=True)
class Benchmark:
    """N-gram size → (hashes, ascending; the number of the file each is from); the files' names."""

    grams: dict[int, tuple[Hashes, Positions]]
    files: tuple[str, ...]


def read_benchmark(folder: Path, ngram: int, shortest: int) -> Benchmark:
    """All benchmark files of a folder. Raises :class:`InputError` for one that is unreadable."""
    if not folder.is_dir():
        raise InputError(f"{folder} does not exist; create it (empty: nothing to compare with)")
    paths = sorted(p for p in folder.rglob("*") if p.is_file() and not _skipped(p, folder))
    texts: list[str] = []
    owners: list[int] = []
    for number, path in enumerate(paths):
        for text in texts_of(path):
            texts.append(text)
            owners.append(number)
    grams = index(texts, owners, ngram, shortest)
    return Benchmark(grams, tuple(p.relative_to(folder).as_posix() for p in paths))


def _skipped(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return hidden or path.suffix.lower() in SKIPPED_SUFFIXES


def texts_of(path: Path) -> Iterator[str]:
    """The texts of one file: every string of JSON, JSONL, Parquet or Arrow, every cell of CSV and
    TSV, every line of anything else; each also as ``.gz`` or ``.zst``.

    One record is in memory at a time, of JSON the file. Raises :class:`InputError` for a file that
    cannot be read to its end: what was not read cannot be compared with.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = suffixes.pop() if suffixes and suffixes[-1] in PACKED else ""
    kind = suffixes[-1] if suffixes else ""
    try:
        if kind in TABLES:
            yield from _table_texts(path, kind)
            return
        with _opened(path, packed) as raw, io.TextIOWrapper(raw, _encoding(path, packed)) as file:
            yield from _texts(file, kind, path)
    except UnicodeError:
        raise InputError(f"{path} is no UTF-8 text; convert it, or remove it") from None
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"{path} is no JSON ({error}); correct it, or remove it") from None
    except (OSError, EOFError, pa.ArrowException, csv.Error) as error:
        raise InputError(f"{path} cannot be read ({error}); mend it, or remove it") from None


def _texts(file: io.TextIOWrapper, kind: str, path: Path) -> Iterator[str]:
    if kind == ".json":
        yield from _strings(json.load(file))
    elif kind in CELLS:
        csv.field_size_limit(LONGEST_CELL)
        for cells in csv.reader(file, delimiter=CELLS[kind]):
            yield from cells
    else:
        for number, line in enumerate(file, start=1):
            if kind not in (".jsonl", ".ndjson"):
                yield line
            elif line.strip():
                yield from _strings(_json_line(line, path, number))


def _opened(path: Path, packed: str) -> BinaryIO:
    """The bytes of a file, unpacked."""
    if not packed:
        return path.open("rb")
    stream: Any = pa.input_stream(str(path), compression=PACKED[packed])
    return io.BufferedReader(stream)


def _encoding(path: Path, packed: str) -> str:
    """UTF-8, or UTF-16 where the file begins as Windows begins it."""
    with _opened(path, packed) as raw:
        start = raw.read(2)
    return "utf-16" if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"


def _table_texts(path: Path, kind: str) -> Iterator[str]:
    if kind == ".parquet":
        batches = pq.ParquetFile(path).iter_batches(batch_size=BATCH)
    else:  # what `datasets` saves
        batches = pa.ipc.open_stream(path.open("rb"))
    for batch in batches:
        for row in batch.to_pylist():
            yield from _strings(row)


def _json_line(line: str, path: Path, number: int) -> object:
    try:
        value: object = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}:{number} is no JSON ({error}); correct the line") from None
    return value


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)


def index(
    texts: Sequence[str], owners: Sequence[int], ngram: int, shortest: int
) -> dict[int, tuple[Hashes, Positions]]:
    """N-grams of ``texts`` by size; of a text shorter than ``ngram``, the text whole."""
    flat = hashed(texts)
    sizes = np.minimum(flat.lengths, ngram)
    sizes[flat.lengths < min(shortest, ngram)] = 0
    found = {}
    for size in np.unique(sizes[sizes > 0]).tolist():
        grams = ngrams(flat, size)
        of_size = sizes[grams.owners] == size
        hashes, first = np.unique(grams.hashes[of_size], return_index=True)
        files = np.asarray(owners, np.int64)[grams.owners[of_size]][first]
        found[size] = (hashes, files)
    return found


def contaminated(rows: Flat, benchmark: Benchmark) -> dict[int, str]:
    """The rows (position → file name) that hold an n-gram of a benchmark file."""
    met: dict[int, int] = {}
    for size, (hashes, files) in benchmark.grams.items():
        grams = ngrams(rows, size)
        at = np.minimum(np.searchsorted(hashes, grams.hashes), len(hashes) - 1)
        hits = hashes[at] == grams.hashes
        pairs = zip(grams.owners[hits].tolist(), files[at[hits]].tolist(), strict=True)
        for row, file in pairs:
            met[row] = min(met.get(row, file), file)
    return {row: benchmark.files[file] for row, file in sorted(met.items())}
