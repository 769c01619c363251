"""Several processes, one result: each trains on its share of a step's micro-batches.

::

    step     [m0 m1 m2 m3]        accumulation 4
    process 0 m0    m2            gradients, losses and unit counts are added up over the processes
    process 1    m1    m3         before the one division, so two processes equal one

Started by ``accelerate launch`` or ``torchrun`` (``RANK``, ``WORLD_SIZE``, ``MASTER_ADDR``); one
process alone needs no group. Gradients of an adapter are a few MB, so they are added up once a
step, after the last micro-batch, with no wrapper around the model.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from stages.errors import InputError

if TYPE_CHECKING:
    import torch

Item = TypeVar("Item")


@dataclass(frozen=True)
class Group:
    """This process among ``size`` of them."""

    rank: int
    size: int
    device: str

    def share(self, items: Sequence[Item]) -> list[Item]:
        """What this process does of ``items``: every ``size``-th."""
        return list(items[self.rank :: self.size])

    def sums(self, values: Sequence[float]) -> list[float]:
        """Each value summed over the processes, in float64."""
        if self.size == 1:
            return list(values)
        import torch

        tensor = torch.tensor(values, dtype=torch.float64, device=self.device)
        torch.distributed.all_reduce(tensor)
        return list(tensor.tolist())

    def sum_gradients(self, weights: "Sequence[torch.nn.Parameter]") -> None:
        """Replace the gradient of each weight by its sum over the processes; none counts as 0."""
        if self.size == 1:
            return
        import torch

        for weight in weights:
            if weight.grad is None:
                weight.grad = torch.zeros_like(weight)
            torch.distributed.all_reduce(weight.grad)

    def require_same(self, what: str, value: str) -> None:
        """Raise :class:`InputError` when the processes do not agree on ``value``."""
        if self.size == 1:
            return
        import torch

        values: list[str] = [""] * self.size
        torch.distributed.all_gather_object(values, value)
        for rank, other in enumerate(values):
            if other != values[0]:
                raise InputError(
                    f"process {rank} has another {what} than process 0 ({other} against "
                    f"{values[0]}); give every machine the same data, code and params.yaml"
                )


@contextmanager
def joined(device: str) -> Iterator[Group]:
    """Join the group that the launcher made; without a launcher, a group of one."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Group(0, 1, device)
        return
    import torch

    if device.startswith("cuda"):
        torch.cuda.set_device(device)
    torch.distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    try:
        yield Group(torch.distributed.get_rank(), size, device)
    finally:
        torch.distributed.destroy_process_group()
