"""PAWN by hand, against SALib, and where nothing is."""

import numpy as np
import pytest
from SALib.analyze import pawn as salib

from cxsim.errors import InputError
from cxsim.stats.distribution_shifts import distribution_shifts, slices_for

SEED = 20260301


def test_a_factor_that_decides_all_is_far_from_one_that_decides_nothing():
    x = np.random.default_rng(SEED).random((240, 3))
    y = np.stack([x[:, 0], x[:, 0]], axis=1)
    found = distribution_shifts(x, y, seed=0, resamples=40)
    # Held in the k-th of 10 slices of what decides all, the largest distance is that of its farther end:
    # 0.9, 0.8, 0.7, 0.6, 0.5, 0.5, 0.6 ...: median 0.65 or 0.7.
    assert found.median[0] == pytest.approx(0.7, abs=0.051)
    assert found.most[0] == pytest.approx(0.9, abs=0.01)
    assert found.told_apart.tolist() == [True, False, False]
    assert found.median[1] < found.dummy < 0.4


def test_it_is_salibs_where_slices_are_the_same():
    rng = np.random.default_rng(SEED + 1)
    x = np.stack([rng.permutation(200), rng.permutation(200)], axis=1) / 199.0
    y = x[:, :1] + 0.3 * rng.normal(size=(200, 2))
    problem = {"num_vars": 2, "names": ["a", "b"], "bounds": [[0.0, 1.0]] * 2}
    theirs = salib.analyze(problem, x, y.mean(axis=1), S=10)
    found = distribution_shifts(x, y, seed=0, resamples=5)
    # Its last slice leaves out the largest value.
    np.testing.assert_allclose(found.median, theirs["median"], atol=0.03)
    np.testing.assert_allclose(found.most, theirs["maximum"], atol=0.06)


@pytest.mark.slow
def test_where_nothing_is_hardly_anything_is_found():
    rng = np.random.default_rng(SEED + 2)
    named = [
        distribution_shifts(rng.random((96, 3)), rng.normal(size=(96, 2)), seed=n, resamples=40).told_apart.any()
        for n in range(60)
    ]
    assert np.mean(named) < 0.05 + 3.0 * np.sqrt(0.05 * 0.95 / 60)


def test_slices_have_twelve_points_at_least():
    assert [slices_for(points) for points in (24, 60, 120, 5000)] == [2, 5, 10, 10]


def test_broken_points_are_left_out_and_too_few_refused():
    rng = np.random.default_rng(SEED)
    x, y = rng.random((30, 2)), rng.normal(size=(30, 2))
    y[4, 1] = np.nan
    assert distribution_shifts(x, y, seed=0, resamples=3).points == 29
    with pytest.raises(InputError, match="raise the number"):
        distribution_shifts(x[:20], y[:20], seed=0)
    with pytest.raises(InputError, match="2 or more"):
        distribution_shifts(x, y[:, :1], seed=0)
