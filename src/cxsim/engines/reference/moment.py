"""What a moment of a journey is like: luck, skill, waiting, promises, failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cxsim.behaviour.experience import accepted_wait, touch_luck, wait_loss
from cxsim.behaviour.failure import (
    EMPLOYEE,
    ORIGIN_NAMES,
    blame,
    buffered,
    deviated,
    explained,
    is_betrayal,
    loss_of_failure,
    mode_of,
    origin_of,
    severity_factor,
    severity_of,
    weight_of_failure,
)
from cxsim.behaviour.organisation import care_with_skill, errors_left
from cxsim.behaviour.promise import kept_promise
from cxsim.engines.reference.world import occasion
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.samplers import normal_quantile

if TYPE_CHECKING:
    from cxsim.engines.reference.customer import Customer
    from cxsim.engines.reference.desk import Desk
    from cxsim.engines.reference.person import Person


def begin_episode(person: Person, firm: int, mode: int) -> None:
    """Draw the luck of a journey. `mode`: how the firm failed, where a failure is what it is about; -1 elsewhere."""
    about = occasion(person.need)
    person.episode.begin(normal_quantile(person.world.draw(person.entity, draws.PERFORMANCE, about)))
    if mode >= 0:
        lost = min(befall(person, firm, mode, None, about), person.default("most_lost"))
        person.episode.lost_failure = lost
        feel(person, firm, delivered(person, firm, None) - lost)


def live_through(person: Person, desk: Desk, fails: bool) -> bool:
    """Add the visit that ends now to the journey; returns whether it failed.

    `fails`: the service would go wrong as things were at the start; it does, unless the cause was fixed meanwhile.
    """
    firm = person.where
    x = delivered(person, firm, desk)
    by_wait = lost_by_waiting(person, firm)
    by_failure = 0.0
    failed = False
    if fails:
        about = occasion(person.need, person.visit, person.attempt)
        mode = mode_of_failure(person, firm, about)
        if not is_spared(person, firm, mode, desk, about):
            by_failure = befall(person, firm, mode, desk, about)
            failed = True
    most = person.default("most_lost")
    x -= min(by_wait + by_failure, most)
    episode = person.episode
    episode.lost_wait += max(by_wait, 0.0)
    episode.lost_failure += min(by_failure, most)
    feel(person, firm, x)
    if x < desk.lever(pl.TOUCH_MUST_BE, person.segment):
        episode.spoilt = True
    return failed


def delivered(person: Person, firm: int, desk: Desk | None) -> float:
    """Experience that a firm, or one of its touchpoints, delivers when nothing goes wrong; latent SD (B-9)."""
    luck = person.episode.luck
    x = person.of_firm(firm, pl.FIRM_QUALITY)
    if desk is not None:
        x += desk.lever(pl.TOUCH_QUALITY, person.segment)
        x += person.cares(pl.SEGMENT_CARES_CARE) * care_with_skill(0.0, desk.skill, person.default("skill_on_care"))
        anew = person.default("visit_luck")
        if anew > 0.0:
            luck = touch_luck(luck, normal_quantile(person.draw(draws.TOUCH_LUCK)), anew)
    return x + person.of_firm(firm, pl.FIRM_SPREAD) * luck


def feel(person: Person, firm: int, x: float) -> None:
    """Add a moment to what is remembered of the journey; falling short of what is expected is farther off (B-8)."""
    beyond = x - person.minds[firm].mean
    person.episode.add(x, -person.loss_aversion * beyond if beyond < 0.0 else beyond)


def lost_by_waiting(person: Person, firm: int) -> float:
    """Experience lost by the wait of this visit, as it was felt, and by a date that was not kept; latent SD."""
    episode = person.episode
    lost = 0.0
    if person.is_on("waiting"):
        promised = person.of_firm(firm, pl.FIRM_PROMISE_ANSWER)
        acceptable = person.default("acceptable_wait")
        if promised >= 0.0:
            acceptable = accepted_wait(acceptable, promised / pl.MINUTE)
        lost = wait_loss(person.waited / pl.MINUTE, acceptable, person.default("wait_loss"))
    if episode.flags & ev.EPISODE_DATED and person.is_on("promises"):
        lost -= kept_promise(
            episode.late,
            *person.defaults(
                "promise_gain", "promise_loss", "promise_tau_gain", "promise_tau_loss", "promise_steepness",
                "stars_per_sd",
            ),
        )  # fmt: skip
        episode.flags &= ~ev.EPISODE_DATED
    return person.cares(pl.SEGMENT_CARES_SPEED) * lost


def keep_date(person: Person, wait: int) -> None:
    """Compare the moment at which a visit or a delivery begins with the promised one (B-3)."""
    firm = person.where
    promised = person.of_firm(firm, pl.FIRM_PROMISE_VISIT)
    if promised < 0.0:
        return
    episode = person.episode
    counts = person.counts_at(firm)
    episode.late = (wait - promised) / pl.DAY
    episode.flags |= ev.EPISODE_DATED
    counts["promises"] += 1
    if episode.late > 0.0:
        counts["promises_broken"] += 1
        if person.is_on("promises"):
            episode.flags |= ev.EPISODE_BROKEN
        person.mark(firm, ev.MARK_PROMISE_BROKEN)


# --- failures


def mode_of_failure(customer: Customer, firm: int, about: int) -> int:
    """In which way a firm fails this time (B-22)."""
    return mode_of(
        customer.world.draw(customer.entity, draws.FAILURE_MODE, about),
        customer.of_firm(firm, pl.FIRM_TROUBLE_EMPLOYEE),
        customer.of_firm(firm, pl.FIRM_TROUBLE_CUSTOMER),
        customer.of_firm(firm, pl.FIRM_TROUBLE_DESIGN),
        customer.of_firm(firm, pl.FIRM_TROUBLE_OUTSIDE),
    )


def still_happens(customer: Customer, firm: int, mode: int, desk: Desk | None) -> float:
    """Share of such failures that still happens, after their cause was worked on and the team has learned."""
    remaining = customer.world.organisations[firm].causes[mode].remaining
    if desk is not None and origin_of(mode) == EMPLOYEE:
        remaining *= errors_left(desk.skill, customer.default("skill_on_errors"))
    return remaining


def is_spared(person: Person, firm: int, mode: int, desk: Desk | None, about: int) -> bool:
    """Whether a failure no longer happens, because its cause was fixed or the team has learned (B-50, B-52)."""
    world = person.world
    remaining = still_happens(person, firm, mode, desk)
    if remaining >= 1.0 or world.draw(person.entity, draws.SPARED, about) < remaining:
        return False
    person.counts_at(firm)["spared"] += 1
    person.mark(firm, ev.MARK_SPARED)
    world.note(
        ev.LOG_SPARED, person.entity, person.need, 0, firm,
        touchpoint=-1 if desk is None else desk.number, cause=mode, value=remaining,
    )  # fmt: skip
    return True


def befall(person: Person, firm: int, mode: int, desk: Desk | None, about: int) -> float:
    """Let a failure happen; returns the experience that it costs, latent SD (B-23, B-30, B-31)."""
    world = person.world
    z = normal_quantile(world.draw(person.entity, draws.SEVERITY, about))
    severity = severity_of(
        z, person.default("severity_spread"), person.default("usual_severity") * severity_factor(mode)
    )
    weight = attributed(person, mode, severity, explanation=0.0)
    person.flags |= ev.FLAG_FAILED
    world.organisations[firm].causes[mode].see_failure(world.now)
    person.counts_at(firm)["failures"] += 1
    world.note(
        ev.LOG_FAILURE, person.entity, person.need, person.visit, firm,
        touchpoint=-1 if desk is None else desk.number, cause=mode, value=severity,
    )  # fmt: skip
    person.episode.blames(mode, severity, weight)
    if not person.is_on("failures"):
        return 0.0
    lost = loss_of_failure(weight, person.default("failure_loss"))
    lost *= person.cares(pl.SEGMENT_CARES_RELIABILITY)
    if person.is_on("bonding"):
        bond = person.minds[firm].bond
        lost = buffered(lost, bond, is_betrayal(mode), person.default("buffer"), person.default("betrayal"))
    if person.is_on("deviating"):
        lost = deviated(lost, person.unhealed(firm), person.default("double_deviation"))
    return lost


def attributed(person: Person, mode: int, severity: float, *, explanation: float) -> float:
    """Weight of a failure by its severity and by who is to blame, after an explanation or without one (B-23)."""
    if not person.is_on("blaming"):
        return severity
    origin = ORIGIN_NAMES[origin_of(mode)]
    return weight_of_failure(
        severity,
        blame(person.default(f"locus_{origin}"), explained(person.default(f"control_{origin}"), explanation)),
        explained(person.default(f"stability_{origin}"), explanation),
        person.default("blame_weight"),
        person.default("stability_weight"),
    )
