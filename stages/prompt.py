"""The one template that training and generation share: a conversation → text → token ids.

A conversation is cut into segments, each tokenised by itself::

    turns template   <s><|user|> Xin chào<|end|><|assistant|>    Chào bạn.</s>
    supervised                   no (the prompt)                yes (the answer and its end)

The prompt of an answer is rendered exactly as generation renders it, and its tokens are the same
because segments are tokenised apart, without special tokens added (no second BOS). So what a model
is asked in production is byte for byte what it was trained to answer. The space before a turn's
text gives its first word the token that it has within a sentence, so that it can be copied.

Templates of published models differ in more than looks; :func:`chat_of` finds out once what a
template does, and nothing is assumed of it:

- It ends an answer with a control token (``</s>``, ``<|eot_id|>``, ``<|im_end|>``): supervised up
  to there; a line break after it opens the next turn and is none of the answer. It ends an answer
  with nothing: EOS is put there.
- It refuses, drops or moves system messages (Gemma, Mistral): they lead the first user message.
- It rewrites earlier turns once others follow (strips reasoning from them): the last answer alone
  is supervised, under the very prompt of production.
- It refuses a conversation (roles do not alternate): :class:`RenderError`, counted by the caller.
- It writes today's date: the date is always 26 July 2024 (what Llama 3 writes without a clock), or
  the same rows would give other tokens tomorrow.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from stages.errors import ModelError

Message = Mapping[str, str]

TURNS = (
    "{{ bos_token }}{% for m in messages %}<|{{ m.role }}|> {{ m.content }}"
    "{{ eos_token if m.role == 'assistant' else '<|end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
IGNORE = -100  # no loss at this position (torch.nn.functional.cross_entropy's ignore_index)
TURN_TOKENS = ("<|system|>", "<|user|>", "<|assistant|>", "<|end|>")
FIXED_DATE = "".join(
    [
        "{%- macro strftime_now(format) -%}{{ format",
        *(
            f" | replace('%{code}', '{value}')"
            for code, value in {
                "Y": "2024", "y": "24", "m": "07", "d": "26", "B": "July", "b": "Jul",
                "A": "Friday", "a": "Fri", "-d": "26", "-m": "7", "H": "00", "M": "00", "S": "00",
            }.items()
        ),
        " }}{%- endmacro -%}",
    ]
)  # fmt: skip
ANCHOR = "\n"  # a character that never merges with what follows it


class Tokenizer(Protocol):
    """What is used of a ``transformers`` fast tokenizer."""

    bos_token: str | None
    eos_token: str | None
    all_special_tokens: list[str]
    added_tokens_decoder: Mapping[int, Any]
    chat_template: str | None
    backend_tokenizer: Any  # tokenizers.Tokenizer

    def apply_chat_template(  # noqa: D102
        self,
        conversation: Sequence[Message],
        *,
        tokenize: bool,
        add_generation_prompt: bool,
        chat_template: str | None = None,
    ) -> str: ...

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]: ...  # noqa: D102

    def convert_tokens_to_ids(self, tokens: str) -> int: ...  # noqa: D102


class UnrenderableError(ValueError):
    """A row that cannot become a prompt; ``reason`` is its code in the ledger."""

    reason = ""


class SpecialTokenError(UnrenderableError):
    """A message holds the text of a control token; rendered, it could forge a turn."""

    reason = "special_token"


class RenderError(UnrenderableError):
    """The chat template refuses the conversation; the text is what it says."""

    reason = "template"


@dataclass(frozen=True)
class Segment:
    """A piece of a rendered conversation; ``supervised`` when the model is to learn to write it."""

    text: str
    supervised: bool


@dataclass(frozen=True)
class Chat:
    """A tokenizer, its template, and what the two do. Made by :func:`chat_of`.

    ``system`` goes before a conversation that brings no system message of its own (unless empty);
    ``takes_system`` is false when the template refuses or drops such messages.
    """

    tokenizer: Tokenizer
    template: str  # Jinja source
    system: str
    takes_system: bool

    @cached_property
    def control(self) -> re.Pattern[str]:
        """Matches the text of any control token: the tokenizer's special ones, and Tinh's."""
        added = self.tokenizer.added_tokens_decoder.values()
        found = {str(token.content) for token in added if token.special}
        found.update(self.tokenizer.all_special_tokens, TURN_TOKENS)
        ordered = sorted(found - {""}, key=lambda token: (-len(token), token))
        return re.compile("|".join(map(re.escape, ordered)))

    @cached_property
    def leads(self) -> bool:
        """Whether the tokenizer puts a blank before every text, as SentencePiece does.

        It would stand between a prompt and its answer, where the whole text has none.
        """
        lead = self.tokenizer.encode(ANCHOR, add_special_tokens=False)
        whole = self.tokenizer.encode(ANCHOR + "a", add_special_tokens=False)
        alone = self.tokenizer.encode("a", add_special_tokens=False)
        return whole[: len(lead)] == lead and whole[len(lead) :] != alone

    def anchor(self, before: str) -> tuple[str, int]:
        """What to tokenise in front of a segment that follows ``before``, and its tokens.

        With it the segment gets the tokens that it has within the whole text.
        """
        if not self.leads or not before:
            return "", 0
        ends = [match for match in self.control.finditer(before) if match.end() == len(before)]
        text = ends[0].group() if ends else ANCHOR
        return text, len(self.tokenizer.encode(text, add_special_tokens=False))

    @cached_property
    def opening(self) -> int:
        """Tokens that open an answer (``<|assistant|>``): what is left of a prompt at the least."""
        asked: list[Message] = [{"role": "user", "content": "a"}]
        without = render(self, asked, generation=False)
        header = render(self, asked, generation=True).removeprefix(without)
        return len(self.tokenizer.encode(header, add_special_tokens=False)) if header else 0

    @cached_property
    def bos_id(self) -> int | None:
        """The id of BOS, None where the tokenizer has none."""
        name = self.tokenizer.bos_token
        return self.tokenizer.convert_tokens_to_ids(name) if name else None

    @cached_property
    def stops(self) -> tuple[int, ...]:
        """Ids of the tokens that end an answer: EOS, and what the template ends it with."""
        asked: list[Message] = [
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": "b"},
        ]
        ends = [m.group() for m in self.control.finditer(segments(self, asked)[-1].text)]
        names = {*ends[-1:], self.tokenizer.eos_token or ""}
        return tuple(sorted(self.tokenizer.convert_tokens_to_ids(name) for name in names))


def chat_of(tokenizer: Tokenizer, *, template: str, system: str) -> Chat:
    """The chat of a tokenizer with its own template (``tokenizer``) or Tinh's (``turns``).

    Raises :class:`ModelError` when it has no template of its own, no EOS, or a template that
    cannot tell a plain question from its answer.
    """
    if getattr(tokenizer, "backend_tokenizer", None) is None:
        raise ModelError("the base's tokenizer is no fast tokenizer; add its tokenizer.json")
    if not tokenizer.eos_token:
        raise ModelError(
            "the base's tokenizer has no EOS token, so no answer could end; set "
            "eos_token in its tokenizer_config.json"
        )
    source = chat_template(tokenizer, template)
    if "strftime_now" in source:
        source = FIXED_DATE + source
    plain = Chat(tokenizer, source, "", takes_system=True)
    talk: list[Message] = [
        {"role": "user", "content": "question"},
        {"role": "assistant", "content": "answer"},
    ]
    try:
        asked, answered = segments(plain, talk)
    except RenderError as error:
        raise ModelError(
            f"the base's chat template cannot be trained on: {error}; set prompt.template: turns"
        ) from None
    if "question" not in asked.text or "answer" not in answered.text:
        raise ModelError("the base's chat template leaves messages out; set prompt.template: turns")
    brief: Message = {"role": "system", "content": "brief"}
    try:
        takes_system = "brief" in segments(plain, [brief, *talk])[0].text
    except RenderError:
        takes_system = False
    return Chat(tokenizer, source, system, takes_system)


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


def segments(chat: Chat, messages: Sequence[Message]) -> list[Segment]:
    """Cut a conversation into prompt and answer segments, in order.

    Whatever follows the last answer is left out; no answer, no segments. An answer to nothing (a
    greeting that opens the conversation) is context. A row of plain text (role ``text``) is one
    supervised segment between BOS and EOS. Where the template rewrites earlier turns, only the
    last answer is supervised.

    Raises :class:`SpecialTokenError` for a message that holds a control token's text, and
    :class:`RenderError` for a conversation that the template refuses.
    """
    forbid_special_tokens(chat, messages)
    if messages[0]["role"] == "text":
        bos, eos = chat.tokenizer.bos_token or "", chat.tokenizer.eos_token or ""
        return [Segment(bos, False), Segment(messages[0]["content"] + eos, True)]
    turns = with_system(chat, messages)
    answers = [i for i, message in enumerate(turns) if i and message["role"] == "assistant"]
    for supervised in (answers, answers[-1:]):
        found = _pieces(chat, turns, supervised)
        if found is not None:
            return found
    raise RenderError("it records an answer otherwise than it asks for one")


def _pieces(chat: Chat, turns: Sequence[Message], answers: Sequence[int]) -> list[Segment] | None:
    """Segments in which the answers at these positions are supervised, None for rewritten turns."""
    found: list[Segment] = []
    done = ""
    for i in answers:
        prompt = render(chat, turns[:i], generation=True)
        full = render(chat, turns[: i + 1], generation=False)
        if not (prompt.startswith(done) and full.startswith(prompt)):
            return None
        answer = _ended(chat, full[len(prompt) :], turns[i]["content"])
        found += [Segment(prompt[len(done) :], False), Segment(answer, True)]
        done = prompt + answer
    return found


def _ended(chat: Chat, answer: str, content: str) -> str:
    """A rendered answer up to the control token that ends it; EOS is put where there is none."""
    words = content.strip()
    at = answer.rfind(words)
    written = at + len(words) if words and at >= 0 else 0
    ends = [match.end() for match in chat.control.finditer(answer)]
    if ends and ends[-1] > written:
        return answer[: ends[-1]]
    return answer + (chat.tokenizer.eos_token or "")


def question(chat: Chat, messages: Sequence[Message]) -> list[Segment]:
    """The segments that ask for the next answer: all of ``messages``, ready for generation."""
    forbid_special_tokens(chat, messages)
    full = render(chat, with_system(chat, messages), generation=True)
    answered = segments(chat, messages)
    done = "".join(segment.text for segment in answered)
    if not full.startswith(done):
        return [Segment(full, False)]
    return [*answered, Segment(full.removeprefix(done), False)]


def encode(chat: Chat, parts: Sequence[Segment]) -> tuple[list[int], list[int]]:
    """Token ids and labels (the id where supervised, else -100) of segments, joined in order."""
    return encode_all(chat, [parts])[0]


def encode_all(
    chat: Chat, conversations: Sequence[Sequence[Segment]]
) -> list[tuple[list[int], list[int]]]:
    """:func:`encode` of many conversations, in one call of the tokenizer."""
    anchors = [
        [chat.anchor(before) for before in ("", *(part.text for part in parts[:-1]))]
        for parts in conversations
    ]
    texts = [
        anchor + part.text
        for parts, found in zip(conversations, anchors, strict=True)
        for part, (anchor, _) in zip(parts, found, strict=False)
    ]
    backend = chat.tokenizer.backend_tokenizer
    backend.no_truncation()
    backend.no_padding()
    encoded = iter(backend.encode_batch_fast(texts, add_special_tokens=False))
    joined = []
    for parts, found in zip(conversations, anchors, strict=True):
        ids: list[int] = []
        labels: list[int] = []
        for part, (_, skip) in zip(parts, found, strict=False):
            tokens = next(encoded).ids[skip:]
            ids += tokens
            labels += tokens if part.supervised else [IGNORE] * len(tokens)
        joined.append((ids, labels))
    return joined


def render(chat: Chat, messages: Sequence[Message], *, generation: bool) -> str:
    """The text of ``messages``; with ``generation``, up to where the answer begins.

    Raises :class:`RenderError` for whatever the template refuses.
    """
    if chat.template == TURNS:
        return turns_text(chat, messages, generation=generation)
    try:
        return chat.tokenizer.apply_chat_template(
            messages,
            tokenize=False,
            add_generation_prompt=generation,
            chat_template=chat.template,
        )
    except Exception as error:  # a template is a program: it may fail in any way
        raise RenderError(str(error).partition("\n")[0]) from None


def turns_text(chat: Chat, messages: Sequence[Message], *, generation: bool) -> str:
    """:data:`TURNS` rendered without Jinja: the same text at a fiftieth of the price."""
    bos, eos = chat.tokenizer.bos_token or "", chat.tokenizer.eos_token or ""
    turns = [
        f"<|{m['role']}|> {m['content']}{eos if m['role'] == 'assistant' else '<|end|>'}"
        for m in messages
    ]
    return bos + "".join(turns) + ("<|assistant|>" if generation else "")


def with_system(chat: Chat, messages: Sequence[Message]) -> list[Message]:
    """``messages`` led by the system message, unless it is empty or one stands there already.

    For a template that takes none, it becomes the first paragraph of the first user message.
    """
    turns = list(messages)
    if chat.system and turns[0]["role"] != "system":
        turns.insert(0, {"role": "system", "content": chat.system})
    if chat.takes_system or turns[0]["role"] != "system":
        return turns
    system, *rest = turns
    if not rest or rest[0]["role"] != "user":
        return [{"role": "user", "content": system["content"]}, *rest]
    joined = f"{system['content']}\n\n{rest[0]['content']}"
    return [{"role": "user", "content": joined}, *rest[1:]]


def forbid_special_tokens(chat: Chat, messages: Sequence[Message]) -> None:
    """Raise :class:`SpecialTokenError` if any message holds the text of a control token."""
    for message in messages:
        if found := chat.control.search(message["content"]):
            raise SpecialTokenError(found.group())
