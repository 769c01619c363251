"""Memory, device and disk that give out, in one line that says what to do.

torch tells such faults apart by type or, on a CPU and for a lost GPU, by text alone; whatever is
not recognised goes on as the defect it is.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stages.errors import ResourceError
from stages.train import memory
from stages.train.params import Train

NO_MEMORY = ("out of memory", "can't allocate memory", "Unable to allocate")
NO_DEVICE = ("CUDA error", "NCCL error", "Connection closed by peer", "unspecified launch failure")
NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def clear_words(train: Train, again: Path, model: Any = None) -> Iterator[None]:
    """Raise :class:`ResourceError` for memory, device or disk that gave out inside.

    ``again`` is the folder whose checkpoints the next run goes on from; ``model`` is counted for
    the message, once there is one.
    """
    try:
        yield
    except (MemoryError, RuntimeError, OSError) as error:
        text = str(error)
        if isinstance(error, MemoryError) or any(word in text for word in NO_MEMORY):
            raise ResourceError(out_of_memory(train, model)) from None
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


def out_of_memory(train: Train, model: Any) -> str:
    """What fills the memory, and two settings that would need less."""
    counted = ""
    if model is not None:
        found = memory.parts(model, train)
        counted = "; ".join(f"{name} {size / memory.GIB:.2f} GiB" for name, size in found.items())
        counted = f" beside {counted}, and what the forward pass keeps"
    first, second = memory.smaller_settings(train)
    return f"out of memory{counted}; set {first}, or {second} (see `tinh plan`)"


def kept(scratch: Path) -> str:
    """Where the next run goes on."""
    names = sorted(p.name for p in scratch.glob("step-*") if not p.name.endswith(".partial"))
    return f"step {int(names[-1].removeprefix('step-'))}" if names else "the start"


def first_line(text: str) -> str:
    """The first line of a long message."""
    return text.splitlines()[0] if text else ""
