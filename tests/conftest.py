"""One small project, run once, shared by the tests that need a whole pipeline."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).parent.parent
BEGINNINGS = {  # lines of a file
    "data/raw/chi_thi.jsonl": 500,
    "data/raw/ban_tin.txt": 500,
    "data/pretrain/doan_van.txt": 600,
}


@dataclass(frozen=True)
class Project:
    """A checkout of Tinh in a folder of its own, on the micro profile."""

    path: Path

    def call(self, *command, check=True):
        env = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "WANDB_API_KEY": "",
        }
        done = subprocess.run(
            command, cwd=self.path, env=env, capture_output=True, text=True, check=False
        )
        if check and done.returncode:
            raise AssertionError(f"{command} ended {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def repro(self, check=True):
        """`dvc repro`: the stages that ran, in order, and what was printed."""
        done = self.call("dvc", "repro", check=check)
        lines = done.stdout.splitlines()
        ran = [line.split("'")[1] for line in lines if line.startswith("Running stage")]
        return ran, done


@pytest.fixture(autouse=True)
def own_shard_cache(tmp_path, monkeypatch):
    """No test recalls what another one made."""
    monkeypatch.setattr("stages.memo.FOLDER", tmp_path / ".tinh/shards")


def make_project(path, *, profile="micro", whole=False):
    """Tracked files only, fewer records unless ``whole``, a profile's parameters; committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\0")  # fmt: skip
    texts = ("data/raw/", "data/pretrain/")
    skipped = ("lineage/", "metrics/", "tests/", "dvc.lock", *(() if whole else texts))
    for name in filter(None, listed):
        if not name.startswith(skipped) and (ROOT / name).is_file():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, path / name)
    shutil.copy(ROOT / f"profiles/{profile}.yaml", path / "params.yaml")
    if not whole:
        for name, lines in BEGINNINGS.items():
            head(ROOT / name, path / name, lines)
    project = Project(path)
    project.call("git", "init", "-q", "-b", "main")
    project.call("git", "config", "user.name", "t")
    project.call("git", "config", "user.email", "t@localhost")
    commit(project, "start")
    return project


def head(source, target, lines):
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b"".join(source.read_bytes().splitlines(keepends=True)[:lines]))


def commit(project, message):
    project.call("git", "add", "-A")
    project.call("git", "commit", "-q", "-m", message)


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """The folder of a project that has run once; copy it, do not write into it."""
    shared = tmp_path_factory.getbasetemp().parent  # one for all workers
    path, done = shared / "finished", shared / "finished.done"
    with FileLock(shared / "finished.lock"):
        if not done.exists():
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir()
            project = make_project(path)
            project.repro()
            commit(project, "first model")
            done.touch()
    return path


@pytest.fixture
def project(finished, tmp_path):
    """A copy of the finished project, to change at will."""
    shutil.copytree(finished, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")
