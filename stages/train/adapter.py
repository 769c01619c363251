"""What is trained: an adapter on a frozen base, or all weights. Made, loaded, saved.

A trained folder (``data/adapter``, ``data/init``, a checkpoint's ``adapter``) holds the weights,
their configuration and how the base was held (``held.json``), the same bytes each time.

It is held in ``train.adapter_dtype`` from the first step to the last, a resumed run included:
adapters that are cast on the way resume in another precision than they were trained in.
"""

import json
from pathlib import Path
from typing import Any

from stages.errors import ModelError
from stages.quantised import RECORD, load_held, load_plain, read_record, write_record
from stages.train.params import Train

ADAPTER_CONFIG = "adapter_config.json"
ADAPTER_WEIGHTS = "adapter_model.safetensors"
SHARD_SIZE = "4GB"


def load(base: Path, train: Train, device: str, seed: int) -> Any:
    """The model to train, its fresh adapter drawn from ``seed``; a plain model for ``full``."""
    if train.adapter == "full":
        model = load_plain(base, train.adapter_dtype, device, train.attention)
        model.requires_grad_(True)
    else:
        model = with_adapter(load_held(base, train.held(), device, train.attention), train, seed)
    if train.checkpoint_activations:
        model.gradient_checkpointing_enable({"use_reentrant": False})
    return model


def with_adapter(base: Any, train: Train, seed: int) -> Any:
    """Freeze ``base`` and attach a fresh LoRA adapter; ``seed`` is set before it is drawn."""
    import torch
    from peft import LoraConfig, get_peft_model

    base.requires_grad_(False)
    torch.manual_seed(seed)
    config = LoraConfig(
        r=train.lora.r,
        lora_alpha=train.lora.alpha,
        lora_dropout=train.lora.dropout,
        target_modules=train.lora.targets,
        use_rslora=train.lora.rank_stabilised,
        use_dora=train.lora.dora,
        task_type="CAUSAL_LM",
    )
    model = get_peft_model(base, config, autocast_adapter_dtype=True)
    for weight in trained(model).values():
        weight.data = weight.data.to(getattr(torch, train.adapter_dtype))
    return model


def trained(model: Any) -> dict[str, Any]:
    """The weights that are trained, by name, in the model's order."""
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def count(model: Any) -> tuple[int, int]:
    """Trained weights, and all weights of the model as if none were quantised."""
    if hasattr(model, "get_nb_trainable_parameters"):
        trainable, total = model.get_nb_trainable_parameters()
        return trainable, total
    total = sum(p.numel() for p in model.parameters())
    return total, total


def save(model: Any, train: Train, folder: Path) -> None:
    """Write what is trained into the new folder ``folder``.

    peft keeps ``target_modules`` as a set, whose order differs from run to run: it is sorted here.
    Its README and other by-products hold no weights and are left out.
    """
    folder.mkdir()
    if train.adapter == "full":
        model.save_pretrained(folder, max_shard_size=SHARD_SIZE)
    else:
        model.save_pretrained(str(folder), save_embedding_layers=False)
        config = json.loads((folder / ADAPTER_CONFIG).read_text(encoding="utf-8"))
        for key, value in config.items():
            if isinstance(value, list) and all(isinstance(item, str) for item in value):
                config[key] = sorted(value)
        text = json.dumps(config, indent=2, sort_keys=True) + "\n"
        (folder / ADAPTER_CONFIG).write_text(text, encoding="utf-8")
        for path in folder.iterdir():
            if path.name not in (ADAPTER_CONFIG, ADAPTER_WEIGHTS):
                path.unlink()
    write_record(train.held(), folder)


def restore(model: Any, train: Train, folder: Path) -> None:
    """Put the weights of a trained folder into ``model``, which must have the same shape.

    Raises :class:`~stages.errors.ModelError` when there are none, or they are of another kind.
    """
    from safetensors.torch import load_file

    if not (folder / RECORD).is_file():
        raise ModelError(
            f"{folder} holds no {RECORD}, so nothing that train wrote; put an earlier adapter "
            "there with `tinh adapter fetch REV`, or set train.init: fresh"
        )
    kind = read_record(folder).adapter
    if kind != train.adapter:
        raise ModelError(
            f"{folder} was trained with train.adapter: {kind}, params.yaml has {train.adapter}; "
            "use the same"
        )
    found = {}
    for path in sorted(folder.glob("*.safetensors")):
        found.update(load_file(path))
    own = trained(model)
    # peft leaves the adapter's name ("default") out of the names that it saves.
    names = {name.replace(".default", ""): name for name in own}
    tied = set(getattr(model, "_tied_weights_keys", None) or ())
    missing = sorted(set(names) - set(found) - tied)
    other = [n for n in names if n in found and found[n].shape != own[names[n]].shape]
    if missing or other or set(found) - set(names):
        raise ModelError(
            f"the weights in {folder} are not those of train.lora and the base here "
            f"({len(missing)} missing, {len(other)} of another shape, "
            f"{len(set(found) - set(names))} unknown); train.lora and the base must be the same"
        )
    for name, tensor in found.items():
        own[names[name]].data.copy_(tensor)


def require_empty(init: Path) -> None:
    """Raise :class:`~stages.errors.ModelError` when ``init`` holds weights that nobody uses."""
    weights = sorted(init.rglob("*.safetensors"))
    if weights:
        raise ModelError(
            f"{weights[0]} lies there, but train.init is fresh; set train.init: data/init to start "
            "from it, or remove it"
        )
