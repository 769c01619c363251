"""Percentile bootstrap (Efron 1979) of any statistic of column sums, seeded and vectorised.

All figures of one evaluation share the resampled rows, so the interval of a difference is paired:
each resample compares both models on the same rows (Koehn 2004). A resample is a count for each
row, so that the sums of all columns at once are one matrix product::

    counts (resamples, rows)  @  columns (rows, figures)  =  sums (resamples, figures)

Time grows with resamples x rows (``bench/evaluate.py``); memory is bounded by ``DRAWS`` up to that
many rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

DRAWS = 1 << 22  # row numbers drawn at once: 32 MiB, and as much again for their counts
ROWS = "rows"  # the column of ones

Column = NDArray[np.float64]
Statistic = Callable[[Mapping[str, Column]], Column]


@dataclass(frozen=True)
class Estimate:
    """A figure with the ends of its interval; None for what no rows define."""

    value: float | None
    low: float | None
    high: float | None


class Resampled:
    """Sums of columns over all rows, and over the rows of each resample."""

    def __init__(
        self, columns: Mapping[str, Column], *, resamples: int, confidence: float, seed: int
    ) -> None:
        """``columns``: name → values (rows,), all of one length."""
        rows = len(next(iter(columns.values())))
        everything = {ROWS: np.ones(rows), **columns}
        self.confidence = confidence
        self._sums = {name: np.array([values.sum()]) for name, values in everything.items()}
        drawn = resampled_sums(np.column_stack(list(everything.values())), resamples, seed)
        self._draws = dict(zip(everything, drawn.T, strict=True))

    def estimate(self, statistic: Statistic) -> Estimate:
        """``statistic`` of the sums over all rows, and its central interval over the resamples."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            value = float(statistic(self._sums)[0])
            draws = statistic(self._draws)
        draws = draws[np.isfinite(draws)]
        if not np.isfinite(value) or not len(draws):
            return Estimate(None, None, None)
        tail = (1 - self.confidence) / 2
        low, high = np.quantile(draws, [tail, 1 - tail])
        return Estimate(value, float(low), float(high))


def resampled_sums(columns: Column, resamples: int, seed: int) -> Column:
    """Sums of ``columns`` (rows, figures) over ``resamples`` draws of rows with replacement.

    Shape (resamples, figures).
    """
    rows = len(columns)
    generator = np.random.default_rng(seed)
    sums = np.empty((resamples, columns.shape[1]))
    step = max(1, DRAWS // rows)
    for start in range(0, resamples, step):
        size = min(step, resamples - start)
        drawn = generator.integers(0, rows, size=(size, rows))
        drawn += np.arange(size)[:, None] * rows
        counts = np.bincount(drawn.ravel(), minlength=size * rows).reshape(size, rows)
        sums[start : start + size] = counts.astype(np.float64) @ columns
    return sums


def mean(column: str) -> Statistic:
    """The mean of a column."""
    return ratio(column, ROWS)


def ratio(above: str, below: str) -> Statistic:
    """The sum of one column over the sum of another."""
    return lambda sums: sums[above] / sums[below]


def difference(first: Statistic, second: Statistic) -> Statistic:
    """``second`` minus ``first``."""
    return lambda sums: second(sums) - first(sums)


def least(statistics: Sequence[Statistic]) -> Statistic:
    """The lowest of several statistics in each resample; those that it does not define aside."""
    return lambda sums: reduce(np.fmin, (statistic(sums) for statistic in statistics))
