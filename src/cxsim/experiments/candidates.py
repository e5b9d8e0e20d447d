"""Values of candidates of a choice, replication by replication, and which of them cannot be compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cxsim.experiments.studies.case import Case

Array = NDArray[np.float64]


class Table(Protocol):
    """Whatever makes runs: `Runs`, or a function in its place in a test."""

    def table(self, cases: Sequence[Case], replications: Sequence[int], measures: Sequence[str]) -> Array:
        """Return (cases, replications, measures), NaN where there is no value."""
        ...


class UnfitError(Exception):
    """A candidate has so few values that the others cannot be compared beside it."""

    def __init__(self, candidate: int, missing: int, made: int, why: str) -> None:
        super().__init__(why)
        self.candidate, self.missing, self.made, self.why = candidate, missing, made, why


class Candidates:
    """Values of the candidates so far, each candidate's replications from the first on without a gap."""

    def __init__(self, runs: Table, cases: Sequence[Case], measure: str, first: int) -> None:
        self.cases, self._measure = cases, measure
        self._runs, self._first = runs, first
        self.rows: list[Array] = [np.empty(0) for _ in cases]

    def add(self, candidates: Sequence[int], count: int) -> Array:
        """Make the next replications of candidates that have the same number so far; return (candidates, count)."""
        begin = self._first + self.rows[candidates[0]].size
        wanted = [self.cases[one] for one in candidates]
        found = self._runs.table(wanted, range(begin, begin + count), [self._measure])[:, :, 0]
        for one, row in zip(candidates, found, strict=True):
            self.rows[one] = np.concatenate((self.rows[one], row))
        return found

    def complete(self, found: Array) -> Array:
        """Return the replications in which every candidate has a value; raises as `check` does."""
        self.check()
        return found[:, np.isfinite(found).all(axis=0)]

    def check(self) -> None:
        """See that there is enough to compare.

        Raises
        ------
        UnfitError
            When half of all so far, or more, had no value under some candidate.
        """
        if 2 * self.dropped >= max(self.counts):
            missing = [int((~np.isfinite(row)).sum()) for row in self.rows]
            # Of equals the last one goes: as-is, with which all is compared, comes first.
            worst = max(range(len(missing)), key=lambda one: (missing[one] / max(1, self.counts[one]), one))
            raise UnfitError(worst, missing[worst], self.counts[worst], self._why(self.cases[worst]))

    def _why(self, case: Case) -> str:
        failures = [one for one in getattr(self._runs, "failures", ()) if one.want.case == case]
        return str(failures[0].why) if failures else f"{self._measure} has no value there"

    @property
    def counts(self) -> tuple[int, ...]:
        """Replications of each candidate."""
        return tuple(row.size for row in self.rows)

    @property
    def dropped(self) -> int:
        """Replications without a value under some candidate."""
        longest = max(self.counts)
        holes = np.zeros(longest, dtype=bool)
        for row in self.rows:
            holes[: row.size] |= ~np.isfinite(row)
        return int(holes.sum())
