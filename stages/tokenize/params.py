"""The ``tokenize`` section of params.yaml."""

from typing import Annotated

from pydantic import Field

from stages.params import Section


class Tokenize(Section):
    """Lengths, in tokens."""

    max_length: Annotated[int, Field(ge=8)]
    pack_length: Annotated[int, Field(ge=8)]
