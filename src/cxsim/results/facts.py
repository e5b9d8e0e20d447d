"""What the sentences, the console summary and the charts are made of, read from the tables once."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from cxsim.experiments.compare import AS_IS, Experiment
from cxsim.experiments.contrast import LEVEL
from cxsim.measures.catalog import CATALOG
from cxsim.measures.layout import ALL
from cxsim.results.findings import Row
from cxsim.stats.intervals import Interval, mean_interval
from cxsim.stats.paired import bonferroni_level

if TYPE_CHECKING:
    import pandas as pd

FALLBACKS: Final = (
    "retention", "wait_mean", "wait_all_mean", "market_share", "solved_rate", "wages", "written_cost",
)  # fmt: skip


_NUMBERS: Final = (
    "mean", "ci_low", "ci_high", "reference_mean", "difference", "diff_ci_low", "diff_ci_high", "probability_best",
)  # fmt: skip


def row_of(row: Mapping[Hashable, Any]) -> Row:
    """Return a row of `comparison.csv` as the sentences take it."""
    return Row(row["policy"], row["unit"], *(row[name] for name in _NUMBERS))


class Facts:
    """What a comparison found about our firm, all customers together.

    Parameters
    ----------
    experiment : Experiment
    contrast : DataFrame
        Rows of `comparison.csv`.
    """

    def __init__(self, experiment: Experiment, contrast: pd.DataFrame) -> None:
        self.experiment = experiment
        self.contrast = contrast
        names = experiment.layout.names
        self.firm = names.firms[names.policy_firm]
        self.currency = names.currency
        own = contrast[(contrast["firm"] == self.firm) & (contrast["segment"] == "all")]
        self.rows: dict[tuple[str, str], Row] = {}
        for row in own.to_dict("records"):
            self.rows[row["measure"], row["policy"]] = row_of(row)
        self.policies = experiment.policies
        self.reference = AS_IS if AS_IS in self.policies else self.policies[0]
        self.others = tuple(policy for policy in self.policies if policy != self.reference)
        # Runs that charts had made again with a log, so that all charts share them.
        self.made_again: dict[str, Any] = {}

    def row(self, measure: str, policy: str) -> Row | None:
        """Return a policy's row on a measure, or None where it was not measured."""
        return self.rows.get((measure, policy))

    def has(self, measure: str) -> bool:
        """Tell whether a measure has a value for our firm under some policy; a firm without customers keeps none."""
        rows = [self.rows.get((measure, policy)) for policy in self.policies]
        return any(row is not None and math.isfinite(row.mean) for row in rows)

    def counted(self, measure: str) -> bool:
        """Tell whether a measure has a value in some run; what is never reached in others has no mean (`payback`)."""
        return any(np.isfinite(self.values(measure, policy)).any() for policy in self.policies)

    @cached_property
    def wanted(self) -> tuple[str, ...]:
        """Measures the scenario asks for, as far as they are there; never empty."""
        asked = tuple(name for name in self.experiment.scenario.document.measures or () if self.has(name))
        return asked or tuple(name for name in FALLBACKS if self.has(name))[:1]

    @property
    def headline(self) -> str:
        """The measure that ranks the policies."""
        return self.wanted[0]

    def goodness(self, measure: str, difference: float) -> float:
        """Return a difference with the sign that means better."""
        return difference if CATALOG[measure].better == "higher" else -difference

    def verdict(self, measure: str, policy: str) -> str:
        """Say whether a policy is "better" or "worse" than the reference, or a "tie"."""
        row = self.rows[measure, policy]
        if row.tie:
            return "tie"
        return "better" if self.goodness(measure, row.difference) > 0.0 else "worse"

    def ranked(self, measure: str) -> list[str]:
        """Return the policies that are better than the reference, best first."""
        found = [policy for policy in self.others if self.verdict(measure, policy) == "better"]
        return sorted(found, key=lambda policy: -self.goodness(measure, self.rows[measure, policy].difference))

    @cached_property
    def winner(self) -> str | None:
        """The policy that is best on the headline measure; None where none can be told to beat the reference."""
        return next(iter(self.ranked(self.headline)), None)

    def known(self, firm: str) -> dict[str, tuple[float, float]]:
        """Return the figures that a firm is known by from outside, by measure: value and 95 % margin."""
        found = self.experiment.scenario.document.firms.get(firm)
        figures = found.known.figures() if found is not None and found.known is not None else {}
        return {name: (one.value, one.margin) for name, one in figures.items()}

    @cached_property
    def _own(self) -> dict[tuple[str, str, str], NDArray[np.float64]]:
        """Values of our firm by measure, policy and segment, in the order of the replications."""
        table = self.experiment.frames.measures
        own = table[table["firm"] == self.firm].sort_values("replication", kind="stable")
        groups = own.groupby(["measure", "policy", "segment"], sort=False)["value"]
        return {(str(key[0]), str(key[1]), str(key[2])): group.to_numpy(np.float64) for key, group in groups}

    def values(self, measure: str, policy: str, segment: str = "all") -> NDArray[np.float64]:
        """Return one number per replication; none where it was not measured."""
        return self._own.get((measure, policy, segment), np.zeros(0))

    def described(self, measure: str, policy: str, firm: str) -> NDArray[np.float64]:
        """Return a firm's figure by replication, of the time that recorded and published figures describe.

        That is the first year, or until a new firm comes; what has no value there is of the whole run. None where it
        was not measured.
        """
        tables = self.experiment.frames
        for table in (tables.records, tables.measures[tables.measures["segment"] == ALL]):
            chosen = (table["measure"] == measure) & (table["firm"] == firm) & (table["policy"] == policy)
            values = table[chosen].sort_values("replication", kind="stable")["value"].to_numpy(np.float64)
            if np.isfinite(values).any():
                return values
        return np.zeros(0)

    def best_runs(self, measure: str, policy: str) -> int:
        """Return in how many replications no other policy is better than this one."""
        own = self.goodness(measure, 1.0) * self.values(measure, policy)
        others = [self.goodness(measure, 1.0) * self.values(measure, other) for other in self.policies]
        best = np.nanmax(np.vstack([one for one in others if one.shape == own.shape]), axis=0)
        return int((own >= best).sum())

    def interval(self, values: NDArray[np.float64], family: int = 1) -> Interval:
        """Return the mean with its interval, simultaneous within a family of so many."""
        return mean_interval(values, bonferroni_level(LEVEL, max(1, family)))

    def between(self, measure: str, policy: str, other: str, family: int = 1) -> Interval:
        """Return the paired difference of two policies, simultaneous within a family of so many."""
        return self.interval(self.values(measure, policy) - self.values(measure, other), family)

    def level_with(self, measure: str, policy: str) -> list[str]:
        """Return the other policies that cannot be told apart from a policy."""
        rivals = [other for other in self.others if other != policy]
        found = []
        for other in rivals:
            gap = self.between(measure, policy, other, len(rivals))
            if not (gap.low > 0.0 or gap.high < 0.0):
                found.append(other)
        return found
