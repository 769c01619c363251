"""A record of any known shape → one row.

Shapes are told by their keys alone, tried in this order::

    messages                      chat, as it stands
    conversations                 ShareGPT: from/value, human → user, gpt → assistant
    prompt, chosen, rejected      preference: user, assistant + the rejected answer
    chosen, rejected              the same with two conversations that begin alike
    prompt, completion|response   user, assistant
    instruction[, input], output  Alpaca: user = instruction, blank line, input
    question[, context], answer   user = context, blank line, question
    question[, context], answers  SQuAD: the first of the answers
    document, summary             user = document
    text                          plain text, role "text"

``prompt``, ``completion``, ``chosen`` and ``rejected`` may be text or a list of messages. A
``system`` text goes before the turns of any conversation that has none of its own. ``task`` and
``licence`` (or ``license``) are taken along where they stand. Text must be text: numbers and nulls
are refused, since what they would become is a guess.

The passage is what several rows can share: the input, context or document; for conversations and
preference pairs the first user message, unless it is too short to be one ("Xin chào").
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from stages.ingest.faults import Fault
from stages.ingest.sources import Reading
from stages.rows import CHAT, PREFERENCE, ROLES, TEXT, Message, first_user
from stages.text import syllables

SPEAKERS = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    "system": "system",
}
AS_THEY_ARE = {role: role for role in ROLES}
SHORTEST_PASSAGE = 8  # syllables; a shorter opening is a greeting or a command, shared by chance
SEPARATOR = "\n\n"
PLAIN = Reading()  # nothing is said of the source


class Row(NamedTuple):
    """What a record says. ``passage`` is a span of the first user message, (0, 0) for none."""

    kind: str
    messages: list[Message]
    rejected: list[Message]
    passage: tuple[int, int]
    task: str
    licence: str
    subject: str


class _FaultError(Exception):
    """Carries a :class:`Fault` out of nested checks; never leaves this module."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.fault = Fault(reason, detail)


def row_of(value: object, reading: Reading = PLAIN) -> Row | Fault:
    """The row that a record is, or why it is none; ``reading`` is what is said of its source."""
    if not isinstance(value, Mapping):
        return Fault("not_an_object", f"a {_name(value)}")
    if not value:
        return Fault("empty_record", "an object without keys")
    try:
        subject = _subject(value, reading.subject) if reading.subject else ""
        named = _mapped(value, reading) if reading.columns or reading.constants else value
        for keys, build in SHAPES:
            if all(key in named for key in keys):
                return _checked(build(named))._replace(subject=subject)
    except _FaultError as error:
        return error.fault
    return Fault("unknown_shape", f"keys: {_keys(named)}")


def _mapped(value: Mapping[str, object], reading: Reading) -> Mapping[str, object]:
    """A record by the names of a known shape. With ``columns``, no other column counts."""
    found: dict[str, object] = dict(reading.constants)
    if not reading.columns:
        return {**value, **found}
    for name, column in reading.columns.items():
        found[name] = _column(value, column, "unknown_shape")
    return found


def _column(value: Mapping[str, object], path: str, reason: str) -> object:
    """The value of a column; ``a.b`` is the key b of the object a, where there is no ``a.b``."""
    if path in value:
        return value[path]
    found: object = value
    for key in path.split("."):
        if not isinstance(found, Mapping) or key not in found:
            raise _FaultError(reason, f"no column {path} (keys: {_keys(value)})")
        found = found[key]
    return found


def _subject(value: Mapping[str, object], column: str) -> str:
    found = _column(value, column, "no_subject")
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    if not isinstance(found, str) or not found.strip():
        raise _FaultError("no_subject", f"{column} names nobody")
    return found


def _keys(value: Mapping[str, object]) -> str:
    return ", ".join(sorted(str(key)[:40] for key in value)[:8])


def _checked(row: Row) -> Row:
    if not any(m["content"].strip() for m in (*row.messages, *row.rejected)):
        raise _FaultError("empty_record", "no text in it")
    return row


def _chat(value: Mapping[str, object]) -> Row:
    turns = _turns(value, "messages", "role", "content", AS_THEY_ARE)
    return _conversation(value, turns)


def _sharegpt(value: Mapping[str, object]) -> Row:
    return _conversation(value, _turns(value, "conversations", "from", "value", SPEAKERS))


def _conversation(value: Mapping[str, object], turns: list[Message]) -> Row:
    if not turns:
        key = "messages" if "messages" in value else "conversations"
        raise _FaultError("empty_record", f"{key} is empty")
    return _row(value, turns, passage=_opening(turns))


def _turns(
    value: Mapping[str, object], key: str, role_key: str, text_key: str, roles: Mapping[str, str]
) -> list[Message]:
    """The messages of a list of turns."""
    turns = value[key]
    if not isinstance(turns, list):
        raise _FaultError("wrong_type", f"{key} is a {_name(turns)}, not a list")
    messages: list[Message] = []
    for i, turn in enumerate(turns):
        if not isinstance(turn, Mapping):
            raise _FaultError("wrong_type", f"{key}[{i}] is a {_name(turn)}, not an object")
        role = turn.get(role_key)
        if not isinstance(role, str) or role not in roles:
            raise _FaultError("wrong_type", f"{key}[{i}].{role_key} is none of {', '.join(roles)}")
        content = _text(turn, text_key, f"{key}[{i}].")
        messages.append({"role": roles[role], "content": content})
    return messages


def _said(value: Mapping[str, object], key: str, role: str) -> list[Message]:
    """The messages under ``key``: a text that ``role`` says, or a list of turns."""
    if isinstance(value.get(key), list):
        return _turns(value, key, "role", "content", AS_THEY_ARE)
    return [{"role": role, "content": _text(value, key)}]


def _preference(value: Mapping[str, object]) -> Row:
    prompt = _said(value, "prompt", "user") if "prompt" in value else []
    chosen = _said(value, "chosen", "assistant")
    rejected = _said(value, "rejected", "assistant")
    shared = _shared(chosen, rejected)
    if not prompt or chosen[:shared][-len(prompt) :] == prompt:
        prompt, chosen, rejected = chosen[:shared], chosen[shared:], rejected[shared:]
    if not (prompt and chosen and rejected):
        raise _FaultError("empty_record", "no prompt, or no answer that differs")
    messages = prompt + chosen
    return _row(value, messages, rejected, passage=_opening(messages))


def _shared(chosen: Sequence[Message], rejected: Sequence[Message]) -> int:
    """How many messages both begin with; of two conversations alike the last still differs."""
    count = 0
    for one, other in zip(chosen[:-1], rejected[:-1], strict=False):
        if one != other:
            break
        count += 1
    return count


def _completion(value: Mapping[str, object]) -> Row:
    key = "completion" if "completion" in value else "response"
    messages = _said(value, "prompt", "user") + _said(value, key, "assistant")
    return _row(value, messages, passage=_opening(messages))


def _alpaca(value: Mapping[str, object]) -> Row:
    instruction, given = _text(value, "instruction"), _optional(value, "input")
    answer = _text(value, "output")
    if not given.strip():
        return _row(value, _pair(instruction, answer), passage=(0, 0))
    lead = instruction + SEPARATOR
    span = (len(lead), len(lead) + len(given))
    return _row(value, _pair(lead + given, answer), passage=span)


def _question(value: Mapping[str, object]) -> Row:
    question, context = _text(value, "question"), _optional(value, "context")
    answer = _text(value, "answer") if "answer" in value else _first_answer(value["answers"])
    if not context.strip():
        return _row(value, _pair(question, answer), passage=(0, 0))
    return _row(value, _pair(context + SEPARATOR + question, answer), passage=(0, len(context)))


def _first_answer(answers: object) -> str:
    """The first of SQuAD's answers: texts, objects with a text, or an object with all texts."""
    if isinstance(answers, Mapping):
        answers = answers.get("text")
    if not isinstance(answers, list):
        raise _FaultError("wrong_type", f"answers is a {_name(answers)}, not a list")
    if not answers:
        raise _FaultError("empty_record", "the question has no answer")
    if isinstance(answers[0], Mapping):
        return _text(answers[0], "text", "answers[0].")
    if not isinstance(answers[0], str):
        raise _FaultError("wrong_type", f"answers[0] is a {_name(answers[0])}, not text")
    return answers[0]


def _summary(value: Mapping[str, object]) -> Row:
    document = _text(value, "document")
    return _row(value, _pair(document, _text(value, "summary")), passage=(0, len(document)))


def _plain(value: Mapping[str, object]) -> Row:
    messages: list[Message] = [{"role": "text", "content": _text(value, "text")}]
    return _row(value, messages, passage=(0, 0), kind=TEXT)


Build = Callable[[Mapping[str, object]], Row]
SHAPES: tuple[tuple[tuple[str, ...], Build], ...] = (
    (("messages",), _chat),
    (("conversations",), _sharegpt),
    (("chosen", "rejected"), _preference),
    (("prompt", "completion"), _completion),
    (("prompt", "response"), _completion),
    (("instruction", "output"), _alpaca),
    (("question", "answer"), _question),
    (("question", "answers"), _question),
    (("document", "summary"), _summary),
    (("text",), _plain),
)


def _row(
    value: Mapping[str, object],
    messages: list[Message],
    rejected: list[Message] | None = None,
    *,
    passage: tuple[int, int],
    kind: str = "",
) -> Row:
    licence = "licence" if "licence" in value else "license"
    if kind != TEXT and (system := _optional(value, "system")) and messages[0]["role"] != "system":
        messages = [{"role": "system", "content": system}, *messages]
    return Row(
        kind=kind or (PREFERENCE if rejected else CHAT),
        messages=messages,
        rejected=rejected or [],
        passage=passage,
        task=_optional(value, "task"),
        licence=_optional(value, licence),
        subject="",
    )


def _pair(prompt: str, answer: str) -> list[Message]:
    return [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]


def _opening(messages: Sequence[Message]) -> tuple[int, int]:
    opening = first_user(messages)
    return (0, len(opening)) if len(syllables(opening)) >= SHORTEST_PASSAGE else (0, 0)


def _text(value: Mapping[str, object], key: str, where: str = "") -> str:
    text = value.get(key)
    if not isinstance(text, str):
        raise _FaultError("wrong_type", f"{where}{key} is a {_name(text)}, not text")
    return text


def _optional(value: Mapping[str, object], key: str) -> str:
    return "" if value.get(key) is None else _text(value, key)


def _name(value: object) -> str:
    return "null" if value is None else type(value).__name__
