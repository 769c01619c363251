"""The whole DAG on the micro profile: what runs, what does not, and what a failure leaves."""

import json

import pytest

pytestmark = pytest.mark.slow

AFTER_TRAIN = ["train", "merge", "generate@tuned", "evaluate"]


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def metrics(project, stage):
    return json.loads((project.path / "metrics" / f"{stage}.json").read_text())


def test_a_second_run_does_nothing_and_leaves_git_clean(project):
    ran, _ = project.repro()
    assert ran == []
    assert project.call("git", "status", "--porcelain").stdout == ""


def test_every_stage_is_attested(project):
    names = {path.stem for path in (project.path / "lineage").glob("*.json")}
    assert names == {
        "base", "ingest", "clean", "validate", "split", "tokenize", "train", "merge",
        "generate@base", "generate@tuned", "evaluate",
    }  # fmt: skip


def test_records_are_conserved(project):
    ingest, clean, split = (metrics(project, name) for name in ("ingest", "clean", "split"))
    assert ingest["records"] == ingest["rows"] + ingest["rejected"] + ingest["forgotten"]
    assert clean["rows_in"] == ingest["rows"]
    assert clean["rows_in"] == clean["rows_out"] + sum(clean["by_reason"].values())
    kept = split["train"] + split["valid"] + split["test"]
    assert clean["rows_out"] == kept + split["contaminated"]
    tokens = metrics(project, "tokenize")
    dropped = tokens["masked_rows"] + tokens["rejected_rows"]
    assert tokens["rows"] + dropped == split["train"] + split["valid"]


def test_another_rank_trains_merges_generates_and_scores_again(project):
    edit(project.path / "params.yaml", "r: 4 ", "r: 2 ")
    assert project.repro()[0] == AFTER_TRAIN


def test_editing_the_score_scores_again_and_nothing_else(project):
    path = project.path / "stages/evaluate/rouge.py"
    path.write_text(path.read_text() + "\n# a remark\n")
    assert project.repro()[0] == ["evaluate"]


def test_a_comment_in_clean_runs_clean_alone(project):
    path = project.path / "stages/clean/rules.py"
    path.write_text(path.read_text() + "\n# a remark\n")
    assert project.repro()[0] == ["clean"]


def test_ten_more_rows_run_the_path_but_not_the_base(project):
    rows = [
        {"instruction": "Cầu này dài bao nhiêu?", "task": "hoi_dap", "output": f"{40 + i} mét",
         "input": f"Xã số {i} vừa xây xong cầu Bến Mới {i}, dài {40 + i} mét, rộng {i} mét."}
        for i in range(10)
    ]  # fmt: skip
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (project.path / "data/raw/moi.jsonl").write_text(text, encoding="utf-8")
    ran, _ = project.repro()
    assert "base" not in ran
    assert ran[:2] == ["ingest", "clean"]
    assert ran[-1] == "evaluate"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("r: 4 ", "r: four ", "params.yaml: train.lora.r is 'four'"),
        ("r: 4 ", "rank: 4 ", "params.yaml: train.lora.r is missing"),
        ("source: build ", "source: hub ", "model.hub.revision is ''; give the 40 hexadecimal"),
        ("pyarrow: 26.0.1", "pyarrow: 1.0.0", "pip install pyarrow==1.0.0"),
    ],
)
def test_a_wrong_parameter_is_one_line_and_loses_nothing(project, old, new, message):
    before = sorted(path.name for path in (project.path / "data/merged").iterdir())
    edit(project.path / "params.yaml", old, new)
    _, done = project.repro(check=False)
    assert done.returncode != 0
    words = [line for line in done.stderr.splitlines() if message in line]
    assert len(words) == 1
    assert "Traceback" not in done.stderr + done.stdout
    project.call("git", "checkout", "params.yaml", "metrics")
    project.call("dvc", "checkout")
    assert sorted(path.name for path in (project.path / "data/merged").iterdir()) == before
    assert project.repro()[0] == []


def test_empty_raw_is_one_line(project):
    for path in (project.path / "data/raw").iterdir():
        path.unlink()
    _, done = project.repro(check=False)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr + done.stdout
    assert "data/raw" in done.stderr
