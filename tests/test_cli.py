"""The command: quick, one line for a fault, one JSON document, from any folder of the project."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
from toy_project import REPOSITORY, run

from pipeline import cli, declare

pytest_plugins = ["toy_fixtures"]


def commands(group, *path):
    """Every command there is, as words."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *path, name)
        else:
            yield (*path, name), command


ALL = dict(commands(typer.main.get_command(cli.app)))


def refused(capsys, *words):
    assert cli.run(list(words)) == 1
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.startswith("tinh: ")
    return said.err


def test_help_imports_nothing_heavy():
    script = (
        "import sys\nfrom pipeline import cli\ncode = cli.run(['--help'])\n"
        "heavy = {'prefect', 'dvc', 'pyarrow', 'jinja2', 'huggingface_hub', 'torch', 'pydantic'}\n"
        "sys.exit(code or str(heavy & set(sys.modules)) if heavy & set(sys.modules) else code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", sorted(ALL), ids=" ".join)
def test_every_command_is_documented(words, capsys):
    assert cli.run([*words, "--help"]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 4
    assert ALL[words].help
    written = "".join(p.read_text(encoding="utf-8") for p in (REPOSITORY / "docs").glob("*.md"))
    assert f"tinh {' '.join(words)}" in written


@pytest.mark.parametrize(
    "words",
    [w for w in sorted(ALL) if w not in (("serve",), ("chat",), ("profile", "use"))],
    ids=" ".join,
)
def test_every_report_has_json(words):
    assert "--json" in {o for p in ALL[words].params for o in p.opts}


@pytest.mark.parametrize(
    "words", [["bogus"], ["audit"], ["audit", "bogus"], ["report", "--bogus"], ["profile", "use"]]
)
def test_a_mistyped_command_is_one_line(capsys, words):
    refused(capsys, *words)


def test_no_words_show_the_help(capsys):
    assert cli.run([]) == 0
    assert "Commands:" in capsys.readouterr().out


def test_outside_a_project_it_is_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert "no dvc.yaml" in refused(capsys, "audit", "verify")


def test_it_works_from_a_folder_inside_the_project(toy, monkeypatch, capsys):
    monkeypatch.chdir(toy / "data/raw")
    assert cli.run(["audit", "verify"]) == 0
    assert Path.cwd() == toy
    assert capsys.readouterr().out.endswith("all proved\n")


def test_telemetry_is_off(toy, monkeypatch):
    monkeypatch.delenv("DO_NOT_TRACK", raising=False)
    monkeypatch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "true")
    cli.run(["summary"])
    assert (os.environ["DO_NOT_TRACK"], os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"]) == (
        "1",
        "false",
    )


VERSIONS = "versions:     # of libraries\n  pyarrow: 0.0.1   # old\n  ruamel.yaml: 0.1\n\nlast: 1\n"


@pytest.fixture
def declared(toy):
    """The project declares versions that are not installed, and a stage depends on one more."""
    params = Path("params.yaml")
    params.write_text(params.read_text(encoding="utf-8") + VERSIONS, encoding="utf-8")
    text = Path("dvc.yaml").read_text(encoding="utf-8")
    text = text.replace("params: [model]", "params: [model, versions.pyarrow, versions.jinja2]")
    Path("dvc.yaml").write_text(text, encoding="utf-8")


def test_versions_are_compared_with_what_is_installed(declared, capsys):
    assert cli.run(["versions", "--json"]) == 1
    said = capsys.readouterr()
    found = {x["name"]: x for x in json.loads(said.out)["libraries"]}
    assert list(found) == ["jinja2", "pyarrow", "ruamel.yaml"]
    assert found["pyarrow"]["declared"] == "0.0.1"
    assert found["jinja2"]["declared"] is None
    assert "pyarrow" in said.err


def test_versions_are_written_and_nothing_else_is_touched(declared, capsys):
    before = Path("params.yaml").read_text(encoding="utf-8").splitlines()
    assert cli.run(["versions", "--write"]) == 0
    found = {x.name: x.installed for x in declare.libraries()}
    after = Path("params.yaml").read_text(encoding="utf-8").splitlines()
    assert after == [
        *before[:-4],
        f"  pyarrow: {found['pyarrow']}   # old",
        f"  ruamel.yaml: {found['ruamel.yaml']}",
        f"  jinja2: {found['jinja2']}",
        *before[-2:],
    ]


def test_a_library_that_is_not_installed_cannot_be_declared(declared, capsys):
    text = Path("params.yaml").read_text(encoding="utf-8")
    Path("params.yaml").write_text(text.replace("pyarrow:", "no-such-library:"), encoding="utf-8")
    assert "no-such-library not installed" in refused(capsys, "versions", "--write")


@pytest.mark.parametrize("text", ["a: 1\n", "versions: {a: 1}\n"])
def test_versions_need_a_block_of_their_own(toy, text):
    Path("params.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(declare.ParamsError):
        declare.with_version(Path("params.yaml").read_text(encoding="utf-8"), "b", "2")


@pytest.fixture
def profiles(toy):
    Path("profiles").mkdir()
    Path("profiles/small.yaml").write_text("a: 1\n", encoding="utf-8")
    Path("profiles/large.yaml").write_text("a: 2\n", encoding="utf-8")


def test_a_profile_takes_the_place_of_params(profiles, capsys):
    assert cli.run(["profile", "use", "large"]) == 0
    assert Path("params.yaml").read_text(encoding="utf-8") == "a: 2\n"
    assert cli.run(["profile", "use", "small"]) == 0  # from one profile to the next, uncommitted
    assert Path("params.yaml").read_text(encoding="utf-8") == "a: 1\n"


@pytest.mark.parametrize("name", ["huge", "../params", "small.yaml", ""])
def test_only_profiles_that_are_there_can_be_used(profiles, capsys, name):
    before = Path("params.yaml").read_bytes()
    assert "large, small" in refused(capsys, "profile", "use", name)
    assert Path("params.yaml").read_bytes() == before


def test_own_values_are_not_overwritten_by_a_profile(profiles, capsys):
    Path("params.yaml").write_text("a: 3\n", encoding="utf-8")
    assert "would be lost" in refused(capsys, "profile", "use", "small")
    assert Path("params.yaml").read_text(encoding="utf-8") == "a: 3\n"
    assert cli.run(["profile", "use", "small", "--force"]) == 0
    assert Path("params.yaml").read_text(encoding="utf-8") == "a: 1\n"


def test_the_command_is_installed_under_its_name():
    project = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    assert 'tinh = "pipeline.cli:main"' in project
    assert "Usage: tinh" in run(sys.executable, "-c", "from pipeline.cli import main; main()",
                                cwd=REPOSITORY)  # fmt: skip
