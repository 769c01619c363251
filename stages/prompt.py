"""The one template that training and generation share: a conversation → text → token ids.

A conversation is cut into segments, each tokenised by itself::

    turns template   <s><|user|> Xin chào<|end|><|assistant|>    Chào bạn.</s>
    supervised                   no (the prompt)                yes (the answer and EOS)

The prompt of an answer is rendered exactly as generation renders it, and its tokens are the same
because segments are tokenised apart, without special tokens added (no second BOS). So what a model
is asked in production is byte for byte what it was trained to answer. The space before a turn's
text gives its first word the token that it has within a sentence, so that it can be copied.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from stages.errors import ModelError

Message = Mapping[str, str]

TURNS = (
    "{{ bos_token }}{% for m in messages %}<|{{ m.role }}|> {{ m.content }}"
    "{{ eos_token if m.role == 'assistant' else '<|end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
IGNORE = -100  # no loss at this position (torch.nn.functional.cross_entropy's ignore_index)
TURN_TOKENS = ("<|system|>", "<|user|>", "<|assistant|>", "<|end|>")


class Tokenizer(Protocol):
    """What is used of a ``transformers`` fast tokenizer."""

    bos_token: str | None
    eos_token: str | None
    all_special_tokens: list[str]
    chat_template: str | None

    def apply_chat_template(  # noqa: D102
        self,
        conversation: Sequence[Message],
        *,
        tokenize: bool,
        add_generation_prompt: bool,
        chat_template: str | None = None,
    ) -> str: ...

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]: ...  # noqa: D102


@dataclass(frozen=True)
class Segment:
    """A piece of a rendered conversation; ``supervised`` when the model is to learn to write it."""

    text: str
    supervised: bool


def chat_template(tokenizer: Tokenizer, template: str) -> str:
    """The Jinja source to use: the tokenizer's own (``tokenizer``) or Tinh's (``turns``).

    Raises :class:`ModelError` when the tokenizer has none of its own.
    """
    if template == "turns":
        return TURNS
    if not tokenizer.chat_template:
        raise ModelError(
            "prompt.template is 'tokenizer', but the base's tokenizer has no chat template; "
            "set prompt.template: turns"
        )
    return tokenizer.chat_template


class SpecialTokenError(ValueError):
    """A message holds the text of a control token; rendered, it could forge a turn."""


def segments(
    tokenizer: Tokenizer, messages: Sequence[Message], *, template: str, system: str
) -> list[Segment]:
    """Cut a conversation into prompt and answer segments, in order.

    ``template`` is Jinja source (:func:`chat_template`); ``system`` is put first unless empty or
    the conversation brings its own. Whatever follows the last answer is left out. A row of plain
    text (role ``text``) is one supervised segment. Each last answer ends in EOS.

    Raises :class:`SpecialTokenError` for a message that holds a control token's text, and
    :class:`ModelError` for a template that rewrites earlier turns.
    """
    forbid_special_tokens(tokenizer, messages)
    bos, eos = tokenizer.bos_token or "", tokenizer.eos_token or ""
    if messages[0]["role"] == "text":
        return [Segment(bos, False), Segment(messages[0]["content"] + eos, True)]
    turns = with_system(messages, system)
    found: list[Segment] = []
    done = ""
    for i, message in enumerate(turns):
        if message["role"] != "assistant":
            continue
        prompt = render(tokenizer, turns[:i], template, generation=True)
        full = render(tokenizer, turns[: i + 1], template, generation=False)
        if not (prompt.startswith(done) and full.startswith(prompt)):
            raise ModelError(
                "the chat template rewrites earlier turns, so answers cannot be told from prompts; "
                "set prompt.template: turns"
            )
        found += [Segment(prompt[len(done) :], False), Segment(full[len(prompt) :], True)]
        done = full
    if found and eos not in found[-1].text:
        found[-1] = Segment(found[-1].text + eos, True)
    return found


def question(
    tokenizer: Tokenizer, messages: Sequence[Message], *, template: str, system: str
) -> list[Segment]:
    """The segments that ask for the next answer: all of ``messages``, ready for generation."""
    forbid_special_tokens(tokenizer, messages)
    turns = with_system(messages, system)
    answered = segments(tokenizer, messages, template=template, system=system)
    done = "".join(segment.text for segment in answered)
    full = render(tokenizer, turns, template, generation=True)
    return [*answered, Segment(full.removeprefix(done), False)]


def encode(tokenizer: Tokenizer, parts: Sequence[Segment]) -> tuple[list[int], list[int]]:
    """Token ids and labels (the id where supervised, else -100) of segments, joined in order."""
    ids: list[int] = []
    labels: list[int] = []
    for part in parts:
        tokens = tokenizer.encode(part.text, add_special_tokens=False)
        ids += tokens
        labels += tokens if part.supervised else [IGNORE] * len(tokens)
    return ids, labels


def render(
    tokenizer: Tokenizer, messages: Sequence[Message], template: str, *, generation: bool
) -> str:
    """The text of ``messages``; with ``generation``, up to where the answer begins."""
    return tokenizer.apply_chat_template(
        messages, tokenize=False, add_generation_prompt=generation, chat_template=template
    )


def with_system(messages: Sequence[Message], system: str) -> list[Message]:
    """``messages`` led by the system message, unless it is empty or one stands there already."""
    if not system or messages[0]["role"] == "system":
        return list(messages)
    return [{"role": "system", "content": system}, *messages]


def forbid_special_tokens(tokenizer: Tokenizer, messages: Sequence[Message]) -> None:
    """Raise :class:`SpecialTokenError` if any message holds the text of a control token."""
    for message in messages:
        for token in (*tokenizer.all_special_tokens, *TURN_TOKENS):
            if token in message["content"]:
                raise SpecialTokenError(token)
