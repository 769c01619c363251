"""Training speed of a Mistral-7B shape on a GPU: Tinh's steps against plain TRL.

    python -m bench.gpu                         on a GPU; minutes, 15 GB of disk, prints JSON
    python -m bench.gpu --device cpu --tiny     a toy shape, to see that it runs

Random weights in NF4 with double quantisation, r = 16 on all linear layers, bfloat16, settings of
profiles/vistral-7b-24gb.yaml. Samples of random tokens fill packs of 2,048 and of 4,096 tokens;
Tinh takes as many packs a step as hold 8,192 tokens. TRL's SFTTrainer takes the same samples, a
row each, with its own defaults. A side and length is a process of its own, timed after a warm-up.

Share of the peak: 4 FLOP per frozen parameter of a linear layer and token (forward, and backward
through frozen weights; recomputed activations and attention are not counted), over the chip's dense
bfloat16 peak (``--peak-tflops`` where the chip is not known here). Needs torch, transformers, peft,
trl, datasets and bitsandbytes, and pydantic and ruamel.yaml, which read the profile.
"""

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROFILE = Path(__file__).parents[1] / "profiles/vistral-7b-24gb.yaml"
MISTRAL = {
    "vocab_size": 32_000, "hidden_size": 4096, "intermediate_size": 14_336,
    "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
}  # fmt: skip
TINY = {
    "vocab_size": 512, "hidden_size": 64, "intermediate_size": 128,
    "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
}  # fmt: skip
LENGTHS, BATCH_TOKENS = (2048, 4096), 8192
TINY_LENGTHS, TINY_BATCH_TOKENS = (64, 128), 256
# Dense bfloat16 TFLOP/s by the makers' data sheets, by a part of the device's name.
PEAKS = {"H100": 989, "H200": 989, "A100": 312, "L40S": 362, "RTX 4090": 165, "L4": 121, "A10G": 70}
WARM_UP = 2
SAMPLE_SHARES = (1 / 16, 1 / 2)  # of a pack, shortest and longest sample
FIRST_TOKEN = 3  # 0 pads, 1 begins, 2 ends

Sample = dict[str, list[int]]


@dataclass(frozen=True)
class Listed:
    """Packs in memory, as the training loop reads them."""

    packs: Sequence[Sample]

    def __len__(self) -> int:
        return len(self.packs)

    def take(self, numbers: Sequence[int]) -> list[Sample]:
        """The packs with these numbers."""
        return [self.packs[i] for i in numbers]


def samples(tokens: int, length: int, vocabulary: int) -> list[list[Sample]]:
    """At least ``tokens`` random tokens: packs of ``length`` as lists of samples.

    A sample's second half is supervised.
    """
    draw = random.Random(0)
    shortest, longest = (round(share * length) for share in SAMPLE_SHARES)
    found: list[list[Sample]] = []
    for _ in range(-(-tokens // length)):
        pack, room = [], length
        while room >= shortest:
            size = min(room, draw.randint(shortest, longest))
            ids = [draw.randrange(FIRST_TOKEN, vocabulary) for _ in range(size)]
            pack.append({"input_ids": ids, "labels": [-100] * (size // 2) + ids[size // 2 :]})
            room -= size
        found.append(pack)
    return found


def packed(pack: Sequence[Sample]) -> Sample:
    """One sequence of samples that do not see each other."""
    return {
        "input_ids": [x for one in pack for x in one["input_ids"]],
        "labels": [x for one in pack for x in one["labels"]],
        "position_ids": [i for one in pack for i in range(len(one["input_ids"]))],
    }


def settings(attention: str) -> Any:
    """``train`` of the profile, with that attention and one micro-batch a step."""
    from stages import params
    from stages.train.params import Train

    section = Train.model_validate(params.read(PROFILE)["train"])
    return section.model_copy(update={"attention": attention, "accumulation": 1})


def synchronised(device: str) -> float:
    """The clock, once the device has done all that was asked of it."""
    import torch

    if device == "cuda":
        torch.cuda.synchronize()
    return time.monotonic()


def tinh(job: argparse.Namespace) -> dict[str, float]:
    """Tokens and seconds of the measured steps, by the train stage's own loop."""
    from stages.train import adapter as adapters
    from stages.train.loop import Learner, training
    from stages.train.optimizer import optimizer_of
    from stages.train.parallel import Group
    from stages.train.sft import Supervised

    size = batch_tokens(job) // job.length
    train = settings(job.attention).model_copy(update={"micro_batch": size})
    model = adapters.load(job.model, train, job.device, seed=0)
    learner = Learner(
        model=model,
        optimizer=optimizer_of(adapters.trained(model), train),
        objective=Supervised(flat=train.attention == "flash_attention_2"),
        train=train,
        group=Group(0, 1, job.device),
        seed=0,
        order=0,
    )
    total = WARM_UP + job.steps
    made = samples(total * size * job.length, job.length, vocabulary(job))
    packs = Listed([packed(pack) for pack in made])
    plan = [[list(range(i * size, (i + 1) * size))] for i in range(total)]
    started = tokens = 0.0
    for step in training(learner, packs, plan, start=0, total=total):  # type: ignore[arg-type]
        if step.number == WARM_UP:
            started = synchronised(job.device)
        elif step.number > WARM_UP:
            tokens += step.tokens
    return {"tokens": tokens, "seconds": synchronised(job.device) - started}


def trl(job: argparse.Namespace) -> dict[str, float]:
    """Tokens and seconds of the measured steps, by SFTTrainer as it comes."""
    import datasets
    from peft import LoraConfig
    from transformers import TrainerCallback
    from trl import SFTConfig, SFTTrainer

    from stages.quantised import load_held

    train = settings(job.attention)
    with tempfile.TemporaryDirectory() as folder:
        args = SFTConfig(
            output_dir=folder,
            max_steps=WARM_UP + job.steps,
            max_length=job.length,
            use_cpu=job.device == "cpu",
            train_sampling_strategy="sequential",  # so that the measured steps' tokens are known
            dataset_kwargs={"skip_prepare_dataset": True},
            report_to="none",
            save_strategy="no",
        )
        count = args.max_steps * args.per_device_train_batch_size
        longest = round(SAMPLE_SHARES[1] * job.length)
        made = samples(count * longest, job.length, vocabulary(job))
        rows = [one for pack in made for one in pack][:count]
        clock: list[float] = []

        class Clock(TrainerCallback):  # type: ignore[misc]
            def on_step_end(self, *_: Any, **__: Any) -> None:
                clock.append(synchronised(job.device))

        SFTTrainer(
            model=load_held(job.model, train.held(), job.device, train.attention),
            args=args,
            train_dataset=datasets.Dataset.from_list(rows),
            processing_class=tokenizer(),
            peft_config=LoraConfig(
                r=train.lora.r,
                lora_alpha=train.lora.alpha,
                target_modules=train.lora.targets,
                task_type="CAUSAL_LM",
            ),
            callbacks=[Clock()],
        ).train()
    measured = rows[WARM_UP * args.per_device_train_batch_size :]
    tokens = sum(len(row["input_ids"]) for row in measured)
    return {"tokens": float(tokens), "seconds": clock[-1] - clock[WARM_UP - 1]}


def tokenizer() -> Any:
    """Any tokenizer with the three control tokens; nothing is tokenised."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from transformers import PreTrainedTokenizerFast

    words = Tokenizer(WordLevel({"<pad>": 0, "<s>": 1, "</s>": 2}, unk_token="</s>"))
    return PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    )


def vocabulary(job: argparse.Namespace) -> int:
    """Tokens that the shape knows."""
    return (TINY if job.tiny else MISTRAL)["vocab_size"]


def batch_tokens(job: argparse.Namespace) -> int:
    """Tokens that Tinh takes a step."""
    return TINY_BATCH_TOKENS if job.tiny else BATCH_TOKENS


def write_model(job: argparse.Namespace, folder: Path) -> int:
    """Save random weights in bfloat16; returns how many of them tokens are multiplied with."""
    import torch
    from transformers import MistralConfig, MistralForCausalLM

    config = MistralConfig(
        **(TINY if job.tiny else MISTRAL), sliding_window=None, max_position_embeddings=8192,
        pad_token_id=0, bos_token_id=1, eos_token_id=2, dtype="bfloat16",
    )  # fmt: skip
    torch.manual_seed(0)
    with torch.device(job.device):
        model = MistralForCausalLM(config).to(torch.bfloat16)
    model.save_pretrained(folder)
    layers = (m for m in model.modules() if isinstance(m, torch.nn.Linear))
    return sum(layer.weight.numel() for layer in layers)


def one_side(job: argparse.Namespace) -> dict[str, Any]:
    """What one process measures; peak memory is the device's, or on a CPU the process's."""
    import resource

    import torch

    found = {"tinh": tinh, "trl": trl}[job.side](job)
    host = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    peak = torch.cuda.max_memory_allocated() if job.device == "cuda" else host
    rate = found["tokens"] / found["seconds"]
    return {"tokens_per_second": round(rate, 1), "peak_memory_gib": round(peak / 2**30, 2)}


def peak_tflops(job: argparse.Namespace) -> float | None:
    """The chip's dense bfloat16 peak, given or known by its name."""
    import torch

    if job.peak_tflops or job.device == "cpu":
        return job.peak_tflops  # type: ignore[no-any-return]
    name = torch.cuda.get_device_name()
    return next((float(p) for part, p in PEAKS.items() if re.search(rf"\b{part}\b", name)), None)


def compared(job: argparse.Namespace, argv: Sequence[str]) -> dict[str, Any]:
    """Both sides at both lengths, each in its own process, and their ratios."""
    import torch

    device = torch.cuda.get_device_name() if job.device == "cuda" else "cpu"
    found: dict[str, Any] = {"device": device, "attention": job.attention, "lengths": {}}
    with tempfile.TemporaryDirectory() as folder:
        weights = write_model(job, Path(folder))
        if job.device == "cuda":
            torch.cuda.empty_cache()
        for length in TINY_LENGTHS if job.tiny else LENGTHS:
            sides = {}
            for side in ("tinh", "trl"):
                more = ["--side", side, "--model", folder, "--length", str(length)]
                sides[side] = in_a_process([*argv, *more])
                peak = peak_tflops(job)
                flops = 4 * weights * sides[side]["tokens_per_second"]
                sides[side]["share_of_peak"] = round(flops / peak / 1e12, 4) if peak else None
            ratio = sides["tinh"]["tokens_per_second"] / sides["trl"]["tokens_per_second"]
            found["lengths"][length] = {**sides, "tinh_over_trl": round(ratio, 3)}
    return {**found, "frozen_parameters": weights}


def in_a_process(argv: Sequence[str]) -> dict[str, Any]:
    """The figures of one side. Exits with the end of its messages when it fails."""
    command = [sys.executable, "-m", "bench.gpu", *argv]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(argv)} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(argv: Sequence[str]) -> None:
    """Run one side, or all of them, and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--tiny", action="store_true", help="a toy shape instead of 7B")
    parser.add_argument("--attention", default="sdpa", help="train.attention of params.yaml")
    parser.add_argument("--steps", type=int, default=8, help="measured steps")
    parser.add_argument("--peak-tflops", type=float, help="dense bfloat16 peak of the chip")
    parser.add_argument("--side", choices=("tinh", "trl"), help=argparse.SUPPRESS)
    parser.add_argument("--model", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--length", type=int, help=argparse.SUPPRESS)
    job = parser.parse_args(argv)
    found = one_side(job) if job.side else compared(job, argv)
    sys.stdout.write(json.dumps(found, indent=None if job.side else 2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
