"""merge: base + adapter → one plain model, proved to be what was trained."""

import dataclasses
import json
import shutil
from pathlib import Path

from stages import prompt as prompts
from stages.contract import In, Out
from stages.errors import ModelError
from stages.merge import candidates
from stages.merge.packs import first_packs
from stages.merge.params import Merge
from stages.merge.parity import Parity, compare, logits
from stages.params import Compute, Prompt
from stages.tensors import deterministic, device_of

LIBRARIES = ("torch", "transformers", "peft", "bitsandbytes", "pyarrow", "safetensors")
GRADE = "bitwise"
CANDIDATES = ("full", "dequantised")


def run(
    *, base: In, adapter: In, tokens: In, merged: Out, metrics: Out,
    merge: Merge, prompt: Prompt, compute: Compute,
) -> None:  # fmt: skip
    """Merge both candidates, compare each with the model as trained, write the chosen one.

    Raises :class:`~stages.errors.ModelError` when the chosen one is too far from it.
    """
    deterministic(compute.threads)
    device = device_of(compute.device)
    packs = first_packs(tokens / "valid", merge.packs)
    reference = logits(candidates.trained(base / "model", adapter, device), packs)
    parity: dict[str, Parity] = {}
    for candidate in CANDIDATES:
        model = candidates.merged(base / "model", adapter, device, candidate=candidate)
        parity[candidate] = compare(reference, logits(model, packs))
        if candidate == merge.candidate:
            model.save_pretrained(merged)
    chosen = parity[merge.candidate]
    if not chosen.mean_kl <= merge.max_mean_kl:
        raise ModelError(
            f"merged ({merge.candidate}) differs from what was trained: mean KL "
            f"{chosen.mean_kl:.3g}, merge.max_mean_kl is {merge.max_mean_kl:.3g}; "
            "choose the other merge.candidate, or raise the limit if that is acceptable"
        )
    install_tokenizer(base / "tokenizer", merged, prompt)
    report = {
        **{name: dataclasses.asdict(value) for name, value in parity.items()},
        "chosen": merge.candidate,
        "positions": reference.shape[0],
    }
    metrics.write_text(json.dumps(report, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def install_tokenizer(tokenizer: Path, merged: Path, prompt: Prompt) -> None:
    """Put the tokenizer beside the weights, with the chat template used in training in it."""
    from transformers import AutoTokenizer

    loaded = AutoTokenizer.from_pretrained(tokenizer, trust_remote_code=False)
    loaded.chat_template = prompts.chat_template(loaded, prompt.template)
    loaded.save_pretrained(merged)
    for path in merged.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
