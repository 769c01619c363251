"""Memory, device and disk that give out, in one line that says what to do.

torch tells such faults apart by type or, on a CPU and for a lost GPU, by text alone; whatever is
not recognised goes on as the defect it is.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stages.errors import InputError, ResourceError
from stages.prompt import IGNORE
from stages.train import footprint, memory
from stages.train.batches import Split
from stages.train.params import Train
from stages.train.remedies import fitting
from stages.train.shape import shape_of

NO_MEMORY = ("out of memory", "can't allocate memory", "Unable to allocate")
NO_DEVICE = ("CUDA error", "NCCL error", "Connection closed by peer", "unspecified launch failure")
LOOKED_AT = 64  # packs
NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def clear_words(
    train: Train, again: Path, *, device: str, model: Any = None, packs: Split | None = None
) -> Iterator[None]:
    """Raise :class:`ResourceError` for memory, device or disk that gave out inside.

    ``again`` is the folder whose checkpoints the next run goes on from; ``model`` and ``packs`` are
    counted for the message, once they are there.
    """
    try:
        yield
    except (MemoryError, RuntimeError, OSError) as error:
        text = str(error)
        if isinstance(error, MemoryError) or any(word in text for word in NO_MEMORY):
            raise ResourceError(out_of_memory(train, device, model, packs)) from None
        if any(word in text for word in NO_DEVICE):
            raise ResourceError(
                f"the device or another process gave out ({first_line(text)}); see that they "
                f"answer (`nvidia-smi`), then run again: it goes on from {kept(again)}"
            ) from None
        if isinstance(error, OSError) and error.errno in NO_SPACE:
            raise ResourceError(
                f"the disk is full ({text}); make room, then run again: it goes on from "
                f"{kept(again)}"
            ) from None
        raise


def out_of_memory(train: Train, device: str, model: Any, packs: Split | None) -> str:
    """What fills the memory, and two settings that are predicted to fit."""
    if model is None or packs is None:
        return "out of memory while loading the base; `tinh plan` shows what this training needs"
    room = memory.of_device(device)
    counted = {name: size for name, size in memory.parts(model, train).items() if size}
    filled = ", ".join(f"{name} {size / memory.GIB:.2f} GiB" for name, size in counted.items())
    begun = (
        f"out of memory on {device} ({room / memory.GIB:.1f} GiB in all): {filled}, and what the "
        "forward pass keeps"
    )
    try:
        shape = shape_of(model.config.to_dict())
        longest, supervised = measured(packs)
    except (InputError, KeyError):  # a family, or a method, whose memory is not predicted here
        return f"{begun}; lower train.micro_batch or set train.checkpoint_activations: true"

    def predicted(settings: Train, length: int) -> float:
        setting = footprint.setting_of(settings, pack_length=length, supervised=supervised)
        return sum(footprint.parts(shape, setting, on_gpu=device.startswith("cuda")).values())

    found = [
        f"{' and '.join(remedy.changes)} ({size / memory.GIB:.2f} GiB predicted)"
        for remedy, size in fitting(train, longest, predicted=predicted, room=room)
    ]
    if not found:
        return f"{begun}; no smaller setting of this base is predicted to fit: take a smaller one"
    return f"{begun}; set {', or '.join(found)}"


def measured(packs: Split) -> tuple[int, float]:
    """The longest of the first packs, tokens, and the share of their tokens with a loss."""
    looked_at = packs.take(range(min(LOOKED_AT, len(packs))))
    labels = [label for pack in looked_at for label in pack["labels"]]
    share = sum(label != IGNORE for label in labels) / max(1, len(labels))
    return max(len(pack["input_ids"]) for pack in looked_at), share


def kept(scratch: Path) -> str:
    """Where the next run goes on."""
    names = sorted(p.name for p in scratch.glob("step-*") if not p.name.endswith(".partial"))
    return f"step {int(names[-1].removeprefix('step-'))}" if names else "the start"


def first_line(text: str) -> str:
    """The first line of a long message."""
    return text.splitlines()[0] if text else ""
