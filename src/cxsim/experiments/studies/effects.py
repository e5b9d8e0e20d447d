"""What each factor of a study does to a measure, over everything else that varies."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.experiments.studies.tables import Rows, column_of, interval

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.experiments.studies.sweep import Cell, Swept

Array = NDArray[np.float64]

# A factor with more values than this is cut into as many groups with about as many points each.
MOST_LEVELS: Final = 8
GROUPS: Final = 5
EFFECTS_COLUMNS: Final = (
    "factor", "policy", "measure", "unit", "level", "low", "high", "points", "mean", "ci_low", "ci_high",
)  # fmt: skip


class Level(NamedTuple):
    """One value of a factor, or a group of neighbouring ones.

    Attributes
    ----------
    text : str
        As it is written: ``2``, or ``33 to 51``.
    low, high : float
        In the factor's unit; for values that are no numbers their place in the list.
    """

    text: str
    low: float
    high: float


class Effects:
    """Collects, cell by cell, means over points at each level of each factor, replication by replication.

    Every factor is looked at over all values that the others take in the design; on a grid these are main effects.

    Parameters
    ----------
    made : Swept
    """

    def __init__(self, made: Swept) -> None:
        self._made = made
        self._common = min((cell.replications for cell in made.cells), default=0)
        self.factors = [*made.study.levers, *made.study.uncertainties]
        self._levels: dict[str, list[Level]] = {}
        # The level of each factor by point and world, -1 where it is not looked at: two bytes, for there may be many.
        self._of: dict[str, NDArray[np.int16]] = {}
        table = made.study.points_table()
        for factor in self.factors:
            self._sort(factor.path, table)
        self._sums: dict[tuple[str, int, str, str], Array] = {}
        self._counts: dict[tuple[str, int, str, str], Array] = {}
        self._cells: dict[tuple[str, int], int] = {}

    def _sort(self, path: str, table: pd.DataFrame) -> None:
        """Find the levels of a factor, and at which of them each point is."""
        study = self._made.study
        own, shape = table, (int(table["point"].max()) + 1, int(table["world"].max()) + 1)
        if study.starts_from_0:
            # One at a time: a factor is looked at where no other has moved; at point 0 none has.
            moved = {one.number for one in (*study.points, *study.worlds) if path in dict(one.texts)}
            of_world = not study.joint and any(path == factor.path for factor in study.uncertainties)
            own = own[own["world" if of_world else "point"].isin(moved | {0})]
        elif study.levers:
            own = own[own["point"] > 0]  # point 0 is there to count costs above it
        numbers = own[path].to_numpy(np.float64)
        texts = own[f"{path} (text)"].astype(str).to_list()
        values = sorted(set(numbers.tolist()))
        written = dict(zip(numbers.tolist(), texts, strict=True))
        if len(values) <= MOST_LEVELS:
            groups = [[value] for value in values]
        else:
            groups = [part.tolist() for part in np.array_split(np.array(values), GROUPS)]
        self._levels[path] = [
            Level(
                written[group[0]] if len(group) == 1 else f"{written[group[0]]} to {written[group[-1]]}",
                group[0],
                group[-1],
            )
            for group in groups
        ]
        place = {value: number for number, group in enumerate(groups) for value in group}
        self._of[path] = np.full(shape, -1, np.int16)
        self._of[path][own["point"], own["world"]] = [place[value] for value in numbers.tolist()]

    def add(self, cells: Sequence[Cell], rows: Rows) -> None:
        """Count the runs of some cells."""
        points, worlds = np.array(rows.points, np.intp), np.array(rows.worlds, np.intp)
        numbers = np.array(rows.replications)
        policies = np.array(rows.policies, dtype=object)
        for cell in cells:
            first = cell.placed[0]
            for factor in self.factors:
                level = int(self._of[factor.path][first.point, first.world])
                if level >= 0:
                    self._cells[factor.path, level] = self._cells.get((factor.path, level), 0) + 1
        for measure in self._made.study.measures:
            values = column_of(self._made.runs.lab.columns, rows, measure)
            fine = np.isfinite(values) & (numbers < self._common)
            for factor in self.factors:
                levels = self._of[factor.path][points, worlds]
                for level in set(levels[levels >= 0].tolist()):
                    for policy in dict.fromkeys(policies.tolist()):
                        chosen = fine & (levels == level) & (policies == policy)
                        self._count((factor.path, level, policy, measure), numbers[chosen], values[chosen])

    def _count(self, key: tuple[str, int, str, str], numbers: NDArray[np.int64], values: Array) -> None:
        if key not in self._sums:
            self._sums[key], self._counts[key] = np.zeros(self._common), np.zeros(self._common)
        np.add.at(self._sums[key], numbers, values)
        np.add.at(self._counts[key], numbers, 1.0)

    def table(self) -> pd.DataFrame:
        """Return the means at each level with t intervals over replications; columns `EFFECTS_COLUMNS`."""
        import pandas as pd

        return pd.DataFrame(list(self._rows()), columns=list(EFFECTS_COLUMNS))

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        unit = self._made.runs.lab.columns.unit
        for (path, number, policy, measure), sums in sorted(self._sums.items(), key=lambda item: item[0][:2]):
            counts = self._counts[path, number, policy, measure]
            # Replications in which a point failed would be means over other points.
            whole = counts == counts.max(initial=0.0)
            means = sums[whole] / counts[whole] if counts.max(initial=0.0) > 0.0 else np.zeros(0)
            level = self._levels[path][number]
            mean, low, high = interval(means) if means.size else (math.nan,) * 3
            points = self._cells[path, number]
            yield path, policy, measure, unit(measure), level.text, level.low, level.high, points, mean, low, high
