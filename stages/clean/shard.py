"""The work on one shard: pure functions, called through the shard cache (:mod:`stages.memo`).

    rows ─ repair → rows ┬ judge → who is refused
                         ├ sign  → keys, bands, syllables ─ contaminate → who is in data/eval
                         └ settle (once duplicates are known) → the shard's rows and ledger

Each step is repeated only if its own settings, its code or what comes in has changed: another limit
of a filter repairs and signs nothing again. What needs all rows (duplicates) works on the
signatures (:mod:`stages.clean.survivors`).
"""

import io
import json
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from stages import near
from stages.clean.benchmark import Benchmark, contaminated, read_benchmark
from stages.clean.duplicates import content_key
from stages.clean.filters import Limits, refusal
from stages.clean.language import detector
from stages.clean.rules import apply
from stages.near import Flat, Positions
from stages.rows import PLACE, Message, first_user, group_of, rows_table
from stages.tables import parquet_bytes, parquet_table

MINHASH_SEED = 1  # picks the hash functions; any value serves, a change renames no row
SPANS = 6  # question: two ranges, answer: one; in syllables from the row's first
REFUSED = pa.schema([("row", pa.int32()), ("reason", pa.string()), ("detail", pa.string())])

Parts = dict[str, bytes]


def repair(rows: bytes, *, rules: Sequence[str]) -> Parts:
    """``rows`` after the rules, all of them, and ``changed``: a bit (uint32) for each rule that
    changed the row, in the order of ``rules``."""
    table = parquet_table(rows)
    repaired, masks = [], []
    for row in table.to_pylist():
        cleaned, changed = clean_row(row, rules)
        repaired.append(cleaned)
        masks.append(sum(1 << i for i, name in enumerate(rules) if name in changed))
    touched = np.array(masks, np.uint32)
    content = parquet_bytes(rows_table(repaired)) if touched.any() else rows
    return {"rows": content, "changed": touched.tobytes()}


def judge(rows: bytes, *, limits: Limits) -> Parts:
    """``refused``: number, reason and detail of each row that a filter refuses."""
    found = []
    for i, row in enumerate(parquet_table(rows).to_pylist()):
        why = refusal(row["kind"], row["messages"], row["rejected"], limits, detector())
        if why:
            found.append({"row": i, "reason": why[0], "detail": why[1]})
    return {"refused": parquet_bytes(pa.Table.from_pylist(found, REFUSED))}


def sign(rows: bytes, *, ngram: int, bands: int, band_rows: int) -> Parts:
    """What rows are compared by: ``ids`` (32 bytes a row), ``keys`` (16), ``group`` (uint64),
    ``bands`` (uint64, band after band), ``syllables`` (uint32, row after row), ``starts`` (int64,
    rows + 1) and ``spans`` (int32, rows x 6)."""
    records = parquet_table(rows).to_pylist()
    cut = [pieces(row) for row in records]
    flat = near.hashed(chain.from_iterable(texts for texts, _ in cut))
    counts = np.array([0, *(len(texts) for texts, _ in cut)])
    first = np.cumsum(counts)
    starts = flat.starts[first]
    places = np.array([spans for _, spans in cut], np.int64).reshape(-1, SPANS)
    spans = flat.starts[places + first[:-1, None]] - starts[:-1, None]
    grams = near.shingles(Flat(flat.hashes, starts), ngram)
    signatures = near.band_hashes(grams, bands=bands, rows=band_rows, seed=MINHASH_SEED)
    return {
        "ids": b"".join(bytes.fromhex(row["row_id"]) for row in records),
        "keys": b"".join(content_key(row["messages"], row["rejected"]) for row in records),
        "group": b"".join(bytes.fromhex(row["group"][:16]) for row in records),
        "bands": np.ascontiguousarray(signatures.T).tobytes(),
        "syllables": flat.hashes.astype(np.uint32).tobytes(),
        "starts": starts.tobytes(),
        "spans": spans.astype(np.int32).tobytes(),
    }


def pieces(row: Mapping[str, Any]) -> tuple[list[str], list[int]]:
    """A row's text in pieces, and where question and answer lie: six piece numbers.

    The first user message is cut at its passage; the question is what stands before and after it,
    the answer the last assistant message.
    """
    messages = [*row["messages"], *row["rejected"]]
    roles = [m["role"] for m in row["messages"]]
    user = roles.index("user") if "user" in roles else -1
    last = max((i for i, role in enumerate(roles) if role == "assistant"), default=-1)
    texts: list[str] = []
    spans = [0] * SPANS
    for i, message in enumerate(messages):
        at, text = len(texts), message["content"]
        if i == user:
            start, end = row["passage_start"], row["passage_end"]
            texts += [text[:start], text[start:end], text[end:]]
            spans[:4] = [at, at + 1, at + 2, at + 3]
        else:
            texts.append(text)
        if i == last:
            spans[4:] = [at, at + 1]
    return texts, spans


def pack_benchmark(*, folder: Path, ngram: int, shortest: int) -> Parts:
    """A folder of benchmark files (:mod:`stages.clean.benchmark`) as ``grams`` (npz) and
    ``files`` (their names, JSON)."""
    benchmark = read_benchmark(folder, ngram, shortest)
    arrays: dict[str, Any] = {
        f"hashes{size}": hashes for size, (hashes, _) in benchmark.grams.items()
    }
    arrays |= {f"files{size}": files for size, (_, files) in benchmark.grams.items()}
    sink = io.BytesIO()
    np.savez(sink, allow_pickle=False, **arrays)
    return {"grams": sink.getvalue(), "files": json.dumps(benchmark.files).encode()}


def contaminate(syllables: bytes, starts: bytes, grams: bytes, files: bytes) -> Parts:
    """``dirty``: number and benchmark file (JSON pairs) of rows that hold a benchmark's text."""
    flat = Flat(
        np.frombuffer(syllables, np.uint32).astype(np.uint64), np.frombuffer(starts, np.int64)
    )
    arrays = np.load(io.BytesIO(grams), allow_pickle=False)
    sizes = [int(name.removeprefix("hashes")) for name in arrays if name.startswith("hashes")]
    benchmark = Benchmark(
        {size: (arrays[f"hashes{size}"], arrays[f"files{size}"]) for size in sizes},
        tuple(json.loads(files)),
    )
    return {"dirty": json.dumps(list(contaminated(flat, benchmark).items())).encode()}


def settle(rows: bytes, changed: bytes, verdicts: bytes, *, rules: Sequence[str]) -> Parts:
    """The shard's ``rows`` (none: no part) and ``ledger``.

    ``verdicts`` (Parquet: row, fate, reason, detail) are of the rows that are dropped; all others
    are kept, and their detail is the rules that changed them.
    """
    table, dropped = parquet_table(rows), parquet_table(verdicts)
    at: Positions = dropped["row"].to_numpy().astype(np.int64)
    masks = np.frombuffer(changed, np.uint32)
    kept = np.ones(table.num_rows, bool)
    kept[at] = False
    columns: dict[str, list[str]] = {"fate": ["kept"] * len(kept), "reason": [""] * len(kept)}
    names = {int(m): ",".join(named(int(m), rules)) for m in np.unique(masks)}
    columns["detail"] = [names[mask] for mask in masks.tolist()]
    for name, column in columns.items():
        for row, value in zip(at.tolist(), dropped[name].to_pylist(), strict=True):
            column[row] = value
    ledger = table.select(PLACE)
    for name, column in columns.items():
        ledger = ledger.append_column(name, pa.array(column, pa.string()))
    found = {"ledger": parquet_bytes(ledger)}
    if kept.any():
        left = rows if kept.all() else parquet_bytes(table.filter(pa.array(kept)))
        found["rows"] = left
    return found


def named(mask: int, rules: Sequence[str]) -> list[str]:
    """The rules whose bits are set."""
    return [name for i, name in enumerate(rules) if mask >> i & 1]


def clean_row(
    row: Mapping[str, Any], rules: Sequence[str]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """A row after the rules, and the rules that changed it. Its row_id stays; its group follows
    its passage."""
    changed: set[str] = set()

    def cleaned(messages: Sequence[Message]) -> list[Message]:
        found: list[Message] = []
        for message in messages:
            content, by = apply(message["content"], rules)
            changed.update(by)
            found.append({"role": message["role"], "content": content})
        return found

    messages, rejected = cleaned(row["messages"]), cleaned(row["rejected"])
    names = tuple(name for name in rules if name in changed)
    result = {**row, "messages": messages, "rejected": rejected}
    before, start, end = first_user(row["messages"]), row["passage_start"], row["passage_end"]
    if end > start and first_user(messages) != before:
        passage, _ = apply(before[start:end], rules)
        result["passage_start"], result["passage_end"] = _find(
            first_user(messages), passage, at_start=start == 0
        )
        result["group"] = group_of(passage) if passage else row["row_id"]
    return result, names


def _find(text: str, passage: str, *, at_start: bool) -> tuple[int, int]:
    """Where a cleaned passage stands in its cleaned message; (0, 0) if cleaning joined it."""
    if at_start and text.startswith(passage):
        return 0, len(passage)
    if not at_start and text.endswith(passage):
        return len(text) - len(passage), len(text)
    return 0, 0
