"""The sample and the pre-training corpus: as generated, as dirty as said, and apart."""

import csv
import io
import json
import sys
import unicodedata
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path
from random import Random

import ftfy
import pytest

DATA = Path(__file__).parent.parent / "data"
sys.path.insert(0, str(DATA))

import make_pretrain  # noqa: E402
import make_sample  # noqa: E402
from sample.overlap import grams, jaccard, syllables  # noqa: E402
from sample.record import messages  # noqa: E402

JSONL = ("chi_thi.jsonl", "hoi_thoai.jsonl", "uu_tien.jsonl")
DROPPED = {"rejected", "duplicate", "near_duplicate"}


@pytest.fixture(scope="module")
def raw():
    """File name → bytes of the committed sample."""
    return {path.name: path.read_bytes() for path in sorted((DATA / "raw").iterdir())}


@pytest.fixture(scope="module")
def fates():
    """The manifest's entries by (file, line)."""
    lines = (DATA / "sample_fates.jsonl").read_text(encoding="utf-8").splitlines()
    return {(entry["source"], entry["line"]): entry for entry in map(json.loads, lines)}


@pytest.fixture(scope="module")
def records(raw):
    """(file, line) → the record's fields, or its bytes where they cannot be read."""
    found = {}
    for name, content in raw.items():
        if name.endswith(".csv"):
            reader = csv.DictReader(io.StringIO(content.decode(), newline=""))
            line = 2
            for fields in reader:
                found[name, line] = fields
                line = reader.line_num + 1
            continue
        for number, line in enumerate(content.split(b"\n")[:-1], start=1):
            found[name, number] = _read(name, line)
    return found


def _read(name, line):
    try:
        text = line.decode("cp1258" if name == "ban_tin_cu.txt" else "utf-8")
        return {"text": text} if name.endswith(".txt") else json.loads(text)
    except ValueError:
        return line


@pytest.fixture(scope="module")
def kept(records, fates):
    """(file, line) → (conversation as cleaning must leave it, passage) of what is kept."""
    rows = {}
    for at, fields in records.items():
        fate = fates.get(at, {"fate": "kept"})
        if fate["fate"] != "kept":
            continue
        turns = fate.get("messages") or messages(fields)
        passage = fields.get("input") or fields.get("context") or turns[0]["content"]
        rows[at] = (turns, passage)
    return rows


def test_files_are_what_the_generators_make():
    made = make_sample.build() | make_pretrain.build()
    committed = {
        path.relative_to(DATA).as_posix(): path.read_bytes()
        for folder in ("raw", "pretrain")
        for path in sorted((DATA / folder).iterdir())
    }
    committed["sample_fates.jsonl"] = (DATA / "sample_fates.jsonl").read_bytes()
    assert made == committed


def test_formats_tasks_and_preferences_are_balanced(records):
    assert 2800 <= len(records) <= 3400
    by_file = Counter(name for name, _ in records)
    assert by_file["uu_tien.jsonl"] >= 300
    assert min(by_file["chi_thi.jsonl"], by_file["hoi_thoai.jsonl"], by_file["hoi_dap.csv"]) >= 500
    fields = [one for one in records.values() if isinstance(one, dict) and "text" not in one]
    tasks = Counter(one["task"] for one in fields)
    assert set(tasks) == {"tom_tat", "hoi_dap", "trich_xuat", "phan_loai", "viet_lai"}
    assert min(tasks.values()) >= 500
    turns = Counter(len(one["messages"]) for one in fields if "messages" in one)
    assert turns[4] >= 200 and turns[6] >= 150
    assert all(one["chosen"] != one["rejected"] for one in fields if "rejected" in one)


def test_share_and_kinds_of_dirt(records, fates):
    assert 0.07 <= len(fates) / len(records) <= 0.09
    kinds = Counter(entry["dirt"] for entry in fates.values())
    assert len(kinds) == 16
    assert all(14 <= count <= 25 for count in kinds.values())


def _spoilt_text(fields):
    return "\n".join(turn["content"] for turn in messages(fields))


def _shows(dirt, text, clean):
    """Whether the text has that dirt, and nothing else, over the clean text."""
    if dirt == "mojibake":
        return text != clean and ftfy.fix_encoding(text) == clean
    if dirt == "nfd":
        return text != clean and unicodedata.normalize("NFC", text) == clean
    if dirt == "d_stroke":
        return "Đ" not in text and text.replace("\u00d0", "Đ") == clean != text
    if dirt == "html":
        return "<" in text and "<" not in clean
    if dirt == "legacy_encoding":
        return unicodedata.normalize("NFC", text) == clean
    if dirt in ("invisible", "control"):
        extra = [letter for letter in text if unicodedata.category(letter) in ("Cf", "Cc")]
        bare = "".join(letter for letter in text if letter == "\n" or letter not in extra)
        return set(extra) - {"\n"} != set() and bare == clean
    mark = f"[{dirt.upper()}]"
    return mark not in text and clean.count(mark) == 1 and clean.split(mark)[0] in text


def test_kept_dirt_is_where_the_manifest_says(records, fates):
    for at, entry in fates.items():
        if entry["fate"] == "kept":
            clean = "\n".join(turn["content"] for turn in entry["messages"])
            assert _shows(entry["dirt"], _spoilt_text(records[at]), clean), (at, entry["dirt"])


def test_mojibake_can_be_told_in_each_message(records, fates):
    for at, entry in fates.items():
        if entry["dirt"] == "mojibake":
            fixed = [ftfy.fix_encoding(turn["content"]) for turn in messages(records[at])]
            assert fixed == [turn["content"] for turn in entry["messages"]]


def test_rejected_dirt_is_where_the_manifest_says(records, fates, raw):
    for (name, line), entry in fates.items():
        if entry["fate"] != "rejected":
            continue
        fields = records[name, line]
        if entry["dirt"] == "empty_answer":
            assert messages(fields)[-1]["content"].strip() == ""
        elif entry["dirt"] == "language":
            text = _spoilt_text(fields)
            assert len(text.split()) >= 30 and not set("ăđơư") & set(text.lower())
        else:
            broken = raw[name].split(b"\n")[line - 1]
            with pytest.raises(ValueError) as error:
                json.loads(broken.decode())
            expected = {"invalid_json": json.JSONDecodeError, "invalid_utf8": UnicodeDecodeError}
            assert error.type is expected[entry["reason"]]


def test_only_the_manifests_records_cannot_be_read(records, fates):
    broken = {at for at, fields in records.items() if isinstance(fields, bytes)}
    assert broken == {at for at, entry in fates.items() if entry["stage"] == "ingest"}


def test_duplicates_have_their_original_before_them(records, fates):
    seen = {}
    for at in sorted(records):
        if isinstance(records[at], bytes):
            continue
        text = _spoilt_text(records[at])
        duplicate = fates.get(at, {}).get("dirt") == "exact_duplicate"
        assert (text in seen) == duplicate, at
        seen.setdefault(text, at)


def test_near_duplicates_are_near_one_earlier_record(records, fates):
    texts = {at: _spoilt_text(one) for at, one in records.items() if isinstance(one, dict)}
    own = {at for at, entry in fates.items() if entry["dirt"] == "near_duplicate"}
    fives = {at: grams(texts[at], 5) for at in texts}
    for at in own:
        assert len(syllables(texts[at])) >= 40
        near = [one for one in texts if one != at and jaccard(fives[at], fives[one]) >= 0.8]
        assert len(near) == 1 and near[0] < at


def test_long_answers_stand_in_no_record_of_another_passage(kept):
    holders = defaultdict(set)
    for turns, passage in kept.values():
        for gram in grams("\n".join(turn["content"] for turn in turns), 9):
            holders[gram].add(passage)
    checked = 0
    for turns, passage in kept.values():
        for turn in turns:
            if turn["role"] == "assistant" and len(turn["content"].split()) > 8:
                opening = tuple(syllables(turn["content"])[:9])
                assert holders[opening] <= {passage}, turn["content"]
                checked += 1
    assert checked >= 800


def test_clean_records_are_apart(kept):
    rows = [kept[at] for at in Random(7).sample(sorted(kept), 500)]
    fives = [grams("\n".join(turn["content"] for turn in turns), 5) for turns, _ in rows]
    for left, right in combinations(range(len(rows)), 2):
        bound = 0.6 if rows[left][1] == rows[right][1] else 0.4
        assert jaccard(fives[left], fives[right]) < bound, (rows[left], rows[right])


def test_at_most_three_records_share_a_passage_and_none_with_a_chat(kept):
    sharing = defaultdict(list)
    for (name, _), (_, passage) in kept.items():
        sharing[passage].append(name)
    assert max(len(names) for names in sharing.values()) == 3
    shared = {name for names in sharing.values() if len(names) > 1 for name in names}
    assert shared == {"chi_thi.jsonl", "hoi_dap.csv"}


def test_answers_to_read_stand_in_their_passage(records, fates):
    for at, fields in records.items():
        if at in fates or fields.get("task") != "hoi_dap":
            continue
        turns = messages(fields)
        assert turns[-1]["content"].casefold() in turns[0]["content"].casefold()


def test_everything_expected_is_nfc(kept):
    for turns, _ in kept.values():
        for turn in turns:
            assert unicodedata.is_normalized("NFC", turn["content"])
            assert turn["content"] == turn["content"].strip() != ""


def test_pretraining_corpus_shares_no_text_with_the_sample(kept):
    corpus = (DATA / "pretrain" / "doan_van.txt").read_text(encoding="utf-8").splitlines()
    assert len(corpus) == len(set(corpus))
    assert 1_200_000 <= sum(len(line.encode()) + 1 for line in corpus) <= 2_800_000
    eights = set().union(*(grams(line, 8) for line in corpus))
    for turns, _ in kept.values():
        assert not grams("\n".join(turn["content"] for turn in turns), 8) & eights
