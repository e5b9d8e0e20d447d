"""Survey answers from the latent scale (B-36)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.registry import REGISTRY
from cxsim.behaviour.survey import nps_group


@pytest.mark.parametrize(
    ("cumulative", "group"), [(-3.0, -1), (-0.5 - 1e-12, -1), (-0.5, 0), (0.0, 0), (0.9 - 1e-12, 0), (0.9, 1), (3.0, 1)]
)
def test_groups_by_the_cut_points(cumulative, group):
    assert nps_group(cumulative, 0.9, -0.5) == group


@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(-3, 0), st.floats(0, 3))
def test_the_more_satisfied_never_fall_into_a_lower_group(a, b, detractor_below, promoter_from):
    low, high = sorted([a, b])
    assert nps_group(low, promoter_from, detractor_below) <= nps_group(high, promoter_from, detractor_below)


def test_the_cut_points_of_the_ledger_are_in_order():
    assert REGISTRY["detractor_below"].default < REGISTRY["satisfied_from"].default < REGISTRY["promoter_from"].default
