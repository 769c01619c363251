"""Clean records in five formats, admitted one by one against all that went before."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from sample import (
    frames_farm,
    frames_life,
    frames_play,
    frames_school,
    frames_trade,
    frames_weather,
)
from sample.frame import Frame
from sample.overlap import NearIndex
from sample.record import messages
from sample.rewrites import REWRITES, Rewrite
from sample.rows import READING_TASKS, Ask, Bulletin, ask, asked_slot, bulletin, follow_up, rewrite
from sample.slots import pick, shuffled

Fields = dict[str, Any]
FRAMES: tuple[Frame, ...] = (
    frames_play.FRAMES
    + frames_weather.FRAMES
    + frames_farm.FRAMES
    + frames_school.FRAMES
    + frames_trade.FRAMES
    + frames_life.FRAMES
)
FAR, NEAR = 0.38, 0.58
_ATTEMPTS = 60


def in_turn(rng: Random, values: Sequence[Any]) -> Iterator[Any]:
    """The values for ever, each pass in a new order, so that all are used equally often."""
    while True:
        yield from shuffled(rng, values)


class Composer:
    """Draws records until the index admits one; frames and rewrites take turns."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._index = NearIndex(FAR, NEAR)
        self._frames: Iterator[Frame] = in_turn(rng, FRAMES)
        self._rewrites: Iterator[Rewrite] = in_turn(rng, REWRITES)
        self._groups = 0

    def _admit(self, fields: Fields, group: str) -> bool:
        turns = messages(fields)
        text = "\n".join(turn["content"] for turn in turns)
        answers = [turn["content"] for turn in turns if turn["role"] == "assistant"]
        return self._index.admit(text, answers, group)

    def _group(self) -> str:
        self._groups += 1
        return f"g{self._groups}"

    def shared(self, wants: Sequence[tuple[str, str]]) -> list[tuple[str, Fields]]:
        """Records about one passage: for each (format, task) one; formats alpaca and csv."""
        while True:
            done = self._try_shared(wants)
            if done is not None:
                return done

    def _try_shared(self, wants: Sequence[tuple[str, str]]) -> list[tuple[str, Fields]] | None:
        about, group = bulletin(self._rng, next(self._frames)), self._group()
        done: list[tuple[str, Fields]] = []
        asked: list[str] = []
        for form, task in wants:
            for _ in range(_ATTEMPTS):
                where = "sau" if form == "alpaca" else "trên"
                exchange = ask(self._rng, about, task, where, asked)
                fields = _reading(form, about.text, exchange)
                if self._admit(fields, group):
                    done.append((form, fields))
                    if task == "hoi_dap":
                        asked.append(asked_slot(about, exchange.answer))
                    break
            else:
                if not done:
                    return None
        return done

    def single(self, form: str, task: str, closing: str = "") -> Fields:
        """A record with a passage of its own.

        Formats: alpaca, csv (some of them with a sentence a line), prompt (alpaca without input),
        preference, chat.
        """
        while True:
            fields = self._draw(form, task, closing)
            if self._admit(fields, self._group()):
                return fields

    def _draw(self, form: str, task: str, closing: str) -> Fields:
        if form == "chat":
            return self._chat(task, closing)
        where = {"alpaca": "sau", "csv": "trên"}.get(form) or pick(self._rng, ("sau", "trên"))
        if task == "viet_lai":
            passage, exchange = rewrite(self._rng, next(self._rewrites), where)
            passage = f"{passage} {closing}".strip()
        else:
            about = bulletin(self._rng, next(self._frames), closing)
            passage, exchange = about.text, ask(self._rng, about, task, where)
        if form == "csv" and self._rng.random() < 0.4:
            passage = passage.replace(". ", ".\n")
        if form in ("alpaca", "csv"):
            return _reading(form, passage, exchange)
        prompt = self._laid_out(passage, exchange.instruction, where)
        if form == "prompt":
            return {"instruction": prompt, "input": "", "output": exchange.answer, "task": task}
        return {
            "prompt": prompt,
            "chosen": exchange.answer,
            "rejected": exchange.wrong,
            "task": task,
        }

    def _laid_out(self, passage: str, instruction: str, where: str) -> str:
        gap = pick(self._rng, ("\n\n", "\n\n", "\n", " "))
        return gap.join((instruction, passage) if where == "sau" else (passage, instruction))

    def _chat(self, task: str, closing: str) -> Fields:
        """Two or three exchanges; the last one is of `task`, the first brings the passage."""
        count = 2 if self._rng.random() < 0.6 else 3
        if task == "viet_lai":
            turns = self._rewriting(count)
        else:
            turns = self._reading_chat(task, count, closing)
        return {"messages": turns, "task": task}

    def _rewriting(self, count: int) -> list[dict[str, str]]:
        turns: list[dict[str, str]] = []
        for number in range(count):
            where = pick(self._rng, ("sau", "trên"))
            passage, exchange = rewrite(self._rng, next(self._rewrites), where)
            user = self._laid_out(passage, exchange.instruction, where)
            opening = pick(self._rng, ("", "Thêm một câu. ", "Tiếp nhé. ")) if number else ""
            turns += _turn(opening + user, exchange.answer)
        return turns

    def _reading_chat(self, task: str, count: int, closing: str) -> list[dict[str, str]]:
        about = bulletin(self._rng, next(self._frames), closing)
        others = [other for other in READING_TASKS if other != task]
        tasks = [
            *(
                "hoi_dap" if self._rng.random() < 0.6 else pick(self._rng, others)
                for _ in range(count - 1)
            ),
            task,
        ]
        if len(set(tasks) - {"hoi_dap"}) < len([one for one in tasks if one != "hoi_dap"]):
            tasks = ["hoi_dap"] * (count - 1) + [task]
        turns: list[dict[str, str]] = []
        asked: list[str] = []
        for number, one in enumerate(tasks):
            where = pick(self._rng, ("sau", "trên")) if number == 0 else "trên"
            exchange = self._exchange(about, one, where, asked, first=number == 0)
            if one == "hoi_dap":
                asked.append(asked_slot(about, exchange.answer))
            user = exchange.instruction
            turns += _turn(
                user if number else self._laid_out(about.text, user, where), exchange.answer
            )
        return turns

    def _exchange(
        self, about: Bulletin, task: str, where: str, asked: Sequence[str], *, first: bool
    ) -> Ask:
        if task == "hoi_dap" and not first:
            return follow_up(self._rng, about, asked)
        return ask(self._rng, about, task, where, asked)

    def plain(self) -> Fields:
        """A bulletin alone, for the plain text files."""
        while True:
            fields = {"text": bulletin(self._rng, next(self._frames)).text}
            if self._admit(fields, self._group()):
                return fields


def _turn(user: str, answer: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": user}, {"role": "assistant", "content": answer}]


def _reading(form: str, passage: str, exchange: Ask) -> Fields:
    if form == "alpaca":
        return {
            "instruction": exchange.instruction,
            "input": passage,
            "output": exchange.answer,
            "task": exchange.task,
        }
    return {
        "question": exchange.instruction,
        "answer": exchange.answer,
        "context": passage,
        "task": exchange.task,
    }
