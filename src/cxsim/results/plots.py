"""The charts of a comparison, on an Axes of the caller's or as charts that can be saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cxsim.measures.catalog import CATALOG
from cxsim.model.plan import MONTH
from cxsim.results.captions import captions_of
from cxsim.results.chart_tables import (
    differences_table,
    dissatisfied_table,
    league_table,
    leavers_table,
    retention_table,
    rivals_table,
    tables_of,
    waits_table,
)
from cxsim.results.facts import Facts

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from cxsim.charts.figure import Chart


class Plots:
    """Charts of our firm; each draws on the Axes it is given, or makes a `Chart` of its own.

    Parameters
    ----------
    facts : Facts
    """

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def league(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw the policies in order on the measure that ranks them, each with its mean and interval."""
        from cxsim.charts.league import league

        return self._draw("league", league, league_table(self._facts), ax)

    def retention(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw how many of the starting customers are with us, month by month, with intervals."""
        from cxsim.charts.retention import retention

        return self._draw("retention", retention, retention_table(self._facts), ax)

    def differences(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw the difference of every policy from as-is on the measure that ranks them."""
        from cxsim.charts.differences import differences

        return self._draw("differences", differences, differences_table(self._facts), ax)

    def dissatisfied(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw what became of every 100 occasions on which a failure hurt a customer."""
        from cxsim.charts.dissatisfied import dissatisfied

        return self._draw("dissatisfied", dissatisfied, dissatisfied_table(self._facts), ax)

    def rivals(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw our firm beside each rival on the figures that are known or simulated."""
        from cxsim.charts.rivals import rivals

        return self._draw("rivals", rivals, rivals_table(self._facts), ax)

    def waits(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw mean waits and slowest tenths at every touchpoint."""
        from cxsim.charts.waits import waits

        return self._draw("waits", waits, waits_table(self._facts), ax)

    def leavers(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw who stayed, who came back, and why the others are gone."""
        from cxsim.charts.leavers import leavers

        return self._draw("leavers", leavers, leavers_table(self._facts), ax)

    def all(self) -> dict[str, Chart]:
        """Return all charts that there is something to draw for, by name."""
        from cxsim.charts.book import chart_book

        tables = tables_of(self._facts)
        return chart_book(tables, captions_of(self._facts), {name: _options(self._facts, name) for name in tables})

    def _draw(self, name: str, draw: Any, table: pd.DataFrame, ax: Axes | None) -> Axes | Chart:
        from cxsim.charts.figure import make_chart

        options = _options(self._facts, name)
        if ax is None:
            return make_chart(draw, table, captions_of(self._facts)[name], **options)
        drawn: Axes = draw(table, ax, **options)
        return drawn


def _options(facts: Facts, name: str) -> dict[str, object]:
    more: dict[str, object] = {}
    if name in {"league", "differences"}:
        more = {"measure": CATALOG[facts.headline].title}
    elif name == "retention" and facts.experiment.fork_at and facts.others:
        more = {"begin": facts.experiment.scenario.time(facts.experiment.fork_at) / MONTH}
    return {"reference": facts.reference, **more}
