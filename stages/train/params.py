"""The ``train`` section of params.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from stages.params import Section
from stages.quantised import Held, Precision, Quantisation


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

    def held(self) -> Held:
        """How the base is held while this is trained."""
        return Held(
            adapter=self.adapter,
            compute_dtype=self.compute_dtype,
            quantisation=self.quantisation,
        )
