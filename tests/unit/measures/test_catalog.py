import math

from cxsim.measures.catalog import CATALOG, FROM_START, LOST, WHOLE_RUN, unit_of
from cxsim.measures.formulas import FORMULAS
from cxsim.model.events import N_REASONS
from cxsim.scenario.consistency import MEASURES


def test_every_measure_says_what_it_is():
    for name, measure in CATALOG.items():
        assert measure.name == name
        assert measure.unit
        assert measure.whom
        assert measure.until
        assert measure.title
        assert measure.better in {"higher", "lower"}


def test_every_measure_can_be_computed():
    elsewhere = {"wait_p90", "retention_1y", "policy_cost", "came_back", *LOST}
    assert set(FORMULAS) == set(CATALOG) - elsewhere
    assert elsewhere == WHOLE_RUN
    assert set(CATALOG) > FROM_START


def test_every_reason_for_leaving_has_its_share_and_lapsing_too():
    assert len(LOST) == N_REASONS + 1


def test_money_takes_the_currency_and_nothing_else_does():
    assert unit_of("profit", "CHF") == "CHF"
    assert unit_of("nps_true", "CHF") == "points"


def test_a_scenario_may_ask_for_every_measure():
    assert set(CATALOG) - set(MEASURES) == set()


def test_every_measure_knows_what_values_it_can_have():
    ranges = {name: (measure.least, measure.most) for name, measure in CATALOG.items()}
    assert ranges["retention"] == (0.0, 1.0)
    assert ranges["nps_true"] == (-100.0, 100.0)
    assert ranges["wait_mean"] == ranges["churn"] == ranges["customers"] == (0.0, math.inf)
    assert ranges["profit"] == ranges["satisfaction"] == (-math.inf, math.inf)
