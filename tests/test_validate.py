"""Great Expectations, really run: what passes, what is noted, what stops the pipeline."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
from data_sections import run_stage
from data_sections import validate as section

from stages import environment, shards
from stages import rows as schema
from stages.errors import DataError, InputError, ParamsError
from stages.shards import Shard
from stages.validate import stage
from stages.validate.frame import measured
from stages.validate.suite import expected_of


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    for name, value in environment.TELEMETRY_OFF.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "baseline.json").write_text('{"rows": 4}', encoding="utf-8")
    return tmp_path


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
DOCS = "data/validation/gx/uncommitted/data_docs/local_site/index.html"


def test_measures_count_every_message_of_a_row():
    table = schema.rows_table([{**r, "offset": 0} for r in (row("a@b.vn c@d.vn"), GOOD[3])])
    table = table.append_column("line", pa.array([7, 9]))
    assert measured(table, {"email": "@"}).drop_columns(["row_id"]).to_pydict() == {
        "source": ["a.jsonl", "a.jsonl"],
        "line": [7, 9],
        "task": ["t", "t"],
        "messages": [2, 3],
        "chars": [17, 15],
        "vietnamese": [1, 1],
        "leak_email": [1, 0],
    }


def test_good_rows_pass_and_the_docs_are_written_twice_the_same_metrics():
    first = run(GOOD)
    assert first == {"success": True, "expectations": 8, "failed": []}
    before = Path("validate.json").read_bytes()
    assert Path(DOCS).is_file()
    run(GOOD)
    assert Path("validate.json").read_bytes() == before


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
    suite = expected_of(section(rows__min_share=0.5), 5)
    counts = [e.arguments for e in suite if e.type == "expect_table_row_count_to_be_between"]
    assert counts == [{"min_value": 3}]


@pytest.mark.parametrize("text", ["{", "[]", '{"rows": "4"}', '{"rows": true}'])
def test_a_baseline_without_a_row_count_is_refused(text):
    Path("baseline.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"baseline\.json (is no JSON|has no whole number)"):
        run(GOOD)


def test_a_pattern_that_is_none_is_refused():
    with pytest.raises(ParamsError, match=r"validate\.leaks\.patterns: .*see RE2's syntax"):
        run(GOOD, leaks__patterns={"x": "("})
