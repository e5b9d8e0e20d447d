"""From tables to facts: what is collected is what the tables hold."""

import math
from functools import partial
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cxsim.model.plan import MONTH, YEAR
from cxsim.results import standing
from cxsim.results.collect import collect
from cxsim.results.facts import Facts
from cxsim.results.provenance import again, with_worlds
from cxsim.results.resting import resting_on
from cxsim.scenario import loads
from cxsim.stats.intervals import mean_interval


def test_the_setting_is_that_of_the_runs(comparison):
    setting = collect(comparison.facts).setting
    assert (setting.scenario, setting.firm, setting.lasts, setting.currency) == ("corner", "Corner", "2 years", "EUR")
    assert (setting.contractual, setting.customers, setting.written) == (False, 60, 30.0)
    assert setting.starting == 0.0  # counted, not written: the engine that stands in follows nobody
    assert (setting.replications, setting.seed, setting.engine, setting.unsure) == (12, 7, "compiled", False)


def test_winner_level_and_others_are_those_of_the_tables(comparison):
    found = collect(comparison.facts)
    assert found.ranked == ("hire",)
    assert found.level == ()
    row = comparison.contrast.set_index(["measure", "firm", "segment", "policy"]).loc[
        "retention", "Corner", "all", "hire"
    ]
    assert found.rows["retention", "hire"].difference == row["difference"]
    assert found.talk.policy == "hire"
    assert found.other_winner is None  # nothing beats as-is on profit, and that it loses money is said of the winner


def test_a_measure_that_disagrees_names_its_winner_and_the_price(corner_text, compared):
    # Train has shorter waits here than hire, which keeps more.
    text = corner_text.replace("[retention, nps_true, profit]", "[retention, wait_all_mean]")
    found = compared(loads(text, "corner.yaml"), replications=6)
    assert collect(found.facts).other_winner is None  # hire has the shorter waits as well
    swapped = text.replace("[retention, wait_all_mean]", "[wait_all_mean, retention]")
    assert collect(compared(loads(swapped, "corner.yaml"), replications=6).facts).ranked == ("hire",)
    profit = compared(
        loads(text.replace("[retention, wait_all_mean]", "[profit, retention]"), "corner.yaml"), replications=6
    )
    leader = collect(profit.facts).other_winner
    assert (leader.measure, leader.policy, leader.price) == ("retention", "hire", None)


def test_the_price_of_another_winner_is_positive_where_it_keeps_fewer(comparison):
    from cxsim.results.collect import _leader

    leader = _leader(comparison.facts, "written_cost", "hire")
    assert leader.policy == "as-is"
    assert leader.gain.value == pytest.approx(-100.0)
    assert leader.price.value == pytest.approx(0.12, abs=0.01)


def test_a_measure_on_which_the_reference_is_only_lower_has_no_other_winner(comparison):
    from cxsim.results.collect import _leader

    # Hire wins more by word of mouth, so neither as-is nor another is named there.
    assert _leader(comparison.facts, "won_by_recommendation", "hire") is None
    # Waits are shorter under it; as-is, which is worse on them, must not be called best.
    assert _leader(comparison.facts, "wait_all_mean", "hire") is None
    worse = _leader(comparison.facts, "wages", "hire")
    assert (worse.policy, worse.gain.value) == ("as-is", pytest.approx(-2000.0))


def test_reasons_are_those_of_why(comparison):
    table = comparison.why("hire").set_index("reason")["kept_more"]
    assert {reason.reason: reason.kept for reason in collect(comparison.facts).why}["waiting"] == table["waiting"]
    assert "joint" not in {reason.reason for reason in collect(comparison.facts).why}


def test_segments_that_gain_the_same_are_not_apart(comparison):
    found = collect(comparison.facts)
    assert {segment.name for segment in found.segments} == {"young", "old"}
    assert not found.segments_apart


def test_our_own_records_are_held_against_as_is(corner_text, compared):
    known = "wages: 19 an hour\n    known: {retention: 50 % ± 4 %, profit_: 0}".replace(", profit_: 0", "")
    text = corner_text.replace("wages: 19 an hour", known, 1)
    found = compared(loads(text, "corner.yaml"), replications=6)
    (record,) = collect(found.facts).records
    assert (record.figure, record.recorded, record.margin) == ("retention", 0.5, pytest.approx(0.04))
    assert record.simulated == pytest.approx(found.facts.values("retention", "as-is").mean())
    assert record.met


def test_a_rival_in_full_is_simulated(comparison):
    (rival,) = collect(comparison.facts).rivals
    assert rival.firm == "Chain"
    assert rival.kept.mean == 0.25
    assert rival.figures == ()


def shop(arrives=18 * MONTH, lasts=4 * YEAR):
    """Facts of a shop whose 100 customers fall by 2 a month from month 18 on, by 1 under the policy; two runs."""
    moment = SimpleNamespace(after=lambda starts: arrives)
    firms = {"Shop": SimpleNamespace(arrives=None), "New": SimpleNamespace(arrives=moment)}
    document = SimpleNamespace(firms=firms, starts="then", lasts=lasts)
    rows = [
        (policy, replication, month * MONTH / (24 * 3600e6), 100.0 + replication - loss * max(0, month - 18))
        for policy, loss in (("as-is", 2.0), ("best", 1.0))
        for replication in (0, 1)
        for month in range(1, 49)
    ]
    series = pd.DataFrame(rows, columns=["policy", "replication", "time_days", "value"])
    series = series.assign(measure="customers", firm="Shop", segment="all")
    experiment = SimpleNamespace(scenario=SimpleNamespace(document=document), frames=SimpleNamespace(timeseries=series))
    return SimpleNamespace(firm="Shop", reference="as-is", experiment=experiment, interval=mean_interval)


def test_an_opening_counts_the_customers_lost_in_six_months_by_hand():
    (opening,) = standing.openings_of(shop(), "best")
    assert (opening.firm, opening.months, opening.reference, opening.winner) == ("New", 6, 12.0, 6.0)
    assert opening.difference == (-6.0, -6.0, -6.0)


def test_an_opening_near_the_end_counts_fewer_months_and_one_beyond_it_none():
    (opening,) = standing.openings_of(shop(lasts=20 * MONTH), "best")
    assert (opening.months, opening.reference) == (2, 4.0)
    assert standing.openings_of(shop(arrives=5 * YEAR), "best") == ()
    assert standing.openings_of(shop(arrives=0), "best") == ()


def beside_a_published_figure(arrives=0, lasts=4 * YEAR):
    """Facts of a shop with three runs, and of a rival of which an NPS of -20, give or take 3, is published."""
    moment = SimpleNamespace(after=lambda starts: arrives)
    published = SimpleNamespace(figures=lambda: {"nps": SimpleNamespace(value=-20.0, margin=3.0)})
    firms = {
        "Shop": SimpleNamespace(arrives=None, known=None),
        "Old": SimpleNamespace(arrives=None, known=published, touchpoints={}),
        "New": SimpleNamespace(arrives=moment, known=None, touchpoints={}),
    }

    def table(means):
        rows = [
            ("Shop", "all", "nps", policy, replication, mean + 2.0 * (replication - 1))
            for policy, mean in means.items()
            for replication in range(3)
        ]
        return pd.DataFrame(rows, columns=["firm", "segment", "measure", "policy", "replication", "value"])

    frames = SimpleNamespace(
        records=table({"as-is": -32.0, "best": -22.0}), measures=table({"as-is": -60.0, "best": -10.0})
    )
    document = SimpleNamespace(firms=firms, starts="then", lasts=lasts)
    experiment = SimpleNamespace(scenario=SimpleNamespace(document=document), frames=frames)
    facts = SimpleNamespace(firm="Shop", reference="as-is", experiment=experiment)
    facts.described = partial(Facts.described, facts)
    facts.known = partial(Facts.known, facts)
    return facts


def test_our_figures_beside_a_rivals_are_of_the_time_that_records_describe():
    old, new = standing.rivals_of(beside_a_published_figure(), "best")
    (nps,) = old.figures
    assert (nps.measure, nps.value, nps.reference, nps.winner) == ("nps", -20.0, -32.0, -22.0)
    # Our runs are 2 points apart: t(2) x 2 / sqrt(3), beside the margin of 3.
    assert nps.margin == pytest.approx(math.hypot(3.0, 4.3027 * 2.0 / math.sqrt(3.0)), abs=1e-3)
    assert (new.known, new.figures) == (0, ())


@pytest.mark.parametrize(
    ("arrives", "lasts", "over"),
    [
        (0, 4 * YEAR, "over the first year"),
        (18 * MONTH, 4 * YEAR, "over the first year"),
        (6 * MONTH, 4 * YEAR, "until New comes"),
        (0, 6 * MONTH, "over the whole time"),
        (2 * MONTH, 6 * MONTH, "until New comes"),
    ],
)
def test_the_time_that_published_figures_describe_is_named(arrives, lasts, over):
    old, _ = standing.rivals_of(beside_a_published_figure(arrives, lasts), "best")
    assert old.over == over


def test_assumptions_are_those_that_the_report_lists_first(comparison):
    ledger = standing.ledger_of(comparison.facts)
    first, rest, reasons = resting_on(comparison.facts)
    assert reasons == ["lost_to_waiting"]
    assert {one.module for one in first} == {
        "patience",
        "experience",
        "satisfaction",
        "leaving",
        "choice",
        "expectation",
    }
    assert rest
    counts = [one.confidence for one in first]
    assert ledger.published == counts.count("published") > 0
    assert ledger.assumed == counts.count("assumption") > 0
    assert ledger.named == ()


def test_without_written_shares_of_trouble_nothing_is_said_of_design(comparison):
    assert standing.training_of(comparison.facts) == frozenset()
    assert math.isnan(standing.design_of(comparison.facts)) or 0.0 <= standing.design_of(comparison.facts) <= 1.0


@pytest.mark.parametrize(
    ("command", "made"),
    [
        ("", "cxsim.compare(scenario, replications=12, seed=7)"),
        ("cxsim compare a.yaml --seed=3 --replications 12", "cxsim compare a.yaml --seed=3 --replications 12"),
        ("cxsim compare a.yaml --json --out x --jobs 2", "cxsim compare a.yaml --seed 7 --replications 12"),
        ("cxsim compare a.yaml --precision retention=1pp", "cxsim compare a.yaml --precision retention=1pp --seed 7"),
        (
            "cxsim compare 'my town.yaml' --set 'phone.staff=1 more'",
            "cxsim compare 'my town.yaml' --set 'phone.staff=1 more' --seed 7 --replications 12",
        ),
    ],
)
def test_what_made_it_makes_it_again(comparison, command, made):
    assert again(command, comparison.experiment) == made


def test_worlds_are_added_once(comparison):
    made = with_worlds("cxsim compare a.yaml --worlds 8 --seed 1 --replications 2", comparison.experiment)
    assert made == "cxsim compare a.yaml --seed 1 --replications 2 --worlds 64"
    assert with_worlds("", comparison.experiment) == "cxsim.compare(scenario, replications=12, seed=7, worlds=64)"


def test_the_size_that_would_have_been_seen_is_wider_than_the_interval(comparison):
    found = collect(comparison.facts)
    half = (
        max(row.width for (measure, policy), row in found.rows.items() if measure == "retention" and policy != "as-is")
        / 2
    )
    assert 1.2 * half < found.seen < 1.6 * half
    assert np.isnan(collect(comparison.facts).paid_for_nothing)
