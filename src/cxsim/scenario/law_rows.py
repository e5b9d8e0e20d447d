"""Laws as the rows from which both engines draw by inversion (see `cxsim.model.samplers`)."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxsim.model import plan as pl
from cxsim.model.samplers import TABLE_FROM, TABLE_TO
from cxsim.scenario.law_tables import Hazard, Mixture, Quantiles
from cxsim.scenario.laws import Constant, Exponential, Gamma, Law, Lognormal, Triangular, Uniform, Weibull

# Straight lines at steps of 0.01 of the Gumbel variate keep the mean of an exponential to 1e-5 of its value.
TABLE_KNOTS: Final = 4097
SMALLEST: Final = 1e-300

Array = NDArray[np.float64]
Knots = list[tuple[float, float]]
Numbers = tuple[int, float, float, float]


def law_row(law: Law) -> tuple[Numbers, Knots]:
    """Return (kind, a, b, c) and the knots of a law."""
    if isinstance(law, Hazard):
        pairs = zip(law.rates, law.times, strict=True)
        return (pl.LAW_HAZARD, 0.0, 0.0, 0.0), [(rate.per_microsecond, float(time)) for rate, time in pairs]
    if isinstance(law, Quantiles):
        pairs_px = zip(law.p, law.x, strict=True)
        return (pl.LAW_QUANTILES, 0.0, 0.0, 0.0), [(p, float(x)) for p, x in pairs_px]
    if isinstance(law, Gamma | Mixture):
        return (pl.LAW_TABLE, 0.0, 0.0, 0.0), table(law)
    return _numbers(law), []


def _numbers(law: Law) -> Numbers:
    match law:
        case Constant():
            found = (pl.LAW_CONSTANT, float(law.value), 0.0, 0.0)
        case Exponential():
            found = (pl.LAW_EXPONENTIAL, float(law.average), 0.0, 0.0)
        case Lognormal():
            found = (pl.LAW_LOGNORMAL, law.mu, law.sigma, 0.0)
        case Weibull():
            found = (pl.LAW_WEIBULL, law.scale, law.shape, 0.0)
        case Uniform():
            found = (pl.LAW_UNIFORM, float(law.low), float(law.high), 0.0)
        case Triangular():
            found = (pl.LAW_TRIANGULAR, float(law.low), float(law.mode), float(law.high))
        case _:
            found = (pl.LAW_NEVER, 0.0, 0.0, 0.0)
    return found


@lru_cache(maxsize=256)
def table(law: Law) -> Knots:
    """Return quantiles at equal steps of ``log(-log(1 - u))``; the tail above is computed from 1 - u."""
    amounts = np.exp(np.linspace(TABLE_FROM, TABLE_TO, TABLE_KNOTS))
    below, above = -np.expm1(-amounts), np.exp(-amounts)
    return [(float(p), float(x)) for p, x in zip(below, quantiles(law, below, above), strict=True)]


def quantiles(law: Law, below: Array, above: Array) -> Array:
    """Return the quantiles of a law where a share `below` is shorter and a share `above` is longer."""
    from scipy.special import gammainccinv, gammaincinv, ndtri

    half = below < 0.5  # noqa: PLR2004 -- each half of the law is computed from the smaller tail
    match law:
        case Exponential():
            found = law.average * np.where(half, -np.log1p(-np.minimum(below, 0.5)), -np.log(above))
        case Gamma():
            scaled = np.where(half, gammaincinv(law.shape, below), gammainccinv(law.shape, above))
            found = scaled * law.average / law.shape
        case Lognormal():
            found = np.exp(law.mu + law.sigma * np.where(half, ndtri(below), -ndtri(above)))
        case Weibull():
            found = law.scale * quantiles(Exponential(1), below, above) ** (1.0 / law.shape)
        case Mixture():
            found = _mixed(law, below, above)
        case Constant():
            found = np.full_like(below, law.value)
        case _:
            found = np.array([law.quantile(min(float(p), 1.0)) for p in below])
    return np.asarray(found)


def longer(law: Law, x: Array) -> Array:
    """Return the share of durations longer than `x`."""
    from scipy.special import gammaincc, ndtr

    match law:
        case Exponential():
            share = np.exp(-x / law.average)
        case Gamma():
            share = gammaincc(law.shape, x * law.shape / law.average)
        case Lognormal():
            share = ndtr((law.mu - np.log(np.maximum(x, SMALLEST))) / law.sigma)
        case Weibull():
            share = np.exp(-((x / law.scale) ** law.shape))
        case Mixture():
            share = np.sum([part * longer(one, x) for part, one in zip(law.shares, law.laws, strict=True)], axis=0)
        case _:
            share = 1.0 - shorter(law, x)
    return np.asarray(share)


def shorter(law: Law, x: Array) -> Array:
    """Return the share of durations not longer than `x`."""
    from scipy.special import gammainc, ndtr

    match law:
        case Exponential():
            share = -np.expm1(-x / law.average)
        case Gamma():
            share = gammainc(law.shape, x * law.shape / law.average)
        case Lognormal():
            share = ndtr((np.log(np.maximum(x, SMALLEST)) - law.mu) / law.sigma)
        case Weibull():
            share = -np.expm1(-((x / law.scale) ** law.shape))
        case Mixture():
            share = np.sum([part * shorter(one, x) for part, one in zip(law.shares, law.laws, strict=True)], axis=0)
        case Constant():
            share = np.where(x >= law.value, 1.0, 0.0)
        case Uniform():
            share = np.clip((x - law.low) / (law.high - law.low), 0.0, 1.0)
        case _:
            share = np.array([law.cdf(float(value)) for value in x])
    return np.asarray(share)


def _mixed(law: Mixture, below: Array, above: Array) -> Array:
    """Invert a mixture by halving; what is shorter is computed from what is longer, and where that is 1, as it is."""
    parts = [quantiles(part, below, above) for part in law.laws]
    low, high = np.min(parts, axis=0), np.max(parts, axis=0)
    for _ in range(100):
        middle = (low + high) / 2.0
        reached = np.where(below < 1e-6, shorter(law, middle) >= below, longer(law, middle) <= above)  # noqa: PLR2004
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    return np.asarray(high)
