"""The few moments of a life on which it turned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cxsim.model import events as ev
from cxsim.results.stories import moments as mo
from cxsim.results.stories.moments import Moment

MOST: Final = 5
# Who a person is a customer of weighs most, then what came of trouble, then the trouble.
WEIGHTS: Final = {mo.LEFT: 0, mo.JOINED: 0, mo.NOTICE: 1, mo.ANSWER: 2, mo.COMPLAINT: 3, mo.SPARED: 3}
UNSOLVED: Final = 4
FAILED: Final = 5


def turning_points(found: Sequence[Moment], most: int = MOST) -> list[Moment]:
    """Return the moments on which a life turned, in order of time.

    Parameters
    ----------
    found : sequence of Moment
    most : int
        At most so many: leaving and joining first, then notices, answers, complaints and failures spared, matters never
        solved, and failures; of one kind the earlier first.
    """
    weighed = [(weight, place) for place, one in enumerate(found) if (weight := _weight(one)) is not None]
    return [found[place] for place in sorted(place for _, place in sorted(weighed)[:most])]


def _weight(one: Moment) -> int | None:
    if one.contact is None:
        return WEIGHTS.get(one.kind)
    if one.contact.outcome > ev.SOLVED:
        return UNSOLVED
    return FAILED if one.contact.failures else None
