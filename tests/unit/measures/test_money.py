import math

import numpy as np
import pytest

from cxsim.measures import money
from cxsim.model import plan as pl


def test_a_lever_is_averaged_over_the_time_it_holds(plan):
    wage = pl.FIRM_WAGES
    quarter = pl.YEAR // 4
    assert money.lever_mean(plan, wage, 0, 2 * quarter) == 20.0
    assert money.lever_mean(plan, wage, 0, pl.YEAR) == pytest.approx(0.75 * 20 + 0.25 * 30)
    assert money.lever_mean(plan, wage, 3 * quarter, pl.YEAR) == 30.0


def test_wages_are_hours_on_duty_at_the_wage_of_the_time(plan):
    duty = np.array([[0, 0, 0, 0], [60, 0, 5, 0], [40, 0, 0, 0]], np.int64) * pl.HOUR
    begins = np.array([-pl.MONTH, 0, pl.YEAR // 2])
    assert money.wages(plan, duty, begins).tolist() == [[0, 0], [1200, 50], [1000, 0]]


def test_written_costs_fall_due_once_and_evenly(plan):
    begins = np.array([-pl.MONTH, 0, pl.YEAR // 2])
    cost = money.WrittenCost(firm=1, once=7.0, yearly=100.0, begin=0, end=3 * pl.YEAR // 4)
    assert money.written(plan, [cost], begins).tolist() == [[0, 0], [0, 57], [0, 25]]
    assert not money.written(plan, [], begins).any()


def test_written_costs_add_up_each_over_its_own_time(plan):
    begins = np.array([-pl.MONTH, 0, pl.YEAR // 2])
    early = money.WrittenCost(firm=0, yearly=100.0, begin=0, end=pl.YEAR // 4)
    late = money.WrittenCost(firm=0, once=3.0, yearly=400.0, begin=3 * pl.YEAR // 4)
    assert money.written(plan, [early, late], begins).tolist() == [[0, 0], [25, 0], [103, 0]]


@pytest.mark.parametrize(
    ("profit", "months"),
    [
        # Above as-is (10 a month): -30, then 10 a month: -30, -20, -10, 0.
        ([-20, 20, 20, 20, 20], 4.0),
        # Pays back after the second month, falls below after the third, and is even again after the fifth.
        ([5, 20, 0, 12, 13], 5.0),
        ([5, 20, 0, 12, 12], math.nan),  # one short at the horizon
        ([10, 10, 10, 10, 10], 0.0),  # changes nothing
        ([12, 9, 10, 10, 11], 0.0),  # never owes
        ([10, 10, 4, 20, 10], 4.0),  # begins in the third month
        ([10, math.nan, 10, 10, 90], math.nan),
    ],
)
def test_a_policy_has_paid_back_when_it_stays_above(profit, months):
    assert money.payback(profit, [10.0] * 5) == pytest.approx(months, nan_ok=True)


def test_payback_is_counted_in_months_from_the_start():
    assert money.payback([0.0, 3.0, 3.0], [2.0, 1.0, 1.0], ends=[0.8, 1.8, 2.9]) == 1.8
    # A tenth cannot be written in binary: four of them fall a hair short of 0.4, and owe nothing all the same.
    assert np.cumsum([-0.4, 0.1, 0.1, 0.1, 0.1])[-1] < 0.0
    assert money.payback([-0.4, 0.1, 0.1, 0.1, 0.1], np.zeros(5)) == 5.0
