"""The optimizer, its learning rate, and its state as plain tensors.

State is kept as safetensors, never as a pickle: ``NAME/KEY`` for the tensor KEY (``exp_avg``; the
8-bit optimizers' ``state1``, ``absmax1`` …) of the weight NAME, and counters beside it.
"""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from stages.train.params import Train

if TYPE_CHECKING:
    import torch

DERIVED = ("qmap1", "qmap2")  # constant tables of bitsandbytes, made anew with the state


def optimizer_of(weights: "Mapping[str, torch.nn.Parameter]", train: Train) -> Any:
    """AdamW over ``weights`` (Loshchilov & Hutter 2019), betas 0.9 and 0.999, epsilon 1e-8.

    The paged ones move their state to the host's memory when the GPU's is full; on a CPU they do
    the same without paging. 8 bits are kept in blocks of 256 (Dettmers et al. 2022); weights of
    fewer than 4,096 elements keep 32.
    """
    import torch
    from bitsandbytes import optim

    kinds = {
        "paged_adamw_8bit": optim.PagedAdamW8bit,
        "paged_adamw_32bit": optim.PagedAdamW32bit,
        "adamw_8bit": optim.AdamW8bit,
        "adamw": torch.optim.AdamW,
    }
    return kinds[train.optimizer](
        list(weights.values()), lr=train.learning_rate, weight_decay=train.weight_decay
    )


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


def state_of(
    optimizer: Any, weights: "Mapping[str, torch.nn.Parameter]"
) -> "tuple[dict[str, torch.Tensor], dict[str, int]]":
    """The optimizer's state: tensors (``NAME/KEY``) and counters."""
    import torch

    tensors: dict[str, torch.Tensor] = {}
    counters: dict[str, int] = {}
    for name, weight in weights.items():
        for key, value in optimizer.state[weight].items():
            if isinstance(value, torch.Tensor):
                if key not in DERIVED:
                    tensors[f"{name}/{key}"] = value.detach().cpu().contiguous()
            else:
                counters[f"{name}/{key}"] = int(value)
    return tensors, counters


def restore_state(
    optimizer: Any,
    weights: "Mapping[str, torch.nn.Parameter]",
    tensors: "Mapping[str, torch.Tensor]",
    counters: Mapping[str, int],
) -> None:
    """Put back what :func:`state_of` gave; ``optimizer`` is new, over the same weights.

    bitsandbytes makes its own buffers first: those of a paged optimizer lie in paged memory.
    """
    saved: dict[str, dict[str, Any]] = {name: {} for name in weights}
    for full, value in (*tensors.items(), *counters.items()):
        name, _, key = full.rpartition("/")
        saved[name][key] = value
    makes_buffers = hasattr(optimizer, "init_state")
    names = {id(weight): name for name, weight in weights.items()}
    for number, group in enumerate(optimizer.param_groups):
        for position, weight in enumerate(group["params"]):
            if makes_buffers:
                optimizer.init_state(group, weight, number, position)
            state = optimizer.state[weight]
            for key, value in saved[names[id(weight)]].items():
                if makes_buffers and key in tensors_of(state):
                    state[key].copy_(value)
                elif getattr(value, "ndim", 0):
                    state[key] = value.to(weight.device)
                else:
                    state[key] = value


def tensors_of(state: Mapping[str, Any]) -> set[str]:
    """The keys of a weight's state that are tensors."""
    return {key for key, value in state.items() if hasattr(value, "ndim")}
