"""Compiled engine, anonymous callers: the arrivals of open sources and of recorded traces."""

from __future__ import annotations

import numpy as np

from cxsim.engines.kernel_log import schedule
from cxsim.engines.kernel_people import open_journey
from cxsim.engines.kernel_standins import stand_in
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.clock import arrival_after
from cxsim.model.draws import draw
from cxsim.model.jit import part
from cxsim.model.plan import Plan
from cxsim.model.samplers import unit_exponential
from cxsim.model.state import State


@part
def next_arrival(p: Plan, s: State, contact: int, number: int, since: int) -> None:
    """Schedule candidate caller `number` of a source."""
    k = p.contacts[contact]
    if k["n_trace"] > 0:
        if number < k["n_trace"]:
            at = int(p.traces[k["first_trace"] + number]["time"])
            schedule(s, at, ev.ARRIVAL, np.uint64(contact), 0, number, contact)
        return
    u = draw(s.world[0]["key"], draws.SOURCES + np.uint64(contact), draws.ARRIVAL_GAP, np.uint64(number))
    at = arrival_after(
        p.profiles, int(k["profile"]), float(k["bound"]), s.day_factors, contact, int(p.clock[0]["start"]),
        int(p.clock[0]["week_offset"]), since, int(p.clock[0]["horizon"]), unit_exponential(u),
    )  # fmt: skip
    schedule(s, at, ev.ARRIVAL, np.uint64(contact), 0, number, contact)


@part
def call_in(p: Plan, s: State, contact: int, number: int, now: int) -> int:
    """Let a candidate caller of an open source in: kept with the ratio of rate to bound."""
    if contact == p.contacts.size:
        return stand_in(p, s, number, now)
    k = p.contacts[contact]
    next_arrival(p, s, contact, number + 1, now)
    if k["n_trace"] == 0:
        rate = s.levers[k["levers"] + pl.CONTACT_RATE, 0]
        if rate < k["bound"]:
            u = draw(s.world[0]["key"], draws.SOURCES + np.uint64(contact), draws.ARRIVAL_KEPT, np.uint64(number))
            if u * k["bound"] >= rate:
                return ev.DONE
    row = int(s.world[0]["free_row"])
    h = s.hot[row]
    s.world[0]["free_row"] = h["next"]
    h["entity"] = (np.uint64(contact + 1) << draws.CALLER_SHIFT) | np.uint64(number)
    h["flags"] = 0
    h["segment"] = 0
    if k["n_trace"] > 0 and p.traces[k["first_trace"] + number]["priority"] >= 0:
        h["flags"] = ev.FLAG_OWN_PRIORITY
        h["priority"] = p.traces[k["first_trace"] + number]["priority"]
    return open_journey(p, s, row, contact, 0, -1, -1, now)
