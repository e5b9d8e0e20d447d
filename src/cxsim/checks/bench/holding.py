"""The hold model on the engine's own calendar: how long one pending event costs, whatever the events mean.

Jones (1986): `size` events are pending; each operation takes the first one out and puts it back later by an exponential
time. `peers/hold.c` does the same.
"""

from __future__ import annotations

import time
from typing import Any, Final

import numba
import numpy as np
from numpy.typing import NDArray

from cxsim.engines.calendar import laid_out, open_next, order_of, pending_of, pop, push
from cxsim.model.draws import mixed
from cxsim.model.events import DONE
from cxsim.model.jit import NO_REFERENCE_COUNTING, OPTIONS
from cxsim.model.pending import PENDING
from cxsim.model.state import State
from cxsim.model.tables import passed

MEAN: Final = 1e12  # microseconds: about eleven days, as a person's next need is
GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
S12: Final = np.uint64(12)
KIND: Final = 8
ROOM: Final = 4096  # what the heap may hold beyond its share, and chunks that are not full
_NJIT: Final[Any] = numba.njit  # its stubs do not know the options


def _delay(word: np.uint64) -> int:
    return int(-MEAN * np.log((np.float64(mixed(word) >> S12) + 0.5) * 2.220446049250313e-16)) + 1


_later: Final[Any] = _NJIT(**OPTIONS, **NO_REFERENCE_COUNTING)(_delay)


def _first(pending: NDArray[np.void], word: np.uint64) -> np.uint64:
    for i in range(pending.size):
        word += GOLDEN
        pending[i]["time"] = _later(word)
        pending[i]["order"] = order_of(KIND, np.uint64(i))
        pending[i]["row"] = i
    return word


def _hold(s: State, operations: int, word: np.uint64) -> tuple[np.uint64, int]:
    c = s.calendar[0]
    for _ in range(operations):
        if c["near"] == 0:
            status = open_next(s)
            if status != DONE:
                return word, status
        now = s.near[0]["time"]
        first = s.slots[s.near[0]["slot"]]
        order, row = first["order"], first["row"]
        pop(s)
        word += GOLDEN
        push(s, now + _later(word), order, 0, 0, row, 0, 0.0)
    return word, DONE


def held(size: int, operations: int, seed: int) -> dict[str, Any]:
    """Time `operations` holds at `size` pending events, after a quarter as many that are not timed.

    Returns
    -------
    dict
        ``wall_s``, ``operations``, and ``last``, the time of the first event that is then pending over the mean.

    Raises
    ------
    RuntimeError
        When the calendar was full, or lost events: its times would mean nothing.
    """
    first, hold = (_NJIT(**OPTIONS, **NO_REFERENCE_COUNTING)(one) for one in (_first, _hold))
    pending = np.zeros(size, PENDING)
    word = np.uint64(first(pending, np.uint64(seed)))  # a plain number is of another type, and compiled anew
    made = laid_out(pending, ROOM)
    calendar = passed(made)
    warm = hold(calendar, operations // 4, word)
    began = time.perf_counter()
    timed = hold(calendar, operations, np.uint64(warm[0])) if warm[1] == DONE else warm
    wall = time.perf_counter() - began
    if timed[1] != DONE:
        raise RuntimeError("the calendar was full")
    left = pending_of(made)
    if left.size != size:
        raise RuntimeError("the calendar lost events")
    return {"wall_s": wall, "operations": operations, "last": float(left[0]["time"]) / MEAN}
