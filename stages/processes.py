"""One run of a stage at a time, and none that outlives the command that started it."""

import ctypes
import fcntl
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stages.errors import BusyError

LOCKS = Path(".tinh/locks")
PR_SET_PDEATHSIG = 1  # linux/prctl.h


@contextmanager
def exclusive(name: str) -> Iterator[None]:
    """Hold the lock ``name`` (an flock: it goes with the process, however that ends).

    Raises :class:`BusyError` at once when another process holds it.
    """
    LOCKS.mkdir(parents=True, exist_ok=True)
    with (LOCKS / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(
                f"another process is running {name}; wait for it, or end it, then run again"
            ) from None
        yield


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent ends (Linux; elsewhere nothing).

    ``kill -9`` of DVC would otherwise leave the stage as an orphan that overwrites its out later.
    It works because ``dvc.yaml`` starts stages with ``exec``: no shell stands in between.
    """
    if sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the kernel was asked
        os.kill(os.getpid(), signal.SIGKILL)
