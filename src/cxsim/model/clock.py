"""The week: opening sets, weekly profiles, and the inversion that turns exponential amounts into arrival times."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxsim.model.jit import rule
from cxsim.model.plan import BIN, DAY, NEVER, WEEK, WEEK_BINS

_NEVER = int(NEVER)


@rule
def is_open(openings: NDArray[np.void], windows: NDArray[np.void], which: int, offset: int, now: int) -> bool:
    """Whether opening set `which` holds at `now`.

    Parameters
    ----------
    openings, windows : record arrays
        Of the plan.
    which : int
        Row of `openings`.
    offset : int
        Time since Monday 00:00 at time 0, microseconds.
    now : int
        Microseconds.
    """
    first = openings[which]["first"]
    clock = (now + offset) % WEEK if openings[which]["weekly"] else now
    for k in range(first, first + openings[which]["n"]):  # noqa: SIM110 - compiled code has no generators
        if windows[k]["begin"] <= clock < windows[k]["end"]:
            return True
    return False


@rule
def next_boundary(openings: NDArray[np.void], windows: NDArray[np.void], which: int, offset: int, now: int) -> int:
    """First time after `now` at which opening set `which` may begin or end a window; NEVER if none comes."""
    first = openings[which]["first"]
    n = openings[which]["n"]
    weekly = openings[which]["weekly"]
    clock = (now + offset) % WEEK if weekly else now
    best = _NEVER
    for k in range(first, first + n):
        for edge in (windows[k]["begin"], windows[k]["end"]):
            wait = edge - clock
            if weekly and wait <= 0:
                wait += WEEK
            if wait > 0 and wait < best:
                best = wait
    return now + best if best < _NEVER else _NEVER


@rule
def next_opening(
    openings: NDArray[np.void], windows: NDArray[np.void], which: int, offset: int, now: int
) -> tuple[int, int]:
    """Next window after `now`, as (begin, end) in scenario time; (NEVER, NEVER) if none comes."""
    first = openings[which]["first"]
    weekly = openings[which]["weekly"]
    clock = (now + offset) % WEEK if weekly else now
    best, length = _NEVER, 0
    for k in range(first, first + openings[which]["n"]):
        wait = windows[k]["begin"] - clock
        if weekly and wait <= 0:
            wait += WEEK
        if wait > 0 and wait < best:
            best = wait
            length = windows[k]["end"] - windows[k]["begin"]
    if best == _NEVER:
        return _NEVER, _NEVER
    return now + best, now + best + length


@rule
def weight_at(profiles: NDArray[np.float64], profile: int, offset: int, now: int) -> float:
    """Weekly weight of `profile` at `now` (mean 1 over the week)."""
    return profiles[profile, ((now + offset) % WEEK) // BIN]


@rule
def need_after(profile: NDArray[np.float64], bound: float, offset: int, since: int, amount: float) -> int:
    """Time at which a weekly-varying rate has accumulated `amount` since `since`.

    The rate is ``bound * weight(t)``; `profile` is its cumulative weight at the edges of the week's quarter hours.
    Inverse of the integrated rate (Çinlar 1975), so a time depends on its exponential amounts only.

    Returns
    -------
    int
        Microseconds, > `since`; NEVER where the rate is 0.
    """
    if bound <= 0.0:
        return _NEVER
    clock = (since + offset) % WEEK
    monday = since - clock
    b = clock // BIN
    used = profile[b] + (profile[b + 1] - profile[b]) * ((clock - b * BIN) / BIN)
    target = used + amount / (bound * BIN)
    weeks = int(target // WEEK_BINS)
    rest = target - weeks * float(WEEK_BINS)
    if weeks > 100_000:
        return _NEVER
    low, high = 0, WEEK_BINS
    while high - low > 1:
        middle = (low + high) // 2
        if profile[middle] <= rest:
            low = middle
        else:
            high = middle
    span = profile[low + 1] - profile[low]
    share = (rest - profile[low]) / span if span > 0.0 else 0.0
    at = monday + weeks * WEEK + low * BIN + int(min(max(share, 0.0), 1.0) * BIN + 0.5)
    return max(at, since + 1)


@rule
def arrival_after(
    profiles: NDArray[np.float64], profile: int, bound: float, day_factors: NDArray[np.float64], source: int,
    origin: int, offset: int, since: int, until: int, amount: float,
) -> int:  # fmt: skip
    """Time of a source's next candidate arrival: like `need_after`, with a random factor for each day.

    Parameters
    ----------
    day_factors : (n_contacts, n_days) float64
        Gamma factors of mean 1; day 0 begins at the midnight before `origin`.
    source : int
        Row of `day_factors`.
    origin, since, until : int
        Start of the run, the time from which to look, and the end; NEVER is returned beyond `until`.
    """
    left = amount
    now = since
    first_midnight = origin - (origin + offset) % DAY
    while now < until:
        clock = (now + offset) % WEEK
        b = clock // BIN
        end = now + (b + 1) * BIN - clock
        day = (now - first_midnight) // DAY
        rate = bound * profiles[profile, b] * day_factors[source, day]
        used = rate * (end - now)
        if left < used:
            return max(now + int(left / rate + 0.5), since + 1)
        left -= used
        now = end
    return _NEVER
