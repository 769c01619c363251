"""Records → rows and ledger of one shard: pure functions, called through the shard cache.

    read_lines      a range of a file of lines → one shard
    read_document   a file that must be read whole (JSON, packed …) → shards, numbered parts
    forget          a shard without the rows that a tombstone names

Parts of a shard: ``rows`` and ``ledger`` (Parquet; no ``rows`` where there are none), ``ids``
(32 bytes for each record) and ``facts`` (JSON: see :class:`Facts`). Lines are relative to the
shard's first.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

from stages import rows as schema
from stages import shards
from stages.blob import Blob
from stages.ingest import reading as reader
from stages.ingest.encoding import Prevailing
from stages.ingest.fates import Entry, entries
from stages.ingest.files import SourceFile
from stages.ingest.lines import Line, decoder, lines
from stages.ingest.reading import Limits, given_encoding
from stages.ingest.sources import Reading
from stages.tables import parquet_bytes, parquet_table

Parts = dict[str, bytes]


@dataclass(frozen=True)
class Facts:
    """What is counted of a shard. ``first_line`` is 1-based in the range that was read; ``fault``
    is the first record that was rejected: its line, and reason and detail."""

    name: str
    first_line: int
    records: int
    kept: int
    forgotten: int
    reasons: dict[str, int]
    fault: tuple[int, str] | None


def read_lines(
    blob: Blob, *, source: str, reading: Reading, limits: Limits, prior: str, key: bytes,
    header: str,
) -> Parts:  # fmt: skip
    """The shard that is a range of lines; no parts if it holds no record.

    ``prior`` is the encoding of most of the file's broken lines, ``key`` that of data subjects,
    ``header`` the CSV header (Latin-1, as bytes cannot be a setting) where it stands elsewhere.
    """
    given = given_encoding(reading)
    decode = decoder(given)
    with blob.open() as file:
        found: Iterable[Line] = lines(file, decode, limits.record)
        if header:
            above = Blob.of_bytes(header.encode("latin-1")).open()
            found = chain(lines(above, decode, limits.record), found)
        read = reader.read_lines(found, reading, Prevailing(lambda: prior), limits.record, given)
        decided = list(entries(read, source, reading, key))
    return parts(decided, source, first_line=1) if decided else {}


def read_document(
    blob: Blob, *, source: str, reading: Reading, limits: Limits, key: bytes, mean_rows: int
) -> Iterator[tuple[str, bytes]]:
    """The shards of a file that is read whole; parts ``0.rows``, ``0.ledger`` … ``1.rows`` …"""
    path = blob.path
    if path is None:
        raise ValueError("a document is read from a file")
    file = SourceFile(path, source, outside=False, dataset=path.is_dir())
    decided = entries(reader.read(file, reading, limits), source, reading, key)
    cut = shards.batches(decided, lambda e: shards.hash_of(e.record_id), mean_rows)
    for number, batch in enumerate(cut):
        for name, content in parts(batch, source, first_line=batch[0].line).items():
            yield f"{number}.{name}", content


def read_fault(blob: Blob, *, source: str, reason: str, detail: str) -> Parts:
    """The shard of a file that is not read: one record, whose id is that of the file's bytes."""
    decided = Entry(blob.sha256, 1, None, "rejected", reason, detail, None)
    return parts([decided], source, first_line=1)


def parts(batch: Sequence[Entry], source: str, first_line: int) -> Parts:
    """A shard's parts from the fates of its records, at least one."""
    ledger = [
        {
            "row_id": e.record_id,
            "source": source,
            "offset": e.line - first_line,
            "subject": e.subject,
            "fate": e.fate,
            "reason": e.reason,
            "detail": e.detail,
        }
        for e in batch
    ]
    kept = [{**e.row, "offset": e.line - first_line} for e in batch if e.row is not None]
    bad = next((e for e in batch if e.fate == "rejected"), None)
    facts = Facts(
        name=shards.content_name(e.record_id for e in batch),
        first_line=first_line,
        records=len(batch),
        kept=len(kept),
        forgotten=0,
        reasons=dict(Counter(e.reason for e in batch if e.fate != "kept")),
        fault=(bad.line - first_line, f"{bad.reason}: {bad.detail}") if bad else None,
    )
    found = {
        "ledger": parquet_bytes(schema.ledger_table(ledger)),
        "ids": b"".join(bytes.fromhex(e.record_id) for e in batch),
        "facts": json.dumps(asdict(facts)).encode(),
    }
    return {**found, "rows": parquet_bytes(schema.rows_table(kept))} if kept else found


def forget(rows: bytes, ledger: bytes, facts: bytes, *, row_ids: Sequence[str]) -> Parts:
    """The shard's parts without the rows of the given ids; the ledger says ``forgotten``."""
    gone = pa.array(sorted(row_ids))
    table, lines_ = parquet_table(rows), parquet_table(ledger)
    hit = pc.and_(pc.is_in(lines_["row_id"], gone), pc.equal(lines_["fate"], "kept"))
    for name, value in (("fate", "forgotten"), ("reason", "tombstone")):
        at = lines_.schema.get_field_index(name)
        lines_ = lines_.set_column(at, name, pc.if_else(hit, value, lines_[name]))
    left = table.filter(pc.invert(pc.is_in(table["row_id"], gone)))
    before = Facts(**json.loads(facts))
    count = pc.sum(hit).as_py()
    after = {
        **asdict(before),
        "kept": before.kept - count,
        "forgotten": count,
        "reasons": {**before.reasons, "tombstone": count},
    }
    found = {"ledger": parquet_bytes(lines_), "facts": json.dumps(after).encode()}
    return {**found, "rows": parquet_bytes(left)} if left.num_rows else found
