"""Tidy tables as rows of a sheet, each number in the format of its unit."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from cxsim.experiments.contrast import LEVEL
from cxsim.measures.catalog import CATALOG
from cxsim.model.plan import DAY, MONTH
from cxsim.report.sheets import Cell, Figure
from cxsim.results.facts import Facts
from cxsim.results.report_tables import USUAL
from cxsim.stats.intervals import student_quantile

if TYPE_CHECKING:
    import pandas as pd

WHOLE: Final = "#,##0"
TWO: Final = "#,##0.00"
FORMS: Final[Mapping[str, str]] = MappingProxyType(
    {"share": "0.0%", "share a month": "0.00%", "customers": WHOLE, "points": "0.0", "months": "0.0", "days": "0.0"}
)
PLAIN_UNITS: Final = frozenset((
    "SD", "1 to 7", "stars", "min", "contacts", "per customer a year", "per 100 customers a year", "customers a year",
    "per 1000 customers a year", "per hour", "",
))  # fmt: skip
EVERY_FIRM: Final = ("customers", "market_share")
SERIES: Final = ("firm", "policy", "measure", "unit", "period", "month", "mean", "ci_low", "ci_high", "replications")


def form_of(unit: str) -> str:
    """Return the number format of a unit; what is none of the catalogue's is money."""
    return FORMS.get(unit, TWO if unit in PLAIN_UNITS or " " in unit else WHOLE)


def of_table(table: pd.DataFrame, forms: Mapping[str, str]) -> list[list[Cell]]:
    """Return the rows of a table.

    Parameters
    ----------
    table : DataFrame
        With a column `unit`, where one is needed.
    forms : mapping of str to str
        The number format of each column of numbers; "unit" takes that of the row's unit. Other columns are text.
    """
    units = [form_of(str(unit)) for unit in table["unit"]] if "unit" in table.columns else [TWO] * len(table)
    columns: list[list[Cell]] = []
    for name in table.columns:
        form = forms.get(str(name))
        if form is None:
            columns.append(["" if value is None or value != value else str(value) for value in table[name]])  # noqa: PLR0124 -- NaN
        else:
            numbers = table[name].to_numpy(np.float64)
            columns.append(
                [
                    Figure(float(value), own if form == "unit" else form)
                    for value, own in zip(numbers, units, strict=True)
                ]
            )
    return [list(row) for row in zip(*columns, strict=True)]


def series_means(facts: Facts) -> pd.DataFrame:
    """Return means over runs, with 95 % intervals, of the usual measures by period, and the sizes of every firm."""
    series = facts.experiment.frames.timeseries
    own = (series["firm"] == facts.firm) & series["measure"].isin((*facts.wanted, *USUAL))
    own |= series["measure"].isin(EVERY_FIRM)
    chosen = series[own & (series["segment"] == "all")]
    keys = ["firm", "policy", "measure", "unit", "period", "time_days"]
    found = chosen.groupby(keys, sort=False, dropna=False)["value"].agg(["mean", "std", "count"]).reset_index()
    count = found["count"].to_numpy(np.int64)
    reach = np.full(len(found), np.nan)
    for size in np.unique(count[count > 1]):
        at = count == size
        deviations = found["std"].to_numpy(np.float64)[at]
        reach[at] = student_quantile(LEVEL, int(size) - 1) * deviations / np.sqrt(size)
    means = found["mean"].to_numpy(np.float64)
    ends = [
        CATALOG[str(name)].within(low, high)
        for name, low, high in zip(found["measure"], means - reach, means + reach, strict=True)
    ]
    low, high = np.array(ends, dtype=np.float64).reshape(-1, 2).T
    table = found.assign(month=found["time_days"] * DAY / MONTH, ci_low=low, ci_high=high, replications=count)[
        count > 0
    ]
    result: pd.DataFrame = table[list(SERIES)].reset_index(drop=True)
    return result
