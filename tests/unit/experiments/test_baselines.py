"""Rivals known by figures, with an engine that answers by a formula; at the end with the real one."""

import math

import numpy as np
import pytest

from cxsim.errors import ScenarioError
from cxsim.experiments import kept
from cxsim.experiments.baselines import baselines_of, infer
from cxsim.experiments.compare import Setup, experiment
from cxsim.experiments.inferred import chances_of, place_of, with_bound, with_unknowns
from cxsim.experiments.simulate import Done, names_of
from cxsim.measures.catalog import CATALOG
from cxsim.measures.tables import Values
from cxsim.model import plan as pl
from cxsim.scenario import load, loads

DISH = """
format: 1
our_firm: Cable
lasts: 1 year
warm_up: 0 s
runs: {replications: 3, seed: 7}
market: {customers: 200, setting: contractual}
firms:
  Cable:
    share: 80 %
    price: 55 a month
    contacts:
      fault: {happens: 1.5 a year, because: failure, journey: [phone]}
      query: {happens: 1 a year, because: question, journey: [phone], when: Mon-Fri 09:00-17:00}
    touchpoints: {phone: {channel: phone, staff: 1, hours: Mon-Fri 09:00-17:00, takes: 8 min}}
  Dish:
    share: 20 %
    known: {price: 59 a month, nps: -5 ± 6, churn: 1.6 % a month}
policies:
  more: {change: {phone.staff: 1 more}, cost: 100}
measures: [retention, nps]
"""


def figures_of(task, firm):
    """Score and churn as smooth functions of what a firm's levers say, with a little luck."""
    plan, luck = task.plan, np.random.default_rng(task.spec.replication)
    quality = plan.levers[plan.firms[firm]["levers"] + pl.FIRM_QUALITY, 0]
    own = plan.contacts[(plan.contacts["firm"] == firm) & (plan.contacts["because"] == pl.BECAUSE_FAILURE)]
    rate = plan.levers[own["levers"][0] + pl.CONTACT_RATE, 0] * pl.YEAR / 1.5 if own.size else 1.0
    return {
        "nps": -20.0 + 45.0 * quality - 15.0 * math.log(rate) + luck.normal(0.0, 1.0),
        "churn": 0.015 * math.exp(-0.4 * quality + 0.5 * math.log(rate) + luck.normal(0.0, 0.02)),
    }


class Engine:
    """Stands in for `simulate`, and keeps the tasks."""

    def __init__(self):
        self.tasks = []

    def __call__(self, task, progress=None):
        self.tasks.append(task)
        layout, names = task.layout, list(CATALOG)
        by_firm = [figures_of(task, firm) for firm in range(len(layout.names.firms))]
        values = Values(
            measures=np.array([by_firm[row[1]].get(names[row[0]], 0.25) for row in layout.measures]),
            timeseries=np.full(len(layout.timeseries), 0.25),
            touchpoints=np.full(len(layout.touchpoints), 2.0),
            cohorts=np.zeros((len(layout.cohorts), 3), np.int64),
            recorded=np.array([[figures.get(name, 0.25) for figures in by_firm] for name in names]),
        )
        return Done(values, np.zeros(0), events=1, visits=1, wall_s=0.001)


def inferred(text=DISH, **given):
    scenario = loads(text, "dish.yaml")
    return infer(scenario, names_of(scenario), jobs=1, run=Engine(), **given).firms


@pytest.fixture(scope="module")
def dish():
    return inferred()[0]


def test_a_competitor_entered_with_three_figures_reproduces_them(dish):
    assert list(dish.figures) == ["nps", "churn"]  # the price is put in
    assert [record.met for record in dish.checked] == [True, True]
    quality, factor = dish.found.mean
    assert -20.0 + 45.0 * quality - 15.0 * factor == pytest.approx(-5.0, abs=6.0)
    assert 0.015 * math.exp(-0.4 * quality + 0.5 * factor) == pytest.approx(0.016, abs=0.0016)
    assert (dish.found.sd < 0.5).all()
    assert dish.found.correlation > 0.0  # more failures need more quality for the same score


def test_what_is_going_on_is_said_from_the_first_run_on():
    told = []
    experiment(loads(DISH), ["as-is"], Setup(simulate=Engine(), jobs=1, report=told.append))
    finding = [one for one in told if one.what != "runs"]
    assert told[: len(finding)] == finding
    assert {one.what for one in finding} == {"runs to find what yields Dish's figures (1 of 1)"}
    assert finding[0].done == 0
    assert [one.done for one in finding] == sorted(one.done for one in finding)
    assert (finding[-1].done, finding[-1].total) == (36, 36)


def test_wider_margins_leave_more_spread(dish):
    wide = inferred(DISH.replace("± 6", "± 20").replace("1.6 % a month", "1.6 % a month ± 0.8 % a month"))[0]
    assert (wide.found.sd > dish.found.sd).all()


def test_a_prior_that_moves_a_figure_beyond_its_margin_gives_way(dish):
    assert dish.summary()["prior_sd"] == 0.5
    far = inferred(DISH.replace("-5 ± 6", "20 ± 6"))[0]
    assert far.summary()["prior_sd"] > 0.5
    assert [record.met for record in far.checked] == [True, True]


def test_figures_that_contradict_each_other_are_refused_with_the_nearest_possible_ones():
    with pytest.raises(ScenarioError) as refused:
        inferred(DISH.replace("-5 ± 6, churn: 1.6 % a month", "60 ± 2, churn: 8 % a month ± 0.1 % a month"))
    (fault,) = refused.value.faults
    assert fault.path == "firms.Dish.known"
    assert fault.line is not None
    assert "nps 60 ± 2, churn 8 % a month" in fault.given
    assert "the nearest possible: nps " in fault.allowed
    assert "% a month" in fault.allowed
    assert "margin" in fault.remedy


def test_one_figure_beyond_the_range_searched_is_refused_as_such():
    with pytest.raises(ScenarioError) as refused:
        inferred(DISH.replace("-5 ± 6, churn: 1.6 % a month", "99 ± 1"))
    (fault,) = refused.value.faults
    assert fault.given == "nps 99 ± 1, outside the range searched"
    assert fault.allowed.startswith(
        "what quality -2 to 2 around the written one, with failures 0.287 to 3.49 times ours, "
    )
    assert "nps " in fault.allowed
    assert fault.remedy.startswith("write `quality`")


def test_the_manifest_says_where_the_prior_lies(dish):
    prior = dish.summary()["prior"]
    assert prior["quality"]["centre"] == 0.0
    assert prior["quality"]["searched"] == [-2.0, 2.0]
    low, high = prior["quality"]["at_last"]
    assert -2.0 <= low < dish.found.mean[0] < high <= 2.0
    assert prior["log_failure_factor"]["searched"] == [-1.25, 1.25]


def test_known_failures_leave_quality_alone_and_no_outputs_leave_the_prior():
    known = inferred(
        DISH.replace("nps: -5 ± 6", "nps: -5 ± 6, failures: 1.5 a year").replace(", churn: 1.6 % a month", ""),
        check=False,
    )
    assert len(known[0].found.unknowns) == 1
    assert known[0].highest_factor == 1.0
    assert known[0].checked == ()
    bare = inferred(DISH.replace(", nps: -5 ± 6, churn: 1.6 % a month", ", failures: 1 a year"))
    assert bare[0].found.sd == pytest.approx([0.5], rel=0.01)
    assert bare[0].notes()["Dish.inferred.quality"]["confidence"] == "assumption"
    never = DISH.replace("share: 20 %", "arrives: never")
    assert baselines_of(loads(never, "dish.yaml")) == ()


def test_draws_are_the_same_for_all_policies_and_differ_between_replications():
    engine = Engine()
    made = experiment(loads(DISH, "dish.yaml"), ["as-is", "more"], Setup(jobs=1, simulate=engine))
    tasks = [task for task in engine.tasks if task.spec.inferred]
    place = made.inference.firms[0].place
    slots = [place.quality, *place.failures]
    drawn = {}
    for task in tasks:
        drawn.setdefault(task.spec.replication, []).append(tuple(task.plan.levers[slots, 0]))
        assert task.spec.inferred == 1
        assert task.spec.policy in {"as-is", "more"}
    assert [len(set(values)) for values in drawn.values()] == [1, 1, 1]
    assert len({values[0] for values in drawn.values()}) == 3
    # A replication's rival does not depend on how many replications there are, nor on other firms.
    assert chances_of(7, 2, 1, 2) == chances_of(7, 2, 1, 2) != chances_of(7, 2, 0, 2)
    origins = {(row.measure, row.origin) for row in _contrast(made) if row.policy == "as-is"}
    assert ("retention", "inferred") in origins
    assert {origin for _, origin in origins} == {"inferred", "simulated"}


def test_every_replication_of_a_long_run_draws():
    # Keys of 2^63 and above are half of all keys.
    drawn = [chances_of(7, replication, 1, 2) for replication in range(64)]
    assert all(0.0 < u < 1.0 for pair in drawn for u in pair)
    assert len({u for pair in drawn for u in pair}) == 128


def _contrast(made):
    from cxsim.results.comparison import Comparison

    table = Comparison(made).contrast
    own = table[table["firm"] == "Dish"]
    assert own["p_adjusted"].isna().all()
    assert own["probability_best"].isna().all()
    assert (table[table["firm"] == "Cable"]["origin"] == "simulated").all()
    return list(own.itertuples())


def test_the_bound_covers_every_rate_that_is_drawn(dish):
    scenario = loads(DISH, "dish.yaml")
    plan = scenario.plan()
    place = place_of(scenario, "Dish", plan)
    factor = dish.highest_factor
    bounded = with_bound(plan, place, factor)
    highest = with_unknowns(bounded, place, (0.0, math.log(factor)))
    rates = highest.levers[highest.contacts["levers"] + pl.CONTACT_RATE, 0]
    at = np.diff(bounded.need_profile) * bounded.market[0]["need_bound"]
    for firm in range(2):
        own = highest.contacts["firm"] == firm
        needed = rates[own] @ highest.profiles[highest.contacts["profile"][own]]
        assert (needed <= at * (1.0 + 1e-9)).all()
    assert factor > 1.0
    # Without a factor the compiler's own bound comes out.
    again = with_bound(plan, place, 1.0 + 1e-12)
    assert again.market[0]["need_bound"] == pytest.approx(plan.market[0]["need_bound"])
    assert again.need_profile == pytest.approx(plan.need_profile)


def test_what_is_kept_comes_back_and_what_is_broken_is_made_again(monkeypatch, tmp_path):
    monkeypatch.setattr(kept, "folder", lambda: tmp_path / "deep")
    first = kept.Kept("problem")
    first["run"] = {"nps": 0.1 + 0.2, "csat": math.nan}
    first.write()
    again = kept.Kept("problem")
    assert again["run"]["nps"] == 0.1 + 0.2
    assert math.isnan(again["run"]["csat"])
    (tmp_path / "deep" / "problem.json").write_text('{"run": [1')
    assert "run" not in kept.Kept("problem")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["problem.json"]
    assert "run" not in kept.Kept("problem", in_use=False)


@pytest.mark.slow
def test_the_satellite_of_cable_town_has_the_figures_it_is_known_by(monkeypatch, tmp_path):
    monkeypatch.setattr(kept, "folder", lambda: tmp_path)
    scenario = load("cable-town")
    fresh = infer(scenario, names_of(scenario))
    found = {one.firm: one for one in fresh.firms}["SkyDish"]
    assert [(record.figure, record.met) for record in found.checked] == [("nps", True), ("churn", True)]
    # What was kept changes nothing.
    again = infer(scenario, names_of(scenario))
    assert [one.summary() for one in again.firms] == [one.summary() for one in fresh.firms]
