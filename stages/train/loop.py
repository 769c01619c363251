"""The training loop: forward, backward, one division, one update; the method says what is learned.

The gradient of an optimizer step is the sum over all units of its micro-batches, on all processes,
divided by their number (:mod:`stages.train.objective`): four micro-batches of one pack equal one of
four, two processes equal one. Every micro-batch seeds the generator that dropout draws from, so the
state of a run between two steps is its weights and its optimizer's, nothing else.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from stages.seeds import child
from stages.train.adapter import trained
from stages.train.batches import Packs, Split
from stages.train.objective import Loss, Objective
from stages.train.optimizer import learning_rate
from stages.train.parallel import Group
from stages.train.params import Train


@dataclass(frozen=True)
class Step:
    """What one optimizer step did; ``loss`` and ``measures`` are means over units, before it."""

    number: int
    loss: float
    learning_rate: float
    grad_norm: float
    units: int
    tokens: int
    measures: Mapping[str, float]


class Diverged(Exception):
    """A step's loss or gradient is no number, or the loss is above ``train.max_loss``.

    ``packs`` are those whose loss is no number; all of the step's where none can be singled out.
    The weights are as they were before the step.
    """

    def __init__(self, step: int, loss: float, grad_norm: float, packs: Packs) -> None:
        super().__init__(step, loss, grad_norm)
        self.step, self.loss, self.grad_norm, self.packs = step, loss, grad_norm, packs


@dataclass(frozen=True)
class Learner:
    """The parts of a training; ``seed`` feeds dropout and sampling, ``order`` the packs' order."""

    model: Any
    optimizer: Any
    objective: Objective
    train: Train
    group: Group
    seed: int
    order: int

    def precision(self) -> AbstractContextManager[Any]:
        """What matrices are multiplied in: ``train.compute_dtype``."""
        import torch

        if self.train.compute_dtype == "float32":
            return nullcontext()
        kind = self.group.device.partition(":")[0]
        return torch.autocast(kind, dtype=getattr(torch, self.train.compute_dtype))


def training(
    learner: Learner, split: Split, plan: Iterable[list[Packs]], *, start: int, total: int
) -> Iterator[Step]:
    """Train in place; yields a :class:`Step` after each optimizer step of ``plan``.

    ``start`` steps of ``total`` are done already. Raises :class:`Diverged`.
    """
    learner.model.train()
    for number, micro_batches in enumerate(plan, start=start + 1):
        yield one_step(learner, split, micro_batches, number, total)


def one_step(
    learner: Learner, split: Split, micro_batches: Sequence[Packs], number: int, total: int
) -> Step:
    """One optimizer step, the ``number``-th (from 1) of ``total``."""
    import torch

    train, group = learner.train, learner.group
    weights = list(trained(learner.model).values())
    rate = learning_rate(number - 1, total, train)
    for parameters in learner.optimizer.param_groups:
        parameters["lr"] = rate
    sums = [0.0] * (3 + len(learner.objective.measures))
    suspects: list[int] = []
    for index, packs in group.share(list(enumerate(micro_batches))):
        seed = child(learner.seed, f"step:{number}:{index}")
        torch.manual_seed(seed)
        batch = learner.objective.collate(split.take(packs))
        with learner.precision():
            loss = learner.objective.loss(learner.model, batch, seed)
        loss.total.backward()  # type: ignore[no-untyped-call]
        value = loss.total.item()
        if not math.isfinite(value):
            suspects += packs
        sums = added(sums, value, loss, learner.objective.measures)
    sums = group.sums(sums)
    units = max(1.0, sums[1])
    group.sum_gradients(weights)
    for weight in weights:
        if weight.grad is not None:
            weight.grad /= units
    norm = float(torch.nn.utils.clip_grad_norm_(weights, train.max_grad_norm))
    mean = sums[0] / units
    if not (math.isfinite(mean) and math.isfinite(norm) and mean <= train.max_loss):
        everyone = [pack for micro in micro_batches for pack in micro]
        raise Diverged(number, mean, norm, suspects or everyone)
    learner.optimizer.step()
    learner.optimizer.zero_grad(set_to_none=True)
    measures = zip(learner.objective.measures, (v / units for v in sums[3:]), strict=True)
    return Step(number, mean, rate, norm, int(sums[1]), int(sums[2]), dict(measures))


def evaluated(learner: Learner, split: Split) -> dict[str, float]:
    """``eval_loss``, and ``eval_NAME`` of each measure: means over the units of ``split``."""
    import torch

    learner.model.eval()
    sums = [0.0] * (3 + len(learner.objective.measures))
    batches = list(enumerate(in_order_of(learner, split)))
    with torch.no_grad():
        for index, packs in learner.group.share(batches):
            batch = learner.objective.collate(split.take(packs))
            with learner.precision():
                loss = learner.objective.loss(
                    learner.model, batch, child(learner.seed, f"eval:{index}")
                )
            sums = added(sums, loss.total.item(), loss, learner.objective.measures)
    learner.model.train()
    sums = learner.group.sums(sums)
    units = max(1.0, sums[1])
    names = ("loss", *learner.objective.measures)
    means = (sums[0] / units, *(value / units for value in sums[3:]))
    return {f"eval_{name}": mean for name, mean in zip(names, means, strict=True)}


def in_order_of(learner: Learner, split: Split) -> list[Packs]:
    """All packs of ``split`` in micro-batches."""
    size = learner.train.micro_batch
    return [range(i, min(i + size, len(split))) for i in range(0, len(split), size)]


def added(sums: Sequence[float], total: float, loss: Loss, measures: Sequence[str]) -> list[float]:
    """``sums`` (loss, units, tokens, measures in their order) with one batch more."""
    more = (total, loss.units, loss.tokens, *(loss.measures[name] for name in measures))
    return [old + new for old, new in zip(sums, more, strict=True)]
