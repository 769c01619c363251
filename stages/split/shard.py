"""The work on one shard: pure functions, called through the shard cache (:mod:`stages.memo`).

    rows ┬ assign → the split of each row
         ├ sign   → what rows are compared by ┐
         ├ hold   → long answers of test rows ┴ quote (once all are known) → who holds one
         └ settle (once all near a test row are known) → the shard's splits, ledger, counts

Other shares sign nothing again. What needs all rows works on the signatures
(:mod:`stages.split.near_test`, :mod:`stages.split.overlap`).
"""

import json
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stages.near import Flat, Hashes, band_hashes, hashed, members, ngrams, shingles
from stages.rows import PLACE, TEXT, answer, text_of
from stages.split.assign import SPLITS, TEST, split_of
from stages.split.overlap import content_digest, group_digest
from stages.tables import parquet_bytes, parquet_table
from stages.text import fold, syllables

MINHASH_SEED = 1  # picks the hash functions; any value serves
TEST_CODE = SPLITS.index(TEST)
#: A long answer's beginning: how many syllables of it (at most 255), and their hash.
OPENING = np.dtype([("size", "u1"), ("hash", "<u8")])
QUOTE = np.dtype([("row", "<i4"), ("size", "u1"), ("hash", "<u8")])

Parts = dict[str, bytes]


def assign(rows: bytes, *, test_share: float, valid_share: float) -> Parts:
    """``splits``: the split of each row, uint8, as its place in :data:`SPLITS`."""
    groups = parquet_table(rows, ["group"])["group"].to_pylist()
    codes = {name: code for code, name in enumerate(SPLITS)}
    found = [codes[split_of(group, test_share, valid_share)] for group in groups]
    return {"splits": np.array(found, np.uint8).tobytes()}


def sign(rows: bytes, *, ngram: int, bands: int, band_rows: int) -> Parts:
    """What rows are compared by: ``ids`` (32 bytes a row), ``groups`` (16), ``contents`` (16),
    ``bands`` (uint64, band after band), ``syllables`` (uint32, row after row) and ``starts``
    (int64, rows + 1)."""
    columns = ["row_id", "group", "messages", "rejected"]
    records = parquet_table(rows, columns).to_pylist()
    flat = hashed(text_of(row["messages"], row["rejected"]) for row in records)
    signatures = band_hashes(shingles(flat, ngram), bands=bands, rows=band_rows, seed=MINHASH_SEED)
    return {
        "ids": b"".join(bytes.fromhex(row["row_id"]) for row in records),
        "groups": b"".join(group_digest(row["group"]) for row in records),
        "contents": b"".join(content_digest(row["messages"] + row["rejected"]) for row in records),
        "bands": np.ascontiguousarray(signatures.T).tobytes(),
        "syllables": flat.hashes.astype(np.uint32).tobytes(),
        "starts": flat.starts.tobytes(),
    }


def hold(rows: bytes, splits: bytes, *, longest: int) -> Parts:
    """The test rows' answers of more than ``longest`` words: ``rows`` (int32, their numbers),
    ``openings`` (:data:`OPENING`) and ``answers`` (JSON, folded)."""
    of_test = np.flatnonzero(np.frombuffer(splits, np.uint8) == TEST_CODE)
    messages = parquet_table(rows, ["messages"])["messages"].take(pa.array(of_test)).to_pylist()
    numbers, openings, answers = [], [], []
    for number, said in zip(of_test.tolist(), messages, strict=True):
        folded = fold(answer(said))
        if len(folded.split()) > longest and (opening := syllables(folded)[: longest + 1]):
            numbers.append(number)
            answers.append(folded)
            openings.append((len(opening), opening_hash(opening)))
    return {
        "rows": np.array(numbers, np.int32).tobytes(),
        "openings": np.array(openings, OPENING).tobytes(),
        "answers": json.dumps(answers, ensure_ascii=False).encode(),
    }


def opening_hash(opening: Sequence[str]) -> int:
    """The hash of some syllables, as :func:`stages.near.ngrams` has it."""
    return int(ngrams(hashed([" ".join(opening)]), len(opening)).hashes[0])


def gather(*openings: bytes) -> Parts:
    """``openings``: those of all shards, each once, in order."""
    every = np.concatenate([np.frombuffer(part, OPENING) for part in openings])
    return {"openings": np.unique(every).tobytes()}


def quote(syllables: bytes, starts: bytes, splits: bytes, openings: bytes) -> Parts:
    """``quotes`` (:data:`QUOTE`): the rows of train and valid that hold an opening."""
    known = np.frombuffer(openings, OPENING)
    flat = Flat(
        np.frombuffer(syllables, np.uint32).astype(np.uint64), np.frombuffer(starts, np.int64)
    )
    others = np.frombuffer(splits, np.uint8) != TEST_CODE
    found = []
    for size in np.unique(known["size"]).tolist():
        grams = ngrams(flat, size)
        hashes: Hashes = known["hash"][known["size"] == size]
        hits = np.flatnonzero(members(grams.hashes, hashes))
        owners = grams.owners_at(hits)
        kept = others[owners]
        quotes = np.zeros(int(kept.sum()), QUOTE)
        quotes["row"], quotes["size"] = owners[kept], size
        quotes["hash"] = grams.hashes[hits[kept]]
        found.append(quotes)
    every = np.concatenate([np.zeros(0, QUOTE), *found])
    return {"quotes": np.unique(every).tobytes()}


def settle(rows: bytes, splits: bytes, near: bytes) -> Parts:
    """The shard's ``train``, ``valid`` and ``test`` (no part where there are none), its ``ledger``
    and ``counts`` (JSON).

    ``near`` (JSON) has the number of each row that is dropped, and the id of the test row.
    """
    table = parquet_table(rows)
    codes = np.frombuffer(splits, np.uint8)
    dropped: list[tuple[int, str]] = json.loads(near)
    kept = np.ones(len(codes), bool)
    kept[[row for row, _ in dropped]] = False
    fates, details = np.where(kept, "kept", "contaminated"), [""] * len(codes)
    reasons = np.where(kept, np.array(SPLITS)[codes], "near_test")
    for row, test_id in dropped:
        details[row] = test_id
    ledger = table.select(PLACE)
    for name, column in (("fate", fates), ("reason", reasons), ("detail", details)):
        ledger = ledger.append_column(name, pa.array(column, pa.string()))
    found = {"ledger": parquet_bytes(ledger)}
    counts = {"near_test": len(dropped), "test_by_task": {}}
    for code, name in enumerate(SPLITS):
        part = table.filter(pa.array(kept & (codes == code)))
        counts[name] = {key: values(part[key]) for key in ("task", "source")}
        if part.num_rows:
            found[name] = parquet_bytes(part)
        if name == TEST:  # plain text cannot be scored: no task
            counts["test_by_task"] = values(part.filter(pc.not_equal(part["kind"], TEXT))["task"])
    return {**found, "counts": json.dumps(counts).encode()}


def values(column: pa.ChunkedArray) -> dict[str, int]:
    """Each value of a column, and how often it stands there."""
    return dict(Counter(column.to_pylist()))
