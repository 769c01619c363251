"""The base in four bits: one way to load it, for train and for merge.

Linear layers but the head in NF4 or FP4, blocks of 64 weights, the blocks' constants quantised
again when ``double`` (Dettmers et al. 2023, https://arxiv.org/abs/2305.14314). Train records how it
held the base in ``adapter/quantisation.json``; merge reads that, not flags of its own.
"""

import json
from pathlib import Path
from typing import Any, Literal

from stages.params import Section

RECORD = "quantisation.json"


class Quantisation(Section):
    """``train.quantisation`` of params.yaml."""

    type: Literal["nf4", "fp4"]
    double: bool
    compute_dtype: Literal["float32", "bfloat16", "float16"]


def load_quantised(path: Path, quantisation: Quantisation, device: str) -> Any:
    """The model at ``path`` with every linear layer but the head in four bits, frozen."""
    import torch
    from bitsandbytes.nn import Linear4bit
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    dtype = getattr(torch, quantisation.compute_dtype)
    model = AutoModelForCausalLM.from_pretrained(
        path,
        quantization_config=BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type=quantisation.type,
            bnb_4bit_use_double_quant=quantisation.double,
            bnb_4bit_compute_dtype=dtype,
        ),
        dtype=dtype,
        device_map={"": device},
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


def write_record(quantisation: Quantisation, adapter: Path) -> None:
    """Record beside the adapter how its base was held."""
    text = json.dumps(quantisation.model_dump(), indent=2, sort_keys=True) + "\n"
    (adapter / RECORD).write_text(text, encoding="utf-8")


def read_record(adapter: Path) -> Quantisation:
    """How the base was held when ``adapter`` was trained."""
    return Quantisation.model_validate_json((adapter / RECORD).read_text(encoding="utf-8"))
