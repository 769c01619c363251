"""The shard cache: what enters a key, and what happens to a damaged entry."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from stages import memo as memos
from stages.blob import Blob
from stages.errors import VersionError
from stages.memo import Keyed, MissingError

CALLS = []


def upper(data, *, mark):
    CALLS.append(data)
    return {"text": data.upper(), "mark": mark.encode()}


def pieces(blob: Blob, *, size):
    CALLS.append(blob.length)
    for start in range(0, blob.length, size):
        yield str(start), blob.read(start, start + size)


@pytest.fixture
def memo():
    CALLS.clear()
    return memos.opened(())


def test_a_call_is_made_once_and_then_recalled(memo):
    blob = Blob.of_bytes(b"abc")
    first, second = memo(upper, blob, mark="x"), memo(upper, blob, mark="x")
    assert first == second
    assert (first["text"].read(), first["mark"].read()) == (b"ABC", b"x")
    assert CALLS == [b"abc"]


def test_parts_chain_and_a_step_with_equal_input_is_not_repeated(memo):
    for start in (b"abc", b"ABC"):
        memo(upper, memo(upper, Blob.of_bytes(start), mark="1")["text"], mark="2")
    assert CALLS == [b"abc", b"ABC", b"ABC"]


def test_a_file_is_known_by_its_content_and_read_in_ranges(memo, tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"0123456789")
    entry = memo(pieces, Blob.of_file(path), size=4)
    assert [part.read() for part in entry.values()] == [b"0123", b"4567", b"89"]
    assert entry["4"].read(1, 3) == b"56"
    with entry["4"].open() as file:
        assert file.read() == b"4567"
    entry["8"].place(tmp_path / "out/part")
    assert (tmp_path / "out/part").read_bytes() == b"89"
    assert memo(pieces, Blob.of_bytes(b"0123456789"), size=4) == entry


def test_code_settings_versions_and_inputs_enter_the_key(memo, monkeypatch):
    def key(memo, data=b"a", mark="x"):
        return memo.path_of(upper, [Blob.of_bytes(data)], {"mark": mark}).name

    start = key(memo)
    others = [key(memo, data=b"b"), key(memo, mark="y"), key(memo, mark=1)]
    others.append(key(replace(memo, versions={**memo.versions, "numpy": "9"})))
    monkeypatch.setattr(memos, "code_digest", lambda module: "other")
    others.append(key(memo))
    assert len({start, *others}) == 6


def test_the_code_of_a_function_is_the_closure_of_its_module():
    assert memos.code_digest("stages.near") != memos.code_digest("stages.text")
    files = {p.as_posix() for p in memos.closure.reached([Path("stages/near.py")], memos.ROOT)}
    assert files == {"stages/near.py", "stages/text.py"}


def test_a_keyed_setting_is_known_by_its_key_alone(memo):
    blob = Blob.of_bytes(b"a")
    memo(upper, blob, mark=Keyed("first", "k"))
    assert memo(upper, blob, mark=Keyed("second", "k"))["mark"].read() == b"first"


def test_a_setting_without_a_stable_form_is_refused(memo):
    @dataclass(frozen=True)
    class Holder:
        value: object

    assert memos.canonical(Holder((1, "a"))) == {"value": [1, "a"]}
    assert memos.canonical(frozenset("bca")) == {"set": ["a", "b", "c"]}
    with pytest.raises(TypeError, match="a object has no stable form"):
        memos.canonical(Holder(object()))


def flipped(at):
    return lambda content: content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


DAMAGES = {
    "first byte flipped": flipped(0),
    "index flipped": flipped(8),
    "index length flipped": flipped(-24),
    "checksum flipped": lambda content: content[:-1] + bytes([content[-1] ^ 1]),
    "last byte lost": lambda content: content[:-1],
    "cut in the index": lambda content: content[:40],
    "shorter than its foot": lambda content: content[:10],
    "empty": lambda content: b"",
    "longer": lambda content: content + b"\0",
    "zeros": lambda content: bytes(len(content)),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_entry_is_noticed_and_made_again(memo, damage):
    blob = Blob.of_bytes(b"abc")
    path = memo(upper, blob, mark="x")["text"].path
    whole = path.read_bytes()
    path.write_bytes(DAMAGES[damage](whole))
    with pytest.raises(MissingError):
        replace(memo, recall_only=True)(upper, blob, mark="x")
    assert not path.exists()
    assert memo(upper, blob, mark="x")["text"].read() == b"ABC"
    assert path.read_bytes() == whole
    assert CALLS == [b"abc", b"abc"]


def test_a_failed_call_leaves_nothing(memo):
    def broken():
        yield "a", b"1"
        raise ValueError

    with pytest.raises(ValueError):
        memos.write(memo.folder / "aa/x", broken())
    assert [p for p in memo.folder.rglob("*") if p.is_file()] == []


def test_the_entries_used_longest_ago_go_first(memo):
    paths = [memo(upper, Blob.of_bytes(bytes([i]) * 1000), mark="")["text"].path for i in range(3)]
    for age, path in enumerate(paths):
        os.utime(path, (1000 + age, 1000 + age))
    memo(upper, Blob.of_bytes(b"\0" * 1000), mark="")  # used again
    size = paths[0].stat().st_size
    memos.trim(memo.folder, 2.5 * size / memos.GIB)
    assert [path.exists() for path in paths] == [True, False, True]


def test_a_worker_with_other_code_is_refused(memo):
    other = replace(memo, source="0" * 64)
    with pytest.raises(VersionError, match="has other code of Tinh"):
        other(upper, Blob.of_bytes(b"a"), mark="x")
