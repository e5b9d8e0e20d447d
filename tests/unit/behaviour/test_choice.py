"""Choice among firms: utility and logit weights (B-35)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.choice import logit_weight, utility
from cxsim.behaviour.registry import REGISTRY

LEVEL = st.floats(-5.0, 5.0)
PRICE = st.floats(0.0, 5.0)


def test_utility_worked_by_hand():
    # 1 x 0.4 - 3 x (1.1 - 1) + 1.5 for the firm of last time.
    assert utility(0.4, 1.1, 1.0, 1.0, 3.0, 1.5) == pytest.approx(1.6)
    assert utility(0.4, 1.1, 0.0, 1.0, 3.0, 1.5) == pytest.approx(0.1)
    assert utility(0.0, 1.0, 0.0, 1.0, 3.0, 1.5) == 0.0  # the market's standard at the market's price


def share_of(own, rival):
    return logit_weight(own) / (logit_weight(own) + logit_weight(rival))


def test_shares_of_a_logit():
    assert share_of(0.3, 0.3) == 0.5
    assert share_of(math.log(3.0), 0.0) == pytest.approx(0.75)


def test_inertia_repeats_as_in_the_scanner_panels():
    # One equal rival: the last firm is bought again with probability e^g / (e^g + 1).
    assert share_of(1.09, 0.0) == pytest.approx(0.748, abs=5e-4)
    assert share_of(2.73, 0.0) == pytest.approx(0.939, abs=5e-4)


def test_the_price_weight_gives_the_elasticity_it_is_said_to_have():
    # Own elasticity of a logit at the market's price: -weight (1 - share); 3 at equal shares of many firms, 1.5 of two.
    weight, step = REGISTRY["choice_price"].default, 1e-6

    def share(price):
        return share_of(utility(0.0, price, 0.0, 1.0, weight, 0.0), 0.0)

    elasticity = (math.log(share(1 + step)) - math.log(share(1 - step))) / (2 * step)
    assert elasticity == pytest.approx(-weight * 0.5, rel=1e-6)


def test_absurd_utilities_do_not_overflow():
    assert 0.0 < logit_weight(-1e9) < 1e-300
    assert logit_weight(1e9) == math.exp(700.0)
    assert share_of(1e9, 1e9) == 0.5


@given(st.tuples(LEVEL, LEVEL), st.tuples(PRICE, PRICE), st.tuples(st.floats(0, 5), st.floats(0, 10), st.floats(0, 4)))
def test_a_better_or_cheaper_firm_never_has_a_lower_utility(levels, prices, weights):
    e, price = levels[0], prices[0]
    assert utility(min(levels), price, 0.0, *weights) <= utility(max(levels), price, 0.0, *weights)
    assert utility(e, min(prices), 0.0, *weights) >= utility(e, max(prices), 0.0, *weights)
    assert utility(e, price, 1.0, *weights) >= utility(e, price, 0.0, *weights)


@given(st.floats(-800, 800), st.floats(-800, 800))
def test_weights_keep_the_order_of_utilities(a, b):
    low, high = sorted([a, b])
    assert 0.0 < logit_weight(low) <= logit_weight(high) < math.inf


@given(st.floats(-50, 50), st.floats(-50, 50), st.floats(-50, 50))
def test_only_differences_of_utility_count(a, b, shift):
    assert share_of(a + shift, b + shift) == pytest.approx(share_of(a, b), rel=1e-9, abs=1e-15)
