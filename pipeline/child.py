"""Child processes that end with the process that started them, however that ends.

``python -m pipeline.child PARENT PROGRAM …`` asks the kernel to be killed with its parent and then
becomes PROGRAM: the request survives ``exec``. Doing it between fork and exec instead
(``preexec_fn``) may deadlock in a process that has threads, as a Prefect flow has.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from stages import processes

GRACE_S = 10.0


def start(
    argv: Sequence[str], *, environment: Mapping[str, str], output: int
) -> subprocess.Popen[str]:
    """Start a program that dies with this process; the file ``output`` takes both its streams.

    It leads a session of its own, so it does not hear the terminal's Ctrl-C: :func:`stop` ends it
    in good order. The *thread* that calls this must outlive the program: that is whose death the
    kernel watches.
    """
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline.child", str(os.getpid()), *argv],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=dict(environment),
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )


def follow(
    argv: Sequence[str], *, environment: Mapping[str, str], each: Callable[[str], None]
) -> int:
    """Run a program to its end, handing over its output line by line; returns its exit code.

    Whatever interrupts this process ends the program first.
    """
    unbuffered = {**environment, "PYTHONUNBUFFERED": "1"}
    process = start(argv, environment=unbuffered, output=subprocess.PIPE)
    try:
        if process.stdout is not None:
            for line in process.stdout:
                each(line.rstrip("\n"))
        return process.wait()
    finally:
        stop(process)


def stop(process: subprocess.Popen[str]) -> None:
    """End a program and all that it started: as by Ctrl-C, so that DVC can put its locks in order.

    What has not ended after ten seconds is killed.
    """
    if process.poll() is not None:
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def main(argv: Sequence[str]) -> None:
    """Become the program ``argv[1:]``, child of the process ``argv[0]`` for life."""
    processes.die_with_parent()
    if os.getppid() != int(argv[0]):  # it ended before the kernel was asked
        sys.exit(1)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # ignored in a background job; stop() needs it
    os.execvp(argv[1], list(argv[1:]))


if __name__ == "__main__":
    main(sys.argv[1:])
