"""Dates and durations as people say them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from cxsim.units import DAY, HOUR, MINUTE, MONTH, SECOND, YEAR

# Written out here: what the calendar module says depends on the machine's language.
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
# A duration is said in the largest unit that it reaches; below one of it and a half, in the next smaller one.
SPOKEN: Final = (
    (2 * YEAR, YEAR, "year"),
    (2 * MONTH, MONTH, "month"),
    (2 * DAY, DAY, "day"),
    (90 * MINUTE, HOUR, "hour"),
    (90 * SECOND, MINUTE, "minute"),
    (SECOND, SECOND, "second"),
)
WHOLE_FROM: Final = 10


def duration(time: int) -> str:
    """Say a duration: ``40 seconds``, ``12 minutes``, ``2.5 days``.

    Parameters
    ----------
    time : int
        Microseconds, 0 or more.
    """
    for least, unit, name in SPOKEN:
        if time >= least:
            value = time / unit
            fine = value < WHOLE_FROM and unit >= HOUR
            text = f"{value:.1f}".removesuffix(".0") if fine else f"{value:.0f}"
            return f"{text} {name}{'' if text == '1' else 's'}"
    return "no time" if time <= 0 else "less than a second"


def moment_of(starts: datetime, time: int) -> datetime:
    """Return the local date and time of a moment, to the second."""
    return starts + timedelta(seconds=time // SECOND)


def day(starts: datetime, time: int) -> str:
    """Write the day of a moment: ``12 March 2026``."""
    at = moment_of(starts, time)
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}"


def clock(starts: datetime, time: int) -> str:
    """Write day and time of a moment: ``12 March 2026, 14:05``."""
    return f"{day(starts, time)}, {moment_of(starts, time):%H:%M}"


def listed(parts: Sequence[str]) -> str:
    """Join parts: ``a``, ``a and b``, ``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def counted(number: int, one: str, many: str = "") -> str:
    """Write a number of things: ``1 story``, ``3 stories``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def times(number: int) -> str:
    """Say how often: ``once``, ``twice``, ``5 times``."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")
