"""Test rows cut by task, by source and by the length of the reference."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stages.evaluate.predictions import Prediction

MOST = 50  # slices of a kind; rarer ones count together
OTHER = "(other)"


@dataclass(frozen=True)
class Slice:
    """The rows of one value of one kind; ``rows`` bool (rows,)."""

    kind: str
    name: str
    rows: NDArray[np.bool_]

    @property
    def column(self) -> str:
        """The name of its columns in a bootstrap."""
        return f"{self.kind}/{self.name}"


def slices(
    predictions: Sequence[Prediction], lengths: Sequence[float], bounds: Sequence[int]
) -> list[Slice]:
    """All slices; ``lengths`` are those of the references in syllables."""
    keys = {
        "task": [row.task for row in predictions],
        "source": [row.source for row in predictions],
        "length": [bucket(int(length), sorted(bounds)) for length in lengths],
    }
    return [
        Slice(kind, name, np.array([key == name for key in pooled]))
        for kind, values in keys.items()
        for pooled in [rarest_pooled(values)]
        for name in sorted(set(pooled))
    ]


def bucket(length: int, bounds: Sequence[int]) -> str:
    """``0-16``, ``17-64`` …, ``257+``: the span between ascending bounds that holds ``length``."""
    low = 0
    for bound in bounds:
        if length <= bound:
            return f"{low}-{bound}"
        low = bound + 1
    return f"{low}+"


def rarest_pooled(values: Sequence[str]) -> list[str]:
    """``values``, those beyond the fifty most frequent ones replaced by ``(other)``."""
    counted = sorted(Counter(values).items(), key=lambda item: (-item[1], item[0]))
    kept = {value for value, _ in counted[:MOST]}
    return [value if value in kept else OTHER for value in values]
