"""Does this training fit, what is the most that does, and how long and dear will it be?"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.plan.devices import Device
from stages.train.footprint import GIB, Setting, parts, trained_tensors
from stages.train.shape import Shape

STEP_OF_LENGTH = 64  # tokens: lengths are looked for in these steps
LARGEST = 1 << 20  # packs or steps of length: beyond it nothing is looked for


@dataclass(frozen=True)
class Plan:
    """A training on a device; bytes, hours, and money in the unit of the price."""

    device: Device
    parts: Mapping[str, float]
    total: float
    fits: bool
    largest_micro_batch: int
    largest_pack_length: int
    weights: int
    trained: int
    tokens: int | None
    tokens_per_second: float | None
    hours: float | None
    cost: float | None

    @property
    def trained_share(self) -> float:
        """Trained weights for each weight of the base."""
        return self.trained / self.weights

    def document(self) -> dict[str, Any]:
        """The plan as JSON."""
        return {**asdict(self), "trained_share": self.trained_share}


def plan(
    shape: Shape,
    setting: Setting,
    device: Device,
    *,
    tokens: int | None = None,
    tokens_per_second: float | None = None,
    price: float | None = None,
) -> Plan:
    """Predict a training of ``tokens`` in all; ``price`` is for an hour of the device."""

    def total(candidate: Setting) -> float:
        return sum(parts(shape, candidate, on_gpu=device.is_gpu).values())

    found = parts(shape, setting, on_gpu=device.is_gpu)
    hours = None
    if tokens is not None and tokens_per_second:
        hours = tokens / tokens_per_second / 3600
    return Plan(
        device=device,
        parts=found,
        total=sum(found.values()),
        fits=sum(found.values()) <= device.memory,
        largest_micro_batch=largest(
            lambda n: total(replace(setting, micro_batch=n)) <= device.memory
        ),
        largest_pack_length=STEP_OF_LENGTH
        * largest(
            lambda n: total(replace(setting, pack_length=n * STEP_OF_LENGTH)) <= device.memory
        ),
        weights=shape.weights,
        trained=sum(trained_tensors(shape, setting)),
        tokens=tokens,
        tokens_per_second=tokens_per_second,
        hours=hours,
        cost=None if hours is None or price is None else hours * price,
    )


def largest(fits: Callable[[int], bool]) -> int:
    """The largest n up to :data:`LARGEST` that fits, 0 where 1 does not; fitting is monotone."""
    low, high = 0, LARGEST + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def measured_tokens(epochs: int, metrics: Path) -> tuple[int | None, float]:
    """Tokens of the whole training, and the share with a loss, from ``metrics/tokenize.json``.

    (None, 1.0) before the tokens exist: then every position is taken to have logits.
    """
    try:
        found = json.loads(metrics.read_text(encoding="utf-8"))
        return epochs * int(found["tokens"]), float(found["supervised_tokens"] / found["tokens"])
    except (OSError, ValueError, KeyError, ZeroDivisionError):
        return None, 1.0


def text(found: Plan) -> str:
    """The plan as a table."""
    lines = [f"{found.device.name}: {found.device.memory / GIB:.1f} GiB"]
    lines += [f"  {name:<24}{size / GIB:>10.3f} GiB" for name, size in found.parts.items() if size]
    verdict = "fits" if found.fits else "does not fit"
    lines.append(f"  {'in all':<24}{found.total / GIB:>10.3f} GiB   {verdict}")
    lines.append(
        f"at most: train.micro_batch {found.largest_micro_batch}, or "
        f"tokenize.pack_length {found.largest_pack_length}"
    )
    lines.append(
        f"trained: {found.trained:,} of {found.weights:,} weights ({found.trained_share:.2%})"
    )
    if found.tokens is None:
        lines.append("hours: not known before `dvc repro tokenize` has counted the tokens")
    elif found.hours is None:
        lines.append("hours: not known; give --tokens-per-second, or train once here")
    else:
        cost = "" if found.cost is None else f", cost {found.cost:,.2f}"
        lines.append(
            f"hours: {found.hours:.2f} for {found.tokens:,} tokens at "
            f"{found.tokens_per_second:,.0f} tokens/s{cost}"
        )
    return "\n".join(lines)
