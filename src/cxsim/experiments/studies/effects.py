"""What each factor of a study does to a measure, over everything else that varies."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from cxsim.experiments.studies.levels import POINT
from cxsim.experiments.studies.levels import scale_of_factor as scale_of
from cxsim.experiments.studies.tables import LEVEL, Rows, column_of, interval
from cxsim.stats.paired import bonferroni_level

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.experiments.studies.sweep import Cell, Swept

Array = NDArray[np.float64]
Key = tuple[str, str, str]

EFFECTS_COLUMNS: Final = (
    "factor", "policy", "measure", "unit", "level", "low", "high", "points", "mean", "ci_low", "ci_high", "told_apart",
    "fewest", "difference", "diff_ci_low", "diff_ci_high", "spread", "spread_ci_low", "spread_ci_high",
)  # fmt: skip


class Effects:
    """Collects, cell by cell, means over points at each level of each factor, replication by replication.

    Every factor is looked at over all values that the others take in the design; on a grid these are main effects.

    Parameters
    ----------
    made : Swept
    """

    def __init__(self, made: Swept) -> None:
        self._made = made
        study = made.study
        self._common = min((cell.replications for cell in made.cells), default=0)
        self._scales = {factor.path: scale_of(study, factor) for factor in (*study.levers, *study.uncertainties)}
        # Point 0 stands outside the design, unless that starts from it; then it is no place to look at worlds either.
        self._outside = {0} if study.levers and not study.starts_from_0 else set()
        self._sums: dict[Key, Array] = {}
        self._counts: dict[Key, Array] = {}
        self._cells = {path: [0] * len(scale.levels) for path, scale in self._scales.items()}

    def add(self, cells: Sequence[Cell], rows: Rows) -> None:
        """Count the runs of some cells."""
        for cell in cells:
            first = cell.placed[0]
            for path in self._scales:
                level = self._level(path, first.point, first.world)
                if level >= 0:
                    self._cells[path][level] += 1
        numbers, policies = np.array(rows.replications), np.array(rows.policies, dtype=object)
        places = list(zip(rows.points, rows.worlds, strict=True))
        levels = {path: np.array([self._level(path, *place) for place in places], int) for path in self._scales}
        for measure in self._made.study.measures:
            values = column_of(self._made.runs.lab.columns, rows, measure)
            fine = np.isfinite(values) & (numbers < self._common)
            for policy in dict.fromkeys(rows.policies):
                own = fine & (policies == policy)
                for path in self._scales:
                    chosen = own & (levels[path] >= 0)
                    self._count((path, policy, measure), levels[path][chosen], numbers[chosen], values[chosen])

    def _level(self, path: str, point: int, world: int) -> int:
        scale = self._scales[path]
        if scale.axis != POINT and point in self._outside:
            return -1
        return int(scale.level_of[point if scale.axis == POINT else world])

    def _count(self, key: Key, levels: NDArray[np.int64], numbers: NDArray[np.int64], values: Array) -> None:
        if key not in self._sums:
            shape = len(self._scales[key[0]].levels), self._common
            self._sums[key], self._counts[key] = np.zeros(shape), np.zeros(shape)
        np.add.at(self._sums[key], (levels, numbers), values)
        np.add.at(self._counts[key], (levels, numbers), 1.0)

    def table(self) -> pd.DataFrame:
        """Return the means at each level with t intervals over replications; columns `EFFECTS_COLUMNS`.

        `difference` is that from the first level, paired by replication, with its t interval; empty at the first.
        `spread` is that of the level with the highest mean from the level with the lowest; its paired t interval is
        simultaneous (Bonferroni) for all pairs of levels of all factors, for these two were picked among them.
        `told_apart` says whether that interval leaves out 0.
        `fewest` is the fewest points at a level where the design leaves to chance what else varies there, else 0.
        """
        import pandas as pd

        return pd.DataFrame(list(self._rows()), columns=list(EFFECTS_COLUMNS))

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        unit = self._made.runs.lab.columns.unit
        for key, sums in self._sums.items():
            path, policy, measure = key
            scale, counts = self._scales[path], self._counts[key]
            # Replications in which a point failed would be means over other points.
            whole = (counts == counts.max(axis=1, initial=0.0, keepdims=True)) & (counts > 0.0)
            means = np.divide(sums, counts, out=np.full(sums.shape, math.nan), where=whole)
            spread = self._spread(means)
            for number, level in enumerate(scale.levels):
                apart = means[number] - means[0] if number else np.full(1, math.nan)
                yield (
                    path, policy, measure, unit(measure), *level, self._cells[path][number], *interval(means[number]),
                    spread[1] > 0.0, scale.fewest, *interval(apart), *spread,
                )  # fmt: skip

    def _spread(self, means: Array) -> tuple[float, float, float]:
        """Return how far the highest level is above the lowest, with its simultaneous interval; NaN where unknown."""
        known: NDArray[np.bool_] = np.asarray(np.isfinite(means).any(axis=1))
        if known.sum() < 2:  # noqa: PLR2004 -- one level differs from nothing
            return math.nan, math.nan, math.nan
        centres = np.array(
            [np.nanmean(row) if there else math.nan for row, there in zip(means, known.tolist(), strict=True)]
        )
        gaps = means[int(np.nanargmax(centres))] - means[int(np.nanargmin(centres))]
        pairs = len(self._scales) * int(known.sum()) * (int(known.sum()) - 1) // 2
        return interval(gaps, bonferroni_level(LEVEL, pairs))
