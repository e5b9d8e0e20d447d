"""Retention, lifetime value, switching and choice: evidence rows D7, D8 and D10."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.errors import InputError
from cxsim.stats.customers import (
    constant_hazard,
    customer_lifetime_value,
    lifetime_value_elasticity,
    logit_inertia_repeat_rate,
    logit_inertia_shares,
    logit_inertia_transition,
    logit_shares,
    sbg_retention,
    sbg_survival,
    switching_eigenvalues,
    switching_half_life,
    switching_path,
    switching_stationary,
)

SWITCHING = [[0.90, 0.07, 0.03], [0.10, 0.80, 0.10], [0.05, 0.15, 0.80]]
UTILITIES = [1, 0.5, 0]


def test_half_in_five_years():
    exact = (0.870550563296, 0.129449436704, 0.988514020353, 0.138629436112, 7.21347520444, 7.72502395887)
    assert tuple(constant_hazard(5)) == pytest.approx(exact, rel=1e-10)


def test_half_are_left_after_the_half_life():
    law = constant_hazard(7.3, parts=4)
    assert law.retention**7.3 == pytest.approx(0.5, rel=1e-12)
    assert law.retention_per_part**4 == pytest.approx(law.retention, rel=1e-12)


@pytest.mark.parametrize("half_life", [0, -1, math.nan, math.inf])
def test_impossible_half_lives_are_refused(half_life):
    with pytest.raises(InputError, match="half-life"):
        constant_hazard(half_life)


def test_sbg_table():
    survival = sbg_survival(0.668, 3.806, np.arange(1, 8))
    exact = [
        0.850692892266,
        0.746881629564,
        0.66981692018,
        0.609951024719,
        0.561868975567,
        0.522252290357,
        0.488944620894,
    ]
    assert survival == pytest.approx(exact, rel=1e-10)
    rates = [0.850692892, 0.877968579, 0.896818041, 0.910623495, 0.921170640, 0.929491239, 0.936223028]
    assert sbg_retention(0.668, 3.806, np.arange(1, 8)) == pytest.approx(rates, abs=6e-10)


@given(st.floats(0.1, 20), st.floats(0.1, 20))
def test_sbg_retention_rises_and_multiplies_to_survival(alpha, beta):
    periods = np.arange(1, 12)
    rates = sbg_retention(alpha, beta, periods)
    assert (np.diff(rates) > 0).all()
    assert np.cumprod(rates) == pytest.approx(sbg_survival(alpha, beta, periods), rel=1e-9)
    assert sbg_survival(alpha, beta, 0)[0] == pytest.approx(1, rel=1e-12)


def test_sbg_refusals():
    with pytest.raises(InputError):
        sbg_survival(0, 1, 1)
    with pytest.raises(InputError):
        sbg_retention(1, 1, 0)


@pytest.mark.parametrize(
    ("retention", "value", "elasticity"),
    [
        (0.7, 1.66666666667, 2.66666666667),
        (0.8, 2.5, 3.5),
        (0.9, 4.09090909091, 5.09090909091),
        (0.95, 5.58823529412, 6.58823529412),
    ],
)
def test_lifetime_value_table(retention, value, elasticity):
    assert customer_lifetime_value(retention, 0.12) == pytest.approx(value, rel=1e-11)
    assert lifetime_value_elasticity(retention, 0.12) == pytest.approx(elasticity, rel=1e-11)


@pytest.mark.parametrize(("growth", "gain"), [(0, 0.25), (0.05, 0.344), (0.10, 0.524), (0.15, 1.0)])
def test_five_points_less_churn(growth, gain):
    # churn 10 % to 5 %, discount 15 %: present value + 25 %, + 34.4 %, + 52.4 %, + 100 %
    before, after = (customer_lifetime_value(r, 0.15, growth, first_margin_now=True) for r in (0.9, 0.95))
    assert after / before - 1 == pytest.approx(gain, abs=5e-4)


@given(st.floats(0.05, 0.95), st.floats(0.02, 0.5), st.floats(-0.1, 0.02))
def test_lifetime_value_is_the_sum_of_discounted_margins(retention, discount, growth):
    t = np.arange(1, 4000)
    total = ((retention * (1 + growth) / (1 + discount)) ** t).sum() / (1 + growth)
    assert customer_lifetime_value(retention, discount, growth) == pytest.approx(total, rel=1e-9)


def test_elasticity_is_the_derivative():
    value, step = customer_lifetime_value(0.8, 0.12), 1e-7
    slope = (customer_lifetime_value(0.8 + step, 0.12) - value) / step
    assert slope * 0.8 / value == pytest.approx(3.5, rel=1e-5)


def test_endless_value_is_refused():
    with pytest.raises(InputError, match="lower growth"):
        customer_lifetime_value(0.99, 0.02, 0.1)
    with pytest.raises(InputError, match=r"0\.95 for 95 %"):
        customer_lifetime_value(80, 0.1)


def test_switching_table():
    assert switching_stationary(SWITCHING) == pytest.approx([0.442477876106, 0.327433628319, 0.230088495575], rel=1e-10)
    assert switching_eigenvalues(SWITCHING) == pytest.approx([1, 0.827459666924, 0.672540333076], rel=1e-10)
    assert switching_half_life(SWITCHING) == pytest.approx(3.65979828427, rel=1e-9)
    path = switching_path([1 / 3, 1 / 3, 1 / 3], SWITCHING, 5)
    assert path.shape == (6, 3)
    assert path[5] == pytest.approx([0.3966407875, 0.342139115, 0.2612200975], abs=1e-9)


def test_two_firms_by_hand():
    # out 10 %, back 30 %: shares .75 and .25; second eigenvalue 1 - .1 - .3 = .6
    matrix = [[0.9, 0.1], [0.3, 0.7]]
    assert switching_stationary(matrix) == pytest.approx([0.75, 0.25], rel=1e-12)
    assert switching_half_life(matrix) == pytest.approx(math.log(0.5) / math.log(0.6), rel=1e-12)
    assert switching_path([1, 0], matrix, 2)[2] == pytest.approx([0.84, 0.16], rel=1e-12)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[0.9, 0.2], [0.3, 0.7]], "sum to 1"),
        ([[1.1, -0.1], [0.3, 0.7]], "negative"),
        ([[0.5, 0.5]], "square"),
        ([[1, 0], [0, 1]], "never exchange"),
    ],
)
def test_what_is_no_market_is_refused(matrix, message):
    with pytest.raises(InputError, match=message):
        switching_stationary(matrix)


def test_switching_edges():
    assert switching_half_life([[0.5, 0.5], [0.5, 0.5]]) == pytest.approx(0, abs=0.05)
    assert switching_half_life([[1, 0], [1, 0]]) == 0
    assert switching_half_life([[1, 0], [0, 1]]) == math.inf
    with pytest.raises(InputError, match="one firm"):
        switching_half_life([[1]])
    with pytest.raises(InputError, match="start shares"):
        switching_path([1, 1], [[0.9, 0.1], [0.3, 0.7]], 1)


def test_logit_table():
    shares = logit_shares(UTILITIES)
    assert shares == pytest.approx([0.506480391056, 0.307195885718, 0.186323723226], rel=1e-11)
    # own elasticity of an alternative with utility 1 per unit of utility is 1 - share
    assert 1 - shares[0] == pytest.approx(0.493519608944, rel=1e-11)
    assert logit_shares([1000, 0]) == pytest.approx([1, 0])


@pytest.mark.parametrize(
    ("inertia", "shares", "repeat"),
    [
        (1, [0.56975068174, 0.282300966183, 0.147948352077], 0.630459625016),
        (2, [0.619405051852, 0.262763493933, 0.117831454215], 0.822618404915),
        (2.73, [0.640916839993, 0.254299264844, 0.104783895162], 0.90586745134),
    ],
)
def test_inertia_table(inertia, shares, repeat):
    assert logit_inertia_shares(UTILITIES, inertia) == pytest.approx(shares, rel=1e-10)
    assert logit_inertia_repeat_rate(UTILITIES, inertia) == pytest.approx(repeat, rel=1e-10)


@given(st.lists(st.floats(-3, 3), min_size=2, max_size=5), st.floats(0, 3))
def test_inertia_shares_are_stationary_under_switching(utilities, inertia):
    closed = logit_inertia_shares(utilities, inertia)
    assert closed.sum() == pytest.approx(1, rel=1e-12)
    assert closed @ logit_inertia_transition(utilities, inertia) == pytest.approx(closed, rel=1e-10)
    assert switching_stationary(logit_inertia_transition(utilities, inertia)) == pytest.approx(closed, rel=1e-6)


def test_without_inertia_it_is_logit():
    assert logit_inertia_shares(UTILITIES, 0) == pytest.approx(logit_shares(UTILITIES), rel=1e-12)
    with pytest.raises(InputError, match="NaN"):
        logit_shares([1, math.nan])
