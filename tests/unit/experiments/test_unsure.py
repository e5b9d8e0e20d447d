"""Ranges as written, and the worlds that are drawn from them."""

import math

import numpy as np
import pytest

from cxsim.errors import InputError, ScenarioError
from cxsim.experiments.unsure import drawn, ranges_of
from cxsim.model.plan import DAY, HOUR, MINUTE, MONTH
from cxsim.scenario import loads


@pytest.fixture
def unsure(corner_text):
    def make(*lines):
        return loads(corner_text + "unsure:\n" + "".join(f"  {line}\n" for line in lines), "corner.yaml")

    return make


def one(scenario):
    (found,) = ranges_of(scenario)
    return found


def test_a_range_of_numbers_is_drawn_evenly(unsure):
    cost = one(unsure("market.switching.cost: 30 to 120"))
    assert [cost.at(position) for position in (0.0, 0.5, 1.0)] == [30.0, 75.0, 120.0]
    assert cost.written(cost.at(1 / 3)) == "60"
    assert cost.at(0.123456) == 41.11  # four figures of the width
    assert cost.written(41.11) == "41.11"


def test_factors_are_drawn_evenly_in_their_logarithm(unsure):
    factor = one(unsure("defaults.inertia: 0.5 to 2 times"))
    assert [factor.at(position) for position in (0.0, 0.5, 1.0)] == [0.5, 1.0, 2.0]
    assert factor.at(0.25) == pytest.approx(math.sqrt(0.5), abs=0.001)
    assert factor.written(0.707) == "0.707 times"


@pytest.mark.parametrize(
    ("line", "position", "text"),
    [
        ("till.staff: 1 to 3", 0.0, "1"),
        ("till.staff: 1 to 3", 0.5, "2"),
        ("till.staff: 1 to 3", 1.0, "3"),
        ("till.answer_within: 20 s to 60 s", 0.4, "36 s"),
        ("market.switching.notice: 0 d to 30 d", 0.5, "15 d"),
        ("Chain.price: 9 a visit to 11 a visit", 0.25, "9.5 a visit"),
        ("till.fails: 1 % to 5 %", 0.5, "3 %"),
        ("shopping.happens: 6 a year to 18 a year", 0.5, "12 a year"),
        ("till.takes: 0.5 to 2 times", 0.5, "1 times"),
    ],
)
def test_values_are_written_as_set_takes_them(corner_text, unsure, line, position, text):
    if "answer_within" in line or "fails" in line:
        corner_text = corner_text.replace("takes: 8 min}", "takes: 8 min, answer_within: 20 s, fails: 2 %}", 1)
        scenario = loads(corner_text + f"unsure: {{'{line.split(': ')[0]}': {line.split(': ')[1]}}}\n", "corner.yaml")
    else:
        scenario = unsure(line)
    found = one(scenario)
    written = found.written(found.at(position))
    assert written == text
    assert ranges_of(scenario.with_values({found.path: written})) == ()


def test_times_of_the_calendar(unsure):
    text = """
format: 1
our_firm: A
lasts: 4 years
market: {customers: 50, setting: contractual}
firms:
  A: {share: 100 %, price: 5 a month}
  B: {price: 4 a month, arrives: month 18}
unsure:
"""
    month = one(loads(text + "  B.arrives: month 12 to month 30\n", "b.yaml"))
    assert (month.low, month.high) == (12 * MONTH, 30 * MONTH)
    assert month.written(month.at(0.5)) == "month 21"
    assert month.written(month.at(1 / 7)) == "month 14.57"
    assert month.condition(14.3 * MONTH, above=False, low=0, high=0) == "B comes before month 14"
    day = one(loads(text + "  B.arrives: 2025-03-01 to 2025-03-31\n", "b.yaml"))
    assert day.written(day.at(0.5)) == "2025-03-16"


def test_thresholds_are_said_in_few_figures(unsure):
    cost = one(unsure("market.switching.cost: 30 to 120"))
    assert cost.condition(52.37, above=True, low=52, high=53) == "market.switching.cost is more than 52"
    factor = one(unsure("defaults.inertia: 0.5 to 2 times"))
    said = "defaults.inertia is less than 0.6 times what we assume"
    assert factor.condition(0.6123, above=False, low=0.6, high=0.63) == said
    staff = one(unsure("till.staff: 1 to 3"))
    assert staff.condition(1.5, above=False, low=1, high=2) == "till.staff is fewer than 2"
    assert staff.condition(1.5, above=True, low=1, high=2) == "till.staff is more than 1"
    notice = one(unsure("market.switching.notice: 0 d to 30 d"))
    assert notice.condition(12.4 * DAY, above=True, low=0, high=0) == "market.switching.notice is more than 12 d"
    assert notice.rounded(12.41 * DAY, 4) in {298 * HOUR, round(12.41 * DAY / MINUTE) * MINUTE}


def test_whole_numbers_are_equally_likely(unsure):
    staff = one(unsure("till.staff: 1 to 3"))
    counts = np.bincount([int(world.numbers[0]) for world in drawn([staff], 90, 7)])
    assert counts.tolist()[1:] == pytest.approx([30, 30, 30], abs=2)


def test_worlds_fill_the_ranges_and_fewer_are_the_first_of_more(unsure):
    ranges = ranges_of(unsure("market.switching.cost: 30 to 120", "defaults.inertia: 0.5 to 2 times"))
    worlds = drawn(ranges, 64, 7)
    assert [world.number for world in worlds] == list(range(1, 65))
    values = np.array([world.numbers for world in worlds])
    for low, column in zip((30, math.log(0.5)), (values[:, 0], np.log(values[:, 1])), strict=True):
        width = 90 if low == 30 else math.log(4)
        assert (np.bincount(((column - low) / width * 16).clip(0, 15.99).astype(int)) >= 2).all()
    assert drawn(ranges, 5, 7) == worlds[:5]
    assert drawn(ranges, 5, 8) != worlds[:5]


def test_what_cannot_be_drawn_is_refused(unsure, corner):
    with pytest.raises(InputError, match="write `unsure` in the file"):
        drawn(ranges_of(corner), 10, 7)
    ranges = ranges_of(unsure("market.switching.cost: 30 to 120"))
    for count in (0, -3, 10_001):
        with pytest.raises(InputError, match="choose another number"):
            drawn(ranges, count, 7)
    with pytest.raises(ScenarioError, match="try the values with --set"):
        ranges_of(unsure("till.takes: 2 min to 5 min"))
