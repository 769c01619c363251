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
    packs: Annotated[int, Field(ge=1)]
    max_mean_kl: Annotated[float, Field(gt=0)]
