"""Any accepted file → rows of one schema, and a ledger line for every record that came in.

    data/raw/*.jsonl .json .csv .tsv .txt .parquet (.gz .zst), folders of datasets
        → lines are cut into ranges by content (ingest/chunks.py), documents stay whole
        → each range or document to rows and ledger, or recalled   (ingest/shard.py, stages/memo.py)
        → data/rows

A range is a shard; a document is cut into shards where it is read. One range for each worker is in
memory. Text is brought to Unicode (ingest/encoding.py) and otherwise taken as it stands; what
cannot become a row is counted and named.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stages import memo as memos
from stages import shards
from stages.blob import Blob
from stages.contract import In, Out, Progress
from stages.errors import InputError
from stages.executor import mapped
from stages.ingest import chunks, reading, separated, shard
from stages.ingest.encoding import Prevailing
from stages.ingest.files import SourceFile, source_files
from stages.ingest.lines import decoder, lines
from stages.ingest.opening import announced
from stages.ingest.params import Ingest
from stages.ingest.reading import Limits
from stages.ingest.shard import Facts
from stages.ingest.sources import FORMATS, Reading, readings
from stages.ingest.subjects import require_key
from stages.memo import Keyed, Memo
from stages.params import Compute
from stages.shards import Shard

LIBRARIES = ("numpy", "pyarrow")
GRADE = "bitwise"


@dataclass(frozen=True)
class Job:
    """One call of a reader of :mod:`stages.ingest.shard`, and the row ids to be forgotten."""

    reader: str
    blob: Blob
    source: str
    first_line: int  # of the range, 1-based
    settings: Mapping[str, Any]
    forgotten: frozenset[str]

    @property
    def weight(self) -> int:
        """Bytes that are read."""
        return self.blob.length

    @property
    def units(self) -> int:
        """Progress is told in bytes, for rows are not known yet."""
        return self.blob.length


@dataclass(frozen=True)
class Made:
    """A shard that is ready: what was counted of it, and where its parts are."""

    source: str
    facts: Facts  # first_line is absolute here
    ledger: Blob
    rows: Blob | None


def run(
    *, raw: In, tombstones: In, rows: Out, metrics: Out, ingest: Ingest, compute: Compute
) -> Iterator[Progress]:
    """Read every file of ``raw``. Raises :class:`InputError` if not one row comes of it."""
    if not raw.is_dir():
        raise InputError(f"{raw} does not exist; put at least one data file there")
    files = source_files(raw)
    if not files:
        raise InputError(f"{raw} holds no file; put at least one of {', '.join(FORMATS)} there")
    forgotten = tombstoned(tombstones)
    how = readings(files, ingest.sources)
    key = require_key(ingest.subject_key) if any(r.subject for r in how) else b""
    memo = memos.opened(LIBRARIES)
    total = sum(file.path.stat().st_size for file in files if file.path.is_file())
    jobs = (
        job
        for file, what in zip(files, how, strict=True)
        for job in jobs_of(file, what, ingest, key, forgotten)
    )
    found = yield from mapped(work, jobs, memo, compute, unit="bytes", total=total)
    made = with_empty_files(files, [one for part in found for one in part], memo)
    tally = Tally()
    written: list[Shard] = []
    taken: dict[str, int] = {}
    for one in made:
        name = shards.unique_name(one.facts.name, taken)
        written.append(Shard(name, one.source, one.facts.first_line, one.facts.records))
        one.ledger.place(shards.table_path(rows, "ledger", written[-1]))
        if one.rows:
            one.rows.place(shards.table_path(rows, "rows", written[-1]))
        tally.add(one.source, one.facts)
    if not tally.rows:
        raise InputError(tally.nothing_read(raw))
    shards.write_index(rows, written)
    text = json.dumps(tally.metrics(), indent=2, sort_keys=True, ensure_ascii=False)
    metrics.write_text(text + "\n", encoding="utf-8")
    memos.trim(memo.folder, compute.shard_cache_gib)


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


def jobs_of(
    file: SourceFile, what: Reading, ingest: Ingest, key: bytes, forgotten: frozenset[str]
) -> Iterator[Job]:
    """The calls that read a file, in the order of its lines."""
    settings: dict[str, Any]
    if fault := reading.unread(file, what):
        there = file.path.is_file() and fault.reason != "outside"
        blob = Blob.of_file(file.path) if there else Blob.of_bytes(file.source.encode())
        settings = {"reason": fault.reason, "detail": fault.detail}
        yield Job("read_fault", blob, file.source, 1, settings, forgotten)
        return
    limits = Limits(ingest.max_record_bytes, ingest.max_unpacked_bytes)
    # The key is known by its fingerprint: nothing that is written may hold it.
    settings = {"reading": what, "limits": limits, "key": Keyed(key, ingest.subject_key)}
    if not in_ranges(file, what, limits):
        settings["mean_rows"] = ingest.shard_rows
        yield Job("read_document", blob_of(file), file.source, 1, settings, forgotten)
        return
    settings["prior"] = reading.prevailing(file, what, limits).table
    for part in chunks.chunks(file.path, what.format, ingest.shard_rows, limits.record):
        here = {**settings, "header": part.header.decode("latin-1")}
        yield Job("read_lines", part.blob, file.source, part.first_line, here, forgotten)


def blob_of(file: SourceFile) -> Blob:
    """A file, or a folder by the digests of its files."""
    if not file.dataset:
        return Blob.of_file(file.path)
    size = sum(part.stat().st_size for part in file.path.iterdir() if part.is_file())
    digest = Blob.of_bytes(reading.listing(file.path)).sha256
    return Blob(digest, file.path.absolute(), 0, size)


def in_ranges(file: SourceFile, what: Reading, limits: Limits) -> bool:
    """Whether a file can be read range by range of its lines: each of them says all it says."""
    if what.format not in chunks.LINE_FORMATS or what.packing or what.limit:
        return False
    with file.path.open("rb") as stream:
        _, wide = announced(stream.read(4), what.encoding)
    if wide or what.format not in chunks.SEPARATED:
        return not wide
    return not what.header and has_header(file, what, limits)


def has_header(file: SourceFile, what: Reading, limits: Limits) -> bool:
    """Whether a CSV begins with a header; one that does not is one fault as a whole."""
    decode = decoder(reading.given_encoding(what))
    prior = Prevailing(lambda: reading.prevailing(file, what, limits).table)
    with file.path.open("rb") as stream:
        first = next(lines(stream, decode, limits.record), None)
        if first is None or separated.declares_delimiter(first.text):
            return False
        stream.seek(0)
        found = lines(stream, decode, limits.record)
        tabs = what.format == "tsv"
        read = separated.separated(found, tabs=tabs, names=(), prior=prior, limit=limits.record)
        record = next(read, None)
    return record is None or record.line > 1


def work(memo: Memo, job: Job) -> list[Made]:
    """The shards of a job."""
    function = getattr(shard, job.reader)
    entry = memo(function, job.blob, source=job.source, **job.settings)
    prefixes = sorted({name.rpartition(".")[0] for name in entry}, key=lambda p: int(p or 0))
    found = []
    for prefix in prefixes:
        parts = {
            n.rpartition(".")[2]: b for n, b in entry.items() if n.rpartition(".")[0] == prefix
        }
        if job.forgotten and (ids := tombstoned_ids(parts["ids"], job.forgotten)):
            left = ("rows", "ledger", "facts")
            parts = memo(shard.forget, *(parts[name] for name in left), row_ids=ids)
        facts = Facts(**json.loads(parts["facts"].read()))
        facts = replace(facts, first_line=facts.first_line + job.first_line - 1)
        found.append(Made(job.source, facts, parts["ledger"], parts.get("rows")))
    return found


def tombstoned_ids(ids: Blob, forgotten: frozenset[str]) -> list[str]:
    """Those of a shard's ids that are to be forgotten, sorted."""
    held = {item.tobytes().hex() for item in ids.array("V32")}
    return sorted(held & forgotten)


def with_empty_files(files: Iterable[SourceFile], made: list[Made], memo: Memo) -> Iterator[Made]:
    """The shards file by file; a file of which no record came is one record."""
    by_source: dict[str, list[Made]] = {}
    for one in made:
        by_source.setdefault(one.source, []).append(one)
    for file in files:
        if file.source in by_source:
            yield from by_source[file.source]
            continue
        settings = {"reason": "empty_record", "detail": "no record in the file"}
        job = Job("read_fault", Blob.of_file(file.path), file.source, 1, settings, frozenset())
        yield from work(memo, job)


class Tally:
    """What came in and what became of it, counted shard by shard."""

    def __init__(self) -> None:
        self.by_source: dict[str, Counter[str]] = {}
        self.by_reason: Counter[str] = Counter()
        self.fates: Counter[str] = Counter()
        self._first_fault = ""

    @property
    def rows(self) -> int:
        """Records that became rows."""
        return self.fates["kept"]

    def add(self, source: str, facts: Facts) -> None:
        """Count the records of a shard."""
        counts = self.by_source.setdefault(source, Counter())
        counts["records"] += facts.records
        counts["rows"] += facts.kept
        self.fates["kept"] += facts.kept
        self.fates["forgotten"] += facts.forgotten
        self.fates["rejected"] += facts.records - facts.kept - facts.forgotten
        self.by_reason.update(facts.reasons)
        if facts.fault and not self._first_fault:
            offset, fault = facts.fault
            self._first_fault = f"{source}:{facts.first_line + offset} ({fault})"

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
