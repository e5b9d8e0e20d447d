"""Compiled engine, where customers meet the firm: queues, agents, service, shifts."""

from __future__ import annotations

from cxsim.behaviour import slots
from cxsim.behaviour.experience import felt_inflation, perceived_wait
from cxsim.behaviour.patience import announced_patience, announced_wait
from cxsim.engines.kernel_log import NEVER, class_of, note_visit, occasion_of, schedule, segment_of
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.clock import next_opening
from cxsim.model.draws import (
    CALL_BACK_ANSWERED,
    CALL_BACK_TAKEN,
    PATIENCE,
    REOPENING,
    TAKES,
    draw,
)
from cxsim.model.jit import part
from cxsim.model.plan import Plan
from cxsim.model.samplers import quantile, whole
from cxsim.model.state import N_PRIORITIES, State
from cxsim.model.tallies import wait_bin


@part
def bring_areas(s: State, touchpoint: int, now: int) -> None:
    """Bring the time integrals of a touchpoint up to date, before anything about it changes."""
    d = s.desks[touchpoint]
    a = s.areas[s.world[0]["period"], touchpoint]
    span = now - d["changed"]
    a["queue"] += span * d["queued"]
    a["busy"] += span * d["busy"]
    a["duty"] += span * d["on_duty"]
    d["changed"] = now


@part
def take_from_queue(s: State, touchpoint: int, row: int) -> None:
    """Unlink a waiting customer."""
    h = s.hot[row]
    before, after, level = h["prev"], h["next"], h["priority"]
    if before >= 0:
        s.hot[before]["next"] = after
    else:
        s.queues[touchpoint, level, 0] = after
    if after >= 0:
        s.hot[after]["prev"] = before
    else:
        s.queues[touchpoint, level, 1] = before
    s.queues[touchpoint, level, 2] -= 1
    h["stamp"] += 1
    s.desks[touchpoint]["queued"] -= 1
    s.world[0]["n_queued"] -= 1


@part
def first_in_line(s: State, touchpoint: int) -> int:
    """Row of the customer whose turn it is, -1 when nobody waits."""
    if s.desks[touchpoint]["queued"] == 0:
        return -1
    for level in range(N_PRIORITIES):
        row = s.queues[touchpoint, level, 0]
        if row >= 0:
            return int(row)
    return -1


@part
def make_free(p: Plan, s: State, touchpoint: int, agent: int, now: int) -> None:
    """Put an agent among the free, longest idle first, equal times by number."""
    d = s.desks[touchpoint]
    a = s.agents[agent]
    a["status"] = ev.FREE
    a["since"] = now
    a["customer"] = -1
    after = -1
    before = d["free_last"]
    while before >= 0 and s.agents[before]["since"] == now and before > agent:
        after = before
        before = s.agents[before]["prev"]
    a["prev"] = before
    a["next"] = after
    if before >= 0:
        s.agents[before]["next"] = agent
    else:
        d["free_first"] = agent
    if after >= 0:
        s.agents[after]["prev"] = agent
    else:
        d["free_last"] = agent


@part
def take_free(s: State, touchpoint: int, agent: int) -> None:
    """Take an agent out of the free ones."""
    d = s.desks[touchpoint]
    a = s.agents[agent]
    if a["prev"] >= 0:
        s.agents[a["prev"]]["next"] = a["next"]
    else:
        d["free_first"] = a["next"]
    if a["next"] >= 0:
        s.agents[a["next"]]["prev"] = a["prev"]
    else:
        d["free_last"] = a["prev"]


@part
def end_wait(p: Plan, s: State, row: int, now: int) -> int:
    """Account for the wait that ends now; returns it, microseconds."""
    h = s.hot[row]
    wait = now - h["since"]
    column = segment_of(p, s, row)
    defaults = p.market[0]["defaults"]
    inflation = s.levers[defaults + slots.WAIT_INFLATION, column]
    if h["flags"] & ev.FLAG_CALL_BACK:
        inflation *= s.levers[defaults + slots.CALL_BACK_WAIT_WEIGHT, column]
    elif h["flags"] & ev.FLAG_ANNOUNCED:
        inflation = s.levers[defaults + slots.ANNOUNCED_WAIT_INFLATION, column]
    touchpoint = p.steps[h["step"]]["touchpoint"]
    explains = s.levers[p.touchpoints[touchpoint]["levers"] + pl.TOUCH_EXPLAINS, column] > 0.0
    inflation = felt_inflation(inflation, explains, s.levers[defaults + slots.UNEXPLAINED_WAIT, column])
    if p.touchpoints[touchpoint]["in_person"] == 1:  # where the matter waits and not the customer, nobody feels it
        h["waited"] += int(perceived_wait(float(wait), inflation) + 0.5)
    column = class_of(p, s, row)
    t = s.touch[s.world[0]["period"], touchpoint, column]
    t["wait_all"] += wait
    if now >= 0:
        s.waits[touchpoint, column, wait_bin(wait)] += 1
    return wait


@part
def keep_date(p: Plan, s: State, row: int, wait: int) -> None:
    """Compare the day on which a visit or a delivery begins with the promised one."""
    h = s.hot[row]
    if row >= p.market[0]["n_persons"] or h["flags"] & ev.FLAG_COMPLAINT:
        return
    firm = p.contacts[h["contact"]]["firm"]
    column = s.cold[row]["segment"]
    promised = s.levers[p.firms[firm]["levers"] + pl.FIRM_PROMISE_VISIT, column]
    if promised < 0.0:
        return
    e = s.episodes[row]
    e["late"] = (wait - promised) / pl.DAY
    e["flags"] |= ev.EPISODE_DATED
    t = s.firm[s.world[0]["period"], firm, column]
    t["promises"] += 1
    if e["late"] > 0.0:
        t["promises_broken"] += 1
        if s.levers[p.market[0]["defaults"] + slots.PROMISES, column] > 0.0:
            e["flags"] |= ev.EPISODE_BROKEN
        c = s.cold[row]
        if s.world[0]["now"] >= 0 and firm == c["base_firm"]:
            c["marks"] |= ev.MARK_PROMISE_BROKEN


@part
def start_service(p: Plan, s: State, row: int, agent: int, now: int) -> None:
    """Begin the service of a customer who no longer waits; `agent` is -1 where nobody serves."""
    h = s.hot[row]
    step = p.steps[h["step"]]
    touchpoint = step["touchpoint"]
    column = segment_of(p, s, row)
    base = p.touchpoints[touchpoint]["levers"]
    wait = end_wait(p, s, row, now)
    t = s.touch[s.world[0]["period"], touchpoint, class_of(p, s, row)]
    h["status"] = ev.IN_SERVICE
    h["since"] = now
    h["agent"] = agent
    s.desks[touchpoint]["busy"] += 1
    if agent >= 0:
        s.agents[agent]["status"] = ev.BUSY
        s.agents[agent]["customer"] = row
    ordinal = occasion_of(s, row)
    unreached = False
    if h["flags"] & ev.FLAG_CALL_BACK:
        answered = s.levers[base + pl.TOUCH_CALL_BACK_ANSWERED, column]
        unreached = draw(s.world[0]["key"], h["entity"], CALL_BACK_ANSWERED, ordinal) >= answered
    if unreached:
        h["flags"] |= ev.FLAG_UNREACHED
        duration = ev.UNREACHED_CALL_US
    else:
        t["answered"] += 1
        t["wait_served"] += wait
        if wait <= s.levers[base + pl.TOUCH_ANSWER_WITHIN, column]:
            t["within"] += 1
        law = int(s.levers[step["takes"], column])
        duration = whole(quantile(p.laws, p.knots, law, draw(s.world[0]["key"], h["entity"], TAKES, ordinal)))
    if agent >= 0 and p.touchpoints[touchpoint]["channel"] in pl.DATED_CHANNELS:
        keep_date(p, s, row, wait)
    note_visit(p, s, row, ev.LOG_START, agent, 1 if unreached else 0, float(wait))
    schedule(s, now + duration, ev.SERVICE_END, h["entity"], 0, 0, row)


@part
def hand_out(p: Plan, s: State, touchpoint: int, now: int) -> None:
    """Give the waiting to the free agents, in order, until one side runs out."""
    d = s.desks[touchpoint]
    while d["free_first"] >= 0:
        row = first_in_line(s, touchpoint)
        if row < 0:
            return
        agent = d["free_first"]
        take_free(s, touchpoint, agent)
        take_from_queue(s, touchpoint, row)
        start_service(p, s, row, agent, now)


@part
def join_queue(p: Plan, s: State, row: int, touchpoint: int, now: int) -> None:
    """Line up: priority, announcement, offer of a call-back, patience."""
    h = s.hot[row]
    column = segment_of(p, s, row)
    tp = p.touchpoints[touchpoint]
    base = tp["levers"]
    contact = p.contacts[h["contact"]]["levers"]
    level = int(s.levers[contact + pl.CONTACT_PRIORITY, column])
    if h["flags"] & ev.FLAG_OWN_PRIORITY:
        level = h["priority"]
    level = min(max(level, 0), N_PRIORITIES - 1)
    d = s.desks[touchpoint]
    ordinal = occasion_of(s, row)
    calls_back = s.levers[base + pl.TOUCH_CALL_BACK, column] > 0.0 and (h["flags"] & ev.FLAG_COMPLAINT) == 0
    announces = s.levers[base + pl.TOUCH_ANNOUNCES, column] > 0.0
    announced = 0.0
    if calls_back or announces or s.world[0]["logging"] == 1:
        ahead = 0
        for k in range(level + 1):
            ahead += s.queues[touchpoint, k, 2]
        mean_service = p.laws[int(s.levers[base + pl.TOUCH_TAKES, column])]["mean"]
        announced = announced_wait(float(ahead), float(d["on_duty"]), mean_service)
    h["priority"] = level
    h["status"] = ev.QUEUED
    h["since"] = now
    h["flags"] &= ~(ev.FLAG_CALL_BACK | ev.FLAG_ANNOUNCED | ev.FLAG_UNREACHED) & 255
    last = s.queues[touchpoint, level, 1]
    h["prev"] = last
    h["next"] = -1
    if last >= 0:
        s.hot[last]["next"] = row
    else:
        s.queues[touchpoint, level, 0] = row
    s.queues[touchpoint, level, 1] = row
    s.queues[touchpoint, level, 2] += 1
    d["queued"] += 1
    s.world[0]["n_queued"] += 1
    t = s.touch[s.world[0]["period"], touchpoint, class_of(p, s, row)]
    t["waited"] += 1
    offered = calls_back and announced >= s.levers[base + pl.TOUCH_CALL_BACK_AFTER, column]
    if (
        offered
        and draw(s.world[0]["key"], h["entity"], CALL_BACK_TAKEN, ordinal)
        < s.levers[base + pl.TOUCH_CALL_BACK_ACCEPTED, column]
    ):
        h["flags"] |= ev.FLAG_CALL_BACK
        t["called_back"] += 1
        note_visit(p, s, row, ev.LOG_CALL_BACK, -1, level, announced)
        return
    if announces:
        h["flags"] |= ev.FLAG_ANNOUNCED
    note_visit(p, s, row, ev.LOG_QUEUE, -1, level, announced)
    defaults = p.market[0]["defaults"]
    if h["flags"] & ev.FLAG_COMPLAINT:
        # Who hears nothing for too long takes the complaint for unanswered.
        days = s.levers[defaults + slots.COMPLAINT_PATIENCE, column]
        since = h["began"] if row >= p.market[0]["n_persons"] else s.episodes[row]["complained_at"]
        at = max(since + int(days * pl.DAY), now + 1)
        schedule(s, at, ev.ABANDON, h["entity"], 0, int(h["stamp"]), row)
        return
    if tp["in_person"] == 0 or s.levers[defaults + slots.ABANDONMENT, column] <= 0.0:
        return
    law = int(s.levers[contact + pl.CONTACT_PATIENCE, column])
    if law < 0:
        law = int(s.levers[p.market[0]["segment_levers"] + pl.SEGMENT_PATIENCE, column])
    patience = quantile(p.laws, p.knots, law, draw(s.world[0]["key"], h["entity"], PATIENCE, ordinal))
    if h["flags"] & ev.FLAG_ANNOUNCED and patience < float(NEVER):
        calm = s.levers[defaults + slots.ANNOUNCEMENT_CALM, column]
        overdue = s.levers[defaults + slots.ANNOUNCEMENT_OVERDUE, column]
        patience = announced_patience(patience, announced, calm, overdue)
    end = whole(patience)
    if end < NEVER:
        schedule(s, now + end, ev.ABANDON, h["entity"], 0, int(h["stamp"]), row)


@part
def arrive(p: Plan, s: State, row: int, now: int) -> int:
    """Arrive at the touchpoint of the present step: served at once, in line, or sent home until it opens."""
    h = s.hot[row]
    step = p.steps[h["step"]]
    touchpoint = step["touchpoint"]
    tp = p.touchpoints[touchpoint]
    column = segment_of(p, s, row)
    h["since"] = now
    h["agent"] = -1
    d = s.desks[touchpoint]
    s.world[0]["visits"] += 1
    if d["open"] == 0 and (tp["in_person"] == 1 or tp["staffed"] == 0):
        s.touch[s.world[0]["period"], touchpoint, class_of(p, s, row)]["closed"] += 1
        hours = int(s.levers[tp["levers"] + pl.TOUCH_HOURS, column])
        begin, end = next_opening(p.openings, p.windows, hours, p.clock[0]["week_offset"], now)
        h["status"] = ev.AWAY
        note_visit(p, s, row, ev.LOG_CLOSED, -1, 0, 0.0)
        if begin < NEVER:
            u = draw(s.world[0]["key"], h["entity"], REOPENING, occasion_of(s, row))
            schedule(s, begin + int(u * (end - begin)), ev.RETURN, h["entity"], 0, 0, row)
        return ev.DONE
    s.touch[s.world[0]["period"], touchpoint, class_of(p, s, row)]["arrivals"] += 1
    note_visit(p, s, row, ev.LOG_ARRIVE, -1, 0, 0.0)
    bring_areas(s, touchpoint, now)
    h["flags"] &= ~(ev.FLAG_CALL_BACK | ev.FLAG_ANNOUNCED | ev.FLAG_UNREACHED) & 255
    if tp["staffed"] == 0:
        start_service(p, s, row, -1, now)
    elif d["free_first"] >= 0:
        # Free agents and a queue never exist together: hand-offs happen inside the handler that frees an agent.
        agent = d["free_first"]
        take_free(s, touchpoint, agent)
        start_service(p, s, row, agent, now)
    else:
        join_queue(p, s, row, touchpoint, now)
    return ev.DONE


@part
def enter(p: Plan, s: State, row: int, step: int, now: int) -> int:
    """Go to a step of the journey; returns a status."""
    h = s.hot[row]
    if h["visit"] >= ev.MAX_VISITS:
        return ev.JOURNEY_TOO_LONG
    h["visit"] += 1
    h["step"] = step
    h["waited"] = 0
    return arrive(p, s, row, now)
