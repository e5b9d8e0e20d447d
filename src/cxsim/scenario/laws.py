"""Laws of durations: service times, patience, delays. Each knows its theoretical moments and its inverse.

Every mean that is given is the mean of the law (for the lognormal too, not its median). Durations are in
microseconds.
Formulas: Johnson, Kotz & Balakrishnan (1994), Continuous Univariate Distributions.
"""

# ruff: noqa: D102 -- what the methods return is said once, in `Law`

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol

from cxsim.units import format_duration, format_number

INFINITY: Final = math.inf


class Law(Protocol):
    """What every law of durations can say about itself."""

    @property
    def mean(self) -> float:
        """Mean in microseconds; infinite where some never end."""

    @property
    def variance(self) -> float:
        """Variance in microseconds squared."""

    @property
    def support(self) -> tuple[float, float]:
        """Shortest and longest possible duration."""

    def quantile(self, p: float) -> float:
        """Return the duration that a share `p` does not exceed."""

    def cdf(self, x: float) -> float:
        """Return the share that does not exceed `x`."""

    def scaled(self, factor: float) -> Law:
        """Return the law of `factor` times this duration."""

    def written(self) -> str | Mapping[str, object]:
        """Return the law as a person writes it; it reads back to an equal law."""


@dataclass(frozen=True, slots=True)
class Never:
    """It never happens: infinite patience."""

    @property
    def mean(self) -> float:
        return INFINITY

    @property
    def variance(self) -> float:
        return INFINITY

    @property
    def support(self) -> tuple[float, float]:
        return INFINITY, INFINITY

    def quantile(self, p: float) -> float:
        return INFINITY

    def cdf(self, x: float) -> float:
        return 0.0

    def scaled(self, factor: float) -> Law:
        return self

    def written(self) -> str:
        return "never"


@dataclass(frozen=True, slots=True)
class Constant:
    """Always the same duration."""

    value: int

    @property
    def mean(self) -> float:
        return float(self.value)

    @property
    def variance(self) -> float:
        return 0.0

    @property
    def support(self) -> tuple[float, float]:
        return float(self.value), float(self.value)

    def quantile(self, p: float) -> float:
        return float(self.value)

    def cdf(self, x: float) -> float:
        return 1.0 if x >= self.value else 0.0

    def scaled(self, factor: float) -> Law:
        return Constant(round(self.value * factor))

    def written(self) -> str:
        return f"always {format_duration(self.value)}"


@dataclass(frozen=True, slots=True)
class Exponential:
    """Memoryless."""

    average: int

    @property
    def mean(self) -> float:
        return float(self.average)

    @property
    def variance(self) -> float:
        return float(self.average) ** 2

    @property
    def support(self) -> tuple[float, float]:
        return 0.0, INFINITY

    def quantile(self, p: float) -> float:
        return -self.average * math.log1p(-p) if p < 1.0 else INFINITY

    def cdf(self, x: float) -> float:
        return -math.expm1(-x / self.average) if x > 0.0 else 0.0

    def scaled(self, factor: float) -> Law:
        return _shrunk(self, factor)

    def written(self) -> str:
        return f"exponential {format_duration(self.average)}"


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Logarithm normal with standard deviation `sigma`; the usual law of handling times."""

    average: int
    sigma: float

    @property
    def mu(self) -> float:
        """Mean of the logarithm (of microseconds)."""
        return math.log(self.average) - self.sigma**2 / 2.0

    @property
    def mean(self) -> float:
        return float(self.average)

    @property
    def variance(self) -> float:
        return math.expm1(self.sigma**2) * float(self.average) ** 2

    @property
    def support(self) -> tuple[float, float]:
        return 0.0, INFINITY

    def quantile(self, p: float) -> float:
        from scipy.special import ndtri

        return math.exp(self.mu + self.sigma * float(ndtri(p))) if 0.0 < p < 1.0 else (0.0 if p <= 0.0 else INFINITY)

    def cdf(self, x: float) -> float:
        from scipy.special import ndtr

        return float(ndtr((math.log(x) - self.mu) / self.sigma)) if x > 0.0 else 0.0

    def scaled(self, factor: float) -> Law:
        return _shrunk(self, factor)

    def written(self) -> str:
        return f"lognormal {format_duration(self.average)}, sigma {format_number(self.sigma)}"


@dataclass(frozen=True, slots=True)
class Gamma:
    """Gamma with a real `shape`."""

    average: int
    shape: float
    stages: bool = False

    @property
    def mean(self) -> float:
        return float(self.average)

    @property
    def variance(self) -> float:
        return float(self.average) ** 2 / self.shape

    @property
    def support(self) -> tuple[float, float]:
        return 0.0, INFINITY

    def quantile(self, p: float) -> float:
        from scipy.special import gammaincinv

        return float(gammaincinv(self.shape, p)) * self.average / self.shape

    def cdf(self, x: float) -> float:
        from scipy.special import gammainc

        return float(gammainc(self.shape, x * self.shape / self.average)) if x > 0.0 else 0.0

    def scaled(self, factor: float) -> Law:
        return _shrunk(self, factor)

    def written(self) -> str:
        if self.stages:
            return f"erlang {format_duration(self.average)}, {format_number(self.shape)} stages"
        return f"gamma {format_duration(self.average)}, shape {format_number(self.shape)}"


@dataclass(frozen=True, slots=True)
class Weibull:
    """Weibull; a shape below 1 means that those who have waited long go on waiting."""

    average: int
    shape: float

    @property
    def scale(self) -> float:
        """Scale in microseconds."""
        return self.average / math.gamma(1.0 + 1.0 / self.shape)

    @property
    def mean(self) -> float:
        return float(self.average)

    @property
    def variance(self) -> float:
        return self.scale**2 * math.gamma(1.0 + 2.0 / self.shape) - float(self.average) ** 2

    @property
    def support(self) -> tuple[float, float]:
        return 0.0, INFINITY

    def quantile(self, p: float) -> float:
        return self.scale * (-math.log1p(-p)) ** (1.0 / self.shape) if p < 1.0 else INFINITY

    def cdf(self, x: float) -> float:
        return -math.expm1(-((x / self.scale) ** self.shape)) if x > 0.0 else 0.0

    def scaled(self, factor: float) -> Law:
        return _shrunk(self, factor)

    def written(self) -> str:
        return f"weibull {format_duration(self.average)}, shape {format_number(self.shape)}"


@dataclass(frozen=True, slots=True)
class Uniform:
    """Any duration between two, all alike."""

    low: int
    high: int

    @property
    def mean(self) -> float:
        return (self.low + self.high) / 2.0

    @property
    def variance(self) -> float:
        return (self.high - self.low) ** 2 / 12.0

    @property
    def support(self) -> tuple[float, float]:
        return float(self.low), float(self.high)

    def quantile(self, p: float) -> float:
        return self.low + p * (self.high - self.low)

    def cdf(self, x: float) -> float:
        return min(1.0, max(0.0, (x - self.low) / (self.high - self.low)))

    def scaled(self, factor: float) -> Law:
        if round(self.low * factor) == round(self.high * factor):
            return Constant(round(self.mean * factor))
        return Uniform(round(self.low * factor), round(self.high * factor))

    def written(self) -> str:
        return f"uniform {format_duration(self.low)} to {format_duration(self.high)}"


@dataclass(frozen=True, slots=True)
class Triangular:
    """Shortest, most frequent and longest duration."""

    low: int
    mode: int
    high: int

    @property
    def mean(self) -> float:
        return (self.low + self.mode + self.high) / 3.0

    @property
    def variance(self) -> float:
        a, c, b = self.low, self.mode, self.high
        return (a * a + b * b + c * c - a * b - a * c - b * c) / 18.0

    @property
    def support(self) -> tuple[float, float]:
        return float(self.low), float(self.high)

    def quantile(self, p: float) -> float:
        width, rise = self.high - self.low, self.mode - self.low
        if p * width <= rise:
            return self.low + math.sqrt(p * width * rise)
        return self.high - math.sqrt((1.0 - p) * width * (self.high - self.mode))

    def cdf(self, x: float) -> float:
        width = self.high - self.low
        if x <= self.low or x >= self.high:
            return 0.0 if x <= self.low else 1.0
        if x <= self.mode:
            return (x - self.low) ** 2 / (width * (self.mode - self.low))
        return 1.0 - (self.high - x) ** 2 / (width * (self.high - self.mode))

    def scaled(self, factor: float) -> Law:
        low, mode, high = (round(value * factor) for value in (self.low, self.mode, self.high))
        return Triangular(low, mode, high) if low < high else Constant(low)

    def written(self) -> str:
        return "triangular " + ", ".join(format_duration(value) for value in (self.low, self.mode, self.high))


def _shrunk(law: Exponential | Lognormal | Gamma | Weibull, factor: float) -> Law:
    average = round(law.average * factor)
    return replace(law, average=average) if average > 0 else Constant(0)


def median(law: Law) -> float:
    """Return the median of a law in microseconds."""
    return law.quantile(0.5)
