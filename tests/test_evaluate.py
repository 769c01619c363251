"""The evaluate stage: figures of two models, their comparison, and what is refused."""

import csv
import json
import math

import pytest
from data_sections import compute

from stages import rows as schema
from stages import shards
from stages.errors import DataError
from stages.evaluate import compare, predictions, score, stage
from stages.evaluate.params import Evaluate
from stages.evaluate.predictions import Prediction

EVALUATE = Evaluate(
    tokenizer="syllable", fold_tones=False, sentences="newline", resamples=500, confidence=0.95,
    small_slice=3, length_bounds=[3], copy_ngram=3,
)  # fmt: skip
ANSWERS = ["bốn mươi tám mét", "năm 1997", "chị Lan\u2028bán cam 🍊", "chợ Bến Đá", "", "hai ba"]


def predicted(outputs, **changes):
    return [
        Prediction(
            row_id=f"id{i}", task="ngắn" if i % 2 else "dài", source="a.jsonl", line=i + 1,
            prompt=f"câu {i}", reference=reference, output=output,
            finish_reason="length" if i == 0 else "stop", reference_tokens=i + 1,
            reference_loss=0.5 * i, **changes,
        )
        for i, (reference, output) in enumerate(zip(ANSWERS, outputs, strict=True))
    ]  # fmt: skip


WRONG = predicted(["không"] * 5 + ["hai ba"])
RIGHT = predicted(ANSWERS)


def write(path, rows):
    text = "".join(json.dumps(vars(row), ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def run(tmp_path):
    """Score two sets of predictions beside one training row: report, scores, events."""
    messages = [{"role": "user", "content": "Ai?"}, {"role": "assistant", "content": "chợ Bến Đá"}]
    training = {
        "row_id": "train1", "kind": "chat", "messages": messages, "rejected": [], "group": "",
        "task": "", "licence": "", "subject": None, "source": "b.jsonl", "offset": 0,
        "passage_start": 0, "passage_end": 0,
    }  # fmt: skip
    shard = shards.Shard("s", "b.jsonl", 1, 1)
    table = schema.rows_table([training])
    shards.write_table(table, shards.table_path(tmp_path / "splits", "train", shard))
    shards.write_index(tmp_path / "splits", [shard])

    def call(base, tuned, evaluate=EVALUATE):
        paths = {name: tmp_path / name for name in ("metrics", "plot", "scores")}
        events = list(
            stage.run(
                base=write(tmp_path / "base.jsonl", base),
                tuned=write(tmp_path / "tuned.jsonl", tuned),
                splits=tmp_path / "splits", **paths, evaluate=evaluate, seed=42,
                compute=compute(),
            )
        )  # fmt: skip
        report = json.loads(paths["metrics"].read_text(encoding="utf-8"))
        lines = paths["scores"].read_text(encoding="utf-8").splitlines()
        return report, [json.loads(line) for line in lines], events, paths["plot"]

    return call


def test_every_figure_of_both_models(run):
    report, _, _, _ = run(WRONG, RIGHT)
    base, tuned = report["base"], report["tuned"]
    scorable = 5 / 6  # an empty output scores 0 against an empty reference
    assert tuned["rougeL"]["f1"] == tuned["rougeL"]["recall"] == pytest.approx(scorable)
    assert base["rouge1"]["f1"] == pytest.approx(1 / 6)
    assert (tuned["exact_match"]["value"], base["exact_match"]["value"]) == (1.0, 1 / 6)
    loss = sum(0.5 * i * (i + 1) for i in range(6)) / 21
    assert tuned["reference_loss"]["value"] == pytest.approx(loss)
    assert tuned["perplexity"]["value"] == pytest.approx(math.exp(loss))
    assert tuned["length_ratio"]["value"] == 1.0
    assert base["length_ratio"]["value"] == 7 / 15
    assert (tuned["empty"]["value"], base["empty"]["value"]) == (1 / 6, 0.0)
    assert tuned["cut_off"]["value"] == 1 / 6
    assert base["distinct1"] == 3 / 7
    assert report["rows"] == 6
    assert report["tokenizer"] == "syllable"
    assert report["signature"].endswith("|ci=bootstrap500@0.95|seed=42")
    assert report["chrf_signature"].startswith("chrF|nrefs:1|case:mixed")
    for model in (base, tuned):
        for name in ("rouge1", "rouge2", "rougeL", "rougeLsum"):
            figures = model[name]
            assert set(figures) == {"precision", "recall", "f1", "ci_low", "ci_high"}
            assert figures["ci_low"] <= figures["f1"] <= figures["ci_high"]


def test_differences_verdict_and_slices(run):
    report, _, _, _ = run(WRONG, RIGHT)
    assert report["delta"]["rougeL"]["f1"] == pytest.approx(4 / 6)
    assert report["delta"]["exact_match"]["value"] == pytest.approx(5 / 6)
    assert report["delta"]["reference_loss"] == {"value": 0.0, "ci_low": 0.0, "ci_high": 0.0}
    assert report["verdict"] == "better"
    assert run(RIGHT, WRONG)[0]["verdict"] == "worse"
    assert run(RIGHT, RIGHT)[0]["verdict"] == "undecided"
    long = report["slices"]["task"]["dài"]
    assert (long["rows"], long["small"], long["tuned_rougeL"]) == (3, False, pytest.approx(2 / 3))
    assert report["slices"]["length"]["4+"]["small"]
    assert set(report["slices"]["source"]) == {"a.jsonl"}
    worst = report["tuned"]["worst_slice"]
    assert (worst["kind"], worst["name"], worst["rows"]) == ("task", "dài", 3)
    assert worst["gap"]["value"] == pytest.approx(5 / 6 - 2 / 3)
    assert worst["gap"]["ci_low"] == 0.0 < worst["gap"]["value"] < worst["gap"]["ci_high"]


def test_slices_that_are_all_small_have_no_worst(run):
    report, _, _, _ = run(WRONG, RIGHT, EVALUATE.model_copy(update={"small_slice": 30}))
    assert report["tuned"]["worst_slice"] is None


def test_copied_outputs_name_the_training_row(run):
    report, scores, _, _ = run(WRONG, RIGHT)
    # 3-grams of the answers: two of the first, two of the third, one of the fourth
    assert report["tuned"]["copying"]["value"] == report["copying"]["reference"]["value"] == 1 / 5
    assert report["base"]["copying"]["value"] is None  # no output has three syllables
    assert [line["row_id"] for line in scores] == [f"id{i}" for i in range(6)]
    assert scores[3]["tuned"] == {
        "rouge1": 1.0, "rouge2": 1.0, "rougeL": 1.0, "rougeLsum": 1.0, "exact_match": 1.0,
        "chrf": pytest.approx(1.0), "copied": 1.0, "copied_from": ["train1"],
    }  # fmt: skip
    assert (scores[0]["tuned"]["copied"], scores[0]["tuned"]["copied_from"]) == (0.0, [])


def test_the_plot_and_the_table_have_the_metrics_numbers(run):
    report, _, events, plot = run(WRONG, RIGHT)
    with plot.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(x["model"], x["metric"]) for x in lines[:2]] == [
        ("base", "rouge1"), ("base", "rouge2"),
    ]  # fmt: skip
    assert all(float(x["f1"]) == report[x["model"]][x["metric"]]["f1"] for x in lines)
    (table,) = events
    assert table.rows[1] == (
        "id1", "ngắn", "câu 1", "năm 1997", "không", "năm 1997", 0.0, 1.0,
    )  # fmt: skip


def test_the_same_files_give_the_same_bytes(run, tmp_path):
    run(WRONG, RIGHT)
    first = {n: (tmp_path / n).read_bytes() for n in ("metrics", "plot", "scores")}
    run(WRONG, RIGHT)
    assert {n: (tmp_path / n).read_bytes() for n in first} == first


def test_losses_that_are_no_numbers_are_none_in_the_metrics(run):
    broken = predicted(ANSWERS)
    broken[2] = Prediction(**{**vars(broken[2]), "reference_loss": float("nan")})
    report, _, _, _ = run(WRONG, broken)
    assert report["tuned"]["reference_loss"]["value"] is None
    assert report["tuned"]["perplexity"]["value"] is None
    assert report["delta"]["reference_loss"]["value"] is None


def test_several_processes_score_as_one_does(monkeypatch):
    monkeypatch.setattr(score, "BLOCK", 2)
    one, two = (score.values_of(RIGHT, EVALUATE, n) for n in (1, 2))
    assert {n: v.tolist() for n, v in one.items()} == {n: v.tolist() for n, v in two.items()}


def test_rows_with_the_same_prompt_pool_their_references():
    rows = [
        Prediction(**{**vars(r), "prompt": "chung"}) if i in (0, 1) else r
        for i, r in enumerate(RIGHT)
    ]
    found = predictions.references(rows)
    assert found[0] == ("bốn mươi tám mét", "năm 1997")
    assert found[1] == ("năm 1997", "bốn mươi tám mét")
    assert found[2] == (ANSWERS[2],)


def test_the_comparison_is_the_one_of_the_stage(run):
    report, _, _, _ = run(WRONG, RIGHT)
    seed = stage.child(42, "bootstrap")
    found = compare.compare(WRONG, RIGHT, EVALUATE, seed=seed)
    delta = found.deltas["rougeL"]
    assert (found.verdict, found.rows) == ("better", 6)
    assert {"f1": delta.value, "ci_low": delta.low, "ci_high": delta.high} == pytest.approx(
        report["delta"]["rougeL"]
    )


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (RIGHT[:5], r"6 and 5 rows .*\(5 in common, not row id5\)"),
        (RIGHT[::-1], "6 in common, in another order"),
        ([Prediction(**{**vars(r), "reference": "x"}) for r in RIGHT], "0 in common, not row id0"),
        ([Prediction(**{**vars(r), "prompt": "x"}) for r in RIGHT], "0 in common, not row id0"),
    ],
)
def test_other_test_rows_are_refused(other, said):
    with pytest.raises(DataError, match=said):
        compare.compare(RIGHT, other, EVALUATE, seed=1)


@pytest.mark.parametrize("line", ["{", "[]", '{"row_id": "x"}', "7"])
def test_a_line_that_is_no_prediction_is_named(tmp_path, line):
    path = write(tmp_path / "p.jsonl", RIGHT)
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"p\.jsonl:7 is no prediction"):
        predictions.read(path)


def test_no_predictions_are_refused(tmp_path):
    with pytest.raises(DataError, match="holds no predictions"):
        predictions.read(write(tmp_path / "p.jsonl", []))
