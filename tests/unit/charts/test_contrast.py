"""What a colour-blind person and a black-and-white printer make of colours."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.charts.contrast import BLINDNESS, contrast, difference, lightness, linear, remarks, seen_by
from cxsim.charts.style import PALETTE

GREYS = st.integers(0, 255).map(lambda value: f"#{value:02x}{value:02x}{value:02x}")


def test_contrast_by_hand():
    # WCAG 2.2: black on white is 21, a colour on itself 1; #767676 is the lightest grey with 4.5.
    assert contrast("#000000") == pytest.approx(21.0)
    assert contrast("#ffffff") == pytest.approx(1.0)
    assert 4.5 <= contrast("#767676") < 4.55


def test_lightness_by_hand():
    # CIE L* of white, black, and of the grey whose luminance is 0.18419 (L* 50: 18.4 % grey, sRGB 119).
    assert lightness("#ffffff") == pytest.approx(100.0, abs=0.01)
    assert lightness("#000000") == pytest.approx(0.0, abs=0.01)
    assert lightness("#777777") == pytest.approx(50.03, abs=0.01)


def test_a_difference_by_hand():
    # Black and white differ by 100 in lightness and in nothing else.
    assert difference(linear("#000000"), linear("#ffffff")) == pytest.approx(100.0, abs=0.1)


@given(GREYS, st.sampled_from(sorted(BLINDNESS)))
def test_greys_are_grey_to_everybody(grey, kind):
    # The rows of the matrices of Machado et al. (2009) add up to 1.
    assert np.allclose(seen_by(grey, kind), linear(grey), atol=1e-5)


def test_red_and_green_look_alike_to_protanopes_and_deuteranopes_and_blue_to_neither():
    red, green, blue = "#d00000", "#607000", "#0000d0"
    for kind in ("protanopes", "deuteranopes"):
        alike = difference(seen_by(red, kind), seen_by(green, kind))
        assert alike < difference(linear(red), linear(green)) / 2
        assert alike < difference(seen_by(red, kind), seen_by(blue, kind)) / 2


def test_our_own_colours_can_be_told_apart_by_everybody():
    assert [line for line in remarks(PALETTE) if "contrast" not in line] == []


def test_what_is_doubtful_is_said():
    assert remarks(("#0b3d91", "#c25700")) == []
    assert remarks(("#0b3d91", "#f0a030"))[0].startswith("#f0a030: thin lines hardly show")
    assert any("look alike to deuteranopes" in line for line in remarks(("#a04000", "#607000")))
    assert any("about the same grey" in line for line in remarks(("#a04000", "#2255dd", "#447700")))
