"""Text that fits."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.charts.text import decimals_for, fitted, number, spread, width_of, wrapped


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
