"""Policies side by side."""

from __future__ import annotations

import html
import math
from collections.abc import Hashable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cxsim.errors import InputError
from cxsim.measures.catalog import CATALOG
from cxsim.measures.layout import ALL
from cxsim.results.answer import finding, sentences
from cxsim.results.reasons import Credits, credits_of, credits_table, fates_table, table_of, why
from cxsim.results.tabled import Tabled
from cxsim.results.wording import difference, quantity, span
from cxsim.results.worlds import WorldsFound, worlds_found
from cxsim.units import nearest

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.experiments.watched import Luck
    from cxsim.results.stories.fated import Fates
    from cxsim.results.stories.story import Story


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
        """Return what a policy saves and loses of every 100 starting customers, by reason; rows add up to the last.

        Parameters
        ----------
        policy : str
        segment : str
            All customers by default.

        Returns
        -------
        DataFrame
            `reason`; `saved` by the policy, by the reason for which they would have left; `lost` by it, by the reason
            for which they leave now; `kept_more` is saved less lost, with its paired interval; the last row is the
            difference of retention. See `cxsim.results.reasons.why` for the other columns.

        Raises
        ------
        InputError
            When the policy was not compared, or the scenario has no customers who could leave.
        """
        self._check_other("why", policy)
        if not self.facts.has("retention"):
            message = f"why: {self.facts.firm} has no customers at the start; some are needed; see `.table()`"
            raise InputError(message)
        names = self.experiment.layout.names.segments
        if segment != ALL and segment not in names:
            message = f"why: segment {segment!r}; {', '.join((ALL, *names))} is allowed; choose one"
            raise InputError(message)
        return why(self.facts, policy, segment)

    @property
    def reasons(self) -> pd.DataFrame:
        """`why` for every policy and segment; the rows of `why.csv`."""
        return table_of(self.facts)

    @property
    def fates(self) -> pd.DataFrame:
        """Starting customers saved and lost by each policy: counts by replication, segment and reason.

        Empty where single fates were not kept: without customers, or with more than 200,000 people.
        """
        return fates_table(self.experiment)

    def credits(self, policy: str) -> Credits | None:
        """Return where a policy's credits go, and what of it is paid to people who would have stayed anyway.

        None where single fates were not kept.

        Raises
        ------
        InputError
            When the policy was not compared.
        """
        self._check_other("credits", policy)
        return credits_of(self.experiment, policy)

    @property
    def credits_paid(self) -> pd.DataFrame:
        """The same by replication and segment, for every policy."""
        return credits_table(self.experiment)

    @cached_property
    def worlds(self) -> WorldsFound | None:
        """What was found in worlds that we cannot rule out; None where they were not run (``worlds=100``)."""
        return worlds_found(self.facts)

    @property
    def world_measures(self) -> pd.DataFrame:
        """Headline measures of our firm in each world, columns of `measures.parquet`; empty where none were run."""
        made = self.experiment.worlds
        return self.measures.iloc[:0] if made is None else made.measures

    def story(self, customer: int, policy: str | None = None, *, replication: int = 0) -> Story:
        """Tell the life of one customer under as-is and under a policy, on the luck of one of these replications.

        Parameters
        ----------
        customer : int
            Number of the customer, from 0.
        policy : str, optional
            One that was compared; without it the life under as-is alone.
        replication : int

        Raises
        ------
        InputError
            When the policy was not compared, or there is no such customer.
        """
        from cxsim.results.stories.story import story_of

        if policy is not None:
            self._check_other("story", policy)
        both = [self.facts.reference] if policy is None else [self.facts.reference, policy]
        return story_of(self._luck(replication), customer, both)

    def whose(self, policy: str, *, replication: int = 0) -> Fates:
        """Return whom a policy saves, loses and pays for nothing in one replication, one by one.

        Raises
        ------
        InputError
            When the policy was not compared.
        """
        from cxsim.results.stories.fated import fates_on

        self._check_other("whose", policy)
        return fates_on(self._luck(replication), (self.facts.reference, policy))

    def _luck(self, replication: int) -> Luck:
        from cxsim.experiments.watched import Luck

        made = self.experiment
        return Luck(made.scenario, made.layout.names, made.inference, made.seed, replication, made.engine, made.scale)

    def _check_other(self, what: str, policy: str) -> None:
        if policy not in self.facts.others:
            message = f"{what}: {policy!r}; {', '.join(self.facts.others) or 'no policy'} is allowed; choose one"
            raise InputError(message)

    def _repr_html_(self) -> str:
        lines = "".join(f"<li>{html.escape(text)}</li>" for text in sentences(self.facts)[:3])
        head = "<tr><th>measure</th><th>policy</th><th>mean</th><th>difference</th></tr>"
        rows = "".join(_row(row) for row in self.table().to_dict("records"))
        return f"<p><b>{html.escape(finding(self.facts))}</b></p><ol>{lines}</ol><table>{head}{rows}</table>"


def _row(row: Mapping[Hashable, Any]) -> str:
    unit, gap = row["unit"], ""
    if not math.isnan(row["difference"]):
        gap = f"{difference(row['difference'], unit)} ({span(row['diff_ci_low'], row['diff_ci_high'], unit)})"
    cells = (CATALOG[row["measure"]].title, row["policy"], quantity(row["mean"], unit), gap)
    return "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>"
