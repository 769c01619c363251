"""After a change of the data: the bytes of a cold run, for the work that the change makes."""

import json
import random
from collections import Counter

import pytest
from data_sections import clean, compute, ingest, run_stage, split

from stages import memo as memos
from stages.clean import shard as clean_steps
from stages.clean import stage as clean_stage
from stages.ingest import stage as ingest_stage
from stages.split import shard as split_steps
from stages.split import stage as split_stage

ROWS, SHARD_ROWS = 600, 40


def line(number, rng):
    words = " ".join(f"tiếng{rng.randrange(10**6)}" for _ in range(20))
    record = {"instruction": f"Hỏi {number}: {words}?", "output": f"Đáp {words} {number}"}
    return json.dumps(record, ensure_ascii=False)


@pytest.fixture
def lines():
    rng = random.Random(7)
    found = [line(number, rng) for number in range(ROWS)]
    found[100] = found[20]  # an exact duplicate, shards apart
    found[400] = found[30].replace("?", "?!")  # and a near one
    return found


def run(folder, lines, **params):
    """Every out of ingest, clean and split (path → bytes) over ``lines`` as one file."""
    (folder / "raw").mkdir(exist_ok=True, parents=True)
    (folder / "eval").mkdir(exist_ok=True)
    (folder / "raw/a.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "tombstones.jsonl").touch()
    (folder / "validate.json").write_text('{"success": true}', encoding="utf-8")
    for name in ("rows", "clean", "splits"):
        for path in sorted((folder / name).rglob("*.parquet")):
            path.unlink()
    run_stage(
        ingest_stage, raw=folder / "raw", tombstones=folder / "tombstones.jsonl",
        rows=folder / "rows", metrics=folder / "ingest.json",
        ingest=ingest(shard_rows=SHARD_ROWS), compute=compute(workers=2),
    )  # fmt: skip
    run_stage(
        clean_stage, rows=folder / "rows", eval=folder / "eval", clean_rows=folder / "clean",
        metrics=folder / "clean.json", clean=clean(**params), compute=compute(workers=2),
    )  # fmt: skip
    run_stage(
        split_stage, rows=folder / "clean", validated=folder / "validate.json",
        splits=folder / "splits", metrics=folder / "split.json", split=split(),
        compute=compute(workers=2),
    )  # fmt: skip
    files = [folder / f"{name}.json" for name in ("ingest", "clean", "split")]
    files += [p for name in ("rows", "clean", "splits") for p in (folder / name).rglob("*.parquet")]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def calls(monkeypatch):
    """Calls that were really made, by function."""
    made = Counter()
    write = memos.write

    def counted(path, parts):
        made.update(["all"])
        write(path, parts)

    monkeypatch.setattr(memos, "write", counted)
    for name in ("repair", "judge", "sign"):
        _count(made, clean_steps, name, monkeypatch)
    for name in ("assign", "sign", "hold"):
        _count(made, split_steps, name, monkeypatch)
    return made


def _count(made, module, name, monkeypatch):
    function = getattr(module, name)

    def counted(*args, **settings):
        made[f"{module.__name__.split('.')[1]}.{name}"] += 1
        return function(*args, **settings)

    counted.__module__, counted.__qualname__ = function.__module__, function.__qualname__
    monkeypatch.setattr(module, name, counted)


CHANGES = {
    "append": lambda lines, new: [*lines, new],
    "insert at the top": lambda lines, new: [new, *lines],
    "edit": lambda lines, new: [*lines[:333], new, *lines[334:]],
    "delete": lambda lines, new: lines[:333] + lines[334:],
    "delete the kept one of two equals": lambda lines, new: lines[:20] + lines[21:],
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_costs_its_shards_and_gives_the_bytes_of_a_cold_run(
    tmp_path, lines, calls, monkeypatch, change
):
    run(tmp_path / "warm", lines)
    per_shard = [name for name in calls if "." in name]
    assert len(per_shard) == 6 and min(calls[name] for name in per_shard) >= 10
    changed = CHANGES[change](lines, line(10**4, random.Random(9)))
    calls.clear()
    warm = run(tmp_path / "warm", changed)
    assert max(calls[name] for name in per_shard) <= 2
    monkeypatch.setattr("stages.memo.FOLDER", tmp_path / "other")
    assert run(tmp_path / "cold", changed) == warm


def test_nothing_changed_calls_nothing(tmp_path, lines, calls):
    first = run(tmp_path, lines)
    calls.clear()
    assert run(tmp_path, lines) == first
    assert not calls


def test_another_limit_of_a_filter_repairs_and_signs_nothing_again(tmp_path, lines, calls):
    run(tmp_path, lines)
    shards = calls["clean.judge"]
    calls.clear()
    run(tmp_path, lines, min_chars=5)
    assert (calls["clean.repair"], calls["clean.judge"], calls["clean.sign"]) == (0, shards, 0)


def test_another_threshold_of_near_duplicates_does_no_row_again(tmp_path, lines, calls):
    run(tmp_path, lines)
    calls.clear()
    run(tmp_path, lines, near_duplicates__threshold=0.5)
    assert (calls["clean.repair"], calls["clean.judge"], calls["clean.sign"]) == (0, 0, 0)


def test_damaged_entries_are_redone_and_give_the_same_bytes(tmp_path, lines, calls):
    first = run(tmp_path, lines)
    entries = sorted(path for path in memos.FOLDER.rglob("*") if path.is_file())
    made = calls["all"]
    calls.clear()
    for number, path in enumerate(entries):
        content = path.read_bytes()
        middle = len(content) // 2
        flipped = content[:middle] + bytes([content[middle] ^ 16]) + content[middle + 1 :]
        path.write_bytes((content[:middle], flipped, b"")[number % 3])
    assert run(tmp_path, lines) == first
    assert calls["all"] == made == len(entries)
