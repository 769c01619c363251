"""The files that a model was made from: digest, rows, licences."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from pipeline.report.content import Content
from stages.errors import InputError
from stages.shards import read_tables

RAW = "data/raw/"
ROWS = Path("data/rows")


@dataclass(frozen=True)
class Source:
    """One file of ``data/raw`` as ingest's attestation has it.

    ``rows``: how many it gave; ``licences``: those that its rows name, most frequent first.
    """

    name: str
    sha256: str
    rows: int
    licences: tuple[str, ...]


def sources(content: Content) -> list[Source]:
    """The attested files, by name; rows and licences as ``data/rows`` has them, if it is there."""
    statement = content.statements.get("ingest")
    if statement is None:
        return []
    rows, licences = counted(ROWS)
    return [
        Source(
            name,
            digests["sha256"],
            rows[name],
            tuple(licence for licence, _ in licences.get(name, Counter()).most_common() if licence),
        )
        for path, digests in sorted(statement.dependencies.items())
        if path.startswith(RAW) and "md5" in digests
        for name in [path.removeprefix(RAW)]
    ]


def counted(folder: Path) -> tuple[Counter[str], dict[str, Counter[str]]]:
    """Rows by source, and rows by licence of each source; empty where nothing was ingested."""
    rows: Counter[str] = Counter()
    licences: dict[str, Counter[str]] = {}
    try:
        for shard, table in read_tables(folder, "rows", ["licence"]):
            rows[shard.source] += table.num_rows
            licences.setdefault(shard.source, Counter()).update(table["licence"].to_pylist())
    except (InputError, OSError):
        return Counter(), {}
    return rows, licences
