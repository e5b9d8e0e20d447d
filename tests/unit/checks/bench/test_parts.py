"""What is measured beside the workloads: the arithmetic, with processes that say what they are told to."""

import itertools

import numpy as np
import pytest

from cxsim.checks.bench import drawing, holding, parts, workloads
from cxsim.checks.bench.sizes import COMPILED, QUICK, REFERENCE
from cxsim.checks.bench.targets import targets

TWICE = QUICK._replace(turns=2, pending=(100,), cold=True, markets={10_000: 2, 1_000_000: 1})


def silent(_):
    """Say nothing."""


@pytest.fixture
def no_c(monkeypatch):
    monkeypatch.setattr(parts, "built", lambda *_: None)
    monkeypatch.setattr(workloads, "built", lambda *_: None)


def in_turn(values):
    """Return a function that gives one value after the other, whatever it is asked."""
    source = itertools.cycle(values)
    return lambda *_, **__: next(source)


def test_the_calendar_is_set_beside_c_turn_by_turn(monkeypatch, tmp_path):
    ours = in_turn([{"wall_s": 1e-3, "operations": 10_000}, {"wall_s": 3e-3, "operations": 10_000}])
    theirs = {"heap": 4e-3, "timeline": 0.5e-3}
    monkeypatch.setattr(parts, "python", ours)
    monkeypatch.setattr(parts, "built", lambda *_: tmp_path / "hold")
    monkeypatch.setattr(parts, "program", lambda words: {"wall_s": theirs[words[1]], "operations": 10_000})
    (row,) = parts.calendar(TWICE, tmp_path, silent)
    assert row == pytest.approx(
        {"pending": 100, "ns": 200.0, "ns_c_heap": 400.0, "ns_c_timeline": 50.0, "ratio_to_c": 4.0}
    )


@pytest.mark.usefixtures("no_c")
def test_without_c_its_figures_are_null(monkeypatch, tmp_path):
    monkeypatch.setattr(parts, "python", lambda *_: {"wall_s": 1.0, "operations": 10, "keyed": [1.1], "shared": [1.0]})
    (row,) = parts.calendar(TWICE, tmp_path, silent)
    assert (row["ns_c_heap"], row["ns_c_timeline"], row["ratio_to_c"]) == (None, None, None)
    assert parts.draws(TWICE, tmp_path, silent) == {"numba": pytest.approx(1.1), "c": None}
    monkeypatch.setattr(parts, "python", lambda *_: {"alone_s": 1.9, "together_s": 1.0, "equal": True})
    found = parts.workers(TWICE, tmp_path, silent)
    assert found == {"jobs": 2, "efficiency": 0.95, "c": None, "ratio_to_c": None, "equal": True}
    assert next(one for one in targets([], {"workers": found}) if one.id == "workers").holds is None


def test_two_workers_are_held_to_what_two_c_processes_reach(monkeypatch, tmp_path):
    monkeypatch.setattr(parts, "built", lambda *_: tmp_path / "limit")
    monkeypatch.setattr(parts, "at_once", lambda _, count: {1: 1.8, 2: 2.0}[count])
    equal = in_turn([True, False])
    monkeypatch.setattr(parts, "python", lambda *_: {"alone_s": 1.71, "together_s": 1.0, "equal": equal()})
    found = parts.workers(TWICE, tmp_path, silent)
    assert (found["c"], found["efficiency"]) == pytest.approx((0.9, 0.855))
    assert found["ratio_to_c"] == pytest.approx(0.95)
    assert found["equal"] is False


def test_the_first_start_is_compilation_and_a_later_one(monkeypatch, tmp_path):
    # The first start, then numpy and a warm start by turns.
    taken = in_turn([(30.0, "compiling\n100 %: 1 of 1\n"), *[(0.1, ""), (1.6, "")] * 3])
    folders = []
    monkeypatch.setattr(parts, "seconds", lambda _, folder, __=None: folders.append(folder) or taken())
    found = parts.start(TWICE, tmp_path, silent)
    assert (found["first_s"], found["compile_s"], found["remarks"]) == (30.0, pytest.approx(28.4), 1)
    assert (found["warm_s"], found["over_numpy_s"]) == (1.6, pytest.approx(1.5))
    assert set(folders) == {tmp_path}  # `run` writes results where it stands
    assert parts.start(TWICE._replace(cold=False), tmp_path, silent)["first_s"] is None


def test_a_market_is_measured_by_size_and_a_town_by_engine(monkeypatch):
    asked = []

    def simulated(scenario, engine, seed, values, days=None):
        asked.append((scenario, engine, values.get("market.customers"), days))
        slow = 50.0 if engine == REFERENCE else 1.0
        people = float(values.get("market.customers", 1_000_000))
        return {
            "customers": people,
            "events": 100.0,
            "wall_s": 9.0 * slow,
            "advance_s": slow,
            "visits": 90.0,
            "bytes": 10.0,
        }

    monkeypatch.setattr(workloads, "simulated", simulated)
    assert [row.customers for row in workloads.market(TWICE, silent)] == [10_000.0, 1_000_000.0]
    assert [one[2] for one in asked] == ["10000", "10000", None]
    fast, slow = workloads.town(TWICE, silent)
    assert (fast.engine, slow.engine) == (COMPILED, REFERENCE)
    assert fast.times_as_fast == {REFERENCE: 50.0}
    assert fast.visits_per_s == 10.0
    assert {one[3] for one in asked[3:]} == {None, TWICE.days}


@pytest.mark.slow
def test_our_loops_simulate_the_queue():
    found = drawing.compared(300_000, 20260101, 2)
    # Standard errors at 1.2 million callers: 0.0046 min and 0.0005.
    assert found["wait"] == pytest.approx(0.7275908, abs=0.023)
    assert found["abandoned"] == pytest.approx(0.0909488, abs=0.0026)
    assert len(found["keyed"]) == len(found["shared"]) == 2


@pytest.mark.slow
def test_the_hold_model_keeps_as_many_pending_as_it_was_given():
    found = holding.held(2000, 200_000, 20260101)
    # 250 000 holds of 2000 events with a mean of 1: the time of the last is 125, with a standard error of 0.25.
    assert found["last"] == pytest.approx(125.0, abs=1.5)
    assert np.isfinite(found["wall_s"])


def test_a_full_calendar_gives_no_time(monkeypatch):
    monkeypatch.setattr(holding, "ROOM", 1)  # one event near: the first bucket with more cannot be opened
    with pytest.raises(RuntimeError, match="full"):
        holding.held(2000, 20_000, 20260101)
