"""One chart of the book: what it is drawn from, what its title says, where it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from cxsim.results.facts import Facts
from cxsim.results.provenance import begin_of

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.charts.figure import Caption, Chart, Draw

Part = Literal["first page", "appendix"]


def nothing(facts: Facts) -> dict[str, Any]:
    """Return no options."""
    return {}


@dataclass(frozen=True, slots=True)
class Entry:
    """A chart of the book.

    Attributes
    ----------
    name : str
        Of its file.
    part : {"first page", "appendix"}
    what : str
        What it shows, where there is no finding to say.
    draw : callable
        Returns the chart function; matplotlib is loaded then.
    table : callable
        Facts to tidy table; an empty one where there is nothing to draw.
    title : callable
        Facts to the finding, as one sentence.
    options : callable
        Facts to what the chart function takes more.
    is_among_policies : bool
        Whether it needs another policy than the reference.
    is_rerun : bool
        Whether its table takes runs of its own, which are made when it is asked for.
    footnote : callable, optional
        Facts to source and n, where they are not those of the whole comparison.
    """

    name: str
    part: Part
    what: str
    draw: Callable[[], Draw]
    table: Callable[[Facts], pd.DataFrame]
    title: Callable[[Facts], str]
    options: Callable[[Facts], dict[str, Any]] = nothing
    is_among_policies: bool = False
    is_rerun: bool = False
    footnote: Callable[[Facts], str] | None = None

    def caption(self, facts: Facts) -> Caption:
        """Return the title that states the finding, and the footnote with source and n."""
        from cxsim.charts.figure import Caption

        return Caption(self.title(facts), (self.footnote or source)(facts))

    def chart(self, facts: Facts, table: pd.DataFrame | None = None) -> Chart:
        """Return the chart; nothing is drawn yet.

        Parameters
        ----------
        facts : Facts
        table : DataFrame, optional
            Where it is there already.
        """
        from cxsim.charts.figure import make_chart

        shown = self.table(facts) if table is None else table
        return make_chart(self.draw(), shown, self.caption(facts), **self.how(facts))

    def how(self, facts: Facts) -> dict[str, Any]:
        """Return what the chart function takes beside table and axes."""
        return {"reference": facts.reference, **self.options(facts)}

    def shows(self, facts: Facts, table: pd.DataFrame) -> bool:
        """Tell whether there is anything to draw: as-is alone has a retention, but no league and no difference."""
        if table.empty or not self.is_among_policies:
            return not table.empty
        return bool((table["policy"].astype(str) != facts.reference).any())


def source(facts: Facts) -> str:
    """Return where the figures come from: scenario, replications, seed."""
    made = facts.experiment
    runs = f"{made.replications} replication{'s' if made.replications != 1 else ''}"
    begin = begin_of(made)
    told = f" Policies count their time from {begin}." if begin and facts.others else ""
    return f"Simulated by cxsim from {made.scenario.name}, {runs}, seed {made.seed}.{told}"
