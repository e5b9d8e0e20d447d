"""Compiled engine, what a moment of a journey is like: luck, skill, waiting, promises, failures."""

from __future__ import annotations

import numpy as np

from cxsim.behaviour import slots
from cxsim.behaviour.experience import accepted_wait, touch_luck, wait_loss
from cxsim.behaviour.failure import (
    EMPLOYEE,
    blame,
    buffered,
    by_origin,
    comes_to_mind,
    deviated,
    explained,
    is_betrayal,
    loss_of_failure,
    mode_of,
    origin_of,
    remembered,
    severity_factor,
    severity_of,
    weight_of_failure,
)
from cxsim.behaviour.organisation import care_with_skill, errors_left
from cxsim.behaviour.promise import kept_promise
from cxsim.engines.kernel_choice import default
from cxsim.engines.kernel_log import note, occasion_of
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.draws import draw, occasion
from cxsim.model.jit import part
from cxsim.model.plan import Plan
from cxsim.model.samplers import normal_quantile
from cxsim.model.state import State

_U0 = np.uint64(0)


@part
def cares(p: Plan, s: State, what: int, column: int) -> float:
    """How much a segment cares about an attribute, 1 as everybody does."""
    return float(s.levers[p.market[0]["segment_levers"] + what, column])


@part
def begin_episode(p: Plan, s: State, person: int, need: int) -> None:
    """Forget the last journey, and draw the luck of this one."""
    e = s.episodes[person]
    u = draw(s.world[0]["key"], np.uint64(person), draws.PERFORMANCE, occasion(np.uint64(need), _U0, _U0))
    e["luck"] = normal_quantile(u)
    e["first"] = e["extreme"] = e["distance"] = e["last"] = e["total"] = 0.0
    e["lost_wait"] = e["lost_failure"] = e["late"] = 0.0
    e["severity"] = e["weight"] = 0.0
    e["elements"] = e["repeats"] = e["transfers"] = e["loops"] = 0
    e["mode"] = -1
    e["spoilt"] = 0
    e["flags"] = 0
    e["trouble"] = -1


@part
def scars_of(p: Plan, s: State, person: int, firm: int, now: int) -> float:
    """Failures of a firm that were not made good and that a person still remembers."""
    m = s.minds[person * p.firms.size + firm]
    if m["scars"] == 0.0:
        return 0.0
    memory = default(p, s, slots.FAILURE_MEMORY, s.cold[person]["segment"])
    return remembered(m["scars"], (now - m["hurt_at"]) / pl.DAY, memory)


@part
def failures_before(p: Plan, s: State, person: int, firm: int, now: int) -> float:
    """1 where a failure of the firm, made good or not, is still remembered, else 0."""
    m = s.minds[person * p.firms.size + firm]
    memory = default(p, s, slots.FAILURE_MEMORY, s.cold[person]["segment"])
    return comes_to_mind((now - m["hurt_at"]) / pl.DAY, memory)


@part
def delivered(p: Plan, s: State, person: int, firm: int, touchpoint: int) -> float:
    """Experience that a firm, or one of its touchpoints, delivers when nothing goes wrong; latent SD."""
    column = s.cold[person]["segment"]
    base = p.firms[firm]["levers"]
    luck = s.episodes[person]["luck"]
    x = s.levers[base + pl.FIRM_QUALITY, column]
    spread = s.levers[base + pl.FIRM_SPREAD, column]
    if touchpoint < 0:
        return x + spread * luck
    x += s.levers[p.touchpoints[touchpoint]["levers"] + pl.TOUCH_QUALITY, column]
    care = care_with_skill(0.0, s.desks[touchpoint]["skill"], default(p, s, slots.SKILL_ON_CARE, column))
    x += cares(p, s, pl.SEGMENT_CARES_CARE, column) * care
    anew = default(p, s, slots.VISIT_LUCK, column)
    if anew > 0.0:
        own = normal_quantile(draw(s.world[0]["key"], np.uint64(person), draws.TOUCH_LUCK, occasion_of(s, person)))
        luck = touch_luck(luck, own, anew)
    return x + spread * luck


@part
def feel(p: Plan, s: State, person: int, firm: int, x: float) -> None:
    """Add a moment of the journey to what is remembered of it: the first, the most extreme, the last, the sum."""
    e = s.episodes[person]
    column = s.cold[person]["segment"]
    aversion = default(p, s, slots.LOSS_AVERSION, column) if default(p, s, slots.LOSS_AVERSE, column) > 0.0 else 1.0
    beyond = x - s.minds[person * p.firms.size + firm]["mean"]
    far = -aversion * beyond if beyond < 0.0 else beyond
    if e["elements"] == 0:
        e["first"] = x
    if e["elements"] == 0 or far > e["distance"]:
        e["extreme"] = x
        e["distance"] = far
    e["last"] = x
    e["total"] += x
    e["elements"] += 1


@part
def lost_by_waiting(p: Plan, s: State, person: int, firm: int) -> float:
    """Experience lost by the wait of this visit, as it was felt, and by a date that was not kept; latent SD."""
    e = s.episodes[person]
    column = s.cold[person]["segment"]
    base = p.firms[firm]["levers"]
    lost = 0.0
    if default(p, s, slots.WAITING, column) > 0.0:
        acceptable = default(p, s, slots.ACCEPTABLE_WAIT, column)
        promised = s.levers[base + pl.FIRM_PROMISE_ANSWER, column]
        if promised >= 0.0:
            acceptable = accepted_wait(acceptable, promised / pl.MINUTE)
        lost = wait_loss(s.hot[person]["waited"] / pl.MINUTE, acceptable, default(p, s, slots.WAIT_LOSS, column))
    if e["flags"] & ev.EPISODE_DATED and default(p, s, slots.PROMISES, column) > 0.0:
        lost -= kept_promise(
            e["late"],
            default(p, s, slots.PROMISE_GAIN, column),
            default(p, s, slots.PROMISE_LOSS, column),
            default(p, s, slots.PROMISE_TAU_GAIN, column),
            default(p, s, slots.PROMISE_TAU_LOSS, column),
            default(p, s, slots.PROMISE_STEEPNESS, column),
            default(p, s, slots.STARS_PER_SD, column),
        )
        e["flags"] &= 255 & ~ev.EPISODE_DATED
    return cares(p, s, pl.SEGMENT_CARES_SPEED, column) * lost


@part
def mode_of_failure(p: Plan, s: State, who: np.uint64, column: int, firm: int, occ: np.uint64) -> int:
    """In which way a firm fails this time; `who` draws."""
    base = p.firms[firm]["levers"]
    return mode_of(
        draw(s.world[0]["key"], who, draws.FAILURE_MODE, occ),
        float(s.levers[base + pl.FIRM_TROUBLE_EMPLOYEE, column]),
        float(s.levers[base + pl.FIRM_TROUBLE_CUSTOMER, column]),
        float(s.levers[base + pl.FIRM_TROUBLE_DESIGN, column]),
        float(s.levers[base + pl.FIRM_TROUBLE_OUTSIDE, column]),
    )


@part
def still_happens(p: Plan, s: State, firm: int, mode: int, touchpoint: int, column: int) -> float:
    """Share of such failures that still happens, after their cause was worked on and the team has learned."""
    remaining = s.causes[firm, mode]["remaining"]
    if touchpoint >= 0 and origin_of(mode) == EMPLOYEE:
        remaining *= errors_left(s.desks[touchpoint]["skill"], default(p, s, slots.SKILL_ON_ERRORS, column))
    return float(remaining)


@part
def is_spared(p: Plan, s: State, person: int, firm: int, mode: int, touchpoint: int, occ: np.uint64) -> bool:
    """Whether a failure no longer happens, because its cause was fixed or the team has learned."""
    column = s.cold[person]["segment"]
    remaining = still_happens(p, s, firm, mode, touchpoint, column)
    if remaining >= 1.0 or draw(s.world[0]["key"], np.uint64(person), draws.SPARED, occ) < remaining:
        return False
    s.firm[s.world[0]["period"], firm, column]["spared"] += 1
    c = s.cold[person]
    if s.world[0]["now"] >= 0 and firm == c["base_firm"]:
        c["marks"] |= ev.MARK_SPARED
    number = s.hot[person]["need"]
    note(s, ev.LOG_SPARED, np.uint64(person), number, 0, firm, touchpoint, -1, -1, mode, remaining)
    return True


@part
def stability_of(p: Plan, s: State, mode: int, column: int) -> float:
    """How far a failure seems to be the way things are at the firm, 0 to 1."""
    return by_origin(
        origin_of(mode),
        default(p, s, slots.STABILITY_EMPLOYEE, column),
        default(p, s, slots.STABILITY_CUSTOMER, column),
        default(p, s, slots.STABILITY_DESIGN, column),
        default(p, s, slots.STABILITY_OUTSIDE, column),
    )


@part
def attributed(p: Plan, s: State, mode: int, severity: float, explanation: float, column: int) -> float:
    """Weight of a failure by its severity and by who is to blame, after an explanation or without one (B-23)."""
    if default(p, s, slots.BLAMING, column) <= 0.0:
        return severity
    origin = origin_of(mode)
    locus = by_origin(
        origin,
        default(p, s, slots.LOCUS_EMPLOYEE, column),
        default(p, s, slots.LOCUS_CUSTOMER, column),
        default(p, s, slots.LOCUS_DESIGN, column),
        default(p, s, slots.LOCUS_OUTSIDE, column),
    )
    control = by_origin(
        origin,
        default(p, s, slots.CONTROL_EMPLOYEE, column),
        default(p, s, slots.CONTROL_CUSTOMER, column),
        default(p, s, slots.CONTROL_DESIGN, column),
        default(p, s, slots.CONTROL_OUTSIDE, column),
    )
    return weight_of_failure(
        severity,
        blame(locus, explained(control, explanation)),
        explained(stability_of(p, s, mode, column), explanation),
        default(p, s, slots.BLAME_WEIGHT, column),
        default(p, s, slots.STABILITY_WEIGHT, column),
    )


@part
def befall(p: Plan, s: State, person: int, firm: int, mode: int, touchpoint: int, occ: np.uint64, now: int) -> float:
    """Let a failure happen; returns the experience that it costs, latent SD."""
    e = s.episodes[person]
    h = s.hot[person]
    column = s.cold[person]["segment"]
    z = normal_quantile(draw(s.world[0]["key"], np.uint64(person), draws.SEVERITY, occ))
    usual = default(p, s, slots.USUAL_SEVERITY, column) * severity_factor(mode)
    severity = severity_of(z, default(p, s, slots.SEVERITY_SPREAD, column), usual)
    weight = attributed(p, s, mode, severity, 0.0, column)
    h["flags"] |= ev.FLAG_FAILED
    cause = s.causes[firm, mode]
    cause["failures"] += 1
    if now >= 0:
        cause["all_failures"] += 1
    s.firm[s.world[0]["period"], firm, column]["failures"] += 1
    note(s, ev.LOG_FAILURE, np.uint64(person), h["need"], h["visit"], firm, touchpoint, -1, -1, mode, severity)
    if weight > e["weight"]:
        e["severity"] = severity
        e["weight"] = weight
        e["mode"] = mode
    lost = 0.0
    if default(p, s, slots.FAILURES, column) > 0.0:
        lost = loss_of_failure(weight, default(p, s, slots.FAILURE_LOSS, column))
        lost *= cares(p, s, pl.SEGMENT_CARES_RELIABILITY, column)
        if default(p, s, slots.BONDING, column) > 0.0:
            bond = s.minds[person * p.firms.size + firm]["bond"]
            lost = buffered(
                lost, bond, is_betrayal(mode), default(p, s, slots.BUFFER, column),
                default(p, s, slots.BETRAYAL, column),
            )  # fmt: skip
        if default(p, s, slots.DEVIATING, column) > 0.0:
            lost = deviated(lost, scars_of(p, s, person, firm, now), default(p, s, slots.DOUBLE_DEVIATION, column))
    return lost


@part
def live_through(p: Plan, s: State, person: int, now: int, fails: bool) -> bool:
    """Add the visit that ends now to the journey; returns whether it failed.

    `fails`: the service would go wrong as things were at the start; it does, unless the cause was fixed meanwhile.
    """
    h = s.hot[person]
    e = s.episodes[person]
    firm = p.contacts[h["contact"]]["firm"]
    touchpoint = p.steps[h["step"]]["touchpoint"]
    column = s.cold[person]["segment"]
    x = delivered(p, s, person, firm, touchpoint)
    by_wait = lost_by_waiting(p, s, person, firm)
    by_failure = 0.0
    failed = False
    if fails:
        occ = occasion_of(s, person)
        mode = mode_of_failure(p, s, np.uint64(person), column, firm, occ)
        if not is_spared(p, s, person, firm, mode, touchpoint, occ):
            by_failure = befall(p, s, person, firm, mode, touchpoint, occ, now)
            failed = True
    most = default(p, s, slots.MOST_LOST, column)
    x -= min(by_wait + by_failure, most)
    e["lost_wait"] += max(by_wait, 0.0)
    e["lost_failure"] += min(by_failure, most)
    feel(p, s, person, firm, x)
    least = s.levers[p.touchpoints[touchpoint]["levers"] + pl.TOUCH_MUST_BE, column]
    if x < least:
        e["spoilt"] = 1
    return failed
