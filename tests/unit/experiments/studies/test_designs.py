"""Designs: every point that should be there, in its order, and none made before it is asked for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxsim.errors import InputError
from cxsim.experiments.studies import designs
from cxsim.experiments.studies.designs import Grid, Listed, Point, Points
from cxsim.stats.space_filling import latin_hypercube_points, sobol_points


def test_a_grid_moves_its_last_factor_first():
    found = Points(Grid(("a", "b"), (("1", "2"), ("x", "y", "z"))), zero=False)
    assert [point.number for point in found] == [1, 2, 3, 4, 5, 6]
    assert [tuple(text for _, text in point.texts) for point in found] == [
        ("1", "x"), ("1", "y"), ("1", "z"), ("2", "x"), ("2", "y"), ("2", "z"),
    ]  # fmt: skip
    assert found[5] == found[-1] == Point(6, (("a", "2"), ("b", "z")))
    assert found[1:3] == (found[1], found[2])
    with pytest.raises(IndexError):
        found[6]


def test_the_scenario_as_written_is_point_0():
    found = Points(Listed(("a",), (("1",), ("2",))), zero=True)
    assert list(found) == [Point(0, ()), Point(1, (("a", "1"),)), Point(2, (("a", "2"),))]
    assert len(found) == 3


def test_a_grid_is_counted_without_being_made():
    levels = tuple(str(n) for n in range(1000))
    found = Points(Grid(("a", "b", "c"), (levels, levels, levels)), zero=False)
    assert len(found) == 10**9
    assert found[10**9 - 1].texts == (("a", "999"), ("b", "999"), ("c", "999"))


@pytest.mark.parametrize(("fewer", "more"), [(1, 2), (5, 8), (8, 64), (33, 100)])
def test_fewer_sobol_points_are_the_first_of_more(fewer, more):
    assert (sobol_points(fewer, 3, 20260101) == sobol_points(more, 3, 20260101)[:fewer]).all()


@settings(max_examples=40, deadline=None)
@given(count=st.integers(1, 60), dimensions=st.integers(1, 6), seed=st.integers(0, 2**40))
def test_a_latin_hypercube_has_one_point_in_each_part(count, dimensions, seed):
    points = latin_hypercube_points(count, dimensions, seed)
    assert points.shape == (count, dimensions)
    assert ((points >= 0.0) & (points < 1.0)).all()
    parts = np.floor(points * count).astype(int)
    assert (np.sort(parts, axis=0) == np.arange(count)[:, None]).all()


def test_the_mean_over_a_hypercube_has_less_error_than_over_plain_draws():
    """McKay, Beckman & Conover (1979): of an additive function only the jitter within the parts is left."""
    count, designs_made = 20, 400
    means = [latin_hypercube_points(count, 3, 20260101 + seed).sum(axis=1).mean() for seed in range(designs_made)]
    plain = 3.0 / 12.0 / count  # variance of the mean of so many draws of a sum of three uniform numbers
    exact = plain / count**2  # jitter alone, within parts of width 1/count
    # A variance from 400 normal values has a relative standard error of sqrt(2/399) = 7 %; four of them.
    assert np.var(means, ddof=1) == pytest.approx(exact, rel=0.28)
    assert np.mean(means) == pytest.approx(1.5, abs=4 * (exact / designs_made) ** 0.5)


def test_columns_of_a_hypercube_are_not_in_step():
    points = latin_hypercube_points(400, 4, 20260101)
    others = np.corrcoef(points.T)[np.triu_indices(4, 1)]
    assert np.abs(others).max() < 4 / 400**0.5


def test_seeds_make_other_designs_and_the_same_seed_the_same():
    assert (latin_hypercube_points(9, 2, 5) == latin_hypercube_points(9, 2, 5)).all()
    assert (latin_hypercube_points(9, 2, 5) != latin_hypercube_points(9, 2, 6)).any()
    for numbers in ((0, 2, 5), (3, 0, 5), (3, 2, -1)):
        with pytest.raises(InputError):
            latin_hypercube_points(*numbers)


def test_a_million_points_take_no_room_before_they_are_asked_for():
    import tracemalloc

    levels = tuple(str(n) for n in range(100))
    tracemalloc.start()
    found = Points(designs.Grid(("a", "b", "c"), (levels, levels, levels)), zero=True)
    assert sum(1 for _ in zip(found, range(1000), strict=False)) == 1000
    assert tracemalloc.get_traced_memory()[1] < 200_000
    tracemalloc.stop()
