"""``kill -9`` at any moment of the data stages, then again: the bytes of an undisturbed run.

Only the process at the top is killed; what it started must end by itself. Rows are few, but some
are long, so that ingest and clean hand shards to worker processes.
"""

import base64
import json
import os
import random
import shlex
import shutil
import signal
import subprocess
import sys
import time
from itertools import accumulate
from pathlib import Path

import pytest

from pipeline import dag
from stages import executor

ROOT = Path(__file__).parent.parent
STAGES = ("ingest", "clean", "validate", "split", "tokenize")
LONG_ROWS, LONG = 500, 25_000  # rows that clean drops as too long, and their characters
STAGE_ROUNDS, REPRO_ROUNDS = 17, 3

pytestmark = pytest.mark.slow


@pytest.fixture
def unrun(project):
    """A project whose data changed: its data stages have all to do. Gives it and those stages."""
    for path in (project.path / "data/raw").iterdir():
        path.unlink()
    for path in sorted((ROOT / "data/raw").glob("*.*")):
        shutil.copy(path, project.path / "data/raw")
    draw = random.Random(5)
    with (project.path / "data/raw/long.jsonl").open("w") as file:
        for number in range(LONG_ROWS):
            noise = base64.b64encode(draw.randbytes(LONG * 3 // 4)).decode()
            file.write(json.dumps({"prompt": f"long {number}", "completion": noise}) + "\n")
    assert LONG_ROWS * LONG > executor.INLINE
    params = project.path / "params.yaml"
    params.write_text(params.read_text().replace("shard_rows: 10000", "shard_rows: 100"))
    shutil.rmtree(project.path / ".tinh")
    return project, [stage for stage in dag.load(project.path) if stage.name in STAGES]


def start(project, command):
    """A process group of its own, so that a failed test leaves nothing running."""
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    return subprocess.Popen(
        shlex.split(command.removeprefix("exec ")), cwd=project.path, env=environment, text=True,
        start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


def finish(process):
    _, errors = process.communicate()
    assert process.returncode == 0, errors


def killed(process, after):
    """Whether ``kill -9`` after so many seconds came before the end."""
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.kill()
    process.stderr.close()
    return process.wait() == -signal.SIGKILL


def outs(project, stages):
    """Path → bytes of all that the stages wrote: outs, ledgers among them, and metrics."""
    roots = [project.path / out for stage in stages for out in stage.outs]
    files = [file for root in roots for file in (root.rglob("*") if root.is_dir() else [root])]
    return {
        file.relative_to(project.path).as_posix(): file.read_bytes()
        for file in files
        if file.is_file() and file.name != ".gitignore"
    }


def forget(project, stage):
    """Remove what a stage wrote, and the shard cache."""
    for out in stage.outs:
        path = project.path / out
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.rmtree(project.path / ".tinh/shards", ignore_errors=True)


def partials(project):
    return [
        path for part in ("data", "metrics") for path in (project.path / part).glob("*.partial")
    ]


def test_a_killed_stage_that_runs_again_ends_with_the_same_bytes(unrun):
    project, stages = unrun
    seconds = []
    for stage in stages:
        begun = time.monotonic()
        finish(start(project, stage.cmd))
        seconds.append(time.monotonic() - begun)
    undisturbed = [outs(project, [stage]) for stage in stages]
    draw, ends, kills = random.Random(20), [*accumulate(seconds)], 0
    for moment in sorted(draw.uniform(0, ends[-1]) for _ in range(STAGE_ROUNDS)):
        number = next(i for i, end in enumerate(ends) if moment <= end)
        stage = stages[number]
        forget(project, stage)
        kills += killed(start(project, stage.cmd), moment - ends[number] + seconds[number])
        finish(start(project, stage.cmd))
        assert outs(project, [stage]) == undisturbed[number], f"killed {stage.name} at {moment}"
        assert partials(project) == []
    assert kills >= STAGE_ROUNDS // 2  # the others had ended when the machine was faster


def test_a_killed_repro_that_runs_again_ends_with_the_same_bytes(unrun, tmp_path):
    project, stages = unrun
    whole = type(project)(shutil.copytree(project.path, tmp_path / "whole", symlinks=True))
    begun = time.monotonic()
    finish(start(whole, "dvc repro tokenize"))
    seconds = time.monotonic() - begun
    undisturbed, draw = outs(whole, stages), random.Random(3)
    for number in range(REPRO_ROUNDS):
        folder = shutil.copytree(project.path, tmp_path / str(number), symlinks=True)
        again = type(project)(folder)
        moment = seconds * draw.uniform(number, number + 1) / REPRO_ROUNDS
        assert killed(start(again, "dvc repro tokenize"), moment)
        finish(start(again, "dvc repro tokenize"))
        assert outs(again, stages) == undisturbed, f"killed at {moment}"
        assert (again.path / "dvc.lock").read_bytes() == (whole.path / "dvc.lock").read_bytes()
        shutil.rmtree(folder)
