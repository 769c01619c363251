"""The ``generate`` section of params.yaml."""

from typing import Annotated

from pydantic import Field

from stages.params import Section


class Generate(Section):
    """Greedy decoding of the test split."""

    max_new_tokens: Annotated[int, Field(ge=1)]
    batch: Annotated[int, Field(ge=1)]
    max_rows: Annotated[int, Field(ge=0)]
