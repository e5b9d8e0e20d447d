"""How many replications: sequential stopping for an absolute half-width, with a cap.

Coverage. Stopping when the estimated half-width is small enough uses the data twice: the sample that happens to
vary little stops early. The interval reaches its nominal level only in the limit of a small half-width
(Chow & Robbins 1965); at finite sizes it covers somewhat less often, the more so the earlier it may stop. Two
habits keep the loss small: a first batch of at least 10 replications, and a half-width that needs clearly more
than that batch (Law 2015, section 9.4.1). An interval that ended at the cap is wider than asked and says so.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from cxsim.errors import InputError
from cxsim.stats import validation
from cxsim.stats.intervals import half_width as t_half_width
from cxsim.stats.intervals import standard_error, student_quantile

if TYPE_CHECKING:
    import numpy.typing as npt

MINIMUM_REPLICATIONS = 10  # below this the variance estimate is too rough to stop on (Law 2015, section 9.4.1)
MAXIMUM_REPLICATIONS = 10_000_000

STOPPING_NOTE = (
    "Replications were added until the half-width was reached, so the interval covers the true value a little "
    "less often than its level says (Chow & Robbins 1965)."
)
CAP_NOTE = "The cap on replications was reached first; the interval is wider than asked."


def reached(
    values: npt.ArrayLike, half_width: float, level: float = 0.95, *, minimum: int = MINIMUM_REPLICATIONS
) -> bool:
    """Tell whether the t interval is at most `half_width` wide on each side, on at least `minimum` replications.

    Parameters
    ----------
    values : array of shape (n,)
        One number (or paired difference) per replication.
    half_width : float
        Asked absolute half-width, in the unit of the values.
    level : float
        Confidence level.
    minimum : int
        Replications before which the question is not asked; at least 2.

    Raises
    ------
    InputError
        When the half-width is not positive or the level not a share.

    References
    ----------
    Chow & Robbins (1965), Annals of Mathematical Statistics 36:457; Law (2015), section 9.4.1.
    """
    sample = validation.vector("precision", values)
    validation.positive("precision, half-width", half_width)
    validation.count("precision, minimum", minimum, minimum=2)
    return sample.size >= minimum and t_half_width(sample, level) <= half_width


def replications_needed(values: npt.ArrayLike, half_width: float, level: float = 0.95) -> int:
    """Guess how many replications in all would reach `half_width`, from the spread so far.

    The smallest n >= number given with t(n-1) s / sqrt(n) <= half_width. A guess: s will move as runs are added.

    Parameters
    ----------
    values : array of shape (k,)
        At least two replications made so far.
    half_width : float
        Asked absolute half-width, in the unit of the values.
    level : float
        Confidence level.

    Raises
    ------
    InputError
        When fewer than two values are given, one is NaN, or the answer exceeds ten million.

    References
    ----------
    Law (2015), section 9.4.1 (n for an absolute error).
    """
    sample = validation.finite("precision", validation.vector("precision", values, minimum_size=2))
    validation.positive("precision, half-width", half_width)
    deviation = standard_error(sample) * math.sqrt(sample.size)

    def wide(n: int) -> bool:
        return student_quantile(level, n - 1) * deviation / math.sqrt(n) > half_width

    low, high = sample.size, sample.size
    while wide(high):
        low, high = high, 2 * high
        if low > MAXIMUM_REPLICATIONS:
            message = (
                f"precision: half-width {half_width:g} would need over {MAXIMUM_REPLICATIONS} replications; "
                "a wider one is allowed; check its unit"
            )
            raise InputError(message)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if wide(middle) else (low, middle)
    return high


def next_batch(
    values: npt.ArrayLike, half_width: float, cap: int, level: float = 0.95, *, minimum: int = MINIMUM_REPLICATIONS
) -> int:
    """Return how many replications to add now; 0 when the half-width or the cap is reached.

    A batch never exceeds the number already made, so a spread that was luckily large does not waste runs.

    Parameters
    ----------
    values : array of shape (n,)
        Replications made so far.
    half_width : float
        Asked absolute half-width, in the unit of the values.
    cap : int
        Largest number of replications in all.
    level : float
        Confidence level.
    minimum : int
        Size of the first batch.

    Raises
    ------
    InputError
        As for :func:`reached`.

    References
    ----------
    Law (2015), section 9.4.1.
    """
    sample = validation.vector("precision", values, minimum_size=0)
    room = validation.count("precision, cap", cap, minimum=1) - sample.size
    if sample.size < minimum:
        return max(0, min(minimum - sample.size, room))
    if room <= 0 or reached(sample, half_width, level, minimum=minimum):
        return 0
    try:
        wanted = replications_needed(sample, half_width, level) - sample.size
    except InputError:
        wanted = room  # hopelessly narrow or undefined: go on in doubling batches up to the cap
    return min(max(1, wanted), sample.size, room)


def stopping_status(
    values: npt.ArrayLike, half_width: float, cap: int, level: float = 0.95
) -> Literal["reached", "capped", "open"]:
    """Say how a sequential run stands: half-width reached, cap reached first, or still open.

    Raises
    ------
    InputError
        As for :func:`reached`.

    References
    ----------
    Law (2015), section 9.4.1.
    """
    sample = validation.vector("precision", values)
    if reached(sample, half_width, level):
        return "reached"
    return "capped" if sample.size >= validation.count("precision, cap", cap, minimum=1) else "open"
