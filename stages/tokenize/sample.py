"""Rows → token ids and labels, and what became of each.

::

    sft        prompt answer </s> prompt answer </s>    learned: answers and what ends them
    pretrain   <s> text </s>                            learned: all but <s>
    dpo        prompt chosen </s> | prompt rejected </s>    compared: the two answers
    grpo       prompt                                   answered while training

A row that a method cannot use is ``masked`` with ``not_for_METHOD``; no row goes without a fate.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stages.prompt import (
    IGNORE,
    Chat,
    Message,
    Segment,
    UnrenderableError,
    encode_all,
    question,
    segments,
)
from stages.rows import CHAT, PREFERENCE, TEXT

Row = Mapping[str, Any]

USABLE: Mapping[str, Sequence[str]] = {
    "sft": (CHAT, PREFERENCE, TEXT),  # the chosen answer of a preference row
    "pretrain": (TEXT,),
    "dpo": (PREFERENCE,),
    "grpo": (CHAT, PREFERENCE),
}
ENCODED_AT_ONCE = 500  # conversations
LAST_ONLY = "last_answer_only"  # of a row in which the template rewrites earlier turns


@dataclass(frozen=True)
class Fate:
    """What became of a row, as its ledger line says it."""

    fate: str
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Sample:
    """Token ids and labels of a row; ids are empty where its fate keeps nothing of it.

    ``lost`` counts the tokens that truncation took, ``lost_supervised`` those among them that
    would have been learned.
    """

    ids: list[int]
    labels: list[int]
    fate: Fate
    lost: int = 0
    lost_supervised: int = 0


@dataclass(frozen=True)
class Pair:
    """A preference: the same prompt with either answer."""

    chosen: Sample
    rejected: Sample


def dropped(fate: str, reason: str, detail: str = "") -> Sample:
    """The sample of a row of which nothing is kept."""
    return Sample([], [], Fate(fate, reason, detail))


def conversations(chat: Chat, rows: Sequence[Row], *, method: str, longest: int) -> list[Sample]:
    """``sft``: each row's answers, in at most ``longest`` tokens."""
    parts = [_parts(chat, row, row["messages"], method) for row in rows]
    encoded = _encoded(chat, [p for p in parts if not isinstance(p, Sample)])
    found = []
    for row, part in zip(rows, parts, strict=True):
        if isinstance(part, Sample):
            found.append(part)
        else:
            found.append(_fitted(*next(encoded), longest, chat.opening, _detail(row, part)))
    return found


def documents(chat: Chat, rows: Sequence[Row], *, method: str) -> list[Sample]:
    """``pretrain``: each text whole, however long."""
    return conversations(chat, rows, method=method, longest=2**62)


def pairs(chat: Chat, rows: Sequence[Row], *, method: str, longest: int) -> list[Pair]:
    """``dpo``: chosen and rejected after the same prompt, which gives way first.

    Where truncation leaves no difference between the two, ``masked`` as ``no_difference``.
    """
    found: list[Pair | None] = []
    wanted: list[list[Segment]] = []
    for row in rows:
        chosen = _parts(chat, row, row["messages"], method)
        other = (
            chosen if isinstance(chosen, Sample)
            else _parts(chat, row, [*row["messages"][:-1], *row["rejected"]], method)
        )  # fmt: skip
        if isinstance(chosen, Sample) or isinstance(other, Sample):
            nothing = other if isinstance(other, Sample) else dropped("masked", "no_answer")
            found.append(Pair(nothing, nothing))
        else:
            wanted += [_last_alone(chosen), _last_alone(other)]
            found.append(None)
    encoded = _encoded(chat, wanted)
    return [pair or _pair(next(encoded), next(encoded), longest, chat.opening) for pair in found]


def questions(chat: Chat, rows: Sequence[Row], *, method: str, longest: int) -> list[Sample]:
    """``grpo``: what leads up to each row's last answer; labels are -100 throughout."""
    parts: list[list[Segment] | Sample] = []
    for row in rows:
        messages = row["messages"]
        if (fault := _unusable(row, method)) is not None:
            parts.append(fault)
        elif messages[-1]["role"] != "assistant" or len(messages) < 2:
            parts.append(dropped("masked", "no_reference"))
        else:
            try:
                parts.append([Segment(p.text, False) for p in question(chat, messages[:-1])])
            except UnrenderableError as error:
                parts.append(dropped("rejected", error.reason, str(error)))
    encoded = _encoded(chat, [p for p in parts if not isinstance(p, Sample)])
    return [p if isinstance(p, Sample) else _asked(next(encoded)[0], longest) for p in parts]


def _encoded(
    chat: Chat, conversations: Sequence[Sequence[Segment]]
) -> Iterator[tuple[list[int], list[int]]]:
    """Ids and labels of each, some at a time: the tokenizer's own results take 12 KB a row."""
    for start in range(0, len(conversations), ENCODED_AT_ONCE):
        yield from encode_all(chat, conversations[start : start + ENCODED_AT_ONCE])


def _unusable(row: Row, method: str) -> Sample | None:
    if row["kind"] in USABLE[method]:
        return None
    return dropped("masked", f"not_for_{method}", row["kind"])


def _parts(
    chat: Chat, row: Row, messages: Sequence[Message], method: str
) -> list[Segment] | Sample:
    """The row's segments, or the sample of a row that has none."""
    if (fault := _unusable(row, method)) is not None:
        return fault
    try:
        found = segments(chat, messages)
    except UnrenderableError as error:
        return dropped("rejected", error.reason, str(error))
    return found or dropped("masked", "no_supervised_token")


def _detail(row: Row, parts: Sequence[Segment]) -> str:
    answers = sum(m["role"] == "assistant" for m in row["messages"][1:])
    return LAST_ONLY if sum(p.supervised for p in parts) < answers else ""


def _last_alone(parts: Sequence[Segment]) -> list[Segment]:
    """The same segments, the last one alone supervised."""
    return [*(Segment(p.text, False) for p in parts[:-1]), parts[-1]]


def _fitted(ids: list[int], labels: list[int], longest: int, opening: int, detail: str) -> Sample:
    labels[:1] = [IGNORE]  # packed, nothing of this sample stands before its first token
    kept_ids, kept_labels = truncated(ids, labels, longest, opening)
    learned = supervised(kept_labels)
    if not learned:
        return dropped("masked", "no_supervised_token", detail)
    lost = len(ids) - len(kept_ids)
    if not lost:
        return Sample(kept_ids, kept_labels, Fate("kept", "", detail))
    fate = Fate("truncated", "too_long", detail)
    return Sample(kept_ids, kept_labels, fate, lost, supervised(labels) - learned)


def _pair(
    chosen: tuple[list[int], list[int]],
    rejected: tuple[list[int], list[int]],
    longest: int,
    opening: int,
) -> Pair:
    prompt = next(i for i, label in enumerate(chosen[1]) if label != IGNORE)
    excess = max(len(chosen[0]), len(rejected[0])) - longest
    cut = min(max(0, excess), max(0, prompt - 1 - opening))
    sides = []
    for ids, labels in (chosen, rejected):
        labels[:1] = [IGNORE]
        kept = (ids[:1] + ids[1 + cut :])[:longest]
        marks = (labels[:1] + labels[1 + cut :])[:longest]
        fate = Fate("truncated", "too_long") if excess > 0 else Fate("kept")
        gone = supervised(labels) - supervised(marks)
        sides.append(Sample(kept, marks, fate, len(ids) - len(kept), gone))
    if sides[0].ids == sides[1].ids:
        same = dropped("masked", "no_difference")
        return Pair(same, same)
    if not all(supervised(side.labels) for side in sides):
        empty = dropped("masked", "no_supervised_token")
        return Pair(empty, empty)
    return Pair(*sides)


def _asked(ids: list[int], longest: int) -> Sample:
    """A prompt of at most ``longest`` tokens: its first stays, what follows it gives way."""
    excess = max(0, len(ids) - longest)
    kept = ids[:1] + ids[1 + excess :]
    fate = Fate("truncated", "too_long") if excess else Fate("kept")
    return Sample(kept, [IGNORE] * len(kept), fate, excess)


def supervised(labels: Sequence[int]) -> int:
    """How many labels are learned."""
    return len(labels) - labels.count(IGNORE)


def truncated(
    ids: list[int], labels: list[int], longest: int, opening: int = 0
) -> tuple[list[int], list[int]]:
    """At most ``longest`` tokens: the prompt gives way first, then the end of the answer.

    The first token (BOS) stays, and the ``opening`` tokens before the answer; what goes first is
    the prompt's beginning, which is furthest from the answer.
    """
    excess = len(ids) - longest
    if excess <= 0:
        return ids, labels
    answer = next((i for i, label in enumerate(labels) if label != IGNORE), len(ids))
    cut = min(excess, max(0, answer - 1 - opening))
    kept_ids = ids[:1] + ids[1 + cut :]
    kept_labels = labels[:1] + labels[1 + cut :]
    return kept_ids[:longest], kept_labels[:longest]
