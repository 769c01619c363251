"""Percentile bootstrap of a mean (Efron 1979), seeded and vectorised.

All figures of one evaluation share the resampled row numbers, so the interval of a difference is
paired: each resample compares both models on the same rows (Koehn 2004).
"""

import numpy as np
from numpy.typing import NDArray

CHUNK = 256  # resamples drawn at once: 256 x 10,000 rows of 8 bytes are 20 MB


def mean_interval(
    values: NDArray[np.float64], *, resamples: int, confidence: float, seed: int
) -> tuple[float, float]:
    """Lower and upper end of the central ``confidence`` interval of the mean of ``values`` (n,)."""
    generator = np.random.default_rng(seed)
    means = np.empty(resamples)
    for start in range(0, resamples, CHUNK):
        stop = min(start + CHUNK, resamples)
        rows = generator.integers(0, len(values), size=(stop - start, len(values)))
        means[start:stop] = values[rows].mean(axis=1)
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)
