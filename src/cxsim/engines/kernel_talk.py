"""Compiled engine, word of mouth: who tells whom, what a story does, and what is rated in public."""

from __future__ import annotations

import numpy as np

from cxsim.behaviour import slots
from cxsim.behaviour.choice import review_weight
from cxsim.behaviour.talk import number_told, probability_of_talk, public_rating, told_expectation
from cxsim.engines.calendar import order_of, push
from cxsim.engines.kernel_choice import default
from cxsim.engines.kernel_log import note
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.draws import draw, occasion
from cxsim.model.jit import part
from cxsim.model.plan import Plan
from cxsim.model.samplers import unit_exponential, whole
from cxsim.model.state import State

_U0 = np.uint64(0)


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
    delay = default(p, s, slots.TALK_DELAY, column) * pl.DAY
    for k in range(told):
        each = occasion(np.uint64(need), np.uint64(k), _U0)
        tie = first + int(draw(key, me, draws.LISTENER, each) * degree)
        if told_before(s, person, need, k, s.tie_other[tie]):
            continue
        at = now + whole(delay * unit_exponential(draw(key, me, draws.TALK_DELAY, each)))
        cause = (firm << 2) | (2 if good else 0) | int(s.tie_strong[tie])
        order = order_of(ev.TALK, me)
        push(s, at, order, s.tie_other[tie], (need << 5) | k, person, cause, x)


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


@part
def rate_in_public(p: Plan, s: State, person: int, firm: int, need: int, satisfaction: float) -> None:
    """Decide whether an episode is rated in public; bad ratings weigh more (B-39, B-56)."""
    column = s.cold[person]["segment"]
    if default(p, s, slots.REPUTATION, column) <= 0.0:
        return
    chance = probability_of_talk(
        satisfaction, default(p, s, slots.PUBLIC_BASE, column), default(p, s, slots.PUBLIC_BY_GAIN, column),
        default(p, s, slots.PUBLIC_BY_LOSS, column),
    )  # fmt: skip
    if draw(s.world[0]["key"], np.uint64(person), draws.RATES, occasion(np.uint64(need), _U0, _U0)) >= chance:
        return
    weight = review_weight(satisfaction, default(p, s, slots.REVIEW_NEGATIVE_WEIGHT, column))
    # Where only a share of the people is followed, each of them rates for the others too.
    weight *= 1.0 + p.market[0]["unfollowed"] / p.market[0]["n_persons"]
    f = s.organisations[firm]
    rating = public_rating(satisfaction)
    f["rating_sum"] += weight * rating
    f["rating_count"] += weight
    t = s.firm[s.world[0]["period"], firm, column]
    t["rated"] += rating
    if satisfaction < 0.0:
        t["reviews_bad"] += 1
    else:
        t["reviews_good"] += 1
    note(s, ev.LOG_RATED, np.uint64(person), need, 0, firm, -1, -1, -1, 0, rating)
