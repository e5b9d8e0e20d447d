"""Charts of a search for the best policy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from cxsim.measures.catalog import CATALOG

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from cxsim.charts.figure import Chart
    from cxsim.results.optimum import BestPolicy


class FrontPlots:
    """Charts of a search.

    Parameters
    ----------
    best : BestPolicy
    """

    def __init__(self, best: BestPolicy) -> None:
        self._best = best

    def front(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw candidates by cost and gain, and the front; on an Axes, or as a chart that can be saved."""
        from cxsim.charts.figure import Caption, make_chart
        from cxsim.charts.front import front as draw

        own, task = self._best, self._best.found.task
        third = task.objectives[2] if len(task.objectives) > 2 else ""  # noqa: PLR2004 -- what size stands for
        options: dict[str, Any] = {
            "budget": task.budget,
            "currency": own.origin.currency,
            "measure": CATALOG[task.objectives[1]].title,
            "third": CATALOG[third].title if third else "",
        }
        table = self._table(third)
        if ax is not None:
            return draw(table, ax, **options)
        return make_chart(draw, table, Caption(own.finding, own.small_print), **options)

    def _table(self, third: str) -> pd.DataFrame:
        """Return what was tried with the search's means, and the finalists with those of fresh luck."""
        import pandas as pd

        own, task = self._best, self._best.found.task
        cost, gain = task.objectives[:2]
        tried = own.candidates[~own.candidates["finalist"]].assign(kind="tried")
        tables = []
        for table, intervals in ((tried, False), (own.finalists, True)):
            known = pd.DataFrame(
                {"name": table["what"], "kind": table["kind"], "cost": table[cost], "gain": table[gain]}
            )
            known["gain_low"] = table[f"{gain}_ci_low"] if intervals else math.nan
            known["gain_high"] = table[f"{gain}_ci_high"] if intervals else math.nan
            known["third"] = table[third] if third else math.nan
            tables.append(known)
        return pd.concat(tables, ignore_index=True).assign(unit=own.unit(gain), better=CATALOG[gain].better)

    def all(self) -> dict[str, Any]:
        """Return all charts by name."""
        return {"front": self.front()}
