"""`tinh audit row`: finding a row, its fate at each stage, and whether the model saw it."""

import json
import shutil
import unicodedata
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from toy_project import TEXTS

from pipeline import cli
from stages.rows import row_id
from stages.shards import read_index, table_path

pytest_plugins = ["toy_fixtures"]


@pytest.fixture
def row(toy, capsys):
    """Runs the command: its JSON document."""

    def command(*words):
        assert cli.run(["audit", "row", *words, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return command


def fates(record):
    return {stage: (f["fate"], f["reason"]) for stage, f in record["fates"].items()}


def id_of(text):
    turns = [{"role": "user", "content": text}, {"role": "assistant", "content": text[::-1]}]
    return row_id(turns, [])


def refused(capsys, *words):
    """The one line with which the command ends."""
    assert cli.run(["audit", "row", *words]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    return said.err


def test_a_training_row_is_followed_to_its_pack(row):
    document = row("--at", "chat.jsonl:2")
    (found,) = document["records"]
    assert found["row_id"] == id_of("Trời mưa to")
    assert fates(found) == {
        "ingest": ("kept", ""),
        "clean": ("kept", ""),
        "split": ("kept", "train"),
        "tokenize": ("kept", ""),
    }
    shard = next(s for s in read_index(Path("data/tokens")) if s.source == "chat.jsonl")
    ledger = pq.read_table(table_path(Path("data/tokens"), "ledger", shard)).to_pylist()
    place = next(entry for entry in ledger if entry["row_id"] == found["row_id"])
    assert found["fates"]["tokenize"]["pack"] == place["pack"] == 1
    assert found["trained"] is True
    assert found["why"] == f"pack 1 of shard {shard.name}, from token 0"
    model = json.loads(Path("lineage/merge.json").read_text(encoding="utf-8"))["subject"][0]
    assert document["model"] == {
        "path": "data/merged", "sha256": model["digest"]["sha256"], "unproved": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("at", "why"),
    [
        ("data/raw/chat.jsonl:3", "ingest: rejected invalid_json"),
        ("chat.jsonl:6", "clean: duplicate exact"),
        ("chat.jsonl:4", "held out for the test"),
        ("chat.jsonl:7", "held out for valid"),
    ],
)
def test_a_row_that_was_not_trained_on_says_why(row, at, why):
    (found,) = row("--at", at)["records"]
    assert (found["trained"], found["why"]) == (False, why)
    assert f"{found['source']}:{found['line']}" == at.removeprefix("data/raw/")


def test_a_duplicate_names_the_row_kept_instead(row):
    (found,) = row("--at", "chat.jsonl:6")["records"]
    assert found["kept_instead"] == found["row_id"] == id_of("Xin chào")


def test_a_row_that_occurs_twice_is_two_records(row):
    found = row("--id", id_of("Xin chào"))["records"]
    assert [(r["line"], r["trained"]) for r in found] == [(1, True), (6, False)]


@pytest.mark.parametrize("text", ["trời  MƯA\nto", unicodedata.normalize("NFD", "Trời mưa")])
def test_text_is_found_whatever_its_case_spacing_and_normal_form(row, text):
    (found,) = row("--text", text)["records"]
    assert found["row_id"] == id_of("Trời mưa to")


def test_tones_count(row, capsys):
    assert "no row has this text" in refused(capsys, "--text", "Trơi mưa to")


def test_leading_digits_of_an_id_are_enough(row):
    whole = id_of("Mùa gặt")
    (found,) = row("--id", whole[:12].upper())["records"]
    assert found["row_id"] == whole


def test_a_line_inside_a_longer_record_is_that_record(row):
    (found,) = row("--at", "chat.jsonl:999")["records"]
    assert found["line"] == 9


def test_tokens_that_the_model_was_not_made_from_prove_nothing(row):
    Path("data/tokens/train").mkdir()
    Path("data/tokens/train/other.arrow").write_bytes(b"other tokens")
    (record,) = row("--at", "more.jsonl:1")["records"]
    assert record["trained"] is None
    assert "tokenize is mismatch" in record["why"]


def test_a_forged_model_proves_nothing(row):
    Path("data/merged/model.txt").write_text("another\n", encoding="utf-8")
    document = row("--at", "chat.jsonl:2")
    assert document["records"][0]["trained"] is None
    assert document["model"]["unproved"].startswith("merge is mismatch")


def test_without_a_model_nothing_was_trained_on(row):
    shutil.rmtree("data/merged")
    document = row("--at", "chat.jsonl:2")
    assert document["records"][0]["trained"] is None
    assert document["model"]["sha256"] is None


def test_stages_that_have_not_run_leave_the_answer_open(row):
    for folder in ("data/tokens", "data/splits"):
        shutil.rmtree(folder)
    (found,) = row("--at", "chat.jsonl:2")["records"]
    assert list(found["fates"]) == ["ingest", "clean"]
    assert (found["trained"], found["why"]) == (None, "not known after clean; run `dvc repro`")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "give one of --text, --id and --at"),
        (["--text", "a", "--id", "b"], "give one of"),
        (["--text", " "], "empty"),
        (["--at", "chat.jsonl"], "FILE:LINE"),
        (["--at", "chat.jsonl:x"], "FILE:LINE"),
        (["--at", "chat.jsonl:0"], "chat.jsonl, more.jsonl"),
        (["--at", "other.jsonl:1"], "chat.jsonl, more.jsonl"),
        (["--id", "zz"], "no row has the id zz"),
    ],
)
def test_a_question_without_an_answer_is_one_line(toy, capsys, words, said):
    assert said in refused(capsys, *words)


def test_an_id_that_fits_several_rows_asks_for_more(toy, capsys):
    first = [id_of(text)[0] for text in {*TEXTS, "one", "two", "three"}]
    shared = next(digit for digit in first if first.count(digit) > 1)
    assert "fits more than one row" in refused(capsys, "--id", shared)


def test_before_anything_ran_the_remedy_is_named(toy_fresh, capsys):
    assert "data/rows" in refused(capsys, "--at", "chat.jsonl:1")


def test_the_text_says_what_the_json_says(toy, capsys):
    assert cli.run(["audit", "row", "--at", "chat.jsonl:2"]) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[0] == f"chat.jsonl:2  row {id_of('Trời mưa to')}"
    assert "  trained   yes: pack 1 of shard " in said
    assert "Trời" not in said  # no text of a row is repeated
