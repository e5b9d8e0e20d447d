"""Surfaces and posteriors against what can be worked out by hand."""

import math

import numpy as np
import pytest

from cxsim.experiments.posterior import (
    Z95,
    Known,
    Scale,
    Unknown,
    contradiction,
    fitted,
    posterior,
    terms_of,
)

QUALITY = Unknown("quality", 0.0, 0.5, -2.0, 2.0)
FACTOR = Unknown("log failure factor", 0.0, 0.5, -2.0, 2.0)
SLOPES = np.array([[40.0, -15.0], [-0.004, 0.008]])
OFFSETS = np.array([-20.0, 0.015])
FIGURES = {"nps": Known(-5.0, 12.0), "churn": Known(0.016, 0.0032)}


def points(count, unknowns, seed=20260101):
    return np.random.default_rng(seed).uniform(-2.0, 2.0, (count, unknowns))


def linear(where):
    return {
        name: fitted(where, where @ slope + offset, Scale())
        for name, slope, offset in zip(FIGURES, SLOPES, OFFSETS, strict=True)
    }


@pytest.fixture(scope="module")
def found():
    return posterior((QUALITY, FACTOR), FIGURES, linear(points(20, 2)))


def test_the_posterior_of_linear_figures_is_the_closed_form(found):
    # Normal prior and errors: precision = prior precision + H'WH, mean = covariance H'W (known - offset).
    weights = np.diag([(Z95 / figure.margin) ** 2 for figure in FIGURES.values()])
    covariance = np.linalg.inv(np.eye(2) / 0.25 + SLOPES.T @ weights @ SLOPES)
    mean = covariance @ SLOPES.T @ weights @ (np.array([one.value for one in FIGURES.values()]) - OFFSETS)
    sd = np.sqrt(np.diag(covariance))
    # The largest values are left out (probability 5e-4), which moves a mean by about 2e-3 sd, an sd by 1 %.
    assert found.mean == pytest.approx(mean, abs=0.01 * sd.min())
    assert found.sd == pytest.approx(sd, rel=0.01)
    assert found.correlation == pytest.approx(covariance[0, 1] / sd.prod(), abs=0.01)


def test_draws_have_the_moments_of_the_posterior_and_stay_below_the_bound(found):
    rng = np.random.default_rng(20260102)
    drawn = np.array([found.drawn(rng.uniform(size=2)) for _ in range(4000)])
    error = found.sd / math.sqrt(len(drawn))
    assert (np.abs(drawn.mean(axis=0) - found.mean) < 4.0 * error).all()
    assert drawn.std(axis=0) == pytest.approx(found.sd, rel=0.05)
    assert np.corrcoef(drawn.T)[0, 1] == pytest.approx(found.correlation, abs=0.05)
    assert drawn[:, 1].max() <= found.highest(1)
    assert found.drawn((0.5, 1.0 - 1e-12))[1] <= found.highest(1) < 2.0


def test_one_unknown_and_no_figure_leave_the_prior():
    prior = posterior((QUALITY,), {}, {})
    assert prior.mean == pytest.approx([0.0], abs=1e-9)
    assert prior.sd == pytest.approx([0.5], rel=0.002)
    assert prior.correlation == 0.0
    assert contradiction(prior, 0) == 1.0


def test_a_quadratic_is_found_exactly_and_noise_is_measured():
    where = points(200, 2)
    values = 1.0 + where[:, 0] - 2.0 * where[:, 0] * where[:, 1] + 0.5 * where[:, 1] ** 2
    exact = fitted(where, values, Scale())
    assert exact.at(where)[0] == pytest.approx(values)
    assert exact.residual == pytest.approx(0.0, abs=1e-9)
    noise = np.random.default_rng(20260103).normal(0.0, 0.3, len(values))
    noisy = fitted(where, values + noise, Scale())
    assert noisy.residual == pytest.approx(0.3, rel=0.15)
    # The variance of the fitted means adds up to residual² times the number of coefficients.
    _, error = noisy.at(where)
    assert (error**2).sum() == pytest.approx(noisy.residual**2 * terms_of(2))


@pytest.mark.parametrize("scale", [Scale(), Scale(0.0), Scale(0.0, 1.0), Scale(-100.0, 100.0)])
def test_scales_bend_back(scale):
    values = np.array([0.02, 0.4, 0.9])
    back, slope = scale.bent(scale.straight(values))
    assert back == pytest.approx(values)
    moved, _ = scale.bent(scale.straight(values) + 1e-6)
    assert (moved - back) / 1e-6 == pytest.approx(slope, rel=1e-4)


def test_runs_without_a_value_are_left_out_and_too_few_make_no_surface():
    where = points(8, 2)
    values = where[:, 0].copy()
    assert fitted(where, values, Scale()) is not None
    values[0] = np.nan
    assert fitted(where, values, Scale()) is None


def test_what_cannot_be_at_once_is_a_contradiction():
    where = points(20, 1)
    surfaces = {"nps": fitted(where, 40.0 * where[:, 0], Scale()), "csat": fitted(where, where[:, 0] / 5.0, Scale())}
    fits = posterior((QUALITY,), {"nps": Known(20.0, 5.0), "csat": Known(0.1, 0.05)}, surfaces)
    assert contradiction(fits, 2) > 0.9
    clash = posterior((QUALITY,), {"nps": Known(20.0, 5.0), "csat": Known(-0.2, 0.05)}, surfaces)
    assert contradiction(clash, 2) < 1e-6
