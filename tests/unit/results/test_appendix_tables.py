"""What the charts of the appendix are made of, by hand; titles that state the finding."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from cxsim.experiments.compare import Setup, experiment
from cxsim.model.plan import DAY, MONTH
from cxsim.results.book import contents, departures, frontier, over_time, retention, tenure
from cxsim.results.book.shown import beside, shown
from cxsim.results.comparison import Comparison
from cxsim.results.facts import Facts
from cxsim.results.findings import Row
from cxsim.results.reasons import KEPT
from cxsim.stats.intervals import Interval

A_MONTH = MONTH / DAY  # days
KEYS = ["point", "world", "policy", "replication", "firm", "segment"]
COHORTS = [*KEYS, "tenure_days", "at_risk", "left", "censored", "reason"]
SERIES = [*KEYS, "period", "time_days", "measure", "value", "unit"]
NAMES = ("departures", "tenure", "frontier", "scores", "talk", "shares")


@pytest.fixture(scope="module")
def comparison(corner, answering_engine):
    return Comparison(experiment(corner, corner.policies, Setup(simulate=answering_engine, replications=12)))


@pytest.fixture
def planted(comparison):
    """Facts with other tables in the place of those that were made."""

    def make(**tables):
        made = comparison.experiment
        return Facts(replace(made, frames=made.frames._replace(**tables)), comparison.contrast)

    return make


def cohorts(at_risk, left, ends, policy="as-is", replication=0, firm="Corner"):
    """Rows of `cohorts.parquet`, all leaving split over two reasons."""
    rows = []
    for end, present, gone in zip(ends, at_risk, left, strict=True):
        some = gone // 3
        for reason, count in (("a failure", some), ("waiting", gone - some)):
            rows.append((0, 0, policy, replication, firm, "all", end, present, count, 0, reason))
    return pd.DataFrame(rows, columns=COHORTS)


def test_the_chance_of_leaving_by_hand(planted):
    # Of 100, 10 leave in month 1 and 27 of 90 in months 2 and 3 together, 9 and 18.
    ends = [A_MONTH * month for month in (1, 2, 3)]
    table = cohorts([100, 90, 81], [10, 9, 18], ends)
    found = tenure.tenure_table(planted(cohorts=pd.concat([table, table.assign(replication=1)])))
    mine = found[found["policy"] == "as-is"]
    assert mine["value"].tolist() == pytest.approx([0.1, 0.1, 18 / 81])
    assert mine["begin"].tolist() == pytest.approx([0.0, 1.0, 2.0])
    assert mine["ci_low"].tolist() == pytest.approx(mine["value"].tolist())


def test_months_put_together_give_the_chance_a_month(planted):
    # The same chance of 5 % in each of 48 months: spans of three months must not show 14 %.
    ends, present = [A_MONTH * month for month in range(1, 49)], [1_000_000]
    left = []
    for _ in ends:
        left.append(round(0.05 * present[-1]))
        present.append(present[-1] - left[-1])
    found = tenure.tenure_table(planted(cohorts=cohorts(present[:-1], left, ends)))
    assert len(found) == 16
    assert found["value"].to_numpy() == pytest.approx(np.full(16, 0.05), abs=2e-5)


def test_the_chances_of_all_spans_make_the_kaplan_meier_curve(planted):
    from scipy import stats  # noqa: TID251 -- the oracle: Kaplan-Meier of single censored durations

    rng = np.random.default_rng(20260101)
    times = rng.exponential(14.0, 600) * A_MONTH
    ends = np.array([20.0, 50.0, *(A_MONTH * np.arange(2.5, 24.1))])
    horizon = ends[-1]
    gone = np.minimum(times, horizon)
    left = np.histogram(times[times <= horizon], bins=[0.0, *ends])[0]
    present = len(times) - np.concatenate(([0], np.cumsum(left)[:-1]))
    found = tenure.tenure_table(planted(cohorts=cohorts(present, left, ends)))
    stays = np.prod((1.0 - found["value"]) ** (found["end"] - found["begin"]))
    censored = stats.CensoredData.right_censored(gone, times > horizon)
    curve = stats.ecdf(censored).sf
    assert stays == pytest.approx(float(curve.evaluate(horizon - 1e-9)), rel=1e-9)
    assert found["end"].iloc[-1] == pytest.approx(horizon / A_MONTH)


@pytest.mark.parametrize("ends", [[0.9, 1.9, 2.8, 3.0], [0.2], list(np.arange(0.85, 60, 1.0)), [2.0, 2.1, 9.0, 30.5]])
def test_spans_hold_every_period_once_and_in_order(ends):
    found = tenure.spans(np.array(ends))
    places = [place for first, last in found for place in range(first, last + 1)]
    assert places == list(range(len(ends)))
    assert len(found) <= tenure.SPANS + 1


def test_nobody_at_risk_has_no_chance():
    assert np.isnan(tenure.monthly(np.zeros(1), np.zeros(1), 1.0)).all()


@pytest.mark.parametrize(
    ("points", "front"),
    [
        ([(0, 50), (10, 60), (20, 55), (30, 70)], [True, True, False, True]),
        ([(0, 50), (0, 50)], [True, True]),
        ([(0, 50), (0, 51), (-5, 51)], [False, False, True]),
        ([(0, 50), (10, 50)], [True, False]),
    ],
)
def test_the_front_by_hand(points, front):
    assert frontier.on_front(points) == front


def test_on_the_front_less_can_be_better(comparison, monkeypatch):
    facts = comparison.facts
    rows = {
        ("wait_mean", "as-is"): Row("as-is", "min", 5.0, 4.0, 6.0, 5.0, *[math.nan] * 4),
        ("wait_mean", "hire"): Row("hire", "min", 3.0, 2.0, 4.0, 5.0, -2.0, -3.0, -1.0, 0.9),
        ("wait_mean", "train"): Row("train", "min", 6.0, 5.0, 7.0, 5.0, 1.0, -1.0, 3.0, 0.1),
        ("policy_cost", "hire"): Row("hire", "EUR", 900.0, 800.0, 1000.0, 0.0, *[math.nan] * 4),
        ("policy_cost", "train"): Row("train", "EUR", 100.0, 90.0, 110.0, 0.0, *[math.nan] * 4),
    }
    monkeypatch.setattr(facts, "rows", rows)
    monkeypatch.setattr(frontier, "reached", lambda facts: "wait_mean")
    table = frontier.frontier_table(facts)
    assert table["on_front"].tolist() == [1.0, 1.0, 0.0]
    assert table["cost"].tolist() == [0.0, 900.0, 100.0]
    title = frontier.ENTRY.title(facts)
    assert title.startswith("By the means, no cheaper policy beats hire on mean wait of the answered; hire")


def test_the_front_says_what_may_be_luck_and_who_is_left_out(comparison, monkeypatch):
    facts = Facts(comparison.experiment, comparison.contrast)
    monkeypatch.setattr(facts, "between", lambda *given: Interval(0.01, -0.02, 0.04, 0.03, 12))
    assert "told from luck" in frontier.ENTRY.title(facts)
    cost = facts.rows["policy_cost", "train"]._replace(mean=math.nan)
    monkeypatch.setitem(facts.rows, ("policy_cost", "train"), cost)
    note = frontier.ENTRY.footnote(facts)
    assert "Cannot be told apart: as-is and hire." in note
    assert "Left out, without a known cost or result: train." in note
    assert "lower price is no cost" in note
    monkeypatch.setattr(facts, "between", lambda *given: Interval(0.03, 0.02, 0.04, 0.01, 12))
    assert "told from luck" not in frontier.ENTRY.title(facts)
    assert "Cannot be told apart" not in frontier.ENTRY.footnote(facts)


def test_the_reasons_add_up_to_what_is_kept_more(comparison):
    table = departures.departures_table(comparison.facts)
    first, last = table.iloc[0], table.iloc[-1]
    assert (first["name"], last["name"]) == ("as-is", "hire")
    parts = table[table["kind"] == "part"]
    assert first["value"] + parts["value"].sum() == pytest.approx(last["value"], abs=1e-9)


def test_small_changes_are_put_together_and_nothing_is_lost(comparison, monkeypatch):
    changes = {"waiting": 3.0, "a failure": 0.04, "the price": -0.03, "moved or died": 0.0, KEPT: 3.01}
    rows = [
        {"reason": name, "reference_per_100": 50.0, "per_100": 53.01, "kept_more": gain, "ci_low": 0.0, "ci_high": 9.0}
        for name, gain in changes.items()
    ]
    monkeypatch.setattr(departures, "why", lambda facts, policy: pd.DataFrame(rows))
    table = departures.departures_table(comparison.facts).set_index("name")["value"]
    assert table.drop(["as-is", "hire"]).to_dict() == {"waiting": 3.0, departures.OTHERS: pytest.approx(0.01)}
    assert departures.ENTRY.title(comparison.facts).endswith("keeps 3.0 more than as-is; first of all, waiting: +3.0")


def series(values, ends, measure="nps", policy="as-is", firm="Corner"):
    rows = [
        (0, 0, policy, replication, firm, "all", period, end, measure, value, "points")
        for replication, own in enumerate(values)
        for period, (end, value) in enumerate(zip(ends, own, strict=True))
    ]
    return pd.DataFrame(rows, columns=SERIES)


def test_a_course_leaves_out_the_warm_up_and_a_stub(planted):
    # Period 0 belongs to the warm-up; the last one has five days.
    ends = [0.0, A_MONTH, 2.0 * A_MONTH, 2.0 * A_MONTH + 5.0]
    found = over_time.course(
        planted(timeseries=series([[9, 1, 2, 50], [9, 3, math.nan, 60]], ends)), "nps", "Corner", "as-is"
    )
    assert [point[0] for point in found] == pytest.approx([1.0, 2.0])
    half = special.stdtrit(1, 0.975) * 1.0  # s / sqrt(n) of 1 and 3
    assert found[0][1:] == pytest.approx((2.0, 2.0 - half, 2.0 + half))
    assert math.isnan(found[1][1])


def test_the_winner_is_shown_and_without_one_the_best_mean(comparison, monkeypatch):
    facts = comparison.facts
    assert shown(facts, 2) == ("as-is", "hire")
    assert shown(facts, 9) == ("as-is", "hire", "train")
    monkeypatch.setattr(facts, "winner", "train")
    assert beside(facts) == "train"
    monkeypatch.setattr(facts, "winner", None)
    assert beside(facts) == "hire"


def test_tables_draw_titles_are_sentences_and_say_what_cannot_be_told_apart(comparison, monkeypatch):
    charts = comparison.plot.book(NAMES)
    assert {"departures", "scores", "frontier"} <= set(charts)
    for chart in charts.values():
        assert 10 < len(chart.caption.title) < 200
        assert "nan" not in chart.caption.title
        assert "corner, 12 replications" in chart.caption.footnote
    facts = comparison.facts
    row = facts.rows["retention", "hire"]
    monkeypatch.setitem(facts.rows, ("retention", "hire"), row._replace(diff_low=-0.1, diff_high=0.2))
    monkeypatch.setattr(facts, "winner", None)
    assert departures.ENTRY.title(facts) == "Customers kept under hire and as-is cannot be told apart"


def test_as_is_alone_has_neither_front_nor_waterfall(corner, answering_engine):
    alone = Comparison(experiment(corner, ["as-is"], Setup(simulate=answering_engine, replications=3)))
    drawn = set(alone.plot.book(NAMES))
    assert not {"departures", "frontier"} & drawn
    assert "scores" in drawn


def test_all_charts_of_the_tables_are_in_the_book():
    assert {*NAMES, "worlds"} <= set(contents.CHART_NAMES)


@given(st.lists(st.floats(0.0, 1.0), min_size=2, max_size=12))
def test_limits_of_every_chart_over_time_lie_where_the_measure_can(values):
    rows = [
        (0, 0, "as-is", place, "Corner", "all", 1, A_MONTH, measure, value, "share")
        for measure in ("retention", "market_share")
        for place, value in enumerate(values)
    ]
    made = SimpleNamespace(frames=SimpleNamespace(timeseries=pd.DataFrame(rows, columns=SERIES)))
    facts = SimpleNamespace(experiment=made, policies=("as-is",), firm="Corner", has=lambda measure: True)
    kept = retention.retention_table(facts)
    points = [*over_time.course(facts, "market_share", "Corner", "as-is"), *kept.to_numpy()[:, 1:].tolist()]
    assert len(points) == 3
    for _, value, low, high in points:
        assert 0.0 <= low <= value + 1e-12
        assert value - 1e-12 <= high <= 1.0
