"""Tinh's train stage against TRL's SFTTrainer: one epoch of the same rows.

    python -m bench.train [--seed N]     in a project that has run (`dvc repro`); prints JSON

Same base in four bits, same LoRA, optimizer, learning rate and dtype (params.yaml, without dropout,
whose masks would differ), the same token ids and labels, as many rows a step as Tinh's packs hold
on average. TRL trains as its documentation sets it up, a row a place and padding; two of its
defaults that would slow it here, activation checkpointing and bfloat16, are set as params.yaml
says. It holds the adapter of a quantised base in bfloat16, which most CPUs are slow at; so it runs
twice, the second time (`trl_float32`) with its adapter cast to float32 before the first step.

Each side is a process of its own; imports and loading are outside the measured seconds. The
evaluation loss of both is measured by Tinh's code on `data/tokens/valid`; peak memory is the
process's largest resident set when the last step has ended.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

BASE, TOKENS = Path("data/base"), Path("data/tokens")
RATIOS = ("supervised_tokens_per_second", "eval_loss", "peak_memory_gib")
OPTIMIZERS = {"adamw": "adamw_torch"}  # the others have the same name in transformers


def sections(seed: int) -> dict[str, Any]:
    """params.yaml, changed to one epoch of a fresh adapter without dropout, and its seed."""
    from stages import params
    from stages.tensors import deterministic

    everything = params.load()
    deterministic(everything["compute"].threads)
    train = everything["train"]
    lora = train.lora.model_copy(update={"dropout": 0.0})
    changes = {"epochs": 1, "lora": lora, "init": "fresh"}
    return everything | {"train": train.model_copy(update=changes), "seed": seed}


def prepared(everything: dict[str, Any]) -> Any:
    """The learner as the train stage makes it."""
    from stages.train import stage
    from stages.train.parallel import Group

    with tempfile.TemporaryDirectory() as init:
        return stage.prepared(
            BASE, Path(init), everything["task"], everything["prompt"], everything["train"],
            everything["seed"], Group(0, 1, "cpu"),
        )  # fmt: skip


def held_out_loss(learner: Any) -> float:
    """Nats a supervised token of ``data/tokens/valid``."""
    from stages.train.batches import read_split
    from stages.train.loop import evaluated

    return evaluated(learner, read_split(TOKENS, "valid"))["eval_loss"]


def tinh(seed: int) -> dict[str, Any]:
    """One epoch by the train stage's own loop."""
    from stages.train.batches import read_split, steps, steps_per_epoch
    from stages.train.loop import training

    learner, packs = prepared(sections(seed)), read_split(TOKENS, "train")
    cut = {"micro_batch": learner.train.micro_batch, "accumulation": learner.train.accumulation}
    total = steps_per_epoch(len(packs), **cut)
    plan = steps(len(packs), **cut, epochs=1, seed=learner.order, start=0)
    started = time.monotonic()
    supervised = sum(step.units for step in training(learner, packs, plan, start=0, total=total))
    measured = figures(time.monotonic() - started, supervised, total)
    return {**measured, "eval_loss": held_out_loss(learner)}


def trl(seed: int, *, float32: bool) -> dict[str, Any]:
    """One epoch by SFTTrainer; what it trained is then measured in Tinh's model.

    ``float32``: its adapter is held in that.
    """
    import datasets
    from transformers import AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    from stages.quantised import load_held
    from stages.train.adapter import trained
    from stages.train.batches import read_split, steps_per_epoch

    everything = sections(seed)
    train, packs = everything["train"], read_split(TOKENS, "train")
    rows = datasets.Dataset.from_list(list(samples(packs)))
    cut = {"micro_batch": train.micro_batch, "accumulation": train.accumulation}
    rows_a_step = len(rows) / steps_per_epoch(len(packs), **cut)
    with tempfile.TemporaryDirectory() as folder:
        trainer = SFTTrainer(
            model=load_held(BASE / "model", train.held(), "cpu", train.attention),
            args=SFTConfig(
                output_dir=folder,
                per_device_train_batch_size=max(1, round(rows_a_step / train.accumulation)),
                gradient_accumulation_steps=train.accumulation,
                num_train_epochs=1,
                optim=OPTIMIZERS.get(train.optimizer, train.optimizer),
                learning_rate=train.learning_rate,
                lr_scheduler_type=train.schedule,
                warmup_steps=train.warmup_steps,
                weight_decay=train.weight_decay,
                max_grad_norm=train.max_grad_norm,
                gradient_checkpointing=train.checkpoint_activations,
                bf16=train.compute_dtype == "bfloat16",
                use_cpu=True,
                dataset_kwargs={"skip_prepare_dataset": True},
                report_to="none",
                save_strategy="no",
                seed=seed,
            ),
            train_dataset=rows,
            processing_class=AutoTokenizer.from_pretrained(BASE / "tokenizer"),
            peft_config=lora_config(train),
        )
        if float32:
            for weight in trained(trainer.model).values():
                weight.data = weight.data.float()
        started = time.monotonic()
        trainer.train()
        seconds = time.monotonic() - started
    supervised = sum(label != -100 for row in rows["labels"] for label in row)
    measured = figures(seconds, supervised, trainer.state.global_step)
    learner = prepared(everything)
    transplant(trainer.model, learner.model)
    return {**measured, "eval_loss": held_out_loss(learner)}


def samples(packs: Any) -> Iterator[dict[str, list[int]]]:
    """The rows in ``packs``, each alone: a position of 0 begins one."""
    for pack in packs.take(range(len(packs))):
        starts = [i for i, position in enumerate(pack["position_ids"]) if position == 0]
        for start, end in pairwise([*starts, len(pack["input_ids"])]):
            yield {
                "input_ids": pack["input_ids"][start:end],
                "labels": pack["labels"][start:end],
            }


def lora_config(train: Any) -> Any:
    """The adapter of params.yaml, for peft."""
    from peft import LoraConfig

    return LoraConfig(
        r=train.lora.r,
        lora_alpha=train.lora.alpha,
        lora_dropout=train.lora.dropout,
        target_modules=train.lora.targets,
        use_rslora=train.lora.rank_stabilised,
        use_dora=train.lora.dora,
        task_type="CAUSAL_LM",
    )


def transplant(source: Any, target: Any) -> None:
    """Copy the adapter of ``source`` into ``target``, weight by weight."""
    import torch

    from stages.train.adapter import trained

    found = dict(source.named_parameters())
    with torch.no_grad():
        for name, weight in trained(target).items():
            weight.copy_(found[name])


def figures(seconds: float, supervised: int, steps: int) -> dict[str, Any]:
    """What is compared, taken when the last step has ended."""
    return {
        "supervised_tokens": supervised,
        "steps": steps,
        "seconds": round(seconds, 2),
        "supervised_tokens_per_second": round(supervised / seconds, 1),
        "peak_memory_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 3),
    }


def in_a_process(side: str, seed: int) -> dict[str, Any]:
    """The figures of one side. Exits with the end of its messages when it fails."""
    command = [sys.executable, "-m", "bench.train", "--side", side, "--seed", str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{side} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Run one side, or all of them one after the other, and print one JSON document."""
    sides = {
        "tinh": tinh,
        "trl": partial(trl, float32=False),
        "trl_float32": partial(trl, float32=True),
    }
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", choices=sides, help="this side alone, in this process")
    parser.add_argument("--seed", type=int, default=42)
    given = parser.parse_args()
    if given.side:
        sys.stdout.write(json.dumps(sides[given.side](given.seed)) + "\n")
        return
    found = {side: in_a_process(side, given.seed) for side in sides}
    ratios = {
        f"tinh_over_{side}": {
            key: round(found["tinh"][key] / found[side][key], 3) for key in RATIOS
        }
        for side in ("trl", "trl_float32")
    }
    sys.stdout.write(json.dumps({**found, **ratios}, indent=2) + "\n")


if __name__ == "__main__":
    main()
