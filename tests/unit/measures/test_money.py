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
    duty = np.array([[0, 0, 0], [60, 0, 5], [40, 0, 0]], np.int64) * pl.HOUR
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
