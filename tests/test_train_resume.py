"""Killed and resumed, or in two processes: the same model. Whole processes, so slow."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest
import tiny_training
from safetensors.torch import load_file

ARGUMENTS = (
    "-m", "stages", "train", "--tokens", "data/tokens", "--base", "data/base",
    "--init", "data/init", "--adapter", "data/adapter", "--metrics", "metrics/train.json",
    "--curve", "metrics/train_curve.csv",
)  # fmt: skip
STEPS = 8  # 16 packs, two at a time
TRAIN = {"lora": {"r": 64, "dropout": 0.1}, "epochs": 1, "accumulation": 2, "micro_batch": 1}
COMPUTE = {"checkpoint_steps": 1, "threads": 1}

pytestmark = pytest.mark.slow


def project(folder, optimizer):
    folder.mkdir()
    tiny_training.make_project(
        folder, 2 * STEPS, train={**TRAIN, "optimizer": optimizer}, compute=COMPUTE
    )
    return folder


def start(folder, *launcher):
    return subprocess.Popen(
        [sys.executable, *launcher, *ARGUMENTS], cwd=folder, text=True,
        env=os.environ | {"PYTHONPATH": str(folder)}, stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


def finish(process):
    _, errors = process.communicate()
    assert process.returncode == 0, errors
    return errors


def kill_at(process, folder, step):
    """kill -9 as soon as the checkpoint of ``step`` is there."""
    pattern = f".tinh/scratch/train/*/step-{step:08d}"
    while not list(folder.glob(pattern)) and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def results(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for part in ("data/adapter", "metrics")
        for path in sorted((folder / part).rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("optimizer", ["adamw", "paged_adamw_8bit"])
def test_killed_three_times_and_resumed_ends_with_the_same_bytes(tmp_path, optimizer):
    whole = project(tmp_path / "whole", optimizer)
    killed = shutil.copytree(whole, tmp_path / "killed")
    finish(start(whole))
    for step in sorted(random.Random(4).sample(range(1, STEPS - 1), 3)):
        kill_at(start(killed), killed, step)
    finish(start(killed))
    assert results(killed) == results(whole)
    assert not (killed / ".tinh/scratch/train").exists()


def test_two_processes_train_what_one_trains(tmp_path):
    one = project(tmp_path / "one", "adamw")
    two = shutil.copytree(one, tmp_path / "two")
    finish(start(one))
    finish(start(two, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"))
    weights = [load_file(f / "data/adapter/adapter_model.safetensors") for f in (one, two)]
    for name, tensor in weights[0].items():
        assert (tensor - weights[1][name]).abs().max() < 1e-5, name
    assert (two / "lineage/train.json").is_file()
