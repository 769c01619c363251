"""From a frame or a rewrite to one exchange: what the user writes, the right and a wrong answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from sample import instructions
from sample.frame import Frame
from sample.grammar import choose, expand, sentence_case
from sample.rewrites import Rewrite
from sample.slots import Facts, draw, pick, shuffled

READING_TASKS = ("tom_tat", "hoi_dap", "trich_xuat", "phan_loai")
TASKS = (*READING_TASKS, "viet_lai")
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Bulletin:
    """One passage of a frame, the facts drawn for it and the slots that it states."""

    frame: Frame
    facts: Facts
    text: str
    stated: frozenset[str]


@dataclass(frozen=True)
class Ask:
    """An instruction (it points at its passage), the right answer and a plausible wrong one."""

    task: str
    instruction: str
    answer: str
    wrong: str


def bulletin(rng: Random, frame: Frame, closing: str = "") -> Bulletin:
    """A passage of the frame; `closing` is one more sentence, such as a contact."""
    facts = draw(rng, frame.slots)
    template = choose(rng, pick(rng, frame.passages))
    text = sentence_case(template.format_map(facts))
    stated = frozenset(slot for slot in frame.asked if _states(template, slot))
    return Bulletin(frame, facts, f"{text} {closing}".strip(), stated)


def _states(template: str, slot: str) -> bool:
    names = _SLOT.findall(template)
    return slot in names or f"{slot}_t" in names


def ask(rng: Random, about: Bulletin, task: str, where: str, skip: Sequence[str] = ()) -> Ask:
    """One exchange of a reading task; `where` is sau or trên; slots in `skip` are not asked."""
    if task == "tom_tat":
        return _summary(rng, about, where)
    if task == "hoi_dap":
        return _question(rng, about, where, skip, instructions.QUESTION)
    if task == "trich_xuat":
        return _extract(rng, about, where)
    return _topic(rng, about, where)


def follow_up(rng: Random, about: Bulletin, skip: Sequence[str]) -> Ask:
    """A question that goes on from an earlier one on the same passage."""
    return _question(rng, about, "trên", skip, instructions.FOLLOW)


def asked_slot(about: Bulletin, answer: str) -> str:
    """The slot that a question's answer came from, so that it is not asked again."""
    return next(slot for slot in sorted(about.stated) if about.facts[slot] == answer)


def _other(rng: Random, about: Bulletin, slot: str) -> Facts:
    """The facts with one slot wrong: the passage's own other value of that kind, or a new one."""
    own, facts = about.frame.slots.get(slot, ""), about.facts
    rivals = [
        name
        for name in sorted(about.stated)
        if name != slot and own and about.frame.slots.get(name, ("")).split()[:1] == own.split()[:1]
    ]
    while True:
        source = facts if rivals else draw(rng, about.frame.slots)
        other = pick(rng, rivals) if rivals else slot
        wrong = facts | {
            slot + key[len(other) :]: value
            for key, value in source.items()
            if key == other or key.startswith(f"{other}_")
        }
        if wrong[slot] != facts[slot]:
            return wrong


def _vague_or(rng: Random, task: str, wrong: str) -> str:
    return pick(rng, instructions.VAGUE[task]) if rng.random() < 0.25 else wrong


def _word(rng: Random, wordings: Sequence[str], **parts: str) -> str:
    return expand(rng, pick(rng, wordings), parts)


def _summary(rng: Random, about: Bulletin, where: str) -> Ask:
    summary = about.frame.summary
    slots = [slot for slot in sorted(about.stated) if _states(summary, slot)]
    wrong = sentence_case(summary.format_map(_other(rng, about, pick(rng, slots))))
    answer = sentence_case(summary.format_map(about.facts))
    return Ask(
        "tom_tat",
        _word(rng, instructions.SUMMARY, vt=where),
        answer,
        _vague_or(rng, "tom_tat", wrong),
    )


def _question(
    rng: Random, about: Bulletin, where: str, skip: Sequence[str], wordings: Sequence[str]
) -> Ask:
    slot = pick(rng, [name for name in sorted(about.stated) if name not in skip])
    question = expand(rng, pick(rng, about.frame.asked[slot][1].split("|")), about.facts)
    text = _word(rng, wordings, vt=where, q=question, ql=question[0].lower() + question[1:])
    return Ask(
        "hoi_dap",
        text,
        about.facts[slot],
        _vague_or(rng, "hoi_dap", _other(rng, about, slot)[slot]),
    )


def _extract(rng: Random, about: Bulletin, where: str) -> Ask:
    slots = shuffled(rng, sorted(about.stated))[: 3 if rng.random() < 0.25 else 2]
    keys = [about.frame.asked[slot][0] for slot in slots]
    keyed = len(slots) == 2 and rng.random() < 0.5
    listed = f"{', '.join(keys[:-1])} và {keys[-1]}"
    wrong_facts = _other(rng, about, pick(rng, slots))
    answers = []
    for facts in (about.facts, wrong_facts):
        pairs = zip(keys, slots, strict=True)
        answers.append(
            "; ".join(f"{key}: {facts[slot]}" if keyed else facts[slot] for key, slot in pairs)
        )
    wordings = instructions.KEYED if keyed else instructions.BARE
    return Ask(
        "trich_xuat",
        _word(rng, wordings, vt=where, k=listed),
        answers[0],
        _vague_or(rng, "trich_xuat", answers[1]),
    )


def _topic(rng: Random, about: Bulletin, where: str) -> Ask:
    label = about.frame.label
    wrong = pick(rng, [other for other in instructions.LABELS if other != label])
    text = _word(rng, instructions.TOPIC, vt=where)
    if rng.random() < 0.2:
        rest = [other for other in instructions.LABELS if other not in (label, wrong)]
        options = shuffled(rng, [label, wrong, *shuffled(rng, rest)[:2]])
        text = f"{text} Chọn một: {', '.join(options)}."
    return Ask("phan_loai", text, label, _vague_or(rng, "phan_loai", wrong))


def rewrite(rng: Random, case: Rewrite, where: str) -> tuple[str, Ask]:
    """A source sentence and what is asked of it."""
    facts = draw(rng, case.slots)
    source = expand(rng, pick(rng, case.sources), facts)
    first = _SLOT.search(case.target)
    opening = facts[first.group(1)] if first else ""
    if case.target.startswith("Đội {b}"):
        opening = f"đội {facts['b']}"
    elif case.target.startswith("Bức"):
        opening = "bức tranh"
    text = _word(rng, instructions.REWRITE[case.manner], vt=where, b=opening)
    wrong = sentence_case(case.target.format_map(_spoilt(rng, case, facts)))
    answer = sentence_case(case.target.format_map(facts))
    return source, Ask("viet_lai", text, answer, _vague_or(rng, "viet_lai", wrong))


def _spoilt(rng: Random, case: Rewrite, facts: Facts) -> Facts:
    """The facts with the two sides exchanged, where there are two, or with one fact replaced."""
    if {"a", "b"} <= set(case.slots) and rng.random() < 0.6:
        swap = {"a": "b", "b": "a"}
        return {
            swap[key[0]] + key[1:] if key[0] in swap and key[1:2] in ("", "_") else key: value
            for key, value in facts.items()
        }
    slot = pick(rng, sorted(case.slots))
    while True:
        other = draw(rng, case.slots)
        if other[slot] != facts[slot]:
            return facts | {
                key: value
                for key, value in other.items()
                if key == slot or key.startswith(f"{slot}_")
            }
