"""What a search asks of whoever makes its runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cxsim.experiments.studies.case import Case

Array = NDArray[np.float64]


class Tables(Protocol):
    """Makes runs, such as `cxsim.experiments.studies.runs.Runs`; what is there is not made again."""

    def table(self, cases: Sequence[Case], replications: Sequence[int], measures: Sequence[str]) -> Array:
        """Return (cases, replications, measures) values of our firm, all customers; NaN where there is none."""
