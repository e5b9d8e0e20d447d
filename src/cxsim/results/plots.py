"""The charts of a comparison, on an Axes of the caller's or as charts that can be saved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cxsim.results.book.contents import BY_NAME, CHART_NAMES, USUAL, chart_book
from cxsim.results.facts import Facts

if TYPE_CHECKING:
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
        return self._draw("league", ax)

    def retention(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw how many of the starting customers are with us, month by month, with intervals."""
        return self._draw("retention", ax)

    def differences(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw the difference of every policy from as-is on the measure that ranks them."""
        return self._draw("differences", ax)

    def dissatisfied(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw what became of every 100 occasions on which a failure hurt a customer."""
        return self._draw("dissatisfied", ax)

    def rivals(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw our firm beside each rival on the figures that are known or simulated."""
        return self._draw("rivals", ax)

    def waits(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw mean waits and slowest tenths at every touchpoint."""
        return self._draw("waits", ax)

    def leavers(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw who stayed, who came back, and why the others are gone."""
        return self._draw("leavers", ax)

    def departures(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw who is kept more and who fewer by the policy that does best, by the reason for leaving."""
        return self._draw("departures", ax)

    def tenure(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw the chance of leaving in a month, by how long the starting customers have been followed."""
        return self._draw("tenure", ax)

    def frontier(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw what each policy costs against what it keeps, and those that no cheaper one beats."""
        return self._draw("frontier", ax)

    def scores(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw net promoter score and satisfaction over time, as surveyed and as they truly are."""
        return self._draw("scores", ax)

    def talk(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw good and bad stories and reviews per 100 customers a year."""
        return self._draw("talk", ax)

    def shares(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw the shares of the market of all firms over time, under as-is and the best policy."""
        return self._draw("shares", ax)

    def worlds(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw in how many worlds each policy is best, in all and by what tells most; needs ``worlds=``."""
        return self._draw("worlds", ax)

    def journey(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw what each touchpoint costs and gives, and the experience against expectation; one run is remade."""
        return self._draw("journey", ax)

    def wait_distribution(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw how many are still waiting by the time they have waited, with the target; one run is remade."""
        return self._draw("wait_distribution", ax)

    def load(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw contacts, agents on duty and their occupancy by weekday and hour; one run is remade."""
        return self._draw("load", ax)

    def recovery(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw the way from the failure to being made good, and how long answers take; one run is remade."""
        return self._draw("recovery", ax)

    def causes(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw the share of the hurt that each cause of failure makes, largest first; one run is remade."""
        return self._draw("causes", ax)

    def control(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw a control chart of failures, before and after the policy starts; one run is remade."""
        return self._draw("control", ax)

    def expectation(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw what customers expect and what they experience, month by month; one run is remade."""
        return self._draw("expectation", ax)

    def lives(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw the two lives of one customer whom the best policy saves; two runs are remade, twice."""
        return self._draw("lives", ax)

    def all(self) -> dict[str, Chart]:
        """Return the charts that are drawn with every result, by name, as far as there is something to draw for."""
        return chart_book(self._facts, USUAL)

    def book(self, names: Iterable[str] = CHART_NAMES) -> dict[str, Chart]:
        """Return the chart book, first page and appendix, by name, as far as there is something to draw for.

        Some charts of the appendix take a run or two of their own, which are made now.

        Parameters
        ----------
        names : iterable of str
            All charts by default.

        Raises
        ------
        InputError
            When a name is no chart.
        """
        return chart_book(self._facts, names)

    def _draw(self, name: str, ax: Axes | None) -> Axes | Chart:
        entry = BY_NAME[name]
        if ax is None:
            return entry.chart(self._facts)
        from cxsim.charts.finish import finished

        return finished(entry.draw()(entry.table(self._facts), ax, **entry.how(self._facts)))
