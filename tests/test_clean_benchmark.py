"""Decontamination against benchmark files."""

import gzip
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stages.clean.benchmark import contaminated, read_benchmark
from stages.errors import InputError
from stages.near import hashed

LONG = "một hai ba bốn năm sáu bảy tám chín mười mười một mười hai mười ba mười bốn"
SHORT = "ai là người đầu tiên lên núi này?"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "README.md").write_text(f"{LONG}\n{SHORT}", encoding="utf-8")
    (tmp_path / ".gitignore").write_text(LONG, encoding="utf-8")
    return tmp_path


def met(folder, *texts, ngram=13, shortest=8):
    return contaminated(hashed(texts), read_benchmark(folder, ngram, shortest))


def test_an_empty_folder_meets_nothing(folder):
    assert met(folder, LONG, SHORT) == {}


def test_a_shared_run_of_syllables_is_met_and_a_shorter_one_is_not(folder):
    (folder / "b.txt").write_text(f"đầu dòng\n{LONG}\n", encoding="utf-8")
    words = LONG.split()
    thirteen = "xin chào " + " ".join(words[2:15]).upper() + ", hết"
    twelve = "xin chào " + " ".join(words[2:14]) + " hết"
    assert met(folder, "khác", thirteen, twelve) == {1: "b.txt"}


def test_a_short_benchmark_text_counts_whole(folder):
    (folder / "b.jsonl").write_text(
        json.dumps({"id": 1, "q": SHORT, "choices": ["núi này", {"x": LONG}]}), encoding="utf-8"
    )
    assert met(folder, f"Hỏi: {SHORT} Đáp: Lan", "lên núi này?", LONG) == {
        0: "b.jsonl",
        2: "b.jsonl",
    }
    assert met(folder, f"Hỏi: {SHORT} Đáp: Lan", shortest=9) == {}


def test_the_first_file_by_name_is_named(folder):
    (folder / "sub").mkdir()
    (folder / "sub" / "z.json").write_text(json.dumps([[LONG]]), encoding="utf-8")
    (folder / "c.csv").write_text(f'"{LONG}",1', encoding="utf-8")
    assert met(folder, LONG) == {0: "c.csv"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"\xc3\x28", r"a\.txt is no UTF-8 text; convert it"),
        ("a.jsonl", b'{"x": 1}\n{', r"a\.jsonl:2 is no JSON"),
        ("a.json", b"[", r"a\.json is no JSON"),
        ("a.json", b"[" * 99999, r"a\.json is no JSON"),
        ("a.jsonl.gz", b"no gzip", r"a\.jsonl\.gz cannot be read"),
        ("a.txt.gz", gzip.compress(LONG.encode() * 99, mtime=0)[:60], r"a\.txt\.gz cannot be read"),
        ("a.parquet", b"PAR1", r"a\.parquet cannot be read"),
    ],
)
def test_a_benchmark_that_cannot_be_read_is_no_benchmark_passed(folder, name, content, message):
    (folder / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_benchmark(folder, 13, 8)


def test_every_format_is_read(folder):
    record = {"id": 1, "q": SHORT, "choices": ["núi này", LONG]}
    line = json.dumps(record, ensure_ascii=False).encode()
    table = pa.Table.from_pylist([record])
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    arrow = io.BytesIO()
    with pa.ipc.new_stream(arrow, table.schema) as writer:
        writer.write_table(table)
    files = {
        "a.jsonl": line,
        "b.json": b"[" + line + b"]",
        "c.csv": f'q,a\n"{LONG}\n",1'.encode(),
        "d.tsv": f"q\ta\n{LONG}\t1".encode(),
        "e.txt": f"\ufeff{LONG}".encode(),
        "f.txt": LONG.encode("utf-16"),
        "g.jsonl.gz": gzip.compress(line, mtime=0),
        "h.json.zst": pa.compress(line, "zstd", asbytes=True),
        "i.csv.gz": gzip.compress(f'"{LONG}",1'.encode(), mtime=0),
        "j.parquet": buffer.getvalue(),
        "k.arrow": arrow.getvalue(),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
        assert met(folder, "khác", LONG) == {1: name}, name
        (folder / name).unlink()


def test_the_folder_must_be_there(tmp_path):
    with pytest.raises(InputError, match="none does not exist; create it"):
        read_benchmark(tmp_path / "none", 13, 8)
