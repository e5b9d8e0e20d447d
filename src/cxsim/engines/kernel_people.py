"""Compiled engine, the people of the market: needs, journeys, reviews."""

from __future__ import annotations

import numpy as np

from cxsim.behaviour import slots
from cxsim.behaviour.experience import chance_of_return
from cxsim.behaviour.leaving import (
    hazard_of_notice,
    probability_within,
)
from cxsim.engines.kernel_choice import (
    advantage,
    best_rival,
    care_of,
    choose,
    default,
    give_notice,
    join_firm,
    leave_firm,
    why_leave,
)
from cxsim.engines.kernel_log import NEVER, note, of_market, schedule, segment_of
from cxsim.engines.kernel_moment import (
    befall,
    begin_episode,
    delivered,
    feel,
    is_spared,
    mode_of_failure,
)
from cxsim.engines.kernel_recovery import UNANSWERED, conclude, leave_desk, let_go, settle
from cxsim.engines.kernel_touch import enter
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.clock import need_after, weight_at
from cxsim.model.draws import draw, occasion
from cxsim.model.jit import part
from cxsim.model.plan import Plan
from cxsim.model.samplers import unit_exponential, whole
from cxsim.model.state import State

_U0 = np.uint64(0)
AT_NEED = np.uint64(ev.AT_NEED)
AT_LEAVING = np.uint64(ev.AT_LEAVING)
AT_REVIEW = np.uint64(ev.AT_REVIEW)


@part
def open_journey(p: Plan, s: State, row: int, contact: int, need: int, mode: int, whom: int, now: int) -> int:
    """Begin the journey of a contact; returns a status. A contact without steps is judged at once.

    `mode` is how the firm failed, where a failure is what the contact is about; -1 elsewhere. `whom`: the person whom
    a stand-in was thinned like, -1 elsewhere.
    """
    h = s.hot[row]
    h["began"] = now
    h["since"] = now
    h["waited"] = 0
    h["need"] = need
    h["visit"] = 0
    h["attempt"] = 0
    h["flags"] &= ev.FLAG_OWN_PRIORITY
    h["contact"] = contact
    k = p.contacts[contact]
    note(s, ev.LOG_NEED, h["entity"], need, 0, k["firm"], -1, -1, whom, contact, 0.0)
    if row < p.market[0]["n_persons"]:
        begin_episode(p, s, row, need)
        if mode >= 0:
            firm = int(k["firm"])
            lost = befall(p, s, row, firm, mode, -1, occasion(np.uint64(need), _U0, _U0), now)
            lost = min(lost, default(p, s, slots.MOST_LOST, s.cold[row]["segment"]))
            s.episodes[row]["lost_failure"] = lost
            feel(p, s, row, firm, delivered(p, s, row, firm, -1) - lost)
    elif mode >= 0:
        h["flags"] |= ev.FLAG_FAILED
    if k["n_steps"] == 0:
        return conclude(p, s, row, ev.SOLVED, now)
    return enter(p, s, row, k["first_step"], now)


@part
def contact_of_need(p: Plan, s: State, person: int, u: float, at: int) -> int:
    """Which contact a candidate need becomes (-1: none): thinning against the bound by one draw, `u`.

    Who has no firm has, in each group, the highest rate that a firm's file gives.
    """
    offset = p.clock[0]["week_offset"]
    column = s.cold[person]["segment"]
    own = s.cold[person]["firm"]
    clock = ((at + offset) % pl.WEEK) // pl.BIN
    bound = p.market[0]["need_bound"] * (p.need_profile[clock + 1] - p.need_profile[clock])
    left = bound * u
    for group in range(p.group_contact.shape[0]):
        best = -1
        highest = 0.0
        for firm in range(p.firms.size):
            contact = p.group_contact[group, firm]
            if contact >= 0 and (own == firm or own < 0):
                k = p.contacts[contact]
                slot = k["levers"] + pl.CONTACT_RATE
                rate = s.levers[slot, column] if own >= 0 else p.levers[slot, column]
                rate *= weight_at(p.profiles, k["profile"], offset, at)
                if rate > highest:
                    best = contact
                    highest = rate
        if left < highest:
            return int(best)
        left -= highest
    return -1


@part
def repaired_at(p: Plan, contact: int) -> int:
    """Touchpoint where a failure is repaired, the last of the contact's journey; -1: at none."""
    k = p.contacts[contact]
    if k["n_steps"] == 0:
        return -1
    return int(p.steps[k["first_step"] + k["n_steps"] - 1]["touchpoint"])


@part
def meet_need(p: Plan, s: State, person: int, number: int, at: int, now: int) -> int:
    """Meet a candidate need of time `at`: thin it, choose a firm where one may, begin the journey; returns a status."""
    c = s.cold[person]
    last = int(c["firm"])
    u = draw(s.world[0]["key"], np.uint64(person), draws.NEED_KIND, occasion(np.uint64(number), _U0, _U0))
    contact = contact_of_need(p, s, person, u, at)
    if contact < 0:
        return ev.DONE
    contractual = p.market[0]["contractual"] == 1
    if contractual and last < 0:
        chosen = choose(p, s, person, -1, -1, AT_NEED, number, now)
        if chosen >= 0:
            join_firm(p, s, person, chosen, now)
        return ev.DONE
    column = c["segment"]
    if not contractual and p.contacts[contact]["because"] == pl.BECAUSE_PURCHASE:
        chosen = last
        if last < 0 or default(p, s, slots.CHOOSING, column) > 0.0:
            chosen = choose(p, s, person, last, -1, AT_NEED, number, now)
        if chosen < 0:
            return ev.DONE
        if chosen != last:
            # Exit place (a): another firm is chosen at a need.
            if last >= 0:
                leave_firm(p, s, person, why_leave(p, s, person, last, chosen), now)
            join_firm(p, s, person, chosen, now)
        contact = p.group_contact[p.contacts[contact]["group"], chosen]
        if contact < 0:
            return ev.DONE
    elif last < 0:
        return ev.DONE
    k = p.contacts[contact]
    firm = int(k["firm"])
    mode = -1
    if k["because"] == pl.BECAUSE_FAILURE:
        occ = occasion(np.uint64(number), _U0, _U0)
        s.hot[person]["need"] = number
        mode = mode_of_failure(p, s, np.uint64(person), column, firm, occ)
        repaired_by = repaired_at(p, contact)
        if is_spared(p, s, person, firm, mode, repaired_by, occ):
            return ev.DONE
    s.firm[s.world[0]["period"], firm, column]["needs"] += 1
    return open_journey(p, s, person, int(contact), number, mode, -1, now)


@part
def time_of_need(p: Plan, s: State, person: int, number: int, since: int) -> int:
    """Draw the time of a candidate need after the one before; it depends on the person and its number only."""
    u = draw(s.world[0]["key"], np.uint64(person), draws.NEED_GAP, occasion(np.uint64(number), _U0, _U0))
    return need_after(
        p.need_profile, float(p.market[0]["need_bound"]), int(p.clock[0]["week_offset"]), since, unit_exponential(u)
    )


@part
def next_needs(p: Plan, s: State, person: int, now: int) -> int:
    """Meet the needs that have come due while a journey was open, then wait for the next one; returns a status."""
    c = s.cold[person]
    h = s.hot[person]
    while h["status"] == ev.IDLE and c["next_need"] <= now and c["gone"] == 0:
        number = int(c["needs"])
        at = int(c["next_need"])
        c["needs"] += 1
        c["next_need"] = time_of_need(p, s, person, number + 1, at)
        status = meet_need(p, s, person, number, at, now)
        if status != ev.DONE:
            return status
    if h["status"] == ev.IDLE and c["gone"] == 0 and c["due"] == 0 and c["next_need"] < NEVER:
        c["due"] = 1
        schedule(s, int(c["next_need"]), ev.NEED, np.uint64(person), 0, int(c["needs"]), person)
    return ev.DONE


@part
def held_needs(p: Plan, s: State, row: int, now: int) -> int:
    """Count the candidate needs that have come due during a customer's open journey: all may be met when it ends."""
    if row >= p.market[0]["n_persons"]:
        return 0
    at = int(s.cold[row]["next_need"])
    count = 0
    while at <= now:
        count += 1
        at = time_of_need(p, s, row, int(s.cold[row]["needs"]) + count, at)
    return count


@part
def comes_again(p: Plan, s: State, row: int, outcome: int, now: int) -> bool:
    """Whether somebody who was not helped comes again with the same matter, and if so, when (B-19)."""
    followed = row < p.market[0]["n_persons"]
    if outcome == ev.SOLVED or not of_market(p, s, row) or (followed and s.cold[row]["gone"] == 1):
        return False
    h = s.hot[row]
    k = p.contacts[h["contact"]]
    column = segment_of(p, s, row)
    if (
        k["because"] == pl.BECAUSE_PURCHASE
        or default(p, s, slots.PERSISTING, column) <= 0.0
        or h["visit"] + 1 >= ev.MAX_VISITS
    ):
        return False
    key = s.world[0]["key"]
    me = h["entity"]
    occ = occasion(np.uint64(h["need"]), np.uint64(h["visit"]), _U0)
    tries = int(s.episodes[row]["repeats"] if followed else h["need"]) + 1
    chance = chance_of_return(
        float(tries), default(p, s, slots.PERSISTENCE, column), default(p, s, slots.MOST_CONTACTS, column)
    )
    if draw(key, me, draws.COMES_AGAIN, occ) >= chance:
        return False
    if followed:
        s.episodes[row]["repeats"] += 1
    else:
        h["need"] += 1
    u = draw(key, me, draws.AGAIN_AFTER, occ)
    delay = whole(default(p, s, slots.RETURN_DELAY, column) * pl.DAY * unit_exponential(u))
    h["status"] = ev.AWAY
    h["visit"] += 1
    h["attempt"] = 0
    h["waited"] = 0
    h["step"] = k["first_step"]
    note(s, ev.LOG_AGAIN, me, h["need"], h["visit"], k["firm"], -1, -1, -1, tries, float(delay))
    schedule(s, now + delay, ev.RETURN, me, 0, 0, row)
    return True


@part
def finish(p: Plan, s: State, row: int, outcome: int, now: int) -> int:
    """End a journey, unless the matter is not solved and is tried again, and go on living; returns a status."""
    if comes_again(p, s, row, outcome, now):
        return ev.DONE
    status = conclude(p, s, row, outcome, now)
    if status == ev.DONE and row < p.market[0]["n_persons"]:
        return next_needs(p, s, row, now)
    return status


@part
def be_answered(p: Plan, s: State, row: int, now: int) -> int:
    """Go on after the complaint desk or the approval of a credit; returns a status."""
    status = leave_desk(p, s, row, now)
    if status == ev.DONE and row < p.market[0]["n_persons"]:
        return next_needs(p, s, row, now)
    return status


@part
def be_unanswered(p: Plan, s: State, row: int, now: int) -> int:
    """Give up waiting for the answer to a complaint, and go on living; returns a status."""
    if row >= p.market[0]["n_persons"]:
        let_go(s, row)
        return ev.DONE
    firm = int(p.contacts[s.hot[row]["contact"]]["firm"])
    settle(p, s, row, firm, UNANSWERED, True, now)
    return next_needs(p, s, row, now)


@part
def review(p: Plan, s: State, person: int, month: int, now: int) -> None:
    """Monthly review: exit places (d), involuntary, and (c), the contract hazard, drawn by person and month."""
    c = s.cold[person]
    if c["gone"] == 1:
        return
    key = s.world[0]["key"]
    me = np.uint64(person)
    column = c["segment"]
    occ = np.uint64(month)
    years = pl.MONTH / pl.YEAR
    anyway = s.levers[p.market[0]["levers"] + pl.MARKET_LEAVES_ANYWAY, column]
    if draw(key, me, draws.INVOLUNTARY, occ) < probability_within(float(anyway), years):
        if c["firm"] >= 0:
            leave_firm(p, s, person, ev.REASON_INVOLUNTARY, now)
        c["gone"] = 1
        return
    firm = int(c["firm"])
    contract = p.market[0]["contractual"] == 1 and default(p, s, slots.CONTRACT_EXIT, column) > 0.0
    if not contract or firm < 0 or c["notice"] == 1:
        return
    rival = best_rival(p, s, person, firm, AT_REVIEW, month, now)
    hazard = hazard_of_notice(
        default(p, s, slots.BASE_HAZARD, column),
        float(s.minds[person * p.firms.size + firm]["satisfaction"]),
        advantage(p, s, person, firm, rival),
        care_of(p, s, person, firm, now),
        default(p, s, slots.SATISFACTION_TO_STAYING, column),
        default(p, s, slots.ALTERNATIVE_TO_LEAVING, column),
    )
    if draw(key, me, draws.REVIEW, occ) < probability_within(hazard, years):
        give_notice(p, s, person, why_leave(p, s, person, firm, rival), month, now)


@part
def leave_contract(p: Plan, s: State, person: int, ordinal: int, now: int) -> None:
    """Let a notice take effect: the contract ends and another firm is chosen."""
    c = s.cold[person]
    if c["gone"] == 1 or c["notice"] == 0 or c["firm"] < 0:
        return
    old = int(c["firm"])
    leave_firm(p, s, person, int(c["leaving_for"]), now)
    chosen = choose(p, s, person, -1, old, AT_LEAVING, ordinal, now)
    if chosen >= 0:
        join_firm(p, s, person, chosen, now)
