"""Opening hours, rates by hour and weekday, weights of the hours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.errors import ValueRefusedError
from cxsim.scenario import calendar
from cxsim.units import DAY, HOUR, WEEK


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("Mon 09:00-17:00", [(9, 17)]),
        ("Mon Wed 09:00-10:00", [(9, 10), (57, 58)]),
        ("Mon 09:00-12:00 13:00-17:00", [(9, 12), (13, 17)]),
        ("Mon-Tue 22:00-06:00", [(22, 30), (46, 54)]),
        ("Sun 22:00-06:00", [(0, 6), (166, 168)]),
        ("Sat-Mon 08:00-24:00", [(8, 24), (128, 144), (152, 168)]),
        ("always", [(0, 168)]),
        ("Mon-Sun 00:00-24:00", [(0, 168)]),
    ],
)
def test_hours_are_windows_of_the_week(text, windows):
    assert calendar.parse_hours(text).windows == tuple((a * HOUR, b * HOUR) for a, b in windows)


def test_times_without_days_hold_every_day():
    assert calendar.parse_hours("09:00-10:30").total == 7 * 90 * 60 * 1_000_000


def test_hours_read_as_a_person_would_say_them():
    hours = calendar.parse_hours("Mon Tue Wed 09:00-17:00, Sat 10:00-13:00")
    assert str(hours) == "Mon-Wed 09:00-17:00, Sat 10:00-13:00"


@given(st.lists(st.tuples(st.integers(0, 167), st.integers(1, 24)), min_size=1, max_size=8))
def test_hours_read_back(pairs):
    hours = calendar.Hours(calendar.merged([(a * HOUR, (a + n) * HOUR) for a, n in pairs]))
    assert calendar.parse_hours(str(hours)) == hours


@given(st.lists(st.tuples(st.integers(0, 167), st.integers(1, 48)), max_size=8), st.integers(0, 167))
def test_joined_windows_hold_what_the_parts_hold(pairs, hour):
    joined = calendar.Hours(calendar.merged([(a * HOUR, (a + n) * HOUR) for a, n in pairs]))
    covered = any((hour - a) % 168 < n for a, n in pairs)
    assert joined.holds(hour * HOUR) == covered
    assert all(a[1] < b[0] for a, b in zip(joined.windows, joined.windows[1:], strict=False))


@pytest.mark.parametrize(
    "text", ["Mon", "Mon 9", "Mon 09:00", "Mon 09:00-09:00", "Mon 24:00-25:00", "Mun 09:00-10:00", "Mon 09:00-10:00,",
             "09:00-10:00 Mon", "Mon-Fri 09:00-17:00, Fri 16:00-18:00", "Mon Mon 09:00-10:00", "", "Mon 09:60-10:00"],
)  # fmt: skip
def test_what_are_no_hours_is_refused(text):
    with pytest.raises(ValueRefusedError):
        calendar.parse_hours(text)


def test_rates_by_hour_and_weekday():
    table = calendar.parse_rate_table(
        {
            "Sun-Mon": {"from": "07:00", "every": "30 min", "an_hour": ["12", "35"]},
            "Fri": {"from": "23:00", "every": "1 h", "an_hour": ["6", "8"]},
        }
    )
    quarters = table.quarters()
    assert quarters[28:32] == [12.0, 12.0, 35.0, 35.0]
    assert quarters[6 * 96 + 28] == 12.0
    assert quarters[4 * 96 + 92 : 5 * 96 + 4] == [6.0] * 4 + [8.0] * 4
    assert sum(quarters) / 4 == 2 * (12 + 35) / 2 + 6 + 8
    assert calendar.parse_rate_table(table.written()) == table
    assert table.scaled(2.0).quarters()[28] == 24.0


@pytest.mark.parametrize(
    "table",
    [
        {}, {"Mon": "5"}, {"Mon": {"from": "07:00"}}, {"Mon": {"from": "07:05", "every": "1 h", "an_hour": ["1"]}},
        {"Mon": {"from": "07:00", "every": "10 min", "an_hour": ["1"]}},
        {"Mon": {"from": "07:00", "every": "1 h", "an_hour": []}},
        {"Mon": {"from": "07:00", "every": "1 h", "an_hour": ["0"]}},
        {"Mon": {"from": "07:00", "every": "1 h", "an_hour": ["-1"]}},
        {"Mon": {"from": "07:00", "every": "12 h", "an_hour": ["1", "2", "3"]}},
        {days: {"from": "07:00", "every": "1 h", "an_hour": ["1"]} for days in ("Mon", "Sun-Tue")},
    ],
    ids=str,
)  # fmt: skip
def test_what_are_no_rates_is_refused(table):
    with pytest.raises(ValueRefusedError):
        calendar.parse_rate_table(table)


def test_the_last_weight_that_covers_a_time_counts():
    weights = calendar.parse_weights({"Mon-Sat 09:00-18:00": "1", "Sat 10:00-13:00": "3"})
    quarters = weights.quarters()
    assert quarters[36] == 1.0
    assert quarters[5 * 96 + 36] == 1.0
    assert quarters[5 * 96 + 40] == 3.0
    assert quarters[0] == 0.0
    assert calendar.parse_weights(weights.written()) == weights


def test_the_union_of_shifts():
    parts = [calendar.parse_hours("Mon 07:00-15:00"), calendar.parse_hours("Mon 12:00-20:00")]
    assert calendar.union(parts) == calendar.parse_hours("Mon 07:00-20:00")
    assert calendar.ALWAYS.total == WEEK == 7 * DAY
