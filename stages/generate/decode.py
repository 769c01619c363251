"""Batched greedy decoding, and the loss of the reference.

Prompts are padded on the left, so that every row's answer begins in the same column::

    0 0 <s> q q q | a a </s>
    <s> q q q q q | a </s> 0

Greedy output can change with the composition of a batch (padding changes the last bits), so the
order is fixed: by prompt length, then by position in the test split.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stages.prompt import IGNORE

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class Task:
    """One prompt to answer; ``reference`` are the ids of the answer that the row has, with EOS."""

    prompt: list[int]
    reference: list[int]


@dataclass(frozen=True)
class Answer:
    """Generated ids without EOS; ``finish_reason`` is ``stop`` (EOS) or ``length``.

    ``reference_loss`` is the reference's mean negative log-likelihood, nats per token.
    """

    ids: list[int]
    finish_reason: str
    reference_loss: float


def batch_order(tasks: Sequence[Task], size: int) -> list[list[int]]:
    """Indices of the tasks in batches: sorted by prompt length, ties as given."""
    order = sorted(range(len(tasks)), key=lambda i: (len(tasks[i].prompt), i))
    return [order[start : start + size] for start in range(0, len(order), size)]


def answers(
    model: Any, tasks: Sequence[Task], *, size: int, max_new_tokens: int, eos: int, pad: int
) -> Iterator[list[tuple[int, Answer]]]:
    """Answer every task; yields a batch at a time as (index of the task, answer)."""
    for indices in batch_order(tasks, size):
        chosen = [tasks[i] for i in indices]
        generated = greedy(model, [t.prompt for t in chosen], max_new_tokens, eos, pad)
        losses = reference_losses(model, chosen, pad)
        yield [
            (i, finished(ids, eos, loss))
            for i, ids, loss in zip(indices, generated, losses, strict=True)
        ]


def greedy(
    model: Any, prompts: Sequence[list[int]], max_new_tokens: int, eos: int, pad: int
) -> list[list[int]]:
    """The generated ids of each prompt, EOS and padding included."""
    import torch

    width = max(len(prompt) for prompt in prompts)
    ids = torch.tensor([[pad] * (width - len(p)) + p for p in prompts], device=model.device)
    mask = torch.tensor(
        [[0] * (width - len(p)) + [1] * len(p) for p in prompts], device=model.device
    )
    with torch.inference_mode():
        output = model.generate(
            input_ids=ids,
            attention_mask=mask,
            max_new_tokens=max_new_tokens,
            do_sample=False,
            num_beams=1,
            eos_token_id=eos,
            pad_token_id=pad,
        )
    new: list[list[int]] = output[:, width:].tolist()
    return new


def reference_losses(model: Any, tasks: Sequence[Task], pad: int) -> list[float]:
    """Mean negative log-likelihood of each reference given its prompt, nats per token."""
    import torch

    rows = [task.prompt + task.reference for task in tasks]
    width = max(len(row) for row in rows)
    ids = torch.tensor([row + [pad] * (width - len(row)) for row in rows], device=model.device)
    mask = torch.tensor(
        [[1] * len(row) + [0] * (width - len(row)) for row in rows], device=model.device
    )
    labels = torch.full_like(ids, IGNORE)
    for i, (task, row) in enumerate(zip(tasks, rows, strict=True)):
        labels[i, len(task.prompt) : len(row)] = ids[i, len(task.prompt) : len(row)]
    with torch.inference_mode():
        logits = model(input_ids=ids, attention_mask=mask, use_cache=False).logits[:, :-1].float()
        losses: torch.Tensor = torch.nn.functional.cross_entropy(
            logits.transpose(1, 2), labels[:, 1:], ignore_index=IGNORE, reduction="none"
        ).sum(1)
    return [float(loss) / len(task.reference) for loss, task in zip(losses, tasks, strict=True)]


def finished(ids: list[int], eos: int, reference_loss: float) -> Answer:
    """Cut generated ids at EOS and say why they end."""
    if eos in ids:
        return Answer(ids[: ids.index(eos)], "stop", reference_loss)
    return Answer(ids, "length", reference_loss)
