"""Laws, opening hours and weekly profiles by number, each stored once, shared by a scenario and all its policies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cxsim.model import plan as pl
from cxsim.scenario.calendar import Hours, Window
from cxsim.scenario.law_rows import law_row
from cxsim.scenario.laws import Law, Never


class Tables:
    """Numbers laws, opening sets and profiles in the order in which they are first named."""

    def __init__(self) -> None:
        self._laws: dict[Law, int] = {}
        self._openings: dict[tuple[bool, tuple[Window, ...]], int] = {}
        self._profiles: dict[tuple[float, ...], int] = {}

    def law(self, law: Law | None) -> int:
        """Return the number of a law; None stands for never."""
        return self._laws.setdefault(law if law is not None else Never(), len(self._laws))

    def weekly(self, hours: Hours) -> int:
        """Return the number of an opening set that repeats every week."""
        return self._openings.setdefault((True, hours.windows), len(self._openings))

    def dated(self, windows: Sequence[Window]) -> int:
        """Return the number of an opening set in scenario time."""
        return self._openings.setdefault((False, tuple(windows)), len(self._openings))

    def profile(self, quarters: Sequence[float]) -> int:
        """Return the number of a weekly profile, scaled to mean 1."""
        mean = sum(quarters) / len(quarters)
        scaled = tuple(value / mean for value in quarters) if mean > 0.0 else (1.0,) * len(quarters)
        return self._profiles.setdefault(scaled, len(self._profiles))

    def law_arrays(self) -> tuple[NDArray[np.void], NDArray[np.void]]:
        """Return `laws` and `knots` of the plan."""
        laws = np.zeros(len(self._laws), pl.LAW)
        knots: list[tuple[float, float]] = []
        for law, number in self._laws.items():
            (kind, a, b, c), own = law_row(law)
            mean = law.mean if np.isfinite(law.mean) else float(pl.NEVER)
            laws[number] = (kind, len(knots), len(own), a, b, c, mean)
            knots += own
        return laws, np.array(knots, pl.KNOT)

    def opening_arrays(self) -> tuple[NDArray[np.void], NDArray[np.void]]:
        """Return `openings` and `windows` of the plan."""
        openings = np.zeros(len(self._openings), pl.OPENING)
        windows: list[Window] = []
        for (weekly, own), number in self._openings.items():
            openings[number] = (len(windows), len(own), weekly)
            windows += own
        return openings, np.array(windows, pl.WINDOW)

    def profile_array(self) -> NDArray[np.float64]:
        """Return `profiles` of the plan."""
        return np.array(list(self._profiles), np.float64).reshape(-1, pl.WEEK_BINS)
