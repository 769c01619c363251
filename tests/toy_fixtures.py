"""Fixtures: a toy project that has run, built once a session and copied; and one that has not."""

import os
import shutil

import pytest
from filelock import FileLock
from toy_project import at_home, commit, dvc, make


@pytest.fixture(scope="session")
def toy_built(tmp_path_factory):
    """A project that has run, committed, the same for all workers; to be copied, not used."""
    own = tmp_path_factory.getbasetemp()  # with xdist, each worker's; the session's is above it
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, done = shared / "toy", shared / "toy.done"
    with FileLock(shared / "toy.lock"):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            with pytest.MonkeyPatch.context() as monkeypatch:
                at_home(monkeypatch, folder)
                make()
                dvc("repro", "-q")
                commit("run")
            done.touch()
    return folder


@pytest.fixture
def toy(toy_built, tmp_path, monkeypatch):
    """The working folder is a project that has run, the test's own."""
    folder = tmp_path / "toy"
    shutil.copytree(toy_built, folder, symlinks=True)
    at_home(monkeypatch, folder)
    return folder


@pytest.fixture
def toy_fresh(tmp_path, monkeypatch):
    """The working folder is a project that has not run."""
    folder = tmp_path / "toy"
    folder.mkdir()
    at_home(monkeypatch, folder)
    make()
    return folder
