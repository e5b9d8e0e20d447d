"""Runs made again with their log: they are the comparison's own, and the tables of charts come from them."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cxsim
from cxsim.behaviour.failure import MODE_NAMES
from cxsim.errors import InputError
from cxsim.experiments import recorded as run
from cxsim.experiments.recorded import JUDGED, ROW, Recording, Week, record, spread_over
from cxsim.model import events as ev
from cxsim.model.plan import DAY, HOUR, MINUTE, MONTH
from cxsim.results.book import causes, control, journey, lives, load, recorded, recovery, wait_distribution
from cxsim.results.book.contents import BY_NAME, chart_book
from cxsim.results.book.recorded import NotMadeAgainError
from cxsim.results.stored import read
from cxsim.scenario import loads

TOWN = """
format: 1
question: Make good, or fix?
our_firm: Ours
starts: 2025-01-06
lasts: 1 year
currency: EUR
runs: {replications: 2, seed: 20260101}
market:
  customers: 200
  setting: contractual
  segments: {all-of-us: {share: 100 %, patience: 5 min}}
  talk_to: {friends: 2, acquaintances: 4}
firms:
  Ours:
    share: 100 %
    quality: 0.3
    price: 20 a month
    variable_cost: 5 a month
    wages: 20 an hour
    promises: {experience: 0.5}
    contacts:
      broken: {happens: 6 a year, because: failure, journey: [phone, visit]}
      query:  {happens: 6 a year, because: question, journey: [phone]}
    touchpoints:
      phone: {channel: phone, staff: 1, hours: Mon-Fri 09:00-13:00, takes: 9 min, solves: 60 %}
      visit: {channel: field visit, staff: 2, hours: Mon-Fri 09:00-17:00, takes: 60 min, solves: 90 %, fails: 10 %}
      desk:  {channel: complaint desk, staff: 1, hours: Mon-Fri 09:00-12:00, takes: 10 min}
    recovery: {steps: [apologize, fix], credit: 0}
policies:
  make-good:
    idea: Sorry, and something back.
    from: month 3
    change: {recovery.steps: [apologize, explain, fix, credit, ask], recovery.credit: 20, recovery.without_approval: 30}
    cost: 0
  fix:
    idea: Take causes off the list.
    from: month 3
    change: {process.fixing: 60 h a month, process.looks_at: all failures}
    cost: 0
measures: [retention, nps]
"""
EVENT_CHARTS = ("journey", "wait_distribution", "load", "recovery", "causes", "control", "expectation", "lives")
PHONE, VISIT, DESK = 0, 1, 2


@pytest.fixture(scope="module")
def town():
    return loads(TOWN, "town.yaml")


@pytest.fixture(scope="module")
def comparison(town):
    return cxsim.compare(town, replications=2, jobs=1)


@pytest.fixture(scope="module")
def facts(comparison):
    return comparison.facts


@pytest.fixture(scope="module")
def found(facts):
    return recorded.recordings(facts)


def figure(comparison, place, measure, policy):
    table = comparison.touchpoints
    rows = table[(table["replication"] == 0) & (table["policy"] == policy) & (table["segment"] == "all")]
    return float(rows[(rows["touchpoint"] == place) & (rows["measure"] == measure)]["value"].iloc[0])


# --- the runs are those of the comparison


def test_the_recorded_runs_are_those_of_the_comparison(comparison, found):
    for policy, one in found.items():
        for desk, name in enumerate(("phone", "visit", "desk")):
            all_, answered = wait_distribution.waits_at(one.rows, desk)
            assert answered.size == figure(comparison, name, "answered", policy)
            assert all_.mean() == pytest.approx(figure(comparison, name, "wait_all_mean", policy), rel=1e-6)
            seen = one.week.seen
            assert seen.sum() == pytest.approx(365 * 24)
            # Who finishes a service after the shift counts as on duty in the tables.
            on_duty = figure(comparison, name, "on_duty_mean", policy)
            assert 0.97 * on_duty < (one.week.duty[desk] * seen).sum() / seen.sum() <= on_duty
            busy = figure(comparison, name, "occupancy", policy) * on_duty
            assert (one.week.busy[desk] * seen).sum() / seen.sum() == pytest.approx(busy, rel=1e-3)
            arrived = figure(comparison, name, "arrivals", policy)
            assert (one.week.offered[desk] * seen).sum() == pytest.approx(arrived, abs=1e-6)
        assert set(np.round(one.week.duty[0][one.week.duty[0] > 0.0], 6)) == {1.0}


def test_the_service_level_is_that_of_the_tables(comparison, facts):
    table = wait_distribution.wait_table(facts)
    phone = table[(table["touchpoint"] == "phone") & (table["policy"] == "as-is")]
    assert phone["within"].iloc[0] == pytest.approx(figure(comparison, "phone", "service_level", "as-is"), abs=0.002)
    assert phone["longer"].is_monotonic_decreasing
    assert phone["longer"].iloc[-1] == 0.0
    assert table[table["touchpoint"] == "visit"]["target"].isna().all()


def test_every_day_or_at_once_the_same_rows_are_kept(town, found):
    """The rows that are sifted day by day are those of the whole log."""
    from cxsim.engines.compiled import run as whole
    from cxsim.experiments.watched import luck_of

    luck = luck_of(town, seed=20260101, replication=0)
    log = whole(luck.plan("as-is"), luck.seed, 0, log=True).log
    kept = log[np.isin(log["kind"], run.KEPT)]
    rows = record(luck, "as-is").rows
    for name in ("time", "customer", "kind", "touchpoint", "cause"):
        assert np.array_equal(rows[name], kept[name]), name


def test_an_experience_is_expected_as_the_rules_say(town, found):
    from cxsim.behaviour.expectation import will_expectation

    first = found["as-is"].expected[0]
    assert first["time"] == 0
    assert first["low"] < first["mean"] < first["high"]
    simulation = run.Recorder.begun(town.plan("as-is"), 1, 0, log=True)
    simulation.attend(0)
    minds = simulation.state.minds
    minds["mean"], minds["encounters"] = 0.2, 3.0
    prior = town.plan("as-is").levers[int(town.plan("as-is").market[0]["defaults"]) + run.ORDER["prior_encounters"], 0]
    weight = town.plan("as-is").levers[int(town.plan("as-is").market[0]["defaults"]) + run.ORDER["promise_weight"], 0]
    wanted = will_expectation(0.2, 0.5, float(weight), float(prior), 3.0)
    assert simulation._will(np.array([5]))[0] == pytest.approx(wanted)


# --- by hand


def rows_of(*rows):
    """Rows of (time, kind, customer, touchpoint, cause, value)."""
    found = np.zeros(len(rows), ROW)
    for place, (time, kind, customer, touchpoint, cause, value) in enumerate(rows):
        found[place] = (time, customer, 1, value, kind, touchpoint, cause, 0)
    return found


def recording(rows=(), judged=(), hurt=0):
    nothing = Week(*(np.zeros((3, 168)) for _ in range(3)), np.full(168, 52.0))
    made = np.array(list(judged), JUDGED) if judged else np.zeros(0, JUDGED)
    return Recording("as-is", 0, rows_of(*rows), nothing, made, 0, np.zeros(0), np.full(3, 0.3), hurt, None)


def test_a_service_across_two_hours_is_spread_over_both():
    hours = np.zeros((2, 168))
    # From Sunday 23:30 to Monday 01:15, with the start of the scenario on a Monday at midnight.
    spread_over(hours, np.array([1]), np.array([-30 * MINUTE]), np.array([75 * MINUTE]), 0, 2.0)
    assert hours[1, 167] == 2 * 30 * MINUTE
    assert hours[1, 0] == 2 * HOUR
    assert hours[1, 1] == 2 * 15 * MINUTE
    assert hours[0].sum() == 0.0


@given(st.lists(st.tuples(st.integers(0, 10 * DAY), st.integers(0, 3 * DAY)), max_size=6), st.integers(0, 7 * DAY))
def test_what_is_spread_is_all_there(stretches, offset):
    hours = np.zeros((1, 168))
    begins = np.array([begin for begin, _ in stretches], np.int64)
    ends = begins + np.array([length for _, length in stretches], np.int64)
    spread_over(hours, np.zeros(begins.size, int), begins, ends, offset)
    assert hours.sum() == (ends - begins).sum()


def test_the_funnel_counts_what_happened():
    c, a, e = ev.LOG_COMPLAINS, ev.LOG_ANSWERED, ev.LOG_EPISODE
    one = recording(
        [
            (-DAY, e, 9, -1, 1, 0.0),  # warm-up
            (-DAY, c, 9, -1, 4, 1.0),
            (2 * DAY, a, 9, -1, 1, 0.9),  # to a complaint of the warm-up
            (DAY, e, 1, -1, 1, 0.0),
            (DAY, e, 2, -1, 1, 0.0),
            (DAY, e, 3, -1, 0, 0.0),
            (DAY, c, 1, -1, 4, 1.0),
            (3 * DAY, e, 1, -1, 7, 0.0),
            (3 * DAY, a, 1, -1, 1, 0.8),
            (4 * DAY, c, 2, -1, 4, 1.0),
            (4 * DAY + 6 * HOUR, a, 2, -1, 1, 0.7),
            (4 * DAY + 6 * HOUR, ev.LOG_NOTICE, 2, -1, 0, 0.0),  # over the answer
            (5 * DAY, c, 4, -1, 4, 1.0),
            (6 * DAY, a, 4, -1, 0, -1.0),  # gave up waiting for one
            (7 * DAY, c, 5, -1, 4, 1.0),  # open at the end
        ],
        hurt=3,
    )
    assert list(recovery.stages_of(one).values()) == [3, 3, 4, 2, 2, 1]
    assert list(recovery.answer_days(one.rows)) == [0.25, 2.0]


def test_who_is_made_good_and_leaves_later_did_not_leave_over_it():
    one = recording(
        [
            (DAY, ev.LOG_EPISODE, 1, -1, 1, 0.0),
            (DAY, ev.LOG_COMPLAINS, 1, -1, 4, 1.0),
            (2 * DAY, ev.LOG_ANSWERED, 1, -1, 1, 0.9),
            (9 * DAY, ev.LOG_LEFT, 1, -1, 0, 0.0),
        ],
        hurt=1,
    )
    assert recovery.stages_of(one)["did not leave over it"] == 1
    assert "stayed" not in recovery.stages_of(one)


@pytest.mark.parametrize(
    ("length", "words"), [(3, "leave the usual range in the quarter from month 3:"), (1, "range at month 3:")]
)
def test_the_title_names_the_month_from_which_the_period_counts(facts, monkeypatch, length, words):
    begins = np.arange(0.0, 12.0, length)
    rows = [
        (policy, begin + length / 2, 90.0 if changed else 10.0, 90 if changed else 10, 100, 10.0, 1.0, 19.0, changed)
        for policy in recorded.shown(facts)
        for begin in begins
        for changed in [int(policy != facts.reference and begin >= 3.0)]
    ]
    table = pd.DataFrame(rows, columns=list(control.COLUMNS))
    monkeypatch.setattr(control, "control_table", lambda facts: table)
    assert words in control.ENTRY.title(facts)


def test_a_policy_without_a_value_is_not_the_one_recorded(facts, monkeypatch):
    # Where lower is better, no value must not count as the best of all.
    monkeypatch.setattr(facts, "winner", None)
    rows = dict(facts.rows)
    for policy, gap in (("make-good", math.nan), ("fix", -1.0)):
        rows["wait_mean", policy] = facts.rows["retention", policy]._replace(difference=gap)
    monkeypatch.setattr(facts, "rows", rows)
    monkeypatch.setattr(type(facts), "headline", property(lambda self: "wait_mean"))
    assert recorded.shown(facts) == ("as-is", "fix")


def test_the_u_chart_by_hand():
    # u = 0.5, n = 100: 0.5 +- 3 sqrt(0.005) = 0.288 and 0.712.
    failures, journeys = np.array([50, 72, 28, *[49] * 8, 51, 0]), np.array([100] * 12 + [0])
    value, low, high, signal = control.u_chart(failures, journeys, 0.5)
    assert low[0] == pytest.approx(0.5 - 3 * np.sqrt(0.005))
    assert high[0] == pytest.approx(0.5 + 3 * np.sqrt(0.005))
    # Beyond on either side; then the point below and seven more are eight in a row, and the ninth.
    assert np.flatnonzero(signal).tolist() == [1, 2, 9, 10]
    assert value[1] == 0.72


def test_months_of_warm_up_count_as_before():
    f, e = ev.LOG_FAILURE, ev.LOG_EPISODE
    rows = rows_of(
        (-2 * MONTH - 1, e, 1, -1, 0, 0.0),  # in a month that may be cut
        (-MONTH, e, 1, -1, 0, 0.0),
        (-MONTH + 1, f, 1, -1, 0, 0.5),
        (0, e, 2, -1, 0, 0.0),
        (MONTH, f, 2, -1, 0, 0.5),
    )
    months, failures, journeys = control.counts_of(rows, 2, 1)
    assert months.tolist() == [-2, -1, 0, 1]
    assert failures.tolist() == [0, 1, 0, 1]
    assert journeys.tolist() == [0, 1, 1, 0]


def test_the_hurt_of_a_cause_is_severity_times_what_the_rules_say_of_blame(town):
    plan = town.plan("as-is")
    rows = rows_of(
        (1, ev.LOG_FAILURE, 1, -1, 4, 0.5), (2, ev.LOG_FAILURE, 2, -1, 4, 1.0), (3, ev.LOG_FAILURE, 3, -1, 9, 1.0)
    )
    counts, hurt = causes.hurt_by_mode(rows, plan)
    assert counts.tolist() == [0, 0, 0, 0, 2, 0, 0, 0, 0, 1]
    # Design: blame 1 x (.5 + .45), again .8; outside: blame .2 x .5, again .2; both weigh .5.
    assert hurt[4] == pytest.approx(1.5 * (1 + 0.5 * 0.95 + 0.5 * 0.8))
    assert hurt[9] == pytest.approx(1.0 + 0.5 * 0.1 + 0.5 * 0.2)
    assert causes.CAUSES == MODE_NAMES


def test_losses_are_shared_among_the_touchpoints_of_a_journey(town):
    plan = town.plan("as-is")
    start = ev.LOG_START
    judged = [(9, 1, 1, 1, 0.1, 0.4, 0.6, 0.9, 0, 4), (9, 2, 1, 0, 0.5, 0.3, 0.0, 0.0, ev.UNSOLVED, -1)]
    one = recording(
        [
            (1, start, 1, PHONE, 0, 10.0 * MINUTE),
            (2, start, 1, VISIT, 0, 600.0 * MINUTE),  # only the matter waits there
            (2, ev.LOG_FAILURE, 1, VISIT, 4, 2.0),
            (1, ev.LOG_FAILURE, 1, -1, 4, 1.0),
            (3, start, 2, PHONE, 0, 0.0),
            (4, start, 1, DESK, 0, 0.0),  # the desk of complaints is no part of the journey
        ],
        judged,
    )
    found = {(place, name): value for place, _, name, value in journey._rows(one, plan, ("phone", "visit", "desk"), 0)}
    assert found["phone", "lost by waiting"] == pytest.approx(-0.3)  # .6 over two journeys
    assert found["visit", "lost by waiting"] == 0.0
    assert found["visit", "lost by failures"] == pytest.approx(-0.6)  # two thirds of .9, by severity
    assert found[journey.ITSELF, "lost by failures"] == pytest.approx(-0.3)
    assert found["phone", "solved, %"] == 50.0
    assert found["phone", "experience"] == pytest.approx(0.3)
    assert found["phone", "expectation"] == pytest.approx(0.35)
    assert found[journey.WHOLE, "lost by failures"] == pytest.approx(-0.45)
    assert ("desk", "experience") not in found


def test_what_touchpoints_lose_adds_up_to_what_journeys_lost(facts, found):
    table = journey.journey_table(facts)
    lost = table[(table["attribute"] == "lost by failures") & (table["policy"] == "as-is")].set_index("touchpoint")
    assert (lost["value"].drop(journey.WHOLE) <= 0.0).all()
    judged = found["as-is"].judged[found["as-is"].judged["time"] >= 0]
    assert lost.loc[journey.WHOLE, "value"] == pytest.approx(-judged["lost_failure"].mean())


# --- the book


def test_each_title_says_a_finding_and_the_footnote_which_runs(facts):
    book = chart_book(facts, EVENT_CHARTS)
    assert tuple(book) == EVENT_CHARTS
    for name, chart in book.items():
        assert "replication 0 of 2, seed 20260101, made again with its log; one run" in chart.caption.footnote
        assert BY_NAME[name].is_rerun
    titles = {name: chart.caption.title for name, chart in book.items()}
    assert titles["load"].startswith("phone is fullest on ")
    assert "Of 100 journeys that fail" in titles["recovery"]
    assert titles["wait_distribution"].endswith("are answered within 20 s")
    assert "keeps this customer under" in titles["lives"]


def test_runs_are_made_once_for_all_charts(facts, monkeypatch):
    chart_book(facts, EVENT_CHARTS)
    monkeypatch.setattr(run, "record", None)
    assert tuple(chart_book(facts, EVENT_CHARTS)) == EVENT_CHARTS


def test_the_customer_is_the_saved_one_who_parts_at_the_median(facts):
    from cxsim.experiments.watched import lives as watched
    from cxsim.results.stories import twins
    from cxsim.results.stories.fated import Fates

    one, other = (recorded.recording(facts, policy).ended for policy in recorded.shown(facts))
    luck = recorded.luck_of(facts)
    saved = Fates(luck, one, other).chosen("saved").tolist()
    assert 0 < len(saved) <= lives.MOST
    pairs = zip(*(watched(luck, policy, saved) for policy in recorded.shown(facts)), strict=True)
    parted = sorted(
        (pair.time, who) for who, pair in zip(saved, (twins.parting(*two) for two in pairs), strict=True) if pair
    )
    assert lives.typical_story(facts).customer == parted[(len(parted) - 1) // 2][1]


def test_runs_under_other_rules_are_refused_and_left_out_of_the_book(town):
    def flat(perceived_min: float, acceptable_min: float, size: float) -> float:
        return 0.0

    with cxsim.replaced("experience.wait_loss", flat):
        made = cxsim.compare(town, replications=1, jobs=1, engine="reference")
    with pytest.raises(NotMadeAgainError, match=r"other behaviour rules .* than those in force"):
        made.plot.causes()
    assert isinstance(NotMadeAgainError("x"), InputError)
    assert made.plot.book(["causes", "league"]).keys() <= {"league"}


def test_callers_without_a_name_have_waits_and_a_load_and_nothing_else():
    hotline = cxsim.load("steered-hotline", allow_steering=True)
    made = cxsim.compare(hotline, ["as-is", "bear-it"], replications=1, jobs=1)
    assert set(made.plot.book(EVENT_CHARTS)) == {"wait_distribution", "load"}


@pytest.mark.slow
def test_from_the_command_line_to_the_pictures(facts, tmp_path):
    from typer.testing import CliRunner

    from cxsim.cli.app import app, hoisted

    (tmp_path / "town.yaml").write_text(TOWN, encoding="utf-8")
    asked = ["compare", str(tmp_path / "town.yaml"), "--replications", "2", "--out", str(tmp_path / "out"), "--quiet"]
    assert CliRunner().invoke(app, hoisted(asked)).exit_code == 0
    results = read(tmp_path / "out").results
    for name, chart in results.plot.book(EVENT_CHARTS).items():
        assert chart.save(tmp_path / f"{name}.png").stat().st_size > 10_000
    for table in (load.load_table, causes.causes_table, recovery.recovery_table):
        assert table(results.facts).equals(table(facts))
