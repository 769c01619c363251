"""The shipped sample through ingest, clean and split, with the shipped parameters.

Every dirty record must meet the fate that its maker wrote down, every clean one must come through
untouched, and at every stage records in = records kept + records dropped by reason.
"""

import json
from collections import Counter
from pathlib import Path

import pytest
from data_sections import run_stage

from stages import params, shards
from stages.clean import stage as clean
from stages.clean.params import NAMES, Clean
from stages.clean.rules import apply
from stages.ingest import stage as ingest
from stages.ingest.params import Ingest
from stages.split import stage as split
from stages.split.params import Split

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Folder of the chain's results: rows, clean, splits and their metrics."""
    out = tmp_path_factory.mktemp("sample")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stages.memo.FOLDER", out / "shards")
        return run(out)


def run(out):
    document = params.read(ROOT / "params.yaml")
    run_stage(
        ingest,
        raw=ROOT / "data/raw",
        tombstones=ROOT / "data/tombstones.jsonl",
        rows=out / "rows",
        metrics=out / "ingest.json",
        ingest=Ingest.model_validate(document["ingest"]),
    )
    run_stage(
        clean,
        rows=out / "rows",
        eval=ROOT / "data/eval",
        clean_rows=out / "clean",
        metrics=out / "clean.json",
        clean=Clean.model_validate(document["clean"]),
    )
    (out / "validate.json").write_text('{"success": true}', encoding="utf-8")
    run_stage(
        split,
        rows=out / "clean",
        validated=out / "validate.json",
        splits=out / "splits",
        metrics=out / "split.json",
        split=Split.model_validate(document["split"]),
    )
    return out


def read(folder, part):
    """(source, line) → row, or ledger line."""
    return {
        (row["source"], row["line"]): row
        for shard, table in shards.read_tables(folder, part)
        for row in shards.with_lines(table, shard).to_pylist()
    }


def metrics(made, stage):
    return json.loads((made / f"{stage}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def expected():
    lines = (ROOT / "data/sample_fates.jsonl").read_text(encoding="utf-8").splitlines()
    return {(f["source"], f["line"]): f for f in map(json.loads, lines)}


def test_every_dirty_record_meets_its_fate(made, expected):
    ledgers = {"ingest": read(made / "rows", "ledger"), "clean": read(made / "clean", "ledger")}
    met = {
        at: (ledgers[f["stage"]][at]["fate"], ledgers[f["stage"]][at]["reason"])
        for at, f in expected.items()
        if at in ledgers[f["stage"]]
    }
    assert met == {at: (f["fate"], f["reason"]) for at, f in expected.items()}


def test_every_dirty_record_that_is_kept_becomes_exactly_what_it_should(made, expected):
    rows = read(made / "clean", "rows")
    kept = {at: f for at, f in expected.items() if f["fate"] == "kept"}
    assert len(kept) > 100
    for at, fate in kept.items():
        assert rows[at]["messages"] == fate["messages"], at
        for message in rows[at]["rejected"]:
            assert apply(message["content"], NAMES) == (message["content"], ()), at


def test_every_clean_record_comes_through_untouched(made, expected):
    before, after = read(made / "rows", "ledger"), read(made / "clean", "ledger")
    for at, entry in before.items():
        if at not in expected:
            assert entry["fate"] == "kept", at
            assert (after[at]["fate"], after[at]["detail"]) == ("kept", ""), at


def test_records_in_are_records_kept_and_dropped_at_every_stage(made):
    came = sum(1 for _ in read(made / "rows", "ledger"))
    for folder, parts in (
        ("rows", ["rows"]),
        ("clean", ["rows"]),
        ("splits", ["train", "valid", "test"]),
    ):
        ledger = read(made / folder, "ledger")
        left = {at for part in parts for at in read(made / folder, part)}
        assert len(ledger) == came
        assert {at for at, e in ledger.items() if e["fate"] == "kept"} == left
        assert sum(s.records for s in shards.read_index(made / folder)) == came
        came = len(left)


def test_metrics_count_what_the_ledgers_hold(made):
    for stage, folder, dropped in (
        ("ingest", "rows", "by_reason"),
        ("clean", "clean", "by_reason"),
    ):
        ledger = read(made / folder, "ledger").values()
        reasons = Counter(e["reason"] for e in ledger if e["fate"] != "kept")
        assert metrics(made, stage)[dropped] == dict(reasons)
    found, rows = metrics(made, "ingest"), metrics(made, "clean")
    assert found["records"] == found["rows"] + found["rejected"] + found["forgotten"]
    assert rows["rows_in"] == found["rows"]
    assert rows["rows_out"] == rows["rows_in"] - sum(rows["by_reason"].values())
    parts = metrics(made, "split")
    assert parts["rows"] == rows["rows_out"]
    assert parts["rows"] == sum(parts[k] for k in ("train", "valid", "test", "contaminated"))


def test_the_test_split_is_large_enough_for_every_task(made):
    parts = metrics(made, "split")
    assert parts["test_scorable"] >= 200
    assert len(parts["test_by_task"]) >= 4
    assert min(parts["test_by_task"].values()) >= 30
