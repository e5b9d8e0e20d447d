"""Policies side by side."""

from __future__ import annotations

import html
import math
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cxsim.errors import InputError
from cxsim.measures.catalog import CATALOG
from cxsim.results.answer import finding, sentences
from cxsim.results.reasons import reasons_of
from cxsim.results.tabled import Tabled
from cxsim.results.wording import difference, quantity, span
from cxsim.units import nearest

if TYPE_CHECKING:
    import pandas as pd


class Comparison(Tabled):
    """Policies and as-is on common random numbers, with their tables.

    Examples
    --------
    >>> comparison = cxsim.compare("local-shop-vs-chain", replications=20)  # doctest: +SKIP
    >>> comparison.answer()  # doctest: +SKIP
    >>> comparison.plot.retention().save("retention.png", size="slide")  # doctest: +SKIP
    """

    def table(self, measures: Sequence[str] | None = None) -> pd.DataFrame:
        """Return our firm's measures under every policy, with paired differences from as-is.

        Parameters
        ----------
        measures : sequence of str, optional
            The scenario's own by default.

        Raises
        ------
        InputError
            When a measure is not known here.
        """
        wanted = list(measures or self.facts.wanted)
        for name in wanted:
            if not self.facts.has(name):
                hint = nearest(name, CATALOG) or "see `.measures`"
                message = f"table: {name!r}; a measure of this comparison is allowed; {hint}"
                raise InputError(message)
        own = self.contrast[(self.contrast["firm"] == self.facts.firm) & (self.contrast["segment"] == "all")]
        chosen = own[own["measure"].isin(wanted)].drop(columns=["firm", "segment", "origin"])
        ranks = chosen["measure"].map({name: rank for rank, name in enumerate(wanted)})
        return chosen.iloc[ranks.argsort(kind="stable")].reset_index(drop=True)

    def why(self, policy: str, segment: str = "all") -> pd.DataFrame:
        """Return what a policy saves or loses of every 100 starting customers, by reason; rows add up to the last.

        Raises
        ------
        InputError
            When the policy was not compared, or the scenario has no customers who could leave.
        """
        if policy not in self.facts.others:
            message = f"why: {policy!r}; {', '.join(self.facts.others) or 'no policy'} is allowed; choose one"
            raise InputError(message)
        if not self.facts.has("retention"):
            message = f"why: {self.facts.firm} has no customers at the start; some are needed; see `.table()`"
            raise InputError(message)
        return reasons_of(self.contrast, self.facts.firm, policy, segment)

    def _repr_html_(self) -> str:
        lines = "".join(f"<li>{html.escape(text)}</li>" for text in sentences(self.facts)[:3])
        head = "<tr><th>measure</th><th>policy</th><th>mean</th><th>difference</th></tr>"
        rows = "".join(_row(row) for row in self.table().to_dict("records"))
        return f"<p><b>{html.escape(finding(self.facts))}</b></p><ol>{lines}</ol><table>{head}{rows}</table>"


def _row(row: Mapping[Hashable, Any]) -> str:
    unit, gap = row["unit"], ""
    if not math.isnan(row["difference"]):
        gap = f"{difference(row['difference'], unit)} ({span(row['diff_ci_low'], row['diff_ci_high'], unit)})"
    cells = (row["measure"], row["policy"], quantity(row["mean"], unit), gap)
    return "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>"
