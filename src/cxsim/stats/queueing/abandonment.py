"""Erlang A, M/M/c+M: a queue whose customers abandon after an exponential patience.

Stationary probabilities come from the birth-death balance. The offered wait V of an arrival with k ahead in queue is a
sum of exponential stages of rates c mu + j theta, j = k..0 (a phase type law); exp(-theta V) is then Beta(c mu / theta,
k + 1), so the distribution needs no matrix exponential (the tests compare both).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import special

from cxsim.errors import InputError
from cxsim.stats import validation

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]

NEGLIGIBLE = 1e-20  # states of less probability than this (of the likeliest) are left out
MAXIMUM_STATES = 10_000_000


class ErlangA(NamedTuple):
    """Stationary measures of M/M/c+M; times in the unit of the rates.

    ``p_wait`` share not served at once; ``p_abandon`` share that abandons; ``mean_wait`` over all arrivals, and over
    those served and those who abandon (NaN where there are none); ``mean_queue`` number waiting; ``utilization`` busy
    share of the servers (NaN without servers). With no arrivals at all the shares and waits are 0.
    """

    p_wait: float
    p_abandon: float
    mean_wait: float
    mean_queue: float
    utilization: float
    mean_wait_served: float
    mean_wait_abandoned: float

    @property
    def p_abandon_of_waiting(self) -> float:
        """Share that abandons among those who wait, P(Ab | W > 0); NaN when nobody waits."""
        return self.p_abandon / self.p_wait if self.p_wait > 0 else math.nan

    @property
    def mean_wait_of_waiting(self) -> float:
        """Mean wait among those who wait, E[W | W > 0]; NaN when nobody waits."""
        return self.mean_wait / self.p_wait if self.p_wait > 0 else math.nan


class PiecewiseErlangA(NamedTuple):
    """Erlang A interval by interval, and the totals weighted by what each measure is a share of.

    Totals: ``arrivals`` expected contacts; ``p_wait``, ``p_abandon`` and ``mean_wait`` over all arrivals;
    ``p_abandon_of_waiting`` and ``mean_wait_of_waiting`` over those who wait; ``utilization`` over staffed time.
    ``intervals`` holds the measures of each interval.
    """

    arrivals: float
    p_wait: float
    p_abandon: float
    mean_wait: float
    p_abandon_of_waiting: float
    mean_wait_of_waiting: float
    utilization: float
    intervals: tuple[ErlangA, ...]


def erlang_a(arrival_rate: float, service_rate: float, abandonment_rate: float, servers: int) -> ErlangA:
    """Return the stationary measures of M/M/c+M.

    pi_n proportional to prod lambda / (min(n, c) mu + (n - c)+ theta); P(Ab) = theta E[W]; a tagged arrival at queue
    position k is served with probability c mu / (c mu + k theta).

    Parameters
    ----------
    arrival_rate, service_rate : float
        lambda, and mu of one server, per unit of time.
    abandonment_rate : float
        theta, 1 / mean patience; 0 for customers who never leave (then the load must be below the servers).
    servers : int
        Number of servers c; 0 means that everyone waits until patience ends.

    Raises
    ------
    InputError
        When a rate is out of range, the queue would grow for ever, or its length is beyond ten million.

    References
    ----------
    Palm (1957); Mandelbaum & Zeltyn (2007), Service engineering in action: the Palm/Erlang-A queue; evidence row D2.
    """
    probabilities, capacity = _stationary(arrival_rate, service_rate, abandonment_rate, servers)
    c = int(servers)
    n = np.arange(probabilities.size, dtype=np.float64)
    busy = float(probabilities @ np.minimum(n, c))
    mean_queue = float(probabilities @ np.maximum(n - c, 0))
    utilization = busy / c if c else math.nan
    if arrival_rate == 0:
        return ErlangA(0.0, 0.0, 0.0, 0.0, utilization, math.nan, math.nan)
    waiting = probabilities[c:]
    p_wait = float(waiting.sum())
    mean_wait = mean_queue / arrival_rate
    p_abandon = abandonment_rate * mean_wait
    served_wait = float(waiting @ _wait_if_served(capacity, abandonment_rate, waiting.size))
    p_served = busy * service_rate / arrival_rate
    return ErlangA(
        p_wait,
        p_abandon,
        mean_wait,
        mean_queue,
        utilization,
        served_wait / p_served if p_served > 0 else math.nan,
        (mean_wait - served_wait) / p_abandon if p_abandon > 0 else math.nan,
    )


def erlang_a_service_level(
    arrival_rate: float, service_rate: float, abandonment_rate: float, servers: int, threshold: float
) -> float:
    """Return P(served and W <= t) over all arrivals of M/M/c+M.

    With U = exp(-theta V) ~ Beta(x, k + 1), x = c mu / theta, an arrival with k ahead has
    P(served, V <= t) = E[U; U >= u] = x / (x + k + 1) (1 - I_u(x + 1, k + 1)), u = exp(-theta t).

    Parameters
    ----------
    arrival_rate, service_rate, abandonment_rate : float
        Per unit of time.
    servers : int
        Number of servers.
    threshold : float
        t, in that unit.

    Raises
    ------
    InputError
        As for :func:`erlang_a`, or for a negative threshold.

    References
    ----------
    Mandelbaum & Zeltyn (2007); evidence row D2.
    """
    t = validation.not_negative("service level, threshold", threshold)
    probabilities, capacity = _stationary(arrival_rate, service_rate, abandonment_rate, servers)
    if capacity == 0:
        return 0.0
    c = int(servers)
    at_once, waiting = float(probabilities[:c].sum()), probabilities[c:]
    k = np.arange(waiting.size, dtype=np.float64)
    if abandonment_rate == 0:
        within = special.gammainc(k + 1, capacity * t)
    else:
        x = capacity / abandonment_rate
        # 1 - I_u(a, b) = I_{1-u}(b, a), without the cancellation
        within = x / (x + k + 1) * special.betainc(k + 1, x + 1, -math.expm1(-abandonment_rate * t))
    return at_once + float(waiting @ within)


def erlang_a_wait_tail(
    arrival_rate: float, service_rate: float, abandonment_rate: float, servers: int, threshold: float
) -> float:
    """Return P(W > t) over all arrivals of M/M/c+M, the wait ending in service or abandonment.

    P(W > t) = exp(-theta t) P(V > t): still patient and still not reached.

    Parameters
    ----------
    arrival_rate, service_rate, abandonment_rate : float
        Per unit of time.
    servers : int
        Number of servers.
    threshold : float
        t, in that unit.

    Raises
    ------
    InputError
        As for :func:`erlang_a`, or for a negative threshold.

    References
    ----------
    Mandelbaum & Zeltyn (2007); evidence row D2.
    """
    t = validation.not_negative("wait tail, threshold", threshold)
    probabilities, capacity = _stationary(arrival_rate, service_rate, abandonment_rate, servers)
    waiting = probabilities[int(servers) :]
    patient = math.exp(-abandonment_rate * t)
    if capacity == 0:
        return patient
    k = np.arange(waiting.size, dtype=np.float64)
    if abandonment_rate == 0:
        beyond = special.gammaincc(k + 1, capacity * t)
    else:
        beyond = special.betainc(capacity / abandonment_rate, k + 1, patient)
    return patient * float(waiting @ beyond)


def piecewise_erlang_a(
    arrival_rates: npt.ArrayLike,
    service_rates: npt.ArrayLike,
    abandonment_rates: npt.ArrayLike,
    servers: npt.ArrayLike,
    lengths: npt.ArrayLike = 1.0,
) -> PiecewiseErlangA:
    """Return Erlang A interval by interval (half-hours of a day, say) and the totals over all.

    Each interval is taken as stationary on its own: a queue carried over from a busy interval is not seen, so the
    waits after a peak are too short where services are long beside the interval.

    Parameters
    ----------
    arrival_rates, service_rates, abandonment_rates, servers, lengths : scalar or array of shape (intervals,)
        Per unit of time; lengths in that unit. Scalars hold for every interval.

    Returns
    -------
    PiecewiseErlangA
        ``p_wait`` = sum arrivals_i p_wait_i / sum arrivals_i, and so on.

    Raises
    ------
    InputError
        When shapes do not match, a length is not positive, or an interval is refused by :func:`erlang_a`.

    References
    ----------
    Green & Kolesar (1991), Management Science 37:84 (pointwise stationary approximation).
    """
    try:
        columns = np.broadcast_arrays(
            *(
                np.asarray(v, dtype=np.float64)
                for v in (arrival_rates, service_rates, abandonment_rates, servers, lengths)
            )
        )
    except ValueError as error:
        message = "piecewise Erlang A: arrays of different lengths; equal lengths or scalars are allowed; align them"
        raise InputError(message) from error
    arrival, service, leaving, staff, length = (np.atleast_1d(column) for column in columns)
    for each in length:
        validation.positive("piecewise Erlang A, interval length", float(each))
    rows = tuple(
        erlang_a(float(a), float(m), float(q), int(validation.count("piecewise Erlang A, servers", float(c))))
        for a, m, q, c in zip(arrival, service, leaving, staff, strict=True)
    )
    contacts = arrival * length
    waiting = contacts * np.array([row.p_wait for row in rows])
    abandoned = contacts * np.array([row.p_abandon for row in rows])
    waited = contacts * np.array([row.mean_wait for row in rows])
    busy = (contacts - abandoned) / service
    total, queued, staffed = float(contacts.sum()), float(waiting.sum()), float((staff * length).sum())
    return PiecewiseErlangA(
        total,
        _share(queued, total),
        _share(float(abandoned.sum()), total),
        _share(float(waited.sum()), total),
        _share(float(abandoned.sum()), queued),
        _share(float(waited.sum()), queued),
        _share(float(busy.sum()), staffed),
        rows,
    )


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else math.nan


def _wait_if_served(capacity: float, abandonment_rate: float, size: int) -> Array:
    """Return E[V; served] by the number ahead k = 0, 1, ...: P(served) times the sum of mean stage times."""
    if capacity == 0:
        return np.zeros(size)
    position = np.arange(1, size + 1, dtype=np.float64)
    rates = capacity + position * abandonment_rate
    return capacity / rates * np.cumsum(1 / rates)


def _stationary(arrival_rate: float, service_rate: float, abandonment_rate: float, servers: int) -> tuple[Array, float]:
    """Return the stationary probabilities of the number in system, at least states 0..c, and the capacity c mu."""
    rate = validation.not_negative("Erlang A, arrival rate", arrival_rate)
    speed = validation.positive("Erlang A, service rate", service_rate)
    leaving = validation.not_negative("Erlang A, abandonment rate", abandonment_rate)
    c = validation.count("Erlang A, servers", servers)
    if leaving == 0 < rate and rate >= c * speed:
        message = (
            f"Erlang A: arrival rate {rate:g} with capacity {c * speed:g} and nobody abandoning; a load below 1 or an "
            "abandonment rate above 0 is allowed; add servers"
        )
        raise InputError(message)
    if rate == 0:
        return np.eye(1, c + 1)[0], c * speed
    size = c + 64
    while True:
        n = np.arange(1, size, dtype=np.float64)
        deaths = np.minimum(n, c) * speed + np.maximum(n - c, 0) * leaving
        logs = np.concatenate(([0.0], np.cumsum(math.log(rate) - np.log(deaths))))
        weights = np.exp(logs - logs.max())
        # Ratios fall from state to state, so a last state that is negligible and falling bounds all after it.
        if weights[-1] < NEGLIGIBLE and deaths[-1] > rate:
            break
        if size > MAXIMUM_STATES:
            message = f"Erlang A: a queue beyond {MAXIMUM_STATES} people; a shorter one is allowed; raise patience rate"
            raise InputError(message)
        size *= 2
    return np.asarray(weights / weights.sum()), c * speed
