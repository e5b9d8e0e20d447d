"""Levers at equal spend, where what they cost and do is known."""

from __future__ import annotations

import pytest

from cxsim.errors import InputError
from cxsim.experiments.league_of_levers import Effort, league_of_levers
from cxsim.experiments.parts_of import parts_of_study, parts_of_values
from cxsim.experiments.studies.study import study_of

EFFORT = Effort(search=2, measure=4)


def worth(case, changes):
    solves = float(changes.get("phone.solves", "80 %").split()[0]) - 80.0
    credit = float(changes.get("recovery.credit", "10")) - 10.0
    price = float(changes.get("price", "30 a month").split()[0])
    staff = float(changes.get("phone.staff", "2")) - 2.0
    cost = 2.0 * solves**2 + 100.0 * credit + 1500.0 * staff
    gain = 0.01 * solves + 0.001 * credit + 0.004 * (30.0 - price) + 0.02 * staff
    return {"policy_cost": cost, "retention": 0.5 + gain, "won_by_recommendation": 20.0, "profit": -cost}


def pulled(league, name):
    return next(one for one in league.pulled if one.name == name)


@pytest.fixture(scope="module")
def league(town, stand_in):
    return league_of_levers(parts_of_values(town), stand_in(town, worth), 3000.0, effort=EFFORT)


def test_a_lever_is_pulled_until_it_costs_the_spend(league):
    credit = pulled(league, "credit")
    assert credit.how == "found"
    assert float(credit.words.split()[-1].rstrip(")")) == pytest.approx(40.0, abs=0.5)  # 100 for each 1 above 10
    assert credit.figures[:, 0].mean() == pytest.approx(3000.0, rel=0.02)


def test_what_it_does_there_is_what_is_measured(league):
    gained = (pulled(league, "credit").figures - league.as_is)[:, 1].mean()
    assert gained == pytest.approx(0.03, rel=0.02)


def test_a_lever_that_cannot_cost_that_much_is_pulled_as_far_as_it_goes(league):
    solves = pulled(league, "phone.solves")
    assert solves.how == "at most"
    assert solves.words == "phone.solves 92.5 %"  # 2 x 12.5² = 312.5


def test_one_that_costs_nothing_goes_as_far_as_it_goes(league):
    assert pulled(league, "price").how == "at most"
    assert pulled(league, "price").words == "price 23.75 a month"


def test_fresh_luck_measures(town, stand_in):
    tables = stand_in(town, worth)
    league_of_levers(parts_of_values(town), tables, 3000.0, effort=EFFORT)
    as_is = {replication for case, replication in tables.asked if case.policy == "as-is"}
    assert as_is == set(range(EFFORT.search, EFFORT.search + EFFORT.measure))


@pytest.mark.parametrize(
    ("spend", "staff", "how"), [(2000.0, "3", "stepped"), (3050.0, "4", "stepped"), (9000.0, "4", "at most")]
)
def test_steps_stop_below_the_spend(town, stand_in, spend, staff, how):
    study = study_of(town, levers={"phone.staff": "1 to 4"}, **{"from": "month 1"}, design="grid")
    found = league_of_levers(parts_of_study(study), stand_in(town, worth), spend, effort=EFFORT)
    assert (found.pulled[0].words, found.pulled[0].how) == (f"phone.staff {staff}", how)


def test_a_lever_that_costs_nothing_goes_as_far_as_it_can_from_what_it_is_now(town, stand_in):
    study = study_of(town, levers={"price": "24 a month to 31 a month"}, **{"from": "month 1"}, design="grid")
    found = league_of_levers(parts_of_study(study), stand_in(town, worth), 3000.0, effort=EFFORT)
    assert (found.pulled[0].words, found.pulled[0].how) == ("price 24 a month", "at most")


def test_one_that_costs_more_at_its_least_is_marked(town, stand_in):
    study = study_of(town, levers={"phone.staff": "3 to 4"}, **{"from": "month 1"}, design="grid")
    found = league_of_levers(parts_of_study(study), stand_in(town, worth), 500.0, effort=EFFORT)
    assert (found.pulled[0].words, found.pulled[0].how) == ("phone.staff 3", "at least")


@pytest.mark.parametrize("spend", [0.0, -5.0, float("nan"), float("inf")])
def test_a_spend_is_an_amount(town, stand_in, spend):
    with pytest.raises(InputError, match=r"spend: .*more than 0"):
        league_of_levers(parts_of_values(town), stand_in(town, worth), spend)
