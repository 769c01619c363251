"""Which cleaned rows are refused, by what they lack or exceed. Values in, reason out.

==============  ==================  ========================================================
filter          reason
==============  ==================  ========================================================
``empty``       ``empty_prompt``    no user message with text before an answer
``empty``       ``empty_answer``    an answer without text, the rejected one too; or none
``length``      ``too_short``       fewer characters than ``clean.min_chars``, whole row
``length``      ``too_long``        more than ``clean.max_chars``, whole row
``repetition``  ``repeated_…``      an answer repeats itself (stages/clean/quality.py)
``quality``     see quality.py      an answer is hardly language
``language``    ``language``        confidently in a language that is not in ``clean.languages``
==============  ==================  ========================================================

Each filter is a function ``(row, limits) -> (reason, detail) | None``. ``contamination``, ``exact``
and ``near`` need more than the row and are in benchmark.py and duplicates.py.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from stages.clean import language, quality
from stages.clean.code import prose
from stages.clean.language import Classify, without_marks
from stages.clean.params import Clean
from stages.clean.quality import QualityLimits, RepetitionLimits
from stages.rows import TEXT, Message, text_of

REASONS = (
    "empty_prompt", "empty_answer", "too_short", "too_long",
    *quality.REPETITION, *quality.QUALITY, "language",
)  # fmt: skip
Refusal = tuple[str, str] | None


@dataclass(frozen=True)
class Limits:
    """What a row must keep to (see ``clean`` in params.yaml)."""

    filters: tuple[str, ...]
    min_chars: int
    max_chars: int
    repetition: RepetitionLimits
    quality: QualityLimits
    languages: tuple[str, ...]
    min_words: int
    confidence: float


@dataclass(frozen=True)
class Judged:
    """A cleaned row as the filters see it."""

    kind: str
    messages: Sequence[Message]
    rejected: Sequence[Message]
    classify: Classify

    @cached_property
    def learned(self) -> list[tuple[str, list[str]]]:
        """The prose of each text that a model learns to write, and its words in lower case."""
        texts = [m["content"] for m in self.messages if m["role"] in ("assistant", TEXT)]
        return [(text, text.lower().split()) for text in map(prose, texts)]


def limits_of(clean: Clean) -> Limits:
    """The limits that the section sets."""
    repetition, words = clean.repetition, clean.quality
    return Limits(
        filters=tuple(clean.filters),
        min_chars=clean.min_chars,
        max_chars=clean.max_chars,
        repetition=RepetitionLimits(
            min_words=repetition.min_words,
            lines=repetition.lines,
            ngrams=((2, repetition.top_2gram), (4, repetition.top_4gram)),
            loop=repetition.loop,
        ),
        quality=QualityLimits(
            min_words=words.min_words,
            min_word_length=words.min_word_length,
            max_word_length=words.max_word_length,
            min_letters=words.min_letters,
            min_stop_words=words.min_stop_words,
            stop_words=tuple(
                sorted({form for w in words.stop_words for form in (w, without_marks(w))})
            ),
        ),
        languages=tuple(clean.languages),
        min_words=clean.language_min_words,
        confidence=clean.language_confidence,
    )


def refusal(
    kind: str,
    messages: Sequence[Message],
    rejected: Sequence[Message],
    limits: Limits,
    classify: Classify,
) -> Refusal:
    """Reason and detail of the first filter that refuses the row, else None."""
    row = Judged(kind, messages, rejected, classify)
    for name in limits.filters:
        if name in FILTERS and (refused := FILTERS[name](row, limits)):
            return refused
    return None


def empty(row: Judged, limits: Limits) -> Refusal:
    """A conversation without a prompt before its first answer, or without text in an answer."""
    if row.kind == TEXT:
        return None
    answers = [i for i, m in enumerate(row.messages) if m["role"] == "assistant"]
    given = [row.messages[i] for i in answers] + list(row.rejected)
    before = row.messages[: answers[0]] if answers else row.messages
    if not any(m["role"] == "user" and m["content"].strip() for m in before):
        return "empty_prompt", ""
    if not answers or not all(m["content"].strip() for m in given):
        return "empty_answer", ""
    return None


def length(row: Judged, limits: Limits) -> Refusal:
    """Characters of the whole row, a rejected answer counted."""
    every = (*row.messages, *row.rejected)
    chars = sum(len(m["content"]) for m in every)
    if chars < limits.min_chars or not any(m["content"].strip() for m in every):
        return "too_short", f"{chars} characters"
    return ("too_long", f"{chars} characters") if chars > limits.max_chars else None


def repetition(row: Judged, limits: Limits) -> Refusal:
    """An answer or plain text that repeats itself."""
    found = (quality.repetitive(*text, limits.repetition) for text in row.learned)
    return next(filter(None, found), None)


def poor(row: Judged, limits: Limits) -> Refusal:
    """An answer or plain text that is hardly language."""
    found = (quality.poor(*text, limits.quality) for text in row.learned)
    return next(filter(None, found), None)


def foreign(row: Judged, limits: Limits) -> Refusal:
    """A row in another language; one that speaks a wanted one in any message stays, as a
    translation does, or code that is explained."""
    found = language.foreign(
        [prose(m["content"]) for m in (*row.messages, *row.rejected) if m["role"] != "system"]
        or [text_of(row.messages)],
        allowed=limits.languages,
        min_words=limits.min_words,
        confidence=limits.confidence,
        classify=row.classify,
    )
    return ("language", found) if found else None


FILTERS: Mapping[str, Callable[[Judged, Limits], Refusal]] = {
    "empty": empty,
    "length": length,
    "repetition": repetition,
    "quality": poor,
    "language": foreign,
}
