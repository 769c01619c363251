"""The split: by group alone, apart from the test rows, never overlapping."""

import hashlib
import json

import pytest
from data_sections import run_stage
from data_sections import split as section
from pydantic import ValidationError

from stages import rows as schema
from stages import shards
from stages.errors import DataError
from stages.shards import Shard
from stages.split import stage
from stages.split.assign import place, split_of

ANSWER = "Bà Lan bán cam ở chợ Bến Đá mỗi tuần"


def groups_of(name, count=1):
    """The first ``count`` group names that the split's hash puts into ``name`` (0.2, 0.2)."""
    found = (f"g{i}" for i in range(10**6) if split_of(f"g{i}", 0.2, 0.2) == name)
    return [next(found) for _ in range(count)]


TRAIN, VALID, TEST = (groups_of(name, 4) for name in ("train", "valid", "test"))


def row(group, prompt, answer="Có.", kind="chat", task="t"):
    messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
    return {
        "row_id": schema.row_id(messages, []), "kind": kind, "messages": messages, "rejected": [],
        "group": group, "task": task, "licence": "", "subject": None, "source": "a.jsonl",
        "passage_start": 0, "passage_end": 0,
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "validate.json").write_text('{"success": true}', encoding="utf-8")
    return tmp_path


def run(folder, *parts, **params):
    index = []
    for i, rows in enumerate(parts):
        shard = Shard(f"s{i}", "a.jsonl", 1 + 100 * i, len(rows))
        table = schema.rows_table([{**r, "offset": at} for at, r in enumerate(rows)])
        shards.write_table(table, folder / "clean" / "rows" / f"s{i}.parquet")
        index.append(shard)
    shards.write_index(folder / "clean", index)
    run_stage(
        stage,
        rows=folder / "clean",
        validated=folder / "validate.json",
        splits=folder / "splits",
        metrics=folder / "split.json",
        split=section(**params),
    )
    return json.loads((folder / "split.json").read_text(encoding="utf-8"))


def read(folder, part):
    return [
        row
        for shard, table in shards.read_tables(folder / "splits", part)
        for row in shards.with_lines(table, shard).to_pylist()
    ]


def details(folder):
    """What the ledger says besides the reason, of each row that is dropped the test row's id."""
    return [e["detail"] for e in read(folder, "ledger")]


BASE = [row(TRAIN[0], "Trời hôm nay thế nào?"), row(VALID[0], "Ai đến?"), row(TEST[0], "Mấy giờ?")]


def test_place_is_sha256_of_the_group_in_the_unit_interval():
    digest = int(hashlib.sha256(b"split:abc").hexdigest()[:16], 16)
    assert place("abc") == (digest >> 11) / 2**53
    places = [place(str(i)) for i in range(4000)]
    assert 0 <= min(places) < 0.01 < 0.99 < max(places) < 1
    assert abs(sum(places) / 4000 - 0.5) < 0.02


def test_shares_are_cut_test_first_then_valid(monkeypatch):
    at = place("abc")
    assert split_of("abc", at + 1e-9, 0.1) == "test"
    assert split_of("abc", at, 1e-9) == "valid"
    assert split_of("abc", at / 2, at / 2) == "train"


def test_rows_go_where_their_group_says_and_every_row_is_in_the_ledger(folder):
    metrics = run(folder, BASE, [row(TEST[1], "Ở đâu?", kind="text"), row(TRAIN[1], "Vì sao?")])
    assert [(e["line"], e["fate"], e["reason"]) for e in read(folder, "ledger")] == [
        (1, "kept", "train"),
        (2, "kept", "valid"),
        (3, "kept", "test"),
        (101, "kept", "test"),
        (102, "kept", "train"),
    ]
    assert [r["line"] for r in read(folder, "test")] == [3, 101]
    assert metrics == {
        "rows": 5, "train": 2, "valid": 1, "test": 2, "contaminated": 0,
        "test_scorable": 1, "test_by_task": {"t": 1},
        "by_task": {"train": {"t": 2}, "valid": {"t": 1}, "test": {"t": 2}},
        "by_source": {
            "train": {"a.jsonl": 2}, "valid": {"a.jsonl": 1}, "test": {"a.jsonl": 2},
        },
    }  # fmt: skip


def test_adding_rows_moves_none(folder):
    rows = [row(f"g{i}", f"Câu hỏi số {i} là gì vậy?", answer=str(i)) for i in range(60)]
    run(folder, rows[:30])
    before = {e["row_id"]: e["reason"] for e in read(folder, "ledger")}
    run(folder, rows[45:], rows[:45])
    after = {e["row_id"]: e["reason"] for e in read(folder, "ledger")}
    assert len(after) == 60
    assert before.items() <= after.items()


def test_a_row_near_a_test_row_goes_and_names_it(folder):
    words = [f"tiếng{i}" for i in range(40)]
    held = row(TEST[0], " ".join(words))
    near = row(TRAIN[1], " ".join([*words[:39], "khác"]))
    far = row(TRAIN[2], " ".join(words[:20] + [f"lạ{i}" for i in range(20)]))
    metrics = run(folder, [*BASE[:2], near, far, held])
    assert [(e["line"], e["fate"], e["detail"]) for e in read(folder, "ledger")] == [
        (1, "kept", ""),
        (2, "kept", ""),
        (3, "contaminated", held["row_id"]),
        (4, "kept", ""),
        (5, "kept", ""),
    ]
    assert (metrics["contaminated"], metrics["rows"]) == (1, 5)


def test_near_rows_are_found_in_every_shard(folder):
    words = [f"tiếng{i}" for i in range(40)]
    held = [row(TEST[i], " ".join([*words, f"cuối{i}"])) for i in (1, 2)]
    parts = [
        [row(f"g{n}-{i}", " ".join([f"đầu{n}", *words, f"{i}"])) for i in range(9)]
        for n in range(3)
    ]
    near = [r for part in parts for r in part if split_of(r["group"], 0.2, 0.2) != "test"]
    held += [r for part in parts for r in part if split_of(r["group"], 0.2, 0.2) == "test"]
    run(folder, held[:2], *parts, [*BASE])
    dropped = {e["row_id"]: e["detail"] for e in read(folder, "ledger") if e["detail"]}
    assert dropped == dict.fromkeys((r["row_id"] for r in near), held[0]["row_id"])


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        (f"Hỏi gì? {ANSWER.upper()}, hết.", True),
        (ANSWER.replace(" ", "\n"), True),
        (f"x {ANSWER[:-4]}", False),
        (ANSWER.replace("Bến", "bến  "), True),
        (ANSWER.replace("cam", "cam,"), False),
    ],
)
def test_a_long_test_answer_must_not_stand_verbatim(folder, text, hit):
    held = row(TEST[1], "Một câu khác hẳn", answer=ANSWER)
    run(folder, [*BASE, held, row(TRAIN[1], "vô can"), row(TRAIN[2], text)])
    assert details(folder)[4:] == ["", held["row_id"] if hit else ""]


@pytest.mark.parametrize(
    ("answer", "hit"),
    [
        ("một hai ba bốn năm sáu bảy tám", False),
        ("một hai ba bốn năm sáu bảy tám chín", True),
        ("một - hai - ba - bốn - năm", True),
        ("- - - - - - - - - -", False),
    ],
)
def test_long_means_more_than_eight_words_however_they_are_split(folder, answer, hit):
    held = row(TEST[1], "Một câu khác hẳn", answer=answer)
    text = f"trước {answer} sau và nhiều tiếng nữa cho dài thêm một chút"
    run(folder, [*BASE, row(TRAIN[1], text), held])
    assert details(folder)[3] == (held["row_id"] if hit else "")


def test_of_several_test_rows_the_first_is_named(folder):
    held = [row(TEST[i], f"Câu {i}", answer=f"{ANSWER}, lần {i}") for i in (1, 2, 3)]
    other = " ".join(f"tiếng{i}" for i in range(90))
    run(folder, [*BASE, row(TRAIN[1], f"{ANSWER}, lần 3. {other}. {ANSWER}, lần 2.")], held)
    assert details(folder)[3] == held[1]["row_id"]


def test_the_same_content_in_train_and_valid_stops(folder):
    twin = row(VALID[1], "TRỜI hôm nay  thế nào?")
    with pytest.raises(DataError) as error:
        run(folder, [*BASE, twin])
    assert str(error.value) == (
        "a.jsonl:4 (valid) has the content of a.jsonl:1 (train); two splits must share no row: "
        "run clean again, or remove one of them"
    )


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        (0, "split 'train' would be empty: its share is 0.6 of 2 rows; add rows to data/raw, or "
            "lower the other shares"),
        (1, "split 'valid' would be empty: its share is 0.2 of 2 rows; add rows to data/raw, or "
            "raise split.valid_share"),
        (2, "split 'test' would be empty: its share is 0.2 of 2 rows; add rows to data/raw, or "
            "raise split.test_share"),
    ],
)  # fmt: skip
def test_an_empty_split_is_an_error_with_its_share(folder, missing, message):
    with pytest.raises(DataError) as error:
        run(folder, [r for i, r in enumerate(BASE) if i != missing])
    assert str(error.value) == message


def test_rows_that_did_not_pass_validation_are_not_split(folder):
    (folder / "validate.json").write_text('{"success": false}', encoding="utf-8")
    with pytest.raises(DataError, match="does not say success: true; run validate"):
        run(folder, BASE)


def test_shares_that_leave_nothing_are_refused():
    with pytest.raises(ValidationError, match="leave nothing to train on"):
        section(test_share=0.6, valid_share=0.4)
