"""Durations by inversion: one uniform draw a decision, monotone in the draw, so that luck is kept between policies."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cxsim.model.jit import rule
from cxsim.model.plan import (
    LAW_CONSTANT,
    LAW_EXPONENTIAL,
    LAW_HAZARD,
    LAW_LOGNORMAL,
    LAW_NEVER,
    LAW_QUANTILES,
    LAW_TABLE,
    LAW_TRIANGULAR,
    LAW_UNIFORM,
    LAW_WEIBULL,
    NEVER,
)

# Table laws (gamma, Erlang, hyperexponential, mixtures) are stored as x at equal steps of the Gumbel variate
# y = log(-log(1 - u)), which spreads both tails; between knots x is interpolated on a straight line.
TABLE_FROM = -37.0
TABLE_TO = 3.65


@rule
def unit_exponential(u: float) -> float:
    """Quantile of the exponential law of mean 1 at a keyed draw.

    A keyed draw is an odd multiple of 2**-53, so ``1 - u`` is exact and its logarithm as good as ``log1p(-u)``, in
    less than half the time.
    """
    return -math.log(1.0 - u)


@rule
def normal_quantile(p: float) -> float:
    """Quantile of the standard normal law (Wichura 1988, algorithm AS 241, PPND16; relative error about 1e-16).

    Parameters
    ----------
    p : float
        In the open interval (0, 1).
    """
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        top = ((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
            + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
            + 133.14166789178437745) * r + 3.387132872796366608  # fmt: skip
        bottom = ((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
            + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
            + 42.313330701600911252) * r + 1.0  # fmt: skip
        return q * top / bottom
    r = p if q < 0.0 else 1.0 - p
    r = math.sqrt(-math.log(r))
    if r <= 5.0:
        r -= 1.6
        top = ((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
            + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r
            + 4.6303378461565452959) * r + 1.42343711074968357734  # fmt: skip
        bottom = ((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
            + 0.14810397642748007459) * r + 0.68976733498510000455) * r + 1.6763848301838038494) * r
            + 2.05319162663775882187) * r + 1.0  # fmt: skip
    else:
        r -= 5.0
        top = ((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
            + 0.026532189526576123093) * r + 0.29656057182850489123) * r + 1.7848265399172913358) * r
            + 5.4637849111641143699) * r + 6.6579046435011037772  # fmt: skip
        bottom = ((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
            + 7.868691311456132591e-4) * r + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
            + 0.59983220655588793769) * r + 1.0  # fmt: skip
    return -top / bottom if q < 0.0 else top / bottom


@rule
def triangular_quantile(u: float, low: float, mode: float, high: float) -> float:
    """Quantile of the triangular law on [low, high] with the given mode."""
    width = high - low
    cut = (mode - low) / width
    if u < cut:
        return low + math.sqrt(u * width * (mode - low))
    return high - math.sqrt((1.0 - u) * width * (high - mode))


@rule
def hazard_quantile(u: float, knots: NDArray[np.void], first: int, n: int) -> float:
    """Time at which a piecewise-constant hazard has used up ``-log(1 - u)``.

    Knots hold (p = hazard per microsecond, x = time from which it holds); the last hazard holds for ever.
    """
    left = unit_exponential(u)
    for k in range(first, first + n - 1):
        begin = knots[k]["x"]
        length = knots[k + 1]["x"] - begin
        hazard = knots[k]["p"]
        if left < hazard * length:
            return begin + left / hazard
        left -= hazard * length
    hazard = knots[first + n - 1]["p"]
    if hazard <= 0.0:
        return float(NEVER)
    return knots[first + n - 1]["x"] + left / hazard


@rule
def knot_quantile(u: float, knots: NDArray[np.void], first: int, n: int) -> float:
    """Quantile by straight lines between the knots (p = cumulative probability, x = value)."""
    low, high = first, first + n - 1
    while high - low > 1:
        middle = (low + high) // 2
        if knots[middle]["p"] <= u:
            low = middle
        else:
            high = middle
    span = knots[high]["p"] - knots[low]["p"]
    if span <= 0.0:
        return knots[high]["x"]
    share = (u - knots[low]["p"]) / span
    return knots[low]["x"] + min(max(share, 0.0), 1.0) * (knots[high]["x"] - knots[low]["x"])


@rule
def table_quantile(u: float, knots: NDArray[np.void], first: int, n: int) -> float:
    """Quantile by straight lines at equal steps of ``log(-log(1 - u))`` between TABLE_FROM and TABLE_TO."""
    y = math.log(unit_exponential(u))
    place = (y - TABLE_FROM) * ((n - 1) / (TABLE_TO - TABLE_FROM))
    place = min(max(place, 0.0), n - 1.0)
    k = min(int(place), n - 2)
    below = knots[first + k]["x"]
    return below + (place - k) * (knots[first + k + 1]["x"] - below)


@rule
def quantile(laws: NDArray[np.void], knots: NDArray[np.void], law: int, u: float) -> float:
    """Quantile of law number `law` at `u`, microseconds; NEVER for a law that never happens.

    Parameters
    ----------
    laws, knots : record arrays
        Of the plan. Fields a, b, c: constant (value); exponential (mean); lognormal (mu, sigma of the logarithm);
        Weibull (scale, shape); uniform (low, high); triangular (low, mode, high).
    law : int
        Row of `laws`.
    u : float
        In (0, 1).
    """
    kind = laws[law]["kind"]
    a = laws[law]["a"]
    b = laws[law]["b"]
    if kind == LAW_EXPONENTIAL:
        return a * unit_exponential(u)
    if kind == LAW_LOGNORMAL:
        return math.exp(a + b * normal_quantile(u))
    if kind == LAW_CONSTANT:
        return a
    if kind == LAW_WEIBULL:
        return a * math.pow(unit_exponential(u), 1.0 / b)
    if kind == LAW_UNIFORM:
        return a + u * (b - a)
    if kind == LAW_TRIANGULAR:
        return triangular_quantile(u, a, b, laws[law]["c"])
    first = laws[law]["first_knot"]
    n = laws[law]["n_knots"]
    if kind == LAW_HAZARD:
        return hazard_quantile(u, knots, first, n)
    if kind == LAW_QUANTILES:
        return knot_quantile(u, knots, first, n)
    if kind == LAW_TABLE:
        return table_quantile(u, knots, first, n)
    return float(NEVER)


@rule
def whole(duration_us: float) -> int:
    """Round a drawn duration to whole microseconds, once; at least 1, at most NEVER."""
    if duration_us >= float(NEVER):
        return int(NEVER)
    return max(math.floor(duration_us + 0.5), 1)


__all__ = [
    "LAW_NEVER",
    "hazard_quantile",
    "knot_quantile",
    "normal_quantile",
    "quantile",
    "table_quantile",
    "triangular_quantile",
    "unit_exponential",
    "whole",
]
