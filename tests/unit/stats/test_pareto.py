"""The non-dominated of several points."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.errors import InputError
from cxsim.stats.pareto import non_dominated


def test_cost_against_gain():
    # (1, 1) is cheap, (3, 5) does more; (3, 4) costs as much and does less; (4, 5) costs more and does no more.
    points = [(1.0, 1.0), (3.0, 5.0), (3.0, 4.0), (4.0, 5.0)]
    assert non_dominated(points, ["lower", "higher"]).tolist() == [True, True, False, False]


def test_equal_points_stay_together():
    assert non_dominated([(1.0, 1.0), (1.0, 1.0), (0.0, 1.0)], ["higher", "higher"]).tolist() == [True, True, False]


def test_what_is_not_known_is_left_out():
    points = [(math.nan, 9.0), (1.0, 1.0)]
    assert non_dominated(points, ["higher", "higher"]).tolist() == [False, True]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=20))
def test_every_point_outside_is_beaten_by_one_inside(points):
    table = np.array(points, float)
    front = non_dominated(table, ["higher", "lower", "higher"])
    signed = table * [1, -1, 1]

    def beats(one, other):
        return (one >= other).all() and (one > other).any()

    assert front.any()
    for inside in signed[front]:
        assert not any(beats(other, inside) for other in signed)
    for outside in signed[~front]:
        assert any(beats(inside, outside) for inside in signed[front])


def test_a_direction_for_each_measure():
    with pytest.raises(InputError, match="2 measures and 1 directions"):
        non_dominated([(1.0, 2.0)], ["higher"])
