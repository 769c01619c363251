"""The section ``split`` of params.yaml."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from stages.params import Section


class NearTest(Section):
    """When a train or valid row is too near to a test row."""

    threshold: Annotated[float, Field(gt=0, le=1)]
    ngram: Annotated[int, Field(ge=1)]
    bands: Annotated[int, Field(ge=1)]
    rows: Annotated[int, Field(ge=1)]
    answer_words: Annotated[int, Field(ge=1)]


class Split(Section):
    """Shares of the rows, and the distance kept from the test rows."""

    test_share: Annotated[float, Field(gt=0, lt=1)]
    valid_share: Annotated[float, Field(gt=0, lt=1)]
    near_test: NearTest

    @model_validator(mode="after")
    def _leaves_training_rows(self) -> Self:
        if self.test_share + self.valid_share >= 1:
            raise ValueError("test_share and valid_share leave nothing to train on; lower them")
        return self
