"""What keyed draws cost: the queue of W1 as one small compiled loop, with keyed draws and with one shared stream.

The loop holds nothing else than the queue, so the draws weigh as much as they ever can. `peers/limit.c` is compiled in
both ways for the same comparison in C.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

import numba
import numpy as np
from numpy.typing import NDArray

from cxsim.checks.bench.peers.network import PHONE, RATE
from cxsim.model.draws import draw, mixed, run_key
from cxsim.model.jit import NO_REFERENCE_COUNTING, OPTIONS
from cxsim.model.plan import MINUTE

U0, U1, U2 = np.uint64(0), np.uint64(1), np.uint64(2)
S12, S17, S19, S23, S41, S45 = (np.uint64(bits) for bits in (12, 17, 19, 23, 41, 45))
UNIT: Final = 2.220446049250313e-16
ARRIVES, IS_SERVED, GIVES_UP = 0, 1, 2
GAVE_UP, WAITS = 1, 2
GAP, SERVICE, PATIENCE = np.uint64(25), np.uint64(7), np.uint64(10)
GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
MEAN_GAP, MEAN_SERVICE, MEAN_PATIENCE = MINUTE / RATE, MINUTE * PHONE.service, MINUTE * PHONE.patience
SERVERS: Final = PHONE.servers
ROOM: Final = 1024  # pending events, and those waiting; W1 has some thirty

EVENT: Final = np.dtype([("time", "i8"), ("customer", "u4"), ("what", "u4")])
Kernel = Callable[..., Any]
_NJIT: Final[Any] = numba.njit  # its stubs do not know the options


def _jitted(function: Kernel, **more: Any) -> Kernel:
    compiled: Kernel = _NJIT(**OPTIONS, **NO_REFERENCE_COUNTING, **more)(function)
    return compiled


def _keyed(words: NDArray[np.uint64], customer: np.uint64, purpose: np.uint64) -> float:
    return draw(words[4], customer, purpose, U0)


def _shared(words: NDArray[np.uint64], customer: np.uint64, purpose: np.uint64) -> float:
    # xoshiro256++ (Blackman and Vigna 2021).
    total = words[0] + words[3]
    z = ((total << S23) | (total >> S41)) + words[0]
    shifted = words[1] << S17
    words[2] ^= words[0]
    words[3] ^= words[1]
    words[1] ^= words[2]
    words[0] ^= words[3]
    words[2] ^= shifted
    words[3] = (words[3] << S45) | (words[3] >> S19)
    return (np.float64(z >> S12) + 0.5) * UNIT


def _push(heap: NDArray[np.void], n: np.uint64, at: int, customer: np.uint64, what: int) -> None:
    i = n
    while i > U0:
        parent = (i - U1) >> U1
        if heap[parent]["time"] <= at:
            break
        heap[i]["time"], heap[i]["customer"] = heap[parent]["time"], heap[parent]["customer"]
        heap[i]["what"] = heap[parent]["what"]
        i = parent
    heap[i]["time"], heap[i]["customer"], heap[i]["what"] = at, customer, what


def _pop(heap: NDArray[np.void], n: np.uint64) -> None:
    """Take the first of `n` out."""
    last = n - U1
    at = heap[last]["time"]
    i = U0
    while True:
        child = U2 * i + U1
        if child >= last:
            break
        if child + U1 < last and heap[child + U1]["time"] < heap[child]["time"]:
            child += U1
        if heap[child]["time"] >= at:
            break
        heap[i]["time"], heap[i]["customer"] = heap[child]["time"], heap[child]["customer"]
        heap[i]["what"] = heap[child]["what"]
        i = child
    heap[i]["time"], heap[i]["customer"], heap[i]["what"] = at, heap[last]["customer"], heap[last]["what"]


def loop(uniform: Kernel) -> Kernel:
    """Compile W1 with a source of uniform numbers.

    Returns
    -------
    callable
        Of (words, heap, since, status, customers); fills `status` (1: gave up) and returns the sum of waits.
    """
    uniform_ = _jitted(uniform)
    push, pop = _jitted(_push), _jitted(_pop)

    def after(words: NDArray[np.uint64], mean: float, customer: np.uint64, purpose: np.uint64) -> int:
        return int(-mean * np.log(uniform_(words, customer, purpose)))

    after_ = _jitted(after)

    def run(
        words: NDArray[np.uint64],
        heap: NDArray[np.void],
        ring: NDArray[np.uint32],
        since: NDArray[np.int64],
        status: NDArray[np.uint8],
    ) -> int:
        customers = np.uint64(status.size)
        mask = np.uint64(ring.size - 1)
        n, born, free, first, last = U0, U0, SERVERS, U0, U0
        waited = 0
        push(heap, n, after_(words, MEAN_GAP, U0, GAP), U0, ARRIVES)
        n += U1
        while n > U0:
            now, customer, what = heap[0]["time"], np.uint64(heap[0]["customer"]), heap[0]["what"]
            pop(heap, n)
            n -= U1
            begins = customer
            begun = False
            if what == ARRIVES:
                born += U1
                if born < customers:
                    push(heap, n, now + after_(words, MEAN_GAP, born, GAP), born, ARRIVES)
                    n += U1
                if free > 0:
                    free -= 1
                    begun = True
                else:
                    since[customer] = now
                    ring[last & mask] = np.uint32(customer)
                    last += U1
                    status[customer] = WAITS
                    push(heap, n, now + after_(words, MEAN_PATIENCE, customer, PATIENCE), customer, GIVES_UP)
                    n += U1
            elif what == IS_SERVED:
                while first != last and not begun:
                    begins = np.uint64(ring[first & mask])
                    first += U1
                    begun = status[begins] == WAITS
                if begun:
                    waited += now - since[begins]
                else:
                    free += 1
            elif status[customer] == WAITS:
                waited += now - since[customer]
                status[customer] = GAVE_UP
            if begun:
                status[begins] = 0
                push(heap, n, now + after_(words, MEAN_SERVICE, begins, SERVICE), begins, IS_SERVED)
                n += U1
        return waited

    return _jitted(run)


def compared(customers: int, seed: int, turns: int) -> dict[str, Any]:
    """Time both loops in turn.

    Parameters
    ----------
    customers, seed, turns : int

    Returns
    -------
    dict
        ``keyed`` and ``shared``: seconds of each turn. ``wait`` and ``abandoned``: means over both and all turns.
    """
    loops = {"keyed": loop(_keyed), "shared": loop(_shared)}
    seconds: dict[str, list[float]] = {name: [] for name in loops}
    waits, shares = [], []
    for turn in range(-1, turns):
        for name, run in loops.items():
            size = customers if turn >= 0 else 10  # the first turn compiles
            waited, gave_up, wall = _timed(run, size, seed, turn + 1)
            if turn >= 0:
                seconds[name].append(wall)
                waits.append(waited / size / MINUTE)
                shares.append(gave_up / size)
    return {**seconds, "wait": float(np.mean(waits)), "abandoned": float(np.mean(shares))}


def _timed(run: Kernel, customers: int, seed: int, turn: int) -> tuple[float, int, float]:
    with np.errstate(over="ignore"):
        key = run_key(np.uint64(seed), np.uint64(turn))
        words = np.array([*(mixed(key + GOLDEN * np.uint64(i + 1)) for i in range(4)), key], np.uint64)
    heap, ring = np.zeros(ROOM, EVENT), np.zeros(ROOM, np.uint32)
    began = time.perf_counter()
    since, status = np.zeros(customers, np.int64), np.zeros(customers, np.uint8)
    waited = run(words, heap, ring, since, status)
    wall = time.perf_counter() - began
    return float(waited), int(np.count_nonzero(status == GAVE_UP)), wall
