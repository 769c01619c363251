"""The models that merging can mean.

::

    trained       dequant(W4) x + s B A x        quantised base + adapter, as trained
    full          (W  + s B A) x                 merged into the base's own weights
    dequantised   (dequant(W4) + s B A) x        merged into what was trained against

with s the adapter's scale (alpha / r, or alpha / sqrt(r) where it says so); DoRA rescales the sum's
rows besides. peft's own ``merge`` of a four-bit layer quantises the sum again and loses the
adapter's finer part (unslothai/unsloth-zoo, pull request 810). So layers are merged one by one in
float32 and rounded to the base's dtype once. Everything about the adapter and the quantisation is
read from what train recorded.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from stages.errors import ModelError
from stages.quantised import load_held, load_quantised, read_record

if TYPE_CHECKING:
    import torch


def trained(base: Path, adapter: Path, device: str) -> Any:
    """The model as trained, ready for inference: the base as it was held, and the adapter."""
    from peft import PeftModel

    held = read_record(adapter)
    if held.adapter == "full":
        return plain(adapter, device)
    model = load_held(base, held, device)
    return PeftModel.from_pretrained(model, str(adapter), local_files_only=True).eval()


def merged(base: Path, adapter: Path, device: str, *, candidate: str) -> Any:
    """The adapter merged into the base (``full``) or into its dequantised form, in its dtype.

    A base that was not in four bits has one form; whole weights (``train.adapter: full``) are
    taken as they are. Raises :class:`~stages.errors.ModelError` when the sum is not finite.
    """
    from peft import PeftModel

    if read_record(adapter).adapter == "full":
        return plain(adapter, device)
    meant = four_bit_layers(base, adapter, device) if candidate == "dequantised" else {}
    with_adapter = PeftModel.from_pretrained(plain(base, device), str(adapter))
    merge_layers(with_adapter.get_base_model(), meant)
    return with_adapter.unload().eval()


def plain(folder: Path, device: str) -> Any:
    """The causal language model in ``folder``, in the dtype it is stored in."""
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(
        folder, device_map={"": device}, local_files_only=True, trust_remote_code=False
    ).eval()


def four_bit_layers(base: Path, adapter: Path, device: str) -> dict[str, Any]:
    """Module name → layer, for each layer that was in four bits while the adapter was trained."""
    from bitsandbytes.nn import Linear4bit

    held = read_record(adapter)
    if held.adapter != "qlora":
        return {}
    quantised = load_quantised(base, held, device)
    return {name: m for name, m in quantised.named_modules() if isinstance(m, Linear4bit)}


def merge_layers(causal: Any, four_bit: dict[str, Any]) -> None:
    """Merge every adapted layer of ``causal`` in place; those in ``four_bit`` take their meaning.

    One layer at a time is held in float32. Raises :class:`~stages.errors.ModelError`.
    """
    from peft.tuners.lora import LoraLayer

    adapted = {name: m for name, m in causal.named_modules() if isinstance(m, LoraLayer)}
    for name in sorted({*adapted, *four_bit}):
        inner = adapted[name].get_base_layer() if name in adapted else causal.get_submodule(name)
        dtype = inner.weight.dtype
        inner.weight.data = (meaning(four_bit[name]) if name in four_bit else inner.weight).float()
        if name in adapted:
            try:
                adapted[name].merge(safe_merge=True)
            except ValueError as error:  # peft's word for a sum that is not finite
                raise ModelError(
                    f"{name}: {error}; train again with a lower learning rate"
                ) from None
        inner.weight.data = inner.weight.data.to(dtype)


def meaning(layer: Any) -> "torch.Tensor":
    """The weights that a four-bit layer stands for, in its compute dtype."""
    from bitsandbytes.functional import dequantize_4bit

    weight: torch.Tensor = dequantize_4bit(layer.weight.data, layer.weight.quant_state)
    return weight
