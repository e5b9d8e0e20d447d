"""The treadmill of expectations and loss aversion: evidence row D13."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from cxsim.errors import InputError
from cxsim.stats.expectations import (
    cumulative_gain,
    disconfirmation_variance,
    expectation_variance,
    expected_loss_averse,
    gain_after_step,
    gain_half_life,
    ramp_disconfirmation,
)


def test_treadmill_table():
    assert gain_after_step(0.3, np.arange(6)) == pytest.approx([1, 0.7, 0.49, 0.343, 0.2401, 0.16807], rel=1e-12)
    assert cumulative_gain(0.3) == pytest.approx(3.33333333333, rel=1e-11)
    assert gain_half_life(0.3) == pytest.approx(1.94335820987, rel=1e-11)
    assert ramp_disconfirmation(0.3, 0.05) == pytest.approx(0.166666666667, rel=1e-11)
    assert expectation_variance(0.3) == pytest.approx(0.176470588235, rel=1e-11)
    assert disconfirmation_variance(0.3) == pytest.approx(1.17647058824, rel=1e-11)


def test_the_closed_forms_are_the_recursion():
    alpha, expectation, gaps, ramp = 0.3, 0.0, [], 0.0
    for _ in range(200):
        gaps.append(1 - expectation)
        expectation += alpha * (1 - expectation)
    assert gaps[:8] == pytest.approx(gain_after_step(alpha, np.arange(8)), rel=1e-12)
    assert sum(gaps) == pytest.approx(cumulative_gain(alpha), rel=1e-12)
    for k in range(200):
        ramp += alpha * (0.05 * k - ramp)
    assert 0.05 * 200 - ramp == pytest.approx(ramp_disconfirmation(alpha, 0.05), rel=1e-12)


@given(st.floats(0.01, 1), st.floats(0, 10))
def test_variances_solve_their_equations(alpha, variance):
    # Var E = (1 - a)² Var E + a² s²; Var d = Var E + s²
    stationary = expectation_variance(alpha, variance)
    assert stationary == pytest.approx((1 - alpha) ** 2 * stationary + alpha**2 * variance, rel=1e-9, abs=1e-12)
    assert disconfirmation_variance(alpha, variance) == pytest.approx(stationary + variance, rel=1e-9, abs=1e-12)


def test_learning_at_once():
    assert gain_half_life(1) == 0
    assert gain_after_step(1, [0, 1, 2]).tolist() == [1, 0, 0]


@pytest.mark.parametrize("alpha", [0, -0.1, 1.1, math.nan])
def test_impossible_learning_rates_are_refused(alpha):
    with pytest.raises(InputError, match="learning rate"):
        cumulative_gain(alpha)


@pytest.mark.parametrize(
    ("mean", "sd", "exact"),
    [
        (0, 1, -0.498677850502),
        (0, math.sqrt(2 / 1.7), -0.540892072067),
        (0.5, 1, 0.252754303248),
        (0.5, 0, 0.5),
        (-0.5, 0, -1.125),
    ],
)
def test_loss_aversion_table(mean, sd, exact):
    assert expected_loss_averse(mean, sd, 2.25) == pytest.approx(exact, rel=1e-10)


@settings(max_examples=30)
@given(st.floats(-2, 2), st.floats(0.2, 3), st.floats(0, 5))
def test_loss_aversion_is_the_integral(mean, sd, loss_aversion):
    def density(d):
        return math.exp(-(((d - mean) / sd) ** 2) / 2) / (sd * math.sqrt(2 * math.pi))

    gains, _ = integrate.quad(lambda d: d * density(d), 0, mean + 12 * sd)
    losses, _ = integrate.quad(lambda d: d * density(d), mean - 12 * sd, 0)
    assert expected_loss_averse(mean, sd, loss_aversion) == pytest.approx(gains + loss_aversion * losses, abs=1e-7)


def test_symmetric_weights_give_the_mean():
    assert expected_loss_averse(0.7, 2, 1) == 0.7
    with pytest.raises(InputError, match="finite"):
        expected_loss_averse(math.nan, 1, 2)
    with pytest.raises(InputError, match="sd"):
        expected_loss_averse(0, -1, 2)
