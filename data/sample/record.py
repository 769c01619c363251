"""A record as its file will hold it, and the conversation that ingest must make of it."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Messages = list[dict[str, str]]
CSV_COLUMNS = ("question", "answer", "context", "task")


@dataclass(frozen=True)
class Fate:
    """What must become of a dirty record; `clean` has the fields as cleaning must leave them."""

    dirt: str
    fate: str
    reason: str
    stage: str
    clean: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Record:
    """`fields` in the file's own keys (plain text: ``text``); `raw`: bytes that replace them."""

    fields: Mapping[str, Any]
    fate: Fate | None = None
    raw: bytes | None = None


def messages(fields: Mapping[str, Any]) -> Messages:
    """The conversation: by the row mapping of the data formats."""
    if "text" in fields:
        return [{"role": "text", "content": fields["text"]}]
    if "messages" in fields:
        return [dict(turn) for turn in fields["messages"]]
    if "instruction" in fields:
        parts, answer = [fields["instruction"], fields["input"]], fields["output"]
    elif "question" in fields:
        parts, answer = [fields["context"], fields["question"]], fields["answer"]
    else:
        parts, answer = [fields["prompt"]], fields["chosen"]
    user = "\n\n".join(part for part in parts if part)
    return [{"role": "user", "content": user}, {"role": "assistant", "content": answer}]


def mapped(fields: Mapping[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """The fields with `change` applied to every text but the task."""
    done: dict[str, Any] = {}
    for key, value in fields.items():
        if key == "messages":
            done[key] = [turn | {"content": change(turn["content"])} for turn in value]
        else:
            done[key] = value if key == "task" else change(value)
    return done


def as_chat(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same conversation in the chat format."""
    return {"messages": messages(fields), "task": fields["task"]}


def json_line(fields: Mapping[str, Any]) -> bytes:
    """One JSON line, without its end."""
    return json.dumps(fields, ensure_ascii=False).encode()


def encode_lines(records: Sequence[Record]) -> tuple[bytes, list[int]]:
    """A JSONL file and each record's line."""
    lines = [json_line(record.fields) if record.raw is None else record.raw for record in records]
    return b"".join(line + b"\n" for line in lines), list(range(1, len(lines) + 1))


def encode_text(records: Sequence[Record]) -> tuple[bytes, list[int]]:
    """A plain text file of one record a line, and each record's line."""
    lines = [
        record.fields["text"].encode() if record.raw is None else record.raw for record in records
    ]
    return b"".join(line + b"\n" for line in lines), list(range(1, len(lines) + 1))


def encode_csv(records: Sequence[Record]) -> tuple[bytes, list[int]]:
    """A CSV file with a header, and the physical line on which each record starts."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    starts = []
    for record in records:
        starts.append(out.getvalue().count("\n") + 1)
        writer.writerow([record.fields[column] for column in CSV_COLUMNS])
    return out.getvalue().encode(), starts
