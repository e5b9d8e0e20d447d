"""What a steering rule sees: the figures of one period, by the measures of the tables."""

import math
from datetime import datetime

import pytest

import cxsim
from cxsim.errors import RunError
from cxsim.measures.catalog import CATALOG
from cxsim.measures.desks import DESK_MEASURES
from cxsim.measures.one_period import KNOWN, KNOWN_AT_TOUCHPOINTS
from cxsim.scenario import loads
from tests.unit.experiments.steered_town import SEED, TEXT, outcome, steered


@pytest.fixture(scope="module")
def town():
    return loads(TEXT, "town.yaml")


@pytest.fixture(scope="module")
def punctual(town):
    """The same with services of a second, so that nobody works on after hours to speak of."""
    desks = ("phone", "visit", "complaints", "approvals")
    return town.with_values({f"{name}.takes": "always 1 s" for name in desks})


def test_it_sees_the_figures_of_the_tables(town):
    """Every known measure of every period and class is what the time series of the run says."""
    seen = []

    def look_at_all(look, levers, state):
        for segment in ("all", "homes", "shops"):
            seen.extend((look.period, segment, name, look.measure(name, segment=segment)) for name in look.measures)

    cost = {"once": 100, "yearly": 3650}
    scenario = steered(town, look_at_all, {"wages": (10, 30)}, policy={"cost": cost})
    result = cxsim.run(scenario, "steered", replications=1, seed=SEED, jobs=1)
    series = result.timeseries[result.timeseries["firm"] == "Cable"]
    table = {(row.period, row.segment, row.measure): row.value for row in series.itertuples()}
    found = {(period, segment, name): value for period, segment, name, value in seen}
    shared = found.keys() & table.keys()
    assert {period for period, *_ in shared} == {0, 1, 2, 3, 4, 5}  # the last one ends with the horizon
    assert len({name for *_, name in shared}) == len(KNOWN)
    for place in shared:
        assert found[place] == pytest.approx(table[place], rel=1e-12, nan_ok=True), place
    assert sum(value > 0.0 for value in found.values()) > 200
    for (_, segment, name), value in found.items():
        assert segment == "all" or name != "wages" or math.isnan(value)


def test_touchpoints_add_up_to_the_table_of_the_run(punctual):
    arrivals, areas = [], []

    def count(look, levers, state):
        if look.period >= 1:
            arrivals.append(look.measure("arrivals", touchpoint="phone"))
            areas.append(look.measure("on_duty_mean", touchpoint="phone") * (look.end_days - look.begin_days))
        assert set(look.touchpoints) == {"phone", "visit", "complaints", "approvals"}
        assert 0.0 <= look.measure("occupancy", touchpoint="phone") <= 1.0

    result = cxsim.run(steered(punctual, count, {"quality": (0, 1)}), "steered", replications=1, seed=SEED, jobs=1)
    rows = result.touchpoints
    whole = rows[(rows["touchpoint"] == "phone") & (rows["measure"] == "arrivals") & (rows["segment"] == "all")]
    assert 0 < sum(arrivals) < whole["value"].item()
    # One person, five hours a week: Jan 6 to 31 has 20 working days, February 20.
    assert [round(area * 24) for area in areas[:2]] == [20, 20]


def test_it_knows_what_day_it_is_and_never_acts_in_the_warm_up(town):
    days = []

    def note(look, levers, state):
        days.append((look.period, look.begin, look.end, look.begin_days, look.end_days))

    cxsim.run(steered(town, note, {"quality": (0, 1)}), "steered", replications=1, seed=SEED, jobs=1)
    assert days[0] == (0, datetime(2025, 1, 1), datetime(2025, 1, 6), -5.0, 0.0)
    assert days[1] == (1, datetime(2025, 1, 6), datetime(2025, 2, 1), 0.0, 26.0)
    assert [period for period, *_ in days] == [0, 1, 2, 3, 4, 5]


def test_nothing_is_known_that_a_manager_could_not_know():
    hidden = {
        "nps_true",
        "csat_true",
        "rated_poor_true",
        "satisfaction",
        "hurt",
        "spared",
        "recommendations",
        "warnings",
    }
    assert not hidden & set(KNOWN)
    assert not {name for name in KNOWN if name.startswith(("graded", "lost", "retention"))}
    assert set(KNOWN) <= set(CATALOG)
    assert set(KNOWN_AT_TOUCHPOINTS) < set(DESK_MEASURES)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"name": "nps_true"}, "measure: 'nps_true'; what a manager can know of one period is allowed"),
        ({"name": "abandonment"}, "did you mean `abandonment_rate`"),
        ({"name": "wait_p90", "touchpoint": "phone"}, "measure: 'wait_p90'"),
        (
            {"name": "arrivals", "touchpoint": "fone"},
            "touchpoint: 'fone'; phone, visit, complaints, approvals is allowed",
        ),
        ({"name": "churn", "segment": "home"}, "segment: 'home'; all, homes, shops is allowed"),
    ],
)
def test_a_figure_that_is_not_there_is_refused(town, asked, message):
    def ask(look, levers, state):
        look.measure(**asked)

    with pytest.raises(RunError, match=r"steering rule ask of steered, period 0 \(to 2025-01-06\): ") as error:
        outcome(steered(town, ask, {"quality": (0, 1)}))
    assert message in str(error.value)
