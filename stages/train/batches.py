"""Packs → batches: a seeded order for each epoch, padded to the longest pack of the batch.

::

    input_ids    a a a b b 0 0      0 is padding
    position_ids 0 1 2 0 1 0 1      padding is a sample of its own: nobody sees it
    labels       . A A . B . .      . is -100

There is no attention mask: with one, transformers would ignore the position ids that keep packed
samples apart (measured: logits 0.5 off instead of 1e-7).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stages.errors import InputError
from stages.prompt import IGNORE

if TYPE_CHECKING:
    import datasets
    import torch


@dataclass(frozen=True)
class Batch:
    """int64 tensors of shape (packs, longest pack), and the number of tokens that are no padding.

    ``supervised`` counts the labels that are not -100.
    """

    input_ids: "torch.Tensor"
    labels: "torch.Tensor"
    position_ids: "torch.Tensor"
    tokens: int
    supervised: int


def read_packs(folder: Path) -> "datasets.Dataset":
    """All packs of a split, shards in order of name. Raises :class:`InputError` for none."""
    import datasets

    files = sorted(folder.glob("*.arrow"))
    if not files:
        raise InputError(f"{folder} holds no packs; raise split's share or add rows to data/raw")
    return datasets.concatenate_datasets([datasets.Dataset.from_file(str(f)) for f in files])


def collate(packs: Sequence[dict[str, Any]]) -> Batch:
    """Pad packs on the right and stack them."""
    import torch

    longest = max(len(pack["input_ids"]) for pack in packs)

    def stacked(column: str, padding: int | None) -> "torch.Tensor":
        rows = []
        for pack in packs:
            room = longest - len(pack[column])
            rows.append(list(pack[column]) + (list(range(room)) if padding is None
                                              else [padding] * room))  # fmt: skip
        return torch.tensor(rows, dtype=torch.int64)

    return Batch(
        input_ids=stacked("input_ids", 0),
        labels=stacked("labels", IGNORE),
        position_ids=stacked("position_ids", None),
        tokens=sum(len(pack["input_ids"]) for pack in packs),
        supervised=sum(label != IGNORE for pack in packs for label in pack["labels"]),
    )


def batches(packs: "datasets.Dataset", size: int) -> Iterator[Batch]:
    """All packs in the order given, ``size`` at a time."""
    for start in range(0, len(packs), size):
        rows = packs[start : start + size]
        yield collate(
            [dict(zip(rows, row, strict=True)) for row in zip(*rows.values(), strict=True)]
        )


def steps(
    packs: "datasets.Dataset", *, micro_batch: int, accumulation: int, epochs: int, seed: int
) -> Iterator[list[Batch]]:
    """The micro-batches of each optimizer step, epoch after epoch, each in its own order.

    An epoch's last step may be smaller.
    """
    import torch

    generator = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        order = torch.randperm(len(packs), generator=generator).tolist()
        micro = batches(packs.select(order), micro_batch)
        while step := list(islice(micro, accumulation)):
            yield step


def steps_per_epoch(packs: int, *, micro_batch: int, accumulation: int) -> int:
    """How many optimizer steps :func:`steps` takes for each epoch."""
    return math.ceil(math.ceil(packs / micro_batch) / accumulation)
