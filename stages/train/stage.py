"""train: QLoRA (or LoRA, or all weights) on the packed tokens, resumable, the same bytes each time.

::

    packs ─► label check ─► model ─► isolation check ─► steps ─► data/adapter
                                            │            │ ▲
                                       or it stops       ▼ │ killed? go on from the last one
                                                      checkpoints

Dettmers et al. 2023, https://arxiv.org/abs/2305.14314. Started by ``accelerate launch``, several
processes share each step (:mod:`stages.train.parallel`); the first alone writes.
"""

import json
from collections.abc import Generator, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stages.contract import Event, In, Out, Scratch
from stages.errors import DataError
from stages.params import Compute, Prompt, Seed, Task
from stages.prompt import chat_of
from stages.seeds import child
from stages.tensors import deterministic, device_of
from stages.train import adapter as adapters
from stages.train import checkpoints, checks, curves
from stages.train.batches import Split, read_split, row_ids, steps, steps_per_epoch
from stages.train.dpo import Dpo
from stages.train.faults import clear_words
from stages.train.grpo import Grpo
from stages.train.log_probs import copy_of
from stages.train.loop import Diverged, Learner, Step, evaluated, training
from stages.train.objective import Objective
from stages.train.optimizer import optimizer_of
from stages.train.pace import Pace
from stages.train.parallel import Group, joined
from stages.train.params import Train
from stages.train.rewards import weighed
from stages.train.sft import Supervised

LIBRARIES = (
    "torch", "transformers", "peft", "bitsandbytes", "datasets", "pyarrow", "safetensors",
    "tokenizers",
)  # fmt: skip
GRADE = "bitwise"
SHOWN_ROWS = 5  # ids in a message; all of them are in the file that it names


def run(
    *, tokens: In, base: In, init: In, adapter: Out, metrics: Out, curve: Out,
    scratch: Scratch, task: Task, prompt: Prompt, train: Train, seed: Seed, compute: Compute,
) -> Iterator[Event]:  # fmt: skip
    """Train on ``tokens/train``; the evaluation loss is that of ``tokens/valid``.

    Raises :class:`~stages.errors.InputError` for a split without packs,
    :class:`~stages.errors.DataError` when labels are not the assistant's, samples see each other or
    the loss diverges, :class:`~stages.errors.ModelError` for an init that does not fit and
    :class:`~stages.errors.ResourceError` when memory, disk or device give out.
    """
    deterministic(compute.threads)
    device = device_of(compute.device)
    with joined(device) as group:
        group.require_same("input", scratch.name)
        pace = Pace(device)
        packs, held_out = read_split(tokens, "train"), read_split(tokens, "valid")
        checks.require_assistants_labels(tokens, base / "tokenizer", prompt, task)
        pace.mark("read_seconds")
        with clear_words(train, scratch, device=group.device):
            learner = prepared(base, init, task, prompt, train, seed, group)
        pace.mark("load_seconds")
        checks.require_isolation(learner.model, packs, train, task)
        pace.mark("check_seconds")
        with clear_words(train, scratch, device=group.device, model=learner.model, packs=packs):
            before = evaluated(learner, held_out)
            pace.mark("before_seconds")
            done = yield from learned(learner, packs, held_out, scratch, compute, pace)
            if group.rank == 0:
                adapters.save(learner.model, train, adapter)
                curves.write(curve, done, learner.objective.measures)
                sizes = adapters.count(learner.model)
                figures = curves.report(before, done, *sizes, grade=GRADE)
                metrics.write_text(json.dumps(figures, indent=2, sort_keys=True) + "\n")
        pace.mark("save_seconds")
        yield pace.measured(processes=group.size)


def prepared(
    base: Path, init: Path, task: Task, prompt: Prompt, train: Train, seed: int, group: Group
) -> Learner:
    """Model, objective and optimizer, before the first step."""
    model = adapters.load(base / "model", train, group.device, child(seed, "adapter"))
    if train.init == "fresh":
        adapters.require_empty(init)
    else:
        adapters.restore(model, train, init)
    return Learner(
        model=model,
        optimizer=optimizer_of(adapters.trained(model), train),
        objective=objective_of(model, base / "tokenizer", task, prompt, train),
        train=train,
        group=group,
        seed=child(seed, "train"),
        order=child(seed, "order"),
    )


def objective_of(
    model: Any, tokenizer: Path, task: Task, prompt: Prompt, train: Train
) -> Objective:
    """What ``task.method`` learns from; ``model`` as it is now is what dpo and grpo refer to."""
    if task.method == "dpo":
        return Dpo(train.dpo.beta, copy_of(model))
    if task.method == "grpo":
        from transformers import AutoTokenizer

        loaded = AutoTokenizer.from_pretrained(tokenizer, trust_remote_code=False)
        stops = chat_of(loaded, template=prompt.template, system=prompt.system).stops
        pad = stops[0] if loaded.pad_token_id is None else loaded.pad_token_id
        reference = copy_of(model) if train.grpo.kl else {}
        return Grpo(loaded, stops, pad, weighed(train.grpo.rewards), train.grpo, reference)
    return Supervised(flat=train.attention == "flash_attention_2")


def learned(
    learner: Learner, packs: Split, held_out: Split, scratch: Path, compute: Compute, pace: Pace
) -> Generator[Event, None, list[dict[str, Any]]]:
    """Train from the last checkpoint, or the start; returns the curve, one entry a step."""
    train, group = learner.train, learner.group
    cut = {"micro_batch": train.micro_batch, "accumulation": train.accumulation}
    per_epoch = steps_per_epoch(len(packs), **cut)
    total = train.epochs * per_epoch
    where = {"device": pace.device_name(), "processes": group.size}
    history: list[dict[str, Any]] = []
    resumed = checkpoints.latest(scratch, where)
    if resumed is not None:
        checkpoints.restore(resumed, learner.model, learner.optimizer, train)
        history = [dict(entry) for entry in resumed.history]
    group.require_same("checkpoint", str(len(history)))
    plan = steps(len(packs), **cut, epochs=train.epochs, seed=learner.order, start=len(history))
    pace.start()
    try:
        for step in training(learner, packs, plan, start=len(history), total=total):
            ends_epoch = step.number % per_epoch == 0
            held_out_means = evaluated(learner, held_out) if ends_epoch else {}
            history.append({**entry_of(step), **held_out_means})
            yield from curves.events(history[-1], total, pace.step(step.tokens))
            due = compute.checkpoint_steps and step.number % compute.checkpoint_steps == 0
            if due and step.number < total and group.rank == 0:
                checkpoints.write(
                    scratch, step.number, model=learner.model, optimizer=learner.optimizer,
                    train=train, history=history, where=where, kept=compute.checkpoints_kept,
                )  # fmt: skip
    except Diverged as error:
        raise diverged(error, packs, train, scratch, total) from None
    pace.mark("step_seconds")
    return history


def entry_of(step: Step) -> dict[str, Any]:
    """A step as an entry of the curve."""
    entry = asdict(step)
    return {**entry.pop("measures"), **entry}


def diverged(error: Diverged, packs: Split, train: Train, scratch: Path, total: int) -> DataError:
    """The error that names the step and its rows; all ids go to a file in ``scratch``."""
    rows = row_ids(packs, "train", error.packs)
    path = scratch / "diverged.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"step": error.step, "row_ids": rows}, indent=1) + "\n")
    shown = ", ".join(rows[:SHOWN_ROWS])
    more = f" and {len(rows) - SHOWN_ROWS} more in {path}" if len(rows) > SHOWN_ROWS else ""
    kept = checkpoints.latest_folder(scratch)
    return DataError(
        f"step {error.step} of {total}: loss {error.loss:.4g}, gradient norm {error.grad_norm:.4g} "
        f"(train.max_loss {train.max_loss}); rows of that batch: {shown}{more}; lower "
        f"train.learning_rate ({train.learning_rate}) or look at these rows"
        + (f"; the last good checkpoint is {kept}" if kept else "")
    )
