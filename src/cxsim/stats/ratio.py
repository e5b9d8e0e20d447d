"""How much of one thing per unit of another: ratios of two means that are known by the same replications."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cxsim.stats import validation
from cxsim.stats.intervals import Interval, student_quantile

if TYPE_CHECKING:
    import numpy.typing as npt


class Ratio(NamedTuple):
    """A ratio of means with its interval; all NaN where the denominator cannot be told from 0.

    ``g`` is the squared ratio of the denominator's half-width to its mean: below 1 the interval is bounded.
    """

    interval: Interval
    g: float


def fieller(numerator: npt.ArrayLike, denominator: npt.ArrayLike, level: float = 0.95) -> Ratio:
    """Return the ratio of two means with Fieller's interval.

    Parameters
    ----------
    numerator, denominator : array of shape (n,)
        Position i of both comes from replication i; they may be correlated.
    level : float
        Confidence level.

    Returns
    -------
    Ratio
        Numerator units per denominator unit; not symmetric, so ``half_width`` is half its length. Where the
        denominator's own t interval holds 0 (g >= 1), every value may be right, and the ratio is NaN. n = 1: a ratio
        without an interval.

    Raises
    ------
    InputError
        When the arrays differ in length, are empty or hold an infinite value.

    References
    ----------
    Fieller (1954), Journal of the Royal Statistical Society B 16:175.
    """
    a = validation.vector("ratio, numerator", numerator)
    b = validation.vector("ratio, denominator", denominator)
    validation.same_length("ratio", a, b)
    mean_a, mean_b = float(a.mean()), float(b.mean())
    unknown = Interval(math.nan, math.nan, math.nan, math.nan, a.size)
    if not math.isfinite(mean_a + mean_b) or mean_b == 0.0:
        return Ratio(unknown, math.nan)
    ratio = mean_a / mean_b
    if a.size == 1:
        return Ratio(unknown._replace(mean=ratio), math.nan)
    (v_aa, v_ab), (_, v_bb) = np.cov(a, b) / a.size
    t = student_quantile(level, a.size - 1)
    g = float(t * t * v_bb / (mean_b * mean_b))
    if g >= 1.0:
        return Ratio(unknown, g)
    # With g v_ab / v_bb written as t² v_ab / b², a denominator that is the same in every replication divides nothing.
    middle = ratio - t * t * v_ab / (mean_b * mean_b)
    inner = v_aa - 2.0 * ratio * v_ab + ratio * ratio * v_bb - t * t * (v_aa * v_bb - v_ab * v_ab) / (mean_b * mean_b)
    reach = t / abs(mean_b) * math.sqrt(max(0.0, float(inner)))
    low, high = float(middle - reach) / (1.0 - g), float(middle + reach) / (1.0 - g)
    return Ratio(Interval(ratio, low, high, (high - low) / 2.0, a.size), g)


def linearised(numerator: npt.ArrayLike, denominator: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return one value for each replication whose mean is the ratio and whose spread is that of the ratio.

    The first terms of the ratio's Taylor series, r + (a - r b) / mean(b): so ratios with denominators of their own
    can be compared pair by pair.

    Parameters
    ----------
    numerator, denominator : array of shape (n,)
        Position i of both comes from replication i. The mean denominator is well away from 0 (see `fieller`).

    References
    ----------
    Cochran (1977), Sampling Techniques, 3rd ed., section 6.3.
    """
    a = validation.vector("ratio, numerator", numerator)
    b = validation.vector("ratio, denominator", denominator)
    validation.same_length("ratio", a, b)
    ratio = a.mean() / b.mean()
    found: npt.NDArray[np.float64] = ratio + (a - ratio * b) / b.mean()
    return found
