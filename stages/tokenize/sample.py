"""One row → token ids and labels, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from stages.prompt import IGNORE, Chat, Message, UnrenderableError, encode, segments


@dataclass(frozen=True)
class Sample:
    """A tokenised row; ``ids`` is empty unless ``fate`` is ``kept`` or ``truncated``.

    ``full_length`` is the number of tokens before truncation.
    """

    ids: list[int]
    labels: list[int]
    fate: str
    reason: str
    full_length: int


def tokenise(chat: Chat, messages: Sequence[Message], *, max_length: int) -> Sample:
    """Tokenise a conversation; labels are -100 wherever the model is not to learn to write.

    Fates: ``kept``, ``truncated`` (``too_long``), ``masked`` (``no_supervised_token``: nothing to
    learn, and a loss of nothing divides by zero) or ``rejected`` (``special_token``: a message
    forges a control token; ``template``: the template refuses the conversation).
    """
    try:
        parts = segments(chat, messages)
    except UnrenderableError as error:
        return Sample([], [], "rejected", f"{error.reason}:{error}", 0)
    ids, labels = encode(chat, parts)
    full_length = len(ids)
    ids, labels = truncated(ids, labels, max_length)
    labels[:1] = [IGNORE]  # packed, nothing of this sample stands before its first token
    if all(label == IGNORE for label in labels):
        return Sample([], [], "masked", "no_supervised_token", full_length)
    if full_length > max_length:
        return Sample(ids, labels, "truncated", "too_long", full_length)
    return Sample(ids, labels, "kept", "", full_length)


def truncated(ids: list[int], labels: list[int], max_length: int) -> tuple[list[int], list[int]]:
    """At most ``max_length`` tokens: the prompt gives way first, then the end of the answer.

    The first token (BOS) stays; the prompt loses its beginning, which is furthest from the answer.
    """
    excess = len(ids) - max_length
    if excess <= 0:
        return ids, labels
    answer = next((i for i, label in enumerate(labels) if label != IGNORE), len(ids))
    cut = min(excess, max(0, answer - 1))
    kept_ids = ids[:1] + ids[1 + cut :]
    kept_labels = labels[:1] + labels[1 + cut :]
    return kept_ids[:max_length], kept_labels[:max_length]
