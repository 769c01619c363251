"""The memory of a training, part by part, as far as it can be counted on the living model.

Weights, quantisation constants, what is trained, its gradients and its optimizer state are counted
exactly; what the forward pass keeps for the backward pass is not counted here.
"""

import os
from typing import Any

from stages.train.params import Train

GIB = 2**30
IN_8BIT = ("paged_adamw_8bit", "adamw_8bit")
BLOCK, SMALLEST_8BIT = 256, 4096  # bitsandbytes: weights in a block, smallest weight in 8 bits


def parts(model: Any, train: Train) -> dict[str, int]:
    """Bytes by part: ``frozen weights``, ``quantisation constants``, ``trained weights``,
    ``gradients``, ``optimizer state``."""
    frozen = constants = trained = gradients = state = 0
    seen: set[int] = set()
    for weight in model.parameters():
        if id(weight) in seen:
            continue
        seen.add(id(weight))
        size = weight.numel() * weight.element_size()
        if weight.requires_grad:
            trained += size
            gradients += size
            state += state_bytes(weight.numel(), train.optimizer)
        else:
            frozen += size
            constants += constant_bytes(getattr(weight, "quant_state", None))
    return {
        "frozen weights": frozen,
        "quantisation constants": constants,
        "trained weights": trained,
        "gradients": gradients,
        "optimizer state": state,
    }


def state_bytes(weights: int, optimizer: str) -> int:
    """AdamW's two moments for one tensor of ``weights`` elements."""
    if optimizer not in IN_8BIT or weights < SMALLEST_8BIT:
        return 8 * weights
    return 2 * weights + 2 * 4 * -(-weights // BLOCK)


def constant_bytes(state: Any) -> int:
    """The constants of one four-bit tensor (its 16-entry code book left out)."""
    if state is None:
        return 0
    size: int = state.absmax.numel() * state.absmax.element_size()
    if getattr(state, "state2", None) is not None:
        inner = state.state2.absmax
        size += inner.numel() * inner.element_size() + state.offset.element_size()
    return size


def of_device(device: str) -> int:
    """Bytes that a device has in all: the GPU's, or this machine's main memory."""
    import torch

    if device.startswith("cuda"):
        total: int = torch.cuda.get_device_properties(device).total_memory
        return total
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
