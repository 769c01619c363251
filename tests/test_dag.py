"""dvc.yaml → ordered stages: names, paths, order, and what happens to a broken file."""

from pathlib import Path

import pytest
from toy_project import REPOSITORY, STAGES

from pipeline import dag
from pipeline.dag import Stage
from stages.errors import InputError

pytest_plugins = ["toy_fixtures"]


def stage(name, deps=(), outs=()):
    return Stage(name, f"run {name}", tuple(deps), tuple(outs))


def test_stages_come_after_what_they_need_whatever_the_file_says(toy_fresh):
    assert [s.name for s in dag.load()] == STAGES


def test_templates_of_a_foreach_are_resolved(toy_fresh):
    found = {s.name: s for s in dag.load()}
    assert found["generate@tuned"] == Stage(
        name="generate@tuned",
        cmd="exec python -m toy generate@tuned --splits data/splits --model data/merged "
        "--predictions data/predictions/tuned.jsonl",
        deps=("data/merged", "data/splits", "toy.py"),
        outs=("data/predictions/tuned.jsonl",),
    )


def test_metrics_and_plots_are_outs_and_params_are_no_paths(toy_fresh):
    train = next(s for s in dag.load() if s.name == "train")
    assert train.deps == ("data/base", "data/tokens", "toy.py")
    assert set(train.outs) == {"data/adapter", "metrics/train.json", "metrics/train_curve.csv"}
    assert (train.metrics, train.plots) == (("metrics/train.json",), ("metrics/train_curve.csv",))
    assert train.params == ("train",)


def test_variables_come_from_where_dvc_takes_them(toy_fresh):
    Path("dvc.yaml").write_text(
        "vars: [folder: out]\nstages:\n  one:\n    cmd: echo ${train.lora.r}\n"
        "    outs: ['${folder}/one']\n",
        encoding="utf-8",
    )
    assert dag.load() == [Stage("one", "echo 8", (), ("out/one",))]


def test_a_revision_is_read_as_it_was_committed(toy_fresh):
    now = dag.load()
    Path("dvc.yaml").write_text("stages: {other: {cmd: echo, outs: [x]}}\n", encoding="utf-8")
    assert [s.name for s in dag.load()] == ["other"]
    assert dag.load(rev="HEAD") == now


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("stages: [", "dvc.yaml"),
        ("stages: {one: {outs: [x]}}", "cmd"),
        ("stages: {one: {cmd: echo, deps: ['${nowhere}']}}", "nowhere"),
        ("stages: {}", "no stage"),
    ],
)
def test_a_broken_file_is_one_line_that_says_what_is_wrong(toy_fresh, text, named):
    Path("dvc.yaml").write_text(text + "\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        dag.load()
    assert named in str(error.value)
    assert "\n" not in str(error.value)


def test_ready_stages_keep_the_order_of_the_file():
    stages = [stage("b", ["x"], ["b"]), stage("c", [], ["c"]), stage("a", [], ["x"])]
    assert [s.name for s in dag.ordered(stages)] == ["c", "a", "b"]


def test_a_file_inside_an_out_makes_an_edge():
    stages = [stage("user", ["data/base/tokenizer"]), stage("maker", [], ["data/base"])]
    assert [s.name for s in dag.ordered(stages)] == ["maker", "user"]
    assert [s.name for s in dag.upstream(stages[0], stages)] == ["maker"]


def test_a_name_that_only_begins_alike_makes_no_edge():
    stages = [stage("user", ["data/base2"]), stage("maker", [], ["data/base"])]
    assert dag.upstream(stages[0], stages) == []


def test_a_cycle_is_refused_by_name():
    stages = [stage("a", ["y"], ["x"]), stage("b", ["x"], ["y"]), stage("c", [], ["z"])]
    with pytest.raises(InputError, match="a, b"):
        dag.ordered(stages)


def test_the_writer_of_a_path_is_the_stage_in_whose_out_it_lies():
    stages = [stage("a", [], ["data/rows", "metrics/a.json"])]
    assert dag.writer("data/rows/index.parquet", stages) == stages[0]
    assert dag.writer("data/raw", stages) is None


def test_the_projects_own_dag_is_ordered(monkeypatch):
    names = [s.name for s in dag.load(REPOSITORY)]
    expected = ["ingest", "clean", "validate", "split", "tokenize", "train", "merge"]
    assert [n for n in names if n in expected] == expected
    assert names[-1] == "evaluate"
    assert {"base", "generate@base", "generate@tuned"} < set(names)
