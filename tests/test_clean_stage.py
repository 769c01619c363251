"""The whole stage: ledger, conservation, groups, determinism."""

import json
import unicodedata

import pytest
from data_sections import clean as section
from data_sections import ingest as ingest_section
from data_sections import run_stage
from pydantic import ValidationError

from stages import rows as schema
from stages import shards
from stages.clean import stage
from stages.clean.params import NAMES
from stages.clean.shard import clean_row
from stages.errors import DataError
from stages.ingest import stage as ingest

PASSAGE = "Bà Lan ở xóm Đông trồng hai trăm gốc cam và bán cho chợ Bến Đá mỗi tuần hai lần."
RECORDS = [
    {"question": "Ai trồng cam?", "context": PASSAGE, "answer": "Bà Lan"},
    {"question": "Ai trồng cam?", "context": PASSAGE.upper(), "answer": "bà lan"},
    {"question": "Bán ở chợ nào?", "context": f"<p>{PASSAGE}</p>", "answer": "chợ Bến Ðá"},
    {"question": "Ai trồng cam?", "context": f"Tin: {PASSAGE}", "answer": "Bà Lan"},
    {"question": "Mấy giờ?", "answer": "  "},
    {"text": "The ferry was cancelled because of strong winds near the harbour."},
    {"text": "a"},
    {"text": "Câu này có trong bộ đề kiểm tra của năm nay nhé."},
    {"prompt": "Chào", "chosen": "Gọi 0912 345 678", "rejected": "Viết a@b.vn"},
]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "eval").mkdir()
    (tmp_path / "tombstones.jsonl").touch()
    (tmp_path / "eval" / "de.txt").write_text(
        "có trong bộ đề kiểm tra của năm nay", encoding="utf-8"
    )
    return tmp_path


def run(folder, records, shard_rows=3, name="", **params):
    lines = "\n".join(json.dumps(r, ensure_ascii=False) for r in records)
    (folder / "raw" / "a.jsonl").write_text(lines, encoding="utf-8")
    rows, out = folder / f"rows{name}", folder / f"clean{name}"
    run_stage(
        ingest,
        raw=folder / "raw",
        tombstones=folder / "tombstones.jsonl",
        rows=rows,
        metrics=folder / "ingest.json",
        ingest=ingest_section(shard_rows=shard_rows),
    )
    run_stage(
        stage,
        rows=rows,
        eval=folder / "eval",
        clean_rows=out,
        metrics=folder / "clean.json",
        clean=section(**params),
    )
    return json.loads((folder / "clean.json").read_text(encoding="utf-8"))


def read(folder, part, name=""):
    return [
        row
        for shard, table in shards.read_tables(folder / f"clean{name}", part)
        for row in shards.with_lines(table, shard).to_pylist()
    ]


def test_every_row_has_its_fate(folder):
    metrics = run(folder, RECORDS)
    ids = {e["line"]: e["row_id"] for e in read(folder, "ledger")}
    assert [(e["line"], e["fate"], e["reason"], e["detail"]) for e in read(folder, "ledger")] == [
        (1, "kept", "", ""),
        (2, "duplicate", "exact", ids[1]),
        (3, "kept", "", "html,d_stroke,whitespace"),
        (4, "near_duplicate", "minhash", ids[1]),
        (5, "rejected", "empty_answer", ""),
        (6, "rejected", "language", "en"),
        (7, "rejected", "too_short", "1 characters"),
        (8, "contaminated", "eval", "de.txt"),
        (9, "kept", "", "email,phone"),
    ]
    assert [row["line"] for row in read(folder, "rows")] == [1, 3, 9]
    assert metrics == {
        "rows_in": 9,
        "rows_out": 3,
        "by_reason": {
            "exact": 1, "minhash": 1, "empty_answer": 1, "language": 1, "too_short": 1, "eval": 1,
        },
        "changed_by_rule": {"html": 1, "d_stroke": 1, "whitespace": 2, "email": 1, "phone": 1},
    }  # fmt: skip


def test_a_cleaned_row_keeps_its_id_and_finds_its_group(folder):
    run(folder, RECORDS)
    first, dirty, pair = read(folder, "rows")
    assert dirty["row_id"] == schema.row_id(
        [
            {"role": "user", "content": f"<p>{PASSAGE}</p>\n\nBán ở chợ nào?"},
            {"role": "assistant", "content": "chợ Bến Ðá"},
        ],
        [],
    )
    assert dirty["messages"][0]["content"] == f"{PASSAGE}\n\nBán ở chợ nào?"
    assert (dirty["passage_start"], dirty["passage_end"]) == (0, len(PASSAGE))
    assert dirty["group"] == first["group"] == schema.group_of(PASSAGE)
    assert pair["messages"][1]["content"] == "Gọi [PHONE]"
    assert pair["rejected"] == [{"role": "assistant", "content": "Viết [EMAIL]"}]


def test_a_passage_at_the_end_is_found_again_after_cleaning():
    text = unicodedata.normalize("NFD", f"Tóm tắt.\n\n{PASSAGE}")
    row = {
        "row_id": "r", "group": "g", "rejected": [],
        "messages": [{"role": "user", "content": text}, {"role": "assistant", "content": "Cam."}],
        "passage_start": len(text) - len(unicodedata.normalize("NFD", PASSAGE)),
        "passage_end": len(text),
    }  # fmt: skip
    cleaned, changed = clean_row(row, NAMES)
    start, end = cleaned["passage_start"], cleaned["passage_end"]
    assert cleaned["messages"][0]["content"][start:end] == PASSAGE
    assert (cleaned["group"], changed) == (schema.group_of(PASSAGE), ("nfc",))
    assert row["messages"][0]["content"] == text


def test_two_runs_give_the_same_bytes_and_shard_sizes_the_same_rows(folder):
    run(folder, RECORDS, name="1")
    run(folder, RECORDS, name="2")
    files = [
        {p.relative_to(folder / f"clean{n}"): p.read_bytes() for p in sorted(every)}
        for n in "12"
        for every in [[p for p in (folder / f"clean{n}").rglob("*") if p.is_file()]]
    ]
    assert files[0] == files[1]
    assert len(files[0]) >= 5
    run(folder, RECORDS, shard_rows=50, name="3")
    places = [[(r["line"], r["messages"]) for r in read(folder, "rows", n)] for n in "13"]
    assert places[0] == places[1]


def test_rules_and_languages_can_be_switched_off(folder):
    metrics = run(folder, RECORDS, rules=[], languages=[])
    assert metrics["changed_by_rule"] == {}
    assert "language" not in metrics["by_reason"]
    assert [row["line"] for row in read(folder, "rows")] == [1, 3, 6, 9]


def test_an_unknown_or_doubled_rule_is_refused():
    with pytest.raises(ValidationError, match="no rule 'tidy'; there are: mojibake, html"):
        section(rules=["tidy"])
    with pytest.raises(ValidationError, match="rule 'nfc' stands twice"):
        section(rules=["nfc", "nfc"])


def test_nothing_left_is_an_error_that_says_why(folder):
    with pytest.raises(DataError) as error:
        run(folder, [RECORDS[4], RECORDS[4], RECORDS[6]])
    assert str(error.value) == (
        "clean kept none of 3 rows: 2 empty_answer, 1 too_short; add data, or loosen clean.*"
    )
