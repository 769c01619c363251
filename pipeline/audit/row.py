"""What became of a row: its fate at every stage, and whether the model was trained on it.

::

    --text  ─┐                           data/rows      data/clean    data/splits    data/tokens
    --id    ─┼─> where it stood ──────>  ledger    ──>  ledger   ──>  ledger    ──>  ledger
    --at    ─┘   (row_id, source, line)                                              pack, token

A row that occurs twice is two records, each with a fate of its own. The ledgers are believed only
as far as they are attested: that data/merged was trained on *these* tokens is proved by the chain
of statements, and where it is not, the answer is "not proved" instead of yes or no.

Cost: --id and --text read a column of every shard, --at one shard for each stage; and everything
up to the model is hashed again, about 0.4 GB/s.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline import dag
from pipeline.audit import verify
from pipeline.audit.verify import Project
from stages.errors import InputError
from stages.rows import text_of
from stages.shards import Shard, read_index, read_tables, table_path, with_lines
from stages.text import fold

RAW, TOKENS, MERGED = "data/raw", "data/tokens", "data/merged"
LEDGERS = {
    "ingest": Path("data/rows"),
    "clean": Path("data/clean"),
    "split": Path("data/splits"),
    "tokenize": Path(TOKENS),
}
TEXTS = (LEDGERS["ingest"], LEDGERS["clean"])  # as it came in, and as it was repaired
TRAINED_FATES = ("kept", "truncated")
SHOWN = 20


@dataclass(frozen=True)
class Place:
    """One record: where it stood (1-based line of a file under data/raw), and its id."""

    row_id: str
    source: str
    line: int


@dataclass(frozen=True)
class Record:
    """A place and the ledger lines about it: stage → its line, in order of the stages."""

    place: Place
    fates: dict[str, dict[str, Any]]

    @property
    def twin(self) -> str | None:
        """The row that was kept in its place, where it was dropped as a duplicate."""
        for line in self.fates.values():
            if line["fate"] in ("duplicate", "near_duplicate"):
                return str(line["detail"]) or None
        return None


@dataclass(frozen=True)
class Model:
    """The model that the answer is about, and why its tokens are not proved ("" when they are)."""

    sha256: str | None
    unproved: str


def by_text(text: str) -> list[Place]:
    """Records whose text holds ``text``, as it came in or as it was repaired.

    Case, spacing and Unicode form do not count. Raises :class:`InputError` when there is none.
    """
    wanted = fold(text)
    if not wanted:
        raise InputError("--text is empty; give words of the row")
    columns = ["row_id", "source", "offset", "messages", "rejected"]
    found: set[Place] = set()
    for folder in TEXTS:
        for shard, table in read_tables(folder, "rows", columns):
            for row in with_lines(table, shard).to_pylist():
                if wanted in fold(text_of(row["messages"], row["rejected"])):
                    found.add(_place(row))
    return _some(found, "no row has this text; a rejected record is found by --at FILE:LINE")


def by_id(row_id: str) -> list[Place]:
    """The records of a row by its id: 64 hex digits, or enough leading ones to fit one row only.

    Raises :class:`InputError` when there is none, or more than one.
    """
    found: set[Place] = set()
    for shard, table in read_tables(LEDGERS["ingest"], "ledger", ["row_id", "source", "offset"]):
        chosen = table.filter(pc.starts_with(table["row_id"], row_id.lower()))
        found.update(_place(row) for row in with_lines(chosen, shard).to_pylist())
    if len({place.row_id for place in found}) > 1:
        raise InputError(f"--id {row_id} fits more than one row; give more of its digits")
    return _some(found, f"no row has the id {row_id}; `tinh audit row --text` finds ids")


def by_position(at: str) -> list[Place]:
    """The record at ``FILE:LINE`` of data/raw; for a line inside a longer record, that record.

    Raises :class:`InputError` for another form, and where there is no such record.
    """
    name, _, number = at.rpartition(":")
    if not name or not (number.isascii() and number.isdigit()):
        raise InputError(f"--at {at}: give FILE:LINE, like chat.jsonl:12")
    source, line = name.removeprefix(f"{RAW}/"), int(number)
    index = read_index(LEDGERS["ingest"])
    shard = _shard_of(index, source, line)
    lines = _ledger(LEDGERS["ingest"], shard) if shard is not None else []
    before = [_place(entry) for entry in lines if entry["line"] <= line]
    if not before:
        known = ", ".join(sorted({s.source for s in index}))
        raise InputError(f"--at {at}: there is no such record; the files are {known}")
    return [max(before, key=lambda place: place.line)]


def _place(row: Mapping[str, Any]) -> Place:
    return Place(row["row_id"], row["source"], row["line"])


def _some(places: Iterable[Place], otherwise: str) -> list[Place]:
    found = sorted(places, key=lambda p: (p.source, p.line))
    if not found:
        raise InputError(otherwise)
    return found


def _shard_of(index: Sequence[Shard], source: str, line: int) -> Shard | None:
    """The shard of ``source`` in which ``line`` lies: the last that begins no later."""
    before = [s for s in index if s.source == source and s.first_line <= line]
    return max(before, key=lambda s: s.first_line, default=None)


def _ledger(folder: Path, shard: Shard) -> list[dict[str, Any]]:
    """A shard's ledger lines, each with its absolute ``line``; none where it has no ledger."""
    path = table_path(folder, "ledger", shard)
    if not path.is_file():
        return []
    lines: list[dict[str, Any]] = with_lines(pq.read_table(path), shard).to_pylist()
    return lines


def fates(places: Sequence[Place]) -> list[Record]:
    """The ledger lines about each place, as far as there are stages that have run."""
    found: list[dict[str, dict[str, Any]]] = [{} for _ in places]
    for stage, folder in LEDGERS.items():
        if not (folder / "index.parquet").is_file():
            continue
        index = read_index(folder)
        ledgers: dict[str, dict[Place, dict[str, Any]]] = {}
        for place, lines in zip(places, found, strict=True):
            shard = _shard_of(index, place.source, place.line)
            if shard is None:
                continue
            if shard.name not in ledgers:
                ledgers[shard.name] = {_place(e): e for e in _ledger(folder, shard)}
            entry = ledgers[shard.name].get(place)
            if entry is not None:
                lines[stage] = {"shard": shard.name, **entry}
    return [Record(place, lines) for place, lines in zip(places, found, strict=True)]


def model(project: Project) -> Model:
    """Whether data/merged was trained on the tokens that lie in data/tokens, by attested runs."""
    merge = dag.writer(MERGED, project.stages)
    if merge is None or not Path(MERGED).exists():
        return Model(None, f"there is no {MERGED}; run `dvc repro`")
    verdicts = verify.up_to(project, merge.name)
    last = verdicts[-1].statement
    digest = last.subjects.get(MERGED, {}).get("sha256") if last else None
    broken = next((v for v in verdicts if not v.proved), None)
    return Model(digest, f"{broken.stage} is {broken.verdict}: {broken.detail}" if broken else "")


def trained(record: Record, about: Model) -> tuple[bool | None, str]:
    """Whether the model was trained on a record (None: that is not proved), and why."""
    last = list(record.fates)[-1]
    line = record.fates[last]
    if line["fate"] not in TRAINED_FATES:
        return False, " ".join(filter(None, [f"{last}: {line['fate']}", line["reason"]]))
    if last == "split" and line["reason"] == "test":
        return False, "held out for the test"
    if last != "tokenize":
        return None, f"not known after {last}; run `dvc repro`"
    if line["split"] != "train":
        return False, f"held out for {line['split']}"
    if about.unproved:
        return None, f"its tokens are in {TOKENS}, but {about.unproved}"
    return True, f"pack {line['pack']} of shard {line['shard']}, from token {line['start']}"


def document(records: Sequence[Record], about: Model) -> dict[str, Any]:
    """The answer as JSON."""
    found = []
    for record in records:
        yes, why = trained(record, about)
        shown = {
            stage: {k: v for k, v in line.items() if k not in ("row_id", "source", "line")}
            for stage, line in record.fates.items()
        }
        entry = {**asdict(record.place), "fates": shown, "trained": yes, "why": why}
        found.append({**entry, "kept_instead": record.twin})
    return {"records": found, "model": {"path": MERGED, **asdict(about)}}


def text(records: Sequence[Record], about: Model) -> str:
    """The answer for people: a block a record, the first twenty."""
    blocks = []
    for record in records[:SHOWN]:
        yes, why = trained(record, about)
        lines = [f"{record.place.source}:{record.place.line}  row {record.place.row_id}"]
        for stage, line in record.fates.items():
            said = f"  {stage:<9} {line['fate']:<14} {line['reason']:<14} {line['detail']}"
            lines.append(said.rstrip())
        answer = {True: "yes", False: "no", None: "not proved"}[yes]
        lines.append(f"  trained   {answer}: {why}")
        if record.twin:
            lines.append(f"  instead   `tinh audit row --id {record.twin[:16]}` was kept")
        blocks.append("\n".join(lines))
    if len(records) > SHOWN:
        blocks.append(f"… and {len(records) - SHOWN} more; --json has them all")
    blocks.append(f"model     {MERGED} {(about.sha256 or '')[:16]}".rstrip())
    return "\n\n".join(blocks)
