import math

import pytest

from cxsim.results import wording


@pytest.mark.parametrize(
    ("value", "text"),
    [(213_456, "210 000"), (-48_752, "−49 000"), (0.3449, "0.34"), (0, "0"), (9.96, "10"), (math.nan, "unknown")],
)
def test_figures_are_two(value, text):
    assert wording.figures(value) == text


@pytest.mark.parametrize(
    ("text", "signed"),
    [("12", "+12"), ("−3", "−3"), ("0", "0"), ("0.0 min", "0.0 min"), ("5 s", "+5 s"), ("unknown", "unknown")],
)
def test_signs_stand_where_there_is_something_to_sign(text, signed):
    assert wording.signed(text) == signed


def test_minus_zero_is_zero():
    assert wording.fixed(-0.2) == "0"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.712, "share", "71 %"),
        (0.0084, "share", "0.8 %"),
        (0.0072, "share a month", "0.72 % a month"),
        (5.26, "min", "5.3 min"),
        (0.5, "min", "30 s"),
        (0.02, "min", "1.2 s"),
        (-35.4, "points", "−35 points"),
        (1234.4, "customers", "1 234 customers"),
        (48_752, "EUR", "49 000 EUR"),
        (math.nan, "EUR", "unknown"),
    ],
)
def test_quantities_carry_their_unit(value, unit, text):
    assert wording.quantity(value, unit) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.053, "share", "+5 percentage points"),
        (-0.008, "share", "−0.8 percentage points"),
        (0.004, "share a month", "+0.40 percentage points a month"),
        (-2.0, "min", "−2.0 min"),
        (2000, "EUR", "+2 000 EUR"),
    ],
)
def test_a_difference_of_shares_is_never_per_cent(value, unit, text):
    assert wording.difference(value, unit) == text


def test_intervals_leave_the_unit_to_the_value():
    assert wording.span(0.10, 0.16, "share") == "+10 to +16"
    assert wording.limits(0.10, 0.16, "share") == "10 to 16"
    assert wording.span(-0.006, 0.022, "share") == "−0.6 to +2.2"
    assert wording.limits(-2000, 1000, "EUR") == "−2 000 to 1 000"
    assert wording.limits(math.nan, math.nan, "share") == "no interval"


def test_a_narrow_interval_gets_a_decimal_and_so_does_what_it_is_around():
    assert wording.span(-0.081, -0.079, "share") == "−8.1 to −7.9"
    assert wording.difference(-0.08, "share", 0.002) == "−8.0 percentage points"
    assert wording.quantity(0.714, "share", 0.004) == "71.4 %"


def test_resamples_never_make_certain():
    assert wording.chance(1.0) == "over 99 %"
    assert wording.chance(0.0) == "under 1 %"
    assert wording.chance(0.956) == "96 %"


def test_paths_are_said_in_words():
    assert wording.spoken("defaults.satisfaction_to_staying", "Shop") == "satisfaction to staying"
    assert wording.spoken("FiberNow.arrives", "Shop") == "when FiberNow arrives"
    assert wording.spoken("Shop.trouble_comes_from.design", "Shop") == "trouble comes from design"
    assert wording.spoken("market.switching.cost", "Shop") == "market switching cost"
    assert wording.spoken("", "Shop") == ""


def test_names_are_said_as_in_a_sentence():
    assert wording.shown("make-good-fast") == "Make good fast"
    assert wording.shown("as-is") == "as-is"
    assert wording.listed(["a", "b", "c"]) == "a, b and c"
    assert wording.listed(["a"]) == "a"
    assert wording.number_word(3) == "three"
    assert wording.number_word(30) == "30"


def test_the_ends_of_an_interval_differ_where_they_do():
    assert wording.limits(0.1049, 0.1052, "share") == "10.49 to 10.52"
    assert wording.limits(1_910_000.0, 1_930_000.0, "EUR") == "1 910 000 to 1 930 000"
    assert wording.span(2.01, 2.04, "min") == "+2.01 min to +2.04 min"
    assert wording.limits(0.105, 0.105, "share") == "10.5 in every run"
    assert wording.span(0.105, 0.105, "share") == "+10.5 in every run"
    assert wording.limits(0.105, 0.1050000001, "share") == "10.5"
