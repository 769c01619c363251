"""The ``train`` section of params.yaml."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from stages.params import Section
from stages.quantised import Held, Precision, Quantisation


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"is no regular expression ({error})") from None
    return pattern


class Lora(Section):
    """The adapter (Hu et al. 2021, https://arxiv.org/abs/2106.09685): W x + s B A x.

    The scale s is alpha / r, or alpha / sqrt(r) when ``rank_stabilised`` (Kalajdzievski 2023,
    https://arxiv.org/abs/2312.03732). ``dora`` trains each row's magnitude apart from its direction
    (Liu et al. 2024, https://arxiv.org/abs/2402.09353).
    """

    r: Annotated[int, Field(ge=1)]
    alpha: Annotated[int, Field(ge=1)]
    dropout: Annotated[float, Field(ge=0, lt=1)]
    targets: Literal["all-linear"] | list[str]
    rank_stabilised: bool
    dora: bool


class Dpo(Section):
    """Preference pairs (Rafailov et al. 2023): a larger ``beta`` stays nearer to the start."""

    beta: Annotated[float, Field(gt=0)]


class Rewards(Section):
    """Weights of the rewards (``stages/train/rewards.py``), and the pattern of ``format``."""

    rouge_l: Annotated[float, Field(ge=0)]
    length: Annotated[float, Field(ge=0)]
    format: Annotated[float, Field(ge=0)]
    pattern: Annotated[str, AfterValidator(_compiles)]

    @model_validator(mode="after")
    def _some_weight(self) -> "Rewards":
        if not self.rouge_l + self.length + self.format > 0:
            raise ValueError("no reward has a weight; give one of rouge_l, length, format some")
        return self


class Grpo(Section):
    """Reinforcement learning from rewards (Shao et al. 2024)."""

    group: Annotated[int, Field(ge=2)]
    max_new_tokens: Annotated[int, Field(ge=1)]
    temperature: Annotated[float, Field(gt=0)]
    kl: Annotated[float, Field(ge=0)]
    rewards: Rewards


class Train(Section):
    """What is trained on the packs, and how."""

    init: Literal["fresh", "data/init"]
    adapter: Literal["qlora", "lora", "full"]
    adapter_dtype: Literal["float32", "bfloat16"]
    compute_dtype: Precision
    quantisation: Quantisation
    lora: Lora
    attention: Literal["sdpa", "eager", "flash_attention_2"]
    optimizer: Literal["paged_adamw_8bit", "paged_adamw_32bit", "adamw_8bit", "adamw"]
    learning_rate: Annotated[float, Field(gt=0)]
    schedule: Literal["cosine", "linear", "constant"]
    warmup_steps: Annotated[int, Field(ge=0)]
    weight_decay: Annotated[float, Field(ge=0)]
    max_grad_norm: Annotated[float, Field(gt=0)]
    max_loss: Annotated[float, Field(gt=0)]
    epochs: Annotated[int, Field(ge=1)]
    micro_batch: Annotated[int, Field(ge=1)]
    accumulation: Annotated[int, Field(ge=1)]
    checkpoint_activations: bool
    dpo: Dpo
    grpo: Grpo

    def held(self) -> Held:
        """How the base is held while this is trained."""
        return Held(
            adapter=self.adapter,
            compute_dtype=self.compute_dtype,
            quantisation=self.quantisation,
        )
