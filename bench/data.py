"""What the data stages cost, cold and after a change, on generated rows.

    python -m bench.data [--rows 20000] [--steps cold,unchanged,change,insert,rule,verify]
                         [--stages ingest,clean,validate,split,tokenize]
                         [--folder DIR] [--tokenizer data/base/tokenizer]

A project is made in a folder: this repository's stages, parameters and commands, and the rows of
:mod:`bench.rows`. The folder is a temporary one, or ``--folder``, which stays: later calls go on
from there, so that a long run can be cut up. Then ingest, clean, validate, split and tokenize run
as ``dvc.yaml`` has them, through the real runner:

=============  ==============================================================================
``cold``       the rows are made, and nothing was done before
``unchanged``  everything once more: what is fixed (start, imports, hashing, writing outs)
``change``     1 % of the rows: a third appended, a third edited, a third deleted
``scattered``  0.01 % of the rows edited, each far from the others: the worst case for shards
``insert``     one line put in at the top of a file
``rule``       another limit of one filter of clean
``verify``     a cold run of the last state in another folder: are all outs the same bytes?
=============  ==============================================================================

Prints one JSON line for each stage of each step: ``seconds``; ``cpu``, seconds of all processes of
the stage; ``peak_mib``, the largest sum of the resident sets of these processes, sampled five times
a second (a page that two share counts twice); ``largest_mib``, of a single process; and of what is
fixed, measured again by itself: ``hashing``, the witness's passes over inputs (two) and outs (one),
and ``imports``.
"""

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from bench import rows
from pipeline import dag
from pipeline.dag import Stage
from stages import witness

ROOT = Path(__file__).parents[1]
NAMES = ("ingest", "clean", "validate", "split", "tokenize")
STEPS = "cold,unchanged,change,insert,rule,verify"
COPIED = ("stages", "params.yaml", "dvc.yaml", ".dvcignore", "data/eval", "data/baseline.json",
          "data/tombstones.jsonl")  # fmt: skip
TOKENIZER = Path("data/base/tokenizer")
LAZY = {"validate": "great_expectations", "tokenize": "transformers"}  # imported inside functions
RULE = ("  max_chars: 20000 ", "  max_chars: 19999 ")
SAMPLES_A_SECOND = 5


def make(folder: Path, tokenizer: Path) -> None:
    """A project without rows in ``folder``; files that are there are replaced."""
    for name in COPIED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copy(source, target)
    shutil.copytree(tokenizer, folder / TOKENIZER, dirs_exist_ok=True)


def train_tokenizer(folder: Path) -> Path:
    """The demo's tokenizer, trained anew on data/pretrain."""
    from stages import params
    from stages.base import build

    size = params.load(ROOT / "params.yaml")["model"].build.vocab_size
    texts = build.documents(rows.CORPUS.parent)
    build.train_tokenizer(texts, size).save_pretrained(folder)
    return folder


@contextlib.contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Work in ``folder``."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def measured(stage: Stage, step: str, count: int) -> dict[str, Any]:
    """Run one stage in the current folder. Raises RuntimeError if it fails."""
    command = [sys.executable, *stage.cmd.split()[2:]]  # without `exec python`
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "WANDB_MODE": "disabled"}
    started = time.monotonic()
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    peak = largest = 0
    while True:
        done, status, usage = os.wait4(process.pid, os.WNOHANG)
        if done:
            break
        sets = resident(process.pid)
        peak, largest = max(peak, sum(sets)), max(largest, *sets, 0)
        time.sleep(1 / SAMPLES_A_SECOND)
    seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(process.stderr.read().decode() if process.stderr else stage.name)
    return {
        "rows": count, "step": step, "stage": stage.name, "seconds": round(seconds, 2),
        "cpu": round(usage.ru_utime + usage.ru_stime, 2), "peak_mib": round(peak / 2**20),
        "largest_mib": round(largest / 2**20), "hashing": round(hashing(stage), 2),
    }  # fmt: skip


def resident(pid: int) -> list[int]:
    """Resident bytes of a process and of all below it."""
    found = [0]
    with contextlib.suppress(psutil.Error):
        parent = psutil.Process(pid)
        for process in [parent, *parent.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                found.append(process.memory_info().rss)
    return found


def hashing(stage: Stage) -> float:
    """Seconds that the witness takes for inputs, twice, and outs, once."""
    started = time.monotonic()
    for name in (*stage.deps, *stage.deps, *stage.outs):
        witness.artifact(Path(name))
    return time.monotonic() - started


def imports(stage: str) -> float:
    """Seconds until a stage's modules are there, and the large library that it takes later."""
    modules = ["stages.__main__", f"stages.{stage}.stage", *filter(None, [LAZY.get(stage)])]
    started = time.monotonic()
    subprocess.run([sys.executable, "-c", f"import {', '.join(modules)}"], check=True)
    return time.monotonic() - started


def outs(stages: list[Stage]) -> dict[str, str]:
    """Path → SHA-256 of every out and metric, in the current folder."""
    found = {}
    for out in (Path(name) for stage in stages for name in stage.outs):
        for path in sorted(out.rglob("*")) if out.is_dir() else [out]:
            if path.is_file():
                with path.open("rb") as file:
                    found[path.as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def prepared(step: str, raw: Path, count: int) -> None:
    """Bring the project in the current folder into the state that a step begins with."""
    if step == "cold" and not raw.is_dir():
        rows.write(raw, count)
    elif step == "change":
        rows.change(raw, count // 100)
    elif step == "scattered":
        rows.scatter(raw, count // 10_000)
    elif step == "insert":
        rows.insert(raw)
    elif step == "rule":
        path = Path("params.yaml")
        before = path.read_text(encoding="utf-8")
        after = before.replace(*RULE)
        if after == before:
            raise RuntimeError(f"params.yaml has no {RULE[0]!r} to change")
        path.write_text(after, encoding="utf-8")


def verified(folder: Path, stages: list[Stage], count: int) -> Iterator[dict[str, Any]]:
    """Run the project of ``folder`` as it stands in a new one, cold, and compare the outs."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as other:
        fresh = Path(other)
        make(fresh, folder / TOKENIZER)
        shutil.copytree(folder / "data/raw", fresh / "data/raw")
        shutil.copy(folder / "params.yaml", fresh / "params.yaml")
        with inside(fresh):
            for stage in stages:
                yield measured(stage, "verify", count)
            cold = outs(stages)
    with inside(folder):
        warm = outs(stages)
    different = sorted(
        name for name in cold.keys() | warm.keys() if cold.get(name) != warm.get(name)
    )
    yield {"rows": count, "step": "verify", "files": len(cold), "different": different}


def results(
    folder: Path, stages: list[Stage], steps: list[str], count: int
) -> Iterator[dict[str, Any]]:
    """What each stage of each step cost."""
    for step in steps:
        if step == "verify":
            yield from verified(folder, stages, count)
            continue
        with inside(folder):
            prepared(step, Path("data/raw"), count)
            for stage in stages:
                yield measured(stage, step, count)


def main() -> None:
    """Measure and print JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--steps", default=STEPS)
    parser.add_argument("--stages", default=",".join(NAMES))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--tokenizer", type=Path, default=ROOT / TOKENIZER)
    asked = parser.parse_args()
    stages = [stage for stage in dag.load(ROOT) if stage.name in asked.stages.split(",")]
    for stage in stages:
        say({"imports": stage.name, "seconds": round(imports(stage.name), 2)})
    with tempfile.TemporaryDirectory() as temporary:
        folder = (asked.folder or Path(temporary) / "project").absolute()
        steps = asked.steps.split(",")
        if not (folder / "stages").is_dir():
            tokenizer = asked.tokenizer
            if not tokenizer.is_dir():
                tokenizer = train_tokenizer(Path(temporary) / "tokenizer")
            make(folder, tokenizer.absolute())
        for result in results(folder, stages, steps, asked.rows):
            say(result)


def say(result: dict[str, Any]) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
