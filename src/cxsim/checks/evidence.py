"""What one replication left behind after its warm-up, read as sums: what oracles compare with exact values."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.model import state as st
from cxsim.model.plan import Plan
from cxsim.model.state import State

ALL = slice(None)


class Evidence(NamedTuple):
    """A finished run and its plan.

    Attributes
    ----------
    plan : Plan
    state : State
        At the horizon.
    """

    plan: Plan
    state: State

    @property
    def first(self) -> int:
        """Number of the first period after the warm-up."""
        return int(np.count_nonzero(self.plan.period_ends <= 0))

    @property
    def span(self) -> float:
        """Time measured, microseconds."""
        return float(self.plan.clock[0]["horizon"])

    @property
    def people(self) -> int:
        """People of the market."""
        return int(self.plan.market[0]["n_persons"])

    def touch(self, field: str, desk: int | slice = ALL, source: int | slice = ALL) -> float:
        """Sum of a touchpoint tally; `source` counts anonymous sources, where there are no people."""
        classes: int | slice = source
        if isinstance(source, int):
            classes = self.plan.segments.size + source
        return float(self.state.touch[field][self.first :, desk, classes].sum())

    def area(self, field: str, desk: int | slice = ALL) -> float:
        """Sum of a time integral (``queue``, ``busy``, ``duty``), people times microseconds."""
        return float(self.state.areas[field][self.first :, desk].sum())

    def firm(self, field: str, firm: int = 0) -> float:
        """Sum of a firm's tally over all segments."""
        return float(self.state.firm[field][self.first :, firm, :].sum())

    def left(self, firm: int = 0, reason: int | slice = ALL) -> float:
        """Count exits from a firm, of one reason or of all."""
        return float(self.state.left[self.first :, firm, :, reason].sum())

    def base(self, column: int, mark: int, firm: int = 0) -> float:
        """Count of people noted at the end of measured period `mark`, by a ``BASE_`` column."""
        return float(self.state.base[self.first + mark, firm, :, column].sum())

    def started(self, firm: int = 0) -> float:
        """People with a firm at time 0."""
        return float(np.count_nonzero(self.state.cold["base_firm"] == firm))

    def minds(self, field: str, firm: int = 0) -> NDArray[np.float64]:
        """Return what each person believes about a firm at the horizon, shape (people,)."""
        return np.asarray(self.state.minds[field][firm :: self.plan.firms.size], dtype=np.float64)

    def observed(self) -> tuple[int, str]:
        """Count what was observed after the warm-up, and name it: needs or people of a market, or arrivals."""
        needs = int(self.state.firm["needs"][self.first :].sum())
        if self.people:
            return (needs, "needs") if needs else (self.people, "customers")
        return round(self.touch("arrivals")), "arrivals"


KEPT = st.BASE_KEPT
NEVER_LEFT = st.BASE_NEVER_LEFT
CUSTOMERS = st.BASE_CUSTOMERS
PROMOTERS = st.BASE_PROMOTERS
DETRACTORS = st.BASE_DETRACTORS
