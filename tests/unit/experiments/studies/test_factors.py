"""Factors of a study: the values they take, as texts and as numbers, and what levers cost."""

import math

import pytest

from cxsim.errors import ValueRefusedError
from cxsim.experiments.studies.factors import LEVER, UNCERTAINTY, read_factor
from cxsim.scenario import loads
from cxsim.scenario.study_fields import Varied


@pytest.fixture
def factor(corner_text):
    scenario = loads(corner_text, "corner.yaml")

    def read(path, role=LEVER, **written):
        content = scenario.content
        return read_factor(content.tree, content.starts, path, Varied.model_validate(written), role)

    return read


def test_a_range_of_people_takes_each_number_equally_often(factor):
    staff = factor("till.staff", range="1 to 4")
    assert [staff.at(position) for position in (0.0, 0.24, 0.26, 0.51, 0.76, 1.0)] == ["1", "1", "2", "3", "4", "4"]
    assert (staff.ends, staff.numbers, staff.as_is, staff.as_is_number) == (("1", "4"), (1.0, 4.0), "1", 1.0)
    assert staff.spread() == ("1", "2", "3", "4")
    assert staff.spread(2) == ("1", "4")
    assert staff.spread(7) == ("1", "2", "3", "4")  # no value twice


def test_a_long_range_of_people_has_three_levels_in_a_plain_grid(factor):
    assert factor("till.staff", range="1 to 20").spread() == tuple(str(n) for n in range(1, 21))
    assert factor("till.staff", range="0 to 40").spread() == ("0", "20", "40")


def test_levels_take_equal_parts_and_are_never_computed(factor):
    staff = factor("till.staff", levels=["1", "3", "1 more"])
    assert [staff.at(position) for position in (0.0, 0.33, 0.34, 0.99, 1.0)] == ["1", "1", "3", "1 more", "1 more"]
    assert staff.numbers == (1.0, 3.0, 2.0)
    assert staff.spread(9) == staff.ends == ("1", "3", "1 more")


def test_factors_of_what_is_written_are_spread_in_equal_ratios(factor):
    takes = factor("till.takes", role=UNCERTAINTY, range="0.5 to 2 times")
    assert takes.spread() == ("0.5 times", "1 times", "2 times")
    assert (takes.unit, takes.as_is_number, takes.number("1.5 times")) == ("times", 1.0, 1.5)
    assert [takes.differs(text) for text in takes.spread()] == [True, False, True]


@pytest.mark.parametrize(
    ("path", "written", "unit", "numbers", "as_is"),
    [
        ("price", {"range": "10 a visit to 14 a visit"}, "", (10.0, 14.0), 12.0),
        ("till.takes", {"levels": ["always 6 min", "10 min"]}, "min", (6.0, 10.0), 8.0),
        ("market.switching.notice", {"range": "0 d to 1 d"}, "min", (0.0, 1440.0), 0.0),
        ("shopping.happens", {"levels": ["2 a month", "48 a year"]}, "a month", (2.0, 4.0), 1.0),
        ("till.fails", {"range": "1 % to 5 %"}, "", (0.01, 0.05), 0.0),
        ("Chain.arrives", {"range": "month 6 to month 12"}, "days", (182.5, 365.0), 0.0),
        ("till.announces", {"levels": ["wait", "nothing"]}, "level", (1.0, 2.0), 2.0),
        ("recovery.steps", {"levels": [["fix"], ["fix", "ask"]]}, "level", (1.0, 2.0), 0.0),
        ("till.training", {"range": "0 h a year to 40 h a year"}, "", (0.0, 40.0), 0.0),
    ],
)
def test_values_of_every_kind_are_numbers(factor, path, written, unit, numbers, as_is):
    found = factor(path, role=UNCERTAINTY, **written)
    assert (found.unit, found.numbers) == (unit, pytest.approx(numbers))
    assert found.as_is_number == pytest.approx(as_is)
    assert [found.number(text) for text in found.ends] == pytest.approx(list(numbers))


def test_what_is_endless_is_endless(factor):
    assert factor("till.staff", levels=["2", "unlimited"]).numbers == (2.0, math.inf)
    assert factor("Chain.arrives", role=UNCERTAINTY, levels=["month 1", "never"]).numbers[1] == math.inf


def test_a_lever_costs_where_it_is_not_as_it_is_now(factor):
    desk = factor("till.staff", range="1 to 4", cost={"once": "2000", "yearly": "500"})
    assert desk.cost_of("1") == (0.0, 0.0)
    assert desk.cost_of("3") == (2000.0, 500.0)
    assert desk.cost_of("2 more") == (2000.0, 500.0)
    assert factor("till.staff", range="1 to 4", cost="90").cost_of("4") == (90.0, 0.0)


def test_a_cost_may_grow_with_the_way_from_as_it_is_now(factor):
    hours = factor(
        "till.training", range="0 h a year to 40 h a year", cost={"once": "50", "yearly": "120", "per": "8 h a year"}
    )
    assert hours.cost_of("20 h a year") == (125.0, 300.0)  # 20 hours are 2.5 times 8
    price = factor("price", range="10 a visit to 14 a visit", cost={"yearly": "30", "per": "1 a visit"})
    assert price.cost_of("10 a visit") == price.cost_of("14 a visit") == (0.0, 60.0)  # downward costs no less


def test_a_value_outside_is_no_value_of_the_factor(factor):
    staff = factor("till.staff", range="1 to 3")
    for text in ("1", "3", "2 more"):
        staff.check(text)
    for text in ("0", "4", "3 more", "half"):
        with pytest.raises(ValueRefusedError):
            staff.check(text)
    takes = factor("till.takes", range="0.5 to 2 times")
    takes.check("0.5 times")
    for text in ("2.5 times", "8 min", "a times"):
        with pytest.raises(ValueRefusedError):
            takes.check(text)
    levels = factor("till.staff", levels=["1", "3"])
    levels.check("2 more")
    with pytest.raises(ValueRefusedError, match="one of 1, 3"):
        levels.check("2")
