"""sft and pretrain: next-token cross-entropy over the supervised tokens of packs.

::

    input_ids    a a a b b 0 0      0 is padding
    position_ids 0 1 2 0 1 0 1      padding is a sample of its own: nobody sees it
    labels       . A A . B . .      . is -100

FlashAttention reads sample boundaries from position ids of one row only (transformers,
``_is_packed_sequence``), so for it a batch is one long row, which needs no padding either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stages.prompt import IGNORE
from stages.train.log_probs import log_probs
from stages.train.objective import Loss

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Batch:
    """int64 tensors of shape (packs, longest pack), or (1, all tokens) when flat.

    ``tokens`` counts what is no padding, ``supervised`` the labels that are not -100.
    """

    input_ids: "torch.Tensor"
    labels: "torch.Tensor"
    position_ids: "torch.Tensor"
    tokens: int
    supervised: int


@dataclass(frozen=True)
class Supervised:
    """The objective; units are supervised tokens."""

    flat: bool
    measures: Sequence[str] = ()

    def collate(self, packs: Sequence[dict[str, Any]]) -> Batch:
        """Pad packs on the right and stack them, or put them in one row."""
        return collate([joined(packs)] if self.flat else packs)

    def loss(self, model: Any, batch: Batch, seed: int) -> Loss:
        """Summed cross-entropy, nats."""
        return Loss(summed_loss(model, batch), batch.supervised, batch.tokens)


def joined(packs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One pack that holds all samples of ``packs``."""
    return {column: [x for pack in packs for x in pack[column]] for column in packs[0]}


def collate(packs: Sequence[dict[str, Any]]) -> Batch:
    """Pad packs on the right and stack them."""
    import torch

    longest = max(len(pack["input_ids"]) for pack in packs)

    def stacked(column: str, padding: int | None) -> "torch.Tensor":
        rows = []
        for pack in packs:
            room = longest - len(pack[column])
            filling = list(range(room)) if padding is None else [padding] * room
            rows.append([*pack[column], *filling])
        return torch.tensor(rows, dtype=torch.int64)

    return Batch(
        input_ids=stacked("input_ids", 0),
        labels=stacked("labels", IGNORE),
        position_ids=stacked("position_ids", None),
        tokens=sum(len(pack["input_ids"]) for pack in packs),
        supervised=sum(label != IGNORE for pack in packs for label in pack["labels"]),
    )


def summed_loss(model: Any, batch: Batch) -> "torch.Tensor":
    """Sum of cross-entropy over the supervised tokens of a batch (a scalar, float32)."""
    return -log_probs(model, batch)[0].sum()
