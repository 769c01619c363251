"""Checkpoints: what a killed run needs to end as if it had not been killed.

::

    .tinh/scratch/train/KEY/step-00000100/
        adapter/               what is trained, as `data/adapter` will be (good for data/init, too)
        optimizer.safetensors  its state
        checkpoint.json        step, curve so far, where it was made, SHA-256 of every file

No state of a random generator is needed: order and dropout are drawn from the seed and the step.
A checkpoint is written under another name, flushed to the disk and then renamed, so one that has
its name is whole; whether it still is, its digests say. No pickle anywhere.
"""

import hashlib
import json
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stages.contract import remove
from stages.errors import ResourceError
from stages.train import adapter as adapters
from stages.train.faults import kept as kept_step
from stages.train.optimizer import restore_state, state_of
from stages.train.params import Train

MANIFEST = "checkpoint.json"
OPTIMIZER = "optimizer.safetensors"
ADAPTER = "adapter"

log = logging.getLogger("tinh.train")


@dataclass(frozen=True)
class Checkpoint:
    """A whole checkpoint on disk: its folder, its step, and the curve up to it."""

    folder: Path
    step: int
    history: Sequence[Mapping[str, Any]]
    counters: Mapping[str, int]


def write(
    scratch: Path,
    step: int,
    *,
    model: Any,
    optimizer: Any,
    train: Train,
    history: Sequence[Mapping[str, Any]],
    where: Mapping[str, Any],
    kept: int,
) -> Path:
    """Write the checkpoint of ``step`` and remove all but the last ``kept``.

    Raises :class:`~stages.errors.ResourceError` when the disk is full; those before it remain.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    target = scratch / f"step-{step:08d}"
    partial = scratch / f"{target.name}.partial"
    remove(partial)
    try:
        partial.mkdir(parents=True)
        adapters.save(model, train, partial / ADAPTER)
        tensors, counters = state_of(optimizer, adapters.trained(model))
        save_file(tensors, partial / OPTIMIZER)
        manifest = {
            "step": step,
            "where": dict(where),
            "counters": counters,
            "history": list(history),
            "files": digests(partial),
        }
        text = json.dumps(manifest | {"digest": digest_of(manifest)}, indent=1)
        (partial / MANIFEST).write_text(text, encoding="utf-8")
        for path in (*partial.rglob("*"), partial):
            flush(path)
        remove(target)
        partial.rename(target)
        flush(scratch)
    except (OSError, SafetensorError) as error:
        remove(partial)
        raise ResourceError(
            f"the checkpoint of step {step} could not be written ({error}); make room on the disk "
            f"of {scratch}, then run again: it goes on from {kept_step(scratch)}"
        ) from None
    for old in sorted(scratch.glob("step-*"))[:-kept]:
        remove(old)
    return target


def latest(scratch: Path, where: Mapping[str, Any]) -> Checkpoint | None:
    """The last whole checkpoint made here, or None.

    A damaged one, or one made on other hardware (whose arithmetic ends in other bytes), is passed
    over with a warning for the one before.
    """
    for folder in sorted(scratch.glob("step-*"), reverse=True):
        if folder.name.endswith(".partial"):
            remove(folder)
            continue
        try:
            manifest = read_manifest(folder)
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("%s is damaged (%s); trying the one before", folder, error)
            continue
        if manifest["where"] != dict(where):
            log.warning("%s was made on %s, this is %s", folder, manifest["where"], dict(where))
            continue
        return Checkpoint(folder, manifest["step"], manifest["history"], manifest["counters"])
    return None


def restore(checkpoint: Checkpoint, model: Any, optimizer: Any, train: Train) -> None:
    """Put a checkpoint's weights and optimizer state back into a new model and optimizer."""
    from safetensors.torch import load_file

    adapters.restore(model, train, checkpoint.folder / ADAPTER)
    tensors = load_file(checkpoint.folder / OPTIMIZER)
    restore_state(optimizer, adapters.trained(model), tensors, checkpoint.counters)


def read_manifest(folder: Path) -> dict[str, Any]:
    """A checkpoint's manifest. Raises :class:`ValueError` when any file is not as written."""
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    if manifest.pop("digest") != digest_of(manifest):
        raise ValueError(f"{MANIFEST} is not as it was written")
    found = digests(folder)
    for name, digest in manifest["files"].items():
        if found.get(name) != digest:
            raise ValueError(f"{name} is not as it was written")
    return manifest


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each file below ``folder`` but the manifest, by relative path."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != MANIFEST:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            found[path.relative_to(folder).as_posix()] = digest
    return found


def digest_of(manifest: Mapping[str, Any]) -> str:
    """SHA-256 of a manifest's content."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def flush(path: Path) -> None:
    """Have the kernel write a file or folder to the disk now."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def latest_folder(scratch: Path) -> Path | None:
    """The last checkpoint's folder, whole or not."""
    whole = [p for p in sorted(scratch.glob("step-*")) if not p.name.endswith(".partial")]
    return whole[-1] if whole else None
