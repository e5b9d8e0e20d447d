"""Laws that are tables: piecewise-constant hazards, measured quantiles, mixtures."""

# ruff: noqa: D102 -- what the methods return is said once, in `cxsim.scenario.laws.Law`

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

from cxsim.scenario.laws import INFINITY, Constant, Law
from cxsim.units import Rate, format_duration, format_share


@dataclass(frozen=True, slots=True)
class Hazard:
    """Piecewise constant hazard: `rates[k]` holds from `times[k]` until the next time; the usual form of patience."""

    times: tuple[int, ...]
    rates: tuple[Rate, ...]

    def _pieces(self) -> list[tuple[float, float, float, float]]:
        """Return (from, to, hazard, survival at the beginning) of each piece."""
        pieces, survival = [], 1.0
        ends = [*map(float, self.times[1:]), INFINITY]
        for begin, end, rate in zip(self.times, ends, self.rates, strict=True):
            hazard = rate.per_microsecond
            pieces.append((float(begin), end, hazard, survival))
            survival *= math.exp(-hazard * (end - begin)) if hazard > 0.0 else 1.0
        return pieces

    @property
    def mean(self) -> float:
        if self.rates[-1].amount == 0.0:
            return INFINITY
        total = 0.0
        for begin, end, hazard, survival in self._pieces():
            total += survival * (-math.expm1(-hazard * (end - begin)) / hazard if hazard > 0.0 else end - begin)
        return total

    @property
    def variance(self) -> float:
        if self.rates[-1].amount == 0.0:
            return INFINITY
        second = 0.0  # E[T^2] = 2 times the integral of t S(t)
        for begin, end, h, survival in self._pieces():
            if h == 0.0:
                second += survival * (end**2 - begin**2)
                continue
            gone = math.exp(-h * (end - begin)) if end < INFINITY else 0.0
            tail = (end + 1.0 / h) * gone if gone > 0.0 else 0.0
            second += 2.0 * survival / h * (begin + 1.0 / h - tail)
        return second - self.mean**2

    @property
    def support(self) -> tuple[float, float]:
        first = next((t for t, rate in zip(self.times, self.rates, strict=True) if rate.amount > 0.0), INFINITY)
        return float(first), INFINITY

    def quantile(self, p: float) -> float:
        for begin, end, hazard, survival in self._pieces():
            left = survival * (math.exp(-hazard * (end - begin)) if hazard > 0.0 else 1.0)
            if hazard > 0.0 and 1.0 - p > left:
                return begin + math.log(survival / (1.0 - p)) / hazard
        return INFINITY

    def cdf(self, x: float) -> float:
        for begin, end, hazard, survival in self._pieces():
            if x < end:
                return 1.0 - survival * math.exp(-hazard * max(0.0, x - begin))
        return 1.0

    def scaled(self, factor: float) -> Law:
        if factor <= 0.0:
            return Constant(0)
        rates = tuple(replace(rate, amount=rate.amount / factor) for rate in self.rates)
        return Hazard(tuple(round(time * factor) for time in self.times), rates)

    def written(self) -> dict[str, dict[str, str]]:
        pairs = zip(self.times, self.rates, strict=True)
        return {"hazard": {format_duration(time): str(rate) for time, rate in pairs}}


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Measured quantiles, straight lines between them: shares `p` from 0 to 1 and durations `x`."""

    p: tuple[float, ...]
    x: tuple[int, ...]

    @property
    def mean(self) -> float:
        lines = zip(pairwise(self.p), pairwise(self.x), strict=True)
        return sum((q - p) * (a + b) / 2.0 for (p, q), (a, b) in lines)

    @property
    def variance(self) -> float:
        lines = zip(pairwise(self.p), pairwise(self.x), strict=True)
        center = self.mean
        return sum(
            (q - p) * ((a - center) ** 2 + (a - center) * (b - center) + (b - center) ** 2) / 3.0
            for (p, q), (a, b) in lines
        )

    @property
    def support(self) -> tuple[float, float]:
        return float(self.x[0]), float(self.x[-1])

    def quantile(self, p: float) -> float:
        for (low, high), (a, b) in zip(pairwise(self.p), pairwise(self.x), strict=True):
            if p <= high:
                return a + (b - a) * (p - low) / (high - low)
        return float(self.x[-1])

    def cdf(self, x: float) -> float:
        if x >= self.x[-1] or x < self.x[0]:
            return 1.0 if x >= self.x[-1] else 0.0
        for (low, high), (a, b) in zip(pairwise(self.p), pairwise(self.x), strict=True):
            if a <= x < b:
                return low + (high - low) * (x - a) / (b - a)
        return 1.0

    def scaled(self, factor: float) -> Law:
        return Quantiles(self.p, tuple(round(x * factor) for x in self.x))

    def written(self) -> dict[str, dict[str, str]]:
        return {"quantiles": {format_share(p): format_duration(x) for p, x in zip(self.p, self.x, strict=True)}}


@dataclass(frozen=True, slots=True)
class Mixture:
    """One of several laws, each with its share."""

    shares: tuple[float, ...]
    laws: tuple[Law, ...]
    name: str = "mixture"

    @property
    def mean(self) -> float:
        return sum(share * law.mean for share, law in zip(self.shares, self.laws, strict=True))

    @property
    def variance(self) -> float:
        pairs = list(zip(self.shares, self.laws, strict=True))
        return sum(share * (law.variance + law.mean**2) for share, law in pairs) - self.mean**2

    @property
    def support(self) -> tuple[float, float]:
        return min(law.support[0] for law in self.laws), max(law.support[1] for law in self.laws)

    def quantile(self, p: float) -> float:
        low = min(law.quantile(p) for law in self.laws)
        high = max(law.quantile(p) for law in self.laws)
        if not math.isfinite(high):
            return high
        while high - low > 1e-12 * high and (middle := (low + high) / 2.0) not in {low, high}:
            low, high = (low, middle) if self.cdf(middle) >= p else (middle, high)
        return high

    def cdf(self, x: float) -> float:
        return sum(share * law.cdf(x) for share, law in zip(self.shares, self.laws, strict=True))

    def scaled(self, factor: float) -> Law:
        return replace(self, laws=tuple(law.scaled(factor) for law in self.laws))

    def written(self) -> dict[str, list[str]]:
        # A list, for two parts of a mixture may have the same share and a mapping holds each key once.
        pairs = zip(self.shares, self.laws, strict=True)
        return {self.name: [f"{format_share(share)} {law.written()}" for share, law in pairs]}
