"""What a search asks of whoever makes its runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from cxsim.experiments.studies.case import Case

Array = NDArray[np.float64]

AT_ONCE: Final = 4  # cases between two reports


class Tables(Protocol):
    """Makes runs, such as `cxsim.experiments.studies.runs.Runs`; what is there is not made again."""

    def table(self, cases: Sequence[Case], replications: Sequence[int], measures: Sequence[str]) -> Array:
        """Return (cases, replications, measures) values of our firm, all customers; NaN where there is none."""


def in_portions(
    tables: Tables,
    cases: Sequence[Case],
    replications: Sequence[int],
    measures: Sequence[str],
    done: Callable[[int], None],
) -> Array:
    """Ask for a table some cases at a time, so that progress can be told meanwhile.

    Parameters
    ----------
    tables : Tables
    cases, replications, measures
        As for `Tables.table`.
    done : callable
        Called with the number of cases that are there.
    """
    found = []
    for first in range(0, len(cases), AT_ONCE):
        some = cases[first : first + AT_ONCE]
        found.append(tables.table(some, replications, measures))
        done(first + len(some))
    return np.concatenate(found)
