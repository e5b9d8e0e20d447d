"""What a few figures of a firm say about what is behind them: response surfaces, and the posterior on a grid.

The figures are outputs of a simulation. A handful of designed runs gives each of them as a quadratic in what is not
known (Box and Draper 1987, Empirical Model-Building and Response Surfaces); with normal errors and a normal prior the
posterior follows on a grid (Kennedy and O'Hagan 2001, J. R. Stat. Soc. B 63:425, without their discrepancy term).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

Z95: Final = 1.959963984540054
EDGE: Final = 1e-3  # of a bounded figure's range: as near as its logit comes to the ends
CUT: Final = 5e-4  # probability of the largest values of a second unknown, which are not drawn: so it has a bound


class Known(NamedTuple):
    """A figure of a firm: its value and half of its 95 % interval, in the unit of the measure."""

    value: float
    margin: float


class Unknown(NamedTuple):
    """What is not known: normal prior, and the range outside which it is not looked for."""

    name: str
    mean: float
    sd: float
    low: float
    high: float


@dataclass(frozen=True)
class Scale:
    """On which scale a figure is straight: plain, logarithmic (`least` only) or logistic (both ends)."""

    least: float = -math.inf
    most: float = math.inf

    def straight(self, value: Array) -> Array:
        """Return values on the scale on which surfaces are fitted."""
        if not math.isfinite(self.least):
            return value
        if not math.isfinite(self.most):
            above = value - self.least
            smallest = float(above[above > 0.0].min()) if (above > 0.0).any() else 1.0
            return np.log(np.maximum(above, smallest / 2.0))
        share = np.clip((value - self.least) / (self.most - self.least), EDGE, 1.0 - EDGE)
        from scipy import special

        return np.asarray(special.logit(share))

    def bent(self, straight: Array) -> tuple[Array, Array]:
        """Return values from the straight scale, and by how much they move with it."""
        if not math.isfinite(self.least):
            return straight, np.ones_like(straight)
        if not math.isfinite(self.most):
            grown = np.exp(np.minimum(straight, 700.0))
            return self.least + grown, grown
        from scipy import special

        share, width = np.asarray(special.expit(straight)), self.most - self.least
        return self.least + width * share, width * share * (1.0 - share)


@dataclass(frozen=True)
class Surface:
    """A figure as a quadratic of the unknowns.

    Attributes
    ----------
    scale : Scale
    center, width : (n_unknowns,)
        The unknowns are measured from here in these units.
    coefficients : (n_terms,)
    spread : (n_terms, n_terms)
        Inverse of the normal matrix.
    residual : float
        Standard deviation of what the surface leaves over, on the straight scale.
    """

    scale: Scale
    center: Array
    width: Array
    coefficients: Array
    spread: Array
    residual: float

    def at(self, points: Array) -> tuple[Array, Array]:
        """Return the figure at points (n, n_unknowns), and the standard error of its mean there."""
        terms = _terms((points - self.center) / self.width)
        values, slope = self.scale.bent(terms @ self.coefficients)
        leverage = np.einsum("ij,jk,ik->i", terms, self.spread, terms)
        return values, slope * self.residual * np.sqrt(np.maximum(leverage, 0.0))


def _terms(x: Array) -> Array:
    n = x.shape[1]
    squares = [x[:, i] * x[:, j] for i in range(n) for j in range(i, n)]
    return np.column_stack([np.ones(len(x)), *x.T, *squares])


def terms_of(unknowns: int) -> int:
    """Count the coefficients of a surface."""
    return 1 + unknowns + unknowns * (unknowns + 1) // 2


def fitted(points: Array, values: Array, scale: Scale) -> Surface | None:
    """Fit a surface by least squares; None where fewer than two points are left to judge it by.

    Parameters
    ----------
    points : (n, n_unknowns)
    values : (n,)
        Not-a-number where a run gave none.
    scale : Scale
    """
    there = np.isfinite(values)
    points, values = points[there], values[there]
    needed = terms_of(points.shape[1])
    if len(points) < needed + 2:
        return None
    center: Array = points.mean(axis=0)
    width: Array = np.maximum(np.abs(points - center).max(axis=0), 1e-9)
    terms = _terms((points - center) / width)
    straight = scale.straight(values)
    coefficients = np.asarray(np.linalg.lstsq(terms, straight, rcond=None)[0], np.float64)
    left = straight - terms @ coefficients
    residual = math.sqrt(float(left @ left) / (len(points) - needed))
    spread = np.asarray(np.linalg.pinv(terms.T @ terms), np.float64)
    return Surface(scale, center, width, coefficients, spread, residual)


@dataclass(frozen=True)
class Posterior:
    """Probability of the unknowns on a grid.

    Attributes
    ----------
    unknowns : tuple of Unknown
    axes : tuple of (n,)
        Middles of the cells, one axis for each unknown.
    weights : (n_1, ...)
        Probability of each cell; they add up to 1.
    chi_square : float
        Of the figures at the best point, the prior left out.
    best : (n_unknowns,)
        That point.
    """

    unknowns: tuple[Unknown, ...]
    axes: tuple[Array, ...]
    weights: Array
    chi_square: float
    best: Array

    def marginal(self, number: int) -> Array:
        """Return the probability of one unknown."""
        others = tuple(axis for axis in range(len(self.axes)) if axis != number)
        found: Array = self.weights.sum(axis=others)
        return found

    @property
    def mean(self) -> Array:
        """Means of the unknowns."""
        return np.array([self.marginal(i) @ axis for i, axis in enumerate(self.axes)])

    @property
    def sd(self) -> Array:
        """Standard deviations of the unknowns."""
        pairs = enumerate(zip(self.axes, self.mean, strict=True))
        return np.sqrt([self.marginal(i) @ (axis - mean) ** 2 for i, (axis, mean) in pairs])

    @property
    def correlation(self) -> float:
        """Correlation of the two unknowns; 0 where there is one."""
        if len(self.axes) == 1:
            return 0.0
        (a, b), (mean_a, mean_b), (sd_a, sd_b) = self.axes, self.mean, self.sd
        joint = float((a - mean_a) @ self.weights @ (b - mean_b))
        return joint / float(sd_a * sd_b) if sd_a > 0.0 and sd_b > 0.0 else 0.0

    def highest(self, number: int) -> float:
        """Return the largest value that is ever drawn of an unknown."""
        there = np.flatnonzero(self.marginal(number) > 0.0)
        axis = self.axes[number]
        return float(axis[there[-1]] + _step(axis) / 2.0)

    def drawn(self, chances: Sequence[float]) -> Array:
        """Return a point of the posterior for uniform numbers, one for each unknown.

        The first number picks the first unknown by its marginal, the next one the second given the first; within a
        cell every value is as likely.
        """
        found, weights = [], self.weights
        for number, (axis, u) in enumerate(zip(self.axes, chances, strict=True)):
            own = weights.sum(axis=tuple(range(1, len(self.axes) - number)))
            steps = np.cumsum(own) / own.sum()
            cell = min(int(np.searchsorted(steps, u)), axis.size - 1)
            before = steps[cell - 1] if cell else 0.0
            found.append(axis[cell] + ((u - before) / (steps[cell] - before) - 0.5) * _step(axis))
            weights = weights[cell]
        return np.array(found)


def _step(axis: Array) -> float:
    return float(axis[1] - axis[0])


def posterior(
    unknowns: Sequence[Unknown], known: Mapping[str, Known], surfaces: Mapping[str, Surface], cells: int = 161
) -> Posterior:
    """Return what figures say about the unknowns, with normal errors.

    The variance of a figure's error is (margin / 1.96)² plus the squared standard error of its surface.

    Parameters
    ----------
    unknowns : sequence of Unknown
        One or two.
    known : mapping
        Figures; none leaves the prior.
    surfaces : mapping
        One for each figure.
    cells : int
        Of the grid, for each unknown.
    """
    axes = tuple(np.linspace(one.low, one.high, cells) for one in unknowns)
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    points = grid.reshape(-1, len(axes))
    misfit = np.zeros(len(points))
    log_density = np.zeros(len(points))
    for name, figure in known.items():
        values, error = surfaces[name].at(points)
        least = 1e-9 * max(1.0, abs(figure.value))
        sd = np.maximum(np.hypot(figure.margin / Z95, error), least)
        square = ((figure.value - values) / sd) ** 2
        misfit += square
        log_density -= square / 2.0 + np.log(sd)
    for number, one in enumerate(unknowns):
        log_density -= ((points[:, number] - one.mean) / one.sd) ** 2 / 2.0
    weights = np.exp(log_density - log_density.max()).reshape(grid.shape[:-1])
    weights = _bounded(weights / weights.sum())
    place = int(np.argmin(misfit))
    return Posterior(tuple(unknowns), axes, weights, float(misfit[place]), points[place])


def _bounded(weights: Array) -> Array:
    """Leave out the largest values of a second unknown: too rare to matter, they would make every bound too high."""
    if weights.ndim == 1:
        return weights
    up_to = np.cumsum(weights.sum(axis=0))
    kept = np.where(up_to - weights.sum(axis=0) < 1.0 - CUT, weights, 0.0)
    return np.asarray(kept / kept.sum())


def contradiction(found: Posterior, figures: int) -> float:
    """Return the probability that figures which do fit together lie so far from what is possible.

    Parameters
    ----------
    found : Posterior
    figures : int
        How many there are; with as many unknowns as figures one degree of freedom is counted, to be careful.
    """
    freedom = max(1, figures - len(found.unknowns))
    from scipy import special

    return float(special.chdtrc(freedom, found.chi_square)) if figures else 1.0
