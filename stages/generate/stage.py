"""generate: what a model answers to the test split (``generate@base``, ``generate@tuned``).

One JSON line for each test row with a reference, in the split's order. Rows of plain text, which
have no answer to compare with, and rows that forge a control token are left out;
``metrics/split.json`` tells how many test rows can be scored.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from stages import prompt as prompts
from stages.contract import Event, In, Out, Progress, Scratch
from stages.errors import DataError, ModelError
from stages.generate import parts as kept
from stages.generate.decode import (
    Decoding,
    Task,
    batch_order,
    decoding,
    ended,
    fitted,
    generated,
)
from stages.generate.losses import reference_losses
from stages.generate.params import Generate
from stages.generate.parts import Answer
from stages.params import Compute, Prompt, Seed
from stages.seeds import child
from stages.shards import read_tables, with_lines
from stages.tensors import deterministic, device_of

LIBRARIES = ("torch", "transformers", "tokenizers", "pyarrow", "safetensors")
GRADE = "bitwise"


@dataclass(frozen=True)
class Asked:
    """A test row and its tokens."""

    row: dict[str, Any]
    task: Task

    @property
    def row_id(self) -> str:
        """The row's id."""
        return str(self.row["row_id"])


def run(
    *, splits: In, model: In, tokenizer: In, predictions: Out, parts: Scratch,
    generate: Generate, prompt: Prompt, seed: Seed, compute: Compute,
) -> Iterator[Event]:  # fmt: skip
    """Answer the test split. Raises :class:`~stages.errors.DataError` if no row can be scored."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    deterministic(compute.threads)
    loaded = AutoTokenizer.from_pretrained(tokenizer, trust_remote_code=False)
    chat = prompts.chat_of(loaded, template=prompt.template, system=prompt.system)
    asked = questions(test_rows(splits), chat, generate)
    if not asked:
        raise DataError(f"no row of {splits}/test has an answer to compare with; raise split.test")
    weights = AutoModelForCausalLM.from_pretrained(
        model, device_map={"": device_of(compute.device)}, local_files_only=True,
        trust_remote_code=False,
    ).eval()  # fmt: skip
    chosen = decoding(chat, weights, generate)
    lines = [""] * len(asked)
    done = 0
    for number, indices in enumerate(batch_order([a.task for a in asked], generate.batch)):
        batch = [asked[i] for i in indices]
        row_ids = [a.row_id for a in batch]
        answers = kept.read(parts, number, row_ids)
        if answers is None:
            tasks = [a.task for a in batch]
            answers = answered(weights, tasks, chosen, child(seed, f"generate:{number}"))
            kept.write(parts, number, row_ids, answers)
        for i, one, answer in zip(indices, batch, answers, strict=True):
            lines[i] = line(loaded, one, answer, number)
        done += len(batch)
        yield Progress(done, len(asked), "rows")
    predictions.write_text("".join(lines), encoding="utf-8")


def test_rows(splits: In) -> Iterator[dict[str, Any]]:
    """The rows of the test split in order, each with its absolute ``line``."""
    for shard, table in read_tables(splits, "test"):
        yield from with_lines(table, shard).to_pylist()


def questions(
    rows: Iterator[dict[str, Any]], chat: prompts.Chat, generate: Generate
) -> list[Asked]:
    """The rows that can be answered and scored, at most ``generate.max_rows``, tokenised."""
    found: list[Asked] = []
    for row in rows:
        if generate.max_rows and len(found) == generate.max_rows:
            break
        task = task_of(chat, row, generate)
        if task is not None:
            found.append(Asked(row, task))
    return found


def task_of(chat: prompts.Chat, row: dict[str, Any], generate: Generate) -> Task | None:
    """The prompt up to the row's last answer, and that answer; None when there is none."""
    messages: Sequence[dict[str, str]] = row["messages"]
    if messages[-1]["role"] != "assistant":
        return None
    try:
        segments = prompts.segments(chat, messages)
    except prompts.UnrenderableError:
        return None
    if not segments:  # an answer to nothing
        return None
    ids, _ = prompts.encode(chat, segments)
    prompt, _ = prompts.encode(chat, segments[:-1])
    return fitted(prompt, ids[len(prompt) :], generate)


def answered(model: Any, tasks: Sequence[Task], chosen: Decoding, seed: int) -> list[Answer]:
    """The answers to one batch, with the loss of each reference."""
    import torch

    try:
        new = generated(model, [task.prompt for task in tasks], chosen, seed=seed)
        losses = reference_losses(model, tasks, chosen.pad)
    except torch.OutOfMemoryError:
        raise ModelError(
            f"the device's memory does not hold a batch of {len(tasks)} rows of up to "
            f"{chosen.settings.max_length} tokens; lower generate.batch or generate.max_length"
        ) from None
    return [Answer(*ended(ids, chosen.stop), loss) for ids, loss in zip(new, losses, strict=True)]


def line(tokenizer: Any, asked: Asked, answer: Answer, batch: int) -> str:
    """One line of the predictions file."""
    row, task = asked.row, asked.task
    record = {
        "row_id": row["row_id"],
        "task": row["task"],
        "source": row["source"],
        "line": row["line"],
        "prompt": "\n\n".join(m["content"] for m in row["messages"][:-1]),
        "reference": row["messages"][-1]["content"],
        "output": tokenizer.decode(answer.ids, skip_special_tokens=True).strip(),
        "finish_reason": answer.finish_reason,
        "prompt_tokens": len(task.prompt),
        "prompt_cut": task.prompt_cut,
        "output_tokens": len(answer.ids),
        "reference_tokens": len(task.reference),
        "reference_loss": answer.reference_loss,
        "batch": batch,
    }
    return json.dumps(record, ensure_ascii=False) + "\n"
