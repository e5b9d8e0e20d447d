"""The charts of a sensitivity: titles state the finding, a footnote gives source and n."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cxsim.experiments.indices import RANKED_BY
from cxsim.experiments.sensitivity import MORRIS, ONE_AT_A_TIME, PAWN, SOBOL
from cxsim.results.answer_folder import provenance_of
from cxsim.results.sensitivity_words import what_of
from cxsim.results.wording import difference, quantity

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from cxsim.charts.figure import Chart
    from cxsim.results.sensitivity import Sensitivity

GREY: Final = "Grey: cannot be told apart from none."
TICK: Final = "tick: luck left in"


class SensitivityPlots:
    """Charts of a sensitivity; each draws on the Axes it is given, or makes a `Chart` of its own.

    Parameters
    ----------
    found : Sensitivity
    """

    def __init__(self, found: Sensitivity) -> None:
        self._found = found

    def ranking(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw the factors in the order in which they matter, with intervals."""
        from cxsim.charts.ranking import ranking

        found = self._found
        method, made = found.design.method, found.indices
        what = what_of(found.output)
        options: dict[str, Any] = {"marks": (RANKED_BY[method], ""), "unit": found.unit}
        if method == SOBOL:
            luck = f"{quantity(made.noise, 'share')} of the spread between points is luck"
            words = (
                f"Share of the variance of {what}, %, with 95 % interval. Filled: with all interactions; open: alone; "
                f"{TICK} ({luck}). {GREY}"
            )
            options |= {"marks": ("ST", "S1"), "unit": "share"}
        elif method == MORRIS:
            words = (
                f"Mean size of the effect on {what} of moving a factor through its range, with 95 % interval. "
                f"Open: spread of the effects; {TICK}. {GREY}"
            )
            options |= {"marks": ("mu_star", "sigma")}
        elif method == PAWN:
            words = (
                f"How far holding a factor shifts the distribution of {what} (0 not at all, 1 altogether), with 95 % "
                "interval. Dashed: what a factor that does nothing shows by chance."
            )
            options |= {"unit": "", "threshold": made.dummy}
        else:
            words = (
                f"Change of {what} from the low to the high end of each range, with simultaneous 95 % interval. {GREY}"
            )
        return self._draw(ranking, made.table, ax, what=words, **options)

    def tornado(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw how far the low and the high end of each factor move the output."""
        from cxsim.charts.tornado import tornado

        found = self._found
        if found.design.method == ONE_AT_A_TIME:
            ends = "Ends of each range, all else as written; middle: all as written."
        elif found.design.method == MORRIS:
            ends = "The mean effect of moving each factor through its range, half to either side of the mean."
        else:
            ends = "Ends: the lowest and the highest quarter of each range; middle: the mean over all points."
        return self._draw(
            tornado, found.indices.mains, ax, measure=what_of(found.output), unit=found.unit, ends=ends,
            title=self._tornado_title(),
        )  # fmt: skip

    def interactions(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw what factors do only together; for Sobol indices of two factors or more."""
        from cxsim.charts.interactions import interactions

        found = self._found
        return self._draw(
            interactions, interactions_table(found), ax, measure=what_of(found.output), title=self._pairs_title()
        )

    def all(self) -> dict[str, Chart]:
        """Return all charts that there is something to draw for, by name."""
        from cxsim.charts.figure import Chart

        made = {"ranking": self.ranking(), "tornado": self.tornado()}
        if len(self._found.indices.pairs) and not self._found.indices.flat:
            made["interactions"] = self.interactions()
        return {name: chart for name, chart in made.items() if isinstance(chart, Chart)}

    def _draw(self, draw: Any, table: pd.DataFrame, ax: Axes | None, title: str = "", **options: Any) -> Axes | Chart:
        from cxsim.charts.figure import Caption, make_chart

        if ax is not None:
            drawn: Axes = draw(table, ax, **options)
            return drawn
        found = self._found
        caption = Caption(title or self._title(), provenance_of(found.made, found.design_words))
        return make_chart(draw, table, caption, **options)

    def _title(self) -> str:
        found = self._found
        made, what = found.indices, what_of(found.output)
        if made.flat:
            return f"No factor can be told apart from luck: {what}"
        first = made.table[made.table["index"] == RANKED_BY[found.design.method]].iloc[0]
        if found.design.method == SOBOL:
            return f"Of the variance of {what}, {first['factor']} makes {quantity(float(first['value']), 'share')}"
        return f"{what[:1].upper()}{what[1:]} is moved most by {first['factor']}"

    def _tornado_title(self) -> str:
        found = self._found
        mains = found.indices.mains
        sure = mains[mains["told_apart"].astype(bool)]
        if sure.empty:
            return f"No factor surely moves {what_of(found.output)} from its low to its high end"
        first = sure.iloc[int(sure["swing"].abs().argmax())]
        moved = difference(float(first["swing"]), found.unit)
        return f"From its low to its high end, {first['factor']} moves {what_of(found.output)} most: {moved}"

    def _pairs_title(self) -> str:
        pairs = self._found.indices.pairs
        sure = pairs[pairs["told_apart"].astype(bool)]
        if sure.empty:
            return "No two factors can be told to act together"
        best = sure.iloc[int(sure["value"].argmax())]
        share = quantity(float(best["value"]), "share")
        return f"{best['factor']} and {best['other']} act together: {share} of the variance is neither's alone"


def interactions_table(found: Sensitivity) -> pd.DataFrame:
    """Return each factor alone and each pair, the most important factors first."""
    import pandas as pd

    table = found.indices.table
    alone = table[table["index"] == "S1"].assign(other=lambda rows: rows["factor"])
    columns = ["factor", "other", "value", "told_apart"]
    return pd.concat([alone[columns], found.indices.pairs[columns]], ignore_index=True)
