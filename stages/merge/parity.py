"""How far two models' next-token distributions lie apart, on the same packs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Parity:
    """Over all positions: largest logit difference, mean KL(reference || other) in nats, and the
    share of positions at which both prefer the same token."""

    max_abs_logit_diff: float
    mean_kl: float
    top1_agreement: float


def logits(model: Any, packs: Sequence[dict[str, list[int]]]) -> "torch.Tensor":
    """Logits at every position of the packs: float32 (positions, vocabulary), on the CPU."""
    import torch

    found = []
    with torch.no_grad():
        for pack in packs:
            output = model(
                input_ids=torch.tensor([pack["input_ids"]], device=model.device),
                position_ids=torch.tensor([pack["position_ids"]], device=model.device),
                use_cache=False,
            )
            found.append(output.logits[0].float().cpu())
    return torch.cat(found)


def compare(reference: "torch.Tensor", other: "torch.Tensor") -> Parity:
    """Compare logits of shape (positions, vocabulary)."""
    import torch

    log_p = torch.log_softmax(reference, dim=-1)
    log_q = torch.log_softmax(other, dim=-1)
    divergence = (log_p.exp() * (log_p - log_q)).sum(-1)
    agreement = (reference.argmax(-1) == other.argmax(-1)).float().mean()
    return Parity(
        max_abs_logit_diff=float((reference - other).abs().max()),
        mean_kl=max(0.0, float(divergence.mean())),
        top1_agreement=float(agreement),
    )
