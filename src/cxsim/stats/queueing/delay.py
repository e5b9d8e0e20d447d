"""Queues that nobody leaves before service: loss and delay systems, M/G/1, priorities."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cxsim.errors import InputError
from cxsim.stats import validation

if TYPE_CHECKING:
    import numpy.typing as npt


class Queue(NamedTuple):
    """Stationary measures of a queue; times in the unit of the rates.

    ``p_wait`` share that waits; ``mean_wait`` in queue (Wq); ``mean_time`` in system (W); ``mean_queue`` number
    waiting (Lq); ``mean_number`` number in system (L); ``utilization`` busy share of the servers.
    """

    p_wait: float
    mean_wait: float
    mean_time: float
    mean_queue: float
    mean_number: float
    utilization: float


def erlang_b(offered_load: float, servers: int) -> float:
    """Return the share blocked in M/G/c/c: B(0) = 1, B(k) = a B(k-1) / (k + a B(k-1)).

    Exact for any law of the service time (insensitivity).

    Parameters
    ----------
    offered_load : float
        a = arrival rate x mean service time, in Erlangs.
    servers : int
        Number of servers c.

    Raises
    ------
    InputError
        When an argument is negative or the servers are not a whole number.

    References
    ----------
    Erlang (1917); Cooper (1981), Introduction to Queueing Theory, ch. 3; evidence row D1.
    """
    load = validation.not_negative("Erlang B, offered load", offered_load)
    blocked = 1.0
    for k in range(1, validation.count("Erlang B, servers", servers) + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked


def erlang_c(offered_load: float, servers: int) -> float:
    """Return the share that waits in M/M/c: C = c B / (c - a (1 - B)); 1 when the load is not below the servers.

    Parameters
    ----------
    offered_load : float
        a = arrival rate / service rate, in Erlangs.
    servers : int
        Number of servers c.

    Raises
    ------
    InputError
        As for :func:`erlang_b`.

    References
    ----------
    Erlang (1917); Cooper (1981), ch. 3; evidence row D1.
    """
    blocked = erlang_b(offered_load, servers)
    if offered_load >= servers:
        return 1.0
    return servers * blocked / (servers - offered_load * (1 - blocked))


def mmc(arrival_rate: float, service_rate: float, servers: int) -> Queue:
    """Return the stationary measures of M/M/c: Wq = C / (c mu - lambda), the rest by Little's law.

    Parameters
    ----------
    arrival_rate, service_rate : float
        lambda of the queue and mu of one server, per unit of time.
    servers : int
        Number of servers c.

    Raises
    ------
    InputError
        When the load is not below the servers.

    References
    ----------
    Cooper (1981), ch. 3; Little (1961); evidence row D1.
    """
    load, capacity = _stable_load("M/M/c", arrival_rate, service_rate, servers)
    waits = erlang_c(load, servers)
    return _queue(waits, waits / (capacity - arrival_rate), arrival_rate, 1 / service_rate, load / servers)


def mmc_wait_tail(arrival_rate: float, service_rate: float, servers: int, threshold: float) -> float:
    """Return P(W > t) = C exp(-(c mu - lambda) t) of M/M/c, first come first served.

    Parameters
    ----------
    arrival_rate, service_rate : float
        Per unit of time.
    servers : int
        Number of servers.
    threshold : float
        t in the unit of the rates; service_level(t) is 1 minus the result.

    Raises
    ------
    InputError
        When the load is not below the servers or the threshold is negative.

    References
    ----------
    Cooper (1981), ch. 3; evidence row D1.
    """
    load, capacity = _stable_load("M/M/c", arrival_rate, service_rate, servers)
    t = validation.not_negative("wait threshold", threshold)
    return erlang_c(load, servers) * math.exp(-(capacity - arrival_rate) * t)


def pollaczek_khinchine(arrival_rate: float, mean_service: float, cv2: float) -> Queue:
    """Return the measures of M/G/1: Wq = rho m (1 + cv²) / (2 (1 - rho)).

    Parameters
    ----------
    arrival_rate : float
        Per unit of time.
    mean_service : float
        Mean m of the service time, in that unit.
    cv2 : float
        Squared coefficient of variation of the service time (0 constant, 1 exponential, 1.5 call centers).

    Raises
    ------
    InputError
        When the load is 1 or more.

    References
    ----------
    Pollaczek (1930); Khinchine (1932); Cooper (1981), ch. 5; evidence row D3.
    """
    mean = validation.positive("M/G/1, mean service", mean_service)
    spread = validation.not_negative("M/G/1, squared coefficient of variation", cv2)
    load, _ = _stable_load("M/G/1", arrival_rate, 1 / mean, 1)
    return _queue(load, load * mean * (1 + spread) / (2 * (1 - load)), arrival_rate, mean, load)


def cobham(
    arrival_rates: npt.ArrayLike, mean_services: npt.ArrayLike, cv2: npt.ArrayLike = 1.0
) -> npt.NDArray[np.float64]:
    """Return the mean wait in queue of each class in M/G/1 with non-preemptive priorities.

    W0 = sum lambda_i E[S_i²] / 2; Wq_k = W0 / ((1 - sigma_{k-1}) (1 - sigma_k)), sigma_k the load of classes 1..k.

    Parameters
    ----------
    arrival_rates, mean_services : array of shape (classes,)
        In order of priority, first served first.
    cv2 : float or array of shape (classes,)
        Squared coefficient of variation of the service times.

    Raises
    ------
    InputError
        When the total load is 1 or more.

    References
    ----------
    Cobham (1954), Operations Research 2:70; evidence row D4.
    """
    rates, means, second = _classes(arrival_rates, mean_services, cv2)
    residual = float((rates * second).sum()) / 2
    return np.asarray(residual / _priority_slack(rates * means))


def preemptive_resume(
    arrival_rates: npt.ArrayLike, mean_services: npt.ArrayLike, cv2: npt.ArrayLike = 1.0
) -> npt.NDArray[np.float64]:
    """Return the mean time in system of each class in M/G/1 with preemptive-resume priorities.

    T_k = E[S_k] / (1 - sigma_{k-1}) + (sum_{i<=k} lambda_i E[S_i²] / 2) / ((1 - sigma_{k-1}) (1 - sigma_k)).

    Parameters
    ----------
    arrival_rates, mean_services : array of shape (classes,)
        In order of priority, first served first.
    cv2 : float or array of shape (classes,)
        Squared coefficient of variation of the service times.

    Raises
    ------
    InputError
        When the total load is 1 or more.

    References
    ----------
    Conway, Maxwell & Miller (1967), Theory of Scheduling, ch. 8; evidence row D4.
    """
    rates, means, second = _classes(arrival_rates, mean_services, cv2)
    loads = rates * means
    residual = np.cumsum(rates * second) / 2
    before = 1 - np.concatenate(([0.0], np.cumsum(loads)[:-1]))
    return np.asarray(means / before + residual / _priority_slack(loads), dtype=np.float64)


def kella_yechiali(arrival_rates: npt.ArrayLike, service_rate: float, servers: int) -> npt.NDArray[np.float64]:
    """Return the mean wait in queue of each class in M/M/c with non-preemptive priorities and one service rate.

    Wq_k = (C / (c mu)) / ((1 - sigma_{k-1}) (1 - sigma_k)), sigma_k = (lambda_1 + ... + lambda_k) / (c mu).

    Parameters
    ----------
    arrival_rates : array of shape (classes,)
        In order of priority, first served first.
    service_rate : float
        mu of one server, the same for all classes.
    servers : int
        Number of servers c.

    Raises
    ------
    InputError
        When the total load is not below the servers.

    References
    ----------
    Kella & Yechiali (1985), Stochastic Models 1:257; evidence row D4.
    """
    rates = validation.non_negative("priorities, arrival rates", validation.vector("priorities", arrival_rates))
    load, capacity = _stable_load("M/M/c priorities", float(rates.sum()), service_rate, servers)
    return erlang_c(load, servers) / capacity / _priority_slack(rates / capacity)


def _queue(p_wait: float, mean_wait: float, arrival_rate: float, mean_service: float, utilization: float) -> Queue:
    mean_time = mean_wait + mean_service
    return Queue(p_wait, mean_wait, mean_time, arrival_rate * mean_wait, arrival_rate * mean_time, utilization)


def _stable_load(where: str, arrival_rate: float, service_rate: float, servers: int) -> tuple[float, float]:
    """Return offered load and total service rate, refusing a queue that would grow for ever."""
    rate = validation.not_negative(f"{where}, arrival rate", arrival_rate)
    speed = validation.positive(f"{where}, service rate", service_rate)
    number = validation.count(f"{where}, servers", servers, minimum=1)
    if rate >= number * speed:
        message = (
            f"{where}: arrival rate {rate:g} with capacity {number * speed:g}; a load below 1 is allowed; "
            "add servers, or use Erlang A for a queue that people leave"
        )
        raise InputError(message)
    return rate / speed, number * speed


def _classes(
    arrival_rates: npt.ArrayLike, mean_services: npt.ArrayLike, cv2: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return rates, means and second moments of the service times, per class."""
    rates = validation.non_negative("priorities", validation.vector("priorities, arrival rates", arrival_rates))
    means = validation.non_negative("priorities", validation.vector("priorities, mean services", mean_services))
    validation.same_length("priorities", rates, means)
    variation = np.broadcast_to(np.asarray(cv2, dtype=np.float64), means.shape)
    validation.non_negative("priorities, cv2", validation.vector("priorities, cv2", variation))
    return rates, means, means**2 * (1 + variation)


def _priority_slack(loads: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return (1 - sigma_{k-1}) (1 - sigma_k) per class, refusing a total load of 1 or more."""
    sigma = np.concatenate(([0.0], np.cumsum(loads)))
    if sigma[-1] >= 1:
        message = f"priorities: total load {sigma[-1]:g}; below 1 is allowed; lower the arrivals or the service times"
        raise InputError(message)
    return np.asarray((1 - sigma[:-1]) * (1 - sigma[1:]))
