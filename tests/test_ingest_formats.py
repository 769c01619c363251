"""Formats and sources: every example of docs/data-formats.md, named sources, packing, DVC."""

import gzip
import hashlib
import hmac
import json
import re
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from data_sections import ingest as section
from data_sections import run_stage

from pipeline import declare
from stages import shards
from stages.errors import ParamsError
from stages.ingest import stage, subjects

PAGE = Path(__file__).parent.parent / "docs/data-formats.md"
KEY = "k" * 32


@pytest.fixture
def raw(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "raw"
    folder.mkdir()
    (tmp_path / "tombstones.jsonl").touch()
    return folder


def run(raw, **params):
    root = raw.parent
    run_stage(
        stage, raw=raw, tombstones=root / "tombstones.jsonl", rows=root / "rows",
        metrics=root / "ingest.json", ingest=section(**params),
    )  # fmt: skip
    return json.loads((root / "ingest.json").read_text(encoding="utf-8"))


def read(raw, part):
    return [
        row
        for shard, table in shards.read_tables(raw.parent / "rows", part)
        for row in shards.with_lines(table, shard).to_pylist()
    ]


def texts(raw):
    return [[m["content"] for m in row["messages"]] for row in read(raw, "rows")]


def fates(raw):
    return [(e["line"], e["fate"], e["reason"], e["detail"]) for e in read(raw, "ledger")]


# --- the page -----------------------------------------------------------------------------------

EXAMPLES = re.findall(
    r"`(\w+\.\w+)`: (\d+) rows?\n\n```\w+\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL
)


@pytest.mark.parametrize(("name", "count", "content"), EXAMPLES, ids=[e[0] for e in EXAMPLES])
def test_an_example_of_the_page_is_read_whole(raw, name, count, content):
    (raw / name).write_text(content, encoding="utf-8")
    metrics = run(raw)
    assert (metrics["rows"], metrics["rejected"]) == (int(count), 0)


def test_the_binary_examples_of_the_page_are_read(raw, monkeypatch):
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL).group(1)
    subprocess.run([sys.executable, "-c", code], cwd=raw, check=True, capture_output=True)
    run(raw)
    assert [row["source"] for row in read(raw, "rows")] == [
        "dong_lua", "khach.parquet", "thu.txt.gz", "tin.jsonl.zst",
    ]  # fmt: skip
    assert texts(raw) == [
        ["Lúa chín vàng đồng."], ["Ai đến?", "Lan."], ["Thư đến muộn một ngày."],
        ["Tin về trong đêm."],
    ]  # fmt: skip


def test_squad_asks_each_question_with_its_passage(raw):
    (raw / "a.json").write_text(dict((n, c) for n, _, c in EXAMPLES)["bai_doc.json"])
    run(raw)
    assert texts(raw)[0] == ["Chợ họp sáu giờ ở bến.\n\nChợ họp lúc nào?", "sáu giờ"]


# --- sources ------------------------------------------------------------------------------------


def test_columns_constants_header_task_and_licence(raw):
    (raw / "a.txt").write_text("It rains.\tTrời mưa.\nIt is late.\tMuộn rồi.\n", encoding="utf-8")
    source = {
        "files": "a.txt", "format": "tsv", "header": ["en", "vi"], "task": "dich",
        "columns": {"input": "vi", "output": "en"}, "licence": "cc0-1.0",
        "constants": {"instruction": "Dịch sang tiếng Anh."}, "limit": 1,
    }  # fmt: skip
    run(raw, sources=[source])
    assert texts(raw) == [["Dịch sang tiếng Anh.\n\nTrời mưa.", "It rains."]]
    row = read(raw, "rows")[0]
    assert (row["task"], row["licence"]) == ("dich", "cc0-1.0")
    assert fates(raw) == [(1, "kept", "", ""), (2, "rejected", "over_limit", "1")]


def test_weight_keeps_the_same_rows_whatever_stands_around_them(raw):
    lines = [f"câu số {i}" for i in range(400)]
    (raw / "a.txt").write_text("\n".join(lines), encoding="utf-8")
    run(raw, sources=[{"files": "a.txt", "weight": 0.25}])
    quarter = {row[0] for row in texts(raw)}
    (raw / "a.txt").write_text("\n".join(["mới", *reversed(lines)]), encoding="utf-8")
    run(raw, sources=[{"files": "a.txt", "weight": 0.5}])
    half = {row[0] for row in texts(raw)}
    assert quarter < half
    assert 70 < len(quarter) < 130 and 160 < len(half) < 240
    left = [f for f in fates(raw) if f[1] == "rejected"]
    assert len(left) == 401 - len(half)
    assert {f[2:] for f in left} == {("not_sampled", "weight 0.5")}


def test_a_source_that_fits_no_file_is_refused(raw):
    (raw / "a.txt").write_text("x", encoding="utf-8")
    with pytest.raises(ParamsError, match=r"ingest.sources\[0\].files is 'b\*', which no file"):
        run(raw, sources=[{"files": "b*"}])


def test_a_subject_is_a_keyed_hash_in_rows_and_ledger(raw, monkeypatch):
    monkeypatch.setenv(subjects.VARIABLE, KEY)
    lines = [
        {"text": "Lan ở Huế.", "who": {"mail": "lan@example.vn "}},
        {"text": "Mai ở Vinh.", "who": {"mail": ""}},
        {"text": "Cúc ở Lào Cai."},
        {"text": "Đào ở Sa Pa.", "who": {"mail": 17}},
    ]
    (raw / "a.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    mark = subjects.fingerprint(KEY.encode())
    run(raw, subject_key=mark, sources=[{"files": "a.jsonl", "subject": "who.mail"}])
    lan = hmac.new(KEY.encode(), b"lan@example.vn", hashlib.sha256).hexdigest()
    number = hmac.new(KEY.encode(), b"17", hashlib.sha256).hexdigest()
    assert [row["subject"] for row in read(raw, "rows")] == [lan, number]
    assert [e["subject"] for e in read(raw, "ledger")] == [lan, None, None, number]
    assert [f[2] for f in fates(raw)] == ["", "no_subject", "no_subject", ""]
    held = b"".join(p.read_bytes() for p in raw.parent.rglob("*") if p.is_file() and "raw" not in
                    p.parts[len(raw.parent.parts) :])  # fmt: skip
    assert KEY.encode() not in held
    assert b"lan@example" not in held


def test_another_key_and_no_key_are_refused(raw, monkeypatch):
    (raw / "a.jsonl").write_text('{"text": "a", "id": "1"}', encoding="utf-8")
    source = {"files": "a.jsonl", "subject": "id"}
    monkeypatch.delenv(subjects.VARIABLE, raising=False)
    with pytest.raises(ParamsError, match=r"no key in TINH_SUBJECT_KEY or subject\.key"):
        run(raw, sources=[source])
    Path("subject.key").write_text("short")
    with pytest.raises(ParamsError, match="has 5 characters, at least 32 are needed"):
        run(raw, sources=[source])
    Path("subject.key").write_text(KEY)
    with pytest.raises(ParamsError, match="use the key that was declared"):
        run(raw, subject_key="0" * 16, sources=[source])


def test_a_key_is_made_once_and_declared(raw, monkeypatch):
    monkeypatch.delenv(subjects.VARIABLE, raising=False)
    profile = (PAGE.parent.parent / "params.yaml").read_text(encoding="utf-8")
    Path("params.yaml").write_text(profile, encoding="utf-8")
    mark = declare.write_subject_key()
    key = Path("subject.key").read_bytes()
    assert Path("subject.key").stat().st_mode & 0o777 == 0o600
    assert Path("params.yaml").read_text(encoding="utf-8") == profile.replace(
        'subject_key: ""', f'subject_key: "{mark}"'
    )
    assert (declare.write_subject_key(), Path("subject.key").read_bytes()) == (mark, key)
    Path("subject.key").unlink()
    with pytest.raises(ParamsError, match="declares a key that is not here"):
        declare.write_subject_key()


def test_a_given_encoding_is_used(raw):
    (raw / "a.txt").write_bytes("Événement à l'hôtel".encode("cp1252"))
    (raw / "b.txt").write_bytes("Chào".encode("utf-16-le"))
    sources = [
        {"files": "a.txt", "encoding": "cp1252"},
        {"files": "b.txt", "encoding": "utf-16-le"},
    ]
    run(raw, sources=sources)
    assert texts(raw) == [["Événement à l'hôtel"], ["Chào"]]
    assert [f[3] for f in fates(raw)] == ["cp1252", "utf-16-le"]


# --- packed files -------------------------------------------------------------------------------


def zstd(data):
    return pa.compress(data, "zstd", asbytes=True)


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".zst", zstd)])
def test_a_bomb_and_a_torn_file_lose_their_rest_and_say_so(raw, suffix, pack):
    (raw / f"a.txt{suffix}").write_bytes(pack(b"dong\n" * 4 + b"0" * 10_000_000))
    (raw / f"b.txt{suffix}").write_bytes(pack(b"dong\n")[:-5])
    (raw / f"c.txt{suffix}").write_bytes(b"khong nen")
    (raw / f"d.txt{suffix}").write_bytes(pack(b"mot\n") + pack(b"hai\n"))
    (raw / f"e.txt{suffix}").write_bytes(b"")
    run(raw, max_unpacked_bytes=20_000)
    found = [(e["source"][0], e["line"], e["reason"]) for e in read(raw, "ledger")]
    assert [f for f in found if f[0] == "a"] == [
        ("a", 1, ""), ("a", 2, ""), ("a", 3, ""), ("a", 4, ""), ("a", 5, "too_large"),
    ]  # fmt: skip
    assert [f[2] for f in found if f[0] == "b"][-1] == "damaged"
    assert [f for f in found if f[0] > "b"] == [
        ("c", 1, "damaged"), ("d", 1, ""), ("d", 2, ""), ("e", 1, "empty_record"),
    ]  # fmt: skip


# --- DVC ----------------------------------------------------------------------------------------


def dvc(*words, cwd):
    command = [sys.executable, "-m", "dvc", *words]
    subprocess.run(command, cwd=cwd, check=True, capture_output=True)


@pytest.mark.slow
def test_files_that_dvc_tracks_are_read(raw):
    outside = raw.parent / "xa.jsonl"
    outside.write_text('{"text": "Thư từ xa."}\n', encoding="utf-8")
    (raw / "gan.txt").write_text("Gần nhà.\n", encoding="utf-8")
    dvc("init", "--no-scm", cwd=raw.parent)
    dvc("import-url", str(outside), "raw/xa.jsonl", cwd=raw.parent)
    dvc("add", "raw/gan.txt", cwd=raw.parent)
    run(raw)
    assert texts(raw) == [["Gần nhà."], ["Thư từ xa."]]
    assert {e["source"] for e in read(raw, "ledger")} == {"gan.txt", "xa.jsonl"}
