"""The memory of a training, part by part, as far as it can be counted on the living model.

Weights, quantisation constants, what is trained, its gradients and its optimizer state are counted
exactly; what the forward pass keeps for the backward pass is not counted here.
"""

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


def smaller_settings(train: Train) -> tuple[str, str]:
    """Two settings that need less memory, those that keep the result first.

    A smaller micro-batch with more accumulation is the same training; activations shrink with it.
    """
    options = []
    if train.micro_batch > 1:
        smaller = train.micro_batch // 2
        more = -(-train.micro_batch // smaller) * train.accumulation
        options.append(f"train.micro_batch: {smaller} with train.accumulation: {more}")
    if not train.checkpoint_activations:
        options.append("train.checkpoint_activations: true")
    if train.adapter != "qlora":
        options.append("train.adapter: qlora")
    options += ["tokenize.pack_length to half of it", "train.lora.r to half of it"]
    return options[0], options[1]
