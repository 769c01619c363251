"""Ingest: every shape and format becomes rows, every fault a ledger line with its reason."""

import json
import os
import shutil
import unicodedata

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from data_sections import ingest as section
from data_sections import run_stage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stages import rows as schema
from stages import shards
from stages.errors import InputError
from stages.ingest import mapping, stage
from stages.ingest.faults import REASONS, Fault
from stages.ingest.sources import FORMATS

ALPACA = {"instruction": "Dịch câu sau.", "input": "Trời mưa.", "output": "It rains."}


def user(text):
    return {"role": "user", "content": text}


def assistant(text):
    return {"role": "assistant", "content": text}


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


def run(raw, tombstones="", **params):
    root = raw.parent
    (root / "tombstones.jsonl").write_text(tombstones, encoding="utf-8")
    run_stage(
        stage,
        raw=raw,
        tombstones=root / "tombstones.jsonl",
        rows=root / "rows",
        metrics=root / "ingest.json",
        ingest=section(**params),
    )
    return json.loads((root / "ingest.json").read_text(encoding="utf-8"))


def read(raw, part):
    return [
        row
        for shard, table in shards.read_tables(raw.parent / "rows", part)
        for row in shards.with_lines(table, shard).to_pylist()
    ]


def fates(raw):
    """(line, fate, reason) of every record, in order."""
    return [(e["line"], e["fate"], e["reason"]) for e in read(raw, "ledger")]


def contents(raw):
    return [[m["content"] for m in row["messages"]] for row in read(raw, "rows")]


# --- shapes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "messages", "passage"),
    [
        (ALPACA, [user("Dịch câu sau.\n\nTrời mưa."), assistant("It rains.")], "Trời mưa."),
        (
            {"instruction": "Kể chuyện.", "input": " ", "output": "Xưa…"},
            [user("Kể chuyện."), assistant("Xưa…")],
            "",
        ),
        (
            {"question": "Ai đến?", "context": "Lan đến.", "answer": "Lan"},
            [user("Lan đến.\n\nAi đến?"), assistant("Lan")],
            "Lan đến.",
        ),
        ({"question": "1+1?", "answer": "2"}, [user("1+1?"), assistant("2")], ""),
        ({"document": "Dài.", "summary": "Ngắn."}, [user("Dài."), assistant("Ngắn.")], "Dài."),
        ({"prompt": "Hỏi", "completion": "Đáp"}, [user("Hỏi"), assistant("Đáp")], ""),
        ({"prompt": "Hỏi", "response": "Đáp"}, [user("Hỏi"), assistant("Đáp")], ""),
        ({"text": "Một câu."}, [{"role": "text", "content": "Một câu."}], ""),
        (
            {"messages": [{"role": "system", "content": "S"}, user("a"), assistant("b")]},
            [{"role": "system", "content": "S"}, user("a"), assistant("b")],
            "",
        ),
        (
            {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]},
            [user("a"), assistant("b")],
            "",
        ),
        (
            {"prompt": "một hai ba bốn năm sáu bảy tám", "completion": "chín"},
            [user("một hai ba bốn năm sáu bảy tám"), assistant("chín")],
            "một hai ba bốn năm sáu bảy tám",
        ),
    ],
)
def test_a_shape_becomes_messages_and_its_passage_is_known(record, messages, passage):
    row = mapping.row_of(record)
    assert row.messages == messages
    assert row.rejected == []
    start, end = row.passage
    assert schema.first_user(messages)[start:end] == passage


def test_a_preference_pair_keeps_the_rejected_answer_apart():
    row = mapping.row_of({"prompt": "Hỏi", "chosen": "Đúng", "rejected": "Sai"})
    assert row.kind == "preference"
    assert row.messages == [user("Hỏi"), assistant("Đúng")]
    assert row.rejected == [assistant("Sai")]


def test_task_and_licence_come_along():
    row = mapping.row_of({**ALPACA, "task": "dich", "license": "cc-by-4.0"})
    assert (row.task, row.licence) == ("dich", "cc-by-4.0")


@pytest.mark.parametrize(
    ("record", "reason", "detail"),
    [
        ([1], "not_an_object", "a list"),
        (None, "not_an_object", "a null"),
        ({}, "empty_record", "an object without keys"),
        ({"b": 1, "a": 2}, "unknown_shape", "keys: a, b"),
        ({"question": "?", "answer": 4}, "wrong_type", "answer is a int, not text"),
        ({"text": None}, "wrong_type", "text is a null, not text"),
        ({**ALPACA, "input": ["x"]}, "wrong_type", "input is a list, not text"),
        ({**ALPACA, "task": 3}, "wrong_type", "task is a int, not text"),
        ({"messages": "hi"}, "wrong_type", "messages is a str, not a list"),
        ({"messages": [3]}, "wrong_type", "messages[0] is a int, not an object"),
        ({"messages": []}, "empty_record", "messages is empty"),
        (
            {"messages": [user("a"), {"role": "tool", "content": "b"}]},
            "wrong_type",
            "messages[1].role is none of system, user, assistant",
        ),
        (
            {"messages": [{"role": "user", "content": 1}]},
            "wrong_type",
            "messages[0].content is a int, not text",
        ),
        ({"question": " ", "answer": ""}, "empty_record", "no text in it"),
    ],
)
def test_what_is_no_row_has_a_reason(record, reason, detail):
    assert mapping.row_of(record) == Fault(reason, detail)


# --- lines --------------------------------------------------------------------------------------


def test_jsonl_keeps_lines_and_passes_blank_ones(raw):
    good = json.dumps({"text": "Chào"}).encode()
    lines = [
        b"\xef\xbb\xbf" + good,
        b"",
        good + b"\r",
        b'{"text": "cut',
        b'{"text": "\xff"}',
        b"[1]",
        b'{"text": "a", "text": "b"}',
        b'{"text": NaN}',
        good + b" x",
        b'{"text": "\\ud800"}',
        b"[" * 100_000,
        b'{"text": ' + b"9" * 5000 + b"}",
    ]
    (raw / "a.jsonl").write_bytes(b"\n".join(lines))
    metrics = run(raw, max_record_bytes=200_000)
    assert fates(raw) == [
        (1, "kept", ""),
        (3, "kept", ""),
        (4, "rejected", "invalid_json"),
        (5, "rejected", "invalid_utf8"),
        (6, "rejected", "not_an_object"),
        *[(n, "rejected", "invalid_json") for n in range(7, 13)],
    ]
    assert metrics["by_reason"] == {"invalid_json": 7, "invalid_utf8": 1, "not_an_object": 1}
    assert metrics["by_source"] == {"a.jsonl": {"records": 11, "rows": 2}}


def test_a_long_line_costs_only_itself(raw):
    lines = ["ngắn", "x" * 1001, "y" * 5000, "vừa " + "z" * 995, "cuối"]
    (raw / "a.txt").write_text("\n".join(lines), encoding="utf-8")
    run(raw, max_record_bytes=1001)
    assert fates(raw) == [
        (1, "kept", ""),
        (2, "kept", ""),
        (3, "rejected", "too_large"),
        (4, "kept", ""),
        (5, "kept", ""),
    ]
    assert contents(raw)[1:] == [["x" * 1001], [lines[3]], ["cuối"]]


def test_a_line_at_the_limit_is_read_and_one_byte_more_is_not(raw):
    for end in ("\n", "\r\n", ""):
        (raw / "a.txt").write_bytes(b"a" * 64 + end.encode())
        (raw / "b.txt").write_bytes(b"a" * 65 + end.encode())
        run(raw, max_record_bytes=64)
        assert fates(raw) == [(1, "kept", ""), (1, "rejected", "too_large")]


def test_csv_rows_are_counted_by_the_line_they_start_on(raw):
    (raw / "a.csv").write_text(
        'question,answer\n"Một\nhai",2\n\nx,y,z\n"mở, không đóng\nb,3\nc,"4"\nđ\n',
        encoding="utf-8",
    )
    run(raw)
    assert fates(raw) == [
        (2, "kept", ""),
        (5, "rejected", "invalid_csv"),
        (6, "rejected", "invalid_csv"),
        (7, "kept", ""),
        (8, "kept", ""),
        (9, "rejected", "invalid_csv"),
    ]
    assert contents(raw) == [["Một\nhai", "2"], ["b", "3"], ["c", "4"]]


def test_csv_with_semicolons_and_a_broken_byte(raw):
    (raw / "a.csv").write_bytes(
        "question;answer\nMấy giờ?;Ba\n".encode() + b"\xff;x\n" + "Ở đâu?;Huế\n".encode()
    )
    run(raw)
    assert fates(raw) == [(2, "kept", ""), (3, "rejected", "invalid_utf8"), (4, "kept", "")]


def test_a_csv_header_that_names_a_column_twice_fails_the_file(raw):
    (raw / "a.csv").write_text("text,text\na,b\n", encoding="utf-8")
    (raw / "b.txt").write_text("x", encoding="utf-8")
    run(raw)
    assert fates(raw) == [(1, "rejected", "invalid_csv"), (1, "kept", "")]


def test_tsv_is_read_with_and_without_quotes(raw):
    (raw / "a.tsv").write_text(
        'question\tanswer\n"Hỏi"\t"Đáp"\n"Ừ" nhỉ\tvâng\n"mở\tđóng\n', encoding="utf-8"
    )
    run(raw)
    assert contents(raw) == [["Hỏi", "Đáp"], ['"Ừ" nhỉ', "vâng"], ['"mở', "đóng"]]


# --- documents ----------------------------------------------------------------------------------


def test_json_array_is_numbered_by_element(raw):
    (raw / "a.json").write_text(
        '[\n {"text": "một"},\n 5, {"text": "hai", "text": "ba"},\n {"text": "bốn"}]\n',
        encoding="utf-8-sig",
    )
    run(raw)
    assert fates(raw) == [
        (1, "kept", ""),
        (2, "rejected", "not_an_object"),
        (3, "rejected", "invalid_json"),
        (4, "kept", ""),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[{"text": "a"}, {"text": "b', [(1, "kept", ""), (2, "rejected", "invalid_json")]),
        ('[{"text": "a"}', [(1, "kept", ""), (2, "rejected", "invalid_json")]),
        ('[{"text": "a"}] x', [(1, "kept", ""), (2, "rejected", "invalid_json")]),
        ('{"text": "a"}\n{"text": "b"}', [(1, "kept", ""), (2, "kept", "")]),
        ('[{"text": "a"}, ' + "[" * 99999, [(1, "kept", ""), (2, "rejected", "invalid_json")]),
        ('{"text": "a"}\n' + "1" * 5000, [(1, "kept", ""), (2, "rejected", "invalid_json")]),
    ],
)
def test_json_that_breaks_off_loses_what_follows_and_says_so(raw, text, expected):
    (raw / "a.json").write_text(text, encoding="utf-8")
    run(raw, max_record_bytes=10**6)
    assert fates(raw) == expected


def test_a_broken_byte_in_a_json_array_costs_one_element(raw):
    (raw / "a.json").write_bytes('[{"text": "được"}, {"text": "'.encode() + b'\xff"}]')
    run(raw)
    assert fates(raw) == [(1, "kept", ""), (2, "rejected", "invalid_utf8")]


def test_json_is_read_across_chunks(raw, monkeypatch):
    monkeypatch.setattr("stages.ingest.documents.CHUNK", 7)
    values = [{"text": f"câu số {i}"} for i in range(20)]
    (raw / "a.json").write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
    run(raw)
    assert contents(raw) == [[value["text"]] for value in values]


def test_parquet_rows_and_a_file_that_is_none(raw):
    table = pa.table({"question": ["Ai?", None], "answer": ["Lan", "x"]})
    pq.write_table(table, raw / "a.parquet")
    (raw / "b.parquet").write_bytes(b"PAR1 nothing")
    run(raw)
    assert fates(raw) == [
        (1, "kept", ""),
        (2, "rejected", "wrong_type"),
        (1, "rejected", "damaged"),
    ]


# --- encodings ----------------------------------------------------------------------------------

OLD = "Trường làng mở lại lớp đêm; bà Sương dạy chữ cho người lớn tuổi ở xã Đông."


def cp1258(text):
    """Letters with their own sign in the code page, tone marks after them."""
    tones = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))
    found = bytearray()
    for letter in text:
        apart = unicodedata.normalize("NFD", letter)
        base = unicodedata.normalize("NFC", apart.translate(tones))
        found += (base + "".join(c for c in apart if ord(c) in tones)).encode("cp1258")
    return bytes(found)


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.csv", "a.json"])
def test_a_file_in_windows_1258_is_read_in_every_format(raw, name):
    texts = {
        "a.txt": f"{OLD}\n{OLD}",
        "a.jsonl": json.dumps({"text": OLD}, ensure_ascii=False),
        "a.csv": f"text\n{OLD}\n",
        "a.json": json.dumps([{"text": OLD}], ensure_ascii=False),
    }
    (raw / name).write_bytes(cp1258(texts[name]))
    run(raw)
    assert contents(raw)[0] == [OLD]


def test_a_legacy_line_in_a_utf8_file_is_read_alone(raw):
    (raw / "a.txt").write_bytes(f"{OLD}\n".encode() + cp1258(OLD) + f"\n{OLD} Hết.".encode())
    run(raw)
    assert contents(raw) == [[OLD], [OLD], [f"{OLD} Hết."]]
    assert [e["detail"] for e in read(raw, "ledger")] == ["", "cp1258", ""]


def test_bytes_that_read_as_no_vietnamese_stay_rejected(raw):
    (raw / "a.txt").write_bytes(bytes(range(128, 256)) * 4)
    (raw / "b.txt").write_text("Được.", encoding="utf-8")
    run(raw)
    assert fates(raw) == [(1, "rejected", "invalid_utf8"), (1, "kept", "")]


# --- files --------------------------------------------------------------------------------------


def test_files_that_are_no_data_are_skipped_or_named(raw, tmp_path):
    outside = tmp_path / "secret.txt"
    outside.write_text("mật", encoding="utf-8")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x.txt").write_text("mật", encoding="utf-8")
    (raw / "sub").mkdir()
    (raw / "__pycache__").mkdir()
    (raw / "__pycache__" / "x.txt").write_text("x", encoding="utf-8")
    for name in (".gitignore", ".hidden.txt", "data.dvc"):
        (raw / name).write_text("x", encoding="utf-8")
    (raw / "sub" / "a.txt").write_text("a", encoding="utf-8")
    (raw / "b.pdf").write_bytes(b"%PDF")
    (raw / "c.txt").write_text("\n \n", encoding="utf-8")
    (raw / "d.txt").symlink_to(outside)
    (raw / "e").symlink_to(tmp_path / "other")
    (raw / "f.txt").symlink_to(raw / "sub" / "a.txt")
    (raw / "g").symlink_to(raw / "sub")
    os.mkfifo(raw / "h.txt")
    run(raw)
    assert [(e["source"], e["fate"], e["reason"]) for e in read(raw, "ledger")] == [
        ("b.pdf", "rejected", "unknown_format"),
        ("c.txt", "rejected", "empty_record"),
        ("d.txt", "rejected", "outside"),
        ("e", "rejected", "outside"),
        ("f.txt", "kept", ""),
        ("h.txt", "rejected", "unknown_format"),
        ("sub/a.txt", "kept", ""),
    ]


def test_a_tombstoned_row_is_forgotten_wherever_it_stands(raw):
    lan, mai = ({"text": "Lan ở Huế."}, {"text": "Mai ở Vinh."})
    (raw / "a.jsonl").write_text("\n".join(map(json.dumps, (lan, mai))), encoding="utf-8")
    (raw / "b.txt").write_text("Lan ở Huế.", encoding="utf-8")
    forgotten = schema.row_id([{"role": "text", "content": "Lan ở Huế."}], [])
    metrics = run(raw, tombstones=json.dumps({"row_id": forgotten}) + "\n\n")
    assert fates(raw) == [
        (1, "forgotten", "tombstone"),
        (2, "kept", ""),
        (1, "forgotten", "tombstone"),
    ]
    assert (metrics["records"], metrics["rows"], metrics["forgotten"]) == (3, 1, 2)
    held = b"".join(p.read_bytes() for p in (raw.parent / "rows").rglob("*.parquet"))
    assert "Lan ở Huế".encode() not in held


# --- errors -------------------------------------------------------------------------------------


def test_no_folder_no_file_no_row_are_one_line_each(raw):
    with pytest.raises(InputError, match="raw holds no file; put at least one of "):
        run(raw)
    (raw / "a.pdf").write_bytes(b"%PDF")
    (raw / "b.jsonl").write_bytes(b"{}\n{")
    with pytest.raises(InputError) as error:
        run(raw)
    assert str(error.value) == (
        f"{raw} gave no row: 1 empty_record, 1 invalid_json, 1 unknown_format; the first is "
        f"{raw}/a.pdf:1 (unknown_format: no reader for .pdf); see docs/data-formats.md"
    )
    with pytest.raises(InputError, match="nowhere does not exist; put at least one data file"):
        run(raw.parent / "nowhere")


@pytest.mark.parametrize("line", ["{", "[1]", '{"id": "x"}', '{"row_id": 3}'])
def test_a_tombstone_without_id_is_named(raw, line):
    (raw / "a.txt").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match=r"tombstones.jsonl:2: no \{\"row_id\""):
        run(raw, tombstones='{"row_id": "a"}\n' + line)


# --- invariants ---------------------------------------------------------------------------------


def test_sources_keep_their_shards_when_another_one_changes(raw):
    for name in ("a", "b"):
        lines = (f"câu {name} số {i}" for i in range(300))
        (raw / f"{name}.txt").write_text("\n".join(lines), encoding="utf-8")
    run(raw, shard_rows=20)
    before = {p.name: p.read_bytes() for p in (raw.parent / "rows" / "rows").iterdir()}
    old = (raw / "a.txt").read_text(encoding="utf-8")
    (raw / "a.txt").write_text("câu mới\n" + old, encoding="utf-8")
    shutil.rmtree(raw.parent / "rows")
    run(raw, shard_rows=20)
    after = {p.name: p.read_bytes() for p in (raw.parent / "rows" / "rows").iterdir()}
    assert len(after) > 20
    assert len(set(after.items()) - set(before.items())) <= 2


LINE = st.one_of(
    st.binary(max_size=40),
    st.dictionaries(
        st.sampled_from(["text", "question", "answer", "instruction", "output", "messages"]),
        st.one_of(st.text(max_size=8), st.integers(), st.none(), st.lists(st.text(), max_size=2)),
        max_size=3,
    ).map(lambda value: json.dumps(value).encode()),
    st.just(b'{"text": "c\xc3\xa2u"}'),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    content=st.lists(LINE, max_size=12).map(b"\n".join),
    suffix=st.sampled_from([*FORMATS, ".bin"]),
)
def test_every_record_is_kept_or_has_a_reason(tmp_path_factory, content, suffix):
    raw = tmp_path_factory.mktemp("any") / "raw"
    raw.mkdir()
    (raw / f"any{suffix}").write_bytes(content)
    (raw / "z.txt").write_text("luôn có một câu", encoding="utf-8")
    metrics = run(raw, shard_rows=3, max_record_bytes=64)
    ledger = read(raw, "ledger")
    assert metrics["records"] == len(ledger) == metrics["rows"] + metrics["rejected"]
    assert metrics["rows"] == len(read(raw, "rows")) == sum(e["fate"] == "kept" for e in ledger)
    assert metrics["rejected"] == sum(metrics["by_reason"].values())
    assert all(e["reason"] in REASONS for e in ledger if e["fate"] == "rejected")
    assert len({(e["source"], e["line"]) for e in ledger}) == len(ledger)
    if suffix in (".jsonl", ".txt"):
        blank = (line.strip() for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n"))
        assert len(ledger) - 1 == max(sum(map(bool, blank)), 1) or not content.isascii()
    sizes = {s.name: s.records for s in shards.read_index(raw.parent / "rows")}
    assert sum(sizes.values()) == len(ledger)
