"""Intervals of statistics of column sums."""

import numpy as np
import pytest

from stages.evaluate import bootstrap
from stages.evaluate.bootstrap import Estimate, Resampled, difference, least, mean, ratio

OPTIONS = {"resamples": 4000, "confidence": 0.95, "seed": 7}


def resampled(**columns):
    return Resampled({n: np.array(v, float) for n, v in columns.items()}, **OPTIONS)


def test_the_interval_of_a_constant_is_the_constant():
    assert resampled(a=[0.5] * 20).estimate(mean("a")) == Estimate(0.5, 0.5, 0.5)


def test_it_agrees_with_the_normal_approximation():
    values = np.random.default_rng(0).normal(0.3, 0.1, 400)
    error = values.std() / np.sqrt(400)
    found = resampled(a=values).estimate(mean("a"))
    assert found.value == values.mean()
    assert found.low == pytest.approx(values.mean() - 1.96 * error, abs=0.1 * error)
    assert found.high == pytest.approx(values.mean() + 1.96 * error, abs=0.1 * error)


def test_a_difference_is_paired():
    """Both models vary much, their difference does not: so does not its interval."""
    noise = np.random.default_rng(0).normal(0, 10, 50)
    found = resampled(a=noise, b=noise + 0.25).estimate(difference(mean("a"), mean("b")))
    assert (found.value, found.low, found.high) == pytest.approx((0.25, 0.25, 0.25))


def test_a_ratio_is_of_sums():
    found = resampled(loss=[1, 30], tokens=[1, 10]).estimate(ratio("loss", "tokens"))
    assert found == Estimate(31 / 11, 1.0, 3.0)


def test_what_no_row_defines_has_no_value():
    assert resampled(a=[1, 2], b=[0, 0]).estimate(ratio("a", "b")) == Estimate(None, None, None)
    nan = resampled(a=[1, float("nan")]).estimate(mean("a"))
    assert nan == Estimate(None, None, None)


def test_resamples_without_a_slice_s_rows_are_left_out():
    found = resampled(x=[4, 0], rows_of_x=[1, 0]).estimate(ratio("x", "rows_of_x"))
    assert found == Estimate(4.0, 4.0, 4.0)


def test_same_seed_same_draws_other_seed_other_draws():
    values = np.random.default_rng(0).random((50, 3))
    first = bootstrap.resampled_sums(values, 200, 7)
    assert (bootstrap.resampled_sums(values, 200, 7) == first).all()
    assert (bootstrap.resampled_sums(values, 200, 8) != first).any()


def test_memory_does_not_decide_the_draws(monkeypatch):
    values = np.random.default_rng(0).random((50, 3))
    first = bootstrap.resampled_sums(values, 200, 7)
    monkeypatch.setattr(bootstrap, "DRAWS", 700)
    assert bootstrap.resampled_sums(values, 200, 7) == pytest.approx(first)


def test_each_resample_draws_as_many_rows_as_there_are():
    assert set(bootstrap.resampled_sums(np.ones((37, 1)), 100, 1).ravel()) == {37.0}


def test_the_lowest_is_picked_in_each_resample():
    """Two slices that differ by luck alone: each is the lower one in about half of the draws."""
    draw = np.random.default_rng(3)
    columns = {"a": draw.normal(0.5, 0.2, 100), "b": draw.normal(0.5, 0.2, 100)}
    found = resampled(**columns)
    parts = [mean("a"), mean("b")]
    lowest = found.estimate(least(parts))
    each = [found.estimate(part) for part in parts]
    assert lowest.value == min(part.value for part in each)
    assert lowest.low <= min(part.low for part in each)
    assert lowest.high <= min(part.high for part in each)
    assert lowest.high < max(part.high for part in each)


def test_a_slice_without_rows_in_a_resample_is_not_its_lowest():
    found = resampled(a=[1, 0, 0], **{"in": [1, 0, 0], "b": [0, 3, 3]})
    lowest = found.estimate(least([ratio("a", "in"), ratio("b", "rows")]))
    assert lowest.value == 1.0
    assert lowest.low == 0.0
