"""Compiled engine, stand-ins: mindless contacts of the people who are not followed, so that the staff meets them all.

The people who are not followed have candidate needs at the same rate as those who are. Each such candidate is thinned
like a need that one of the followed, drawn evenly, would have now, and makes the same journey; so the load follows
what the followed do. A stand-in expects, remembers and tells nothing.
"""

from __future__ import annotations

import numpy as np

from cxsim.behaviour import slots
from cxsim.engines.kernel_choice import choose, default
from cxsim.engines.kernel_log import occasion_of, schedule
from cxsim.engines.kernel_moment import mode_of_failure, still_happens
from cxsim.engines.kernel_people import contact_of_need, open_journey, repaired_at
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.clock import need_after
from cxsim.model.draws import draw
from cxsim.model.jit import part
from cxsim.model.plan import Plan
from cxsim.model.samplers import unit_exponential
from cxsim.model.state import State

_U0 = np.uint64(0)
AT_STAND_IN = np.uint64(ev.AT_STAND_IN)


@part
def next_stand_in(p: Plan, s: State, number: int, since: int) -> None:
    """Schedule candidate stand-in `number`: one source for all who are not followed."""
    source = p.contacts.size
    u = draw(s.world[0]["key"], draws.SOURCES + np.uint64(source), draws.ARRIVAL_GAP, np.uint64(number))
    bound = float(p.market[0]["need_bound"] * p.market[0]["unfollowed"])
    at = need_after(p.need_profile, bound, int(p.clock[0]["week_offset"]), since, unit_exponential(u))
    schedule(s, at, ev.ARRIVAL, np.uint64(source), 0, number, source)


@part
def stand_in_contact(p: Plan, s: State, person: int, entity: np.uint64, number: int, now: int) -> int:
    """Which contact somebody like `person` has now, -1: none; nothing about the person changes."""
    column = s.cold[person]["segment"]
    last = int(s.cold[person]["firm"])
    contact = contact_of_need(p, s, person, draw(s.world[0]["key"], entity, draws.NEED_KIND, _U0), now)
    if contact < 0:
        return -1
    if p.market[0]["contractual"] == 1 or p.contacts[contact]["because"] != pl.BECAUSE_PURCHASE:
        return contact if last >= 0 else -1
    chosen = last
    if last < 0 or default(p, s, slots.CHOOSING, column) > 0.0:
        chosen = choose(p, s, person, last, -1, AT_STAND_IN, number, now)
    return int(p.group_contact[p.contacts[contact]["group"], chosen]) if chosen >= 0 else -1


@part
def stand_in(p: Plan, s: State, number: int, now: int) -> int:
    """Let a candidate need of somebody who is not followed come due; returns a status."""
    next_stand_in(p, s, number + 1, now)
    key = s.world[0]["key"]
    entity = (np.uint64(p.contacts.size + 1) << draws.CALLER_SHIFT) | np.uint64(number)
    person = int(draw(key, entity, draws.STANDS_FOR, _U0) * p.market[0]["n_persons"])
    if s.cold[person]["gone"] == 1:
        return ev.DONE
    contact = stand_in_contact(p, s, person, entity, number, now)
    if contact < 0:
        return ev.DONE
    k = p.contacts[contact]
    firm = int(k["firm"])
    if k["n_steps"] == 0 and p.firms[firm]["complaint_step"] < 0:
        return ev.DONE  # nobody of the staff would meet it
    column = int(s.cold[person]["segment"])
    mode = -1
    if k["because"] == pl.BECAUSE_FAILURE:
        mode = mode_of_failure(p, s, entity, column, firm, _U0)
        if draw(key, entity, draws.SPARED, _U0) >= still_happens(p, s, firm, mode, repaired_at(p, contact), column):
            return ev.DONE
    row = int(s.world[0]["free_row"])
    h = s.hot[row]
    s.world[0]["free_row"] = h["next"]
    h["entity"] = entity
    h["segment"] = column
    h["flags"] = 0
    h["agent"] = -1
    return open_journey(p, s, row, contact, 0, mode, person, now)


@part
def stand_in_fails(p: Plan, s: State, row: int, touchpoint: int) -> bool:
    """Whether a service that would go wrong as things were at the start still does; the stand-in remembers it."""
    h = s.hot[row]
    occ = occasion_of(s, row)
    firm = int(p.contacts[h["contact"]]["firm"])
    column = int(h["segment"])
    mode = mode_of_failure(p, s, h["entity"], column, firm, occ)
    still = still_happens(p, s, firm, mode, touchpoint, column)
    if still < 1.0 and draw(s.world[0]["key"], h["entity"], draws.SPARED, occ) >= still:
        return False
    h["flags"] |= ev.FLAG_FAILED
    return True
