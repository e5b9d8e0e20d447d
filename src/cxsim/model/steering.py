"""What a steering rule is to an engine: it sees what the last period was like, and says which levers move now.

A manager decides between periods, not during them. Both engines ask at the same moments, show the same numbers and
make the same moves, before anything else of that instant happens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Move(NamedTuple):
    """A lever that is set.

    Attributes
    ----------
    slot : int
        Row of the lever table.
    segment : int
        Its column.
    value : float
        In the unit of the lever table.
    """

    slot: int
    segment: int
    value: float


class Seen(NamedTuple):
    """What can be known at the end of a period; arrays of one's own, as `cxsim.model.state.Tallies` without periods.

    Attributes
    ----------
    period : int
        Number of the period that has ended, warm-up periods first.
    begin, end : int
        Microseconds; `end` is now.
    touch : (n_touchpoints, n_classes) TOUCH_TALLY
    areas : (n_touchpoints,) AREA_TALLY
    firm : (n_firms, n_segments) FIRM_TALLY
    left : (n_firms, n_segments, N_REASONS) int64
    base : (n_firms, n_segments, BASE_COLUMNS) int64
    survey : (n_firms, n_segments, SURVEY_COLUMNS) float64
    levers : (n_slots, n_segments) float64
        As they are now.
    """

    period: int
    begin: int
    end: int
    touch: NDArray[np.void]
    areas: NDArray[np.void]
    firm: NDArray[np.void]
    left: NDArray[np.int64]
    base: NDArray[np.int64]
    survey: NDArray[np.float64]
    levers: NDArray[np.float64]


Steer = Callable[[Seen], Sequence[Move]]
