import math

from cxsim.charts.style import REASON_FILLS, REASON_HATCHES
from cxsim.measures.catalog import (
    ABOVE_AS_IS,
    CATALOG,
    FROM_START,
    LOST,
    LOST_TITLES,
    TOGETHER_IN_TIME,
    WHOLE_RUN,
    unit_of,
)
from cxsim.measures.formulas import FORMULAS
from cxsim.model.events import N_REASONS, REASON_UNHEALED
from cxsim.model.plan import DATED_CHANNELS
from cxsim.scenario.consistency import MEASURES
from cxsim.scenario.fields import CHANNELS


def test_every_measure_says_what_it_is():
    for name, measure in CATALOG.items():
        assert measure.name == name
        assert measure.unit
        assert measure.whom
        assert measure.until
        assert measure.title
        assert measure.better in {"higher", "lower"}


def test_every_measure_can_be_computed():
    elsewhere = {"wait_p90", "retention_1y", "came_back", "won_back", "clv", *ABOVE_AS_IS, *LOST}
    assert set(FORMULAS) == set(CATALOG) - elsewhere
    assert elsewhere == WHOLE_RUN
    assert set(CATALOG) > FROM_START
    assert set(FORMULAS) > TOGETHER_IN_TIME


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
    assert ranges["ces"] == (1.0, 7.0)
    assert ranges["review_score"] == (1.0, 5.0)
    assert ranges["payback"] == (0.0, math.inf)
    assert ranges["profit"] == ranges["satisfaction"] == (-math.inf, math.inf)


def test_a_title_and_a_reason_are_said_once():
    titles = [measure.title for measure in CATALOG.values()]
    assert len(set(titles)) == len(titles)
    assert len(set(LOST_TITLES)) == len(set(LOST)) == len(LOST_TITLES)
    assert LOST[REASON_UNHEALED] == "lost_after_complaint"
    assert CATALOG["lost_after_complaint"].title.endswith("a complaint that was not made good")


def test_visits_are_where_the_firm_comes_to_the_customer():
    assert {CHANNELS[number] for number in DATED_CHANNELS} == {"field visit", "delivery"}


def test_every_reason_for_leaving_looks_different_in_the_charts():
    assert len(set(REASON_FILLS)) == len(REASON_FILLS) >= len(LOST)
    assert len(set(REASON_HATCHES)) == len(REASON_HATCHES) >= len(LOST)
