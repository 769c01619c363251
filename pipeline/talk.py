"""Talking to the base and to the tuned model, with the template and the decoding of the pipeline.

A question is rendered and tokenised by the code that training and ``generate`` use, so a model is
asked here exactly as it was taught. A model is loaded when it is first asked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.report.content import visible
from stages import params
from stages import prompt as prompts
from stages.errors import InputError
from stages.generate.decode import Decoding, decoding, ended, fitted, generated
from stages.generate.params import Generate
from stages.params import Prompt
from stages.prompt import Chat, Message
from stages.seeds import child
from stages.tensors import deterministic, device_of

TUNED, BASE = "tuned", "base"
# Model → folders of its weights and of its tokenizer.
FOLDERS = {
    TUNED: (Path("data/merged"), Path("data/merged")),
    BASE: (Path("data/base/model"), Path("data/base/tokenizer")),
}
Show = Callable[[str], None]
HELP = (
    "/tuned and /base: who answers; asks that model your last question at once\n"
    "/reset: forget the conversation   /help: this   /quit: end"
)


@dataclass(frozen=True)
class Reply:
    """An answer, why it ended (``stop`` or ``length``), and the tokens of both sides."""

    text: str
    finish_reason: str
    prompt_tokens: int
    output_tokens: int


@dataclass(frozen=True)
class Speaker:
    """A model with what it needs to answer."""

    model: Any
    chat: Chat
    decoding: Decoding

    def reply(self, messages: Sequence[Message], seed: int, show: Show | None = None) -> Reply:
        """Answer a conversation that ends in a question; ``show`` receives the text as it comes.

        Turns that do not fit are left out, the oldest first. Raises :class:`InputError` for a
        message that forges a control token.
        """
        settings = self.decoding.settings
        room = settings.max_length - settings.max_new_tokens
        ids = self._ids(messages)
        while len(ids) > room and len(messages) > 2:
            messages = messages[2:]
            ids = self._ids(messages)
        task = fitted(ids, [], settings)
        streamer = None if show is None else _streamer(self.chat.tokenizer, show)
        (new,) = generated(self.model, [task.prompt], self.decoding, seed=seed, streamer=streamer)
        answer, reason = ended(new, self.decoding.stop)
        tokenizer: Any = self.chat.tokenizer
        text = tokenizer.decode(answer, skip_special_tokens=True).strip()
        return Reply(text, reason, len(task.prompt), len(answer))

    def _ids(self, messages: Sequence[Message]) -> list[int]:
        try:
            return prompts.encode(self.chat, prompts.question(self.chat, messages))[0]
        except prompts.UnrenderableError as error:
            raise InputError(f"the text cannot be asked: {error}; leave that out") from None


def load(name: str) -> Speaker:
    """The named model, as params.yaml asks and decodes.

    Raises :class:`InputError` where there is none yet.
    """
    everything = params.load()
    weights, tokenizer = FOLDERS[name]
    for folder in (weights, tokenizer):
        if not (folder / "config.json").is_file() and not (folder / "tokenizer.json").is_file():
            raise InputError(f"{folder} holds no model yet; run `dvc repro`")
    compute = everything["compute"]
    deterministic(compute.threads)
    return speaker(weights, tokenizer, everything["generate"], everything["prompt"],
                   device_of(compute.device))  # fmt: skip


def speaker(
    weights: Path, tokenizer: Path, generate: Generate, prompt: Prompt, device: str
) -> Speaker:
    """Load a model and its tokenizer from their folders."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    loaded = AutoTokenizer.from_pretrained(
        tokenizer, trust_remote_code=False, local_files_only=True
    )
    chat = prompts.chat_of(loaded, template=prompt.template, system=prompt.system)
    model = AutoModelForCausalLM.from_pretrained(
        weights, device_map={"": device}, local_files_only=True, trust_remote_code=False
    ).eval()
    return Speaker(model, chat, decoding(chat, model, generate))


class Talk:
    """A conversation. ``show`` receives all that is to be seen, pieces of answers as they come."""

    def __init__(self, speakers: Mapping[str, Callable[[], Speaker]], show: Show, seed: int):
        self._open = speakers
        self._loaded: dict[str, Speaker] = {}
        self._show = show
        self._seed = seed
        self._asked = 0
        self.current = TUNED
        self.messages: list[Message] = []

    def hear(self, line: str) -> bool:
        """Act on one line of the person's; False when it ends the conversation."""
        said = line.strip()
        if said == "/quit":
            return False
        if said == "/reset":
            self.messages.clear()
            self._show("forgotten\n")
        elif said in (f"/{TUNED}", f"/{BASE}"):
            self._switch(said[1:])
        elif said.startswith("/"):
            self._show(HELP + "\n")
        elif said:
            self._ask([*self.messages, {"role": "user", "content": said}])
        return True

    def _switch(self, name: str) -> None:
        """Let ``name`` answer; the last question goes to it anew, below the other's answer."""
        self.current = name
        if self.messages:
            self._ask(self.messages[:-1])
        else:
            self._show(f"{name} answers\n")

    def _ask(self, messages: list[Message]) -> None:
        if self.current not in self._loaded:
            self._loaded[self.current] = self._open[self.current]()
        self._show(f"{self.current}: ")
        self._asked += 1
        try:
            reply = self._loaded[self.current].reply(
                messages, child(self._seed, f"chat:{self._asked}"), self._show
            )
        except InputError as error:
            self._show(f"({error})\n")
            return
        self._show("" if reply.text else "(nothing)")
        self._show(" …\n" if reply.finish_reason == "length" else "\n")
        self.messages = [*messages, {"role": "assistant", "content": reply.text}]


def _streamer(tokenizer: Any, show: Show) -> Any:
    """A streamer that hands on whole words, without what a terminal would act upon."""
    from transformers import TextStreamer

    class Pieces(TextStreamer):  # type: ignore[misc]
        def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
            show(visible(text))

    return Pieces(tokenizer, skip_prompt=True, skip_special_tokens=True)
