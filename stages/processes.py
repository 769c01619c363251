"""One run of a stage at a time, none that outlives its command, and several processes for one.

``compute.launch`` names a configuration of accelerate (``profiles/accelerate``): the runner then
becomes ``accelerate launch``, which starts the stage once for each GPU. Process 0 alone locks,
writes and witnesses; the others (:func:`rank`) compute.
"""

import ctypes
import fcntl
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from stages.errors import BusyError, InputError

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


def rank() -> int:
    """The number of this process among those that a launcher started; 0 without one."""
    return int(os.environ.get("RANK", "0"))


def launched() -> bool:
    """Whether a launcher (accelerate, torchrun) started this process."""
    return "RANK" in os.environ and "WORLD_SIZE" in os.environ


def launch(configuration: Path, argv: Sequence[str]) -> None:
    """Become ``accelerate launch`` of ``python -m stages ARGV``; returns only by an error.

    Raises :class:`InputError` when there is no such file.
    """
    if not configuration.is_file():
        raise InputError(
            f"compute.launch is {configuration}, which does not exist; name a file such as "
            "profiles/accelerate/two-cpu.yaml, or set it to null"
        )
    command = ["accelerate.commands.launch", "--config_file", str(configuration)]
    os.execv(sys.executable, [sys.executable, "-m", *command, "--module", "stages", *argv])
