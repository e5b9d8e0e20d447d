"""Shapley values: published games, the axioms that define them, and sampled orders."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.errors import InputError
from cxsim.stats.shapley import coalitions_of, joining_orders, sampled_values, shapley_values

SEED = 20260101


def worths_of(parts, seed, replications=3):
    return np.random.default_rng(seed).normal(size=(1 << parts, replications))


games = st.tuples(st.integers(1, 5), st.integers(0, 10_000)).map(lambda pair: worths_of(*pair))


def test_glove_game():
    # One left glove (part 0), two right ones (parts 1, 2); a pair is worth 1. Of the six orders the left glove
    # completes a pair in four, each right one in one: 2/3, 1/6, 1/6.
    worth = [float(bool(mask & 1) and bool(mask & 6)) for mask in range(8)]
    assert shapley_values(np.array(worth)[:, None])[:, 0] == pytest.approx([2 / 3, 1 / 6, 1 / 6], abs=1e-15)


def test_airport_game():
    # Littlechild & Owen (1973): a runway costs what its largest aeroplane needs. For 1, 2 and 4: each stretch is shared
    # by those who need it: 1/3, 1/3 + 1/2, 1/3 + 1/2 + 2.
    worth = [max([0, *(cost for bit, cost in enumerate((1, 2, 4)) if mask >> bit & 1)]) for mask in range(8)]
    assert shapley_values(np.array(worth, float)[:, None])[:, 0] == pytest.approx([1 / 3, 5 / 6, 17 / 6], abs=1e-15)


def test_two_parts_share_what_they_do_together():
    # Alone 3 and 1, together 10: the 6 that neither does alone is shared.
    assert shapley_values([[0.0], [3.0], [1.0], [10.0]])[:, 0].tolist() == [6.0, 4.0]


@given(games)
def test_parts_add_up_in_every_replication(worths):
    whole = worths[-1] - worths[0]
    assert shapley_values(worths).sum(axis=0) == pytest.approx(whole, abs=1e-13)


@given(games, st.integers(0, 4))
def test_a_part_that_adds_nothing_gets_nothing(worths, place):
    parts = worths.shape[0].bit_length() - 1
    place %= parts
    coalitions = np.arange(1 << parts)
    without = worths[coalitions & ~(1 << place)]
    assert np.abs(shapley_values(without)[place]).max() < 1e-14


@given(games)
def test_parts_that_do_the_same_get_the_same(worths):
    parts = worths.shape[0].bit_length() - 1
    if parts < 2:
        return
    swapped = [(mask & ~3) | (mask & 1) << 1 | (mask & 2) >> 1 for mask in range(1 << parts)]
    found = shapley_values(worths + worths[swapped])
    assert found[0] == pytest.approx(found[1], abs=1e-13)


@given(games, st.integers(0, 10_000))
def test_values_of_a_sum_are_the_sum_of_the_values(worths, seed):
    other = worths_of(worths.shape[0].bit_length() - 1, seed)
    both = shapley_values(worths) + shapley_values(other)
    assert shapley_values(worths + other) == pytest.approx(both, abs=1e-12)


def test_sampled_orders_add_up_and_agree_with_the_exact_values():
    worths = worths_of(5, SEED)
    orders = joining_orders(5, 400, SEED)
    found = sampled_values(orders, {mask: worths[mask] for mask in coalitions_of(orders)})
    assert found.values.sum(axis=0) == pytest.approx(worths[-1] - worths[0], abs=1e-12)
    gap = np.abs(found.values.mean(axis=1) - shapley_values(worths).mean(axis=1))
    assert (gap < 4 * found.error).all()
    assert (found.error > 0).all()


def test_an_order_comes_with_its_reverse():
    orders = joining_orders(9, 6, SEED)
    assert (orders[::2] == orders[1::2, ::-1]).all()
    assert (np.sort(orders, axis=1) == np.arange(9)).all()


def test_pairs_make_two_way_interactions_exact():
    # Without interactions of three or more, an order and its reverse share every pair's interaction: no error is left.
    rng = np.random.default_rng(SEED)
    alone, pair = rng.normal(size=4), np.triu(rng.normal(size=(4, 4)), 1)
    inside = [np.array([mask >> bit & 1 for bit in range(4)]) for mask in range(16)]
    worths = np.array([member @ alone + member @ pair @ member for member in inside])[:, None]
    found = sampled_values(joining_orders(4, 4, SEED), dict(enumerate(worths)))
    assert found.values == pytest.approx(shapley_values(worths), abs=1e-13)
    assert found.error == pytest.approx(np.zeros(4), abs=1e-13)


@pytest.mark.parametrize("rows", [1, 3, 6])
def test_coalitions_that_are_missing_are_refused(rows):
    with pytest.raises(InputError, match=f"{rows} coalitions; 2\\*\\*n"):
        shapley_values(np.zeros((rows, 2)))


@pytest.mark.parametrize("count", [2, 7])
def test_too_few_or_odd_orders_are_refused(count):
    with pytest.raises(InputError, match="orders"):
        joining_orders(3, count, SEED)
