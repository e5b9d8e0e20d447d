"""Recorded arrivals and staffing beside a scenario."""

from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxsim.errors import ScenarioError
from cxsim.model import plan as pl
from cxsim.scenario import load
from cxsim.scenario.traces import read_arrivals
from cxsim.units import HOUR, SECOND

SCENARIO = """\
format: 1
starts: 1999-01-03
lasts: 2 d
firms:
  Bank:
    arrivals: {arrivals}
    touchpoints:
      phone: {{channel: phone, staffing: staff.csv, takes: 3 min}}
"""
CALLS = """\
time,source,priority
1999-01-03 07:00:10,regular,2
1999-01-03 07:00:10,stock,1
1999-01-04 08:00:00,regular,2
"""
STAFF = """\
from,until,staff
1999-01-03 07:00,1999-01-03 08:00,2
1999-01-03 08:00,1999-01-03 09:00,3
1999-01-03 10:00,1999-01-03 11:00,2
"""


@pytest.fixture
def bank(tmp_path):
    (tmp_path / "calls.csv").write_text(CALLS)
    (tmp_path / "staff.csv").write_text(STAFF)

    def write(arrivals):
        path = tmp_path / "bank.yaml"
        path.write_text(SCENARIO.format(arrivals=arrivals))
        return path

    return write


def test_the_short_form_makes_a_source_of_each_name(bank):
    scenario = load(bank("{trace: calls.csv, journey: [phone], patience: 5 min}"))
    plan = scenario.plan()
    assert scenario.layout().contacts == (("Bank", "regular"), ("Bank", "stock"))
    regular, stock = plan.contacts
    times = plan.traces["time"] // SECOND
    assert times[regular["first_trace"] : regular["first_trace"] + regular["n_trace"]].tolist() == [25_210, 115_200]
    assert times[stock["first_trace"] : stock["first_trace"] + stock["n_trace"]].tolist() == [25_210]
    assert plan.traces["priority"].tolist() == [2, 2, 1]


def test_a_source_can_take_some_of_a_file(bank):
    plan = load(bank("{vip: {trace: calls.csv, only: stock, journey: [phone]}}")).plan()
    assert plan.contacts[0]["n_trace"] == 1
    with pytest.raises(ScenarioError, match="did you mean `stock`"):
        load(bank("{vip: {trace: calls.csv, only: stoc, journey: [phone]}}"))


def test_recorded_staffing_becomes_shifts_of_scenario_time(bank):
    plan = load(bank("{trace: calls.csv, journey: [phone]}")).plan()
    phone = plan.touchpoints[0]
    assert (phone["n_shifts"], phone["n_agents"], phone["staffed"]) == (2, 3, 1)
    two, three = plan.shifts
    assert plan.levers[[two["levers"], three["levers"]], 0].tolist() == [2.0, 3.0]
    opening = plan.openings[int(plan.levers[two["levers"] + pl.SHIFT_WHEN, 0])]
    assert opening["weekly"] == 0
    windows = plan.windows[opening["first"] : opening["first"] + opening["n"]]
    assert [tuple(int(edge) // HOUR for edge in window) for window in windows] == [(7, 8), (10, 11)]


def test_the_identity_knows_the_contents_of_files(bank, tmp_path):
    path = bank("{trace: calls.csv, journey: [phone]}")
    before = load(path).identity()
    assert load(path).identity() == before
    (tmp_path / "calls.csv").write_text(CALLS.replace("07:00:10", "07:00:11"))
    assert load(path).identity() != before


def test_the_identity_knows_which_file_is_which(bank, tmp_path):
    path = bank("{a: {trace: calls.csv, journey: [phone]}, b: {trace: more.csv, journey: [phone]}}")
    (tmp_path / "more.csv").write_text(CALLS.replace("07:00:10", "07:00:11"))
    before = load(path).identity()
    more, calls = (tmp_path / "more.csv").read_text(), (tmp_path / "calls.csv").read_text()
    (tmp_path / "calls.csv").write_text(more)
    (tmp_path / "more.csv").write_text(calls)
    assert load(path).identity() != before


def test_the_identity_with_one_file_is_what_it_always_was(bank):
    path = bank("{trace: calls.csv, journey: [phone]}")
    path.write_text(path.read_text().replace("staffing: staff.csv", "staff: 3"))
    assert load(path).identity().startswith("766c4deea02012162b14")


def test_files_lie_beside_the_scenario(bank):
    with pytest.raises(ScenarioError, match="a file beside the scenario"):
        load(bank("{trace: ../calls.csv, journey: [phone]}"))
    with pytest.raises(ScenarioError, match=r"`none.csv`: no such file"):
        load(bank("{c: {trace: none.csv, journey: [phone]}}"))


def test_at_most_ten_faults_of_a_file_are_told(tmp_path):
    path = tmp_path / "calls.csv"
    path.write_text("time\n" + "soon\n" * 5000)
    with pytest.raises(ScenarioError) as error:
        read_arrivals(path, datetime(1999, 1, 3), HOUR)
    assert len(error.value.faults) == 10


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("time,priority\n1999-01-03 07:00:00,9\n", "a whole number from 0 to 7"),
        ("time,source\n1999-01-03T07:00:00+02:00,a\n", "local time without a time zone"),
        ('time,source\n"1999-01-03 07:00:00,a\n', "a CSV file"),
        ("source\na\n", "no column `time`"),
        ("time,time\n1,2\n", "a column twice"),
    ],
)
def test_faults_of_a_trace(bank, tmp_path, rows, message):
    path = bank("{c: {trace: calls.csv, journey: [phone]}}")
    (tmp_path / "calls.csv").write_text(rows)
    with pytest.raises(ScenarioError, match=message):
        load(path)


@given(st.one_of(st.binary(max_size=80), st.text(max_size=80).map(str.encode)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_trace_is_read_or_refused(tmp_path, data):
    path = tmp_path / "any.csv"
    for head in (b"", b"time,source\n", b"time\n1999-01-03 00:00:01"):
        path.write_bytes(head + data)
        assert faults_of(path) != ()


def faults_of(path):
    """Return the faults of a trace, or None where it is read."""
    try:
        read_arrivals(path, datetime(1999, 1, 3), HOUR)
    except ScenarioError as error:
        return error.faults
    return None
