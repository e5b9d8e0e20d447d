"""A share of the customers: how many that is, what is refused, what is scaled up, and who the run is."""

import numpy as np
import pytest

import cxsim
from cxsim.engines import compiled
from cxsim.errors import InputError
from cxsim.experiments.scale import check_scale, followed
from cxsim.experiments.spec import RunSpec
from cxsim.measures.totals import ABOUT_PEOPLE, Totals, by_period, for_everybody, periods_of
from cxsim.results.wording import followed as said
from cxsim.scenario import loads

SHOP = """
format: 1
lasts: 60 d
market: {customers: 400, setting: noncontractual}
runs: {replications: 2, seed: 3}
firms:
  Shop:
    share: 100 %
    price: 10 a visit
    wages: 15 an hour
    contacts: {shopping: {happens: 2 a month, because: purchase, journey: [till]}}
    touchpoints: {till: {channel: store, staff: 1, hours: Mon-Sat 09:00-18:00, takes: 4 min}}
"""
QUEUE = """
format: 1
lasts: 1 d
firms:
  Line:
    arrivals: {calls: {rate: 10 an hour, journey: [line]}}
    touchpoints: {line: {channel: phone, staff: 1, takes: 3 min}}
"""


@pytest.fixture(scope="module")
def plan():
    return loads(SHOP).plan()


def test_a_share_is_a_number_of_people(plan):
    assert [check_scale(plan, share) for share in (1.0, 0.5, 0.1, 0.074)] == [400, 200, 40, 30]
    tenth = followed(plan, 0.1)
    assert (tenth.market[0]["n_persons"], tenth.market[0]["unfollowed"]) == (40, 360)
    assert (plan.market[0]["n_persons"], plan.market[0]["unfollowed"]) == (400, 0)
    assert followed(plan, 1.0) is plan


@pytest.mark.parametrize("share", [0.0, -0.1, 1.01, 10.0, float("nan"), float("inf")])
def test_what_is_no_share_is_refused(plan, share):
    with pytest.raises(InputError, match="more than 0 and at most 1 is allowed"):
        check_scale(plan, share)


def test_too_few_people_are_refused(plan):
    with pytest.raises(InputError, match=r"0\.05 of 400 customers, who are 20; 30 .* write 0\.075 or more"):
        check_scale(plan, 0.05)
    with pytest.raises(InputError, match="without customers"):
        check_scale(loads(QUEUE).plan(), 0.5)
    assert check_scale(loads(QUEUE).plan(), 1.0) == 0


def test_the_refusal_comes_before_any_run():
    with pytest.raises(InputError, match="scale: 2;"):
        cxsim.compare(loads(SHOP), scale=2)


def test_sums_about_people_are_those_of_all_and_staff_is_counted_once(plan):
    tenth = followed(plan, 0.1)
    state = compiled.run(tenth, 3, 0).state
    counted = by_period(tenth, state)
    whole = for_everybody(tenth, counted)
    for name in Totals._fields:
        times = 10.0 if name in ABOUT_PEOPLE else 1.0
        assert np.array_equal(getattr(whole, name), times * getattr(counted, name), equal_nan=True), name
    assert whole.base[0, 0, 0] == 10.0 * np.count_nonzero(state.cold["base_firm"] == 0)
    # 400 people who buy twice a month for 60 days; a standard error of the followed tenth is 10 x sqrt(158) = 126.
    assert whole.revenue[periods_of(tenth).first :, 0, 0].sum() == pytest.approx(
        10.0 * 400 * 2 * 60 / (365 / 12), abs=3 * 10 * 126
    )
    assert for_everybody(plan, counted) is counted


def test_a_scaled_run_is_another_run_and_a_whole_one_is_what_it_was():
    whole = RunSpec("s", "as-is", 0, 1, 10)
    assert whole.identity() == RunSpec("s", "as-is", 0, 1, 10, scale=1.0).identity()
    assert whole.identity() != RunSpec("s", "as-is", 0, 1, 10, scale=0.5).identity()


def test_results_say_who_was_followed():
    assert said(1.0, 400) == ""
    assert said(0.1, 400) == "40 of 400 customers followed, stand-ins for the others"
    result = cxsim.run(loads(SHOP), scale=0.1, jobs=1)
    assert result.experiment.scale == 0.1
    table = result.measures[result.measures["segment"] == "all"].groupby("measure")["value"].mean()
    full = cxsim.run(loads(SHOP), jobs=1)
    usual = full.measures[full.measures["segment"] == "all"].groupby("measure")["value"].mean()
    # Whoever is served at closing time is served to the end: hours on duty are nearly the same.
    assert table["wages"] == pytest.approx(usual["wages"], rel=0.01)
    # Two replications of 40 people against 400: three standard errors are 10 x sqrt(316 / 2) x 3 / 1579.
    assert table["revenue"] / usual["revenue"] == pytest.approx(1.0, abs=0.25)
    assert table["customers"] == pytest.approx(usual["customers"], rel=0.1)
