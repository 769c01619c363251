"""Seeded rows for measurements: Vietnamese syllables, about 500 bytes a row, planted repetitions.

A row's syllables are drawn one by one, so no two rows are alike but by plan. Of each block of 200:

    100 = 0 word for word        exact duplicate, in another file
    150 = 0 but for one word     near duplicate, Jaccard of 5-grams about 0.9
    175 = 0 but for three words  not near enough to be dropped by clean (0.7), yet near a test row
    20 … 24                      five questions about one passage
    7, 57, 107, 157              hold a phone number and an e-mail address
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

CORPUS = Path(__file__).parents[1] / "data/pretrain/doan_van.txt"
SEED = 7
BLOCK, WORDS, QUESTION = 200, 88, 30
FILES = 8
PHONE = " Liên hệ 0912 345 678 hoặc viết cho lan@thu.vn."


def vocabulary() -> np.ndarray[Any, Any]:
    """Words as often as the corpus has them."""
    return np.array(CORPUS.read_text(encoding="utf-8").split(), dtype=object)


def block(number: int, words: np.ndarray[Any, Any]) -> Iterator[dict[str, str]]:
    """The rows of one block."""
    draw = np.random.default_rng([SEED, number])
    drawn = words[draw.integers(len(words), size=(BLOCK, WORDS))]
    for copy in (100, 150, 175):
        drawn[copy] = drawn[0]
    for copy, places in ((150, (60,)), (175, (10, 40, 70))):
        for place in places:
            drawn[copy, place] = f"{drawn[copy, place]}x{number}"
    for i, row in enumerate(drawn):
        record = {
            "instruction": " ".join(row[:QUESTION]) + "?",
            "output": " ".join(row[QUESTION:]) + ".",
        }
        if 20 <= i < 25:
            record["input"] = " ".join(drawn[20, QUESTION:]) + "."
            record["output"] = " ".join(row[:QUESTION][::-1]) + "."
        if i % 50 == 7:
            record["output"] += PHONE
        yield record


def lines(count: int, first: int = 0) -> Iterator[str]:
    """``count`` rows from row ``first`` (both multiples of the block's size) as JSONL lines."""
    words = vocabulary()
    for number in range(first // BLOCK, (first + count + BLOCK - 1) // BLOCK):
        for record in block(number, words):
            yield json.dumps(record, ensure_ascii=False) + "\n"


def write(folder: Path, count: int) -> None:
    """``count`` rows, dealt out in turn to the files ``0.jsonl`` … ``7.jsonl`` of ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [(folder / f"{i}.jsonl").open("w", encoding="utf-8") for i in range(FILES)]
    for i, line in enumerate(lines(count)):
        files[i % FILES].write(line)
    for file in files:
        file.close()


def _edited(line: str) -> str:
    record = json.loads(line)
    return (
        json.dumps({**record, "output": "Đã sửa: " + record["output"]}, ensure_ascii=False) + "\n"
    )


def change(folder: Path, count: int) -> None:
    """Append a third of ``count`` rows to one file, edit a third in another, delete a third in a
    third one; edited and deleted ones follow one another, as in a file that someone mends."""
    third = count // 3
    with (folder / "0.jsonl").open("a", encoding="utf-8") as file:
        for _, line in zip(range(third), lines(count, first=10**9), strict=False):
            file.write(line)
    for name in ("1.jsonl", "2.jsonl"):
        path = folder / name
        held = path.read_text(encoding="utf-8").splitlines(keepends=True)
        start = len(held) // 3
        some = held[start : start + third]
        held[start : start + third] = [] if name == "2.jsonl" else [_edited(line) for line in some]
        path.write_text("".join(held), encoding="utf-8")


def scatter(folder: Path, count: int) -> None:
    """Edit ``count`` rows, each far from the others."""
    paths = sorted(folder.glob("*.jsonl"))
    for path in paths:
        held = path.read_text(encoding="utf-8").splitlines(keepends=True)
        some = max(1, count // len(paths))
        for at in range(0, len(held), len(held) // some + 1):
            held[at] = _edited(held[at])
        path.write_text("".join(held), encoding="utf-8")


def insert(folder: Path) -> None:
    """One row at the top of a file."""
    path = folder / "3.jsonl"
    line = next(lines(BLOCK, first=2 * 10**9))
    path.write_text(line + path.read_text(encoding="utf-8"), encoding="utf-8")
