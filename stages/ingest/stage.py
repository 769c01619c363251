"""Any accepted file → rows of one schema, and a ledger line for every record that came in.

    data/raw/*.jsonl .json .csv .tsv .txt .parquet
        → records (line, bytes, value)  → rows or faults → content-defined shards

One file is read at a time and one shard held in memory. Nothing is repaired here: text that
decodes is taken as it stands, and what cannot become a row is counted and named.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stages import rows as schema
from stages import shards
from stages.contract import In, Out
from stages.errors import InputError
from stages.ingest import documents, lines, mapping, records
from stages.ingest.faults import Fault
from stages.ingest.files import SourceFile, source_files
from stages.ingest.params import Ingest
from stages.ingest.records import Record
from stages.shards import Shard

LIBRARIES = ("pyarrow",)
GRADE = "bitwise"

SUFFIXES = (".jsonl", ".json", ".csv", ".tsv", ".txt", ".parquet")


@dataclass(frozen=True)
class Entry:
    """A record's fate: its ledger line without place, and its row where it became one."""

    record_id: str
    line: int
    fate: str
    reason: str
    detail: str
    row: Mapping[str, Any] | None


def run(*, raw: In, tombstones: In, rows: Out, metrics: Out, ingest: Ingest) -> None:
    """Read every file of ``raw``. Raises :class:`InputError` if not one row comes of it."""
    if not raw.is_dir():
        raise InputError(f"{raw} does not exist; put at least one data file there")
    files = source_files(raw)
    if not files:
        raise InputError(f"{raw} holds no file; put at least one of {', '.join(SUFFIXES)} there")
    forgotten = tombstoned(tombstones)
    written: list[Shard] = []
    taken: dict[str, int] = {}
    tally = Tally()
    for file in files:
        for batch in batches(entries(file, forgotten, ingest), ingest.shard_rows):
            name = shards.unique_name(shards.content_name(e.record_id for e in batch), taken)
            shard = Shard(name, file.source, batch[0].line, len(batch))
            write_shard(rows, shard, batch)
            written.append(shard)
            tally.add(file.source, batch)
    if not tally.rows:
        raise InputError(tally.nothing_read(raw))
    shards.write_index(rows, written)
    text = json.dumps(tally.metrics(), indent=2, sort_keys=True, ensure_ascii=False)
    metrics.write_text(text + "\n", encoding="utf-8")


def tombstoned(path: Path) -> frozenset[str]:
    """The row ids to be forgotten. Raises :class:`InputError` naming a line that holds none."""
    if not path.is_file():
        raise InputError(f"{path} does not exist; create it (empty: no row is to be forgotten)")
    found = set()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError:
            value = None
        row_id = value.get("row_id") if isinstance(value, dict) else None
        if not isinstance(row_id, str):
            raise InputError(f'{path}:{number}: no {{"row_id": …}}; correct or remove the line')
        found.add(row_id)
    return frozenset(found)


def records_of(file: SourceFile, limit: int) -> Iterator[Record]:
    """Every record of a file; a file that is not read is one record, and so is an empty one."""
    suffix = file.path.suffix.lower()
    fault = None
    if file.outside:
        fault = Fault("outside", "a symbolic link that leaves the data folder")
    elif not file.path.is_file():
        fault = Fault("unknown_format", "not a regular file")
    elif suffix not in SUFFIXES:
        fault = Fault("unknown_format", f"no reader for {suffix or 'a name without extension'}")
    if fault:
        yield documents.unreadable(file.path, file.source, fault)
        return
    empty = True
    for record in read(file.path, suffix, limit):
        empty = False
        yield record
    if empty:
        fault = Fault("empty_record", "no record in the file")
        yield documents.unreadable(file.path, file.source, fault)


def read(path: Path, suffix: str, limit: int) -> Iterator[Record]:
    """The records of a file by its extension, one of :data:`SUFFIXES`."""
    if suffix == ".parquet":
        return documents.parquet(path)
    name = lines.encoding_of(path, limit)
    if suffix == ".json":
        return documents.json_records(path, name, limit)
    found = lines.lines(path, name, limit)
    if suffix == ".jsonl":
        return records.jsonl(found)
    if suffix == ".txt":
        return records.plain(found)
    return records.separated(found, suffix=suffix, limit=limit)


def entries(file: SourceFile, forgotten: frozenset[str], ingest: Ingest) -> Iterator[Entry]:
    """The fate of each record of a file, in order."""
    for record in records_of(file, ingest.max_record_bytes):
        yield entry(record, file.source, forgotten)


def entry(record: Record, source: str, forgotten: frozenset[str]) -> Entry:
    """The fate of one record: kept with its row, forgotten, or rejected."""
    found = record.value if isinstance(record.value, Fault) else mapping.row_of(record.value)
    row_id = ""
    if isinstance(found, mapping.Row):
        try:
            row_id = schema.row_id(found.messages, found.rejected)
        except UnicodeEncodeError:
            found = Fault("invalid_json", "a lone surrogate, which is no text")
    if isinstance(found, Fault):
        digest = record.sha256()
        return Entry(digest, record.line, "rejected", found.reason, found.detail, None)
    if row_id in forgotten:
        return Entry(row_id, record.line, "forgotten", "tombstone", "", None)
    start, end = found.passage
    shared = schema.first_user(found.messages)[start:end]
    row = {
        "row_id": row_id,
        "kind": found.kind,
        "messages": found.messages,
        "rejected": found.rejected,
        "group": schema.group_of(shared) if shared else row_id,
        "task": found.task,
        "licence": found.licence,
        "subject": None,
        "source": source,
        "passage_start": start,
        "passage_end": end,
    }
    return Entry(row_id, record.line, "kept", "", "", row)


def batches(entries: Iterable[Entry], mean_rows: int) -> Iterator[list[Entry]]:
    """Consecutive entries, shard by shard (see :func:`stages.shards.closes`)."""
    batch: list[Entry] = []
    for found in entries:
        batch.append(found)
        if shards.closes(found.record_id, len(batch), mean_rows):
            yield batch
            batch = []
    if batch:
        yield batch


def write_shard(folder: Path, shard: Shard, batch: list[Entry]) -> None:
    """Write a shard's ledger, and its rows where it has any."""
    first = shard.first_line
    ledger = [
        {
            "row_id": e.record_id,
            "source": shard.source,
            "offset": e.line - first,
            "fate": e.fate,
            "reason": e.reason,
            "detail": e.detail,
        }
        for e in batch
    ]
    kept = [{**e.row, "offset": e.line - first} for e in batch if e.row is not None]
    shards.write_table(schema.ledger_table(ledger), shards.table_path(folder, "ledger", shard))
    if kept:
        shards.write_table(schema.rows_table(kept), shards.table_path(folder, "rows", shard))


class Tally:
    """What came in and what became of it, counted as it is written."""

    def __init__(self) -> None:
        self.by_source: dict[str, Counter[str]] = {}
        self.by_reason: Counter[str] = Counter()
        self.fates: Counter[str] = Counter()
        self._first_fault = ""

    @property
    def rows(self) -> int:
        """Records that became rows."""
        return self.fates["kept"]

    def add(self, source: str, batch: Iterable[Entry]) -> None:
        """Count the records of a shard."""
        counts = self.by_source.setdefault(source, Counter())
        for e in batch:
            self.fates[e.fate] += 1
            counts["records"] += 1
            counts["rows"] += e.fate == "kept"
            if e.fate != "kept":
                self.by_reason[e.reason] += 1
            if e.fate == "rejected" and not self._first_fault:
                self._first_fault = f"{source}:{e.line} ({e.reason}: {e.detail})"

    def metrics(self) -> dict[str, Any]:
        """The content of ``metrics/ingest.json``."""
        return {
            "records": sum(self.fates.values()),
            "rows": self.rows,
            "rejected": self.fates["rejected"],
            "forgotten": self.fates["forgotten"],
            "by_reason": dict(self.by_reason),
            "by_source": {source: dict(counts) for source, counts in self.by_source.items()},
        }

    def nothing_read(self, raw: Path) -> str:
        """One line for a folder of which not one row came."""
        if not self._first_fault:
            return f"{raw}: all rows are tombstoned; add rows that are not to be forgotten"
        reasons = ", ".join(f"{n} {reason}" for reason, n in sorted(self.by_reason.items()))
        return (
            f"{raw} gave no row: {reasons}; the first is {raw}/{self._first_fault}; "
            "see docs/data-formats.md"
        )
