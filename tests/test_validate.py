"""Great Expectations, really run: what passes, what is noted, what stops the pipeline."""

import json
import math
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from data_sections import run_stage
from data_sections import validate as section

from pipeline import baseline
from stages import environment, shards
from stages import rows as schema
from stages.errors import DataError, InputError, ParamsError
from stages.shards import Shard
from stages.validate import drift, frame, stage
from stages.validate.drift import Profile
from stages.validate.frame import measured
from stages.validate.suite import expected_of


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    for name, value in environment.TELEMETRY_OFF.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    Path("baseline.json").write_text(json.dumps(BASELINE), encoding="utf-8")
    return tmp_path


BASELINE = {"rows": 4, "chars": {"8": 4}, "sources": {"a.jsonl": 4}, "tasks": {"t": 4}}


def row(content, rejected="", **values):
    messages = [{"role": "user", "content": "Hỏi?"}, {"role": "assistant", "content": content}]
    against = [{"role": "assistant", "content": rejected}] if rejected else []
    return {
        "row_id": schema.row_id(messages, against), "kind": "chat", "messages": messages,
        "rejected": against, "group": "g", "task": "t", "licence": "", "subject": None,
        "source": "a.jsonl", **values,
    }  # fmt: skip


def run(rows, **params):
    placed = [
        {**r, "offset": i * 2, "passage_start": 0, "passage_end": 0} for i, r in enumerate(rows)
    ]
    shard = Shard("s", "a.jsonl", 11, len(rows))
    shards.write_table(schema.rows_table(placed), Path("clean/rows/s.parquet"))
    shards.write_index(Path("clean"), [shard])
    run_stage(
        stage,
        rows=Path("clean"),
        baseline=Path("baseline.json"),
        metrics=Path("validate.json"),
        validate=section(**params),
    )
    return json.loads(Path("validate.json").read_text(encoding="utf-8"))


GOOD = [row("Được."), row("Bạn ơi."), row("Cảm ơn."), row("No.", rejected="Không ạ.")]
# Lengths 9, 11, 11, 15: steps 8, 8, 8, 12 of half an octave; the baseline has four of step 8.
LENGTH_PSI = round((3.5 - 4.5) / 5 * math.log(3.5 / 4.5) + (1.5 - 0.5) / 5 * math.log(3), 9)
DOCS = "data/validation/gx/uncommitted/data_docs/local_site/index.html"


def test_measures_count_every_message_of_a_row():
    table = schema.rows_table([{**r, "offset": 0} for r in (row("a@b.vn c@d.vn"), GOOD[3])])
    table = table.set_column(table.schema.get_field_index("offset"), "offset", pa.array([7, 9]))
    assert measured(table, {"leak_email": "@"}).drop_columns(["row_id"]).to_pydict() == {
        "offset": [7, 9],
        "source": ["a.jsonl", "a.jsonl"],
        "task": ["t", "t"],
        "kind": ["chat", "chat"],
        "messages": [2, 3],
        "roles": [0, 0],
        "nulls": [0, 0],
        "chars": [17, 15],
        "vietnamese": [1, 1],
        "leak_email": [1, 0],
    }


def test_good_rows_pass_and_the_docs_are_written_twice_the_same_metrics():
    first = run(GOOD)
    assert (first["success"], first["expectations"], first["failed"]) == (True, 15, [])
    assert [(c["column"], c["unexpected_count"], c["observed"]) for c in first["checks"]] == [
        ("row_id", 0, None), ("row_id", 0, None), ("task", 0, None), ("kind", 0, None),
        ("messages", 0, None), ("roles", 0, None), ("nulls", 0, None), ("chars", 0, None),
        ("leak_email", 0, None), ("mark_template", 0, None), ("", 0, 4.0), ("vietnamese", 0, 1.0),
        ("largest_task", 0, 1.0), ("length_psi", 0, LENGTH_PSI), ("source_shift", 0, 0.0),
    ]  # fmt: skip
    before = Path("validate.json").read_bytes()
    assert Path(DOCS).is_file()
    run(GOOD)
    assert Path("validate.json").read_bytes() == before


def test_a_shard_that_was_measured_is_not_measured_again(monkeypatch):
    first = run(GOOD)
    monkeypatch.setattr(frame, "measured", None)
    assert run(GOOD) == first
    with pytest.raises(TypeError):
        run(GOOD, placeholders__patterns={"template": "{{"})


def test_warnings_are_noted_and_stop_nothing():
    metrics = run(GOOD, rows__min_share=1.5, vietnamese__min_share=1.0)
    assert metrics["success"] is True
    assert [(f["expectation"], f["severity"], f["observed"]) for f in metrics["failed"]] == [
        ("expect_table_row_count_to_be_between", "warning", 4.0)
    ]


def test_a_leak_stops_everything_and_names_rows_and_docs():
    leaky = [row(f"Viết cho lan{i}@thu.vn") for i in range(5)]
    with pytest.raises(DataError) as error:
        run([*GOOD, *leaky])
    named = ", ".join(
        f"{r['row_id']} (a.jsonl:{11 + 2 * (4 + i)})" for i, r in enumerate(leaky[:3])
    )
    assert str(error.value) == (
        "expect_column_values_to_be_between(column=leak_email, max_value=0) is not met, "
        f"5 rows do not: {named}; see {DOCS}, mend or drop the rows"
    )
    assert not Path("validate.json").exists()
    assert Path(DOCS).is_file()


@pytest.mark.parametrize(
    ("rows", "params", "message"),
    [
        ([*GOOD, GOOD[0]], {}, "be_unique(column=row_id) is not met, 2 rows"),
        ([*GOOD, row("x", task=None)], {}, "not_be_null(column=task) is not met, 1 rows"),
        ([*GOOD, row("x", kind="image")], {}, "be_in_set(column=kind, value_set=['chat', "),
        (
            [*GOOD, {**row("x"), "messages": [{"role": "critic", "content": "x"}]}],
            {},
            "be_between(column=roles, max_value=0) is not met, 1 rows do not:",
        ),
        (
            [*GOOD, {**row("x"), "messages": [{"role": "user", "content": None}]}],
            {},
            "be_between(column=nulls, max_value=0) is not met, 1 rows do not:",
        ),
        (
            GOOD,
            {"balance__severity": "critical", "balance__max_share": 0.5},
            "max_to_be_between(column=largest_task, max_value=0.5) is not met, found 1;",
        ),
        (GOOD, {"chars__max": 9}, "be_between(column=chars, min_value=4, max_value=9) is not met"),
        (
            GOOD,
            {"rows__severity": "critical", "rows__min_share": 2.0},
            "count_to_be_between(min_value=8) is not met, found 4;",
        ),
    ],
)
def test_a_critical_expectation_that_fails_stops(rows, params, message):
    with pytest.raises(DataError) as error:
        run(rows, **params)
    assert message in str(error.value)


def test_a_row_without_messages_stops():
    with pytest.raises(DataError, match=r"column=messages, min_value=1\) is not met, 1 rows do"):
        run([*GOOD, {**row("x"), "messages": []}])


def test_the_least_row_count_is_rounded_up():
    suite = expected_of(section(rows__min_share=0.5), Profile(5, {}, {}, {}))
    counts = [e.arguments for e in suite if e.type == "expect_table_row_count_to_be_between"]
    assert counts == [{"min_value": 3}]


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "{}", '{"rows": 4}', json.dumps(BASELINE | {"rows": True}),
     json.dumps(BASELINE | {"tasks": {"t": "4"}})],
)  # fmt: skip
def test_a_baseline_that_is_none_is_refused(text):
    Path("baseline.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"baseline\.json is no .*`tinh baseline --write` makes"):
        run(GOOD)


def test_drift_from_the_baseline_is_noted():
    then = {"rows": 4, "chars": {"512": 4}, "sources": {"b.jsonl": 4}, "tasks": {"t": 4}}
    Path("baseline.json").write_text(json.dumps(then), encoding="utf-8")
    failed = run(GOOD)["failed"]
    assert [(f["column"], f["severity"]) for f in failed] == [
        ("length_psi", "warning"), ("source_shift", "warning"),
    ]  # fmt: skip
    assert failed[1]["observed"] == 1.0


def test_a_template_left_unfilled_is_noted():
    failed = run([*GOOD, row("Chào {{ name }}, bạn khỏe?")])["failed"]
    assert [(f["column"], f["unexpected_count"]) for f in failed] == [("mark_template", 1)]


def test_a_shard_of_another_schema_stops():
    run(GOOD)
    path = Path("clean/rows/s.parquet")
    shards.write_table(pq.read_table(path).drop_columns(["licence"]), path)
    with pytest.raises(DataError, match=r"s\.parquet has not the schema of rows \(columns licence"):
        list(stage.jobs_of(Path("clean"), {}))


def test_lengths_fall_into_steps_of_half_an_octave():
    assert [drift.step_of(n) for n in (0, 1, 2, 3, 4, 5, 6, 8, 11, 12, 16, 1000)] == [
        "0", "1", "2", "3", "4", "4", "6", "8", "8", "12", "16", "725",
    ]  # fmt: skip


def test_drift_is_none_for_equal_shares_and_known_for_others():
    assert drift.psi({"a": 10, "b": 10}, {"a": 10, "b": 10}) == 0.0
    expected = (15.5 - 5.5) / 21 * 2 * math.log(15.5 / 5.5)
    assert drift.psi({"a": 15, "b": 5}, {"a": 5, "b": 15}) == pytest.approx(expected)
    assert drift.shift({"a": 1}, {"a": 100}) == 0.0
    assert drift.shift({"a": 1, "b": 1}, {"a": 1, "c": 1}) == 0.5
    assert drift.shift({"a": 1}, {"b": 1}) == 1.0
    assert drift.largest_share({"a": 3, "b": 1}) == 0.75
    assert drift.largest_share({}) == 0.0


def test_a_baseline_is_what_the_rows_look_like():
    run(GOOD)
    Path("data/clean").parent.mkdir(exist_ok=True)
    Path("clean").rename("data/clean")
    assert baseline.drift(baseline.current()) == baseline.Drift(4, None, None, None)
    baseline.write(baseline.current())
    first = Path("data/baseline.json").read_bytes()
    assert json.loads(first) == {
        "rows": 4,
        "chars": {"8": 3, "12": 1},
        "sources": {"a.jsonl": 4},
        "tasks": {"t": 4},
    }
    assert baseline.drift(baseline.current()) == baseline.Drift(4, 4, 0.0, 0.0)
    baseline.write(baseline.current())
    assert Path("data/baseline.json").read_bytes() == first


def test_a_pattern_that_is_none_is_refused():
    with pytest.raises(ParamsError, match=r"validate\.leaks or \.placeholders: .*see RE2's syntax"):
        run(GOOD, leaks__patterns={"x": "("})
