"""`tinh audit model`: from the merged model back to files, rows, base, parameters and versions."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from pipeline import cli

pytest_plugins = ["toy_fixtures"]


@pytest.fixture
def trace(toy, capsys):
    """Runs the command: (exit code, JSON document, stderr)."""

    def command():
        code = cli.run(["audit", "model", "--json"])
        said = capsys.readouterr()
        return code, json.loads(said.out), said.err

    return command


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def test_the_walk_ends_at_the_files_that_no_stage_writes(trace):
    code, document, said = trace()
    assert (code, said, document["proved"]) == (0, "", True)
    assert document["sources"] == [
        {"name": name, "sha256": sha256(name)}
        for name in (
            "data/pretrain/corpus.txt",
            "data/raw/chat.jsonl",
            "data/raw/more.jsonl",
            "toy.py",
        )
    ]


def test_only_what_made_the_model_is_walked_the_last_first(trace):
    _, document, _ = trace()
    names = [step["stage"] for step in document["stages"]]
    assert names == ["merge", "train", "tokenize", "split", "clean", "ingest", "base"]


def test_each_step_says_what_it_read_and_from_whom(trace):
    steps = {step["stage"]: step for step in trace()[1]["stages"]}
    made_by = {i["path"]: i["made_by"] for i in steps["train"]["inputs"]}
    assert made_by == {"data/base": "base", "data/tokens": "tokenize", "toy.py": None}
    read = next(i for i in steps["train"]["inputs"] if i["path"] == "data/tokens")
    wrote = next(o for o in steps["tokenize"]["outputs"] if o["path"] == "data/tokens")
    assert read["sha256"] == wrote["sha256"]
    assert steps["train"]["params"] == {"train": {"lora": {"r": 8}}}
    assert steps["train"]["versions"] == {"pyarrow": "1.2.3"}
    assert (steps["train"]["grade"], steps["train"]["verdict"]) == ("bitwise", "executed")


def test_rows_are_counted_at_each_step(trace):
    rows = {step["stage"]: step["rows"] for step in trace()[1]["stages"]}
    assert rows["ingest"] == {"records": 12, "rows": 11, "rejected": 1}
    assert rows["clean"] == {"rows_in": 11, "rows_out": 10}
    assert rows["split"] == {"train": 6, "valid": 2, "test": 2}
    assert rows["tokenize"]["rows"] == 8


def test_the_base_is_named(trace):
    base = trace()[1]["base"]
    assert (base["source"], base["name"], base["licence"]) == ("build", "toy-base", "apache-2.0")
    statement = json.loads(Path("lineage/base.json").read_text(encoding="utf-8"))
    assert base["sha256"] == statement["subject"][0]["digest"]["sha256"]


def test_an_edited_metric_is_not_believed(trace):
    path = Path("metrics/clean.json")
    path.write_text(path.read_text(encoding="utf-8").replace("11", "99"), encoding="utf-8")
    code, document, said = trace()
    assert (code, document["proved"]) == (1, False)
    assert said.startswith("tinh: clean is mismatch: metrics/clean.json")
    steps = {step["stage"]: step for step in document["stages"]}
    assert "rows" not in steps["clean"] or steps["clean"]["rows"] == {}


def test_without_a_model_it_is_one_line(toy, capsys):
    shutil.rmtree("data/merged")
    assert cli.run(["audit", "model"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("tinh: data/merged: merge is missing")
    assert said.err.count("\n") == 1


def test_the_tree_draws_every_stage_once(toy, capsys):
    assert cli.run(["audit", "model"]) == 0
    lines = capsys.readouterr().out.splitlines()
    drawn = [
        line.strip(" │├└─").split()[0] for line in lines if "─ " in line and "above" not in line
    ]
    assert drawn == ["merge", "train", "base", "tokenize", "split", "clean", "ingest"]
    assert any("base  (see above)" in line for line in lines)
    assert lines[-1] == "proved"
