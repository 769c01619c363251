"""A record of any known shape → one row.

Shapes are told by their keys alone, tried in this order::

    messages                      chat, as it stands
    conversations                 ShareGPT: from/value, human → user, gpt → assistant
    prompt, chosen, rejected      preference: user, assistant + the rejected answer
    prompt, completion|response   user, assistant
    instruction[, input], output  Alpaca: user = instruction, blank line, input
    question[, context], answer   user = context, blank line, question
    document, summary             user = document
    text                          plain text, role "text"

``task`` and ``licence`` (or ``license``) are taken along where they stand. Text must be text:
numbers and nulls are refused, since what they would become is a guess.

The passage is what several rows can share: the input, context or document; for conversations and
preference pairs the first user message, unless it is too short to be one ("Xin chào").
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from stages.ingest.faults import Fault
from stages.rows import CHAT, PREFERENCE, ROLES, TEXT, Message, first_user
from stages.text import syllables

SPEAKERS = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    "system": "system",
}
SHORTEST_PASSAGE = 8  # syllables; a shorter opening is a greeting or a command, shared by chance
SEPARATOR = "\n\n"


@dataclass(frozen=True)
class Row:
    """What a record says. ``passage`` is a span of the first user message, (0, 0) for none."""

    kind: str
    messages: list[Message]
    rejected: list[Message]
    passage: tuple[int, int]
    task: str
    licence: str


class _FaultError(Exception):
    """Carries a :class:`Fault` out of nested checks; never leaves this module."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.fault = Fault(reason, detail)


def row_of(value: object) -> Row | Fault:
    """The row that a record is, or why it is none."""
    if not isinstance(value, Mapping):
        return Fault("not_an_object", f"a {_name(value)}")
    if not value:
        return Fault("empty_record", "an object without keys")
    try:
        for keys, build in SHAPES:
            if all(key in value for key in keys):
                return _checked(build(value))
    except _FaultError as error:
        return error.fault
    known = sorted(str(key)[:40] for key in value)[:8]
    return Fault("unknown_shape", f"keys: {', '.join(known)}")


def _checked(row: Row) -> Row:
    if not any(m["content"].strip() for m in (*row.messages, *row.rejected)):
        raise _FaultError("empty_record", "no text in it")
    return row


def _chat(value: Mapping[str, object]) -> Row:
    return _conversation(value, "messages", "role", "content", {r: r for r in ROLES})


def _sharegpt(value: Mapping[str, object]) -> Row:
    return _conversation(value, "conversations", "from", "value", SPEAKERS)


def _conversation(
    value: Mapping[str, object], key: str, role_key: str, text_key: str, roles: Mapping[str, str]
) -> Row:
    turns = value[key]
    if not isinstance(turns, Sequence) or isinstance(turns, (str, bytes)):
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
    if not messages:
        raise _FaultError("empty_record", f"{key} is empty")
    return _row(value, messages, passage=_opening(messages))


def _preference(value: Mapping[str, object]) -> Row:
    messages = _pair(_text(value, "prompt"), _text(value, "chosen"))
    rejected: list[Message] = [{"role": "assistant", "content": _text(value, "rejected")}]
    return _row(value, messages, rejected, passage=_opening(messages))


def _completion(value: Mapping[str, object]) -> Row:
    key = "completion" if "completion" in value else "response"
    messages = _pair(_text(value, "prompt"), _text(value, key))
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
    answer = _text(value, "answer")
    if not context.strip():
        return _row(value, _pair(question, answer), passage=(0, 0))
    return _row(value, _pair(context + SEPARATOR + question, answer), passage=(0, len(context)))


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
    (("prompt", "chosen", "rejected"), _preference),
    (("prompt", "completion"), _completion),
    (("prompt", "response"), _completion),
    (("instruction", "output"), _alpaca),
    (("question", "answer"), _question),
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
    return Row(
        kind=kind or (PREFERENCE if rejected else CHAT),
        messages=messages,
        rejected=rejected or [],
        passage=passage,
        task=_optional(value, "task"),
        licence=_optional(value, licence),
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
