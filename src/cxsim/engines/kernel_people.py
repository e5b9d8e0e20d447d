"""Compiled engine, the people of the market: needs, choice, episodes, leaving, talk."""

from __future__ import annotations

import math

import numpy as np

from cxsim.behaviour import slots
from cxsim.behaviour.choice import logit_weight, utility
from cxsim.behaviour.expectation import learned, learned_variance, learning_rate
from cxsim.behaviour.experience import perceived_wait, performance, wait_loss
from cxsim.behaviour.leaving import (
    hazard_of_notice,
    probability_of_exit,
    probability_within,
    reason_of_leaving,
    spread_cost,
)
from cxsim.behaviour.satisfaction import beyond_tolerance, cumulative, satisfaction, value
from cxsim.behaviour.talk import number_told, probability_of_talk, told_expectation
from cxsim.engines.calendar import order_of, push
from cxsim.engines.kernel_touch import NEVER, enter, note, schedule
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.clock import need_after, weight_at
from cxsim.model.draws import draw, occasion
from cxsim.model.jit import part
from cxsim.model.plan import Plan
from cxsim.model.samplers import normal_quantile, whole
from cxsim.model.state import State
from cxsim.model.tallies import purchase_rate

_U0 = np.uint64(0)
AT_NEED = np.uint64(0)
AT_LEAVING = np.uint64(1)
FAILURE_NOTICE = 1 << 30


@part
def default(p: Plan, s: State, slot: int, column: int) -> float:
    """Value of a behaviour parameter for a segment."""
    return float(s.levers[p.market[0]["defaults"] + slot, column])


@part
def relative_price(p: Plan, s: State, firm: int, column: int) -> float:
    """Price this segment pays at a firm, over the market's mean price at the start; 1 where nothing has a price."""
    reference = p.market[0]["price_reference"]
    if reference <= 0.0:
        return 1.0
    pays = s.levers[p.market[0]["segment_levers"] + pl.SEGMENT_PAYS, column]
    return float(s.levers[p.firms[firm]["levers"] + pl.FIRM_PRICE, column] * pays / reference)


@part
def price_weight(p: Plan, s: State, column: int) -> float:
    """Utils per relative price for a segment."""
    own = s.levers[p.market[0]["segment_levers"] + pl.SEGMENT_PRICE_WEIGHT, column]
    return default(p, s, slots.CHOICE_PRICE, column) * float(own)


@part
def utility_of(p: Plan, s: State, person: int, firm: int, last: int) -> float:
    """Return the utility of a firm for a person whose last firm is `last`."""
    column = s.cold[person]["segment"]
    return utility(
        float(s.minds[person * p.firms.size + firm]["mean"]),
        relative_price(p, s, firm, column),
        1.0 if firm == last else 0.0,
        default(p, s, slots.CHOICE_EXPECTATION, column),
        price_weight(p, s, column),
        default(p, s, slots.INERTIA, column),
    )


@part
def considers(p: Plan, s: State, person: int, firm: int, last: int, where: np.uint64, number: int) -> bool:
    """Whether a firm is in the consideration set at this occasion; the last one always is."""
    if firm == last:
        return True
    column = s.cold[person]["segment"]
    chance = default(p, s, slots.AWARENESS, column)
    if s.minds[person * p.firms.size + firm]["burnt"] > 0:
        chance = default(p, s, slots.BURNT, column)
    ordinal = occasion(np.uint64(number), np.uint64(firm), where)
    return draw(s.world[0]["key"], np.uint64(person), draws.CONSIDERED, ordinal) < chance


@part
def choose(p: Plan, s: State, person: int, last: int, excluded: int, where: np.uint64, number: int) -> int:
    """Choose a firm by logit among those considered; -1 when none is."""
    total = 0.0
    for firm in range(p.firms.size):
        s.scratch[firm] = 0.0
        if firm != excluded and considers(p, s, person, firm, last, where, number):
            s.scratch[firm] = logit_weight(utility_of(p, s, person, firm, last))
            total += s.scratch[firm]
    if total <= 0.0:
        return -1
    left = total * draw(
        s.world[0]["key"], np.uint64(person), draws.FIRM_CHOICE, occasion(np.uint64(number), _U0, where)
    )
    best = -1
    for firm in range(p.firms.size):
        if s.scratch[firm] > 0.0:
            best = firm
            if left < s.scratch[firm]:
                break
            left -= s.scratch[firm]
    return best


@part
def best_advantage(p: Plan, s: State, person: int, own: int) -> float:
    """Return the utility of the best rival less the own firm's, less the switching cost, both without inertia."""
    column = s.cold[person]["segment"]
    best = -1e300
    for firm in range(p.firms.size):
        if firm != own:
            best = max(best, utility_of(p, s, person, firm, -1))
    if best <= -1e300:
        return 0.0
    payments = 12.0
    if p.market[0]["contractual"] == 0:
        payments = purchase_rate(p.contacts, p.group_contact, s.levers, own, column) * pl.YEAR
    cost = s.levers[p.market[0]["levers"] + pl.MARKET_SWITCHING_COST, column]
    switching = price_weight(p, s, column) * spread_cost(
        float(cost), float(p.market[0]["price_reference"]), float(payments)
    )
    return best - utility_of(p, s, person, own, -1) - switching


@part
def leave_firm(p: Plan, s: State, person: int, reason: int, now: int) -> None:
    """End the relationship with the present firm; every exit carries its reason."""
    c = s.cold[person]
    firm = c["firm"]
    s.left[s.world[0]["period"], firm, c["segment"], reason] += 1
    if now >= 0 and firm == c["base_firm"] and c["first_left"] >= NEVER:
        c["first_left"] = now
        c["first_reason"] = reason
    c["firm"] = -1
    c["last_left"] = now
    c["notice"] = 0
    note(s, ev.LOG_LEFT, np.uint64(person), c["needs"], 0, firm, -1, -1, -1, reason, float(c["satisfaction"]))


@part
def join_firm(p: Plan, s: State, person: int, firm: int, now: int) -> None:
    """Become a firm's customer."""
    c = s.cold[person]
    m = s.minds[person * p.firms.size + firm]
    t = s.firm[s.world[0]["period"], firm, c["segment"]]
    t["joined"] += 1
    if m["heard"] > 0.0:
        t["won_by_talk"] += 1
    c["firm"] = firm
    c["joined"] = now
    m["last"] = now
    note(s, ev.LOG_JOINED, np.uint64(person), c["needs"], 0, firm, -1, -1, -1, 0, float(m["heard"]))
    m["heard"] = 0.0
    m["burnt"] = 0


@part
def why_leave(p: Plan, s: State, person: int, old: int, new: int) -> int:
    """Reason code of a move from one firm to another (or to none, -1)."""
    c = s.cold[person]
    by_price = 0.0
    by_expectation = 0.0
    heard = 0.0
    if new >= 0:
        column = c["segment"]
        gap = relative_price(p, s, old, column) - relative_price(p, s, new, column)
        by_price = price_weight(p, s, column) * gap
        n = p.firms.size
        ahead = s.minds[person * n + new]["mean"] - s.minds[person * n + old]["mean"]
        by_expectation = default(p, s, slots.CHOICE_EXPECTATION, column) * ahead
        heard = float(s.minds[person * n + new]["heard"])
    return reason_of_leaving(int(c["last_reason"]), by_price, by_expectation, heard)


@part
def lost_in_episode(p: Plan, s: State, row: int, outcome: int, column: int) -> float:
    """Experience lost by waiting and failure, latent SD; sets what went wrong last by the larger part."""
    h = s.hot[row]
    by_wait = 0.0
    if default(p, s, slots.WAITING, column) > 0.0:
        felt = perceived_wait(h["waited"] / pl.MINUTE, 1.0)
        by_wait = wait_loss(felt, default(p, s, slots.ACCEPTABLE_WAIT, column), default(p, s, slots.WAIT_LOSS, column))
    by_failure = 0.0
    by_unsolved = 0.0
    if default(p, s, slots.FAILURES, column) > 0.0:
        if h["flags"] & ev.FLAG_FAILED:
            by_failure = default(p, s, slots.FAILURE_LOSS, column)
        if outcome != ev.SOLVED:
            by_unsolved = default(p, s, slots.UNSOLVED_LOSS, column)
    reason = ev.REASON_FAILURE
    if outcome in (ev.ABANDONED, ev.TURNED_AWAY) or (by_wait > by_failure and by_wait > by_unsolved):
        reason = ev.REASON_WAIT
    elif by_unsolved > by_failure:
        reason = ev.REASON_UNSOLVED
    s.cold[row]["last_reason"] = reason if by_wait + by_failure + by_unsolved > 0.0 else -1
    return by_wait + by_failure + by_unsolved


@part
def tell_others(p: Plan, s: State, person: int, firm: int, need: int, transaction: float, x: float, now: int) -> None:
    """Decide whether an episode is told, to whom and when."""
    c = s.cold[person]
    column = c["segment"]
    key = s.world[0]["key"]
    me = np.uint64(person)
    occ = occasion(np.uint64(need), _U0, _U0)
    size = default(p, s, slots.TALK_BY_GAIN, column), default(p, s, slots.TALK_BY_LOSS, column)
    chance = probability_of_talk(transaction, default(p, s, slots.TALK_BASE, column), size[0], size[1])
    if default(p, s, slots.TALK, column) <= 0.0 or draw(key, me, draws.TALKS, occ) >= chance:
        return
    first = s.tie_first[person]
    degree = s.tie_first[person + 1] - first
    if degree == 0:
        return
    good = transaction >= 0.0
    mean = default(p, s, slots.TOLD_IF_SATISFIED if good else slots.TOLD_IF_DISSATISFIED, column)
    told = number_told(draw(key, me, draws.TOLD, occ), mean, ev.MAX_TOLD)
    t = s.firm[s.world[0]["period"], firm, column]
    if good:
        t["talked_good"] += 1
    else:
        t["talked_bad"] += 1
    w = s.world[0]
    delay = default(p, s, slots.TALK_DELAY, column) * pl.DAY
    for k in range(told):
        each = occasion(np.uint64(need), np.uint64(k), _U0)
        tie = first + int(draw(key, me, draws.LISTENER, each) * degree)
        at = now + whole(-delay * math.log1p(-draw(key, me, draws.TALK_DELAY, each)))
        cause = (firm << 2) | (2 if good else 0) | int(s.tie_strong[tie])
        order = order_of(ev.TALK, me)
        push(s.pending, w["n_pending"], at, order, s.tie_other[tie], (need << 5) | k, person, cause, x)
        w["n_pending"] += 1


@part
def exit_after_failure(p: Plan, s: State, person: int, firm: int, need: int, transaction: float, now: int) -> None:
    """Exit place (b): the end of an episode with a failure."""
    c = s.cold[person]
    column = c["segment"]
    if (
        default(p, s, slots.EXIT_AFTER_FAILURE, column) <= 0.0
        or c["firm"] != firm
        or c["notice"] == 1
        or c["gone"] == 1
    ):
        return
    chance = probability_of_exit(
        max(-transaction, 0.0),
        float(c["satisfaction"]),
        best_advantage(p, s, person, firm),
        default(p, s, slots.EXIT_BASE, column),
        default(p, s, slots.EXIT_BY_LOSS, column),
        default(p, s, slots.EXIT_BY_BOND, column),
        default(p, s, slots.EXIT_BY_ALTERNATIVE, column),
    )
    occ = occasion(np.uint64(need), _U0, _U0)
    if draw(s.world[0]["key"], np.uint64(person), draws.EXIT, occ) >= chance:
        return
    s.minds[person * p.firms.size + firm]["burnt"] = 1
    if p.market[0]["contractual"] == 1:
        give_notice(p, s, person, c["last_reason"], FAILURE_NOTICE | need, now)
    else:
        leave_firm(p, s, person, c["last_reason"], now)


@part
def give_notice(p: Plan, s: State, person: int, reason: int, ordinal: int, now: int) -> None:
    """Leave a contract: effective after the notice period."""
    c = s.cold[person]
    c["notice"] = 1
    c["leaving_for"] = reason
    s.firm[s.world[0]["period"], c["firm"], c["segment"]]["notices"] += 1
    notice = s.levers[p.market[0]["levers"] + pl.MARKET_NOTICE, c["segment"]]
    note(s, ev.LOG_NOTICE, np.uint64(person), c["needs"], 0, c["firm"], -1, -1, -1, reason, 0.0)
    schedule(s, now + whole(float(notice)), ev.LEAVE, np.uint64(person), 0, ordinal, person)


@part
def conclude(p: Plan, s: State, row: int, outcome: int, now: int) -> None:
    """End a journey: log it, judge the episode, learn, perhaps leave, perhaps talk."""
    h = s.hot[row]
    contact = p.contacts[h["contact"]]
    firm = contact["firm"]
    note(s, ev.LOG_DONE, h["entity"], h["need"], h["visit"], firm, -1, -1, -1, outcome, float(now - h["began"]))
    h["status"] = ev.IDLE
    if row >= p.market[0]["n_persons"]:
        h["next"] = s.world[0]["free_row"]
        h["status"] = ev.GONE
        s.world[0]["free_row"] = row
        return
    c = s.cold[row]
    column = c["segment"]
    need = int(h["need"])
    m = s.minds[row * p.firms.size + firm]
    lost = lost_in_episode(p, s, row, outcome, column)
    luck = normal_quantile(draw(s.world[0]["key"], np.uint64(row), draws.PERFORMANCE, occasion(h["need"], _U0, _U0)))
    base = p.firms[firm]["levers"]
    quality = s.levers[base + pl.FIRM_QUALITY, column]
    if h["visit"] > 0:
        quality += s.levers[p.touchpoints[p.steps[h["step"]]["touchpoint"]]["levers"] + pl.TOUCH_QUALITY, column]
    x = performance(quality, s.levers[base + pl.FIRM_SPREAD, column], luck, lost)
    before = m["mean"]
    width = default(p, s, slots.TOLERANCE_WIDTH, column) if default(p, s, slots.TOLERANCE, column) > 0.0 else 0.0
    aversion = default(p, s, slots.LOSS_AVERSION, column) if default(p, s, slots.LOSS_AVERSE, column) > 0.0 else 1.0
    gain = value(beyond_tolerance(x - before, width), aversion, default(p, s, slots.SENSITIVITY, column))
    by_e = default(p, s, slots.SATISFACTION_FROM_EXPECTATION, column)
    by_x = default(p, s, slots.SATISFACTION_FROM_PERFORMANCE, column)
    transaction = satisfaction(before, x, gain, by_e, by_x)
    m["encounters"] += 1.0
    if default(p, s, slots.LEARNING, column) > 0.0:
        floor = default(p, s, slots.EXPECTATION_LEARNING, column)
        weight = learning_rate(floor, default(p, s, slots.PRIOR_ENCOUNTERS, column), m["encounters"])
        m["variance"] = learned_variance(m["variance"], x - before, weight)
        m["mean"] = learned(before, x, weight)
    c["satisfaction"] = cumulative(c["satisfaction"], transaction, default(p, s, slots.SATISFACTION_MEMORY, column))
    c["last_episode"] = transaction
    c["episodes"] += 1
    if transaction >= 0.0:
        c["last_reason"] = -1
    failed = outcome != ev.SOLVED or (h["flags"] & ev.FLAG_FAILED) != 0
    t = s.firm[s.world[0]["period"], firm, column]
    t["episodes"] += 1
    if outcome == ev.SOLVED:
        t["solved"] += 1
    else:
        t["unsolved"] += 1
    if failed:
        t["failed"] += 1
    if transaction >= default(p, s, slots.SATISFIED_FROM, column):
        t["satisfied"] += 1
    t["satisfaction"] += transaction
    if contact["paid"] == 1 and outcome == ev.SOLVED:
        t["purchases"] += 1
        pays = s.levers[p.market[0]["segment_levers"] + pl.SEGMENT_PAYS, column]
        t["revenue"] += s.levers[base + pl.FIRM_PRICE, column] * pays
        t["variable_cost"] += s.levers[base + pl.FIRM_VARIABLE_COST, column]
        m["last"] = now
    note(s, ev.LOG_EPISODE, np.uint64(row), need, h["visit"], firm, -1, -1, -1, 1 if failed else 0, transaction)
    if failed and c["last_reason"] >= 0:
        exit_after_failure(p, s, row, firm, need, transaction, now)
    tell_others(p, s, row, firm, need, transaction, x, now)


@part
def open_journey(p: Plan, s: State, row: int, contact: int, need: int, now: int) -> int:
    """Begin the journey of a contact; returns a status. A contact without steps is judged at once."""
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
    note(s, ev.LOG_NEED, h["entity"], need, 0, k["firm"], -1, -1, -1, contact, 0.0)
    if k["n_steps"] == 0:
        conclude(p, s, row, ev.SOLVED, now)
        return ev.DONE
    return enter(p, s, row, k["first_step"], now)


@part
def contact_of_need(p: Plan, s: State, person: int, firm: int, number: int, now: int) -> int:
    """Which contact a candidate need becomes (-1: none): thinning against the bound, one draw."""
    offset = p.clock[0]["week_offset"]
    column = s.cold[person]["segment"]
    clock = ((now + offset) % pl.WEEK) // pl.BIN
    bound = p.market[0]["need_bound"] * (p.need_profile[clock + 1] - p.need_profile[clock])
    left = bound * draw(s.world[0]["key"], np.uint64(person), draws.NEED_KIND, occasion(np.uint64(number), _U0, _U0))
    for group in range(p.group_contact.shape[0]):
        contact = p.group_contact[group, firm]
        if contact >= 0:
            k = p.contacts[contact]
            rate = s.levers[k["levers"] + pl.CONTACT_RATE, column] * weight_at(p.profiles, k["profile"], offset, now)
            if left < rate:
                return int(contact)
            left -= rate
    return -1


@part
def meet_need(p: Plan, s: State, person: int, number: int, now: int) -> int:
    """Candidate need number `number` of a person: thin it, choose a firm where there is a choice, begin the journey."""
    c = s.cold[person]
    last = int(c["firm"])
    contractual = p.market[0]["contractual"] == 1
    if contractual and last < 0:
        chosen = choose(p, s, person, -1, -1, AT_NEED, number)
        if chosen >= 0:
            join_firm(p, s, person, chosen, now)
        return ev.DONE
    contact = contact_of_need(p, s, person, last if last >= 0 else 0, number, now)
    if contact < 0:
        return ev.DONE
    column = c["segment"]
    if not contractual and p.contacts[contact]["because"] == pl.BECAUSE_PURCHASE:
        chosen = last
        if last < 0 or default(p, s, slots.CHOOSING, column) > 0.0:
            chosen = choose(p, s, person, last, -1, AT_NEED, number)
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
    s.firm[s.world[0]["period"], p.contacts[contact]["firm"], column]["needs"] += 1
    return open_journey(p, s, person, int(contact), number, now)


@part
def draw_next_need(p: Plan, s: State, person: int) -> None:
    """Draw the time of the next candidate need; it depends on the person and its number only."""
    c = s.cold[person]
    u = draw(s.world[0]["key"], np.uint64(person), draws.NEED_GAP, occasion(np.uint64(c["needs"]), _U0, _U0))
    since = int(c["next_need"])
    c["next_need"] = need_after(
        p.need_profile, float(p.market[0]["need_bound"]), int(p.clock[0]["week_offset"]), since, -math.log1p(-u)
    )


@part
def next_needs(p: Plan, s: State, person: int, now: int) -> int:
    """Meet the needs that have come due while a journey was open, then wait for the next one; returns a status."""
    c = s.cold[person]
    h = s.hot[person]
    while h["status"] == ev.IDLE and c["next_need"] <= now and c["gone"] == 0:
        number = int(c["needs"])
        c["needs"] += 1
        draw_next_need(p, s, person)
        status = meet_need(p, s, person, number, now)
        if status != ev.DONE:
            return status
    if h["status"] == ev.IDLE and c["gone"] == 0 and c["due"] == 0 and c["next_need"] < NEVER:
        c["due"] = 1
        schedule(s, int(c["next_need"]), ev.NEED, np.uint64(person), 0, int(c["needs"]), person)
    return ev.DONE


@part
def finish(p: Plan, s: State, row: int, outcome: int, now: int) -> int:
    """End a journey and let the person go on living; returns a status."""
    conclude(p, s, row, outcome, now)
    if row < p.market[0]["n_persons"]:
        return next_needs(p, s, row, now)
    return ev.DONE


@part
def review(p: Plan, s: State, person: int, month: int, now: int) -> None:
    """Monthly review: exit places (d), involuntary, and (c), the contract hazard, thinned by person and month."""
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
    hazard = hazard_of_notice(
        default(p, s, slots.BASE_HAZARD, column),
        float(c["satisfaction"]),
        best_advantage(p, s, person, firm),
        default(p, s, slots.SATISFACTION_TO_STAYING, column),
        default(p, s, slots.ALTERNATIVE_TO_LEAVING, column),
    )
    if draw(key, me, draws.REVIEW, occ) < probability_within(hazard, years):
        best = -1
        for rival in range(p.firms.size):
            if rival != firm and (best < 0 or utility_of(p, s, person, rival, -1) > utility_of(p, s, person, best, -1)):
                best = rival
        give_notice(p, s, person, why_leave(p, s, person, firm, best), month, now)


@part
def leave_contract(p: Plan, s: State, person: int, ordinal: int, now: int) -> None:
    """Let a notice take effect: the contract ends and another firm is chosen."""
    c = s.cold[person]
    if c["gone"] == 1 or c["notice"] == 0 or c["firm"] < 0:
        return
    old = int(c["firm"])
    leave_firm(p, s, person, int(c["leaving_for"]), now)
    chosen = choose(p, s, person, -1, old, AT_LEAVING, ordinal)
    if chosen >= 0:
        join_firm(p, s, person, chosen, now)


@part
def hear(p: Plan, s: State, teller: np.uint64, listener: int, cause: int, x: float, need: int) -> None:
    """Let a story reach a listener and move what he or she expects of the firm."""
    firm = cause >> 2
    good = (cause & 2) != 0
    c = s.cold[listener]
    if c["gone"] == 1:
        return
    column = c["segment"]
    effect = default(p, s, slots.TALK_EFFECT, column)
    if (cause & 1) == 0:
        effect *= default(p, s, slots.WEAK_TIE_EFFECT, column)
    m = s.minds[listener * p.firms.size + firm]
    m["mean"] = told_expectation(m["mean"], x, effect)
    m["heard"] += 1.0 if good else -1.0
    t = s.firm[s.world[0]["period"], firm, column]
    if good:
        t["told_good"] += 1
    else:
        t["told_bad"] += 1
    note(s, ev.LOG_TOLD, teller, need, 0, firm, -1, -1, listener, 1 if good else 0, x)
