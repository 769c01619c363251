"""The ``generate`` section of params.yaml."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from stages.params import Section


class Generate(Section):
    """Decoding of the test split."""

    decoding: Literal["greedy", "sampling"]
    temperature: Annotated[float, Field(gt=0)]
    top_k: Annotated[int, Field(ge=0)]
    top_p: Annotated[float, Field(gt=0, le=1)]
    stop_tokens: list[str]
    max_new_tokens: Annotated[int, Field(ge=1)]
    max_length: Annotated[int, Field(ge=3)]
    batch: Annotated[int, Field(ge=1)]
    max_rows: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def _room_for_a_prompt(self) -> Self:
        if self.max_length < self.max_new_tokens + 2:
            raise ValueError(
                f"max_length {self.max_length} leaves no room for a prompt beside max_new_tokens "
                f"{self.max_new_tokens}; raise the one or lower the other"
            )
        return self
