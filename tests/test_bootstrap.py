import numpy as np
import pytest

from stages.evaluate.bootstrap import mean_interval

OPTIONS = {"resamples": 4000, "confidence": 0.95, "seed": 7}


def test_the_interval_of_a_constant_is_the_constant():
    assert mean_interval(np.full(20, 0.5), **OPTIONS) == (0.5, 0.5)


def test_it_agrees_with_the_normal_approximation():
    values = np.random.default_rng(0).normal(0.3, 0.1, 400)
    error = values.std() / np.sqrt(400)
    low, high = mean_interval(values, **OPTIONS)
    assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.1 * error)
    assert high == pytest.approx(values.mean() + 1.96 * error, abs=0.1 * error)


def test_same_seed_same_interval_other_seed_other_interval():
    values = np.random.default_rng(0).random(50)
    assert mean_interval(values, **OPTIONS) == mean_interval(values, **OPTIONS)
    assert mean_interval(values, **OPTIONS) != mean_interval(values, **{**OPTIONS, "seed": 8})
