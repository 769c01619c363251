"""The training loop: supervised cross-entropy, normalised by supervised tokens.

The loss of an optimizer step is the sum over all supervised tokens of its micro-batches divided by
their number, so accumulating four micro-batches of one pack equals one of four. Logits are
computed at supervised positions alone, which saves vocabulary x prompt tokens of memory and time.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stages.prompt import IGNORE
from stages.train.batches import Batch
from stages.train.params import Train

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Step:
    """What one optimizer step did; ``loss`` is nats per supervised token before the update."""

    number: int
    loss: float
    learning_rate: float
    grad_norm: float
    tokens: int
    supervised: int


def summed_loss(causal: Any, batch: Batch) -> "torch.Tensor":
    """Sum of cross-entropy over the supervised tokens of a batch (a scalar, float32).

    ``causal`` is a causal language model of transformers, adapters included. Token t is predicted
    from position t - 1 of the same sample; a sample's first token is never supervised.
    """
    import torch

    device = causal.device
    hidden = causal.get_decoder()(
        input_ids=batch.input_ids.to(device),
        position_ids=batch.position_ids.to(device),
        use_cache=False,
    ).last_hidden_state[:, :-1]
    targets = batch.labels[:, 1:].to(device)
    supervised = targets != IGNORE
    logits = causal.get_output_embeddings()(hidden[supervised])
    return torch.nn.functional.cross_entropy(logits.float(), targets[supervised], reduction="sum")


def training(
    causal: Any, optimizer: Any, steps: Iterable[list[Batch]], total: int, train: Train
) -> Iterator[Step]:
    """Train in place, one :class:`Step` yielded after each optimizer step."""
    import torch

    weights = [p for p in causal.parameters() if p.requires_grad]
    causal.train()
    for number, micro_batches in enumerate(steps, start=1):
        rate = learning_rate(number - 1, total, train)
        for group in optimizer.param_groups:
            group["lr"] = rate
        supervised = sum(batch.supervised for batch in micro_batches)
        loss = 0.0
        for batch in micro_batches:
            part = summed_loss(causal, batch) / supervised
            part.backward()  # type: ignore[no-untyped-call]
            loss += part.item()
        norm = torch.nn.utils.clip_grad_norm_(weights, train.max_grad_norm)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        tokens = sum(batch.tokens for batch in micro_batches)
        yield Step(number, loss, rate, float(norm), tokens, supervised)


def mean_loss(causal: Any, batches: Iterable[Batch]) -> float:
    """Nats per supervised token over ``batches``, without training."""
    import torch

    total, supervised = 0.0, 0
    was_training = causal.training
    causal.eval()
    with torch.no_grad():
        for batch in batches:
            total += summed_loss(causal, batch).item()
            supervised += batch.supervised
    causal.train(was_training)
    return total / max(1, supervised)


def learning_rate(step: int, total: int, train: Train) -> float:
    """The rate of optimizer step ``step`` (from 0) of ``total``: warm-up, then the schedule."""
    if step < train.warmup_steps:
        return train.learning_rate * (step + 1) / train.warmup_steps
    share = (step - train.warmup_steps) / max(1, total - train.warmup_steps)
    factor = {
        "constant": 1.0,
        "linear": 1.0 - share,
        "cosine": 0.5 * (1.0 + math.cos(math.pi * share)),
    }[train.schedule]
    return train.learning_rate * factor
