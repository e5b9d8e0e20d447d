"""Where the lives of one person under two policies part.

Under common random numbers the same person meets the same luck until something that the policy changed reaches him or
her: a shorter line, a cause that was fixed, a friend's story. The first row of the log that differs is often a wait of
some seconds and changes nothing. Lives part where something happens in one of them and not in the other, or ends
otherwise; how long it took, and who served, do not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.experiments.watched import Life
from cxsim.model import events as ev

# What tells lives apart. Standing in line or not is a matter of seconds; arriving, ending and what was felt of it all
# follow from the rest.
TURNING: Final = (
    ev.LOG_NEED, ev.LOG_CALL_BACK, ev.LOG_START, ev.LOG_ABANDON, ev.LOG_TURNED_AWAY, ev.LOG_CLOSED, ev.LOG_RETRY,
    ev.LOG_DONE, ev.LOG_JOINED, ev.LOG_LEFT, ev.LOG_TOLD, ev.LOG_NOTICE, ev.LOG_FAILURE,
    ev.LOG_COMPLAINS, ev.LOG_ANSWERED, ev.LOG_SPARED, ev.LOG_FOLLOWED_UP, ev.LOG_RATED, ev.LOG_AGAIN,
)  # fmt: skip
KEY: Final = ("kind", "customer", "journey", "step", "firm", "touchpoint", "other", "cause")
SAME: Final = ("time", "customer", "other", "value", "journey", "step", "kind", "firm", "touchpoint", "cause")


class Pair(NamedTuple):
    """What happened at the same point of two lives; None where nothing of the kind did."""

    one: np.void | None
    other: np.void | None

    @property
    def time(self) -> int:
        """Microseconds: when the earlier of the two happened."""
        return min(int(row["time"]) for row in self if row is not None)


def first_difference(one: Life, other: Life) -> Pair | None:
    """Return the first rows that are not equal, whoever served; None where the lives are the same to the end.

    Parameters
    ----------
    one, other : Life
        Of the same person and luck. All rows before the time of the pair are equal.
    """
    shared = min(one.rows.size, other.rows.size)
    unequal = np.zeros(shared, np.bool_)
    for name in SAME:
        unequal |= one.rows[name][:shared] != other.rows[name][:shared]
    place = int(np.argmax(unequal)) if unequal.any() else shared
    if place == one.rows.size == other.rows.size:
        return None
    return Pair(_at(one.rows, place), _at(other.rows, place))


def parting(one: Life, other: Life) -> Pair | None:
    """Return what happened in one life and not in the other, or otherwise, and first; None where nothing did.

    Parameters
    ----------
    one, other : Life
        Of the same person and luck.
    """
    mine, theirs = _turns(one.rows), _turns(other.rows)
    left, right = _first_alone(mine, theirs), _first_alone(theirs, mine)
    if left is None or right is None:
        return None if left is right else Pair(left, right)
    # Two rows are told side by side where they belong to the same matter; else the later one is another story.
    if _is_same_matter(left, right):
        return Pair(left, right)
    return Pair(left, None) if left["time"] <= right["time"] else Pair(None, right)


def _turns(rows: NDArray[np.void]) -> list[np.void]:
    return list(rows[np.isin(rows["kind"], TURNING)])


def _key(row: np.void) -> tuple[int, ...]:
    return tuple(int(row[name]) for name in KEY)


def _first_alone(mine: Iterable[np.void], theirs: Iterable[np.void]) -> np.void | None:
    """Return the first row that has no counterpart; stories of several people may come in another order."""
    left = Counter(_key(row) for row in theirs)
    for row in mine:
        key = _key(row)
        if left[key] == 0:
            return row
        left[key] -= 1
    return None


def _is_same_matter(one: np.void, other: np.void) -> bool:
    return bool(one["customer"] == other["customer"] and one["journey"] == other["journey"])


def _at(rows: NDArray[np.void], place: int) -> np.void | None:
    return rows[place] if place < rows.size else None
