"""merge: base + adapter → one plain model, proved to be what was trained.

``data/merged`` needs nothing but transformers: safetensors in the base's dtype, configuration,
tokenizer with the chat template of training, generation settings that stop where training did.
"""

import dataclasses
import json
from pathlib import Path
from typing import Any

from stages import prompt as prompts
from stages.contract import In, Out
from stages.errors import DataError, ModelError
from stages.merge import asked, candidates, package
from stages.merge.params import Merge
from stages.merge.parity import Parity, compare, logits
from stages.params import Compute, Prompt
from stages.tensors import deterministic, device_of

LIBRARIES = ("torch", "transformers", "peft", "bitsandbytes", "pyarrow", "safetensors")
GRADE = "bitwise"
CANDIDATES = ("full", "dequantised")


def run(
    *, base: In, adapter: In, splits: In, merged: Out, metrics: Out,
    merge: Merge, prompt: Prompt, compute: Compute,
) -> None:  # fmt: skip
    """Merge both candidates, compare each with the model as trained, write the chosen one.

    Raises :class:`~stages.errors.ModelError` when the chosen one is too far from it and
    :class:`~stages.errors.DataError` when there is no prompt to compare on.
    """
    deterministic(compute.threads)
    device = device_of(compute.device)
    tokenizer = package.tokenizer_of(base / "tokenizer", prompt)
    questions = questions_of(splits, tokenizer, base / "model", merge, prompt)
    trained = candidates.trained(base / "model", adapter, device)
    reference = list(logits(trained, questions, merge.positions))
    del trained  # one model in memory at a time
    parity: dict[str, Parity] = {}
    for candidate in CANDIDATES:
        model = candidates.merged(base / "model", adapter, device, candidate=candidate)
        parity[candidate] = compare(reference, logits(model, questions, merge.positions))
        if candidate == merge.candidate:
            require_parity(parity[candidate], merge)
            model.save_pretrained(merged, max_shard_size=merge.shard_size)
        del model
    package.install_tokenizer(tokenizer, merged)
    report = {
        **{name: dataclasses.asdict(value) for name, value in parity.items()},
        "chosen": merge.candidate,
        "prompts": len(questions),
        "positions": sum(len(part) for part in reference),
    }
    metrics.write_text(json.dumps(report, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def questions_of(
    splits: Path, tokenizer: Any, model: Path, merge: Merge, prompt: Prompt
) -> list[list[int]]:
    """Token ids of the test prompts. Raises :class:`DataError` if none can be asked."""
    chat = prompts.chat_of(tokenizer, template=prompt.template, system=prompt.system)
    context = package.context_of(model)
    rows = asked.test_rows(splits, merge.prompts)
    found = [asked.ids_of(chat, row, context=context) for row in rows]
    questions = [ids for ids in found if ids]
    if not questions:
        raise DataError(
            f"none of {len(rows)} test rows can be asked; see tokenize's reasons in its ledger"
        )
    return questions


def require_parity(found: Parity, merge: Merge) -> None:
    """Raise :class:`ModelError` unless the chosen candidate is what was trained."""
    if found.mean_kl <= merge.max_mean_kl and found.top1_agreement >= merge.min_top1_agreement:
        return
    raise ModelError(
        f"merged ({merge.candidate}) is not what was trained: mean KL {found.mean_kl:.3g} "
        f"(merge.max_mean_kl {merge.max_mean_kl:.3g}), top-1 agreement {found.top1_agreement:.4f} "
        f"(merge.min_top1_agreement {merge.min_top1_agreement}); choose the other merge.candidate, "
        "or loosen the limit if that is acceptable"
    )
