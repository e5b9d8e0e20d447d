"""Points that fill a cube evenly: a low-discrepancy design in place of plain random draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cxsim.stats import validation

if TYPE_CHECKING:
    import numpy.typing as npt


def sobol_points(count: int, dimensions: int, seed: int) -> npt.NDArray[np.float64]:
    """Return the first points of a scrambled Sobol sequence.

    Fewer points of the same seed are the first of more, so that a design can be continued.

    Parameters
    ----------
    count : int
        Points, at least 1. Powers of 2 fill the cube most evenly; any number is allowed.
    dimensions : int
        At least 1.
    seed : int
        Of the scrambling; a generator of its own.

    Returns
    -------
    (count, dimensions) float64
        Between 0 and 1.

    Raises
    ------
    InputError
        When a number is out of range.

    References
    ----------
    Sobol (1967), USSR Computational Mathematics and Mathematical Physics 7:86; Owen (1998), Journal of Complexity
    14:466 (scrambling); evaluated by ``scipy.stats.qmc.Sobol``.
    """
    from scipy.stats import qmc  # noqa: TID251 -- the sequence lives only there, and only whoever asks for it waits

    validation.count("design, points", count, minimum=1)
    validation.count("design, dimensions", dimensions, minimum=1)
    validation.count("design, seed", seed)
    sequence = qmc.Sobol(dimensions, scramble=True, seed=np.random.default_rng(seed))
    # Whole powers of 2, so that the sequence keeps its balance; the first of them are taken.
    points: npt.NDArray[np.float64] = sequence.random_base2((count - 1).bit_length())
    return points[:count]


def latin_hypercube_points(count: int, dimensions: int, seed: int) -> npt.NDArray[np.float64]:
    """Return a Latin hypercube: in every dimension one point in each of `count` equal parts.

    Another count is another design; where it may be continued, take `sobol_points`.

    Parameters
    ----------
    count : int
        Points, at least 1.
    dimensions : int
        At least 1.
    seed : int
        Of the order of the parts, and of the places within them.

    Returns
    -------
    (count, dimensions) float64
        Between 0 and 1.

    Raises
    ------
    InputError
        When a number is out of range.

    References
    ----------
    McKay, Beckman & Conover (1979), Technometrics 21:239.
    """
    validation.count("design, points", count, minimum=1)
    validation.count("design, dimensions", dimensions, minimum=1)
    validation.count("design, seed", seed)
    generator = np.random.default_rng(seed)
    parts = np.tile(np.arange(count, dtype=np.float64), (dimensions, 1))
    places: npt.NDArray[np.float64] = (
        generator.permuted(parts, axis=1).T + generator.random((count, dimensions))
    ) / count
    return places
