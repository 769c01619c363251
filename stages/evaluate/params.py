"""The ``evaluate`` section of params.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from stages.params import Section


class Evaluate(Section):
    """How outputs are scored."""

    tokenizer: Literal["syllable", "word", "ascii"]
    fold_tones: bool
    sentences: Literal["newline", "punctuation"]
    resamples: Annotated[int, Field(ge=100)]
    confidence: Annotated[float, Field(gt=0.5, lt=1)]
    small_slice: Annotated[int, Field(ge=2)]
    length_bounds: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)]
    copy_ngram: Annotated[int, Field(ge=2)]
