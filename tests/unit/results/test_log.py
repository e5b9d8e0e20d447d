"""The tallies say what the log says, event by event."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import cxsim
from cxsim.experiments.compare import Logs
from cxsim.measures.layout import Names
from cxsim.model import events as ev
from cxsim.model import state as st
from cxsim.results import log

MINUTE = 60e6


@pytest.fixture(scope="module")
def run(corner):
    return cxsim.run(corner, replications=1, log=True)


@pytest.fixture(scope="module")
def happened(run):
    events = run.events()
    return events[(events["time_us"] >= 0) & (events["firm"] == "Corner")]


@pytest.fixture(scope="module")
def measured(run):
    table = run.measures
    return table[(table["firm"] == "Corner") & (table["segment"] == "all")].set_index("measure")["value"]


@pytest.fixture
def noted():
    """Rows of a person, a caller, a shift and a lever, as an engine would have noted them."""
    caller = (1 << 48) | (1 << 60) | 1
    rows = np.zeros(4, st.LOG)
    rows["kind"] = [ev.LOG_ARRIVE, ev.LOG_ARRIVE, ev.LOG_SHIFT, ev.LOG_LEVER]
    rows["customer"] = [1, caller, 1, 1]
    rows["journey"] = [4, 0, 0, 0]
    rows["touchpoint"] = [0, 0, 0, -1]
    return rows, caller


def test_shifts_and_levers_belong_to_nobodys_case(noted, monkeypatch, tmp_path):
    rows, caller = noted
    names = Names(("Corner", "Chain"), ("young", "old"), ("callers",), ("till",), "EUR")
    made = SimpleNamespace(layout=SimpleNamespace(names=names), logs=(Logs("hire", 0, rows), Logs("hire", 1, rows)))
    monkeypatch.setattr(log, "_epoch", lambda experiment: 0)
    log.events(made).to_parquet(tmp_path / "events.parquet")
    table = pd.read_parquet(tmp_path / "events.parquet")
    assert table["customer"].dropna().tolist() == [1, caller] * 2
    assert table["customer"].isna().tolist() == [False, False, True, True] * 2
    assert table["case:concept:name"].dropna().tolist() == [
        "hire/0/1/4", f"hire/0/{caller}/0", "hire/1/1/4", f"hire/1/{caller}/0",
    ]  # fmt: skip
    assert table["case:concept:name"].isna().tolist() == [False, False, True, True] * 2
    assert table["concept:name"].tolist()[2:4] == ["shift changes: till", "lever moves"]


def of(events, kind):
    return events[events["kind"] == kind]


def test_visits_at_the_till(run, happened):
    table = run.touchpoints
    till = table[(table["touchpoint"] == "till") & (table["segment"] == "all")].set_index("measure")["value"]
    for measure, kind in [
        ("arrivals", "arrives"),
        ("answered", "service starts"),
        ("served", "service ends"),
        ("abandoned", "abandons"),
        ("turned_away", "turned away"),
        ("closed", "finds it closed"),
    ]:
        assert till[measure] == len(of(happened, kind)), measure
    assert till["abandoned"] > 0


def test_waits(happened, measured):
    served = of(happened, "service starts")["value"].to_numpy() / MINUTE
    waits = np.concatenate(
        [served, of(happened, "abandons")["value"] / MINUTE, of(happened, "turned away")["value"] / MINUTE]
    )
    assert measured["wait_mean"] == pytest.approx(served.mean())
    assert measured["wait_all_mean"] == pytest.approx(waits.mean())
    assert measured["abandonment_rate"] == len(of(happened, "abandons")) / len(of(happened, "arrives"))
    # The histogram's bins are 12 % wide.
    assert measured["wait_p90"] == pytest.approx(np.quantile(waits, 0.9), rel=0.12)


def test_episodes_and_stories(happened, measured):
    episodes = of(happened, "episode judged")
    assert measured["satisfaction"] == pytest.approx(episodes["value"].mean())
    told = of(happened, "is told")
    good, bad = (told["cause"] == 1).sum(), (told["cause"] == 0).sum()
    assert measured["recommendations"] / measured["warnings"] == pytest.approx(good / bad)


def test_first_leavings_of_the_starting_base(run, happened, measured):
    table = run.cohorts
    own = table[(table["firm"] == "Corner") & (table["segment"] == "all")]
    base = own["at_risk"].max()
    assert measured["never_left"] == pytest.approx(1.0 - own["left"].sum() / base)
    leavers = of(happened, "leaves")["customer"].nunique()
    seen = own[own["reason"] != "stopped buying"]  # they leave no row
    assert 0 < seen["left"].sum() <= leavers
    lost = [name for name in measured.index if name.startswith("lost_")]
    assert measured["retention"] + measured[lost].sum() == pytest.approx(1.0)
    assert measured["never_left"] + measured["came_back"] == pytest.approx(measured["retention"])
    stopped = own.loc[own["reason"] == "stopped buying", "left"].sum() / base
    assert stopped == pytest.approx(measured["lost_lapsed"])
