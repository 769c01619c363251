"""What becomes of a record: a row, or the reason why it is none."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from stages import rows as schema
from stages.ingest import mapping, subjects
from stages.ingest.faults import Fault
from stages.ingest.reading import Read
from stages.ingest.sources import Reading

HASH_BITS = 64  # leading bits of the hash that decides whether a row is sampled


class Entry(NamedTuple):
    """A record's fate: its ledger line without place, and its row where it became one."""

    record_id: str
    line: int
    subject: str | None
    fate: str
    reason: str
    detail: str
    row: Mapping[str, Any] | None


def entries(found: Iterable[Read], source: str, reading: Reading, key: bytes) -> Iterator[Entry]:
    """The fate of each record of a file, in order; after ``reading.limit`` rows no more are kept.

    ``key`` is the key of data subjects, b"" where the reading names none.
    """
    kept = 0
    for read in found:
        decided = entry(read, source, reading, key)
        if decided.row is not None:
            kept += 1
            if reading.limit and kept > reading.limit:
                decided = decided._replace(
                    fate="rejected", reason="over_limit", detail=str(reading.limit), row=None
                )
        yield decided


def entry(read: Read, source: str, reading: Reading, key: bytes) -> Entry:
    """The fate of one record: kept with its row, or rejected."""
    record = read.record
    found: mapping.Row | Fault
    if isinstance(record.value, Fault):
        found = record.value
    else:
        found = mapping.row_of(record.value, reading)
    row_id, subject = "", None
    if isinstance(found, mapping.Row):
        try:
            row_id = schema.row_id(found.messages, found.rejected)
            subject = subjects.subject_of(key, found.subject) if reading.subject else None
        except UnicodeEncodeError:
            found = Fault("invalid_json", "a lone surrogate, which is no text")
    if isinstance(found, Fault):
        digest = record.sha256()
        return Entry(digest, record.line, None, "rejected", found.reason, found.detail, None)
    if reading.weight < 1 and not sampled(row_id, reading.weight):
        detail = f"weight {reading.weight:g}"
        return Entry(row_id, record.line, subject, "rejected", "not_sampled", detail, None)
    start, end = found.passage
    shared = schema.first_user(found.messages)[start:end]
    row = {
        "row_id": row_id,
        "kind": found.kind,
        "messages": found.messages,
        "rejected": found.rejected,
        "group": schema.group_of(shared) if shared else row_id,
        "task": found.task or reading.task,
        "licence": found.licence or reading.licence,
        "subject": subject,
        "source": source,
        "passage_start": start,
        "passage_end": end,
    }
    return Entry(row_id, record.line, subject, "kept", "", read.encoding, row)


def sampled(row_id: str, weight: float) -> bool:
    """Whether a row is among the share ``weight`` (0 to 1) of its source that is used.

    By the hash of the row alone: other rows move nothing, and a larger weight only adds rows.
    """
    value = int(hashlib.sha256(f"weight:{row_id}".encode()).hexdigest()[: HASH_BITS // 4], 16)
    return value < weight * (1 << HASH_BITS)
