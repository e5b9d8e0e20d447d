"""Oracles of queues: delay, abandonment, priorities, a network.

Times are in minutes, rates per minute. A case `erlang-c-8-1-10` has arrival rate 8, service rate 1 and 10 agents.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cxsim.checks.evidence import ALL, Evidence
from cxsim.checks.oracle import LIGHT, Case, Quantity, Read
from cxsim.model.plan import MINUTE
from cxsim.scenario.law_text import TAKES, parse_law
from cxsim.stats.queueing import (
    cobham,
    erlang_a,
    erlang_a_service_level,
    jackson,
    kella_yechiali,
    mmc,
    mmc_wait_tail,
    pollaczek_khinchine,
)

WARM: Final = "2 d"


def queues() -> tuple[Case, ...]:
    """Return all cases of this module."""
    return (*_delay(), *_abandonment(), *_single_server(), *_priorities(), _network())


# What is read from a run.


def mean_wait(source: int | slice = ALL, desk: int | slice = ALL) -> Read:
    """Mean wait of all who arrived, minutes."""
    return lambda e: e.touch("wait_all", desk, source) / e.touch("arrivals", desk, source) / MINUTE


def share(field: str, of: str = "arrivals") -> Read:
    """One count as a share of another."""
    return lambda e: e.touch(field) / e.touch(of)


def mean_of(field: str, of: str) -> Read:
    """Mean time of those counted by `of`, minutes."""
    return lambda e: e.touch(field) / e.touch(of) / MINUTE


def occupied(e: Evidence) -> float:
    """Busy share of the staffed time."""
    return e.area("busy") / e.area("duty")


def waiting(e: Evidence) -> float:
    """Mean number waiting, from the time integral."""
    return e.area("queue") / e.span


def present(desk: int | slice) -> Read:
    """Mean number waiting or served at a touchpoint, from the time integral."""
    return lambda e: (e.area("queue", desk) + e.area("busy", desk)) / e.span


def little(e: Evidence) -> float:
    """Mean number waiting over rate times mean wait, L / (lambda W): 1 by Little's law."""
    return e.area("queue") * e.touch("answered") / (e.touch("arrivals") * e.touch("wait_all"))


# Delay: M/M/c.


def _delay() -> list[Case]:
    rows = (
        (0.8, 1, "415 d", "106 d"),
        (1.6, 2, "250 d", "64 d"),
        (8.0, 10, "123 d", "31 d"),
        (9.0, 10, "330 d", None),
        (95.0, 100, "12 d", None),
    )
    return [_erlang_c(rate, staff, full, plain) for rate, staff, full, plain in rows]


def _erlang_c(rate: float, staff: int, full: str, plain: str | None) -> Case:
    exact = mmc(rate, 1.0, staff)
    load = rate / staff
    return Case(
        name=f"erlang-c-{rate:g}-1-{staff}",
        title=f"Erlang C, {rate:g}/1/{staff}",
        source="Erlang (1917); Little (1961)",
        scenario="erlang-c",
        values={
            "calls.rate": f"{rate:g} a minute",
            "line.staff": str(staff),
            "line.answer_within": "12 s",
            "warm_up": WARM,
        },
        quantities=(
            Quantity("mean wait, min", exact.mean_wait, mean_wait()),
            Quantity("share that waits", exact.p_wait, share("waited")),
            Quantity("answered within .2 min", 1.0 - mmc_wait_tail(rate, 1.0, staff, 0.2), share("within")),
            Quantity("mean number waiting", exact.mean_queue, waiting),
            Quantity("occupancy", exact.utilization, occupied),
            Quantity("Little, L / (lambda W)", 1.0, little),
        ),
        full={"lasts": full},
        plain={"lasts": plain} if plain else None,
        load=load,
        reference=load <= LIGHT,
    )


# Abandonment: M/M/c+M.


def _abandonment() -> list[Case]:
    rows = (
        (8.0, 0.5, 10, "39 d", "10 d"),
        (10.0, 0.5, 10, "15 d", "4 d"),
        (12.0, 0.5, 10, "9 d", "2.5 d"),
        (10.0, 1.0, 10, "9 d", "2.5 d"),
        (10.0, 0.1, 10, "26 d", "6.5 d"),
        (48.0, 0.5, 50, "25 d", None),
        (50.0, 0.5, 50, "17 d", None),
        (60.0, 0.5, 50, "4 d", "1 d"),
        (100.0, 0.5, 100, "21 d", None),
        (1.2, 0.25, 1, "20 d", "5 d"),
    )
    return [*(_erlang_a(*row) for row in rows), _erlang_a_two()]


def _erlang_a(rate: float, leaving: float, staff: int, full: str, plain: str | None) -> Case:
    exact = erlang_a(rate, 1.0, leaving, staff)
    quantities = [
        Quantity("share that abandons", exact.p_abandon, share("abandoned")),
        Quantity("mean wait, min", exact.mean_wait, mean_wait()),
        Quantity("share that waits", exact.p_wait, share("waited")),
        Quantity("mean wait of the served, min", exact.mean_wait_served, mean_of("wait_served", "answered")),
        Quantity("mean wait until giving up, min", exact.mean_wait_abandoned, mean_of("wait_abandoned", "abandoned")),
        Quantity("occupancy", exact.utilization, occupied),
    ]
    if rate <= staff:
        # Under overload few are answered so soon, and their share is the one figure that needs far longer runs.
        within = erlang_a_service_level(rate, 1.0, leaving, staff, 0.25)
        quantities.append(Quantity("answered within .25 min", within, share("within")))
    return Case(
        name=f"erlang-a-{rate:g}-1-{leaving:g}-{staff}",
        title=f"Erlang A, {rate:g}/1/{leaving:g}/{staff}",
        source="Palm (1957); Mandelbaum & Zeltyn (2007)",
        scenario="erlang-a",
        values={
            "calls.rate": f"{rate:g} a minute",
            "calls.patience": f"exponential {60 / leaving:g} s",
            "line.staff": str(staff),
            "warm_up": "1 d",
        },
        quantities=tuple(quantities),
        full={"lasts": full},
        plain={"lasts": plain} if plain else None,
        load=exact.utilization,
        reference=rate / staff <= LIGHT,
    )


def _erlang_a_two() -> Case:
    exact = erlang_a(10.0, 1.0, 0.5, 10)
    return Case(
        name="erlang-a-priorities",
        title="Erlang A, 4 + 6/1/.5/10, two priorities together",
        source="Palm (1957); the number present does not depend on who is next",
        scenario="erlang-a-priorities",
        values={"warm_up": "1 d"},
        quantities=(
            Quantity("share that abandons", exact.p_abandon, share("abandoned")),
            Quantity("mean wait, min", exact.mean_wait, mean_wait()),
            Quantity("occupancy", exact.utilization, occupied),
        ),
        full={"lasts": "16 d"},
        plain={"lasts": "3 d"},
        load=exact.utilization,
    )


# One server, any law: M/G/1.

LAWS: Final[Mapping[str, Any]] = {
    "constant": "always 1 min",
    "erlang-2": "erlang 1 min, 2 stages",
    "uniform": "uniform 0 s to 2 min",
    "triangular": "triangular 0 s, 30 s, 2.5 min",
    "weibull": "weibull 1 min, shape 1.5",
    "gamma": "gamma 1 min, sd 30 s",
    "lognormal": "lognormal 1 min, sd 73.4847 s",
    "hyperexponential": {"hyperexponential": {"80 %": "30 s", "20 %": "3 min"}},
}
SINGLE: Final = (
    ("constant", 0.8, "190 d", "48 d"),
    ("erlang-2", 0.8, "275 d", "70 d"),
    ("uniform", 0.8, "210 d", "54 d"),
    ("triangular", 0.7, "150 d", "38 d"),
    ("weibull", 0.7, "180 d", "45 d"),
    ("gamma", 0.5, "135 d", "34 d"),
    ("lognormal", 0.5, "560 d", "140 d"),
    ("lognormal", 0.8, "900 d", None),
    ("hyperexponential", 0.7, "420 d", None),
)


def _single_server() -> list[Case]:
    return [_mg1(*row) for row in SINGLE]


def _mg1(name: str, rate: float, full: str, plain: str | None) -> Case:
    law = parse_law(LAWS[name], TAKES)
    mean = law.mean / MINUTE
    exact = pollaczek_khinchine(rate, mean, law.variance / law.mean**2)
    return Case(
        name=f"mg1-{name}-{rate:g}",
        title=f"M/G/1, {name}, load {exact.utilization:g}",
        source="Pollaczek (1930); Khinchine (1932)",
        scenario="mg1",
        values={"visitors.rate": f"{rate:g} a minute", "desk.takes": LAWS[name], "warm_up": "4 d"},
        quantities=(
            Quantity("mean wait, min", exact.mean_wait, mean_wait()),
            Quantity("share that waits", exact.p_wait, share("waited")),
            Quantity("mean number present", exact.mean_number, present(0)),
            Quantity("occupancy", exact.utilization, occupied),
        ),
        full={"lasts": full},
        plain={"lasts": plain} if plain else None,
        load=exact.utilization,
        reference=exact.utilization <= LIGHT and plain is not None,
        quick=name == "gamma",
    )


# Priorities without preemption.


def _priorities() -> list[Case]:
    many = _classes(
        "kella-yechiali-2-2-5", "two priorities, 2 + 2/1/5", "Kella & Yechiali (1985)", "priorities-many-servers", 0.8,
        {}, kella_yechiali([2.0, 2.0], 1.0, 5), ("250 d", "62 d"),
    )  # fmt: skip
    ten = _classes(
        "kella-yechiali-2-6-10", "two priorities, 2 + 6/1/10", "Kella & Yechiali (1985)", "priorities-many-servers",
        0.8, {"regular.rate": "6 a minute", "line.staff": "10"}, kella_yechiali([2.0, 6.0], 1.0, 10),
        ("205 d", "52 d"),
    )  # fmt: skip
    one = _classes(
        "cobham-.3-.5", "two priorities, .3 + .5/1/1", "Cobham (1954)", "priorities", 0.8, {},
        cobham([0.3, 0.5], [1.0, 1.0]), ("620 d", "155 d"),
    )  # fmt: skip
    light = _classes(
        "cobham-.2-.3", "two priorities, .2 + .3/1/1", "Cobham (1954)", "priorities", 0.5,
        {"urgent.rate": "0.2 a minute", "regular.rate": "0.3 a minute"}, cobham([0.2, 0.3], [1.0, 1.0]),
        ("240 d", "60 d"),
    )  # fmt: skip
    return [many, ten, one, light]


def _classes(  # noqa: PLR0913, PLR0917 -- one row of a table
    name: str, title: str, source: str, scenario: str, load: float, values: Mapping[str, str],
    waits: NDArray[np.float64], lasts: tuple[str, str],
) -> Case:  # fmt: skip
    urgent, regular = float(waits[0]), float(waits[1])
    return Case(
        name=name,
        title=title,
        source=source,
        scenario=scenario,
        values={**values, "warm_up": "4 d"},
        quantities=(
            Quantity("mean wait, regular, min", regular, mean_wait(1)),
            Quantity("mean wait, urgent, min", urgent, mean_wait(0)),
            Quantity("occupancy", load, occupied),
        ),
        full={"lasts": lasts[0]},
        plain={"lasts": lasts[1]},
        load=load,
        reference=True,
    )


# A network with feedback.


def _network() -> Case:
    routing = [[0.0, 0.6, 0.0], [0.2, 0.0, 0.1], [0.0, 0.0, 0.0]]
    exact = jackson([5.0, 0.0, 0.0], routing, [2.0, 1.0, 1.5], [math.inf, 6, 1])
    return Case(
        name="feedback-network",
        title="Jackson network: menu, agents, supervisor",
        source="Jackson (1957); Little (1961)",
        scenario="feedback-network",
        values={"warm_up": WARM},
        quantities=(
            Quantity("mean wait for agents, min", float(exact.mean_waits[1]), mean_wait(desk=1)),
            Quantity("mean number in the menu", float(exact.mean_numbers[0]), present(0)),
            Quantity("mean number with agents", float(exact.mean_numbers[1]), present(1)),
            Quantity("mean number with the supervisor", float(exact.mean_numbers[2]), present(2)),
            Quantity("minutes in the system", exact.mean_time_in_system, _in_system),
        ),
        full={"lasts": "190 d"},
        plain={"lasts": "48 d"},
        load=float(exact.arrival_rates[1]) / 6,
        reference=True,
    )


def _in_system(e: Evidence) -> float:
    # Visits are counted, callers are not: five a minute come from outside, as written.
    return (e.touch("wait_all") + e.touch("service")) / (5.0 * e.span)
