"""generate: what a model answers to the test split (``generate@base``, ``generate@tuned``).

One JSON line for each test row with a reference, in the split's order. Rows of plain text, which
have no answer to compare with, and rows that forge a control token are left out;
``metrics/split.json`` tells how many test rows can be scored.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from stages import prompt as prompts
from stages.contract import Event, In, Out, Progress
from stages.errors import DataError
from stages.generate.decode import Answer, Task, answers
from stages.generate.params import Generate
from stages.params import Compute, Prompt
from stages.shards import read_tables, with_lines
from stages.tensors import deterministic, device_of

LIBRARIES = ("torch", "transformers", "tokenizers", "pyarrow", "safetensors")
GRADE = "bitwise"


def run(
    *, splits: In, model: In, tokenizer: In, predictions: Out,
    generate: Generate, prompt: Prompt, compute: Compute,
) -> Iterator[Event]:  # fmt: skip
    """Answer the test split. Raises :class:`~stages.errors.DataError` if no row can be scored."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    deterministic(compute.threads)
    loaded = AutoTokenizer.from_pretrained(tokenizer, trust_remote_code=False)
    template = prompts.chat_template(loaded, prompt.template)
    rows = test_rows(splits)
    asked = [
        (row, task) for row in rows if (task := task_of(loaded, row, template, prompt.system))
    ][: generate.max_rows or None]
    if not asked:
        raise DataError(f"no row of {splits}/test has an answer to compare with; raise split.test")
    weights = AutoModelForCausalLM.from_pretrained(
        model, device_map={"": device_of(compute.device)}, local_files_only=True,
        trust_remote_code=False,
    ).eval()  # fmt: skip
    eos = loaded.eos_token_id
    found: dict[int, Answer] = {}
    for batch in answers(
        weights,
        [task for _, task in asked],
        size=generate.batch,
        max_new_tokens=generate.max_new_tokens,
        eos=eos,
        pad=eos if loaded.pad_token_id is None else loaded.pad_token_id,
    ):
        found.update(batch)
        yield Progress(len(found), len(asked), "rows")
    lines = [line(loaded, row, task, found[i]) for i, (row, task) in enumerate(asked)]
    predictions.write_text("".join(lines), encoding="utf-8")


def test_rows(splits: In) -> list[dict[str, Any]]:
    """All rows of the test split in order, each with its absolute ``line``."""
    return [
        row
        for shard, table in read_tables(splits, "test")
        for row in with_lines(table, shard).to_pylist()
    ]


def task_of(tokenizer: Any, row: dict[str, Any], template: str, system: str) -> Task | None:
    """The prompt up to the row's last answer, and that answer; None when there is none."""
    messages: Sequence[dict[str, str]] = row["messages"]
    if messages[-1]["role"] != "assistant":
        return None
    try:
        parts = prompts.segments(tokenizer, messages, template=template, system=system)
    except prompts.SpecialTokenError:
        return None
    prompt, _ = prompts.encode(tokenizer, parts[:-1])
    reference, _ = prompts.encode(tokenizer, parts[-1:])
    return Task(prompt, reference)


def line(tokenizer: Any, row: dict[str, Any], task: Task, answer: Answer) -> str:
    """One line of the predictions file."""
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
        "output_tokens": len(answer.ids),
        "reference_tokens": len(task.reference),
        "reference_loss": answer.reference_loss,
    }
    return json.dumps(record, ensure_ascii=False) + "\n"
