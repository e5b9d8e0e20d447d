"""A steady-state mean and its interval from one long run: batch means.

Observations that follow each other are alike, so their spread says too little about the error of their mean. Means of
long batches are nearly independent. How long is long enough is judged on many short batches, where dependence shows
best; the interval is taken from fewer and several times longer ones.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from cxsim.errors import InputError
from cxsim.stats import validation
from cxsim.stats.intervals import Interval, mean_interval

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]

BATCHES: Final = 20  # in the interval; more hardly narrow it (Schmeiser 1982)
FINER: Final = 5  # short batches, those that are judged, in one of the interval
P_DEPENDENT: Final = 0.05  # below it, batches count as dependent


class SteadyMean(NamedTuple):
    """The mean of a steady state.

    Attributes
    ----------
    interval : Interval
        In the unit of the values, n the number of batches; NaN bounds where the run is too short.
    batches, size : int
        Batches of the interval, and observations in each.
    left_out : int
        Observations at the beginning that fill no batch.
    independent_from : int
        Size of batch from which neighbours cannot be told from independent ones; 0 if there is none.
    lag_1 : float
        Correlation of neighbouring batches of the interval.
    trusted : bool
        Whether `independent_from` was found: the run is long enough.
    """

    interval: Interval
    batches: int
    size: int
    left_out: int
    independent_from: int
    lag_1: float
    trusted: bool

    @property
    def said(self) -> str:
        """The finding in a sentence."""
        if not self.trusted:
            return (
                "The run is too short for an interval: even the longest batches that leave enough of them depend on "
                "their neighbours. Make it several times longer."
            )
        return (
            f"{self.batches} batches of {self.size} observations; neighbours look independent from "
            f"{self.independent_from} on (von Neumann's ratio)."
        )


class Neighbours(NamedTuple):
    """Whether values in a row depend on their neighbours.

    Attributes
    ----------
    correlation : float
        Lag-1 correlation; 0 for a constant row.
    p : float
        One-sided, against positive dependence.
    """

    correlation: float
    p: float


def von_neumann(values: npt.ArrayLike) -> Neighbours:
    """Test independence of neighbouring values by von Neumann's ratio.

    C = 1 - sum (x(i) - x(i+1))² / (2 sum (x(i) - mean)²) is the lag-1 correlation but for the two ends; for independent
    normal values it has mean 0 and variance (k - 2) / (k² - 1), and is close to normal from k = 20 on.

    Parameters
    ----------
    values : array of shape (k,)
        At least three.

    Raises
    ------
    InputError
        When there are too few values or one is NaN.

    References
    ----------
    von Neumann (1941), Annals of Mathematical Statistics 12:367; Fishman (1978), Management Science 24:510.
    """
    row = validation.finite("neighbours", validation.vector("neighbours", values, minimum_size=3))
    around = row - row.mean()
    squares = float(around @ around)
    if np.ptp(row) == 0 or squares == 0:
        return Neighbours(0.0, 1.0)
    steps = np.diff(row)
    ratio = 1 - float(steps @ steps) / (2 * squares)
    from scipy import special

    k = row.size
    p = float(special.ndtr(-ratio / math.sqrt((k - 2) / (k * k - 1))))
    return Neighbours(float(around[1:] @ around[:-1]) / squares, p)


def batch_means(values: npt.ArrayLike, level: float = 0.95) -> SteadyMean:
    """Return the mean of one long run, with a t interval over batches that were found long enough.

    The batch is doubled from one observation on, until von Neumann's ratio shows no dependence of neighbours (p above
    .05); at least 100 batches must be left to judge it by. The interval is that of 20 batches, each at least five times
    as long.

    Parameters
    ----------
    values : array of shape (n,)
        Observations in order of time, any unit, without the warm-up.
    level : float
        Confidence level.

    Returns
    -------
    SteadyMean
        In the unit of the values. `trusted` is False and the interval without bounds where the run is too short.

    Raises
    ------
    InputError
        When there are fewer than 100 observations or one is NaN.

    References
    ----------
    Law & Carson (1979), Operations Research 27:1011 (judging shorter batches than those of the interval); Fishman
    (1978), Management Science 24:510 (doubling until independent); Schmeiser (1982), Operations Research 30:556 (how
    many); Law (2015), section 9.5.3.
    """
    series = validation.finite("batch means", validation.vector("batch means", values))
    validation.share("level", level, open_ends=True)
    fewest = BATCHES * FINER
    if series.size < fewest:
        message = f"batch means: {series.size} observations; {fewest} or more are allowed; make the run longer"
        raise InputError(message)
    independent = _independent_from(series)
    size = series.size // BATCHES
    means = _means(series, size)
    interval = mean_interval(means, level)
    if not independent:
        interval = interval._replace(low=math.nan, high=math.nan, half_width=math.nan)
    lag = von_neumann(means).correlation
    left_out = series.size - BATCHES * size
    return SteadyMean(interval, BATCHES, size, left_out, independent, lag, independent > 0)


def _independent_from(series: Array) -> int:
    size = 1
    while series.size // size >= BATCHES * FINER:
        if von_neumann(_means(series, size)).p > P_DEPENDENT:
            return size
        size *= 2
    return 0


def _means(series: Array, size: int) -> Array:
    """Return means of full batches; what fills none is left out at the beginning, where the start may still show."""
    count = series.size // size
    means: Array = series[series.size - count * size :].reshape(count, size).mean(axis=1)
    return means
