"""Can this machine run this params.yaml? Each check says what it found and what to change."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import declare
from pipeline.plan import configs, devices, estimate
from pipeline.plan.devices import Device
from stages.errors import InputError
from stages.params import HEX40, Model
from stages.train.footprint import BYTES, GIB, parts, setting_of
from stages.train.shape import Shape, shape_of

PYTHON = (3, 11)
# Base and merged model, each in data/ and in DVC's cache.
COPIES = 4
SPARE = 2 * GIB  # rows, tokens, ledgers, checkpoints
HUB_SECONDS = 10


@dataclass(frozen=True)
class Check:
    """``remedy`` is empty when all is well."""

    name: str
    found: str
    remedy: str

    @property
    def ok(self) -> bool:
        """Whether nothing has to be changed."""
        return not self.remedy


def checks(everything: Mapping[str, Any]) -> list[Check]:
    """All checks for a whole params.yaml, the quick ones first."""
    found = [python(sys.version_info[:3]), *tools(), *libraries()]
    device = devices.present(everything["compute"].device)
    found += [chosen(everything["compute"].device, device), threads(everything["compute"].threads)]
    found.append(attention(everything["train"].attention, device))
    found.append(precision(everything["train"].compute_dtype, device))
    found += source(everything["model"])
    try:
        shape = shape_of(configs.config_of(everything["model"], None))
    except InputError as error:
        return [*found, Check("memory", "not known", str(error))]
    return [*found, memory(everything, shape, device), disk(shape, shutil.disk_usage(".").free)]


def python(version: tuple[int, ...]) -> Check:
    """The interpreter."""
    found = ".".join(map(str, version))
    needed = ".".join(map(str, PYTHON))
    return Check("python", found, "" if version >= PYTHON else f"install Python >= {needed}")


def tools() -> Iterator[Check]:
    """git and DVC, and that the project is one of theirs."""
    for tool, mark, begin in (("git", ".git", "git init"), ("dvc", ".dvc", "dvc init")):
        if shutil.which(tool) is None:
            yield Check(tool, "not found", f"install {tool}, or run `make setup`")
        elif not Path(mark).exists():
            yield Check(tool, f"no {mark} here", f"run `{begin}`")
        else:
            said = subprocess.run([tool, "--version"], capture_output=True, text=True, check=False)
            yield Check(tool, said.stdout.strip().removeprefix("git version "), "")


def libraries() -> Iterator[Check]:
    """Every declared library is installed as declared."""
    wrong = [library for library in declare.libraries() if not library.agrees]
    for library in wrong:
        yield Check(
            library.name,
            f"{library.installed or 'not installed'}, declared {library.declared or 'nowhere'}",
            "run `make setup`, or `tinh versions --write` to declare what is installed",
        )
    if not wrong:
        yield Check("libraries", "as declared", "")


def chosen(choice: str, device: Device) -> Check:
    """The device that params.yaml asks for is there."""
    lacking = choice == "cuda" and not device.is_gpu
    remedy = "no GPU is seen here; set compute.device: auto, or install a CUDA build of torch"
    found = f"{device.name}, {device.memory / GIB:.1f} GiB"
    return Check("device", found, remedy if lacking else "")


def threads(wanted: int) -> Check:
    """There are as many cores as threads."""
    cores = len(os.sched_getaffinity(0))
    remedy = f"set compute.threads: {cores} or fewer (it changes the last bits of a trained model)"
    return Check("threads", f"{wanted} of {cores} cores", remedy if wanted > cores else "")


def attention(wanted: str, device: Device) -> Check:
    """The attention implementation can be loaded."""
    if wanted != "flash_attention_2":
        return Check("attention", wanted, "")
    lacking = not device.is_gpu or importlib.util.find_spec("flash_attn") is None
    remedy = "set train.attention: sdpa, or install flash-attn on a machine with a GPU"
    return Check("attention", wanted, remedy if lacking else "")


def precision(wanted: str, device: Device) -> Check:
    """The device computes in the dtype that is asked for."""
    lacking = wanted == "bfloat16" and not device.bfloat16
    remedy = f"{device.name} has no bfloat16; set train.compute_dtype: float16"
    return Check("compute dtype", wanted, remedy if lacking else "")


def source(model: Model) -> Iterator[Check]:
    """The base can be had."""
    if model.source == "build":
        yield Check("base", "built here from data/pretrain", "")
    elif model.source == "local":
        there = (Path(model.local.path) / "config.json").is_file() if model.local.path else False
        remedy = "set model.local.path to the folder that holds config.json and *.safetensors"
        yield Check("base", model.local.path or "no path", "" if there else remedy)
    else:
        whole = re.fullmatch(HEX40, model.hub.revision) is not None
        remedy = "set model.hub.revision to the 40 hexadecimal digits of a commit"
        yield Check("base", f"{model.hub.repo}@{model.hub.revision}", "" if whole else remedy)
        if whole:
            yield hub(model.hub.repo, model.hub.revision)


def hub(repo: str, revision: str) -> Check:
    """The hub gives the repository to this machine."""
    from huggingface_hub import HfApi, get_token

    token = "with a token" if get_token() else "without a token"
    try:
        HfApi().model_info(repo, revision=revision, timeout=HUB_SECONDS)
    except Exception as error:  # whatever keeps the hub from answering is the finding
        said = " ".join(str(error).split())[:200]
        remedy = "look at the network, accept the model's terms, and set HF_TOKEN if it is gated"
        return Check("hub", f"{token}: {said}", remedy)
    return Check("hub", f"{repo} answers, {token}", "")


def memory(everything: Mapping[str, Any], shape: Shape, device: Device) -> Check:
    """Training fits into the device (``tinh plan`` has it part by part)."""
    _, supervised = estimate.measured_tokens(1, Path("metrics/tokenize.json"))
    setting = setting_of(
        everything["train"],
        pack_length=everything["tokenize"].pack_length,
        supervised=supervised,
    )
    needed = sum(parts(shape, setting, on_gpu=device.is_gpu).values())
    found = f"{needed / GIB:.2f} GiB to train, {device.memory / GIB:.1f} on {device.name}"
    remedy = "lower train.micro_batch, or see `tinh plan` for what fits"
    return Check("memory", found, remedy if needed > device.memory else "")


def disk(shape: Shape, free: float) -> Check:
    """Base, merged model and their copies in DVC's cache fit on the disk."""
    needed = COPIES * shape.weights * BYTES["bfloat16"] + SPARE
    found = f"{needed / GIB:.1f} GiB needed, {free / GIB:.1f} free"
    return Check("disk", found, "free some space, or move .dvc/cache" if needed > free else "")


def text(found: list[Check]) -> str:
    """A line a check, and what to change under those that fail."""
    width = max(len(check.name) for check in found)
    lines = []
    for check in found:
        lines.append(f"{'ok' if check.ok else 'NO':<3} {check.name:<{width}}  {check.found}")
        if not check.ok:
            lines.append(f"    {'':<{width}}  {check.remedy}")
    return "\n".join(lines)
