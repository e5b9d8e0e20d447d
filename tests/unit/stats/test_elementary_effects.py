"""Elementary effects by hand, against SALib, and with known noise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from SALib.analyze import morris as salib
from SALib.sample import morris as sampler

from cxsim.errors import InputError
from cxsim.stats.elementary_effects import elementary_effects

SEED = 20260201
SLOPES = np.array([4.0, 1.0, 0.3, 0.0])
PROBLEM = {"num_vars": 4, "names": list("abcd"), "bounds": [[0.0, 1.0]] * 4}


def trajectories(count, seed):
    return sampler.sample(PROBLEM, count, seed=np.random.default_rng(seed)).reshape(count, 5, 4)


def test_effects_by_hand():
    # Two factors; a moves by 1/2, then b by -1; replications are the same, so nothing is luck.
    x = np.array([[[0.0, 1.0], [0.5, 1.0], [0.5, 0.0]], [[0.5, 1.0], [0.5, 0.0], [0.0, 0.0]]])
    y = np.array([[0.0, 1.0, 3.0], [5.0, 4.0, 6.0]])[..., None].repeat(2, axis=2)
    found = elementary_effects(x, y, seed=0, resamples=5)
    # a: 1 / 0.5 = 2 and 2 / -0.5 = -4; b: 2 / -1 = -2 and -1 / -1 = 1.
    assert found.mu.tolist() == [-1.0, -0.5]
    assert found.mu_star.tolist() == found.mu_star_raw.tolist() == [3.0, 1.5]
    assert found.sigma == pytest.approx([np.sqrt(18.0), np.sqrt(4.5)])
    assert found.mu_se.tolist() == [0.0, 0.0]
    assert found.noise.tolist() == [0.0, 0.0]
    assert found.told_apart.tolist() == [True, True]


def test_raw_ones_are_salibs():
    rng = np.random.default_rng(SEED)
    x = trajectories(12, SEED)
    y = np.sin(5.0 * x).sum(axis=2)[..., None] + rng.normal(size=(12, 5, 3))
    theirs = salib.analyze(PROBLEM, x.reshape(-1, 4), y.mean(axis=2).ravel(), seed=1, num_resamples=2)
    found = elementary_effects(x, y, seed=0, resamples=5)
    np.testing.assert_allclose(found.mu, theirs["mu"])
    np.testing.assert_allclose(found.mu_star_raw, theirs["mu_star"])
    np.testing.assert_allclose(found.sigma_raw, theirs["sigma"])


def noisy(rng, number, *, own=0.5, slope=0.2, shared=3.0, replications=4, count=10, slopes=SLOPES):
    x = trajectories(count, SEED + number)
    bent = np.tensordot(x, rng.normal(scale=slope, size=(4, replications)), axes=1)
    luck = rng.normal(scale=shared, size=replications) + rng.normal(scale=own, size=(count, 5, replications))
    return x, (x @ slopes)[..., None] + bent + luck


def test_luck_makes_effects_of_the_means_too_large_and_no_others():
    rng = np.random.default_rng(SEED + 1)
    found = [elementary_effects(*noisy(rng, number), seed=0, resamples=2) for number in range(60)]
    raw = np.array([one.mu_star_raw for one in found])
    size = np.array([one.mu_star for one in found])
    error = size.std(axis=0, ddof=1) / np.sqrt(len(size))
    assert raw[:, 3].mean() > 0.3  # nothing is there
    assert abs(size[:, 3].mean()) < 3.0 * error[3]
    assert abs(size[:, 0].mean() - 4.0) < 3.0 * error[0]
    assert (size.mean(axis=0) < SLOPES + 3.0 * error).all()
    # The function is linear: the spread of its effects is luck only.
    assert np.mean([one.sigma_raw for one in found]) > 2.5 * np.mean([one.sigma for one in found])


def test_both_intervals_know_that_other_trajectories_give_other_effects():
    # An effect of 1 or 9, and no luck at all: another eight trajectories would have another mean.
    x = np.array([[[0.0], [1.0]]] * 8)
    y = np.array([[[0.0] * 3, [slope] * 3] for slope in (1.0, 9.0) * 4])
    found = elementary_effects(x, y, seed=1, resamples=2000)
    assert found.mu_se.tolist() == [0.0]
    assert (found.mu[0], found.mu_star[0]) == (5.0, 5.0)
    # The spread over the eight is 4; of their mean 4 / sqrt(8).
    assert found.mu_high - found.mu == pytest.approx(1.96 * 4.0 / np.sqrt(8.0), rel=0.05)
    # All effects go one way: the size is the effect, and so is its interval.
    assert (found.mu_low[0], found.mu_high[0]) == pytest.approx((found.mu_star_low[0], found.mu_star_high[0]))


def test_a_factor_without_effect_is_seldom_told_apart_and_a_strong_one_always():
    rng = np.random.default_rng(SEED + 2)
    apart = np.array([elementary_effects(*noisy(rng, n), seed=0, resamples=2).told_apart for n in range(100)])
    assert apart[:, 0].all()
    # 5 % of experiments may name any; one of four factors here: at most 5 % and 3 standard errors.
    assert apart[:, 3].mean() < 0.05 + 3.0 * np.sqrt(0.05 * 0.95 / 100)


def test_where_all_is_luck_hardly_any_experiment_names_a_factor():
    rng = np.random.default_rng(SEED + 3)
    named = [
        elementary_effects(*noisy(rng, n, slopes=np.zeros(4)), seed=0, resamples=2).told_apart.any() for n in range(100)
    ]
    assert np.mean(named) < 0.05 + 3.0 * np.sqrt(0.05 * 0.95 / 100)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**31), st.floats(-1e3, 1e3), st.floats(0.1, 50.0))
def test_effects_follow_the_scale_and_not_the_level(seed, shift, scale):
    rng = np.random.default_rng(seed)
    x, y = noisy(rng, seed % 1000)
    one, other = (elementary_effects(x, part, seed=0, resamples=2) for part in (y, scale * y + shift))
    np.testing.assert_allclose(other.mu_star, scale * one.mu_star, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(other.noise, one.noise, rtol=1e-5, atol=1e-6)


def test_broken_trajectories_are_left_out():
    x, y = noisy(np.random.default_rng(SEED), 0)
    broken = y.copy()
    broken[2, 1, 0] = np.nan
    found = elementary_effects(x, broken, seed=3, resamples=5)
    wanted = elementary_effects(np.delete(x, 2, axis=0), np.delete(y, 2, axis=0), seed=3, resamples=5)
    assert found.trajectories == 9
    np.testing.assert_array_equal(found.mu_star, wanted.mu_star)


def test_what_cannot_be_used_is_refused():
    x, y = noisy(np.random.default_rng(SEED), 0)
    with pytest.raises(InputError, match="2 or more"):
        elementary_effects(x, y[:, :, :1], seed=0)
    with pytest.raises(InputError, match="reshape"):
        elementary_effects(x, y[:, :4], seed=0)
    with pytest.raises(InputError, match="moves no factor or two"):
        elementary_effects(np.zeros_like(x), y, seed=0)
    with pytest.raises(InputError, match="whole trajectories"):
        elementary_effects(x, np.full_like(y, np.nan), seed=0)
