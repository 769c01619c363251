"""Hostile and broken files: each record is accounted for, memory is bounded, nothing falls over."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stages.ingest.fates import entries
from stages.ingest.faults import REASONS
from stages.ingest.files import SourceFile
from stages.ingest.reading import Limits, read
from stages.ingest.sources import FORMATS, PACKINGS, reading

ROOT = Path(__file__).parent.parent
LIMITS = Limits(record=4096, unpacked=100_000)


def fates(path, limits=LIMITS):
    """(line, fate, reason) of each record of a file."""
    file = SourceFile(path, path.name, outside=False)
    what = reading(file, None)
    return [(e.line, e.fate, e.reason) for e in entries(read(file, what, limits), "a", what, b"")]


DEEP = "[" * 10_000 + "]" * 10_000
CORPUS = {
    "invalid_utf8.txt": (b"m\xe1\xbb\n\xff\xfe\xfd\ncuoi", ["invalid_utf8", "invalid_utf8", ""]),
    "nul.txt": (b"a\0b\n\0\n", ["", ""]),
    "nul.csv": (b"text\na\0b\n", [""]),
    "bom.jsonl": (b'\xef\xbb\xbf{"text": "a"}\n\xef\xbb\xbf{"text": "b"}', ["", ""]),
    "utf16.csv": ("text\r\nMuộn rồi\r\n".encode("utf-16"), [""]),
    "utf16_be.jsonl": (b"\xfe\xff" + '{"text": "Muộn"}'.encode("utf-16-be"), [""]),
    "utf16_torn.txt": (b"\xff\xfea\0\n\0b", ["", "invalid_utf8"]),
    "utf32.txt": ("Muộn\nrồi".encode("utf-32"), ["", ""]),
    "crlf.csv": (b'text\r\n"a\r\nb"\r\nc\r\n', ["", ""]),
    "cr_only.csv": (b"text\ra\rb", ["invalid_csv"]),
    "long.txt": (b"a\n" + b"x" * 5000 + b"\nb", ["", "too_large", ""]),
    "deep.jsonl": (f'{DEEP}\n{{"text": "a"}}'.encode(), ["too_large", ""]),
    "deep.json": (f'[{{"text": "a"}}, {DEEP[:4000]}'.encode(), ["", "invalid_json"]),
    "bushy.jsonl": (b'{"messages": ' + b"[" * 200 + b"]" * 200 + b"}", ["invalid_json"]),
    "twice.jsonl": (b'{"text": "a", "text": "b"}', ["invalid_json"]),
    "ragged.csv": (b"question,answer\na\nb,c\nd,e,f\n", ["invalid_csv", "", "invalid_csv"]),
    "open.csv": (b'text\n"never closed\nb\n', ["invalid_csv", ""]),
    "header_only.csv": (b"text,answer\n", ["empty_record"]),
    "empty.json": (b"", ["empty_record"]),
    "empty.csv": (b"", ["empty_record"]),
    "empty.parquet": (b"", ["damaged"]),
    "blank.txt": (b" \n\t\n", ["empty_record"]),
    "numbers.jsonl": (b'{"text": 1}\n{"text": null}\n3\n"a"\n', ["wrong_type"] * 2
                      + ["not_an_object"] * 2),
    "nan.jsonl": (b'{"text": NaN}\n{"text": "a", "n": 1e999}', ["invalid_json", ""]),
    "huge_number.jsonl": (b'{"text": ' + b"9" * 4000 + b"}", ["wrong_type"]),
    "surrogate.jsonl": (rb'{"text": "\ud800"}', ["invalid_json"]),
    "escaped_byte.jsonl": (rb'{"text": "\udcff"}', ["invalid_json"]),
    "unknown.pdf": (b"%PDF", ["unknown_format"]),
    "no_extension": (b"x", ["unknown_format"]),
    "torn.txt.gz": (gzip.compress(b"a\n" * 50, mtime=0)[:-6], None),
    "not.jsonl.zst": (b"x", ["damaged"]),
    "wrapped.json": (b'{"data": [{"text": "a"}, 4], "version": "1"}', ["", "not_an_object"]),
    "wrapped_torn.json": (b'{"data": [{"text": "a"}]', ["", "invalid_json"]),
    "squad_odd.json": (
        b'{"data": [{"paragraphs": [4, {"qas": [5, {"question": "a", "answers": []}]}, {}]}, '
        b'{"paragraphs": []}]}',
        ["not_an_object"] * 2 + ["empty_record"] * 3,
    ),
    "sep.csv": (b"sep=;\ntext;task\na;b\n", [""]),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(CORPUS))
def test_each_record_of_a_broken_file_has_its_reason(tmp_path, name):
    content, reasons = CORPUS[name]
    (tmp_path / name).write_bytes(content)
    found = fates(tmp_path / name)
    if reasons is None:
        assert found[-1][2] == "damaged"
    else:
        assert [reason for _, _, reason in found] == reasons
    assert len({line for line, _, _ in found}) == len(found)


def test_parquet_of_anything_but_text(tmp_path):
    table = pa.table({"text": [1, None], "b": [b"\xff", b""], "c": [[{"d": 1.5}], []]})
    pq.write_table(table, tmp_path / "a.parquet")
    assert fates(tmp_path / "a.parquet") == [(n, "rejected", "wrong_type") for n in (1, 2)]


def test_parquet_that_repeats_one_long_text_is_read_row_by_row(tmp_path):
    table = pa.table({"text": ["x" * 5000] * 300 + ["vừa"]})
    pq.write_table(table, tmp_path / "a.parquet")
    found = fates(tmp_path / "a.parquet")
    assert [reason for _, _, reason in found] == ["too_large"] * 300 + [""]


LINE = st.one_of(
    st.binary(max_size=30),
    st.dictionaries(
        st.sampled_from(
            ["text", "question", "answer", "answers", "messages", "chosen", "rejected"]
        ),
        st.one_of(st.text(max_size=8), st.integers(), st.none(), st.lists(st.text(), max_size=2)),
        max_size=3,
    ).map(lambda value: json.dumps(value).encode()),
    st.just(b'{"text": "c\xc3\xa2u"}'),
)
PACK = {"": bytes, "gzip": gzip.compress, "zstd": lambda b: pa.compress(b, "zstd", asbytes=True)}


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    content=st.lists(LINE, max_size=8).map(b"\n".join),
    suffix=st.sampled_from([*FORMATS, ".bin"]),
    packing=st.sampled_from(["", *PACKINGS]),
    cut=st.integers(0, 12),
)
def test_any_file_is_accounted_for_and_gives_the_same_twice(
    tmp_path, content, suffix, packing, cut
):
    data = PACK[PACKINGS.get(packing, "")](content)
    path = tmp_path / f"any{suffix}{packing}"
    path.write_bytes(data[: max(0, len(data) - cut)] if packing else data)
    found = fates(path, Limits(64, 500))
    assert found == fates(path, Limits(64, 500))
    assert found
    assert len({line for line, _, _ in found}) == len(found)
    assert all((fate == "kept") == (reason == "") for _, fate, reason in found)
    assert {reason for _, _, reason in found} <= {"", *REASONS}


MEASURED = """
import resource, sys
from pathlib import Path
from stages.ingest.files import SourceFile
from stages.ingest.reading import Limits, read
from stages.ingest.sources import reading
path = Path(sys.argv[1])
file = SourceFile(path, path.name, outside=False)
what = reading(file, None)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
limits = Limits(4 << 20, 1 << 28)
reasons = [str(getattr(r.record.value, "reason", "")) for r in read(file, what, limits)]
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(",".join(reasons), (after - before) // 1024)
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.csv", "a.json", "a.txt.gz", "a.txt.zst"])
def test_200_mb_in_a_line_and_bombs_take_little_memory(tmp_path, name):
    path = tmp_path / name
    start = b'["' if name == "a.json" else b"text\n" if name == "a.csv" else b""
    size = 400 << 20 if name.endswith((".gz", ".zst")) else 200 << 20
    write_long(path, start, size)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    reasons, grown = done.stdout.split()
    assert set(reasons.split(",")) == {"too_large"}
    assert int(grown) < 64  # MiB beyond what the imports take


def write_long(path, start, size):
    piece = b"x" * (1 << 20)
    if path.suffix == ".gz":
        with gzip.open(path, "wb", compresslevel=1) as file:
            for _ in range(size >> 20):
                file.write(piece)
    elif path.suffix == ".zst":
        with pa.CompressedOutputStream(str(path), "zstd") as file:
            for _ in range(size >> 20):
                file.write(piece)
    else:
        with path.open("wb") as file:
            file.write(start)
            for _ in range(size >> 20):
                file.write(piece)
