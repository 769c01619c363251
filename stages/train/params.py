"""The ``train`` section of params.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from stages.params import Section
from stages.quantised import Quantisation


class Lora(Section):
    """The adapter (Hu et al. 2021); the update of a weight is (alpha / r) B A."""

    r: Annotated[int, Field(ge=1)]
    alpha: Annotated[int, Field(ge=1)]
    dropout: Annotated[float, Field(ge=0, lt=1)]
    targets: Literal["all-linear"] | list[str]


class Train(Section):
    """QLoRA training."""

    quantisation: Quantisation
    lora: Lora
    optimizer: Literal["paged_adamw_8bit", "paged_adamw_32bit", "adamw"]
    learning_rate: Annotated[float, Field(gt=0)]
    schedule: Literal["cosine", "linear", "constant"]
    warmup_steps: Annotated[int, Field(ge=0)]
    weight_decay: Annotated[float, Field(ge=0)]
    max_grad_norm: Annotated[float, Field(gt=0)]
    epochs: Annotated[int, Field(ge=1)]
    micro_batch: Annotated[int, Field(ge=1)]
    accumulation: Annotated[int, Field(ge=1)]
    checkpoint_activations: bool
