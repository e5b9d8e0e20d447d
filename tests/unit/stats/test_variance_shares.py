"""Sobol indices against known answers, with known noise: what luck adds is taken off, whatever points share of it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from SALib.analyze import sobol as salib
from SALib.sample import sobol as saltelli

from cxsim.errors import InputError
from cxsim.stats.variance_shares import drawn_weights, forms, variance_shares, without_luck

SEED = 20260101
CUBE = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0.0, 1.0]] * 3}
WEIGHTS = np.array([4.0, 2.0, 1.0])
SHARES = WEIGHTS**2 / (WEIGHTS**2).sum()  # of an additive function of uniform factors: 16/21, 4/21, 1/21


def points(count, seed):
    return saltelli.sample(CUBE, count, seed=np.random.default_rng(seed)).reshape(count, 8, 3)


def ishigami(x):
    angle = np.pi * (2.0 * x - 1.0)
    return np.sin(angle[..., 0]) * (1.0 + 0.1 * angle[..., 2] ** 4) + 7.0 * np.sin(angle[..., 1]) ** 2


def with_luck(x, rng, *, shared, own, slope, replications):
    """The additive function plus luck: the same at all points, of each point alone, and rising with the factors."""
    bent = np.tensordot(x, rng.normal(scale=slope, size=(3, replications)), axes=1)
    luck = rng.normal(scale=shared, size=replications) + rng.normal(scale=own, size=(*x.shape[:2], replications))
    return (x @ WEIGHTS)[..., None] + bent + luck


def test_hand_worked_forms_of_one_factor():
    # Two base points, rows A, AB, BA, B, of mean 0; V = (1 + 1 + 9 + 9) / 4.
    y = np.array([[[1.0], [3.0], [2.0], [3.0]], [[-1.0], [-3.0], [-2.0], [-3.0]]])
    found = forms(y, 1)
    assert found.variance == pytest.approx([5.0])
    # B (AB - A) = 6 twice and A (BA - B) = -1 twice; (A - AB)² / 2 = 2 and (B - BA)² / 2 = 1/2.
    assert found.first == pytest.approx([2.5])
    assert found.total == pytest.approx([1.25])
    assert np.isnan(found.second).all()
    # Without BA, the first half alone.
    half = forms(y[:, [0, 1, 3]] - y[:, [0, 1, 3]].mean(), 1)
    assert (half.first[0, 0], half.total[0, 0]) == pytest.approx((6.0, 2.0))


def test_without_noise_they_are_the_mean_of_salibs_on_both_halves():
    y = ishigami(points(64, SEED))
    halves = [y, y[:, [7, 4, 5, 6, 1, 2, 3, 0]]]  # A and B exchanged
    theirs = [salib.analyze(CUBE, half.ravel(), seed=1) for half in halves]
    found = variance_shares(np.repeat(y[..., None], 2, axis=2), 3, seed=0, resamples=20)
    for index, name in ((found.first, "S1"), (found.total, "ST"), (found.second, "S2")):
        np.testing.assert_allclose(index.value, (theirs[0][name] + theirs[1][name]) / 2.0, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(index.raw, index.value, atol=1e-12)
    assert found.noise == pytest.approx(0.0, abs=1e-12)


def test_ishigami():
    found = variance_shares(np.repeat(ishigami(points(512, SEED + 1))[..., None], 2, axis=2), 3, seed=0, resamples=40)
    # a = 7, b = 0.1: V = a²/8 + b pi^4/5 + b² pi^8/18 + 1/2.
    variance = 49 / 8 + 0.1 * np.pi**4 / 5 + 0.01 * np.pi**8 / 18 + 0.5
    first = np.array([0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2, 49 / 8, 0.0]) / variance
    both = 0.01 * np.pi**8 * (1 / 18 - 1 / 50) / variance
    total = first + np.array([both, 0.0, both])
    # Intervals are of 1.96 standard errors.
    for index, exact in ((found.first, first), (found.total, total)):
        assert (np.abs(index.value - exact) <= 3.0 * (index.high - index.value) / 1.96).all()
    assert abs(found.second.value[0, 2] - both) <= 3.0 * (found.second.high[0, 2] - found.second.value[0, 2]) / 1.96
    assert np.sqrt(found.variance) == pytest.approx(np.sqrt(variance), rel=0.03)


@pytest.mark.parametrize(
    "kinds", [{"shared": 0.0, "own": 2.0, "slope": 0.0}, {"shared": 3.0, "own": 1.0, "slope": 1.0}]
)
def test_luck_biases_the_raw_indices_and_not_the_corrected_ones(kinds):
    rng = np.random.default_rng(SEED + 2)
    parts = []
    for number in range(40):
        x = points(64, SEED + number)
        cube = with_luck(x, rng, replications=4, **kinds)
        each, of_mean = forms(cube, 3).joined(), forms(cube.mean(axis=2, keepdims=True), 3).joined()[:, 0]
        parts.append(np.stack([of_mean, without_luck(of_mean, each, np.ones(4))]))
    raw, kept = np.array(parts)[:, :, :7].swapaxes(0, 1)
    exact = np.concatenate([[(WEIGHTS**2).sum()], WEIGHTS**2, WEIGHTS**2]) / 12.0
    error = kept.std(axis=0, ddof=1) / np.sqrt(len(kept))
    assert (np.abs(kept.mean(axis=0) - exact) < 3.3 * error).all()
    biased = (raw.mean(axis=0) - exact) / (raw.std(axis=0, ddof=1) / np.sqrt(len(raw)))
    assert biased[0] > 3.3  # the variance
    assert (biased[4:] > 3.3).all()  # all total indices


def test_shared_luck_alone_changes_nothing():
    rng = np.random.default_rng(SEED + 3)
    cube = with_luck(points(32, SEED), rng, shared=50.0, own=0.0, slope=0.0, replications=3)
    found = variance_shares(cube, 3, seed=0, resamples=10)
    assert found.noise == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(found.total.value, found.total.raw, rtol=1e-9)


def test_the_share_of_luck_is_found():
    rng = np.random.default_rng(SEED + 4)
    cube = with_luck(points(512, SEED), rng, shared=1.0, own=2.0, slope=0.0, replications=4)
    found = variance_shares(cube, 3, seed=0, resamples=10)
    # Var(f) = 21/12; luck of the means 4/4 = 1: share 1 / 2.75. Variance of a variance of 1,024 values: a few %.
    assert found.noise == pytest.approx(1.0 / 2.75, abs=0.04)


@pytest.mark.slow
def test_intervals_are_not_too_narrow():
    rng = np.random.default_rng(SEED + 5)
    inside = []
    for number in range(40):
        cube = with_luck(points(32, SEED + number), rng, shared=3.0, own=0.5, slope=0.4, replications=5)
        found = variance_shares(cube, 3, seed=number, resamples=60)
        inside += [(index.low <= SHARES) & (index.high >= SHARES) for index in (found.first, found.total)]
    # 240 intervals of 95 %: at least 90 % of them, 3.5 standard errors below.
    assert np.mean(inside) > 0.90


def test_where_all_is_luck_nothing_is_said():
    rng = np.random.default_rng(SEED + 6)
    found = variance_shares(rng.normal(size=(64, 8, 4)), 3, seed=0, resamples=60)
    assert found.variance_low <= 0.0
    assert found.noise > 0.5


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 6), st.floats(-1e6, 1e6), st.floats(0.01, 100.0))
def test_indices_do_not_depend_on_where_values_are_counted_from_or_in_what(seed, replications, shift, scale):
    rng = np.random.default_rng(seed)
    cube = rng.normal(size=(8, 6, replications))
    found, moved = (variance_shares(one, 2, seed=0, resamples=2) for one in (cube, scale * cube + shift * scale))
    if found.variance > 1e-3:
        np.testing.assert_allclose(found.first.value, moved.first.value, atol=1e-5)
        np.testing.assert_allclose(found.total.value, moved.total.value, atol=1e-5)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 6))
def test_taking_luck_off_is_the_mean_over_pairs_of_different_replications(seed, replications):
    rng = np.random.default_rng(seed)
    y = rng.normal(size=(5, replications))
    weights = drawn_weights(rng, replications)
    mean = y @ weights / weights.sum()
    found = without_luck((mean**2).mean(), (y**2).mean(axis=0), weights)
    pairs = [(r, s) for r in range(replications) for s in range(replications) if r != s]
    wanted = sum(weights[r] * weights[s] * (y[:, r] * y[:, s]).mean() for r, s in pairs)
    assert found == pytest.approx(wanted / sum(weights[r] * weights[s] for r, s in pairs))


def test_whole_blocks_only_and_the_same_again():
    rng = np.random.default_rng(SEED + 7)
    cube = with_luck(points(16, SEED), rng, shared=1.0, own=1.0, slope=0.0, replications=3)
    broken = cube.copy()
    broken[3, 5, 1] = np.nan
    kept = variance_shares(np.delete(cube, 3, axis=0), 3, seed=5, resamples=5)
    found = variance_shares(broken, 3, seed=5, resamples=5)
    np.testing.assert_array_equal(found.first, kept.first)
    assert found.points == 15


def test_global_randomness_is_left_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002 -- this is what is looked at
    variance_shares(np.random.default_rng(1).normal(size=(8, 4, 2)), 2, seed=0, resamples=5)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


@pytest.mark.parametrize(
    ("shape", "word"), [((8, 5, 2), "reshape"), ((8, 6), "reshape"), ((8, 6, 1), "2 or more"), ((3, 6, 2), "raise")]
)
def test_what_cannot_be_used_is_refused(shape, word):
    with pytest.raises(InputError, match=word):
        variance_shares(np.zeros(shape), 2, seed=0)
