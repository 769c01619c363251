"""One shard's rows → what is written of it: sequences, ledger lines, figures.

::

    method        a row of SHARD.arrow
    sft, pretrain input_ids labels position_ids          a pack, or a sample when packing is off
    dpo           chosen_ids chosen_labels rejected_ids rejected_labels          a pair
    grpo          prompt_ids reference row_id                                    a prompt

The ledger says of each row in which of these rows (``pack``) its tokens begin, at which token
(``start``) and how many they are (``tokens``; from a full block they run on into the next).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pyarrow as pa

from stages.prompt import Chat
from stages.rows import LEDGER, PLACE, answer
from stages.tokenize.packing import Place, best_fit, blocks, each_alone, pack
from stages.tokenize.params import Tokenize
from stages.tokenize.sample import (
    Pair,
    Row,
    Sample,
    conversations,
    documents,
    pairs,
    questions,
    supervised,
)

IDS = pa.list_(pa.int32())
PACKS = pa.schema([("input_ids", IDS), ("labels", IDS), ("position_ids", IDS)])
SCHEMAS = {
    "sft": PACKS,
    "pretrain": PACKS,
    "dpo": pa.schema(
        [("chosen_ids", IDS), ("chosen_labels", IDS), ("rejected_ids", IDS),
         ("rejected_labels", IDS)]
    ),
    "grpo": pa.schema([("prompt_ids", IDS), ("reference", pa.string()), ("row_id", pa.string())]),
}  # fmt: skip
TOKENS_LEDGER = pa.schema(
    [*LEDGER, pa.field("split", pa.string()), pa.field("pack", pa.int64()),
     pa.field("start", pa.int64()), pa.field("tokens", pa.int64())]
)  # fmt: skip


@dataclass(frozen=True)
class Tokenised:
    """A shard's rows of one split: sequences in the method's schema, ledger lines, figures."""

    sequences: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    counts: Counter[str]


def tokenised(
    chat: Chat, rows: Sequence[Row], *, method: str, split: str, tokenize: Tokenize
) -> Tokenised:
    """All of a shard's rows in one split, by the method of ``params.yaml``."""
    make = {"sft": _sft, "pretrain": _pretrain, "dpo": _dpo, "grpo": _grpo}[method]
    samples, sequences, places, capacity = make(chat, rows, tokenize)
    found = iter(places)
    lines = [
        _line(row, sample, next(found) if _first(sample).ids else None, split)
        for row, sample in zip(rows, samples, strict=True)
    ]
    counts = Counter({"capacity": capacity, "sequences": len(sequences)})
    for sample in samples:
        first = _first(sample)
        counts.update(["records", f"fate:{first.fate.fate}"])
        if first.fate.reason:
            counts[f"reason:{first.fate.reason}"] += 1
        counts.update(_figures(_sides(sample), chat))
    return Tokenised(sequences, lines, counts)


Made = tuple[Sequence[Sample | Pair], list[dict[str, Any]], list[Place], int]


def _sft(chat: Chat, rows: Sequence[Row], tokenize: Tokenize) -> Made:
    samples = conversations(chat, rows, method="sft", longest=tokenize.longest)
    used = [sample for sample in samples if sample.ids]
    lengths = [len(sample.ids) for sample in used]
    places = best_fit(lengths, tokenize.pack_length) if tokenize.pack else each_alone(len(used))
    packs = pack([(sample.ids, sample.labels) for sample in used], places)
    return samples, packs, places, _room(packs, tokenize)


def _pretrain(chat: Chat, rows: Sequence[Row], tokenize: Tokenize) -> Made:
    samples = documents(chat, rows, method="pretrain")
    used = [(sample.ids, sample.labels) for sample in samples if sample.ids]
    cut, places = blocks(used, tokenize.pack_length, shared=tokenize.pack)
    return samples, cut, places, _room(cut, tokenize)


def _room(packs: Sequence[dict[str, Any]], tokenize: Tokenize) -> int:
    """Tokens that ``packs`` could hold; 0 for samples that stand alone, at their own length."""
    return len(packs) * tokenize.pack_length if tokenize.pack else 0


def _dpo(chat: Chat, rows: Sequence[Row], tokenize: Tokenize) -> Made:
    found = pairs(chat, rows, method="dpo", longest=tokenize.longest)
    records = [
        {
            "chosen_ids": pair.chosen.ids,
            "chosen_labels": pair.chosen.labels,
            "rejected_ids": pair.rejected.ids,
            "rejected_labels": pair.rejected.labels,
        }
        for pair in found
        if pair.chosen.ids
    ]
    return found, records, each_alone(len(records)), 0


def _grpo(chat: Chat, rows: Sequence[Row], tokenize: Tokenize) -> Made:
    found = questions(chat, rows, method="grpo", longest=tokenize.longest)
    records = [
        {
            "prompt_ids": sample.ids,
            "reference": answer(row["messages"]),
            "row_id": row["row_id"],
        }
        for row, sample in zip(rows, found, strict=True)
        if sample.ids
    ]
    return found, records, each_alone(len(records)), 0


def _sides(sample: Sample | Pair) -> tuple[Sample, ...]:
    return (sample.chosen, sample.rejected) if isinstance(sample, Pair) else (sample,)


def _first(sample: Sample | Pair) -> Sample:
    return _sides(sample)[0]


def _line(row: Row, sample: Sample | Pair, place: Place | None, split: str) -> dict[str, Any]:
    fate = _first(sample).fate
    return {
        **{column: row[column] for column in PLACE},
        "fate": fate.fate,
        "reason": fate.reason,
        "detail": fate.detail,
        "split": split,
        "pack": place.pack if place else -1,
        "start": place.start if place else -1,
        "tokens": sum(len(side.ids) for side in _sides(sample)),
    }


def _figures(sides: Iterable[Sample], chat: Chat) -> Counter[str]:
    """The label audit's sums over the samples of one row."""
    counts: Counter[str] = Counter()
    bos = chat.bos_id
    for side in sides:
        if not side.ids:
            continue
        counts["rows"] = 1
        counts["samples"] += 1
        counts["tokens"] += len(side.ids)
        counts["supervised"] += supervised(side.labels)
        counts["ended"] += side.labels[-1] in chat.stops
        counts["lost"] += side.lost
        counts["lost_supervised"] += side.lost_supervised
        if bos is not None:
            found = side.ids.count(bos)
            counts["bos"] += found
            if found > 1:
                counts["double_bos"] += (bos, bos) in pairwise(side.ids)
    return counts


def report(by_split: dict[str, Counter[str]]) -> dict[str, Any]:
    """``metrics/tokenize.json``: the label audit over train and valid.

    Shares are of tokens, but ``eos_share``: of the samples (a pair has two), how many end in a
    supervised token that stops an answer. ``truncation_loss``: which share of what was to be
    learned was cut off. ``packing_efficiency``: of the sequences' room; null where nothing shares.
    """
    counts: Counter[str] = sum(by_split.values(), Counter())
    learned = counts["supervised"]
    return {
        "rows": counts["rows"],
        "packs": counts["sequences"],
        "tokens": counts["tokens"],
        "supervised_tokens": learned,
        "supervised_share": _share(learned, counts["tokens"]),
        "eos_share": _share(counts["ended"], counts["samples"]),
        "bos_tokens": counts["bos"],
        "double_bos_rows": counts["double_bos"],
        "lost_tokens": counts["lost"],
        "lost_supervised_tokens": counts["lost_supervised"],
        "truncation_loss": _share(counts["lost_supervised"], learned + counts["lost_supervised"]),
        "truncated_rows": counts["fate:truncated"],
        "masked_rows": counts["fate:masked"],
        "rejected_rows": counts["fate:rejected"],
        "by_reason": {
            name.removeprefix("reason:"): count
            for name, count in sorted(counts.items())
            if name.startswith("reason:")
        },
        "by_split": {
            split: {
                "rows": found["rows"],
                "packs": found["sequences"],
                "tokens": found["tokens"],
                "supervised_tokens": found["supervised"],
            }
            for split, found in by_split.items()
        },
        "packing_efficiency": (
            _share(counts["tokens"], counts["capacity"]) if counts["capacity"] else None
        ),
    }


def _share(part: int, whole: int) -> float:
    return round(part / max(1, whole), 6)
