"""Which packs go into which step: read, ordered, and traced back to their rows.

The order is a function of the seed alone, so a resumed run skips to its step without reading what
came before, and any number of processes trains on the same packs at each step.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from stages.errors import InputError

if TYPE_CHECKING:
    import datasets

Packs = Sequence[int]  # indexes of packs in their split


@dataclass(frozen=True)
class Split:
    """All packs of a split, memory-mapped; ``shards`` are (name, index of its first pack)."""

    folder: Path
    rows: "datasets.Dataset"
    shards: Sequence[tuple[str, int]]

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, packs: Packs) -> list[dict[str, Any]]:
        """The packs with these indexes, in this order."""
        columns = self.rows[list(packs)]
        names = list(columns)
        return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def read_split(tokens: Path, split: str) -> Split:
    """The packs of a split, shards in order of name. Raises :class:`InputError` for none."""
    import datasets

    files = sorted((tokens / split).glob("*.arrow"))
    if not files:
        raise InputError(
            f"{tokens / split} holds no packs; raise split's share or add rows to data/raw"
        )
    shards = [datasets.Dataset.from_file(str(file)) for file in files]
    firsts = accumulate((len(shard) for shard in shards[:-1]), initial=0)
    names = [file.stem for file in files]
    return Split(
        tokens, datasets.concatenate_datasets(shards), list(zip(names, firsts, strict=True))
    )


def row_ids(split: Split, name: str, packs: Packs) -> list[str]:
    """The rows in these packs of the split called ``name``, by the ledger of the tokens.

    Shards in order of name, rows in the order of the ledger; each row once.
    """
    wanted: dict[str, set[int]] = {}
    firsts = [first for _, first in split.shards]
    for pack in packs:
        shard, first = split.shards[bisect_right(firsts, pack) - 1]
        wanted.setdefault(shard, set()).add(pack - first)
    found: list[str] = []
    for shard in sorted(wanted):
        ledger = pq.read_table(
            split.folder / "ledger" / f"{shard}.parquet",
            columns=["row_id", "split", "pack", "start"],
        )
        lines = [e for e in ledger.to_pylist() if e["split"] == name and e["pack"] >= 0]
        found += [lines[i]["row_id"] for i in lines_in(lines, wanted[shard])]
    return found


def lines_in(lines: Sequence[Mapping[str, Any]], packs: Collection[int]) -> list[int]:
    """Which ledger lines have tokens in one of ``packs``: those that begin there, and, where none
    begins at token 0, the one before, which runs on into it (pretrain)."""
    begins = sorted((line["pack"], line["start"], i) for i, line in enumerate(lines))
    found = {i for pack, _, i in begins if pack in packs}
    starts_of = {pack for pack, start, _ in begins if start == 0}
    for pack in packs:
        before = bisect_left(begins, (pack, 0, 0)) - 1
        if pack not in starts_of and before >= 0:
            found.add(begins[before][2])
    return sorted(found)


def steps(
    packs: int, *, micro_batch: int, accumulation: int, epochs: int, seed: int, start: int
) -> Iterator[list[Packs]]:
    """The micro-batches of each optimizer step from step ``start`` (from 0) on, pack indexes.

    Each epoch has its own order; its last step may be smaller.
    """
    import torch

    generator = torch.Generator().manual_seed(seed)
    size, number = micro_batch * accumulation, 0
    for _ in range(epochs):
        order = torch.randperm(packs, generator=generator).tolist()
        for begin in range(0, packs, size):
            if number >= start:
                step = order[begin : begin + size]
                yield [step[i : i + micro_batch] for i in range(0, len(step), micro_batch)]
            number += 1


def steps_per_epoch(packs: int, *, micro_batch: int, accumulation: int) -> int:
    """How many optimizer steps :func:`steps` takes for each epoch."""
    return math.ceil(packs / (micro_batch * accumulation))
