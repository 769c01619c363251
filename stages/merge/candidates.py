"""The models that merging can mean.

::

    trained       dequant(W4) x + (alpha/r) B A x        quantised base + adapter, as trained
    full          (W  + (alpha/r) B A) x                 merged into the base's own weights
    dequantised   (dequant(W4) + (alpha/r) B A) x        merged into what was trained against

peft's own ``merge`` of a four-bit layer quantises the sum again and loses the adapter's finer part;
so both candidates are merged in the base's dtype (unslothai/unsloth-zoo, pull request 810).
Everything about the adapter and the quantisation is read from what train recorded.
"""

from pathlib import Path
from typing import Any

from stages.quantised import load_quantised, read_record


def trained(base: Path, adapter: Path, device: str) -> Any:
    """The model as trained, four-bit base and adapter, ready for inference."""
    from peft import PeftModel

    quantised = load_quantised(base, read_record(adapter), device)
    return PeftModel.from_pretrained(quantised, str(adapter), local_files_only=True).eval()


def merged(base: Path, adapter: Path, device: str, *, candidate: str) -> Any:
    """The adapter merged into the base (``full``) or into its dequantised form."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(
        base, device_map={"": device}, local_files_only=True, trust_remote_code=False
    )
    if candidate == "dequantised":
        put_dequantised(model, load_quantised(base, read_record(adapter), device))
    with_adapter = PeftModel.from_pretrained(model, str(adapter), local_files_only=True)
    return with_adapter.merge_and_unload(safe_merge=True).eval()


def put_dequantised(model: Any, quantised: Any) -> None:
    """Replace each weight of ``model`` that ``quantised`` holds in four bits by its meaning."""
    import torch
    from bitsandbytes.functional import dequantize_4bit
    from bitsandbytes.nn import Linear4bit

    with torch.no_grad():
        for name, layer in quantised.named_modules():
            if isinstance(layer, Linear4bit):
                weight = dequantize_4bit(layer.weight.data, layer.weight.quant_state)
                model.get_submodule(name).weight.copy_(weight)
