"""The ``merge`` section of params.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from stages.params import Section


class Merge(Section):
    """Which base the adapter is merged into, and how far the result may be from what was trained.

    ``full``: the base's own weights. ``dequantised``: what the four-bit weights stand for, which
    is what the adapter was trained against.
    """

    candidate: Literal["full", "dequantised"]
    prompts: Annotated[int, Field(ge=1)]
    positions: Annotated[int, Field(ge=1)]
    max_mean_kl: Annotated[float, Field(gt=0)]
    min_top1_agreement: Annotated[float, Field(gt=0, le=1)]
    shard_size: Annotated[str, Field(pattern=r"^[1-9][0-9]*(KB|MB|GB)$")]
