"""The work on one shard: a pure function of its rows and the rules, so it can be done anywhere.

    rows → rules → refusals → contamination → survivors + signatures, and a verdict for every row

What needs all rows (duplicates) works on the signatures afterwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from stages import near
from stages.clean.benchmark import Benchmark, contaminated
from stages.clean.duplicates import Comparable, Keys, content_key, keys
from stages.clean.filters import Limits, refusal
from stages.clean.language import Classify
from stages.clean.rules import apply
from stages.near import Hashes
from stages.rows import Message, answer, first_user, group_of, rows_table, text_of

MINHASH_SEED = 1  # picks the hash functions; any value serves, a change renames no row


@dataclass(frozen=True)
class Spec:
    """What is done to every row."""

    rules: tuple[str, ...]
    limits: Limits
    ngram: int
    bands: int
    band_rows: int


@dataclass(frozen=True)
class Verdict:
    """A row's fate so far. ``changed`` are the rules that changed it, whatever became of it."""

    fate: str
    reason: str
    detail: str
    changed: tuple[str, ...]


@dataclass(frozen=True)
class Cleaned:
    """A cleaned shard: the surviving rows, their keys (rows,) and signatures (rows, bands), and a
    verdict for each row that came in."""

    rows: pa.Table
    contents: Keys
    signatures: Hashes
    verdicts: tuple[Verdict, ...]


def clean_shard(table: pa.Table, spec: Spec, benchmark: Benchmark, classify: Classify) -> Cleaned:
    """Clean the rows of one shard."""
    rows: list[dict[str, Any]] = []
    verdicts: list[Verdict] = []
    for row in table.to_pylist():
        cleaned, changed = clean_row(row, spec.rules)
        refused = refusal(
            cleaned["kind"], cleaned["messages"], cleaned["rejected"], spec.limits, classify
        )
        if refused:
            verdicts.append(Verdict("rejected", *refused, changed))
        else:
            rows.append(cleaned)
            verdicts.append(Verdict("kept", "", ",".join(changed), changed))
    flat = near.hashed(text_of(row["messages"], row["rejected"]) for row in rows)
    dirty = contaminated(flat, benchmark) if "contamination" in spec.limits.filters else {}
    _mark(verdicts, dirty)
    clean = [i for i in range(len(rows)) if i not in dirty]
    survivors = [rows[i] for i in clean]
    grams = near.shingles(flat, spec.ngram)
    signatures = near.band_hashes(grams, bands=spec.bands, rows=spec.band_rows, seed=MINHASH_SEED)
    contents = keys([content_key(row["messages"], row["rejected"]) for row in survivors])
    return Cleaned(
        rows_table(survivors), contents, signatures[np.array(clean, np.int64)], tuple(verdicts)
    )


def _mark(verdicts: list[Verdict], dirty: Mapping[int, str]) -> None:
    """Turn the verdicts of contaminated rows, numbered among those kept so far."""
    kept = [i for i, verdict in enumerate(verdicts) if verdict.fate == "kept"]
    for number, file in dirty.items():
        at = kept[number]
        verdicts[at] = Verdict("contaminated", "eval", file, verdicts[at].changed)


def clean_row(
    row: Mapping[str, Any], rules: Sequence[str]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """A row after the rules, and the rules that changed it. Its row_id stays; its group follows
    its passage."""
    changed: set[str] = set()

    def cleaned(messages: Sequence[Message]) -> list[Message]:
        found: list[Message] = []
        for message in messages:
            content, by = apply(message["content"], rules)
            changed.update(by)
            found.append({"role": message["role"], "content": content})
        return found

    messages, rejected = cleaned(row["messages"]), cleaned(row["rejected"])
    names = tuple(name for name in rules if name in changed)
    result = {**row, "messages": messages, "rejected": rejected}
    before, start, end = first_user(row["messages"]), row["passage_start"], row["passage_end"]
    if end > start and first_user(messages) != before:
        passage, _ = apply(before[start:end], rules)
        result["passage_start"], result["passage_end"] = _find(
            first_user(messages), passage, at_start=start == 0
        )
        result["group"] = group_of(passage) if passage else row["row_id"]
    return result, names


def _find(text: str, passage: str, *, at_start: bool) -> tuple[int, int]:
    """Where a cleaned passage stands in its cleaned message; (0, 0) if cleaning joined it."""
    if at_start and text.startswith(passage):
        return 0, len(passage)
    if not at_start and text.endswith(passage):
        return len(text) - len(passage), len(text)
    return 0, 0


def comparable(row: Mapping[str, Any]) -> Comparable:
    """What duplicates are told by."""
    prompt, start, end = first_user(row["messages"]), row["passage_start"], row["passage_end"]
    return Comparable(
        group=row["group"],
        whole=text_of(row["messages"], row["rejected"]),
        question=prompt[:start] + prompt[end:],
        answer=answer(row["messages"]),
    )
