"""Durations, shares, rates, money and changes: read as people write them, written back to the same value."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cxsim import units
from cxsim.errors import ValueRefusedError
from cxsim.units import DAY, HOUR, MINUTE, MONTH, SECOND, YEAR


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("6 min", 360_000_000),
        ("90s", 90_000_000),
        ("1 h 30 min", 5_400_000_000),
        ("2.5 h", 9_000_000_000),
        ("2 d", 2 * DAY),
        ("3 weeks", 21 * DAY),
        ("12 months", 365 * DAY),
        ("18 months", 18 * MONTH),
        ("3 years", 3 * YEAR),
        ("0", 0),
        ("250 ms", 250_000),
    ],
)
def test_durations_are_read(text, microseconds):
    assert units.parse_duration(text) == microseconds


def test_a_month_is_365_twelfths_of_a_day():
    assert MONTH == 365 * 24 * 3600 * 1_000_000 // 12
    assert MONTH * 12 == YEAR


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("3", "add the unit, such as 3 min"),
        ("3 m", "write min for minutes, months for months"),
        ("3 minuets", "did you mean `minutes`?"),
        ("3,5 min", "decimals take a point: write 3.5 min"),
        ("1,000 s", "write it without a comma (1000 s), or with a point if a decimal was meant"),
        ("soon", "write a number and a unit, such as 6 min or 1 h 30 min"),
        ("-3 min", "give a duration in this range"),
        ("", "write a number and a unit, such as 6 min"),
        ("2000 years", "give a shorter duration"),
        ("1e400 s", "write a number and a unit, such as 6 min"),
    ],
)
def test_a_bad_duration_says_what_to_do(text, remedy):
    with pytest.raises(ValueRefusedError) as refused:
        units.parse_duration(text)
    assert refused.value.remedy == remedy


@given(st.integers(0, units.LONGEST_DURATION))
@example(2**53 + 1)
def test_durations_read_back(microseconds):
    assert units.parse_duration(units.format_duration(microseconds)) == microseconds


@pytest.mark.parametrize(("text", "share"), [("12 %", 0.12), ("37.5%", 0.375), ("0.25", 0.25), ("100 percent", 1.0)])
def test_shares_are_read(text, share):
    assert units.parse_share(text) == share


def test_a_share_without_percent_is_explained():
    with pytest.raises(ValueRefusedError) as refused:
        units.parse_share("40")
    assert refused.value.remedy == "write 40 % if per cent is meant"


@given(st.floats(0.0, 1.0))
def test_shares_read_back(share):
    assert units.parse_share(units.format_share(share)) == share


@given(st.floats(-1e14, 1e14, allow_nan=False))
def test_numbers_read_back(number):
    assert units.parse_number(units.format_number(number), low=-1e15) == number


@pytest.mark.parametrize("text", ["nan", ".nan", "inf", "1e999", "", "1_000", "０", "--1", "0x10"])
def test_odd_numbers_are_refused(text):
    with pytest.raises(ValueRefusedError):
        units.parse_number(text)


def test_rates_are_per_microsecond():
    assert units.parse_rate("60 an hour").per_microsecond * HOUR == pytest.approx(60.0)
    assert units.parse_rate("1.5 a year").per_microsecond * YEAR == pytest.approx(1.5)
    assert units.parse_rate("21 % a minute", hazard=True).per_microsecond * MINUTE == pytest.approx(0.21)
    assert str(units.parse_rate("60 per hour")) == "60 an hour"


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("60", "say per what: a minute, an hour, a day, a week, a month, a year"),
        ("60 an huor", "did you mean `hour`?"),
        ("60 % an hour", "write how many happen, without %"),
    ],
)
def test_a_bad_rate_says_what_to_do(text, remedy):
    with pytest.raises(ValueRefusedError) as refused:
        units.parse_rate(text)
    assert refused.value.remedy == remedy


def test_prices_name_what_they_are_for():
    assert units.parse_price("55 a month") == units.Price(55.0, "month")
    assert str(units.Price(19.5, "hour")) == "19.5 an hour"
    with pytest.raises(ValueRefusedError, match="money a month or a visit"):
        units.parse_price("55 an hour", per=("month", "visit"))


@given(st.floats(0.0, 100.0))
def test_multiples_read_back(value):
    assert units.parse_multiple(units.format_multiple(value)) == value


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("3", units.Change("set", "3")),
        ("1 more", units.Change("add", "1", 1.0)),
        ("2 fewer", units.Change("add", "2", -1.0)),
        ("5 min less", units.Change("add", "5 min", -1.0)),
        ("20 % less", units.Change("multiply", factor=0.8)),
        ("20 % more", units.Change("multiply", factor=1.2)),
        ("1.5 times", units.Change("multiply", factor=1.5)),
        ("5 points more", units.Change("add", "0.05", 1.0)),
        ("Mon-Fri 09:00-17:00", units.Change("set", "Mon-Fri 09:00-17:00")),
    ],
)
def test_changes_set_add_or_multiply(text, change):
    assert units.parse_change(text) == change


def test_nothing_can_shrink_by_more_than_all():
    with pytest.raises(ValueRefusedError, match="at most 100 % less"):
        units.parse_change("120 % less")


def test_the_nearest_word_is_suggested_and_a_distant_one_is_not():
    assert units.nearest("retension", ["retention", "revenue"]) == "did you mean `retention`?"
    assert units.nearest("zebra", ["retention", "revenue"]) == ""


@given(st.text(max_size=30))
def test_parsers_refuse_and_never_fail(text):
    parsers = (
        units.parse_duration, units.parse_share, units.parse_number, units.parse_count, units.parse_rate,
        units.parse_price, units.parse_multiple, units.parse_switch, units.parse_change, units.parse_money,
    )  # fmt: skip
    for parse in parsers:
        assert remedy_of(parse, text) != ""


def remedy_of(parse, text):
    """Return what a refused text should become, or None where it is read."""
    try:
        parse(text)
    except ValueRefusedError as error:
        return error.remedy
    return None


def test_units_are_the_same_as_in_the_model():
    from cxsim.model import plan

    assert (SECOND, MINUTE, HOUR, DAY, MONTH, YEAR) == (
        plan.SECOND, plan.MINUTE, plan.HOUR, plan.DAY, plan.MONTH, plan.YEAR,
    )  # fmt: skip
