"""tokenize: split rows → packed Arrow, with labels, positions and a ledger of where each row lies.

``data/tokens/train/SHARD.arrow`` (and ``valid/``): one pack a row, ``input_ids``, ``labels`` and
``position_ids`` as lists of int32, readable by ``datasets.Dataset.from_file``. The ledger adds to
each row its split, its pack within the shard and its first token in that pack.
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
from stages.rows import LEDGER, PLACE
from stages.shards import read_index, read_tables, write_index, write_table
from stages.tokenize.packing import best_fit, pack
from stages.tokenize.params import Tokenize
from stages.tokenize.sample import Sample, tokenise

LIBRARIES = ("transformers", "tokenizers", "pyarrow")
GRADE = "bitwise"
SPLITS = ("train", "valid")
TOKENS_LEDGER = pa.schema(
    [*LEDGER, pa.field("split", pa.string()), pa.field("pack", pa.int64()),
     pa.field("start", pa.int64())]
)  # fmt: skip
PACKS = pa.schema(
    [pa.field(name, pa.list_(pa.int32())) for name in ("input_ids", "labels", "position_ids")]
)


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
    counts: Counter[str] = Counter()
    ledgers: dict[str, list[dict[str, Any]]] = {s.name: [] for s in read_index(splits)}
    for split in SPLITS:
        for shard, table in read_tables(splits, split):
            rows = table.to_pylist()
            samples = [
                tokenise(
                    chat, row["messages"],
                    max_length=min(tokenize.max_length, tokenize.pack_length),
                )
                for row in rows
            ]  # fmt: skip
            lines, packs = packed(rows, samples, split, tokenize.pack_length)
            ledgers[shard.name] += lines
            write_packs(tokens / split / f"{shard.name}.arrow", packs)
            count(counts, split, samples, packs, tokenize.pack_length)
    if not counts["train_supervised"]:
        raise DataError(
            "no token of the train split would be learned; see data/tokens's ledger reasons in "
            "metrics/split.json, and raise tokenize.max_length or add rows"
        )
    for name, lines in ledgers.items():
        table = pa.Table.from_pylist(sorted(lines, key=lambda x: x["offset"]), TOKENS_LEDGER)
        write_table(table, tokens / "ledger" / f"{name}.parquet")
    write_index(tokens, read_index(splits))
    metrics.write_text(json.dumps(report(counts), indent=2, sort_keys=True) + "\n")


def packed(
    rows: list[dict[str, Any]], samples: list[Sample], split: str, pack_length: int
) -> tuple[list[dict[str, Any]], list[dict[str, list[int]]]]:
    """Ledger lines of a shard's rows, and its packs."""
    used = [sample for sample in samples if sample.ids]
    places = best_fit([len(sample.ids) for sample in used], pack_length)
    where = iter(places)
    lines = []
    for row, sample in zip(rows, samples, strict=True):
        place = next(where) if sample.ids else None
        reason, _, detail = sample.reason.partition(":")
        lines.append(
            {
                **{name: row[name] for name in PLACE},
                "fate": sample.fate,
                "reason": reason,
                "detail": detail,
                "split": split,
                "pack": place.pack if place else -1,
                "start": place.start if place else -1,
            }
        )
    return lines, pack([(sample.ids, sample.labels) for sample in used], places)


def write_packs(path: Path, packs: list[dict[str, list[int]]]) -> None:
    """Write packs as one Arrow stream of one record batch; no file for none."""
    if not packs:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist(packs, PACKS).combine_chunks()
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, PACKS) as writer:
        writer.write_table(table)


def count(
    counts: Counter[str],
    split: str,
    samples: list[Sample],
    packs: list[dict[str, list[int]]],
    pack_length: int,
) -> None:
    """Add a shard's figures to ``counts``."""
    counts["rows"] += sum(bool(sample.ids) for sample in samples)
    counts["tokens"] += sum(len(sample.ids) for sample in samples)
    supervised = sum(label >= 0 for sample in samples for label in sample.labels)
    counts["supervised_tokens"] += supervised
    counts[f"{split}_supervised"] += supervised
    counts["lost_tokens"] += sum(s.full_length - len(s.ids) for s in samples if s.ids)
    counts["capacity"] += len(packs) * pack_length
    counts["packs"] += len(packs)
    for fate in ("truncated", "masked", "rejected"):
        counts[fate] += sum(sample.fate == fate for sample in samples)


def report(counts: Counter[str]) -> dict[str, Any]:
    """``metrics/tokenize.json``."""
    return {
        "rows": counts["rows"],
        "packs": counts["packs"],
        "tokens": counts["tokens"],
        "supervised_tokens": counts["supervised_tokens"],
        "lost_tokens": counts["lost_tokens"],
        "truncated_rows": counts["truncated"],
        "masked_rows": counts["masked"],
        "rejected_rows": counts["rejected"],
        "packing_efficiency": round(counts["tokens"] / max(1, counts["capacity"]), 6),
    }
