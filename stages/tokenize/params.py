"""The ``tokenize`` section of params.yaml."""

from typing import Annotated

from pydantic import Field

from stages.params import Section


class Tokenize(Section):
    """Lengths, in tokens, and whether short samples share a sequence."""

    max_length: Annotated[int, Field(ge=8)]
    pack_length: Annotated[int, Field(ge=8)]
    pack: bool

    @property
    def longest(self) -> int:
        """The most tokens that one sample may have: it must fit into a sequence."""
        return min(self.max_length, self.pack_length)
