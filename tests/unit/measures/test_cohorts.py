"""Who stops buying is lost three mean intervals after the last purchase; the market of conftest.py buys every month."""

import numpy as np
import pytest

from cxsim.measures import cohorts
from cxsim.measures.catalog import LOST
from cxsim.measures.totals import by_period
from cxsim.model import plan as pl

THREE_MONTHS = pl.YEAR // 4
LAPSED = LOST.index("lost_lapsed")


def bought(state, person, firm, when):
    state.minds["last"][person * 2 + firm] = when


@pytest.mark.parametrize(
    ("last", "lost"),
    [
        (pl.YEAR // 2, 3 * THREE_MONTHS),
        (3 * THREE_MONTHS, pl.YEAR),  # three intervals end with the horizon: lost, as retention has it
        (3 * THREE_MONTHS + 1, pl.NEVER),  # undecided
        (-pl.MONTH, 2 * pl.MONTH),
    ],
)
def test_the_time_of_the_loss(plan, state, last, lost):
    bought(state, 3, 0, last)
    found = cohorts.stopped_buying(plan, state)
    assert found[3] == pytest.approx(lost, abs=1)
    assert (np.delete(found, 3) == pl.NEVER).all()
    _, left, censored = cohorts.starting_cohort(plan, state)
    assert left[:, 0, 0, LAPSED].sum() == int(lost < pl.NEVER)
    assert censored[-1, 0, 0] == 2 + int(lost == pl.NEVER)
    assert cohorts.lost_by_reason(plan, state)["lost_lapsed"][0, 0] == pytest.approx(int(lost < pl.NEVER) / 6)


def test_only_a_noncontractual_market_forgets_its_customers(plan, state):
    plan.market["contractual"] = 1
    assert (cohorts.stopped_buying(plan, state) == pl.NEVER).all()
    assert cohorts.with_those_who_stopped(plan, state, by_period(plan, state)).left[:, 0, 0].tolist() == [0, 2, 1]


def test_a_firm_that_sells_nothing_loses_nobody_so(plan, state):
    state.levers[:] = 0.0
    assert (cohorts.stopped_buying(plan, state) == pl.NEVER).all()


def test_who_left_first_is_lost_for_that_reason(plan, state):
    # Person 1 left the shop on day 10, came back, and has stopped buying since: the cohort lost him on day 10.
    bought(state, 1, 0, pl.YEAR // 2)
    _, left, _ = cohorts.starting_cohort(plan, state)
    assert left[:, 0, 0, LAPSED].tolist() == [0, 1]  # person 3 only
    assert left[0, 0, 0, 1] == 1
    shares = cohorts.lost_by_reason(plan, state)
    assert (shares["lost_to_waiting"][0, 0], shares["came_back"][0, 0]) == (1 / 6, 0)
    # As an exit from the shop it counts all the same, beside the one of person 3.
    counted = by_period(plan, state)
    assert (cohorts.with_those_who_stopped(plan, state, counted).left - counted.left)[:, 0, 0].tolist() == [0, 0, 2]


def test_a_customer_won_later_is_no_starting_customer(plan, state):
    # Person 2 went from the shop to the chain on day 200, bought there and then no more.
    bought(state, 2, 1, 210 * pl.DAY)
    counted = by_period(plan, state)
    found = cohorts.with_those_who_stopped(plan, state, counted)
    assert (found.left - counted.left)[:, 1, :3].tolist() == [[0, 0, 0], [0, 0, 0], [1, 1, 0]]
    assert (found.never_left == counted.never_left)[:, 1, :3].all()
    _, left, _ = cohorts.starting_cohort(plan, state)
    assert not left[:, 1].any()
    assert left[:, 0, 0].sum(axis=-1).tolist() == [2, 2]
