"""The ``evaluate`` section of params.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from stages.params import Section


class Evaluate(Section):
    """How outputs are scored."""

    tokenizer: Literal["syllable", "ascii"]
    fold_tones: bool
    resamples: Annotated[int, Field(ge=100)]
    confidence: Annotated[float, Field(gt=0.5, lt=1)]
