"""The one schema that every input record is brought into, and what gives a row its identity.

    row_id  sha256 of the row's canonical content: same row, same id, in any file and revision
    group   sha256 of the folded passage the row shares with others (else its row_id)
    where   source (file under data/raw) and offset (line, relative to the shard's first line)

A ledger has one line for each record that came in, with its fate. A row keeps the id it got when
it was read, whatever cleaning changes in it afterwards.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from stages.text import fold, nfc

Message = Mapping[str, str]

CHAT, PREFERENCE, TEXT = "chat", "preference", "text"
ROLES = ("system", "user", "assistant")

MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
ROWS = pa.schema(
    [
        ("row_id", pa.string()),
        ("kind", pa.string()),
        ("messages", MESSAGES),
        ("rejected", MESSAGES),  # the rejected answer of a preference row, else empty
        ("group", pa.string()),
        ("task", pa.string()),  # "" where the source names none
        ("licence", pa.string()),  # "" where the source names none
        ("subject", pa.string()),  # keyed hash of the data subject, null where none is named
        ("source", pa.string()),
        ("offset", pa.int64()),
        # Where the passage stands in the first user message, in characters; equal where none does.
        ("passage_start", pa.int32()),
        ("passage_end", pa.int32()),
    ]
)
LEDGER = pa.schema(
    [
        ("row_id", pa.string()),
        ("source", pa.string()),
        ("offset", pa.int64()),
        ("subject", pa.string()),  # of the row, see ROWS; null where none is named or readable
        ("fate", pa.string()),
        ("reason", pa.string()),
        ("detail", pa.string()),
    ]
)
PLACE = ["row_id", "source", "offset", "subject"]  # what every later ledger copies from its rows
FATES = (
    "kept", "rejected", "duplicate", "near_duplicate",
    "contaminated", "forgotten", "masked", "truncated",
)  # fmt: skip


def row_id(messages: Sequence[Message], rejected: Sequence[Message]) -> str:
    """SHA-256 (hex) of a row's canonical content: NFC, JSON with sorted keys and no spaces.

    Raises :class:`UnicodeEncodeError` for text with a lone surrogate, which is no Unicode text.
    """
    content: dict[str, Any] = {"messages": [_canonical(m) for m in messages]}
    if rejected:
        content["rejected"] = [_canonical(m) for m in rejected]
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()


def _canonical(message: Message) -> dict[str, str]:
    return {"role": message["role"], "content": nfc(message["content"])}


def group_of(passage: str) -> str:
    """The group of all rows that share ``passage``: SHA-256 (hex) of its folded text."""
    return hashlib.sha256(fold(passage).encode()).hexdigest()


def first_user(messages: Sequence[Message]) -> str:
    """The first user message's text, "" where there is none."""
    return next((m["content"] for m in messages if m["role"] == "user"), "")


def answer(messages: Sequence[Message]) -> str:
    """The last assistant message's text, "" where there is none."""
    return next((m["content"] for m in reversed(messages) if m["role"] == "assistant"), "")


def text_of(messages: Sequence[Message], rejected: Sequence[Message] = ()) -> str:
    """All of a row's text, one message a line, for comparing rows."""
    return "\n".join(m["content"] for m in (*messages, *rejected))


def rows_table(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows as a table of schema :data:`ROWS`."""
    return pa.Table.from_pylist(list(rows), schema=ROWS)


def ledger_table(entries: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Ledger lines as a table of schema :data:`LEDGER`."""
    return pa.Table.from_pylist(list(entries), schema=LEDGER)
