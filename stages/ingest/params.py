"""The section ``ingest`` of params.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from stages.params import Section

Column = Literal[
    "messages", "conversations", "system", "prompt", "completion", "response", "chosen",
    "rejected", "instruction", "input", "output", "question", "context", "answer", "answers",
    "document", "summary", "text", "task", "licence",
]  # fmt: skip
Format = Literal["jsonl", "json", "csv", "tsv", "txt", "parquet"]
Encoding = Literal[
    "utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252",
    "tcvn3", "tcvn5712", "viscii", "vni", "cp1258",
]  # fmt: skip


class Source(Section):
    """What is said of some files beyond what they show themselves.

    A key that is left out says nothing: format, encoding and shape are then recognised.
    """

    files: Annotated[str, Field(min_length=1)]
    format: Format | None = None
    encoding: Encoding | None = None
    header: Annotated[list[str], Field(min_length=1)] | None = None
    columns: Annotated[dict[Column, str], Field(min_length=1)] | None = None
    constants: Annotated[dict[Column, str], Field(min_length=1)] | None = None
    task: str | None = None
    licence: str | None = None
    weight: Annotated[float, Field(gt=0, le=1)] | None = None
    limit: Annotated[int, Field(ge=1)] | None = None
    subject: str | None = None


class Ingest(Section):
    """How input files are read, and cut into records and shards."""

    shard_rows: Annotated[int, Field(ge=1)]
    max_record_bytes: Annotated[int, Field(ge=64)]
    max_unpacked_bytes: Annotated[int, Field(ge=64)]
    subject_key: Annotated[str, Field(pattern=r"^([0-9a-f]{16})?$")]
    sources: list[Source]
