"""tokenize: split rows → sequences of token ids with labels, and a ledger of where each row lies.

``data/tokens/train/SHARD.arrow`` (and ``valid/``) is readable by ``datasets.Dataset.from_file``;
what a row of it is depends on ``task.method`` (see ``stages/tokenize/shard.py``).
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa

from stages import prompt as prompts
from stages.contract import In, Out
from stages.errors import DataError
from stages.params import Prompt, Task
from stages.shards import read_index, read_tables, write_index, write_table
from stages.tokenize.params import Tokenize
from stages.tokenize.shard import SCHEMAS, TOKENS_LEDGER, report, tokenised

LIBRARIES = ("transformers", "tokenizers", "pyarrow")
GRADE = "bitwise"
SPLITS = ("train", "valid")


def run(
    *, splits: In, tokenizer: In, tokens: Out, metrics: Out,
    prompt: Prompt, task: Task, tokenize: Tokenize,
) -> None:  # fmt: skip
    """Tokenise and pack the train and valid splits, shard by shard.

    Raises :class:`~stages.errors.ModelError` when the tokenizer cannot render the template, and
    :class:`~stages.errors.DataError` when nothing is left to train on.
    """
    from transformers import AutoTokenizer

    loaded = AutoTokenizer.from_pretrained(tokenizer, trust_remote_code=False)
    chat = prompts.chat_of(loaded, template=prompt.template, system=prompt.system)
    counts: dict[str, Counter[str]] = {split: Counter() for split in SPLITS}
    ledgers: dict[str, list[dict[str, Any]]] = {s.name: [] for s in read_index(splits)}
    for split in SPLITS:
        for shard, table in read_tables(splits, split):
            found = tokenised(
                chat, table.to_pylist(), method=task.method, split=split, tokenize=tokenize
            )
            path = tokens / split / f"{shard.name}.arrow"
            write_sequences(path, found.sequences, SCHEMAS[task.method])
            ledgers[shard.name] += found.lines
            counts[split] += found.counts
    require_some(counts["train"], task.method)
    for name, lines in ledgers.items():
        table = pa.Table.from_pylist(sorted(lines, key=lambda x: x["offset"]), TOKENS_LEDGER)
        write_table(table, tokens / "ledger" / f"{name}.parquet")
    write_index(tokens, read_index(splits))
    metrics.write_text(json.dumps(report(counts), indent=2, sort_keys=True) + "\n")


def require_some(train: Counter[str], method: str) -> None:
    """Raise :class:`DataError` when no row of the train split is left, with the reasons."""
    if train["rows"]:
        return
    reasons = {
        name.removeprefix("reason:"): n for name, n in train.items() if name.startswith("reason:")
    }
    said = ", ".join(f"{name} {n}" for name, n in sorted(reasons.items())) or "it has none"
    raise DataError(
        f"no row of the train split can be used by task.method {method}: {said}; "
        "choose another method, raise tokenize.max_length, or add rows"
    )


def write_sequences(path: Path, sequences: list[dict[str, Any]], schema: pa.Schema) -> None:
    """Write sequences as one Arrow stream of one record batch; no file for none."""
    if not sequences:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist(sequences, schema).combine_chunks()
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, schema) as writer:
        writer.write_table(table)
