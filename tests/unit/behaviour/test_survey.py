"""Survey answers from the latent scale (B-36)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.registry import REGISTRY
from cxsim.behaviour.survey import chance_of_response, effort_score, is_poor, nps_group


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
    assert REGISTRY["poor_below"].default < REGISTRY["detractor_below"].default


def test_the_chance_of_a_response_is_a_u():
    assert chance_of_response(0.0, 0.1, 0.08) == 0.1
    assert chance_of_response(2.0, 0.1, 0.08) == chance_of_response(-2.0, 0.1, 0.08) == pytest.approx(0.42)
    assert chance_of_response(-9.0, 0.1, 0.08) == 0.9
    assert chance_of_response(-9.0, 0.1, 0.0) == 0.1


def test_poor_lies_below_its_cut():
    assert is_poor(-0.6001, -0.6)
    assert not is_poor(-0.6, -0.6)


@pytest.mark.parametrize(
    ("lost", "score"),
    [(-1.0, 7), (0.0, 7), (0.2499, 7), (0.25, 6), (0.5, 5), (1.2499, 3), (1.25, 2), (1.5, 1), (99.0, 1)],
)
def test_the_effort_score_falls_a_point_a_step(lost, score):
    assert effort_score(lost, 0.25) == score
