"""dpo: preferred answers become likelier than rejected ones, measured against the start.

Rafailov et al. 2023 (https://arxiv.org/abs/2305.18290), equation 7, of each pair::

    margin = beta [ (log p(chosen) - log q(chosen)) - (log p(rejected) - log q(rejected)) ]
    loss   = -log sigmoid(margin)

p is the model, q the reference: the model as it was before the first step, which with a fresh
adapter is the base and with one from data/init the supervised model. Both share the frozen base; a
copy of what is trained is all that is held twice. Log-probabilities are sums over the answer's
tokens. Price: two forward passes and one backward pass over both answers. Before the first step all
margins are 0, the loss log 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stages.train.log_probs import Weights, as_reference, log_probs, row_sums
from stages.train.objective import Loss
from stages.train.sft import Batch, collate

if TYPE_CHECKING:
    import torch

SIDES = ("chosen", "rejected")


@dataclass(frozen=True)
class Dpo:
    """The objective; units are pairs. ``accuracy``: share of pairs with a positive margin."""

    beta: float
    reference: Weights
    measures: Sequence[str] = ("accuracy", "margin")

    def collate(self, packs: Sequence[dict[str, Any]]) -> Batch:
        """All chosen answers, then all rejected ones, a row each with its prompt."""
        return collate(
            [
                {
                    "input_ids": pair[f"{side}_ids"],
                    "labels": pair[f"{side}_labels"],
                    "position_ids": list(range(len(pair[f"{side}_ids"]))),
                }
                for side in SIDES
                for pair in packs
            ]
        )

    def loss(self, model: Any, batch: Batch, seed: int) -> Loss:
        """Summed over the pairs of ``batch``; nothing is drawn."""
        import torch

        rows = len(batch.input_ids)
        with as_reference(model, self.reference):
            start = row_sums(*log_probs(model, batch), rows)
        policy = row_sums(*log_probs(model, batch), rows)
        margins = margins_of(policy, start, self.beta)
        return Loss(
            total=-torch.nn.functional.logsigmoid(margins).sum(),
            units=len(margins),
            tokens=batch.tokens,
            measures={
                "accuracy": float((margins > 0).sum()),
                "margin": float(margins.detach().sum()),
            },
        )


def margins_of(policy: "torch.Tensor", start: "torch.Tensor", beta: float) -> "torch.Tensor":
    """Margins (pairs,) from the answers' log-probabilities (2 x pairs,), the chosen ones first."""
    chosen, rejected = (policy - start).chunk(2)
    return beta * (chosen - rejected)
