"""The arithmetic of timings: medians with their spread, and ratios that are null where one side is missing."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

NS: Final = 1e9


class Spread(NamedTuple):
    """A figure that was taken several times.

    Attributes
    ----------
    median, low, high : float
        Of all turns; low and high are the smallest and the largest, no interval.
    turns : int
    """

    median: float
    low: float
    high: float
    turns: int


def spread(values: Sequence[float] | None) -> Spread | None:
    """Return median, smallest and largest; None where nothing was measured."""
    if not values:
        return None
    return Spread(statistics.median(values), min(values), max(values), len(values))


def ratio(over: Sequence[float] | None, under: Sequence[float] | None) -> Spread | None:
    """Divide turn by turn and return the median: what slows both sides of a turn cancels.

    Parameters
    ----------
    over, under : sequence of float, optional
        One value for each turn, in the same order.

    Returns
    -------
    Spread or None
        None where a side is missing.

    Raises
    ------
    ValueError
        If the sides have different numbers of turns.
    """
    if not over or not under:
        return None
    return spread([a / b for a, b in zip(over, under, strict=True)])


def ns_per_event(seconds: Sequence[float] | None, events: Sequence[float] | None) -> list[float] | None:
    """Nanoseconds an event, turn by turn."""
    if not seconds or not events:
        return None
    return [NS * wall / count for wall, count in zip(seconds, events, strict=True)]


class Row(NamedTuple):
    """One workload in one engine or peer; a figure that could not be taken is None.

    Attributes
    ----------
    workload, engine : str
    customers : float
        Simulated in a turn.
    events : float
        Of a turn: arrivals of customers, services that end, and those who give up.
    wall_s : float
        Median of the turns, seconds; simulation only, compiled and warm.
    ns_per_event : float
    ns_low, ns_high : float
        Smallest and largest of the turns.
    bytes_per_customer : float
        What the run keeps, over its customers; None where it keeps only those who are present.
    ratio_to_simpy : float
        How many times as fast as idiomatic SimPy, by time per event, turn by turn.
    ratio_to_c : float
        How many times as long as the C loop takes.
    times_as_fast : dict of str to float
        The compiled engine over every other engine and peer, by time per event, turn by turn.
    ns_per_pending : float
        Nanoseconds for each pending event that is taken out of the calendar, needs and talk included.
    visits_per_s : float
        Visits to touchpoints a second.
    peak_bytes : float
        Largest memory of the process.
    wait, abandoned : float
        Mean wait on the phone (minutes) and share that gives up, over all turns.
    agrees : bool
        Whether both lie within 5 standard errors of the exact values; None where there are none.
    version : str
    turns : int
    """

    workload: str
    engine: str
    customers: float
    events: float
    wall_s: float
    ns_per_event: float
    ns_low: float
    ns_high: float
    bytes_per_customer: float | None = None
    ratio_to_simpy: float | None = None
    ratio_to_c: float | None = None
    times_as_fast: dict[str, float] | None = None
    ns_per_pending: float | None = None
    visits_per_s: float | None = None
    peak_bytes: float | None = None
    wait: float | None = None
    abandoned: float | None = None
    agrees: bool | None = None
    version: str = ""
    turns: int = 1


# Standard deviations of the mean wait and of the share that gives up, times the root of the callers: 5.0 and 0.57
# between 40 runs of 100 000 callers. Rounded up, for the slow peers begin with an empty queue and simulate few.
WAIT_SD: Final = 6.0
ABANDONED_SD: Final = 0.75
EXACT_WAIT: Final = 0.7275908
EXACT_ABANDONED: Final = 0.0909488
ALLOWED: Final = 5.0


def agrees(wait: float, abandoned: float, customers: float) -> bool:
    """Whether a peer simulates the same model: within 5 standard errors of the exact values of M/M/10+M.

    Parameters
    ----------
    wait : float
        Mean wait of all callers, minutes.
    abandoned : float
        Share that gives up.
    customers : float
        Callers in all turns.
    """
    root = customers**0.5
    return bool(
        abs(wait - EXACT_WAIT) <= ALLOWED * WAIT_SD / root
        and abs(abandoned - EXACT_ABANDONED) <= ALLOWED * ABANDONED_SD / root
    )


def row_of(workload: str, engine: str, turns: Sequence[Mapping[str, Any]]) -> Row:
    """Make the row of an engine from what its turns said.

    Parameters
    ----------
    workload, engine : str
    turns : sequence of mapping
        At least one, each with ``customers``, ``events``, ``wall_s``, and what else is known.
    """
    walls, events = column(turns, "wall_s"), column(turns, "events")
    each = spread(ns_per_event(walls, events))
    if walls is None or events is None or each is None:
        message = f"{workload}, {engine}: no turn was made"
        raise ValueError(message)
    wait, abandoned, customers = (mean(column(turns, name)) for name in ("wait", "abandoned", "customers"))
    known = wait is not None and abandoned is not None and customers is not None
    return Row(
        workload=workload,
        engine=engine,
        customers=customers or 0.0,
        events=statistics.median(events),
        wall_s=statistics.median(walls),
        ns_per_event=each.median,
        ns_low=each.low,
        ns_high=each.high,
        bytes_per_customer=median(per(column(turns, "bytes"), column(turns, "customers"))),
        ns_per_pending=median(ns_per_event(walls, column(turns, "taken"))),
        visits_per_s=median(per(column(turns, "visits"), walls)),
        peak_bytes=median(column(turns, "peak")),
        wait=wait,
        abandoned=abandoned,
        agrees=agrees(wait or 0.0, abandoned or 0.0, len(turns) * (customers or 0.0)) if known else None,
        version=str(turns[0].get("version", "")),
        turns=len(turns),
    )


def column(turns: Sequence[Mapping[str, Any]], name: str) -> list[float] | None:
    """Return one figure of every turn; None where a turn does not have it."""
    found = [turn.get(name) for turn in turns]
    return None if None in found or not found else [float(value) for value in found if value is not None]


def per(over: Sequence[float] | None, under: Sequence[float] | None) -> list[float] | None:
    """Divide turn by turn; None where a side is missing."""
    return None if not over or not under else [a / b for a, b in zip(over, under, strict=True)]


def median(values: Sequence[float] | None) -> float | None:
    """Return the median; None of nothing."""
    return statistics.median(values) if values else None


def mean(values: Sequence[float] | None) -> float | None:
    """Return the mean; None of nothing."""
    return statistics.fmean(values) if values else None
