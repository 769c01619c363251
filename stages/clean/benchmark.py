"""Decontamination: rows that share a run of syllables with a benchmark file.

Each file's texts are cut into n-grams of ``clean.decontaminate.ngram`` syllables (13 as in GPT-3's
report, Brown et al. 2020, appendix C); a row that holds one of them is contaminated. A benchmark
text shorter than that counts whole, from ``clean.decontaminate.shortest`` syllables on; a shorter
one would be met by chance.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.errors import InputError
from stages.near import Flat, Hashes, Positions, hashed, ngrams

SKIPPED_SUFFIXES = (".md", ".dvc")


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
    """The texts of one file: every string of JSON or JSONL, every line of anything else."""
    suffix = path.suffix.lower()
    try:
        content = path.read_text(encoding="utf-8-sig")
        if suffix == ".json":
            yield from _strings(json.loads(content))
            return
        for number, line in enumerate(content.splitlines(), start=1):
            if suffix != ".jsonl":
                yield line
            elif line.strip():
                yield from _strings(_json_line(line, path, number))
    except UnicodeDecodeError:
        raise InputError(f"{path} is no UTF-8 text; convert it, or remove it") from None
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"{path} is no JSON ({error}); correct it, or remove it") from None


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
