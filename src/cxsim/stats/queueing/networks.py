"""Exact results of queueing networks and of service without waiting: Jackson networks, M/G/infinity."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import linalg, special

from cxsim.errors import InputError
from cxsim.stats import validation
from cxsim.stats.queueing.delay import mmc

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]


class JacksonNetwork(NamedTuple):
    """Stationary measures of an open Jackson network; arrays have shape (stations,).

    ``arrival_rates`` all visits per unit of time; ``mean_numbers`` L present at each station; ``mean_waits`` Wq per
    visit; ``mean_number`` their sum; ``mean_time_in_system`` per outside arrival, over all its visits.
    """

    arrival_rates: Array
    mean_numbers: Array
    mean_waits: Array
    mean_number: float
    mean_time_in_system: float


def jackson(
    external_rates: npt.ArrayLike, routing: npt.ArrayLike, service_rates: npt.ArrayLike, servers: npt.ArrayLike
) -> JacksonNetwork:
    """Return the measures of an open Jackson network with feedback.

    Traffic equations lambda = gamma + P' lambda; then each station is an M/M/c of its own (product form), and Little's
    law gives the mean time in system sum L / sum gamma.

    Parameters
    ----------
    external_rates : array of shape (stations,)
        gamma, arrivals from outside per unit of time.
    routing : array of shape (stations, stations)
        P[i, j], share of visits to i that go on to j; the rest of a row leaves.
    service_rates : array of shape (stations,)
        mu of one server.
    servers : array of shape (stations,)
        Whole numbers, or ``inf`` where nobody waits (a web page, an answering machine).

    Raises
    ------
    InputError
        When shapes differ, a row of P exceeds 1, nobody can leave, or a station is overloaded.

    References
    ----------
    Jackson (1957), Operations Research 5:518; Little (1961); evidence rows D5 and D6.
    """
    gamma = validation.non_negative("network", validation.vector("network, external rates", external_rates))
    speeds = validation.vector("network, service rates", service_rates)
    for speed in speeds:
        validation.positive("network, service rate", float(speed))
    if not gamma.any():
        message = "network: no arrivals from outside; at least one station needs some; give an external rate"
        raise InputError(message)
    counts = np.asarray(servers, dtype=np.float64)
    arrivals = _traffic(gamma, validation.matrix("network, routing", routing))
    validation.same_length("network", gamma, speeds, counts)
    waits = np.zeros(gamma.size)
    for i, (rate, speed, c) in enumerate(zip(arrivals, speeds, counts, strict=True)):
        waits[i] = 0.0 if math.isinf(c) else mmc(float(rate), float(speed), c).mean_wait
    numbers = arrivals * (waits + 1 / speeds)
    total = float(numbers.sum())
    return JacksonNetwork(arrivals, numbers, waits, total, total / float(gamma.sum()))


def mg_infinity_mean(arrival_rate: float, mean_service: float) -> float:
    """Return the mean number present with unlimited servers, lambda m; the number is Poisson for any service law.

    Parameters
    ----------
    arrival_rate : float
        Per unit of time.
    mean_service : float
        In that unit.

    Raises
    ------
    InputError
        When an argument is negative.

    References
    ----------
    Takacs (1962), Introduction to the Theory of Queues, ch. 3.
    """
    rate = validation.not_negative("M/G/infinity, arrival rate", arrival_rate)
    return rate * validation.not_negative("M/G/infinity, mean service", mean_service)


def mg_infinity_probability(arrival_rate: float, mean_service: float, number: npt.ArrayLike) -> Array:
    """Return P(N = n) = e^-a a^n / n! with a = lambda m, for each n given.

    Parameters
    ----------
    arrival_rate, mean_service : float
        As for :func:`mg_infinity_mean`.
    number : array
        Whole numbers n >= 0.

    Raises
    ------
    InputError
        When a number is negative.

    References
    ----------
    Takacs (1962), ch. 3.
    """
    load = mg_infinity_mean(arrival_rate, mean_service)
    n = validation.non_negative("M/G/infinity, number", np.atleast_1d(np.asarray(number, dtype=np.float64)))
    return np.asarray(np.exp(special.xlogy(n, load) - load - special.gammaln(n + 1)))


def _traffic(gamma: Array, routing: Array) -> Array:
    """Solve lambda = gamma + P' lambda."""
    size = gamma.size
    if routing.shape != (size, size):
        message = f"network: routing of shape {routing.shape}; {(size, size)} needed; one row and column per station"
        raise InputError(message)
    validation.non_negative("network, routing", routing)
    if (routing.sum(axis=1) > 1 + 1e-12).any():
        message = "network: a routing row above 1; at most 1 is allowed; the rest of the row leaves"
        raise InputError(message)
    if np.abs(linalg.eigvals(routing)).max() >= 1 - 1e-12:
        message = "network: contacts that never leave; every loop needs a way out; lower a routing share"
        raise InputError(message)
    return np.asarray(linalg.solve(np.eye(size) - routing.T, gamma), dtype=np.float64)
