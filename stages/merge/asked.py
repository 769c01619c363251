"""The test prompts on which merged and trained model are compared.

Prompts alone: the answers of the test split are read by no stage before ``evaluate``.
"""

import heapq
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from stages import prompt as prompts
from stages.errors import DataError
from stages.shards import read_tables


def test_rows(splits: Path, count: int) -> list[dict[str, Any]]:
    """The ``count`` test rows of the smallest ids, by id: a sample that no file order changes.

    One shard is in memory at a time. Raises :class:`DataError` for an empty test split.
    """
    tables = (table for _, table in read_tables(splits, "test", ["row_id", "messages"]))
    rows = smallest(tables, count)
    if not rows:
        raise DataError(f"{splits} has no test row to compare models on; raise split.test_share")
    return rows


def smallest(tables: Iterable[pa.Table], count: int) -> list[dict[str, Any]]:
    """The ``count`` rows of the smallest ``row_id`` in all tables, in order of it."""
    found: list[dict[str, Any]] = []
    for table in tables:
        best = pc.select_k_unstable(table, count, [("row_id", "ascending")])
        found = heapq.nsmallest(
            count, [*found, *table.take(best).to_pylist()], key=lambda row: str(row["row_id"])
        )
    return found


def ids_of(chat: prompts.Chat, row: dict[str, Any], *, context: int | None) -> list[int] | None:
    """Token ids of what a row asks (a text row: the text), cut to its last ``context`` tokens.

    None for a row that forges a control token, or that the template refuses.
    """
    messages = row["messages"]
    if messages[-1]["role"] == "assistant":
        messages = messages[:-1]
    try:
        if messages[-1]["role"] == "text":
            parts = prompts.segments(chat, messages)
        else:
            parts = prompts.question(chat, messages)
    except prompts.UnrenderableError:
        return None
    ids, _ = prompts.encode(chat, parts)
    return ids if context is None else ids[-context:]
