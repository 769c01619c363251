"""Writes the sample: ``data/raw`` and, for each dirty record, its fate in ``sample_fates.jsonl``.

Some 3,100 records of invented Vietnamese in five formats over five tasks (``tom_tat`` one-sentence
summary, ``hoi_dap`` answer from a passage, ``trich_xuat`` extraction, ``phan_loai`` topic,
``viet_lai`` rewriting), about 8 % of them dirty in known ways. A chat's task is that of its last
exchange. Facts are combined from large pools, so an answer can only be read in its passage; each
record is admitted only if its syllable 5-gram Jaccard to every other one stays below 0.38 (0.58
for records that share a passage) and no answer of more than eight words stands elsewhere.

Deterministic: same bytes on every machine and Python (see ``sample.slots``). About 1 s.
"""

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from sample import dirt
from sample.compose import Composer
from sample.foreign import FOREIGN
from sample.overlap import syllables
from sample.record import (
    Fate,
    Record,
    as_chat,
    encode_csv,
    encode_lines,
    encode_text,
    json_line,
    messages,
)
from sample.rows import READING_TASKS, TASKS
from sample.slots import between, child, pick, shuffled

SEED = "tinh-sample-1"
ALPACA, CSV, CHAT = "chi_thi.jsonl", "hoi_dap.csv", "hoi_thoai.jsonl"
PREFERENCE, PLAIN, LEGACY = "uu_tien.jsonl", "ban_tin.txt", "ban_tin_cu.txt"
FILES = (PLAIN, LEGACY, ALPACA, CSV, CHAT, PREFERENCE)
HOME = {"alpaca": ALPACA, "prompt": ALPACA, "csv": CSV, "chat": CHAT, "preference": PREFERENCE}

#: Clean records that may share a passage, then those with one of their own: (format, task) → count.
SHARED = {
    ("alpaca", "tom_tat"): 240,
    ("alpaca", "hoi_dap"): 170,
    ("alpaca", "trich_xuat"): 150,
    ("alpaca", "phan_loai"): 150,
    ("csv", "tom_tat"): 110,
    ("csv", "hoi_dap"): 190,
    ("csv", "trich_xuat"): 190,
    ("csv", "phan_loai"): 160,
}
OWN = {
    ("prompt", "tom_tat"): 50,
    ("prompt", "hoi_dap"): 40,
    ("prompt", "trich_xuat"): 40,
    ("prompt", "phan_loai"): 40,
    ("alpaca", "viet_lai"): 280,
    ("prompt", "viet_lai"): 50,
    ("csv", "viet_lai"): 70,
    ("chat", "tom_tat"): 80,
    ("chat", "hoi_dap"): 130,
    ("chat", "trich_xuat"): 90,
    ("chat", "phan_loai"): 80,
    ("chat", "viet_lai"): 80,
    ("preference", "tom_tat"): 70,
    ("preference", "hoi_dap"): 80,
    ("preference", "trich_xuat"): 70,
    ("preference", "phan_loai"): 50,
    ("preference", "viet_lai"): 60,
}
PLAIN_LINES, LEGACY_LINES = 120, 24
PER_DIRT = 16
LONG_ENOUGH = 44
MANY = ("alpaca", "csv", "chat", "preference")
JSON_ONLY = ("alpaca", "chat", "preference")
SPOILERS = (
    (dirt.nfd, MANY),
    (dirt.mojibake, MANY),
    (dirt.d_stroke, MANY),
    (dirt.html, MANY),
    (dirt.invisible, MANY),
    (dirt.control, JSON_ONLY),
    (dirt.empty_answer, ("alpaca", "csv", "chat")),
    (dirt.truncated_json, JSON_ONLY),
    (dirt.invalid_utf8, JSON_ONLY),
)
Files = dict[str, list[Record]]


def build() -> dict[str, bytes]:
    """Every generated file: path below ``data`` → bytes."""
    composer = Composer(child(SEED, "records"))
    files = _clean_files(composer, child(SEED, "plan"))
    copies = _copies(files, child(SEED, "copies"))
    for name, records in _dirty_files(composer, child(SEED, "dirt")).items():
        files[name] = shuffled(child(SEED, name), files[name] + records)
    files[LEGACY] = [
        dirt.legacy(child(SEED, LEGACY), composer.plain()) for _ in range(LEGACY_LINES)
    ]
    _insert(files, copies, child(SEED, "places"))
    return _encode(files)


def _clean_files(composer: Composer, rng: Random) -> Files:
    """The clean records; up to three of them, of different tasks, share a passage."""
    files: Files = {name: [] for name in FILES}
    wants = shuffled(rng, [want for want, count in SHARED.items() for _ in range(count)])
    while wants:
        picked = [wants.pop()]
        size = pick(rng, (1, 1, 1, 2, 2, 3))
        for want in wants[:-12:-1]:
            if len(picked) < size and want[1] not in [task for _, task in picked]:
                picked.append(want)
                wants.remove(want)
        done = composer.shared(picked)
        for form, fields in done:
            files[HOME[form]].append(Record(fields))
        missing = list(picked)
        for form, fields in done:
            missing.remove((form, fields["task"]))
        wants += missing
    for (form, task), count in OWN.items():
        files[HOME[form]] += [Record(composer.single(form, task)) for _ in range(count)]
    files[PLAIN] += [Record(composer.plain()) for _ in range(PLAIN_LINES)]
    return files


def _dirty_files(composer: Composer, rng: Random) -> Files:
    """Spoilt records that have no clean twin, by file."""
    files: Files = {name: [] for name in FILES}
    for change, forms in SPOILERS:
        for number in range(PER_DIRT):
            form = forms[number % len(forms)]
            task = TASKS[number // len(forms) % len(TASKS)]
            clean = composer.single(form, task)
            while not dirt.suits(change, clean):
                clean = composer.single(form, task)
            files[HOME[form]].append(change(rng, clean))
    for closings in dirt.CLOSINGS.values():
        for number in range(PER_DIRT):
            form, task = MANY[number % len(MANY)], READING_TASKS[number // 4 % len(READING_TASKS)]
            clean = composer.single(form, task, pick(rng, closings))
            files[HOME[form]].append(dirt.personal(rng, clean))
    for number, (question, answer) in enumerate(FOREIGN):
        form, task = ("alpaca", "csv", "chat")[number % 3], READING_TASKS[number % 4]
        files[HOME[form]].append(dirt.language(_foreign(form, question, answer, task)))
    return files


def _foreign(form: str, question: str, answer: str, task: str) -> dict[str, Any]:
    if form == "csv":
        return {"question": question, "answer": answer, "context": "", "task": task}
    fields = {"instruction": question, "input": "", "output": answer, "task": task}
    return as_chat(fields) if form == "chat" else fields


def _copies(files: Files, rng: Random) -> list[tuple[str, Record, Record]]:
    """Duplicates to come: (file to stand in, its original, the copy)."""
    copies: list[tuple[str, Record, Record]] = []
    for name, count in {PLAIN: 2, ALPACA: 5, CSV: 3, CHAT: 3, PREFERENCE: 3}.items():
        originals = shuffled(rng, files[name])
        copies += [(name, one, dirt.exact_duplicate(one.fields)) for one in originals[:count]]
        if name in (ALPACA, CSV):
            one = originals[count]
            copies.append((CHAT, one, dirt.exact_duplicate(as_chat(one.fields))))
        long = [one for one in originals[count + 1 :] if _length(one) >= LONG_ENOUGH]
        if name != CHAT:
            copies += [
                (name, one, dirt.near_duplicate(rng, one.fields)) for one in long[: count + 1]
            ]
    return copies


def _length(record: Record) -> int:
    return sum(len(syllables(turn["content"])) for turn in messages(record.fields))


def _insert(files: Files, copies: Sequence[tuple[str, Record, Record]], rng: Random) -> None:
    """Puts each copy behind its original, or anywhere in a file that sorts later."""
    for name, original, copy in copies:
        records = files[name]
        after = next((at for at, one in enumerate(records) if one is original), -1)
        records.insert(between(rng, after + 1, len(records)), copy)


def _encode(files: Files) -> dict[str, bytes]:
    out: dict[str, bytes] = {}
    fates: list[bytes] = []
    for name in sorted(files):
        encode = {"csv": encode_csv, "txt": encode_text}.get(name.rpartition(".")[2], encode_lines)
        out[f"raw/{name}"], lines = encode(files[name])
        for record, line in zip(files[name], lines, strict=True):
            if record.fate is not None:
                fates.append(json_line(_manifest(name, line, record.fate)))
    out["sample_fates.jsonl"] = b"".join(fate + b"\n" for fate in fates)
    return out


def _manifest(source: str, line: int, fate: Fate) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "source": source,
        "line": line,
        "dirt": fate.dirt,
        "fate": fate.fate,
        "reason": fate.reason,
        "stage": fate.stage,
    }
    if fate.clean is not None:
        entry["messages"] = messages(fate.clean)
    return entry


def main() -> None:
    """Writes the files beside this script, in place of what an earlier run left."""
    data = Path(__file__).parent
    for path, content in build().items():
        target = data / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


if __name__ == "__main__":
    main()
