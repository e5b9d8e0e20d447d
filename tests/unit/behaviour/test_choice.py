"""Choice among firms: utility and logit weights (B-35)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.choice import (
    chance_of_considering,
    left_of_ratings,
    logit_weight,
    public_score,
    reach,
    review_weight,
    toward_reputation,
    utility,
)
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


def test_considering_a_rival_worked_by_hand():
    # Odds .8 / .2 = 4, times e^-1 for one SD of satisfaction, times e^(.2 x 5) for five good stories.
    assert chance_of_considering(0.8, 0.0, 0.0, 1.0, 0.2) == pytest.approx(0.8)
    assert chance_of_considering(0.8, 1.0, 0.0, 1.0, 0.2) == pytest.approx(1 / (1 + math.e / 4))
    assert chance_of_considering(0.8, 1.0, 5.0, 1.0, 0.2) == pytest.approx(0.8)
    assert chance_of_considering(0.8, 3.0, -9.0, 0.0, 0.0) == pytest.approx(0.8)


def test_who_knows_no_or_every_rival_stays_so():
    assert chance_of_considering(0.0, -5.0, 50.0, 1.0, 0.2) == 0.0
    assert chance_of_considering(1.0, 5.0, -50.0, 1.0, 0.2) == 1.0
    assert chance_of_considering(0.5, -1e9, 0.0, 1.0, 0.2) == 1.0


@given(st.floats(0.01, 0.99), LEVEL, st.floats(-20, 20), st.floats(0, 5))
def test_the_satisfied_search_less_and_good_stories_make_people_look(awareness, satisfaction, heard, more):
    plain = chance_of_considering(awareness, satisfaction, heard, 1.0, 0.2)
    assert chance_of_considering(awareness, satisfaction + more, heard, 1.0, 0.2) <= plain
    assert chance_of_considering(awareness, satisfaction, heard + more, 1.0, 0.2) >= plain


def test_the_public_score_worked_by_hand():
    # Prior 0 worth 5 ratings; ratings 1, 1 and -2, the bad one 1.5 times: (2 - 3) / (5 + 3.5).
    total = sum(review_weight(x, 1.5) * x for x in (1.0, 1.0, -2.0))
    weights = sum(review_weight(x, 1.5) for x in (1.0, 1.0, -2.0))
    assert public_score(0.0, 5.0, total, weights) == pytest.approx(-1 / 8.5)
    assert public_score(0.4, 5.0, 0.0, 0.0) == 0.4
    assert public_score(0.4, 0.0, 0.0, 0.0) == 0.4  # neither belief nor ratings
    assert public_score(0.4, 0.0, -2.0, 1.0) == -2.0  # a lone rating is everything


def test_old_ratings_fade():
    assert left_of_ratings(10.0, 1.0, 0.4) == pytest.approx(10 * math.exp(-0.4))
    assert left_of_ratings(-3.0, 0.0, 0.4) == -3.0
    assert left_of_ratings(left_of_ratings(7.0, 0.3, 0.4), 0.7, 0.4) == pytest.approx(left_of_ratings(7.0, 1.0, 0.4))


def test_reputation_pulls_newcomers_most():
    # .3 of the gap at first, .15 after three encounters with a prior of three.
    assert toward_reputation(0.0, 1.0, 0.3, 3.0, 0.0) == pytest.approx(0.3)
    assert toward_reputation(0.0, 1.0, 0.3, 3.0, 3.0) == pytest.approx(0.15)
    assert toward_reputation(0.5, -0.5, 0.3, 3.0, 0.0) == pytest.approx(0.2)
    assert toward_reputation(0.5, 9.0, 0.0, 3.0, 0.0) == 0.5
    assert toward_reputation(0.0, 1.0, 0.3, 0.0, 2.0) == 0.0
    assert toward_reputation(0.0, 1.0, 0.3, 0.0, 0.0) == pytest.approx(0.3)


def test_a_new_firm_reaches_everybody_in_a_straight_line():
    # 40 % at first, all after 12 months: 70 % after 6.
    assert reach(0.0, 0.4, 12.0) == 0.4
    assert reach(6.0, 0.4, 12.0) == pytest.approx(0.7)
    assert reach(12.0, 0.4, 12.0) == reach(99.0, 0.4, 12.0) == 1.0
    assert reach(0.0, 0.4, 0.0) == 1.0
