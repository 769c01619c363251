"""`tinh adapter fetch`: an earlier adapter comes back whole and proved, or not at all."""

import json
import shutil
from pathlib import Path

import pytest
from toy_project import commit, dvc, run

from pipeline import adapter, cli

pytest_plugins = ["toy_fixtures"]


def head():
    return run("git", "rev-parse", "HEAD").strip()


@pytest.fixture
def retrained(toy):
    """A project that has trained twice: the first revision, and what its adapter said."""
    first, said = head(), Path("data/adapter/adapter.txt").read_text()
    params = Path("params.yaml")
    params.write_text(params.read_text().replace("r: 8", "r: 4"))
    dvc("repro", "-q", "train")
    commit("second")
    assert Path("data/adapter/adapter.txt").read_text() != said
    Path("data/init").mkdir()
    Path("data/init/README.md").write_text("What this folder is.\n")
    return first, said


def test_an_earlier_adapter_takes_the_place_of_what_was_there(retrained, capsys):
    first, said = retrained
    Path("data/init/old.txt").write_text("old")
    now = Path("data/adapter/adapter.txt").read_text()
    assert cli.run(["adapter", "fetch", "HEAD~1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["commit"], found["files"]) == (first, ["adapter.txt"])
    assert len(found["attestation"]) == 64
    files = {p.name: p.read_text() for p in Path("data/init").iterdir()}
    assert files == {"adapter.txt": said, "README.md": "What this folder is.\n"}
    assert Path("data/adapter/adapter.txt").read_text() == now
    assert not list(Path(".tinh").glob("fetch-*"))


def refused(capsys, *words):
    before = {p.name: p.read_bytes() for p in Path("data/init").iterdir()}
    assert cli.run(["adapter", "fetch", *words]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert {p.name: p.read_bytes() for p in Path("data/init").iterdir()} == before
    return said.err


def test_a_revision_that_is_none_is_one_line(retrained, capsys):
    for name in ("nowhere", "--all", ""):
        with pytest.raises(adapter.InputError, match="git knows no revision"):
            adapter.commit_of(name)
    assert "git knows no revision 'nowhere'" in refused(capsys, "nowhere")


def test_an_adapter_that_no_cache_has_is_one_line(retrained, capsys):
    shutil.rmtree(".dvc/cache")
    assert "neither in DVC's cache nor in a remote" in refused(capsys, "HEAD~1")


def test_an_adapter_that_nobody_attested_is_refused(retrained, capsys):
    Path("data/adapter/adapter.txt").write_text("forged\n")
    dvc("commit", "-q", "-f", "train")
    commit("forged")
    assert "no attestation has the bytes of data/adapter" in refused(capsys, "HEAD")
