"""The hold model on the engine's own calendar: how long one pending event costs, whatever the events mean.

Jones (1986): `size` events are pending; each operation takes the first one out and puts it back later by an exponential
time. `peers/hold.c` does the same.
"""

from __future__ import annotations

import time
from typing import Any, Final

import numba
import numpy as np

from cxsim.engines.calendar import laid_out, open_next, pending_of, pop, push
from cxsim.model.draws import mixed
from cxsim.model.events import DONE
from cxsim.model.jit import NO_REFERENCE_COUNTING, OPTIONS
from cxsim.model.state import PENDING
from cxsim.model.tables import passed

MEAN: Final = 1e12  # microseconds: about eleven days, as a person's next need is
GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
S12: Final = np.uint64(12)
KIND: Final = 8
ROOM: Final = 4096  # more than any bucket holds
_NJIT: Final[Any] = numba.njit  # its stubs do not know the options


def _delay(word: np.uint64) -> int:
    return int(-MEAN * np.log((np.float64(mixed(word) >> S12) + 0.5) * 2.220446049250313e-16)) + 1


_later: Final[Any] = _NJIT(**OPTIONS, **NO_REFERENCE_COUNTING)(_delay)


def _hold(s: Any, operations: int, word: np.uint64) -> np.uint64:
    for _ in range(operations):
        if s.calendar[0]["near"] == 0 and open_next(s) != DONE:
            break
        first = s.slots[s.near[0]["slot"]]
        now, order, row = first["time"], first["order"], first["row"]
        pop(s)
        word += GOLDEN
        push(s, now + _later(word), order, 0, 0, row, 0, 0.0)
    return word


def held(size: int, operations: int, seed: int) -> dict[str, Any]:
    """Time `operations` holds at `size` pending events, after a quarter as many that are not timed.

    Returns
    -------
    dict
        ``wall_s``, ``operations``, and ``last``, the time of the last event over the mean.
    """
    hold = _NJIT(**OPTIONS, **NO_REFERENCE_COUNTING)(_hold)
    hold(passed(laid_out(np.zeros(2, PENDING), ROOM)), 0, np.uint64(1))
    pending = np.zeros(size, PENDING)
    pending["row"] = np.arange(size)
    pending["order"] = pending["row"].astype(np.uint64) | np.uint64(KIND << 60)
    pending["time"] = MEAN * np.random.default_rng(seed).standard_exponential(size)
    kept = passed(laid_out(pending, ROOM))
    word = hold(kept, operations // 4, np.uint64(seed))
    began = time.perf_counter()
    hold(kept, operations, np.uint64(word))  # a plain number would be another type, and compiled anew
    wall = time.perf_counter() - began
    return {"wall_s": wall, "operations": operations, "last": float(pending_of(kept)["time"][0]) / MEAN}
