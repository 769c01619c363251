"""Tokenising one shard, as a pure function that is called through the shard cache."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from stages import prompt as prompts
from stages.prompt import Chat
from stages.tables import parquet_bytes, parquet_table
from stages.tokenize.params import Tokenize
from stages.tokenize.shard import SCHEMAS, TOKENS_LEDGER, tokenised

Parts = dict[str, bytes]


def tokenise_rows(
    rows: bytes, *, tokenizer: Path, template: str, system: str, method: str, split: str,
    tokenize: Tokenize,
) -> Parts:  # fmt: skip
    """A shard's rows of one split: ``sequences`` (an Arrow stream of one record batch; no part if
    there are none), ``ledger`` (Parquet) and ``counts`` (JSON)."""
    chat = chat_at(tokenizer, template, system)
    found = tokenised(
        chat, parquet_table(rows).to_pylist(), method=method, split=split, tokenize=tokenize
    )
    parts = {
        "ledger": parquet_bytes(pa.Table.from_pylist(found.lines, TOKENS_LEDGER)),
        "counts": json.dumps(found.counts, sort_keys=True).encode(),
    }
    if found.sequences:
        parts["sequences"] = arrow_bytes(found.sequences, SCHEMAS[method])
    return parts


@cache
def chat_at(tokenizer: Path, template: str, system: str) -> Chat:
    """The chat of the tokenizer in a folder; loaded once a process, since it takes a second."""
    from transformers import AutoTokenizer

    loaded = AutoTokenizer.from_pretrained(tokenizer, trust_remote_code=False)
    return prompts.chat_of(loaded, template=template, system=system)


def arrow_bytes(sequences: list[dict[str, Any]], schema: pa.Schema) -> bytes:
    """Sequences as one Arrow stream of one record batch."""
    table = pa.Table.from_pylist(sequences, schema).combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def merge_ledgers(*ledgers: bytes) -> Parts:
    """``ledger``: the lines of a shard's splits in the order of their rows."""
    table = pa.concat_tables([parquet_table(ledger) for ledger in ledgers])
    order = pc.sort_indices(table, sort_keys=[("offset", "ascending")])
    return {"ledger": parquet_bytes(table.take(order))}
