"""Where a run has forgotten its start: MSER-5 and Welch's procedure.

A queue that starts empty waits too little at first. What is left out at the beginning must be long enough to lose that
bias and short enough to leave something to measure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from cxsim.errors import InputError
from cxsim.stats import validation

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]

BATCH: Final = 5  # observations in a batch: the 5 of MSER-5
EDGE: Final = 0.9  # of the first half: a smallest value beyond it goes on falling, and is none
FEWEST: Final = 4 * BATCH  # observations that can be judged at all


class WarmUp(NamedTuple):
    """How much to leave out at the beginning of a run.

    Attributes
    ----------
    observations : int
        How many to leave out; a multiple of `BATCH`.
    of : int
        How many there are.
    trusted : bool
        Whether there is a smallest value within the first half, and not at its edge. Otherwise the run is too short to
        tell, or it drifts, and no truncation makes it steady.
    statistic : (points,) float64
        MSER by number of batches left out, from 0; the point chosen is the first of the smallest.
    """

    observations: int
    of: int
    trusted: bool
    statistic: Array

    @property
    def said(self) -> str:
        """The finding in a sentence."""
        if not self.trusted:
            return (
                f"No warm-up can be trusted: the more of the first half of {self.of} observations is left out, the "
                "better. Make the run longer, or ask whether it settles at all (MSER-5)."
            )
        if not self.observations:
            return f"None is needed: all {self.of} observations are kept (MSER-5)."
        return f"The first {self.observations} of {self.of} observations are left out as warm-up (MSER-5)."


class Welch(NamedTuple):
    """Welch's smoothed curve, to be looked at.

    Attributes
    ----------
    averaged : (n,) float64
        Mean over replications.
    smoothed : (n - window,) float64
        Its moving average.
    window : int
        Observations taken on either side; fewer near the beginning.
    """

    averaged: Array
    smoothed: Array
    window: int


def mser5(values: npt.ArrayLike) -> WarmUp:
    """Return how many observations to leave out, by the marginal standard error rule on batches of five.

    With batch means z(1) ... z(m), MSER(d) = sum over j > d of (z(j) - mean of those)² / (m - d)²: the squared standard
    error that the rest would have if it were independent. The d in the first half where it is smallest is chosen:
    towards the end few and alike observations make it small by luck. A d at the edge of that half is not trusted.

    Parameters
    ----------
    values : array of shape (n,) or (replications, n)
        Observations in order of time, any unit. Those of several replications are averaged first.

    Returns
    -------
    WarmUp

    Raises
    ------
    InputError
        When there are fewer than 20 observations or one is NaN.

    References
    ----------
    White (1997), Simulation 69:323; White, Cobb & Spratt (2000), Proceedings of the Winter Simulation Conference, 755
    (batches of 5); Franklin & White (2008), Proceedings of the Winter Simulation Conference, 541 (the first half);
    Hoad, Robinson & Davies (2010), Journal of the Operational Research Society 61:1389 (averages over replications).
    """
    series = _averaged("warm-up", values)
    if series.size < FEWEST:
        message = f"warm-up: {series.size} observations; {FEWEST} or more are allowed; make the run longer"
        raise InputError(message)
    batches = series.size // BATCH
    means = series[: batches * BATCH].reshape(batches, BATCH).mean(axis=1)
    # Sums from the end, on values around the mean of all: what is squared stays small.
    around = means - means.mean()
    left = np.arange(batches, 0, -1, dtype=np.float64)
    sums, squares = np.cumsum(around[::-1])[::-1], np.cumsum(around[::-1] ** 2)[::-1]
    half = batches // 2
    statistic = (np.maximum(squares - sums**2 / left, 0.0) / left**2)[: half + 1]
    # What only rounding parts is equal, and the first of equals keeps the most.
    lowest = float(statistic.min()) + 1e-14 * float(np.square(around).sum())
    chosen = int(np.flatnonzero(statistic <= lowest)[0])
    return WarmUp(chosen * BATCH, series.size, chosen < EDGE * half, statistic)


def welch(values: npt.ArrayLike, window: int) -> Welch:
    """Return Welch's moving average, in which the end of the warm-up is looked for by eye.

    At observation i: the mean over the `window` on either side, near the beginning over the i - 1 on either side.

    Parameters
    ----------
    values : array of shape (replications, n)
        Observations in order of time, any unit; five replications or more are advised. One row is allowed.
    window : int
        At least 1 and at most a quarter of n.

    Returns
    -------
    Welch

    Raises
    ------
    InputError
        When the window is not allowed or a value is NaN.

    References
    ----------
    Welch (1983), in Lavenberg, Computer Performance Modeling Handbook; Law (2015), section 9.5.1.
    """
    series = _averaged("Welch", values)
    width = validation.count("Welch, window", window, minimum=1)
    if 4 * width > series.size:
        message = (
            f"Welch, window: {width} of {series.size} observations; at most a quarter of them is allowed; "
            "take a smaller window or a longer run"
        )
        raise InputError(message)
    positions = np.arange(series.size - width)
    sides = np.minimum(positions, width)
    upto = np.concatenate(([0.0], np.cumsum(series)))
    smoothed = (upto[positions + sides + 1] - upto[positions - sides]) / (2 * sides + 1)
    return Welch(series, smoothed, width)


def _averaged(where: str, values: npt.ArrayLike) -> Array:
    array = np.asarray(values, dtype=np.float64)
    rows = validation.vector(where, array)[None] if array.ndim == 1 else validation.matrix(where, array)
    mean: Array = validation.finite(where, rows).mean(axis=0)
    return mean
