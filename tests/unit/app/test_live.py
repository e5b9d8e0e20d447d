"""The live model: pairs in order, equal to `cxsim.compare`, whatever is cancelled on the way."""

import math
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cxsim
from cxsim.app import live
from cxsim.app.estimates import curve, estimate, shown_measures
from cxsim.app.levers import levers_of
from cxsim.app.live import AS_IS_CASE, LiveModel, Pairs, scale_for
from cxsim.app.setting import Setting, Settings
from cxsim.errors import InputError
from cxsim.experiments.studies.case import Case


@pytest.fixture(scope="module")
def made(gym):
    return Settings(gym, levers_of(gym))


def _one_column(runs, as_is):
    """Stand in for the columns of a scenario: one measure, one column."""
    columns = SimpleNamespace(unit=lambda _: "share", value=lambda _, row, base: float(row[0]))
    return columns, Pairs(np.array(runs)[:, None], np.array(as_is)[:, None])


def test_an_estimate_by_hand():
    # Differences 0.1, 0.2, 0.3: mean 0.2, standard deviation 0.1, t(2) = 4.3027; half width 4.3027 * 0.1 / sqrt(3).
    columns, pairs = _one_column([0.6, 0.8, 0.7], [0.5, 0.6, 0.4])
    found = estimate(columns, pairs, "retention")
    half = 4.302652729911275 * 0.1 / math.sqrt(3)
    assert (found.n, found.mean, found.as_is) == (3, pytest.approx(0.7), pytest.approx(0.5))
    assert (found.difference, found.low, found.high) == pytest.approx((0.2, 0.2 - half, 0.2 + half))
    assert not found.told  # 0.2 - 0.248 is below 0


def test_one_replication_has_no_interval_and_none_has_nothing():
    columns, pairs = _one_column([0.6], [0.5])
    found = estimate(columns, pairs, "retention")
    assert found.difference == pytest.approx(0.1)
    assert math.isnan(found.low)
    assert not found.told
    columns, pairs = _one_column(np.zeros(0), np.zeros(0))
    assert math.isnan(estimate(columns, pairs, "retention").difference)


def test_a_setting_is_what_compare_says_to_the_last_digit(model, made):
    watch = model.watch()
    for setting in (Setting("second-person"), made.with_value(Setting(begins="month 1"), "phone.staff", 2)):
        case = made.case(setting)
        watch.follow(case)
        pairs = model.wait(case)
        assert (pairs.n, pairs.broken) == (4, "")
        policy = case.policy
        scenario = model.scenario.with_blocks(case.blocks) if case.written else model.scenario
        table = cxsim.compare(scenario, policies=["as-is", policy], replications=4).experiment.frames.measures
        for measure in shown_measures(model.columns):
            rows = table[(table["firm"] == "Gym") & (table["segment"] == "all") & (table["measure"] == measure)]
            expected = rows[rows["policy"] == policy].sort_values("replication")["value"].to_list()
            assert [
                model.columns.value(measure, row, base) for row, base in zip(pairs.runs, pairs.as_is, strict=True)
            ] == expected
    watch.close()


def test_the_curve_ends_where_the_measure_does(model, made):
    watch = model.watch()
    case = made.case(Setting("second-person"))
    watch.follow(case)
    pairs = model.wait(case)
    line = curve(model.columns, pairs, pairs)
    assert line.months[[0, -1]].tolist() == pytest.approx([0.0, 12.0], abs=0.2)
    assert line.setting[-1] == pytest.approx(estimate(model.columns, pairs, "retention").mean, rel=1e-12)
    found = estimate(model.columns, pairs, "retention")
    assert line.high[-1] - line.as_is[-1] == pytest.approx(found.high)
    watch.close()


def test_what_was_simulated_is_kept(model, made):
    watch = model.watch()
    one, two = (made.case(made.with_value(made.first, "recovery.credit", value)) for value in (7, 9))
    watch.follow(one)
    first = model.wait(one)
    watch.follow(two)
    model.wait(two)
    before = model.version
    watch.follow(one)
    assert np.array_equal(model.pairs(one).runs, first.runs, equal_nan=True)
    assert model.version == before
    watch.close()


@settings(max_examples=4, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([4, 6, 8]), st.integers(0, 3)), min_size=1, max_size=4))
def test_order_and_cancelling_never_change_a_value(model, made, moves):
    fresh = LiveModel(model.scenario, jobs=2)
    with fresh:
        watch = fresh.watch()
        for credit, patience in moves:
            case = made.case(made.with_value(made.first, "recovery.credit", credit))
            watch.follow(case)
            fresh.wait(case, patience, seconds=20)
        last = fresh.wait(case)
    known = model.watch()
    known.follow(case)
    expected = model.wait(case)
    known.close()
    assert np.array_equal(last.runs, expected.runs, equal_nan=True)
    assert np.array_equal(last.as_is, expected.as_is, equal_nan=True)


def test_nobody_waiting_means_no_work(model, made):
    watch = model.watch()
    case = made.case(made.with_value(made.first, "recovery.credit", 3))
    watch.follow(case)
    watch.close()
    model.wait(AS_IS_CASE)
    threading.Event().wait(0.3)
    assert model.pairs(case).n < 4


def test_a_setting_that_cannot_be_says_why_and_others_go_on(model, made):
    watch = model.watch()
    bad = made.case(Setting("second-person"))._replace(
        policy="nobody", written='{"nobody": {"change": {"phone.nothing": "2"}, "cost": "0"}}'
    )
    watch.follow(bad)
    assert "phone.nothing" in model.wait(bad).broken
    good = made.case(Setting("second-person"))
    watch.follow(good)
    assert model.wait(good).n == 4
    watch.close()


@pytest.mark.parametrize("asked", [{"replications": 0}, {"replications": -5}, {"jobs": 0}, {"jobs": -1}])
def test_less_than_one_run_or_thread_would_be_waited_for_without_end(gym, asked):
    ((name, given),) = asked.items()
    with pytest.raises(InputError, match=f"{name}: {given}; 1 or more is allowed"):
        LiveModel(gym, **asked)


def test_what_cannot_be_simulated_is_forgotten_too(gym, monkeypatch):
    monkeypatch.setattr(live, "MOST_KEPT", 2)
    with LiveModel(gym, jobs=1) as fresh:
        watch = fresh.watch()
        for name in "abcde":
            bad = Case(name, (), f'{{"{name}": {{"change": {{"phone.nothing": "2"}}, "cost": "0"}}}}')
            watch.follow(bad)
            assert "phone.nothing" in fresh.wait(bad).broken
        assert [case.policy for case in fresh._broken] == ["d", "e"]
        watch.close()


def test_the_usual_scale_keeps_a_run_short(gym):
    assert scale_for(gym) == 1.0
    assert scale_for(cxsim.load("cable-town")) == 0.5  # 6 000 customers for 5 years are 30 000 customer years
    assert scale_for(cxsim.load("bank-phone")) == 1.0
    with pytest.raises(InputError, match="scale: 7"):
        LiveModel(gym, scale=7.0)
