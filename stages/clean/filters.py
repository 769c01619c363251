"""Which cleaned rows are refused, by what they lack or exceed. Values in, reason out.

=================  =======================================================
``empty_prompt``   no user message with text before an answer
``empty_answer``   an answer without text, the rejected one too; or none
``too_short``      fewer characters than ``clean.min_chars``, whole row
``too_long``       more than ``clean.max_chars``, whole row
``language``       confidently in a language that is not in ``clean.languages``
=================  =======================================================
"""

from collections.abc import Sequence
from dataclasses import dataclass

from stages.clean.language import Classify, foreign
from stages.rows import TEXT, Message, text_of

REASONS = ("empty_prompt", "empty_answer", "too_short", "too_long", "language")


@dataclass(frozen=True)
class Limits:
    """What a row must keep to (see ``clean`` in params.yaml)."""

    min_chars: int
    max_chars: int
    languages: tuple[str, ...]
    min_words: int
    confidence: float


def refusal(
    kind: str,
    messages: Sequence[Message],
    rejected: Sequence[Message],
    limits: Limits,
    classify: Classify,
) -> tuple[str, str] | None:
    """Reason and detail if the row is refused, else None."""
    if kind != TEXT and (lack := _lack(messages, rejected)):
        return lack, ""
    text = text_of(messages, rejected)
    chars = sum(len(m["content"]) for m in (*messages, *rejected))
    if chars < limits.min_chars or not text.strip():
        return "too_short", f"{chars} characters"
    if chars > limits.max_chars:
        return "too_long", f"{chars} characters"
    language = foreign(
        text,
        allowed=limits.languages,
        min_words=limits.min_words,
        confidence=limits.confidence,
        classify=classify,
    )
    return ("language", language) if language else None


def _lack(messages: Sequence[Message], rejected: Sequence[Message]) -> str:
    answers = [i for i, m in enumerate(messages) if m["role"] == "assistant"]
    given = [messages[i] for i in answers] + list(rejected)
    before = messages[: answers[0]] if answers else messages
    if not any(m["role"] == "user" and m["content"].strip() for m in before):
        return "empty_prompt"
    if not answers or not all(m["content"].strip() for m in given):
        return "empty_answer"
    return ""
