"""Batched decoding with ``model.generate``: prompts to answers, in a fixed order.

Prompts are padded on the left, so that every row's answer begins in the same column. Whenever half
of a batch's rows have ended, they leave it, and the others go on from their cache: answers differ
much in length, and rows that have ended would cost as much as those that go on::

    0 0 <s> q q q | a a </s>
    <s> q q q q q | a a a    | a a a </s>
    0 <s> q q q q | a </s>

Output can change with the composition of a batch (padding changes the last bits), so the order is
fixed: longest prompts first, ties as they stand in the test split. Then the first batch is the one
that needs most memory, and one that fits is followed by none that does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stages.errors import ModelError
from stages.generate.params import Generate
from stages.prompt import Chat


@dataclass(frozen=True)
class Task:
    """One prompt to answer; ``reference`` are the ids of the answer that the row has, with EOS.

    ``prompt_cut`` tokens were dropped from the prompt's beginning.
    """

    prompt: list[int]
    reference: list[int]
    prompt_cut: int


@dataclass(frozen=True)
class Decoding:
    """How answers are chosen: the section of params.yaml, ids that end an answer, and padding."""

    settings: Generate
    stop: tuple[int, ...]
    pad: int


def fitted(prompt: list[int], reference: list[int], settings: Generate) -> Task:
    """A task within ``max_length`` tokens.

    The prompt leaves room for ``max_new_tokens``; it keeps its first token (BOS) and loses what is
    furthest from the answer, as in training. The reference is cut at its end.
    """
    cut = max(0, len(prompt) - (settings.max_length - settings.max_new_tokens))
    kept = prompt[:1] + prompt[1 + cut :] if cut else prompt
    return Task(kept, reference[: settings.max_length - len(kept)], cut)


def decoding(chat: Chat, model: Any, settings: Generate) -> Decoding:
    """The settings with the ids that they mean for this tokenizer.

    An answer ends at EOS, at what the chat template ends answers with, and at the tokens named.

    Raises :class:`ModelError` for a stop token that is none, and for a ``max_length`` beyond what
    the model has positions for.
    """
    positions = getattr(model.config, "max_position_embeddings", None)
    if positions is not None and settings.max_length > positions:
        raise ModelError(
            f"generate.max_length is {settings.max_length}, but the model has {positions} "
            "positions; lower it"
        )
    tokenizer: Any = chat.tokenizer
    stop = list(chat.stops)
    vocabulary = tokenizer.get_vocab()
    for token in settings.stop_tokens:
        if token not in vocabulary:
            raise ModelError(
                f"generate.stop_tokens has {token!r}, which is no single token of this tokenizer; "
                "remove it"
            )
        stop.append(vocabulary[token])
    pad = tokenizer.eos_token_id if tokenizer.pad_token_id is None else tokenizer.pad_token_id
    return Decoding(settings, tuple(dict.fromkeys(stop)), pad)


def batch_order(tasks: Sequence[Task], size: int) -> list[list[int]]:
    """Indices of the tasks in batches: longest prompt first, ties as given."""
    order = sorted(range(len(tasks)), key=lambda i: (-len(tasks[i].prompt), i))
    return [order[start : start + size] for start in range(0, len(order), size)]


def generation_config(chosen: Decoding) -> Any:
    """All that ``model.generate`` may vary, so that no default of the model's own files counts."""
    from transformers import GenerationConfig

    settings = chosen.settings
    sampling = settings.decoding == "sampling"
    return GenerationConfig(
        max_new_tokens=settings.max_new_tokens,
        do_sample=sampling,
        num_beams=1,
        temperature=settings.temperature if sampling else 1.0,
        top_k=settings.top_k if sampling else 50,
        top_p=settings.top_p if sampling else 1.0,
        repetition_penalty=1.0,
        eos_token_id=list(chosen.stop),
        pad_token_id=chosen.pad,
        use_cache=True,
    )


def generated(
    model: Any, prompts: Sequence[list[int]], chosen: Decoding, *, seed: int, streamer: Any = None
) -> list[list[int]]:
    """The generated ids of each prompt, the one that stopped it included; padding may follow.

    ``seed`` decides what sampling draws; greedy decoding draws nothing. ``streamer`` receives the
    tokens of a single prompt as they come (transformers' ``BaseStreamer``).
    """
    import torch

    width = max(len(prompt) for prompt in prompts)
    ids = torch.tensor([[chosen.pad] * (width - len(p)) + p for p in prompts], device=model.device)
    mask = torch.tensor(
        [[0] * (width - len(p)) + [1] * len(p) for p in prompts], device=model.device
    )
    torch.manual_seed(seed)
    # Settings that a base brought along would fill whatever is left open: it gets these instead.
    model.generation_config = generation_config(chosen)
    shrinks = rows_can_leave(model)
    rows = list(range(len(prompts)))
    found: list[list[int]] = [[] for _ in prompts]
    cache = None
    with torch.inference_mode():
        while rows:
            output = model.generate(
                input_ids=ids, attention_mask=mask, past_key_values=cache, streamer=streamer,
                stopping_criteria=[HalfEnded(chosen.stop)] if shrinks and len(rows) > 1 else [],
                max_new_tokens=chosen.settings.max_new_tokens - (ids.shape[1] - width),
                return_dict_in_generate=True,
            )  # fmt: skip
            ids, cache = output.sequences, output.past_key_values
            for row, new in zip(rows, ids[:, width:].tolist(), strict=True):
                found[row] = new
            going = [i for i, row in enumerate(rows) if ended(found[row], chosen.stop)[1] != "stop"]
            if not going or ids.shape[1] - width == chosen.settings.max_new_tokens:
                break
            rows, ids, mask = [rows[i] for i in going], ids[going], mask[going]
            mask = torch.nn.functional.pad(mask, (0, ids.shape[1] - mask.shape[1]), value=1)
            cache.batch_select_indices(torch.tensor(going, device=model.device))
    return found


def rows_can_leave(model: Any) -> bool:
    """Whether the model's cache holds keys and values alone, of which rows can be taken out.

    A recurrent state (linear attention) has rows that transformers' cache does not select.
    """
    from transformers.cache_utils import DynamicCache, DynamicLayer, DynamicSlidingWindowLayer

    layers = DynamicCache(config=model.config).layers
    plain = (DynamicLayer, DynamicSlidingWindowLayer)
    return bool(layers) and all(type(layer) in plain for layer in layers)


class HalfEnded:
    """A stopping criterion for ``model.generate``: all rows stop once half of them have ended."""

    def __init__(self, stop: Sequence[int]) -> None:
        self._stop = stop
        self._ended: Any = False

    def __call__(self, ids: Any, scores: Any, **_: Any) -> Any:
        """``ids`` (rows, tokens); the same answer for each row, bool (rows,)."""
        import torch

        last = ids[:, -1]
        self._ended = torch.isin(last, torch.tensor(self._stop, device=ids.device)) | self._ended
        return torch.full_like(self._ended, bool(2 * self._ended.sum() >= len(last)))


def ended(ids: list[int], stop: Sequence[int]) -> tuple[list[int], str]:
    """Generated ids up to the first that stops, and why they end: ``stop`` or ``length``."""
    for position, token in enumerate(ids):
        if token in stop:
            return ids[:position], "stop"
    return ids, "length"
