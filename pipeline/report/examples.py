"""Three examples of each drop and each change, looked up from the ledgers and the rows.

    data/rows, data/clean, data/splits, data/tokens: ledger → three rows of each reason or rule
                                        data/raw, data/rows, data/clean → their text

The three are those with the smallest row id, a hash: chosen by chance, and the same each time; for
a rule, first those that no other rule changed. A text is shown after the cleaning rules, and what a
rule replaced by a placeholder such as ``[PHONE]`` as dots: a report may be passed on, personal data
may not.

Cost: three columns of each ledger, and one shard for each example. A record that was rejected is
read from data/raw, unless its file is larger than :data:`SCANNED` or lies outside the folder.
"""

import heapq
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.report.content import visible
from pipeline.report.predictions import Segments, compared
from stages.clean.rules import RULES, apply
from stages.errors import TinhError
from stages.shards import Shard, read_tables, table_path

EACH = 3
RAW = Path("data/raw")
LEDGERS = {
    "ingest": Path("data/rows"),
    "clean": Path("data/clean"),
    "split": Path("data/splits"),
    "tokenize": Path("data/tokens"),
}
HEX = re.compile("[0-9a-f]{64}")
SHOWN = 600  # characters of a text
AROUND = 80  # characters kept around a difference
SCANNED = 64 << 20  # bytes of a raw file that is searched for a line
LINE_SUFFIXES = (".jsonl", ".csv", ".tsv", ".txt")
TOO_LIKE = ("near_duplicate", "contaminated")  # fates whose detail is the id of another row
PLACEHOLDER = re.compile(r"\[[A-Z][A-Z_]*\]")
FAULTS = (TinhError, OSError, ValueError, KeyError, pa.ArrowException)


@dataclass(frozen=True)
class Place:
    """One ledger line, and the shard that it lies in."""

    row_id: str
    shard: Shard
    offset: int
    detail: str

    @property
    def line(self) -> int:
        """The absolute line, 1-based."""
        return self.shard.first_line + self.offset


@dataclass(frozen=True)
class Example:
    """A row that was changed, or dropped; texts as segments, see ``compared``.

    ``after`` is the changed text, or that of the row ``other`` that a dropped row was too like;
    empty for a row that was dropped for what it is.
    """

    place: str
    row_id: str
    detail: str
    before: Segments
    after: Segments
    other: str


@dataclass(frozen=True)
class Group:
    """The examples of one reason or rule of a stage; ``fate`` is ``changed`` for a rule."""

    stage: str
    fate: str
    reason: str
    examples: tuple[Example, ...]


def collect() -> tuple[list[Group], list[str]]:
    """The groups in order of the stages, and what could not be read: one line each."""
    groups: list[Group] = []
    unread: list[str] = []
    for stage, folder in LEDGERS.items():
        if not (folder / "index.parquet").is_file():
            continue
        try:
            groups += list(_groups(stage, folder))
        except FAULTS as error:
            unread.append(f"{folder}: {visible(str(error).splitlines()[0] if str(error) else '')}")
    return groups, unread


def _groups(stage: str, folder: Path) -> Iterator[Group]:
    columns = ["row_id", "offset", "fate", "reason", "detail"]
    drops, changes = chosen(read_tables(folder, "ledger", columns), stage)
    near = [p for (fate, _), places in drops.items() if fate in TOO_LIKE for p in places]
    twins = _texts_of({place.detail for place in near})
    for (fate, reason), places in sorted(drops.items()):
        yield Group(stage, fate, reason, tuple(_dropped(stage, fate, p, twins) for p in places))
    for rule, places in sorted(changes.items()):
        examples = [e for place in places if (e := _changed(place)) is not None]
        yield Group(stage, "changed", rule, tuple(examples))


Chosen = dict[Any, list[Place]]


def chosen(tables: Iterable[tuple[Shard, pa.Table]], stage: str) -> tuple[Chosen, Chosen]:
    """The places of each (fate, reason) that is no ``kept``, and of each rule that changed a row
    that was kept: those with the smallest row ids."""
    drops: dict[Any, list[Place]] = {}
    changes: dict[Any, list[Place]] = {}
    for shard, table in tables:
        kept = pc.equal(table["fate"], "kept")
        lost = table.filter(pc.invert(kept))
        pairs = lost.group_by(["fate", "reason"]).aggregate([]).to_pylist()
        for pair in pairs:
            mask = pc.and_(
                pc.equal(lost["fate"], pair["fate"]), pc.equal(lost["reason"], pair["reason"])
            )
            _keep(drops, (pair["fate"], pair["reason"]), lost.filter(mask), shard)
        if stage != "clean":
            continue
        altered = table.filter(pc.and_(kept, pc.not_equal(table["detail"], "")))
        details = pc.unique(altered["detail"]).to_pylist()
        for rule in sorted({rule for detail in details for rule in detail.split(",")}):
            others = [d for d in details if rule in d.split(",") and d != rule]
            for some in ([rule], others):  # first the rows that no other rule changed
                mask = pc.is_in(altered["detail"], pa.array(some, pa.string()))
                _keep(changes, rule, altered.filter(mask), shard)
    return drops, changes


def _keep(found: Chosen, key: Any, table: pa.Table, shard: Shard) -> None:
    """Keep the smallest ids of what was found and what ``table`` has."""
    order = pc.select_k_unstable(table, EACH, [("row_id", "ascending"), ("offset", "ascending")])
    new = [
        Place(e["row_id"], shard, e["offset"], e["detail"]) for e in table.take(order).to_pylist()
    ]
    both = [*found.get(key, []), *new]
    found[key] = heapq.nsmallest(EACH, both, key=_rank)


def _rank(place: Place) -> tuple[int, str, str, int]:
    rules = place.detail.count(",")
    return rules, place.row_id, place.shard.source, place.line


def _dropped(stage: str, fate: str, place: Place, twins: Mapping[str, str]) -> Example:
    raw = stage == "ingest" and fate == "rejected"
    text = cleaned(_raw(place) if raw else _text("ingest", place))
    if fate not in TOO_LIKE or place.detail not in twins:
        return _example(place, [shortened(text)], [], "")
    mine, other = compared(text, cleaned(twins[place.detail]))
    return _example(place, narrowed(mine), narrowed(other), place.detail)


def _texts_of(ids: Set[str]) -> dict[str, str]:
    """The texts of rows by their id; one column of each shard is read, and no text in vain."""
    wanted = pa.array(sorted(ids), pa.string())
    found: dict[str, str] = {}
    if not ids or not (LEDGERS["ingest"] / "index.parquet").is_file():
        return found
    for shard, table in read_tables(LEDGERS["ingest"], "rows", ["row_id", "offset"]):
        for row in table.filter(pc.is_in(table["row_id"], wanted)).to_pylist():
            if row["row_id"] not in found:
                place = Place(row["row_id"], shard, row["offset"], "")
                found[row["row_id"]] = _text("ingest", place)
    return found


def _changed(place: Place) -> Example | None:
    """A row before and after all rules; None where the texts are no longer there."""
    before, after = _text("ingest", place), _text("clean", place)
    if not before or not after:
        return None
    old, new = hidden(*compared(before, after, key=str))
    return _example(place, narrowed(old), narrowed(new), "")


def _example(place: Place, before: Segments, after: Segments, other: str) -> Example:
    return Example(
        place=visible(f"{place.shard.source}:{place.line}"),
        row_id=place.row_id,
        detail="" if HEX.fullmatch(place.detail) else visible(place.detail)[:200],
        before=[visible(s) for s in before],
        after=[visible(s) for s in after],
        other=other,
    )


def _text(stage: str, place: Place) -> str:
    """A row's messages, as they were after ``stage``; "" where they are no longer there."""
    path = table_path(LEDGERS[stage], "rows", place.shard)
    if not path.is_file():
        return ""
    table = pq.read_table(path, columns=["offset", "messages", "rejected"])
    found = table.filter(pc.equal(table["offset"], place.offset)).to_pylist()
    if not found:
        return ""
    messages: Sequence[Mapping[str, str]] = [*found[0]["messages"], *(found[0]["rejected"] or [])]
    return "\n".join(message["content"] for message in messages)


def _raw(place: Place) -> str:
    """The line of a raw file; "" for a file that has no lines, is too large or lies elsewhere."""
    path = RAW / place.shard.source
    inside = path.resolve().is_relative_to(RAW.resolve())
    if not inside or not path.is_file() or path.suffix.lower() not in LINE_SUFFIXES:
        return ""
    if path.stat().st_size > SCANNED:
        return ""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if number == place.line:
                return line[: 4 * SHOWN].decode("utf-8", errors="replace").rstrip("\r\n")
    return ""


def cleaned(text: str) -> str:
    """``text`` after every cleaning rule there is."""
    return apply(text, tuple(RULES))[0]


def hidden(before: Segments, after: Segments) -> tuple[Segments, Segments]:
    """What a placeholder stands for becomes dots, in the whole of ``before``."""
    if not any(PLACEHOLDER.search(segment) for segment in after[1::2]):
        return before, after
    covered = [s if i % 2 == 0 else re.sub(r"[^\W_]", "•", s) for i, s in enumerate(before)]
    return covered, after


def shortened(text: str) -> str:
    """The beginning of a long text."""
    return text if len(text) <= SHOWN else text[:SHOWN] + " …"


def narrowed(segments: Segments) -> Segments:
    """A long text's stretches that did not change cut down to what stands next to a change."""
    if sum(map(len, segments)) <= SHOWN:
        return segments
    found = []
    for i, segment in enumerate(segments):
        if i % 2 == 0 and len(segment) > 2 * AROUND:
            head = "" if i == 0 else segment[:AROUND]
            tail = "" if i == len(segments) - 1 else segment[-AROUND:]
            segment = f"{head} … {tail}"
        found.append(shortened(segment))
    return found[:60]
