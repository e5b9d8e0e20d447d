"""The script beside docs/bank-phone.md, on a small record made up for the purpose."""

import gzip
import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxsim.scenario import load
from cxsim.stats.queueing import erlang_a

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "bank_january.py"
COLUMNS = ["date", "type", "priority", "vru_exit", "q_start", "q_time", "outcome", "ser_start", "ser_time", "server"]
# A Friday (odd: fitted) before the change of the queue; a Thursday (even: judged) and a Sunday (odd) after it.
RECORD = """
990101 PS 2 06:59:50 00:00:00  0 AGENT   06:59:50  60 ann
990101 PS 2 07:00:10 00:00:00  0 AGENT   07:00:10  60 ann
990101 NW 0 13:59:59 13:59:59 20 HANG    00:00:00   0 -
990101 PS 1 14:00:00 00:00:00  0 AGENT   14:00:00  60 ann
990114 NE 1 09:00:00 00:00:00  0 AGENT   09:00:00 120 ann
990114 IN 0 09:00:00 09:00:00 90 AGENT   09:01:30  30 bob
990114 PE 0 09:00:00 00:00:00  0 AGENT   09:00:00  30 -
990114 NW 0 09:10:00 09:10:00 45 HANG    00:00:00   0 -
990114 NW 0 09:10:00 09:10:00  5 PHANTOM 00:00:00   0 -
990114 PS 2 09:11:00 00:00:00  0 HANG    00:00:00   0 -
990114 PS 2 09:12:00 09:12:00  0 HANG    00:00:00   0 -
990114 PS 2 09:29:00 00:00:00  0 AGENT   09:29:00 120 ann
990114 PS 2 23:59:50 23:59:50 30 AGENT   24:00:20  60 ann
990117 PS 2 09:00:00 09:00:00 10 AGENT   09:00:10  60 ann
990117 PS 1 09:00:01 09:00:01 20 HANG    00:00:00   0 -
990117 NW 0 10:00:00 00:00:00  0 AGENT   10:00:00  60 ann
"""


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("bank_january", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture
def record(tmp_path):
    rows = [line.replace("-", "").split(" ") for line in RECORD.strip().splitlines()]
    table = pd.DataFrame([[cell for cell in row if cell] + [""] * (row[-1] == "") for row in rows], columns=COLUMNS)
    path = tmp_path / "calls.tsv.gz"
    with gzip.open(path, "wt") as file:
        table.to_csv(file, sep="\t", index=False)
    return path


@pytest.fixture
def calls(script, record):
    return script.read_calls(record)


def test_calls_that_never_wanted_an_agent_are_left_out(calls):
    # 16 rows less two outside opening hours, a phantom, one who hung up in the menu and one in the second of joining
    assert len(calls) == 11
    assert calls["abandoned"].sum() == 3
    assert calls["wait"].sum() == 20 + 90 + 45 + 30 + 10 + 20


def test_recorded_figures_of_a_day(script, calls):
    day = script.recorded(calls)[pd.Timestamp("1999-01-14")]
    assert day == (6, 3, 165, 1)
    assert day.figures() == pytest.approx((50, 27.5, 100 / 3, 55))


@pytest.mark.parametrize(("active", "expected"), [(0, 1), (1, 1), (2, 2), (3, 3), (4, 3), (5, 4), (9, 6), (10, 7)])
def test_seats(script, active, expected):
    assert script.seats(active) == expected


def test_an_agent_is_active_in_each_half_hour_a_call_touches(script, calls):
    active = script.agents_active(calls, pd.Timestamp("1999-01-14"))
    # 09:00 ann and bob (nobody known answered the third), 09:30 ann's call of 09:29, nobody at 10:00
    assert [active[18], active[19], active[20]] == [2, 1, 0]
    assert list(active) == list(range(14, 48))


def test_staffing_has_no_gap_within_a_day_and_stays_after_closing(script, calls):
    staffing = script.staffing(calls)
    thursday = staffing[staffing["from"].dt.day == 14]
    assert thursday["until"].tolist()[:-1] == thursday["from"].tolist()[1:]
    assert thursday["staff"].tolist() == [1, 2, 1]
    assert staffing["until"].max() == pd.Timestamp("1999-01-18 00:30")


def test_each_call_has_a_moment_of_its_own(script, calls):
    trace = script.trace(calls)
    assert trace["time"].is_unique
    assert trace["time"].is_monotonic_increasing
    assert trace["time"].str[:19].tolist()[2:5] == ["1999-01-14T09:00:00"] * 3
    assert trace["source"].tolist()[2:5] == ["stock", "internet", "other"]


def test_the_queue_changes_between_the_tenth_and_the_thirteenth(script, calls):
    ranks = script.ranks(calls)
    assert set(ranks[calls["day"] < "1999-01-11"]) == {2}
    late = calls["day"] > "1999-01-11"
    assert set(ranks[late & calls["source"].isin(["prospects", "internet"])]) == {3}
    assert 3 not in set(ranks[late & (calls["source"] == "regular")])


def test_three_in_five_of_those_with_priority_are_moved_up(script):
    n = 4000
    calls = pd.DataFrame({"day": pd.Timestamp("1999-01-17"), "source": "regular", "priority": 2, "wait": 5}, range(n))
    share = (script.ranks(calls) == 1).mean()
    assert share == pytest.approx(script.MOVED_UP, abs=4 * np.sqrt(0.24 / n))


def test_a_call_belongs_to_the_day_on_which_it_arrived(script):
    day = script.DAY * 1_000_000
    rows = [
        (5, "arrives", 1, 0.0),
        (5, "service starts", 1, 0.0),
        (day - 10, "arrives", 2, 0.0),
        (day - 10, "queues", 2, 0.0),
        (day + 20e6, "service starts", 2, 20e6 + 10),
        (day + 30e6, "arrives", 3, 0.0),
        (day + 30e6, "queues", 3, 0.0),
        (day + 37e6, "abandons", 3, 7e6),
    ]
    events = pd.DataFrame(rows, columns=["time_us", "kind", "customer", "value"]).assign(replication=0)
    (found,) = script.simulated(events)
    assert found[pd.Timestamp("1999-01-01")] == pytest.approx((2, 1, 20.00001, 0))
    assert found[pd.Timestamp("1999-01-02")] == pytest.approx((1, 1, 7, 1))


def test_erlang_a_half_hour_by_half_hour(script, calls):
    found = script.erlang_a(calls)[pd.Timestamp("1999-01-14")]
    # odd dates: 07:00:10, 09:00, 10:00 answered in 60 s each; 2 hung up in 50 s of waiting
    halves = [(5, 2), (1, 1)]
    exact = [(n, erlang_a(n / 1800, 1 / 60, 2 / 50, staff)) for n, staff in halves]
    assert found.calls == pytest.approx(6)
    assert found.queued == pytest.approx(sum(n * law.p_wait for n, law in exact))
    assert found.waited == pytest.approx(sum(n * law.mean_wait for n, law in exact))
    assert found.abandoned == pytest.approx(sum(n * law.p_abandon for n, law in exact))


def test_from_the_record_to_the_table(script, record, tmp_path, capsys):
    folder = tmp_path / "january"
    script.main(["prepare", str(record), str(folder)])
    assert "11 calls on 3 days" in capsys.readouterr().out
    from cxsim import run

    result = run(load(folder / "bank-january.yaml"), replications=2, log=True)
    result.save(tmp_path / "results")
    script.main(["judge", str(record), str(tmp_path / "results")])
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].startswith("| Thu 14 | 6 | 50.0 | ")
    assert lines[3].startswith("| **all judged** | 6 | 50.0 | ")
    assert lines[5].startswith("| odd dates (fitted) | 5 | 60.0 | ")
    assert len({line.count("|") for line in lines[:6]}) == 1
