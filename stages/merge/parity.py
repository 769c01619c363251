"""How far two models' next-token distributions lie apart, on the same prompts.

Price: one forward pass of each model over the prompts. The reference's logits are kept, prompts x
positions x vocabulary float32 (64 x 64 x 32,000: 0.5 GB); the other's come prompt by prompt.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Parity:
    """Over all positions: the largest logit difference, mean and largest KL(reference || other) in
    nats, and the share of positions at which both prefer the same token."""

    max_abs_logit_diff: float
    mean_kl: float
    max_kl: float
    top1_agreement: float


def logits(
    model: Any, prompts: Sequence[Sequence[int]], positions: int
) -> Iterator["torch.Tensor"]:
    """Each prompt's logits at its last ``positions`` tokens: float32 (≤ positions, vocabulary).

    On the CPU, one prompt at a time: no padding, so no mask that could differ between models.
    """
    import torch

    for prompt in prompts:
        with torch.inference_mode():
            output = model(
                input_ids=torch.tensor([prompt], device=model.device),
                logits_to_keep=positions,
                use_cache=False,
            )
        yield output.logits[0].float().cpu()


def compare(reference: Iterable["torch.Tensor"], other: Iterable["torch.Tensor"]) -> Parity:
    """Compare logits prompt by prompt, each of shape (positions, vocabulary).

    Sums are in float64. Logits that are not numbers make every figure NaN or 0, which no threshold
    accepts.
    """
    import torch

    differences, divergences, agreements = [], [], []
    for mine, its in zip(reference, other, strict=True):
        log_p, log_q = (torch.log_softmax(x.double(), dim=-1) for x in (mine, its))
        divergences.append((log_p.exp() * (log_p - log_q)).sum(-1))
        differences.append((mine - its).abs().amax(-1))
        agreements.append(mine.argmax(-1) == its.argmax(-1))
    divergence = torch.cat(divergences).clamp(min=0)  # rounding can bring it to -1e-17
    return Parity(
        max_abs_logit_diff=float(torch.cat(differences).max()),
        mean_kl=float(divergence.mean()),
        max_kl=float(divergence.max()),
        top1_agreement=float(torch.cat(agreements).double().mean()),
    )
