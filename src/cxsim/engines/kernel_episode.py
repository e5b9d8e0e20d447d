"""Compiled engine, how an episode ends: judged, then silence, voice or exit, and what is learned from it."""

from __future__ import annotations

import numpy as np

from cxsim.behaviour import slots
from cxsim.behaviour.complaint import ease_where_asked, exit_and_voice, response, utility_of_voice
from cxsim.behaviour.expectation import (
    deserved,
    learned,
    learned_variance,
    learning_rate,
    perceived,
    will_expectation,
)
from cxsim.behaviour.experience import effort_lost, spoilt_visit, whole_visit
from cxsim.behaviour.failure import bond_after
from cxsim.behaviour.leaving import utility_of_exit
from cxsim.behaviour.recovery import ASK
from cxsim.behaviour.satisfaction import (
    BAD,
    GOOD,
    NEUTRAL,
    beyond_tolerance,
    cumulative,
    grade,
    satisfaction,
    spent,
    staked,
    value,
    zone_width,
)
from cxsim.behaviour.survey import chance_of_response, effort_score
from cxsim.engines.kernel_choice import (
    advantage,
    best_rival,
    care_of,
    default,
    give_notice,
    is_here,
    leave_firm,
)
from cxsim.engines.kernel_moment import cares, scars_of
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.draws import draw, occasion
from cxsim.model.jit import part
from cxsim.model.plan import Plan
from cxsim.model.samplers import unit_exponential
from cxsim.model.state import State

_U0 = np.uint64(0)
NOT_AT_ALL = -1e9


@part
def live_at_baseline(p: Plan, s: State, person: int, firm: int, need: int) -> int:
    """Live through a contact at a firm known by figures: a drawn wait, solved at once or later; returns the outcome."""
    e = s.episodes[person]
    h = s.hot[person]
    column = s.cold[person]["segment"]
    base = p.firms[firm]["levers"]
    key = s.world[0]["key"]
    me = np.uint64(person)
    occ = occasion(np.uint64(need), _U0, _U0)
    wait = unit_exponential(draw(key, me, draws.TAKES, occ)) * s.levers[base + pl.FIRM_BASE_WAIT, column]
    h["waited"] = int(default(p, s, slots.WAIT_INFLATION, column) * wait + 0.5)
    if p.contacts[h["contact"]]["because"] == pl.BECAUSE_PURCHASE:
        return ev.SOLVED
    u = draw(key, me, draws.BASELINE_SOLVES, occ)
    solves = s.levers[base + pl.FIRM_BASE_SOLVES, column]
    outcome = ev.SOLVED
    if u >= solves:
        # Whoever is not helped comes again, and is helped with the same chance each time.
        again = default(p, s, slots.PERSISTENCE, column) if default(p, s, slots.PERSISTING, column) > 0.0 else 0.0
        left = (u - solves) / max(1.0 - solves, 1e-12)
        helped = again * solves / max(1.0 - again * (1.0 - solves), 1e-12)
        e["repeats"] = 1 if again > 0.0 else 0
        outcome = ev.SOLVED if left < helped else ev.UNSOLVED
    return outcome


@part
def effort_of(p: Plan, s: State, person: int) -> float:
    """Experience lost by effort: transfers, coming again, being sent round a menu; latent SD."""
    e = s.episodes[person]
    column = s.cold[person]["segment"]
    if default(p, s, slots.EFFORT, column) <= 0.0:
        return 0.0
    return effort_lost(
        float(e["transfers"]),
        float(e["repeats"]),
        float(e["loops"]),
        default(p, s, slots.EFFORT_OF_TRANSFER, column),
        default(p, s, slots.EFFORT_OF_REPEAT, column),
        default(p, s, slots.EFFORT_OF_LOOP, column),
        default(p, s, slots.ANGER_OF_LOOP, column),
    )


@part
def whole_experience(p: Plan, s: State, person: int, firm: int, outcome: int) -> tuple[float, float]:
    """Return the experience of the whole journey and what was lost in it, latent SD; remember what cost most."""
    e = s.episodes[person]
    column = s.cold[person]["segment"]
    effort = cares(p, s, pl.SEGMENT_CARES_EASE, column) * effort_of(p, s, person)
    unsolved = 0.0
    if outcome != ev.SOLVED and default(p, s, slots.FAILURES, column) > 0.0:
        unsolved = default(p, s, slots.UNSOLVED_LOSS, column)
    mean = e["total"] / e["elements"]
    x = mean
    if default(p, s, slots.PEAK_END, column) > 0.0:
        x = whole_visit(
            e["first"], e["extreme"], e["last"], mean,
            default(p, s, slots.PEAK_WEIGHT, column), default(p, s, slots.END_WEIGHT, column),
            default(p, s, slots.FIRST_WEIGHT, column),
        )  # fmt: skip
    most = default(p, s, slots.MOST_LOST, column)
    x -= min(effort + unsolved, most)
    lost = e["lost_wait"] + e["lost_failure"] + effort + unsolved
    reason = ev.REASON_FAILURE
    if outcome in (ev.ABANDONED, ev.TURNED_AWAY) or (e["lost_wait"] > e["lost_failure"] and e["lost_wait"] > unsolved):
        reason = ev.REASON_WAIT
    elif unsolved > 0.0 and unsolved + effort > e["lost_failure"]:
        reason = ev.REASON_UNSOLVED
    e["trouble"] = reason if lost > 0.0 else -1
    return x, lost


@part
def tolerance_of(p: Plan, s: State, person: int, firm: int, now: int) -> float:
    """Width of the zone of tolerance: narrower with rivals and failures, wider with a bond (B-2)."""
    column = s.cold[person]["segment"]
    if default(p, s, slots.TOLERANCE, column) <= 0.0:
        return 0.0
    width = default(p, s, slots.TOLERANCE_WIDTH, column)
    if default(p, s, slots.NARROWING, column) <= 0.0:
        return width
    rivals = 0.0
    for rival in range(p.firms.size):
        if rival != firm and is_here(p, s, person, rival, now):
            rivals += 1.0
    return zone_width(
        width,
        rivals,
        scars_of(p, s, person, firm, now),
        s.minds[person * p.firms.size + firm]["bond"],
        default(p, s, slots.TOLERANCE_NARROWING_BY_RIVALS, column),
        default(p, s, slots.TOLERANCE_NARROWING_BY_FAILURES, column),
        default(p, s, slots.TOLERANCE_WIDENING_BY_BOND, column),
    )


@part
def judge(p: Plan, s: State, person: int, firm: int, outcome: int, now: int) -> None:
    """Compare what was experienced with what was expected; learn from it."""
    e = s.episodes[person]
    h = s.hot[person]
    c = s.cold[person]
    column = c["segment"]
    n = p.firms.size
    m = s.minds[person * n + firm]
    x, lost = whole_experience(p, s, person, firm, outcome)
    prior = default(p, s, slots.PRIOR_ENCOUNTERS, column)
    before = m["mean"]
    will = before
    promised = s.levers[p.firms[firm]["levers"] + pl.FIRM_PROMISE, column]
    if default(p, s, slots.PROMISING, column) > 0.0 and promised > pl.NONE:
        will = will_expectation(before, promised, default(p, s, slots.PROMISE_WEIGHT, column), prior, m["encounters"])
    seen = x
    if default(p, s, slots.DESERVING, column) > 0.0:
        seen = perceived(
            x, will, c["deserved"], default(p, s, slots.WILL_PULL, column), default(p, s, slots.SHOULD_PUSH, column)
        )
    aversion = default(p, s, slots.LOSS_AVERSION, column) if default(p, s, slots.LOSS_AVERSE, column) > 0.0 else 1.0
    beyond = beyond_tolerance(seen - will, tolerance_of(p, s, person, firm, now))
    stake = s.levers[p.contacts[h["contact"]]["levers"] + pl.CONTACT_STAKE, column]
    gain = staked(value(beyond, aversion, default(p, s, slots.SENSITIVITY, column)), stake)
    by_e = default(p, s, slots.SATISFACTION_FROM_EXPECTATION, column)
    transaction = satisfaction(will, seen, gain, by_e, default(p, s, slots.SATISFACTION_FROM_PERFORMANCE, column))
    if e["spoilt"] == 1 and default(p, s, slots.WEAKEST_LINK, column) > 0.0:
        transaction = spoilt_visit(transaction, default(p, s, slots.SPOILT, column))
    e["experience"] = x
    e["transaction"] = transaction
    e["outcome"] = outcome
    e["beyond"] = beyond
    if transaction >= 0.0 or lost < will - (x + lost):
        # What went wrong is remembered where it weighed more in the disappointment than quality and luck.
        e["flags"] |= ev.EPISODE_ORDINARY
    m["encounters"] += 1.0
    if default(p, s, slots.LEARNING, column) > 0.0:
        floor = default(p, s, slots.EXPECTATION_LEARNING, column)
        weight = learning_rate(floor, prior, m["encounters"])
        m["variance"] = learned_variance(m["variance"], x - before, weight)
        m["mean"] = learned(before, x, weight)
    if default(p, s, slots.DESERVING, column) > 0.0:
        best = s.minds[person * n]["mean"]
        for rival in range(1, n):
            best = max(best, s.minds[person * n + rival]["mean"])
        c["deserved"] = deserved(c["deserved"], best, default(p, s, slots.SHOULD_LEARNING, column))


@part
def count_episode(p: Plan, s: State, person: int, firm: int, outcome: int, failed: bool, now: int) -> None:
    """Add an episode, and the purchase if it was one, to the firm's counts."""
    e = s.episodes[person]
    column = s.cold[person]["segment"]
    contact = p.contacts[s.hot[person]["contact"]]
    t = s.firm[s.world[0]["period"], firm, column]
    t["episodes"] += 1
    if outcome == ev.SOLVED:
        t["solved"] += 1
        if e["repeats"] == 0 and contact["because"] != pl.BECAUSE_PURCHASE:
            t["first_contact"] += 1
    else:
        t["unsolved"] += 1
    if contact["because"] != pl.BECAUSE_PURCHASE:
        t["contacts"] += 1 + e["repeats"]
        t["repeats"] += e["repeats"]
    if failed:
        t["failed"] += 1
    marked = grade(e["beyond"], default(p, s, slots.EXCELLENT_ABOVE, column))
    if marked == BAD:
        t["bad"] += 1
    elif marked == NEUTRAL:
        t["neutral"] += 1
    elif marked == GOOD:
        t["good"] += 1
    else:
        t["excellent"] += 1
    if contact["paid"] == 1 and outcome == ev.SOLVED:
        base = p.firms[firm]["levers"]
        t["purchases"] += 1
        pays = s.levers[p.market[0]["segment_levers"] + pl.SEGMENT_PAYS, column]
        share = spent(e["transaction"], default(p, s, slots.SPEND_BY_SATISFACTION, column))
        t["revenue"] += s.levers[base + pl.FIRM_PRICE, column] * pays * share
        t["variable_cost"] += s.levers[base + pl.FIRM_VARIABLE_COST, column]
        s.minds[person * p.firms.size + firm]["last"] = now


@part
def decide(p: Plan, s: State, person: int, firm: int, now: int) -> int:
    """Decide between exit, voice and silence after a failure (B-24); returns the code of `behaviour.complaint`."""
    e = s.episodes[person]
    c = s.cold[person]
    column = c["segment"]
    m = s.minds[person * p.firms.size + firm]
    need = int(s.hot[person]["need"])
    weight = e["weight"]
    if e["outcome"] != ev.SOLVED:
        weight = max(weight, default(p, s, slots.UNSOLVED_WEIGHT, column))
    e["weight"] = weight
    leaving = NOT_AT_ALL
    if default(p, s, slots.EXIT_AFTER_FAILURE, column) > 0.0:
        rival = best_rival(p, s, person, firm, np.uint64(ev.AT_FAILURE), need, now)
        hold = default(p, s, slots.CONTRACT_HOLD, column) if p.market[0]["contractual"] == 1 else 0.0
        leaving = utility_of_exit(
            weight, m["satisfaction"], m["bond"], advantage(p, s, person, firm, rival),
            care_of(p, s, person, firm, now), hold,
            default(p, s, slots.EXIT_BASE, column), default(p, s, slots.EXIT_BY_LOSS, column),
            default(p, s, slots.EXIT_BY_SATISFACTION, column), default(p, s, slots.EXIT_BY_BOND, column),
            default(p, s, slots.EXIT_BY_ALTERNATIVE, column),
        )  # fmt: skip
    e["leaving"] = leaving
    complaining = NOT_AT_ALL
    if default(p, s, slots.COMPLAINING, column) > 0.0:
        base = p.firms[firm]["levers"]
        asks = (int(s.levers[base + pl.FIRM_STEPS, column]) & ASK) != 0
        complaining = utility_of_voice(
            ease_where_asked(float(s.levers[base + pl.FIRM_EASE, column]), asks, default(p, s, slots.ASKING, column)),
            m["hope"],
            weight,
            m["bond"],
            default(p, s, slots.VOICE_COST, column),
            default(p, s, slots.VOICE_BY_EASE, column),
            default(p, s, slots.VOICE_VALUE, column),
            default(p, s, slots.VOICE_BY_BOND, column),
        )
    exits, voices = exit_and_voice(leaving, complaining)
    u = draw(s.world[0]["key"], np.uint64(person), draws.EXIT, occasion(np.uint64(need), _U0, _U0))
    return response(u, exits, voices)


@part
def go(p: Plan, s: State, person: int, firm: int, reason: int, now: int) -> None:
    """Leave after a failure: exit place (b)."""
    s.minds[person * p.firms.size + firm]["burnt"] = 1
    if p.market[0]["contractual"] == 1:
        give_notice(p, s, person, reason, ev.FAILURE_NOTICE | int(s.hot[person]["need"]), now)
    else:
        leave_firm(p, s, person, reason, now)


@part
def remember(p: Plan, s: State, person: int, firm: int, failed: bool, healed: bool, felt: float, now: int) -> None:
    """Let an episode that is over move cumulative satisfaction, the bond and the memory of failures."""
    e = s.episodes[person]
    c = s.cold[person]
    column = c["segment"]
    m = s.minds[person * p.firms.size + firm]
    m["satisfaction"] = cumulative(m["satisfaction"], felt, default(p, s, slots.SATISFACTION_MEMORY, column))
    if c["firm"] == firm:
        c["last_reason"] = -1 if e["flags"] & ev.EPISODE_ORDINARY else e["trouble"]
    hurt = failed and not healed
    if default(p, s, slots.BONDING, column) > 0.0:
        broken = hurt or (e["flags"] & ev.EPISODE_BROKEN) != 0
        gain = default(p, s, slots.BOND_GAIN, column)
        m["bond"] = bond_after(m["bond"], felt, broken, gain, default(p, s, slots.BOND_LOSS, column))
    if failed:
        m["scars"] = scars_of(p, s, person, firm, now) + (1.0 if hurt else 0.0)
        m["hurt_at"] = now


@part
def count_answers(p: Plan, s: State, person: int, firm: int, transaction: float) -> None:
    """Count what a survey after the episode would show, by the chance of a response (B-36)."""
    column = s.cold[person]["segment"]
    t = s.firm[s.world[0]["period"], firm, column]
    extremes = 0.0
    if default(p, s, slots.RESPONSE_BIAS, column) > 0.0:
        extremes = default(p, s, slots.RESPOND_BY_EXTREMES, column)
    chance = chance_of_response(transaction, default(p, s, slots.RESPOND_BASE, column), extremes)
    t["response"] += chance
    if transaction >= default(p, s, slots.SATISFIED_FROM, column):
        t["satisfied"] += 1
        t["satisfied_response"] += chance
    if transaction < default(p, s, slots.POOR_BELOW, column):
        t["poor_response"] += chance
    strain = effort_of(p, s, person) + s.episodes[person]["lost_wait"]
    t["ease"] += chance * effort_score(strain, default(p, s, slots.EFFORT_STEP, column))
    t["satisfaction"] += transaction
