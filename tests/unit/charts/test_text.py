"""Text that fits."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.charts.text import balanced, decimals_for, fitted, number, spread, width_of, wrapped


@given(
    labels=st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(0.01, 0.1)), min_size=1, max_size=9),
)
def test_spread_labels_never_overlap_and_stay_inside(labels):
    wanted, heights = [w for w, _ in labels], [h for _, h in labels]
    placed = spread(wanted, heights, 0.0, 1.0)
    boxes = sorted((y - h / 2, y + h / 2) for y, h in zip(placed, heights, strict=True))
    assert all(upper <= lower + 1e-9 for (_, upper), (lower, _) in pairwise(boxes))
    assert boxes[0][0] >= -1e-9
    assert boxes[-1][1] <= 1.0 + 1e-9


def test_labels_with_room_stay_where_they_are_wanted():
    assert spread([0.2, 0.8], [0.1, 0.1], 0.0, 1.0) == pytest.approx([0.2, 0.8])


def test_two_at_one_place_part_evenly():
    assert sorted(spread([0.5, 0.5], [0.2, 0.2], 0.0, 1.0)) == pytest.approx([0.4, 0.6])


def test_wrapped_lines_are_no_wider_than_asked():
    text = "Donaudampfschifffahrtsgesellschaftskapitän asks for a very long name here"
    lines = wrapped(text, 1.5, 12).split("\n")
    assert all(width_of(line, 12) <= 1.5 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_text_that_cannot_fit_is_cut_with_an_ellipsis_inside_its_box():
    fit = fitted("word " * 60, 1.0, 0.4, 12)
    assert fit.text.endswith("…")
    assert fit.height <= 0.4
    assert all(width_of(line, fit.size) <= 1.0 for line in fit.text.split("\n"))


def test_numbers_have_a_real_minus_and_no_negative_zero():
    assert number(-1.25, 1) == "−1.2"
    assert number(-0.04, 1, signed=True) == "0.0"
    assert number(2.0, 1, signed=True) == "+2.0"
    assert number(float("nan"), 1) == "–"


@pytest.mark.parametrize(("largest", "decimals"), [(250.0, 0), (12.0, 1), (0.5, 2)])
def test_decimals_follow_the_largest_number(largest, decimals):
    assert decimals_for([0.0, -largest, float("nan")]) == decimals


@pytest.mark.parametrize("kept", ["5 %,", "22 s", "4 min", "19 000 EUR", "−21 000"])
def test_a_line_never_ends_between_a_number_and_its_unit(kept):
    first = kept.rsplit(" EUR")[0]
    text = f"Two more is best on those who gave up waiting: {kept} under as-is"
    for hundredths in range(200, 1600, 20):
        assert first in wrapped(text, hundredths / 100, 22, "bold").replace("\n", "|"), hundredths


def test_a_line_may_end_after_a_number():
    assert wrapped("of every 100 customers", width_of("of every 100", 12) + 0.01, 12) == "of every 100\ncustomers"
    assert wrapped("we met at 10 sharp", width_of("we met at 10", 12) + 0.01, 12) == "we met at 10\nsharp"


def test_a_title_of_two_lines_has_two_lines_of_about_equal_length():
    text = "Second person at the till keeps 5 more of every 100 customers than as-is"
    width = width_of(text, 20) - 0.1
    fit = fitted(text, width, 2.0, 20)
    assert fit.text.endswith("\nas-is")
    even = balanced(text, fit, width)
    first, second = (width_of(line, 20) for line in even.text.split("\n"))
    assert even.text.replace("\n", " ") == text
    assert abs(first - second) < 0.25 * width


def test_balancing_neither_adds_lines_nor_breaks_words():
    word = "Donaudampfschifffahrtsgesellschaftskapitän"
    for text in (f"{word} {word[:9]} asks", f"a {word} b {word} c", "word " * 60):
        fit = fitted(text, width_of(word, 12) * 0.8, 1.0, 12)
        assert balanced(text, fit, width_of(word, 12) * 0.8) == fit
    short = fitted("short", 5.0, 1.0, 12)
    assert balanced("short", short, 5.0) is short


def test_ticks_have_thousands_apart_and_the_decimals_they_need():
    from cxsim.charts.text import tick

    space = number(50_000, 0)[2]
    assert tick(50_000.0) == f"50{space}000"
    assert tick(200_000.0, signed=True) == f"+200{space}000"
    assert [tick(0.25), tick(-2.5), tick(3.0)] == ["0.25", "\N{MINUS SIGN}2.5", "3"]
