"""PAWN: how far the whole distribution of a value moves when one factor is held in a part of its range.

References
----------
Pianosi & Wagener (2015), Environmental Modelling & Software 67:1; Pianosi & Wagener (2018), Environmental Modelling &
Software 108:197 (from any sample of points; a dummy factor tells what chance alone shows).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from cxsim.errors import InputError
from cxsim.stats import validation
from cxsim.stats.intervals import normal_quantile
from cxsim.stats.variance_shares import RESAMPLES, drawn_weights

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]

POINTS_A_SLICE: Final = 12
MOST_SLICES: Final = 10
LEAST_POINTS: Final = 2 * POINTS_A_SLICE


class Shifts(NamedTuple):
    """How far the distribution moves with each factor, each of shape (factors,), between 0 and 1.

    Attributes
    ----------
    median, most : float64
        Kolmogorov-Smirnov distances between the values of a slice of the factor and all values: the median over slices,
        and the largest.
    low, high : float64
        Interval of the median, over points and replications.
    dummy : float
        What a factor that does nothing shows in 95 of 100 shuffles, the largest of as many as there are factors.
    told_apart : bool
        Whether the median is beyond `dummy`.
    slices, points : int
    """

    median: Array
    most: Array
    low: Array
    high: Array
    dummy: float
    told_apart: npt.NDArray[np.bool_]
    slices: int
    points: int


def distribution_shifts(
    positions: npt.ArrayLike,
    values: npt.ArrayLike,
    *,
    seed: int,
    level: float = 0.95,
    resamples: int = RESAMPLES,
) -> Shifts:
    """Return PAWN indices of the means over replications, and what chance alone shows.

    Luck blurs every distribution alike: it makes indices smaller, never an effect where there is none; the dummy is
    shuffled from the same noisy values.

    Parameters
    ----------
    positions : array of shape (points, factors)
    values : array of shape (points, replications)
        A point with a NaN is left out.
    seed : int
        Of resampling and shuffling; a generator of its own.
    level : float
    resamples : int
        Resamples for the interval, and shuffles for the dummy.

    Raises
    ------
    InputError
        When the arrays do not fit, or there are fewer than 24 whole points or two replications.
    """
    x, y = _points(positions, values)
    points, replications = y.shape
    slices = slices_for(points)
    means = y.mean(axis=1)
    distances = _distances(x, means, slices)
    generator = np.random.default_rng(validation.count("pawn, seed", seed))
    count, weights = validation.count("pawn, resamples", resamples, minimum=2), np.ones(replications)

    def median_of(chosen: npt.NDArray[np.intp], weights: Array) -> Array:
        found: Array = np.median(_distances(x[chosen], y[chosen] @ weights / weights.sum(), slices), axis=0)
        return found

    everything = np.arange(points)
    drawn = [
        np.array([median_of(generator.choice(everything, points), weights) for _ in range(count)]),
        np.array([median_of(everything, drawn_weights(generator, replications)) for _ in range(count)]),
    ]
    shuffled = [
        np.median(_distances(x[generator.permutation(points)], means, slices), axis=0).max() for _ in range(count)
    ]
    half = normal_quantile(level) * np.hypot(*(one.std(axis=0, ddof=1) for one in drawn))
    median, dummy = np.median(distances, axis=0), float(np.quantile(shuffled, level))
    return Shifts(median, distances.max(axis=0), median - half, median + half, dummy, median > dummy, slices, points)


def slices_for(points: int) -> int:
    """Return into how many slices so many points are put: at least 12 points in each, at most 10 slices."""
    return max(2, min(MOST_SLICES, points // POINTS_A_SLICE))


def _distances(x: Array, y: Array, slices: int) -> Array:
    """Kolmogorov-Smirnov distances, (slices, factors); slices hold equally many points, by rank."""
    points = y.size
    order = np.argsort(y, kind="stable")
    ordered = y[order]
    ends = np.append(np.flatnonzero(np.diff(ordered) > 0.0), points - 1)  # equal values make one step
    whole = (ends + 1) / points
    found = np.empty((slices, x.shape[1]))
    for factor, column in enumerate(x.T):
        ranks = np.empty(points, dtype=np.intp)
        ranks[np.argsort(column, kind="stable")] = np.arange(points)
        part = (ranks * slices // points)[order]
        inside = (part == np.arange(slices)[:, None]).cumsum(axis=1)
        found[:, factor] = np.abs(inside[:, ends] / inside[:, -1:] - whole).max(axis=1)
    return found


def _points(positions: npt.ArrayLike, values: npt.ArrayLike) -> tuple[Array, Array]:
    x, y = validation.matrix("pawn, positions", positions), np.asarray(values, dtype=np.float64)
    if y.ndim != 2 or len(x) != len(y):
        message = f"pawn: {len(x)} points and values of shape {y.shape}; points x replications allowed; reshape them"
        raise InputError(message)
    if y.shape[1] < 2:
        message = "pawn: one replication; 2 or more are needed to tell luck from effect; raise the number"
        raise InputError(message)
    whole = np.isfinite(y).all(axis=1)
    if whole.sum() < LEAST_POINTS:
        message = (
            f"pawn: {int(whole.sum())} points with all values; {LEAST_POINTS} or more are needed; raise the number"
        )
        raise InputError(message)
    return x[whole], y[whole]
