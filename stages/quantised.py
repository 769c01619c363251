"""The base as it is held in training: one way to load it, for train and for merge.

``qlora`` holds linear layers but the head in NF4 or FP4, blocks of 64 weights, the blocks'
constants quantised again when ``double`` (Dettmers et al. 2023, https://arxiv.org/abs/2305.14314);
``lora`` and ``full`` hold the base's own weights. Train records how it held the base in
``adapter/held.json``; merge reads that, not flags of its own.
"""

from pathlib import Path
from typing import Any, Literal

from stages.params import Section

RECORD = "held.json"
Precision = Literal["float32", "bfloat16", "float16"]


class Quantisation(Section):
    """``train.quantisation`` of params.yaml."""

    type: Literal["nf4", "fp4"]
    double: bool


class Held(Section):
    """How the base was held when an adapter was trained; ``quantisation`` counts for qlora alone.

    ``compute_dtype`` is what four-bit weights are multiplied in, and how the rest of the base lies
    in memory.
    """

    adapter: Literal["qlora", "lora", "full"]
    compute_dtype: Precision
    quantisation: Quantisation


def load_held(path: Path, held: Held, device: str, attention: str = "sdpa") -> Any:
    """The base at ``path`` as an adapter of kind ``held.adapter`` was trained on it."""
    if held.adapter == "qlora":
        return load_quantised(path, held, device, attention)
    return load_plain(path, held.compute_dtype, device, attention)


def load_plain(path: Path, dtype: str, device: str, attention: str = "sdpa") -> Any:
    """The model at ``path`` with its weights in ``dtype``."""
    import torch
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    logging.disable_progress_bar()
    return AutoModelForCausalLM.from_pretrained(
        path,
        dtype=getattr(torch, dtype),
        device_map={"": device},
        attn_implementation=attention,
        local_files_only=True,
        trust_remote_code=False,
    )


def load_quantised(path: Path, held: Held, device: str, attention: str = "sdpa") -> Any:
    """The model at ``path`` with every linear layer but the head in four bits, frozen."""
    import torch
    from bitsandbytes.nn import Linear4bit
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig
    from transformers.utils import logging

    logging.disable_progress_bar()
    dtype = getattr(torch, held.compute_dtype)
    model = AutoModelForCausalLM.from_pretrained(
        path,
        quantization_config=BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type=held.quantisation.type,
            bnb_4bit_use_double_quant=held.quantisation.double,
            bnb_4bit_compute_dtype=dtype,
        ),
        dtype=dtype,
        device_map={"": device},
        attn_implementation=attention,
        local_files_only=True,
        trust_remote_code=False,
    )
    for layer in model.modules():
        if isinstance(layer, Linear4bit):
            # On CPUs with AVX512-BF16, bitsandbytes 0.50 repacks the weights at the first forward
            # in eval mode and multiplies in bfloat16: evaluation would use other arithmetic than
            # training, and widths that 32 does not divide fail (nn/modules.py, Linear4bit.forward).
            layer.support_avx512bf16_for_cpu = False
    return model


def write_record(held: Held, adapter: Path) -> None:
    """Record beside the adapter how its base was held."""
    (adapter / RECORD).write_text(held.model_dump_json(indent=2) + "\n", encoding="utf-8")


def read_record(adapter: Path) -> Held:
    """How the base was held when ``adapter`` was trained."""
    return Held.model_validate_json((adapter / RECORD).read_text(encoding="utf-8"))
