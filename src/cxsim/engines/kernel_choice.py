"""Compiled engine, bonds with firms: what a person thinks of each, which one is chosen, joining and leaving."""

from __future__ import annotations

import numpy as np

from cxsim.behaviour import slots
from cxsim.behaviour.choice import (
    chance_of_considering,
    logit_weight,
    public_score,
    reach,
    toward_reputation,
    utility,
)
from cxsim.behaviour.expectation import will_expectation
from cxsim.behaviour.followup import care_shift
from cxsim.behaviour.leaving import reason_of_leaving, spread_cost
from cxsim.engines.kernel_log import NEVER, note, schedule
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.draws import draw, occasion
from cxsim.model.jit import part
from cxsim.model.plan import Plan
from cxsim.model.samplers import whole
from cxsim.model.state import State
from cxsim.model.tallies import purchase_rate

_U0 = np.uint64(0)


@part
def default(p: Plan, s: State, slot: int, column: int) -> float:
    """Value of a behaviour parameter for a segment."""
    return float(s.levers[p.market[0]["defaults"] + slot, column])


@part
def last_need(s: State, person: int) -> int:
    """Return the number of a person's last candidate need, 0 before the first."""
    return max(int(s.cold[person]["needs"]) - 1, 0)


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
    cares = s.levers[p.market[0]["segment_levers"] + pl.SEGMENT_CARES_PRICE, column]
    return default(p, s, slots.CHOICE_PRICE, column) * float(own) * float(cares)


@part
def care_of(p: Plan, s: State, person: int, firm: int, now: int) -> float:
    """Shift of the log hazard of leaving a firm by its having followed up, faded."""
    m = s.minds[person * p.firms.size + firm]
    if m["care"] == 0:
        return 0.0
    column = s.cold[person]["segment"]
    return care_shift(
        m["care"] > 0,
        (now - m["cared_at"]) / pl.DAY,
        default(p, s, slots.FOLLOW_UP_HAZARD, column),
        default(p, s, slots.FOLLOW_UP_BACKFIRE, column),
        default(p, s, slots.FOLLOW_UP_MEMORY, column),
    )


@part
def offer_of(p: Plan, s: State, person: int, firm: int, last: int) -> float:
    """Return the utility of what a firm offers to a person whose last firm is `last`."""
    column = s.cold[person]["segment"]
    m = s.minds[person * p.firms.size + firm]
    expected = float(m["mean"])
    promised = s.levers[p.firms[firm]["levers"] + pl.FIRM_PROMISE, column]
    if promised > pl.NONE and default(p, s, slots.PROMISING, column) > 0.0:
        expected = will_expectation(
            expected, promised, default(p, s, slots.PROMISE_WEIGHT, column),
            default(p, s, slots.PRIOR_ENCOUNTERS, column), m["encounters"],
        )  # fmt: skip
    if default(p, s, slots.REPUTATION, column) > 0.0:
        f = s.organisations[firm]
        score = public_score(0.0, default(p, s, slots.REVIEW_PRIOR, column), f["rating_sum"], f["rating_count"])
        expected = toward_reputation(
            expected, score, default(p, s, slots.REPUTATION_WEIGHT, column),
            default(p, s, slots.PRIOR_ENCOUNTERS, column), m["encounters"],
        )  # fmt: skip
    return utility(
        expected,
        relative_price(p, s, firm, column),
        1.0 if firm == last else 0.0,
        default(p, s, slots.CHOICE_EXPECTATION, column),
        price_weight(p, s, column),
        default(p, s, slots.INERTIA, column),
    )


@part
def utility_of(p: Plan, s: State, person: int, firm: int, last: int, now: int) -> float:
    """Return the utility of a firm at a choice: of its offer, and of having been followed up."""
    return offer_of(p, s, person, firm, last) - care_of(p, s, person, firm, now)


@part
def is_here(p: Plan, s: State, person: int, firm: int, now: int) -> bool:
    """Whether a firm is in the market and within this person's reach."""
    f = p.firms[firm]
    if now < f["arrives"]:
        return False
    if f["reach_first"] >= 1.0:
        return True
    reached = reach(float(now - f["arrives"]), f["reach_first"], float(f["reach_all_after"]))
    return draw(s.world[0]["key"], np.uint64(person), draws.REACHED, np.uint64(firm)) < reached


@part
def considers(p: Plan, s: State, person: int, firm: int, last: int, where: np.uint64, number: int, now: int) -> bool:
    """Whether a firm is considered at this occasion: the last one always; who has none looks at all."""
    if firm == last:
        return True
    if not is_here(p, s, person, firm, now):
        return False
    column = s.cold[person]["segment"]
    n = p.firms.size
    m = s.minds[person * n + firm]
    chance = 1.0
    if last >= 0:
        chance = default(p, s, slots.AWARENESS, column)
        if default(p, s, slots.SEARCHING, column) > 0.0:
            chance = chance_of_considering(
                chance, s.minds[person * n + last]["satisfaction"], float(m["heard"]),
                default(p, s, slots.SEARCH_BY_SATISFACTION, column), default(p, s, slots.CONSIDER_BY_TALK, column),
            )  # fmt: skip
    if m["burnt"] > 0:
        chance = min(chance, default(p, s, slots.BURNT, column))
    if chance >= 1.0:
        return True
    ordinal = occasion(np.uint64(number), np.uint64(firm), where)
    return draw(s.world[0]["key"], np.uint64(person), draws.CONSIDERED, ordinal) < chance


@part
def choose(p: Plan, s: State, person: int, last: int, excluded: int, where: np.uint64, number: int, now: int) -> int:
    """Choose a firm by logit among those considered; -1 when none is."""
    total = 0.0
    for firm in range(p.firms.size):
        s.scratch[firm] = 0.0
        if firm != excluded and considers(p, s, person, firm, last, where, number, now):
            s.scratch[firm] = logit_weight(utility_of(p, s, person, firm, last, now))
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
def best_rival(p: Plan, s: State, person: int, own: int, where: np.uint64, number: int, now: int) -> int:
    """Return the considered rival with the highest utility, -1 when none is considered."""
    best = -1
    highest = 0.0
    for firm in range(p.firms.size):
        if firm != own and considers(p, s, person, firm, own, where, number, now):
            offered = utility_of(p, s, person, firm, -1, now)
            if best < 0 or offered > highest:
                best = firm
                highest = offered
    return best


@part
def advantage(p: Plan, s: State, person: int, own: int, rival: int) -> float:
    """Return the utility of a rival less the own firm's, less the switching cost, both without inertia.

    Without a considered rival the alternative is to do without; in a market of one firm nothing is known of it, and
    the advantage is 0.
    """
    if p.firms.size == 1:
        return 0.0
    column = s.cold[person]["segment"]
    if rival < 0:
        return default(p, s, slots.OUTSIDE_UTILITY, column)
    payments = 12.0
    if p.market[0]["contractual"] == 0:
        payments = purchase_rate(p.contacts, p.group_contact, s.levers, own, column) * pl.YEAR
    cost = s.levers[p.market[0]["levers"] + pl.MARKET_SWITCHING_COST, column]
    # The cost of switching is money to everybody, also to those who do not look at prices.
    weight = default(p, s, slots.CHOICE_PRICE, column)
    weight *= float(s.levers[p.market[0]["segment_levers"] + pl.SEGMENT_PRICE_WEIGHT, column])
    switching = weight * spread_cost(float(cost), float(p.market[0]["price_reference"]), float(payments))
    # Having been followed up enters the chance of leaving by itself.
    return offer_of(p, s, person, rival, -1) - offer_of(p, s, person, own, -1) - switching


@part
def pay_contract(p: Plan, s: State, person: int, until: int) -> None:
    """Pay the contract for the part of this period that one has been the firm's customer."""
    c = s.cold[person]
    firm, column = c["firm"], c["segment"]
    period = s.world[0]["period"]
    begin = p.period_ends[period - 1] if period > 0 else p.clock[0]["start"]
    months = (until - max(c["joined"], begin)) / pl.MONTH
    t = s.firm[period, firm, column]
    base = p.firms[firm]["levers"]
    pays = s.levers[p.market[0]["segment_levers"] + pl.SEGMENT_PAYS, column]
    t["revenue"] += s.levers[base + pl.FIRM_PRICE, column] * pays * months
    t["variable_cost"] += s.levers[base + pl.FIRM_VARIABLE_COST, column] * months


@part
def leave_firm(p: Plan, s: State, person: int, reason: int, now: int) -> None:
    """End the relationship with the present firm; every exit carries its reason."""
    c = s.cold[person]
    firm = c["firm"]
    if p.market[0]["contractual"] == 1:
        pay_contract(p, s, person, now)
    m = s.minds[person * p.firms.size + firm]
    s.left[s.world[0]["period"], firm, c["segment"], reason] += 1
    if now >= 0 and firm == c["base_firm"] and c["first_left"] >= NEVER:
        c["first_left"] = now
        c["first_reason"] = reason
    c["firm"] = -1
    c["notice"] = 0
    need = last_need(s, person)
    note(s, ev.LOG_LEFT, np.uint64(person), need, 0, firm, -1, -1, -1, reason, float(m["satisfaction"]))
    m["heard"] = 0.0


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
    c["last_reason"] = -1
    c["joined"] = now
    m["last"] = now
    note(s, ev.LOG_JOINED, np.uint64(person), last_need(s, person), 0, firm, -1, -1, -1, 0, float(m["heard"]))
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
def give_notice(p: Plan, s: State, person: int, reason: int, ordinal: int, now: int) -> None:
    """Leave a contract: effective after the notice period."""
    c = s.cold[person]
    c["notice"] = 1
    c["leaving_for"] = reason
    s.firm[s.world[0]["period"], c["firm"], c["segment"]]["notices"] += 1
    notice = s.levers[p.market[0]["levers"] + pl.MARKET_NOTICE, c["segment"]]
    note(s, ev.LOG_NOTICE, np.uint64(person), last_need(s, person), 0, c["firm"], -1, -1, -1, reason, 0.0)
    schedule(s, now + whole(float(notice)), ev.LEAVE, np.uint64(person), 0, ordinal, person)
