"""Decontamination against benchmark files."""

import json

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
        ("a.txt", b"\xff\xfe", r"a\.txt is no UTF-8 text; convert it"),
        ("a.jsonl", b'{"x": 1}\n{', r"a\.jsonl:2 is no JSON"),
        ("a.json", b"[", r"a\.json is no JSON"),
        ("a.json", b"[" * 99999, r"a\.json is no JSON"),
    ],
)
def test_a_benchmark_that_cannot_be_read_is_no_benchmark_passed(folder, name, content, message):
    (folder / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_benchmark(folder, 13, 8)


def test_the_folder_must_be_there(tmp_path):
    with pytest.raises(InputError, match="none does not exist; create it"):
        read_benchmark(tmp_path / "none", 13, 8)
