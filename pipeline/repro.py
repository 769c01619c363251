"""DVC as the flow uses it: what is stale, and bringing one stage up to date.

DVC runs as a process of its own, so that it can be ended, and dies with the flow; half a second
each time. What is read from its words is held by tests against the DVC that is installed.
"""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from pipeline import child
from stages import environment
from stages.errors import InputError
from stages.tracking import GROUP_VARIABLE

DVC = (sys.executable, "-m", "dvc")
RWLOCK = Path(".dvc/tmp/rwlock")  # dvc.rwlock: who reads and writes which path, as JSON
EXECUTED, CACHED, FAILED = "executed", "cached", "failed"


@dataclass(frozen=True)
class Step:
    """What became of one stage: ``executed``, ``cached`` or ``failed`` (then with the reason)."""

    stage: str
    fate: str
    reason: str = ""


def stale() -> list[str]:
    """The stages of which DVC says that something changed, in its order.

    Raises :class:`InputError` with DVC's line when it cannot tell.
    """
    mend_lock()
    done = subprocess.run(
        [*DVC, "status", "--json"], capture_output=True, text=True, check=False, env=variables()
    )
    if done.returncode != 0:
        raise InputError(fault(done.stderr.splitlines()) or f"dvc status ended {done.returncode}")
    return list(json.loads(done.stdout.splitlines()[-1]))


def mend_lock() -> None:
    """Take out of DVC's list of busy paths what a kill left there; DVC would refuse to run.

    DVC drops the entries of processes that do not exist, but a killed one that nobody has waited
    for yet (a zombie) still does; and a list that the kill cut off it cannot read at all. It writes
    the list only while it holds the guard beside it, as this does: what is unreadable then was
    written by a process that is dead. Nothing happens while another process holds the guard.
    """
    if not RWLOCK.is_file():
        return
    with RWLOCK.with_name("rwlock.lock").open("a") as guard:
        try:
            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        try:
            busy = json.loads(RWLOCK.read_text(encoding="utf-8"))
            reading, writing = busy.get("read", {}).items(), busy.get("write", {}).items()
            read = {path: [x for x in by if alive(x["pid"])] for path, by in reading}
            write = {path: by for path, by in writing if alive(by["pid"])}
        except ValueError:
            RWLOCK.unlink()
            return
        kept = {"write": write, "read": {path: by for path, by in read.items() if by}}
        RWLOCK.write_text(json.dumps(kept), encoding="utf-8")


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def variables(group: str | None = None) -> dict[str, str]:
    """The environment of DVC and its stages: telemetry off, and the run group they share."""
    found = {**os.environ, **environment.TELEMETRY_OFF}
    return found if group is None else {**found, GROUP_VARIABLE: group}


def reproduce(stage: str, group: str, each: Callable[[str], None]) -> Step:
    """Bring one stage up to date, handing over DVC's and the stage's output line by line."""
    lines: list[str] = []

    def note(line: str) -> None:
        lines.append(line)
        each(line)

    argv = [*DVC, "repro", "--single-item", stage]
    code = child.follow(argv, environment=variables(group), each=note)
    if code != 0:
        return Step(stage, FAILED, reason(stage, lines) or f"{stage}: dvc ended {code}")
    return Step(stage, EXECUTED if f"Running stage '{stage}':" in lines else CACHED)


def reason(stage: str, lines: Sequence[str]) -> str:
    """The one line that says why a stage failed, from the output of ``dvc repro``.

    A stage that can name the fault ends with ``STAGE: …``, a crash with the last line of its
    traceback; where the command said nothing, DVC's own error counts.
    """
    said = [line.strip() for line in lines if line.strip()]
    before = said[: next((i for i, x in enumerate(said) if x.startswith("ERROR: ")), len(said))]
    if before and not before[-1].startswith(("> ", "Running stage ", "Stage ")):
        return before[-1] if before[-1].startswith(f"{stage}: ") else f"{stage}: {before[-1]}"
    found = fault(lines)
    return f"{stage}: {found}" if found else ""


def fault(lines: Sequence[str]) -> str:
    """DVC's own error among its lines, without the word ERROR; empty when there is none."""
    found = (x.partition("ERROR: ")[2].strip() for x in lines if x.lstrip().startswith("ERROR: "))
    return next(found, "")
