"""What a steering rule sees: the figures of the period that has just ended, by the names of the measures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.errors import InputError
from cxsim.measures.catalog import CATALOG
from cxsim.measures.desks import DESK_MEASURES, Desk
from cxsim.measures.formulas import FORMULAS
from cxsim.measures.layout import ALL, Names
from cxsim.measures.money import WrittenCost
from cxsim.measures.one_period import KNOWN, KNOWN_AT_TOUCHPOINTS, desks_of, totals_of
from cxsim.measures.totals import Totals
from cxsim.model.plan import DAY, Plan
from cxsim.model.steering import Seen
from cxsim.units import nearest


class Seat(NamedTuple):
    """Where a manager sits: the firm, what it is called, when the scenario begins, and what the policy costs."""

    names: Names
    starts: datetime
    costs: tuple[WrittenCost, ...]


class Look:
    """The figures of one period of our firm.

    Nothing is here that a manager could not know: figures of surveys are as surveyed.

    Attributes
    ----------
    period : int
        Number of the period that has ended: 1 is the first after time 0, 0 the last one of the warm-up.
    begin_days, end_days : float
        Days since the start of the scenario; the end is now.
    begin, end : datetime
        The same on the calendar of the scenario.
    """

    def __init__(
        self, seat: Seat, plan: Plan, seen: Seen, period: int, before: NDArray[np.float64] | None = None
    ) -> None:
        self.period = period
        self.begin_days, self.end_days = seen.begin / DAY, seen.end / DAY
        self.begin, self.end = (seat.starts + timedelta(microseconds=time) for time in (seen.begin, seen.end))
        self._seat, self._plan, self._seen, self._before = seat, plan, seen, before

    @property
    def measures(self) -> tuple[str, ...]:
        """Names that `measure` knows, for the firm as a whole."""
        return KNOWN

    @property
    def touchpoints(self) -> tuple[str, ...]:
        """Names of our touchpoints."""
        own = self._plan.touchpoints["firm"] == self._seat.names.policy_firm
        return tuple(name for name, mine in zip(self._seat.names.touchpoints, own.tolist(), strict=True) if mine)

    def measure(self, name: str, *, touchpoint: str | None = None, segment: str = ALL) -> float:
        """Return a figure of the period that has ended.

        Parameters
        ----------
        name : str
            As in the tables of a result, in the same unit: ``"abandonment_rate"`` (a share, 0 to 1), ``"wait_mean"``
            (minutes), ``"customers"``, ``"silent_exits"`` (share of the hurt), ``"nps"`` (as surveyed).
        touchpoint : str, optional
            One of our touchpoints; then `name` is one of the touchpoints table.
        segment : str
            A segment, or a source of callers; all by default.

        Returns
        -------
        float
            NaN where there was nothing to count, so that every comparison with it is false.

        Raises
        ------
        InputError
            When there is no such figure, touchpoint or segment.
        """
        classes = self._seat.names.classes
        column = self._found("segment", segment, classes)
        if touchpoint is None:
            if name in CATALOG and name not in KNOWN:
                message = f"measure: {name!r}; what a manager can know of one period is allowed; see `look.measures`"
                raise InputError(message)
            self._found("measure", name, KNOWN)
            return float(FORMULAS[name](self._totals)[self._seat.names.policy_firm, column])
        self._found("touchpoint", touchpoint, self.touchpoints)
        self._found("measure", name, KNOWN_AT_TOUCHPOINTS)
        row = [
            number
            for number, (its, firm) in enumerate(
                zip(self._seat.names.touchpoints, self._plan.touchpoints["firm"].tolist(), strict=True)
            )
            if its == touchpoint and firm == self._seat.names.policy_firm
        ]
        return float(DESK_MEASURES[name].formula(self._desks)[row[0], column])

    @staticmethod
    def _found(what: str, name: str, names: Sequence[str]) -> int:
        if name not in names:
            listed = ", ".join(names)
            message = f"{what}: {name!r}; {listed} is allowed; {nearest(str(name), names) or 'choose one'}"
            raise InputError(message)
        return names.index(name)

    @cached_property
    def _totals(self) -> Totals:
        return totals_of(self._plan, self._seen, self._seat.costs, self._before)

    @cached_property
    def _desks(self) -> Desk:
        return desks_of(self._seen)
