"""Bins of waiting times, a person's rate of purchases, and who still counts as a customer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.model import plan as pl
from cxsim.model.state import N_WAIT_BINS
from cxsim.model.tallies import is_with_firm, purchase_rate, wait_bin, wait_bin_edges

EDGES = wait_bin_edges()


def test_edges_of_the_bins():
    assert EDGES.size == N_WAIT_BINS
    assert list(EDGES[:2]) == [0.0, pl.SECOND]
    assert EDGES[21] == pytest.approx(10 * pl.SECOND)  # twenty bins a decade
    assert EDGES[41] == pytest.approx(100 * pl.SECOND)
    assert EDGES[-1] == np.inf
    assert EDGES[-2] > 20 * pl.DAY
    assert np.all(np.diff(EDGES) > 0)


@pytest.mark.parametrize(
    ("wait", "number"),
    [(-5, 0), (0, 0), (1, 1), (pl.SECOND - 1, 1), (pl.SECOND, 2), (10 * pl.SECOND, 22), (100 * pl.SECOND, 42),
     (10 * pl.SECOND - 1, 21), (pl.HOUR, 73), (10**6 * pl.DAY, N_WAIT_BINS - 1)],
)  # fmt: skip
def test_bins_worked_by_hand(wait, number):
    # An hour is 10^3.556 s: bin 2 + floor(71.1).
    assert wait_bin(wait) == number


@given(st.integers(1, 1000 * pl.DAY))
def test_a_wait_lies_below_the_upper_edge_of_its_bin_and_not_below_the_lower(wait):
    k = wait_bin(wait)
    assert wait <= EDGES[k] * (1 + 1e-12)
    assert wait >= EDGES[k - 1] * (1 - 1e-12)


@given(st.integers(0, 100 * pl.DAY), st.integers(0, 100 * pl.DAY))
def test_longer_waits_have_no_lower_bin(a, b):
    assert (wait_bin(a) <= wait_bin(b)) == (wait_bin(a) == wait_bin(b) or a < b)


def contacts_of(*rows):
    contacts = np.zeros(len(rows), pl.CONTACT)
    for k, (because, slot) in enumerate(rows):
        contacts[k]["because"], contacts[k]["levers"] = because, slot
    return contacts


def test_purchases_are_counted_and_questions_are_not():
    # Two firms; groups shopping, asking, ordering; firm 1 takes no orders. Rates by slot and segment.
    contacts = contacts_of(
        (pl.BECAUSE_PURCHASE, 0), (pl.BECAUSE_QUESTION, 5), (pl.BECAUSE_PURCHASE, 10), (pl.BECAUSE_PURCHASE, 15),
        (pl.BECAUSE_FAILURE, 20),
    )  # fmt: skip
    groups = np.array([[0, 3], [1, 4], [2, -1]], np.int32)
    levers = np.zeros((25, 2))
    levers[[0, 5, 10, 15, 20]] = [[3.0, 4.0], [100.0, 100.0], [0.5, 0.25], [7.0, 8.0], [100.0, 100.0]]
    assert purchase_rate(contacts, groups, levers, 0, 0) == 3.5
    assert purchase_rate(contacts, groups, levers, 0, 1) == 4.25
    assert purchase_rate(contacts, groups, levers, 1, 0) == 7.0
    assert purchase_rate(contacts, groups, levers, 1, 1) == 8.0
    assert purchase_rate(contacts, np.full((0, 2), -1, np.int32), levers, 0, 0) == 0.0


def test_lost_after_three_of_ones_own_intervals():
    month = pl.MONTH
    rate = 1.0 / month
    assert is_with_firm(0, 0, 3 * month - month // 100, rate)
    assert not is_with_firm(0, 0, 3 * month + month // 100, rate)
    assert is_with_firm(0, 0, 5 * month, rate / 2)  # a rarer buyer is given longer
    assert is_with_firm(0, -pl.DAY, 0, rate)
    assert is_with_firm(1, -(10**17), 0, rate)  # a contract holds
    assert is_with_firm(0, 0, 10**17, 0.0)  # nothing is bought: undecided
