"""Compiled engine, the environment: opening hours, shifts, and the levers that a policy moves."""

from __future__ import annotations

import numpy as np

from cxsim.engines.kernel_log import NEVER, class_of, note, note_visit, schedule
from cxsim.engines.kernel_moment import live_through
from cxsim.engines.kernel_people import finish
from cxsim.engines.kernel_touch import bring_areas, end_wait, hand_out, make_free, take_free, take_from_queue
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.clock import is_open, next_boundary
from cxsim.model.jit import part
from cxsim.model.plan import Plan
from cxsim.model.state import State


@part
def staff_level(p: Plan, s: State, touchpoint: int, now: int) -> int:
    """Agents that the running shifts put on duty."""
    tp = p.touchpoints[touchpoint]
    level = 0
    for k in range(tp["first_shift"], tp["first_shift"] + tp["n_shifts"]):
        base = p.shifts[k]["levers"]
        when = int(s.levers[base + pl.SHIFT_WHEN, 0])
        if when < 0 or is_open(p.openings, p.windows, when, p.clock[0]["week_offset"], now):
            level += int(s.levers[base + pl.SHIFT_STAFF, 0] + 0.5)
    return min(max(level, 0), tp["n_agents"])


@part
def next_shift(p: Plan, s: State, touchpoint: int, now: int) -> int:
    """Next time at which hours or shifts of a touchpoint may change."""
    tp = p.touchpoints[touchpoint]
    offset = p.clock[0]["week_offset"]
    best = NEVER
    hours = int(s.levers[tp["levers"] + pl.TOUCH_HOURS, 0])
    if hours >= 0:
        best = next_boundary(p.openings, p.windows, hours, offset, now)
    for k in range(tp["first_shift"], tp["first_shift"] + tp["n_shifts"]):
        when = int(s.levers[p.shifts[k]["levers"] + pl.SHIFT_WHEN, 0])
        if when >= 0:
            best = min(best, next_boundary(p.openings, p.windows, when, offset, now))
    return best


@part
def set_staff(p: Plan, s: State, touchpoint: int, level: int, now: int) -> None:
    """Put `level` agents on duty: the lowest numbers stay, the busy ones finish before they go."""
    tp = p.touchpoints[touchpoint]
    d = s.desks[touchpoint]
    for k in range(tp["n_agents"]):
        agent = tp["first_agent"] + k
        status = s.agents[agent]["status"]
        if k < level:
            if status == ev.OFF:
                d["on_duty"] += 1
                make_free(p, s, touchpoint, agent, now)
            elif status == ev.LEAVING:
                s.agents[agent]["status"] = ev.BUSY
        elif status == ev.FREE:
            take_free(s, touchpoint, agent)
            s.agents[agent]["status"] = ev.OFF
            d["on_duty"] -= 1
        elif status == ev.BUSY:
            s.agents[agent]["status"] = ev.LEAVING
    hand_out(p, s, touchpoint, now)


@part
def close(p: Plan, s: State, touchpoint: int, now: int) -> int:
    """Turn away, in order, those who wait in person; accepted call-backs keep their place."""
    status = ev.DONE
    level = 0
    row = -1
    while status == ev.DONE:
        while row < 0 and level < s.queues.shape[1]:
            row = int(s.queues[touchpoint, level, 0])
            level += 1
        if row < 0:
            break
        after = int(s.hot[row]["next"])
        if (s.hot[row]["flags"] & ev.FLAG_CALL_BACK) == 0:
            take_from_queue(s, touchpoint, row)
            wait = end_wait(p, s, row, now)
            s.touch[s.world[0]["period"], touchpoint, class_of(p, s, row)]["turned_away"] += 1
            note_visit(p, s, row, ev.LOG_TURNED_AWAY, -1, 0, float(wait))
            if row < p.market[0]["n_persons"]:
                live_through(p, s, row, now, False)
            status = finish(p, s, row, ev.TURNED_AWAY, now)
        row = after
    return status


@part
def apply_shift(p: Plan, s: State, touchpoint: int, now: int) -> int:
    """Bring hours and staff of a touchpoint to what holds now; returns a status."""
    tp = p.touchpoints[touchpoint]
    d = s.desks[touchpoint]
    hours = int(s.levers[tp["levers"] + pl.TOUCH_HOURS, 0])
    is_now = hours < 0 or is_open(p.openings, p.windows, hours, p.clock[0]["week_offset"], now)
    level = 0
    if tp["staffed"] == 1 and is_now:
        level = staff_level(p, s, touchpoint, now)
    bring_areas(s, touchpoint, now)
    closes = d["open"] == 1 and not is_now
    d["open"] = 1 if is_now else 0
    note(s, ev.LOG_SHIFT, np.uint64(touchpoint), 0, 0, tp["firm"], touchpoint, -1, -1, d["open"], float(level))
    status = ev.DONE
    if closes and tp["in_person"] == 1:
        status = close(p, s, touchpoint, now)
    if status == ev.DONE and tp["staffed"] == 1:
        set_staff(p, s, touchpoint, level, now)
    return status


@part
def shift(p: Plan, s: State, touchpoint: int, now: int) -> int:
    """Pass a boundary of hours or shifts."""
    status = apply_shift(p, s, touchpoint, now)
    epoch = int(s.desks[touchpoint]["epoch"])
    schedule(s, next_shift(p, s, touchpoint, now), ev.SHIFT, np.uint64(touchpoint), 0, epoch, touchpoint)
    return status


@part
def set_lever(p: Plan, s: State, number: int, slot: int, segment: int, value: float, now: int) -> int:
    """Set a lever, as move `number` of the run; hours and staff follow at once."""
    s.levers[slot, segment] = value
    note(s, ev.LOG_LEVER, np.uint64(number), 0, 0, -1, -1, -1, segment, slot & 32767, value)
    status = ev.DONE
    for touchpoint in range(p.touchpoints.size):
        if status == ev.DONE:
            s.desks[touchpoint]["epoch"] = number + 1
            status = shift(p, s, touchpoint, now)
    return status


@part
def move_lever(p: Plan, s: State, change: int, now: int) -> int:
    """Move a lever for a policy."""
    c = p.changes[change]
    return set_lever(p, s, change, int(c["slot"]), int(c["segment"]), float(c["value"]), now)
