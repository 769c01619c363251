"""train: QLoRA on the packed tokens (Dettmers et al. 2023, https://arxiv.org/abs/2305.14314)."""

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stages.contract import Event, In, Out, Progress, Scalars
from stages.errors import DataError
from stages.params import Compute, Seed, Task
from stages.quantised import load_quantised, write_record
from stages.seeds import child
from stages.tensors import deterministic, device_of
from stages.train import adapter as adapters
from stages.train.batches import batches, read_packs, steps, steps_per_epoch
from stages.train.loop import Step, mean_loss, training
from stages.train.params import Train

if TYPE_CHECKING:
    import datasets

LIBRARIES = (
    "torch", "transformers", "peft", "bitsandbytes", "datasets", "pyarrow", "safetensors",
)  # fmt: skip
GRADE = "bitwise"
ENDS = 10  # optimizer steps averaged for loss_first and loss_last


def run(
    *, tokens: In, base: In, adapter: Out, metrics: Out, curve: Out,
    task: Task, train: Train, seed: Seed, compute: Compute,
) -> Iterator[Event]:  # fmt: skip
    """Train an adapter on ``tokens/train``; the evaluation loss is that of ``tokens/valid``.

    Raises :class:`~stages.errors.InputError` for a split without packs and
    :class:`~stages.errors.DataError` when the loss is no longer a number.
    """
    deterministic(compute.threads)
    packs, held_out = read_packs(tokens / "train"), read_packs(tokens / "valid")
    model = adapters.with_adapter(
        load_quantised(base / "model", train.quantisation, device_of(compute.device)),
        train,
        child(seed, "adapter"),
    )
    trainable, total = adapters.parameters(model)
    done: list[tuple[Step, float | None]] = []
    for step, eval_loss in learn(model.get_base_model(), packs, held_out, train, seed):
        done.append((step, eval_loss))
        yield from events(step, eval_loss, expected(packs, train))
    adapter.mkdir()
    adapters.save(model, adapter)
    write_record(train.quantisation, adapter)
    write_curve(curve, done)
    metrics.write_text(json.dumps(report(done, trainable, total), indent=2, sort_keys=True) + "\n")


def learn(
    causal: Any, packs: "datasets.Dataset", held_out: "datasets.Dataset", train: Train, seed: int
) -> Iterator[tuple[Step, float | None]]:
    """Train; yields each step, and with the last of each epoch the loss on ``held_out``."""
    total = expected(packs, train)
    ordered = steps(
        packs,
        micro_batch=train.micro_batch,
        accumulation=train.accumulation,
        epochs=train.epochs,
        seed=child(seed, "order"),
    )
    per_epoch = total // train.epochs
    for step in training(causal, adapters.optimizer_of(causal, train), ordered, total, train):
        if step.loss != step.loss or step.grad_norm != step.grad_norm:
            raise DataError(
                f"the loss is no longer a number at step {step.number} of {total}; "
                f"lower train.learning_rate ({train.learning_rate}) or train.max_grad_norm"
            )
        ends_epoch = step.number % per_epoch == 0
        yield step, mean_loss(causal, batches(held_out, train.micro_batch)) if ends_epoch else None


def expected(packs: "datasets.Dataset", train: Train) -> int:
    """Optimizer steps of the whole training."""
    return train.epochs * steps_per_epoch(
        len(packs), micro_batch=train.micro_batch, accumulation=train.accumulation
    )


def events(step: Step, eval_loss: float | None, total: int) -> Iterator[Event]:
    """What the runner shows and tracks of a step."""
    values = {"loss": step.loss, "learning_rate": step.learning_rate, "grad_norm": step.grad_norm}
    if eval_loss is not None:
        values["eval_loss"] = eval_loss
    yield Scalars(step.number, values)
    yield Progress(step.number, total, "steps")


def write_curve(path: Path, done: Sequence[tuple[Step, float | None]]) -> None:
    """The curves as CSV: one line a step, ``eval_loss`` blank where it was not measured."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["step", "loss", "learning_rate", "grad_norm", "eval_loss"])
        for step, eval_loss in done:
            held_out = "" if eval_loss is None else eval_loss
            writer.writerow([step.number, step.loss, step.learning_rate, step.grad_norm, held_out])


def report(done: Sequence[tuple[Step, float | None]], trainable: int, total: int) -> dict[str, Any]:
    """``metrics/train.json``; the first and last loss are means over ten optimizer steps."""
    losses = [step.loss for step, _ in done]
    return {
        "loss_first": sum(losses[:ENDS]) / len(losses[:ENDS]),
        "loss_last": sum(losses[-ENDS:]) / len(losses[-ENDS:]),
        "eval_loss": next(loss for _, loss in reversed(done) if loss is not None),
        "steps": len(done),
        "tokens": sum(step.tokens for step, _ in done),
        "supervised_tokens": sum(step.supervised for step, _ in done),
        "trainable_params": trainable,
        "trainable_fraction": trainable / total,
        "grade": GRADE,
    }
