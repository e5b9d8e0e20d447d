"""Runs of one policy."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from cxsim.results.tabled import Tabled
from cxsim.results.wording import quantity

if TYPE_CHECKING:
    import pandas as pd


class Result(Tabled):
    """Runs of one policy, with their tables.

    Examples
    --------
    >>> result = cxsim.run("bank-phone", replications=5)  # doctest: +SKIP
    >>> result.table()  # doctest: +SKIP
    """

    @property
    def policy(self) -> str:
        """The policy that was run."""
        return self.policies[0]

    def table(self) -> pd.DataFrame:
        """Return the mean of every measure of our firm with its 95 % interval."""
        own = self.contrast[(self.contrast["firm"] == self.facts.firm) & (self.contrast["segment"] == "all")]
        return own[["measure", "unit", "mean", "ci_low", "ci_high", "replications"]].reset_index(drop=True)

    def events(self) -> pd.DataFrame:
        """Return the log of all runs; columns of `events.parquet`. Empty unless it was asked for."""
        from cxsim.results.log import events

        return events(self.experiment)

    def _repr_html_(self) -> str:
        shown = [(row["measure"], row["mean"], row["unit"]) for row in self.table().to_dict("records")]
        rows = "".join(
            f"<tr><td>{html.escape(name)}</td><td>{html.escape(quantity(mean, unit))}</td></tr>"
            for name, mean, unit in shown
        )
        head = f"{self.scenario.name}, {self.policy}, {self.replications} runs"
        return f"<p><b>{html.escape(head)}</b></p><table>{rows}</table>"
