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

from cxsim.engines.calendar import order_of, pop, push
from cxsim.model.draws import mixed
from cxsim.model.jit import NO_REFERENCE_COUNTING, OPTIONS
from cxsim.model.state import PENDING

MEAN: Final = 1e12  # microseconds: about eleven days, as a person's next need is
GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
S12: Final = np.uint64(12)
KIND: Final = 8
_NJIT: Final[Any] = numba.njit  # its stubs do not know the options


def _delay(word: np.uint64) -> int:
    return int(-MEAN * np.log((np.float64(mixed(word) >> S12) + 0.5) * 2.220446049250313e-16)) + 1


_later: Final[Any] = _NJIT(**OPTIONS, **NO_REFERENCE_COUNTING)(_delay)


def _fill(heap: NDArray[np.void], size: int, word: np.uint64) -> np.uint64:
    for i in range(size):
        word += GOLDEN
        push(heap, i, _later(word), order_of(KIND, np.uint64(i)), 0, 0, i, 0, 0.0)
    return word


def _hold(heap: NDArray[np.void], size: int, operations: int, word: np.uint64) -> np.uint64:
    for _ in range(operations):
        now, order, row = heap[0]["time"], heap[0]["order"], heap[0]["row"]
        pop(heap, size)
        word += GOLDEN
        push(heap, size - 1, now + _later(word), order, 0, 0, row, 0, 0.0)
    return word


def held(size: int, operations: int, seed: int) -> dict[str, Any]:
    """Time `operations` holds at `size` pending events, after a quarter as many that are not timed.

    Returns
    -------
    dict
        ``wall_s``, ``operations``, and ``last``, the time of the last event over the mean.
    """
    fill, hold = (_NJIT(**OPTIONS, **NO_REFERENCE_COUNTING)(one) for one in (_fill, _hold))
    fill(np.zeros(8, PENDING), 2, np.uint64(1))
    hold(np.zeros(8, PENDING), 2, 0, np.uint64(1))
    heap = np.zeros(size + 1, PENDING)
    word = hold(heap, size, operations // 4, fill(heap, size, np.uint64(seed)))
    began = time.perf_counter()
    hold(heap, size, operations, word)
    wall = time.perf_counter() - began
    return {"wall_s": wall, "operations": operations, "last": float(heap[0]["time"]) / MEAN}
