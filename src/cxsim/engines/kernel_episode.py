"""Compiled engine, how an episode ends: what it was like, what is learned from it, and whether one leaves or tells."""

from __future__ import annotations

import math

import numpy as np

from cxsim.behaviour import slots
from cxsim.behaviour.expectation import learned, learned_variance, learning_rate
from cxsim.behaviour.experience import performance, wait_loss
from cxsim.behaviour.leaving import (
    probability_of_exit,
)
from cxsim.behaviour.satisfaction import beyond_tolerance, cumulative, satisfaction, value
from cxsim.behaviour.talk import number_told, probability_of_talk, told_expectation
from cxsim.engines.calendar import order_of, push
from cxsim.engines.kernel_choice import best_advantage, default, give_notice, leave_firm
from cxsim.engines.kernel_touch import note
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.draws import draw, occasion
from cxsim.model.jit import part
from cxsim.model.plan import Plan
from cxsim.model.samplers import normal_quantile, whole
from cxsim.model.state import State

_U0 = np.uint64(0)


@part
def lost_in_episode(p: Plan, s: State, row: int, outcome: int, column: int) -> tuple[float, int]:
    """Experience lost by waiting and failure, latent SD, and the reason code of the larger part (-1: nothing)."""
    h = s.hot[row]
    by_wait = 0.0
    if default(p, s, slots.WAITING, column) > 0.0:
        acceptable = default(p, s, slots.ACCEPTABLE_WAIT, column)
        by_wait = wait_loss(h["waited"] / pl.MINUTE, acceptable, default(p, s, slots.WAIT_LOSS, column))
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
    lost = min(by_wait + by_failure + by_unsolved, default(p, s, slots.MOST_LOST, column))
    return lost, reason if lost > 0.0 else -1


@part
def told_before(s: State, person: int, need: int, k: int, listener: int) -> bool:
    """Whether listener number `k` of a story is one of those before."""
    first = s.tie_first[person]
    degree = s.tie_first[person + 1] - first
    for j in range(k):
        each = occasion(np.uint64(need), np.uint64(j), _U0)
        tie = first + int(draw(s.world[0]["key"], np.uint64(person), draws.LISTENER, each) * degree)
        if s.tie_other[tie] == listener:
            return True
    return False


@part
def tell_others(
    p: Plan, s: State, person: int, firm: int, need: int, transaction: float, good: bool, x: float, now: int
) -> None:
    """Decide whether an episode is told, to whom and when; nobody is told the same story twice."""
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
        if told_before(s, person, need, k, s.tie_other[tie]):
            continue
        at = now + whole(-delay * math.log1p(-draw(key, me, draws.TALK_DELAY, each)))
        cause = (firm << 2) | (2 if good else 0) | int(s.tie_strong[tie])
        order = order_of(ev.TALK, me)
        push(s.pending, w["n_pending"], at, order, s.tie_other[tie], (need << 5) | k, person, cause, x)
        w["n_pending"] += 1


@part
def exit_after_failure(
    p: Plan, s: State, person: int, firm: int, need: int, transaction: float, bond: float, trouble: int, now: int
) -> None:
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
        bond,
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
        give_notice(p, s, person, trouble, ev.FAILURE_NOTICE | need, now)
    else:
        leave_firm(p, s, person, trouble, now)


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
    if c["gone"] == 1:
        return
    column = c["segment"]
    need = int(h["need"])
    m = s.minds[row * p.firms.size + firm]
    lost, trouble = lost_in_episode(p, s, row, outcome, column)
    luck = normal_quantile(draw(s.world[0]["key"], np.uint64(row), draws.PERFORMANCE, occasion(h["need"], _U0, _U0)))
    base = p.firms[firm]["levers"]
    quality = s.levers[base + pl.FIRM_QUALITY, column]
    if h["visit"] > 0:
        quality += s.levers[p.touchpoints[p.steps[h["step"]]["touchpoint"]]["levers"] + pl.TOUCH_QUALITY, column]
    x = performance(quality, s.levers[base + pl.FIRM_SPREAD, column], luck, lost)
    before = m["mean"]
    width = default(p, s, slots.TOLERANCE_WIDTH, column) if default(p, s, slots.TOLERANCE, column) > 0.0 else 0.0
    aversion = default(p, s, slots.LOSS_AVERSION, column) if default(p, s, slots.LOSS_AVERSE, column) > 0.0 else 1.0
    beyond = beyond_tolerance(x - before, width)
    gain = value(beyond, aversion, default(p, s, slots.SENSITIVITY, column))
    by_e = default(p, s, slots.SATISFACTION_FROM_EXPECTATION, column)
    by_x = default(p, s, slots.SATISFACTION_FROM_PERFORMANCE, column)
    transaction = satisfaction(before, x, gain, by_e, by_x)
    m["encounters"] += 1.0
    if default(p, s, slots.LEARNING, column) > 0.0:
        floor = default(p, s, slots.EXPECTATION_LEARNING, column)
        weight = learning_rate(floor, default(p, s, slots.PRIOR_ENCOUNTERS, column), m["encounters"])
        m["variance"] = learned_variance(m["variance"], x - before, weight)
        m["mean"] = learned(before, x, weight)
    bond = m["satisfaction"]
    m["satisfaction"] = cumulative(bond, transaction, default(p, s, slots.SATISFACTION_MEMORY, column))
    # What went wrong is remembered where it weighed more in the disappointment than quality and luck.
    c["last_reason"] = trouble if transaction < 0.0 and lost >= before - (x + lost) else -1
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
    if failed and trouble >= 0:
        exit_after_failure(p, s, row, firm, need, transaction, bond, trouble, now)
    tell_others(p, s, row, firm, need, transaction, beyond >= 0.0, x, now)


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
    t = s.firm[s.world[0]["period"], firm, s.cold[int(teller)]["segment"]]
    if good:
        t["told_good"] += 1
    else:
        t["told_bad"] += 1
    note(s, ev.LOG_TOLD, teller, need, 0, firm, -1, -1, listener, 1 if good else 0, x)
