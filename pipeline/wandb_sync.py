"""Upload the W&B runs that were made offline: a step of its own, which may fail without harm.

``wandb sync`` ends with 0 even when nothing was sent, so what counts is the marker that it leaves
beside a run that has been sent whole. Runs that are still being written are not touched.
"""

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from stages import processes, wandb_run

UPLOADED = ".synced"  # after the name of the run's file: wandb sync's own marker
# Each request is tried this often, so that an unreachable server is an answer within seconds.
RETRIES = "2"
RETRY_SETTINGS = (
    "WANDB_X_GRAPHQL_RETRY_MAX",
    "WANDB_X_FILE_STREAM_RETRY_MAX",
    "WANDB_X_FILE_TRANSFER_RETRY_MAX",
)


@dataclass(frozen=True)
class Outcome:
    """Runs by name: sent now, and still waiting; ``fault`` is W&B's last word on why."""

    uploaded: tuple[str, ...]
    waiting: tuple[str, ...]
    fault: str


def pending() -> list[Path]:
    """The files of offline runs that have not been uploaded, oldest first."""
    files = sorted(wandb_run.FOLDER.glob("offline-run-*/run-*.wandb"))
    return [path for path in files if not path.with_name(path.name + UPLOADED).exists()]


def require_idle(stages: Iterable[str]) -> None:
    """Raise :class:`~stages.errors.BusyError` while one of ``stages`` runs.

    A run sent half would be marked as sent.
    """
    with ExitStack() as held:
        for stage in sorted(set(stages)):
            held.enter_context(processes.exclusive(stage))


def upload(files: Sequence[Path]) -> Outcome:
    """Send runs to W&B."""
    if not files:
        return Outcome((), (), "")
    environment = os.environ | {name: RETRIES for name in RETRY_SETTINGS}
    done = subprocess.run(
        [sys.executable, "-m", "wandb", "sync", *map(str, files)],
        env=environment | {"WANDB_SILENT": "false"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    left = {path for path in pending() if path in files}
    return Outcome(
        uploaded=tuple(path.parent.name for path in files if path not in left),
        waiting=tuple(path.parent.name for path in files if path in left),
        fault=fault_of(done.stderr) if left else "",
    )


def fault_of(said: str) -> str:
    """The line of ``wandb sync``'s output that tells what went wrong: its first error."""
    lines = [line.removeprefix("wandb: ").strip() for line in said.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR ") for line in lines if line.startswith("ERROR ")]
    return (errors or lines[-1:] or ["wandb sync said nothing"])[0]
