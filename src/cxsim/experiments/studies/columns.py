"""What is kept of each run of a study: the measures of the whole run, and what the payback is computed from."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.errors import InputError
from cxsim.measures.above import COUNTED
from cxsim.measures.catalog import ABOVE_AS_IS, CATALOG, unit_of
from cxsim.measures.layout import ALL, Layout
from cxsim.measures.money import payback
from cxsim.measures.tables import Values
from cxsim.model.plan import DAY, MONTH

Array = NDArray[np.float64]

PROFIT: Final = "profit"
WRITTEN: Final = "written_cost"
POLICY_COST: Final = "policy_cost"
PAYBACK: Final = "payback"
KEPT: Final = ("all", "ours")


class Column(NamedTuple):
    """A value of a run: a measure of the whole run, or (`period` above 0) of one period."""

    measure: str
    firm: str
    segment: str
    period: int = 0


class Columns:
    """Columns of a study, in their order.

    Parameters
    ----------
    layout : Layout
        Of the scenario.
    keep : {"all", "ours"}
        All measures of every firm and segment, or those of our firm and all customers only.

    Attributes
    ----------
    layout : Layout
        Rows to fill; what runs give it is what columns hold.
    names : tuple of Column
    keep : str
    """

    def __init__(self, layout: Layout, keep: str = "all") -> None:
        if keep not in KEPT:
            message = f"keep: {keep!r}; {' or '.join(KEPT)} is allowed; choose one"
            raise InputError(message)
        names, catalog = layout.names, list(CATALOG)
        ours, rows, in_time = names.policy_firm, layout.measures, layout.timeseries
        own = rows[(rows[:, 1] == ours) & (rows[:, 2] == 0)] if keep == "ours" else rows
        numbers = layout.periods[:, 0]
        profit = in_time[
            (in_time[:, 0] == catalog.index(PROFIT))
            & (in_time[:, 2] == ours)
            & (in_time[:, 3] == 0)
            & (numbers[in_time[:, 1]] >= 1)
        ]
        self.keep = keep
        self.layout = layout._replace(
            measures=own, timeseries=profit, touchpoints=layout.touchpoints[:0], cohorts=layout.cohorts[:0]
        )
        self.firm, self.currency = names.firms[ours], names.currency
        whole = [
            Column(catalog[measure], names.firms[firm], names.classes[class_]) for measure, firm, class_ in own.tolist()
        ]
        periods = [Column(PROFIT, self.firm, ALL, int(numbers[period])) for _, period, _, _ in profit.tolist()]
        self.names = (*whole, *periods)
        self._ends = layout.periods[profit[:, 1], 1] / MONTH if len(profit) else np.zeros(0)
        self._place = {name: place for place, name in enumerate(self.names)}
        self._counted = [place for name in COUNTED if (place := self.place(name)) is not None]

    @property
    def whole(self) -> int:
        """Number of columns of the whole run; those of periods follow."""
        return len(self.layout.measures)

    @property
    def digest(self) -> str:
        """What stands for the columns in the identity of a run."""
        return hashlib.sha256(json.dumps(self.names, ensure_ascii=False).encode()).hexdigest()[:16]

    def packed(self, values: Values) -> bytes:
        """Return what a run brings, as it is stored."""
        return np.concatenate((values.measures, values.timeseries)).astype("<f8").tobytes()

    def read(self, packed: bytes) -> Array:
        """Return the columns of a run that was stored."""
        return np.frombuffer(packed, "<f8")

    def place(self, measure: str, firm: str | None = None, segment: str = ALL) -> int | None:
        """Return the place of a measure, of our firm and all customers by default; None where it is not kept."""
        return self._place.get(Column(measure, firm or self.firm, segment))

    def measures(self) -> tuple[str, ...]:
        """Name the measures of our firm, all customers, those above as-is included."""
        own = [name.measure for name in self.names[: self.whole] if name[1:3] == (self.firm, ALL)]
        above = [
            name for name in ABOVE_AS_IS if self.place(WRITTEN) is not None and (name != PAYBACK or self._ends.size)
        ]
        return (*own, *above)

    def unit(self, measure: str) -> str:
        """Return the unit of a measure."""
        return unit_of(measure, self.currency)

    def value(self, measure: str, row: Array, as_is: Array | None) -> float:
        """Return a measure of our firm and all customers.

        Parameters
        ----------
        measure : str
        row, as_is : (n_columns,)
            Of the run, and of as-is in the same world on the same luck; needed for `policy_cost` and `payback` only.
        """
        if measure in ABOVE_AS_IS:
            if as_is is None:
                return float("nan")
            return self.policy_cost(row, as_is) if measure == POLICY_COST else self.payback(row, as_is)
        place = self.place(measure)
        return float("nan") if place is None else float(row[place])

    def policy_cost(self, row: Array, as_is: Array) -> float:
        """Return written cost, and wages, training, fixing and credits above as-is, in the scenario's currency."""
        differences = (row[self._counted] - as_is[self._counted]).tolist()
        more = sum(difference for difference in differences if not math.isnan(difference))
        written = self.place(WRITTEN)
        return float("nan") if written is None else float(row[written]) + more

    def payback(self, row: Array, as_is: Array) -> float:
        """Return months until the cumulative profit above as-is stays at 0 or above; NaN where it never does."""
        if not self._ends.size or row is as_is:
            return float("nan")
        return payback(row[self.whole :], as_is[self.whole :], self._ends)

    def described(self) -> list[dict[str, Any]]:
        """Return the columns for whoever reads the store by hand."""
        ends = {number: end / DAY for number, end in self.layout.periods.tolist()}
        return [
            {**name._asdict(), "unit": self.unit(name.measure)}
            | ({"time_days": ends[name.period]} if name.period else {})
            for name in self.names
        ]
