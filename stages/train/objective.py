"""What a training method must say of itself; the loop knows no more of it.

::

    packs of tokens ── collate ──► batch ── loss ──► Loss(total, units, tokens, measures)

The loop adds up ``total`` and ``units`` over all micro-batches of an optimizer step, on all
processes, and divides the gradient once: so the step's loss is the mean over its units (supervised
tokens, pairs, sampled tokens), however it was cut into batches.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Loss:
    """The loss of one micro-batch.

    ``total`` is a float32 scalar with its graph: the sum over ``units``. ``tokens`` counts the
    tokens that went through the model, padding left out. ``measures`` are sums over the units,
    too: ``{"accuracy": 3.0}`` for three of four pairs; the loop reports their means.
    """

    total: "torch.Tensor"
    units: int
    tokens: int
    measures: Mapping[str, float] = field(default_factory=dict)


class Objective(Protocol):
    """A training method: ``sft`` and ``pretrain`` are :class:`stages.train.sft.Supervised`."""

    @property
    def measures(self) -> Sequence[str]:
        """What :class:`Loss` reports besides the loss, in the order of the curve."""
        ...

    def collate(self, packs: Sequence[dict[str, Any]]) -> Any:
        """A batch of rows of ``data/tokens``, padded."""
        ...

    def loss(self, model: Any, batch: Any, seed: int) -> Loss:
        """The summed loss of ``batch``.

        ``model`` is the PEFT model (with ``adapter: full``, the plain one), in training mode while
        it is trained and in evaluation mode, without gradients, on the valid split. ``seed`` is
        another for every micro-batch: whoever samples seeds a generator of its own with it.
        """
        ...


def causal_of(model: Any) -> Any:
    """The causal language model of transformers inside ``model``, adapters left in place."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model
