"""Compiled engine: the event loop. Never allocates; returns a status when a buffer is full or a rule is broken."""

from __future__ import annotations

import numpy as np

from cxsim.behaviour import slots
from cxsim.behaviour.experience import chance_of_loop
from cxsim.behaviour.organisation import solving_with_skill
from cxsim.engines.calendar import open_next, pop
from cxsim.engines.kernel_callers import call_in, next_arrival
from cxsim.engines.kernel_choice import default
from cxsim.engines.kernel_firm import organise
from cxsim.engines.kernel_log import class_of, note_visit, occasion_of, of_market, schedule, segment_of
from cxsim.engines.kernel_moment import live_through
from cxsim.engines.kernel_people import (
    be_answered,
    be_unanswered,
    finish,
    held_needs,
    leave_contract,
    next_needs,
    review,
)
from cxsim.engines.kernel_recovery import follow_up
from cxsim.engines.kernel_shift import move_lever, set_lever, shift
from cxsim.engines.kernel_standins import next_stand_in, stand_in_fails
from cxsim.engines.kernel_talk import hear
from cxsim.engines.kernel_touch import arrive, bring_areas, end_wait, enter, hand_out, make_free, take_from_queue
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.draws import draw
from cxsim.model.jit import kernel, part
from cxsim.model.plan import Plan
from cxsim.model.samplers import quantile, whole
from cxsim.model.state import State

_KIND = np.uint64(60)
_OTHER = np.uint64(32)
_ENTITY = np.uint64((1 << 60) - 1)

# Room that one event can need: it ends at most one journey by itself, and a closing ends one for each customer who
# waits; then the needs that were held meanwhile are met, each of them perhaps without a visit. An episode writes a few
# rows and schedules at most MAX_TOLD stories.
_ROWS_EACH = 16
_PENDING_EACH = ev.MAX_TOLD + 8


@part
def end_service(p: Plan, s: State, row: int, now: int) -> int:
    """End a service: the agent takes the next in line, then the customer goes where the journey leads."""
    h = s.hot[row]
    step = p.steps[h["step"]]
    touchpoint = step["touchpoint"]
    tp = p.touchpoints[touchpoint]
    base = tp["levers"]
    column = segment_of(p, s, row)
    key = s.world[0]["key"]
    occ = occasion_of(s, row)
    t = s.touch[s.world[0]["period"], touchpoint, class_of(p, s, row)]
    bring_areas(s, touchpoint, now)
    s.desks[touchpoint]["busy"] -= 1
    unreached = (h["flags"] & ev.FLAG_UNREACHED) != 0
    t["service"] += now - h["since"]
    person = row < p.market[0]["n_persons"]
    at_desk = (h["flags"] & ev.FLAG_COMPLAINT) != 0
    failed = False
    if unreached:
        t["unreached"] += 1
    else:
        t["served"] += 1
        fails = s.levers[base + pl.TOUCH_FAILS, column]
        failed = fails > 0.0 and draw(key, h["entity"], draws.SERVICE_FAILS, occ) < fails
    if person and not at_desk:
        failed = live_through(p, s, row, now, failed)
    elif failed and not at_desk and of_market(p, s, row):
        failed = stand_in_fails(p, s, row, touchpoint)
    if failed:
        t["failures"] += 1
    agent = int(h["agent"])
    note_visit(p, s, row, ev.LOG_END, agent, 1 if failed else 0, float(now - h["since"]))
    if agent >= 0:
        if s.agents[agent]["status"] == ev.LEAVING:
            s.agents[agent]["status"] = ev.OFF
            s.agents[agent]["customer"] = -1
            s.desks[touchpoint]["on_duty"] -= 1
        else:
            make_free(p, s, touchpoint, agent, now)
            hand_out(p, s, touchpoint, now)
    if at_desk:
        return be_answered(p, s, row, now)
    if unreached:
        return finish(p, s, row, ev.UNREACHED, now)
    return where_next(p, s, row, column, occ, now)


@part
def go_on(p: Plan, s: State, row: int, following: int, now: int) -> int:
    """Go to the step that follows by default, or end the journey; returns a status."""
    s.hot[row]["attempt"] = 0
    if following == ev.END_SOLVED:
        return finish(p, s, row, ev.SOLVED, now)
    if following == ev.END_UNSOLVED:
        return finish(p, s, row, ev.UNSOLVED, now)
    return enter(p, s, row, following, now)


@part
def where_next(p: Plan, s: State, row: int, column: int, occ: np.uint64, now: int) -> int:
    """Go where the journey leads after a service, by one draw; returns a status."""
    h = s.hot[row]
    step = p.steps[h["step"]]
    touchpoint = step["touchpoint"]
    base = p.touchpoints[touchpoint]["levers"]
    person = row < p.market[0]["n_persons"]
    solves = s.levers[base + pl.TOUCH_SOLVES, column]
    again = s.levers[base + pl.TOUCH_SENDS_BACK, column]
    if solves <= 0.0 and again <= 0.0 and step["n_routes"] == 0:
        return go_on(p, s, row, int(step["next"]), now)
    left = draw(s.world[0]["key"], h["entity"], draws.ROUTE, occ)
    if of_market(p, s, row):
        if solves > 0.0:
            by_skill = default(p, s, slots.SKILL_ON_SOLVING, column)
            solves = solving_with_skill(solves, s.desks[touchpoint]["skill"], by_skill)
        visible = s.levers[base + pl.TOUCH_WAY_OUT, column] > 0.0
        again = chance_of_loop(again, visible, default(p, s, slots.VISIBLE_WAY_OUT, column))
    if left < solves:
        return finish(p, s, row, ev.SOLVED, now)
    left -= solves
    h["attempt"] = 0
    if left < again:
        if person:
            s.episodes[row]["loops"] += 1
        return enter(p, s, row, int(h["step"]), now)
    left -= again
    for k in range(step["first_route"], step["first_route"] + step["n_routes"]):
        chance = s.levers[p.routes[k]["slot"], column]
        if left < chance:
            if person:
                s.episodes[row]["transfers"] += 1
            return enter(p, s, row, int(p.routes[k]["target"]), now)
        left -= chance
    return go_on(p, s, row, int(step["next"]), now)


@part
def abandon(p: Plan, s: State, row: int, now: int) -> int:
    """Patience ends: leave the queue, perhaps to call again."""
    h = s.hot[row]
    touchpoint = p.steps[h["step"]]["touchpoint"]
    column = segment_of(p, s, row)
    bring_areas(s, touchpoint, now)
    take_from_queue(s, touchpoint, row)
    wait = end_wait(p, s, row, now)
    t = s.touch[s.world[0]["period"], touchpoint, class_of(p, s, row)]
    t["abandoned"] += 1
    t["wait_abandoned"] += wait
    note_visit(p, s, row, ev.LOG_ABANDON, -1, 0, float(wait))
    if h["flags"] & ev.FLAG_COMPLAINT:
        return be_unanswered(p, s, row, now)
    contact = p.contacts[h["contact"]]["levers"]
    base = p.touchpoints[touchpoint]["levers"]
    share = s.levers[contact + pl.CONTACT_RETRIES, column]
    law = s.levers[contact + pl.CONTACT_RETRY_AFTER, column]
    if share < 0.0:
        share = s.levers[base + pl.TOUCH_RETRIES, column]
        law = s.levers[base + pl.TOUCH_RETRY_AFTER, column]
    key = s.world[0]["key"]
    occ = occasion_of(s, row)
    if share > 0.0 and h["attempt"] < ev.MAX_ATTEMPTS and draw(key, h["entity"], draws.RETRY, occ) < share:
        delay = whole(quantile(p.laws, p.knots, int(law), draw(key, h["entity"], draws.RETRY_AFTER, occ)))
        h["status"] = ev.AWAY
        h["attempt"] += 1
        t["retries"] += 1
        note_visit(p, s, row, ev.LOG_RETRY, -1, int(h["attempt"]), float(delay))
        schedule(s, now + delay, ev.RETURN, h["entity"], 0, 0, row)
        return ev.DONE
    if row < p.market[0]["n_persons"]:
        live_through(p, s, row, now, False)
    return finish(p, s, row, ev.ABANDONED, now)


@kernel
def plan_levers(p: Plan, s: State, first: int) -> None:
    """Schedule the moves of levers from number `first` on."""
    for change in range(first, p.changes.size):
        schedule(s, int(p.changes[change]["time"]), ev.LEVER, np.uint64(change), 0, 0, change)


@kernel
def begin(p: Plan, s: State) -> None:
    """Schedule the first events of a world: levers, shifts, arrivals, needs, reviews."""
    start = int(p.clock[0]["start"])
    plan_levers(p, s, 0)
    for touchpoint in range(p.touchpoints.size):
        schedule(s, start, ev.SHIFT, np.uint64(touchpoint), 0, 0, touchpoint)
    for contact in range(p.contacts.size):
        if p.contacts[contact]["anonymous"] == 1:
            next_arrival(p, s, contact, 0, start)
    if p.market[0]["unfollowed"] > 0:
        next_stand_in(p, s, 0, start)
    for person in range(p.market[0]["n_persons"]):
        next_needs(p, s, person, start)
        schedule_review(p, s, person, 0)
    if p.market[0]["n_persons"] > 0:
        for firm in range(p.firms.size):
            schedule(s, start + pl.MONTH, ev.ORGANISE, np.uint64(firm), 0, 0, firm)


@part
def schedule_review(p: Plan, s: State, person: int, month: int) -> None:
    """Schedule a person's review of a month at a keyed moment of it."""
    u = draw(s.world[0]["key"], np.uint64(person), draws.REVIEW_TIME, np.uint64(month))
    at = int(p.clock[0]["start"]) + month * pl.MONTH + 1 + int(u * (pl.MONTH - 1))
    schedule(s, at, ev.REVIEW, np.uint64(person), 0, month, person)


@part
def happen(
    p: Plan,
    s: State,
    kind: int,
    entity: np.uint64,
    other: int,
    ordinal: int,
    row: int,
    cause: int,
    value: float,
    now: int,
) -> int:
    """Let one event happen; returns a status."""
    if kind == ev.SERVICE_END:
        return end_service(p, s, row, now)
    if kind == ev.ABANDON:
        h = s.hot[row]
        # A row is lent again after its caller has gone: the entity tells whether the wait is still the same.
        if h["entity"] == entity and h["status"] == ev.QUEUED and h["stamp"] == ordinal:
            return abandon(p, s, row, now)
        return ev.DONE
    if kind == ev.ARRIVAL:
        return call_in(p, s, row, ordinal, now)
    if kind == ev.NEED:
        s.cold[row]["due"] = 0
        return next_needs(p, s, row, now)
    if kind == ev.RETURN:
        return arrive(p, s, row, now)
    if kind == ev.TALK:
        hear(p, s, entity, other, cause, value, ordinal >> 5)
        return ev.DONE
    if kind == ev.REVIEW:
        schedule_review(p, s, row, ordinal + 1)
        review(p, s, row, ordinal, now)
        return ev.DONE
    if kind == ev.LEAVE:
        leave_contract(p, s, row, ordinal, now)
        return ev.DONE
    if kind == ev.FOLLOW_UP:
        follow_up(p, s, row, other, ordinal, cause, now)
        return ev.DONE
    if kind == ev.ORGANISE:
        organise(p, s, row, ordinal)
        schedule(s, now + pl.MONTH, ev.ORGANISE, np.uint64(row), 0, ordinal + 1, row)
        return ev.DONE
    if kind == ev.SHIFT:
        if ordinal == s.desks[row]["epoch"]:
            return shift(p, s, row, now)
        return ev.DONE
    return move_lever(p, s, row, now)


@part
def most_ended(p: Plan, s: State, touchpoint: int, now: int) -> int:
    """Bound how many episodes a closing can end: of those who wait there in person, and their held needs."""
    most = 0
    if p.touchpoints[touchpoint]["in_person"] == 1 and s.desks[touchpoint]["queued"] > 0:
        for level in range(s.queues.shape[1]):
            waiting = int(s.queues[touchpoint, level, 0])
            while waiting >= 0:
                most += 1 + held_needs(p, s, waiting, now)
                waiting = int(s.hot[waiting]["next"])
    return most


@part
def most_episodes(p: Plan, s: State, kind: int, row: int, now: int) -> int:
    """Bound how many episodes one event can bring about."""
    most = 2
    if kind in (ev.SERVICE_END, ev.ABANDON):
        most += held_needs(p, s, row, now)
    elif kind == ev.SHIFT:
        most += most_ended(p, s, row, now)
    elif kind == ev.LEVER:
        for touchpoint in range(p.touchpoints.size):
            most += most_ended(p, s, touchpoint, now)
    return most


@part
def lacks_room(s: State, most: int) -> int:
    """Whether a buffer could overflow while so many episodes end: the status that asks for room, else DONE."""
    w = s.world[0]
    c = s.calendar[0]
    others = s.agents.size + s.desks.size
    news = _PENDING_EACH * most + others
    if c["near"] + news > s.slots.size or news >= c["free_chunks"]:
        return ev.PENDING_FULL
    if w["logging"] == 1 and w["n_log"] + _ROWS_EACH * most + others > s.log.size:
        return ev.LOG_FULL
    return ev.DONE


@kernel
def steer(p: Plan, s: State, slot: int, segment: int, value: float, now: int) -> int:
    """Set a lever between two periods, before anything else of this instant; returns a status as `advance` does."""
    status = lacks_room(s, most_episodes(p, s, ev.LEVER, 0, now))
    if status != ev.DONE:
        return status
    number = ev.STEERED + int(s.world[0]["steered"])
    s.world[0]["steered"] += 1
    return set_lever(p, s, number, slot, segment, value, now)


@kernel
def advance(p: Plan, s: State, until: int) -> int:
    """Let everything happen that is pending before `until`; returns DONE or the status that stopped the loop.

    After PENDING_FULL, ROWS_FULL or LOG_FULL the driver makes room and calls again: nothing has been lost.
    """
    w = s.world[0]
    c = s.calendar[0]
    while True:
        if c["near"] == 0:
            status = open_next(s)
            if status != ev.DONE:
                return status
            if c["near"] == 0:
                break
        now = s.near[0]["time"]
        if now >= until:
            break
        first = s.slots[s.near[0]["slot"]]
        order = first["order"]
        kind = int(order >> _KIND)
        row = first["row"]
        status = lacks_room(s, most_episodes(p, s, kind, int(row), now))
        if status != ev.DONE:
            return status
        if kind == ev.ARRIVAL and w["free_row"] < 0:
            return ev.ROWS_FULL
        other = first["other"]
        ordinal = first["ordinal"]
        cause = first["cause"]
        value = first["value"]
        rest = (np.uint64(other) << _OTHER) | np.uint64(ordinal)
        if now <= w["last_time"] and (
            now < w["last_time"]
            or order < w["last_order"]
            or (order == w["last_order"] and rest <= w["last_rest"] and w["events"] > 0)
        ):
            return ev.UNORDERED
        w["last_time"] = now
        w["last_order"] = order
        w["last_rest"] = rest
        w["now"] = now
        w["events"] += 1
        pop(s)
        status = happen(p, s, kind, order & _ENTITY, int(other), int(ordinal), int(row), int(cause), value, now)
        if status != ev.DONE:
            return status
    w["now"] = until
    return ev.DONE
