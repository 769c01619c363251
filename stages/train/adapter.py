"""The adapter: attached, optimised, saved.

It is held in float32 whatever the compute dtype: adapters cast to bfloat16 resume in another
precision than they were trained in.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stages.train.params import Train

if TYPE_CHECKING:
    from peft import PeftModel

CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"


def with_adapter(base: Any, train: Train, seed: int) -> "PeftModel":
    """Attach a fresh LoRA adapter; ``seed`` is set before its weights are drawn."""
    import torch
    from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training

    prepared = prepare_model_for_kbit_training(
        base,
        use_gradient_checkpointing=train.checkpoint_activations,
        gradient_checkpointing_kwargs={"use_reentrant": False},
    )
    torch.manual_seed(seed)
    config = LoraConfig(
        r=train.lora.r,
        lora_alpha=train.lora.alpha,
        lora_dropout=train.lora.dropout,
        target_modules=train.lora.targets,
        task_type="CAUSAL_LM",
    )
    return get_peft_model(prepared, config, autocast_adapter_dtype=True)


def optimizer_of(model: "PeftModel", train: Train) -> Any:
    """The optimizer over the adapter's weights (paged ones fall back to plain on a CPU)."""
    import torch
    from bitsandbytes import optim

    weights = [p for p in model.parameters() if p.requires_grad]
    kinds = {
        "paged_adamw_8bit": optim.PagedAdamW8bit,
        "paged_adamw_32bit": optim.PagedAdamW32bit,
        "adamw": torch.optim.AdamW,
    }
    return kinds[train.optimizer](weights, lr=train.learning_rate, weight_decay=train.weight_decay)


def save(model: "PeftModel", folder: Path) -> None:
    """Write the adapter's weights and configuration, nothing else, the same bytes each time.

    peft keeps ``target_modules`` as a set, whose order differs from run to run: it is sorted here.
    Its README and other by-products hold no weights and are left out.
    """
    model.save_pretrained(str(folder), safe_serialization=True, save_embedding_layers=False)
    config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    for key, value in config.items():
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            config[key] = sorted(value)
    text = json.dumps(config, indent=2, sort_keys=True) + "\n"
    (folder / CONFIG).write_text(text, encoding="utf-8")
    for path in folder.iterdir():
        if path.name not in (CONFIG, WEIGHTS):
            path.unlink()


def parameters(model: "PeftModel") -> tuple[int, int]:
    """Trainable parameters, and all parameters of the model as if none were quantised."""
    trainable, total = model.get_nb_trainable_parameters()
    return trainable, total
