"""What stands beside the merged weights, so that they can be served as they are."""

import json
import shutil
from pathlib import Path
from typing import Any

from stages import prompt as prompts
from stages.params import Prompt

SETTINGS = "generation_config.json"


def tokenizer_of(folder: Path, prompt: Prompt) -> Any:
    """The tokenizer in ``folder`` with the chat template that training used in it."""
    from transformers import AutoTokenizer

    loaded = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    loaded.chat_template = prompts.chat_template(loaded, prompt.template)
    return loaded


def context_of(model: Path) -> int | None:
    """The longest input in tokens that the model at ``model`` takes; None where it says none."""
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    context = config.get("max_position_embeddings")
    return context if isinstance(context, int) else None


def install_tokenizer(tokenizer: Any, merged: Path) -> None:
    """Write tokenizer, chat template and generation settings beside the weights."""
    tokenizer.save_pretrained(merged)
    for path in merged.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
    path = merged / SETTINGS
    saved = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    ends = generation_settings(
        saved, bos=tokenizer.bos_token_id, eos=tokenizer.eos_token_id, pad=tokenizer.pad_token_id
    )
    path.write_text(json.dumps(ends, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def generation_settings(
    saved: dict[str, Any], *, bos: int | None, eos: int, pad: int | None
) -> dict[str, Any]:
    """The base's settings, stopping also at ``eos``, which training taught as an answer's end.

    Padding is ``pad``, or ``eos`` for a tokenizer without. What else the base recommends stays.
    """
    given = saved.get("eos_token_id")
    stops = given if isinstance(given, list) else [] if given is None else [given]
    stops = stops if eos in stops else [eos, *stops]
    settings = {**saved, "eos_token_id": stops[0] if len(stops) == 1 else stops}
    settings["pad_token_id"] = eos if pad is None else pad
    if bos is not None:
        settings["bos_token_id"] = bos
    return settings
