"""Planted corners are found with their edges, and none is found where none is."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxsim.errors import InputError
from cxsim.stats.discovery import discover
from cxsim.stats.space_filling import sobol_points

SEED = 20260401
SPACE = sobol_points(128, 5, SEED) * np.array([100.0, 1.0, 10.0, 1.0, 1.0])


def test_a_planted_corner_is_found_with_its_edges():
    lost = (SPACE[:, 0] > 60.0) & (SPACE[:, 2] < 5.0)
    found = discover(SPACE, lost, seed=0, shuffles=19)
    assert len(found.boxes) == 1
    box = found.boxes[0]
    assert box.coverage == box.density == 1.0
    assert box.hits == box.inside.sum() == lost.sum() == found.hits
    sides = {side.column: side for side in box.sides}
    assert set(sides) == {0, 2}
    assert sides[0].above
    assert not sides[2].above
    # The threshold lies midway between the two worlds that it parts.
    assert sides[0].low <= 60.0 <= sides[0].high
    assert sides[0].threshold == pytest.approx((sides[0].low + sides[0].high) / 2.0)
    assert sides[2].low <= 5.0 <= sides[2].high
    assert box.p == pytest.approx(1.0 / 20.0)
    assert all(side.p < 1e-4 for side in box.sides)


def test_a_quasi_p_value_by_hand():
    # One unknown; of 20 worlds the upper 10 are the box, all lost; without the side 10 of 20 are lost.
    x = np.arange(20.0)[:, None]
    found = discover(x, x[:, 0] >= 10.0, seed=0, shuffles=19)
    (side,) = found.boxes[0].sides
    assert side.p == pytest.approx(0.5**10)
    assert (side.low, side.high, side.threshold) == (9.0, 10.0, 9.5)


def test_a_flawed_corner_is_still_found():
    rng = np.random.default_rng(SEED + 1)
    lost = ((SPACE[:, 0] > 60.0) & (SPACE[:, 2] < 5.0)) ^ (rng.random(128) < 0.05)
    box = discover(SPACE, lost, seed=0, shuffles=19).boxes[0]
    assert {side.column for side in box.sides} == {0, 2}
    assert box.density > 0.8
    assert box.coverage > 0.7


def test_counts_are_parted_between_values():
    x = SPACE.copy()
    x[:, 1] = np.floor(3.0 * x[:, 1])
    box = discover(x, (x[:, 1] == 2.0) & (x[:, 0] > 40.0), seed=0, shuffles=19).boxes[0]
    assert {(side.column, side.threshold) for side in box.sides if side.column == 1} == {(1, 1.5)}
    assert box.coverage == box.density == 1.0


def test_two_corners():
    one, other = (SPACE[:, 0] > 75.0) & (SPACE[:, 1] > 0.5), (SPACE[:, 3] < 0.25) & (SPACE[:, 0] < 50.0)
    found = discover(SPACE, one | other, seed=0, shuffles=19)
    assert len(found.boxes) == 2
    assert not (found.boxes[0].inside & found.boxes[1].inside).any()
    assert sum(box.coverage for box in found.boxes) > 0.9


@pytest.mark.slow
def test_where_nothing_tells_nothing_is_said():
    rng = np.random.default_rng(SEED + 2)
    found = [discover(SPACE, rng.random(128) < 0.2, seed=n, shuffles=19).boxes for n in range(60)]
    # 5 % of searches in noise may find a box.
    assert np.mean([bool(boxes) for boxes in found]) < 0.05 + 3.0 * np.sqrt(0.05 * 0.95 / 60)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_all_or_none(share):
    found = discover(SPACE, np.full(128, bool(share)), seed=0, shuffles=19)
    assert found.boxes == ()
    assert found.hits == 128 * share


def test_the_way_trades_coverage_for_density():
    lost = (SPACE[:, 0] > 60.0) & (SPACE[:, 2] < 5.0)
    steps = discover(SPACE, lost, seed=0, shuffles=19).trajectory
    assert steps[0] == (0, 1.0, 1.0, pytest.approx(lost.mean()))
    assert all(one.mass > other.mass for one, other in pairwise(steps))
    assert steps[-1].density == 1.0


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 2**31), st.permutations(range(3)))
def test_the_order_of_worlds_and_the_unit_of_an_unknown_do_not_matter(seed, order):
    rng = np.random.default_rng(seed)
    x = sobol_points(64, 3, seed)
    lost = (x[:, 0] > 0.5) & (x[:, 1] < 0.6) & (rng.random(64) < 0.9)
    mixed = rng.permutation(64)
    one = discover(x, lost, seed=1, shuffles=19).boxes
    other = discover((7.0 * x + 3.0)[mixed][:, order], lost[mixed], seed=1, shuffles=19).boxes
    if one and other:
        np.testing.assert_array_equal(one[0].inside[mixed], other[0].inside)


def test_the_same_again_and_no_global_randomness():
    lost = (SPACE[:, 0] > 60.0) & (SPACE[:, 2] < 5.0)
    before = np.random.get_state()[1].copy()  # noqa: NPY002 -- this is what is looked at
    assert repr(discover(SPACE, lost, seed=3, shuffles=19)) == repr(discover(SPACE, lost, seed=3, shuffles=19))
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_what_does_not_fit_is_refused():
    with pytest.raises(InputError, match="pair them"):
        discover(SPACE, np.zeros(5, dtype=bool), seed=0)
    with pytest.raises(InputError, match="NaN"):
        discover(np.full((30, 2), np.nan), np.zeros(30, dtype=bool), seed=0)
