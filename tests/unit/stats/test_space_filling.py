import numpy as np
import pytest

from cxsim.errors import InputError
from cxsim.stats.space_filling import sobol_points


def test_every_half_of_every_axis_holds_half_the_points():
    points = sobol_points(16, 3, 7)
    assert points.shape == (16, 3)
    assert ((points >= 0) & (points <= 1)).all()
    for parts in (2, 4, 8, 16):
        for column in points.T:
            assert (np.bincount((column * parts).astype(int), minlength=parts) == 16 // parts).all()


def test_more_points_begin_with_the_same_and_seeds_differ():
    assert sobol_points(5, 2, 7).tolist() == sobol_points(100, 2, 7)[:5].tolist()
    assert sobol_points(5, 2, 7).tolist() != sobol_points(5, 2, 8).tolist()
    assert sobol_points(1, 1, 7).shape == (1, 1)


@pytest.mark.parametrize(("count", "dimensions", "seed"), [(0, 1, 1), (1, 0, 1), (1, 1, -1)])
def test_what_is_no_design_is_refused(count, dimensions, seed):
    with pytest.raises(InputError, match="whole number"):
        sobol_points(count, dimensions, seed)
