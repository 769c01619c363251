"""How probable the references are to a model: the loss that perplexity is made of.

Prompts are padded on the left and references on the right, so that all references begin in one
column and logits are needed from there on only::

    0 0 <s> q q q | r r </s> 0
    <s> q q q q q | r r r </s>
                ^ logits of this column on, (rows, longest reference + 1, vocabulary)
"""

from collections.abc import Iterator, Sequence
from typing import Any

from stages.generate.decode import Task
from stages.prompt import IGNORE

LOGITS = 1 << 26  # logits held at once, float32: 256 MiB; a single row may need more


def reference_losses(model: Any, tasks: Sequence[Task], pad: int) -> list[float]:
    """Mean negative log-likelihood of each reference given its prompt, nats per token."""
    return [
        loss
        for group in within(tasks, LOGITS // model.config.get_text_config().vocab_size)
        for loss in _losses(model, group, pad)
    ]


def within(tasks: Sequence[Task], positions: int) -> Iterator[list[Task]]:
    """Tasks in order, in groups whose padded references have at most ``positions`` tokens.

    A longer reference makes a group of its own.
    """
    group: list[Task] = []
    for task in tasks:
        longest = max(len(t.reference) for t in [*group, task]) + 1
        if group and longest * (len(group) + 1) > positions:
            yield group
            group = []
        group.append(task)
    if group:
        yield group


def _losses(model: Any, tasks: Sequence[Task], pad: int) -> list[float]:
    import torch

    before = max(len(task.prompt) for task in tasks)
    after = max(len(task.reference) for task in tasks)

    def stacked(left: int, right: int, values: list[list[int]]) -> torch.Tensor:
        rows = [
            [left] * (before - len(task.prompt)) + row + [right] * (after - len(task.reference))
            for task, row in zip(tasks, values, strict=True)
        ]
        return torch.tensor(rows, device=model.device)

    ids = stacked(pad, pad, [task.prompt + task.reference for task in tasks])
    mask = stacked(0, 0, [[1] * (len(t.prompt) + len(t.reference)) for t in tasks])
    labels = stacked(IGNORE, IGNORE, [[IGNORE] * len(t.prompt) + t.reference for t in tasks])
    with torch.inference_mode():
        logits = model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=(mask.cumsum(1) - 1).clamp(min=0),
            use_cache=False,
            logits_to_keep=after + 1,
        ).logits[:, :-1]
        losses: torch.Tensor = torch.nn.functional.cross_entropy(
            logits.float().transpose(1, 2),
            labels[:, before:],
            ignore_index=IGNORE,
            reduction="none",
        ).sum(1)
    return [float(loss) / len(task.reference) for loss, task in zip(losses, tasks, strict=True)]
