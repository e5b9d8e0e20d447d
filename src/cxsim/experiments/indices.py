"""From the values at the points of a design to a table of what each factor does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.errors import InputError, RunError
from cxsim.experiments.sensitivity import MORRIS, ONE_AT_A_TIME, PAWN, SOBOL, Design, Factor
from cxsim.stats.distribution_shifts import distribution_shifts
from cxsim.stats.elementary_effects import elementary_effects
from cxsim.stats.intervals import mean_interval, normal_quantile, student_quantile
from cxsim.stats.paired import bonferroni_level
from cxsim.stats.variance_shares import variance_shares

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

INDEX_COLUMNS: Final = ("factor", "role", "index", "raw", "value", "ci_low", "ci_high", "told_apart")
PAIR_COLUMNS: Final = ("factor", "other", "raw", "value", "ci_low", "ci_high", "told_apart")
MAIN_COLUMNS: Final = (
    "factor", "role", "low_setting", "high_setting", "base", "low_change", "low_ci_low", "low_ci_high",
    "high_change", "high_ci_low", "high_ci_high", "swing", "swing_ci_low", "swing_ci_high", "told_apart",
)  # fmt: skip
# By which a factor is ranked, by method.
RANKED_BY: Final = {SOBOL: "ST", MORRIS: "mu_star", PAWN: "pawn", ONE_AT_A_TIME: "swing"}
QUARTER: Final = 0.25
LEVEL: Final = 0.95


@dataclass(frozen=True, kw_only=True)
class Indices:
    """What each factor does to an output.

    Attributes
    ----------
    method : str
    table : DataFrame
        One row a factor and index, the most important factor first: `factor, role, index, raw, value, ci_low, ci_high,
        told_apart`. `raw` takes the means for exact; `value` has luck taken off. Indices: `S1` and `ST` (Sobol); `mu`,
        `mu_star` and `sigma` (Morris); `pawn` and `pawn_most`; `swing` (one at a time). `mu`, `mu_star`, `sigma` and
        `swing` are in the unit of the output.
    pairs : DataFrame
        Sobol only: `S2` of each pair of factors.
    mains : DataFrame
        What the output is, on average, at the low and at the high end of each factor, as changes from `base`. One at a
        time: at the ends of the range, against the scenario as written. Morris: half of `mu` to either side of the
        mean. Else: in the lowest and in the highest quarter of the range, against the mean over all points.
    noise : float
        Share of the spread between points that is luck; NaN where that is not known.
    spread : float
        Standard deviation of the output over the factors, luck taken off; NaN where that is not known.
    flat : bool
        Whether luck explains everything: nothing can then be said about any factor.
    dummy : float
        PAWN only: what a factor that does nothing shows by chance.
    base : float
        Mean over all points, or the value as written.
    blocks, lost, replications : int
        Blocks of the design that were used; left out because a run failed; replications.
    """

    method: str
    table: pd.DataFrame
    pairs: pd.DataFrame
    mains: pd.DataFrame
    noise: float
    spread: float
    flat: bool
    dummy: float
    base: float
    blocks: int
    lost: int
    replications: int

    @property
    def ranked(self) -> tuple[str, ...]:
        """Factors, the most important first."""
        rows = self.table[self.table["index"] == RANKED_BY[self.method]]
        return tuple(rows["factor"])


def indices(design: Design, values: Array, *, seed: int) -> Indices:
    """Return what each factor does.

    Parameters
    ----------
    design : Design
    values : (blocks, points in a block, replications) float64
        Blocks with a NaN are left out; one at a time, only the factor that has one.
    seed : int
        Of resampling and shuffling; generators of their own.

    Raises
    ------
    RunError
        When too little is left of the design.
    """
    import pandas as pd

    whole = np.atleast_1d(np.isfinite(values).all(axis=(1, 2)))
    if design.method == ONE_AT_A_TIME:
        whole = np.atleast_1d(np.isfinite(values[:, 0]).all(axis=1))
    if not whole.any():
        message = "sensitivity: no point has all its runs; see why they failed"
        raise RunError(message)
    try:
        made = _MADE[design.method](design, values, seed)
    except InputError as error:
        raise RunError(str(error)) from None
    table = pd.DataFrame(made.rows, columns=list(INDEX_COLUMNS))
    mains = pd.DataFrame(_mains(design, values[whole], whole), columns=list(MAIN_COLUMNS))
    first = table[table["index"] == RANKED_BY[design.method]]
    order = first["value"].fillna(first["raw"]).abs().sort_values(ascending=False, kind="stable").index
    rank = {name: place for place, name in enumerate(first.loc[order, "factor"])}
    return Indices(
        method=design.method,
        table=_ordered(table, rank),
        pairs=pd.DataFrame(made.pairs, columns=list(PAIR_COLUMNS)),
        mains=_ordered(mains, rank),
        noise=made.noise,
        spread=made.spread,
        flat=bool(made.flat),
        dummy=made.dummy,
        base=float(values[whole][:, 0].mean() if design.method == ONE_AT_A_TIME else values[whole].mean()),
        blocks=int(whole.sum()),
        lost=int((~whole).sum()),
        replications=values.shape[2],
    )


class _Found(NamedTuple):
    """What one method gives; see `Indices`."""

    rows: list[Any]
    pairs: list[Any]
    noise: float
    spread: float
    flat: bool
    dummy: float = np.nan


def _ordered(table: pd.DataFrame, rank: dict[str, int]) -> pd.DataFrame:
    return table.iloc[table["factor"].map(rank).argsort(kind="stable")].reset_index(drop=True)


def _sobol(design: Design, values: Array, seed: int) -> _Found:
    found = variance_shares(values, len(design.factors), seed=seed)
    flat = not found.variance_low > 0.0
    rows = []
    for place, factor in enumerate(design.factors):
        for name, index in (("S1", found.first), ("ST", found.total)):
            raw, value, low, high = (float(part[place]) for part in index)
            # No share lies outside of 0 to 1, though an estimate of one may.
            ends = (max(low, min(0.0, value)), min(high, max(1.0, value)))
            rows.append((factor.path, factor.role, name, raw, value, *ends, not flat and low > 0.0))
    pairs = []
    for one, other in zip(*np.triu_indices(len(design.factors), 1), strict=True):
        numbers = [float(part[one, other]) for part in found.second]
        apart = not flat and (numbers[2] > 0.0 or numbers[3] < 0.0)
        pairs.append((design.factors[one].path, design.factors[other].path, *numbers, apart))
    return _Found(rows, pairs, found.noise, float(np.sqrt(max(found.variance, 0.0))), flat)


def _morris(design: Design, values: Array, seed: int) -> _Found:
    found = elementary_effects(design.positions, values, seed=seed)
    rows = []
    for k, factor in enumerate(design.factors):
        apart = bool(found.told_apart[k])
        star = found.mu_star_raw[k], found.mu_star[k], found.mu_star_low[k], found.mu_star_high[k]
        rows.append((factor.path, factor.role, "mu_star", *map(float, star), apart))
        mu = found.mu[k], found.mu[k], found.mu_low[k], found.mu_high[k]
        rows.append((factor.path, factor.role, "mu", *map(float, mu), apart))
        rows.append(
            (factor.path, factor.role, "sigma", float(found.sigma_raw[k]), float(found.sigma[k]), np.nan, np.nan, apart)
        )
    weight = found.mu_star_raw**2
    noise = float((found.noise * weight).sum() / weight.sum()) if weight.sum() > 0.0 else 0.0
    return _Found(rows, [], noise, np.nan, not found.told_apart.any())


def _pawn(design: Design, values: Array, seed: int) -> _Found:
    found = distribution_shifts(design.positions[:, 0], values[:, 0], seed=seed)
    rows = []
    for k, factor in enumerate(design.factors):
        apart = bool(found.told_apart[k])
        middle = found.median[k], found.median[k], found.low[k], found.high[k]
        rows.append((factor.path, factor.role, "pawn", *map(float, middle), apart))
        most = float(found.most[k])
        rows.append((factor.path, factor.role, "pawn_most", most, most, np.nan, np.nan, apart))
    y = values[np.isfinite(values).all(axis=(1, 2)), 0]
    raw = float(y.mean(axis=1).var())
    kept = raw - float((y - y.mean(axis=1, keepdims=True)).var(axis=0).sum()) / (y.shape[1] * (y.shape[1] - 1))
    noise = min(1.0, max(0.0, 1.0 - kept / raw)) if raw > 0.0 else 0.0
    return _Found(rows, [], noise, float(np.sqrt(max(kept, 0.0))), not found.told_apart.any(), found.dummy)


def _one_at_a_time(design: Design, values: Array, seed: int) -> _Found:
    del seed
    level = bonferroni_level(LEVEL, len(design.factors))
    rows = []
    for k, factor in enumerate(design.factors):
        swing = mean_interval(values[0, 2 + 2 * k] - values[0, 1 + 2 * k], level)
        apart = bool(swing.low > 0.0 or swing.high < 0.0)
        rows.append((factor.path, factor.role, "swing", swing.mean, swing.mean, swing.low, swing.high, apart))
    return _Found(rows, [], np.nan, np.nan, not any(row[-1] for row in rows))


_MADE: Final = {SOBOL: _sobol, MORRIS: _morris, PAWN: _pawn, ONE_AT_A_TIME: _one_at_a_time}


def _mains(design: Design, values: Array, whole: NDArray[np.bool_]) -> list[tuple[object, ...]]:
    """Return the rows of `Indices.mains`."""
    level = bonferroni_level(LEVEL, len(design.factors))
    rows: list[tuple[object, ...]] = []
    for k, factor in enumerate(design.factors):
        if design.method == ONE_AT_A_TIME:
            base = values[0, 0]
            low, high = values[0, 1 + 2 * k], values[0, 2 + 2 * k]
            changes = [mean_interval(part, level) for part in (low - base, high - base, high - low)]
            numbers = [(one.mean, one.low, one.high) for one in changes]
            settings = factor.at(0.0), factor.at(1.0)
            mean = float(base.mean())
        elif design.method == MORRIS:
            numbers = _half_effects(design.positions[whole], values, k, level)
            settings, mean = (factor.at(0.0), factor.at(1.0)), float(values.mean())
        else:
            positions = design.positions[whole][:, :, k]
            weights = _part(positions <= QUARTER), _part(positions >= 1.0 - QUARTER), _part(positions >= 0.0)
            found = [(weights[0], weights[2]), (weights[1], weights[2]), (weights[1], weights[0])]
            numbers = [_contrast(values, one, other, level) for one, other in found]
            settings = _span(factor, 0.0, QUARTER), _span(factor, 1.0 - QUARTER, 1.0)
            mean = float(values.mean())
        swing = numbers[2]
        apart = bool(swing[1] > 0.0 or swing[2] < 0.0)
        rows.append((factor.path, factor.role, *settings, mean, *numbers[0], *numbers[1], *swing, apart))
    return rows


def _half_effects(positions: Array, values: Array, factor: int, level: float) -> list[tuple[float, float, float]]:
    """Return half of the mean elementary effect to either side, and the whole, with intervals.

    The ends of Morris's few trajectories differ in the other factors too; their effects do not.
    """
    moves = np.diff(positions[:, :, factor], axis=1)
    steps = np.abs(moves).argmax(axis=1)
    rows = np.arange(len(steps))
    effects = np.diff(values, axis=1)[rows, steps] / moves[rows, steps][:, None]
    over_blocks = effects.mean(axis=1).var(ddof=1) / len(effects)
    over_replications = effects.mean(axis=0).var(ddof=1) / effects.shape[1]
    half = student_quantile(level, len(effects) - 1) * float(np.sqrt(over_blocks + over_replications))
    mean = float(effects.mean())
    return [(side * mean, side * mean - abs(side) * half, side * mean + abs(side) * half) for side in (-0.5, 0.5, 1.0)]


def _part(chosen: NDArray[np.bool_]) -> Array:
    """Return weights of the chosen points, which add up to 1."""
    found: Array = chosen / max(1, int(chosen.sum()))
    return found


def _contrast(values: Array, one: Array, other: Array, level: float) -> tuple[float, float, float]:
    """Difference of two means over parts of the points, with an interval.

    The variance is that over blocks (linearised) plus that over replications: points of a block and points of a
    replication are not independent.
    """
    means = values.mean(axis=2)
    parts = [float((weights * means).sum()) for weights in (one, other)]
    shares = (one * (means - parts[0]) - other * (means - parts[1])).sum(axis=1)
    blocks, replications = len(values), values.shape[2]
    over_blocks = blocks / max(1, blocks - 1) * float((shares**2).sum())
    each = ((one - other)[:, :, None] * values).sum(axis=(0, 1))
    half = normal_quantile(level) * float(np.sqrt(over_blocks + each.var(ddof=1) / replications))
    mean = parts[0] - parts[1]
    return mean, mean - half, mean + half


def _span(factor: Factor, low: float, high: float) -> str:
    """Write a part of a factor's range."""
    ends = [factor.at(low), factor.at(high - 1e-9 if high < 1.0 else high)]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)
