"""All charts of a comparison, named for what they show."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from cxsim.charts.differences import differences
from cxsim.charts.dissatisfied import dissatisfied
from cxsim.charts.figure import Caption, Chart, Draw, make_chart
from cxsim.charts.league import league
from cxsim.charts.leavers import leavers
from cxsim.charts.retention import retention
from cxsim.charts.rivals import rivals
from cxsim.charts.tables import ChartError
from cxsim.charts.waits import waits

__all__ = ["CHART_NAMES", "Caption", "chart_book"]

DRAWN_BY: Final[Mapping[str, Draw]] = MappingProxyType(
    {
        "league": league,
        "differences": differences,
        "retention": retention,
        "dissatisfied": dissatisfied,
        "rivals": rivals,
        "waits": waits,
        "leavers": leavers,
    }
)
CHART_NAMES: Final = tuple(DRAWN_BY)
AMONG_POLICIES: Final = ("league", "differences")
PLAIN_TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "league": "The policies in order",
        "differences": "What each policy changes",
        "retention": "Customers still with the firm",
        "dissatisfied": "What became of the dissatisfied",
        "rivals": "Our firm beside each rival",
        "waits": "Waits at each touchpoint",
        "leavers": "Who left, and why",
    }
)
NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


def chart_book(
    tables: Mapping[str, pd.DataFrame],
    captions: Mapping[str, Caption] = NOTHING,
    options: Mapping[str, Mapping[str, Any]] = NOTHING,
) -> dict[str, Chart]:
    """Make each chart there is a table for.

    Parameters
    ----------
    tables
        By chart name, see `CHART_NAMES`. An empty table leaves its chart out, and so do a league or differences of
        nothing but the reference.
    captions
        By chart name; without one the title only says what is shown.
    options
        By chart name, passed on to the chart function.

    Returns
    -------
    dict of str to Chart
        In the order of `CHART_NAMES`; the names are the names of the files.

    Raises
    ------
    ChartError
        If a name is no chart.
    """
    unknown = sorted({*tables, *captions, *options} - set(CHART_NAMES))
    if unknown:
        raise ChartError(f"charts: {', '.join(unknown)}; allowed are {', '.join(CHART_NAMES)}; choose one of these")
    return {
        name: make_chart(draw, tables[name], captions.get(name, Caption(PLAIN_TITLES[name])), **options.get(name, {}))
        for name, draw in DRAWN_BY.items()
        if name in tables and _has_something(name, tables[name], options.get(name, {}))
    }


def _has_something(name: str, table: pd.DataFrame, options: Mapping[str, Any]) -> bool:
    """Say whether there is anything to draw: as-is alone has a retention, but no league and no difference."""
    if table.empty or name not in AMONG_POLICIES or "policy" not in table.columns:
        return not table.empty
    return bool((table["policy"].astype(str) != str(options.get("reference", "as-is"))).any())
