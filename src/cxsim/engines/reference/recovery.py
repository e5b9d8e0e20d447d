"""Service recovery: the complaint, its answer, and following up (B-27 to B-29, B-33, B-34)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cxsim.behaviour.followup import effect_of_follow_up
from cxsim.behaviour.recovery import (
    CREDIT,
    EXPLAIN,
    compensated_share,
    compensation,
    delayed,
    justice,
    procedure,
    step_worth,
    treatment,
    value_of_loss,
)
from cxsim.engines.reference import moment
from cxsim.engines.reference.journey import enter, visit
from cxsim.engines.reference.world import Course, occasion
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.samplers import unit_exponential, whole

if TYPE_CHECKING:
    from cxsim.engines.reference.customer import Customer
    from cxsim.engines.reference.person import Person

UNANSWERED = -1.0


def complaint(person: Person, firm: int) -> Course:
    """Complain, and wait for the answer where the firm has a desk for it; returns how just it seems, or UNANSWERED."""
    world = person.world
    episode = person.episode
    episode.complained_at = world.now
    person.counts_at(firm)["complaints"] += 1
    person.mark(firm, ev.MARK_COMPLAINED)
    if world.rows.market.unfollowed > 0:
        world.organisations[firm].spoke += 1.0
    if episode.mode >= 0:
        world.organisations[firm].causes[episode.mode].hear_complaint(world.now)
    world.note(
        ev.LOG_COMPLAINS, person.entity, person.need, person.visit, firm, cause=episode.mode, value=episode.weight
    )  # fmt: skip
    row = world.rows.firms[firm]
    if row.complaint_step >= 0:
        person.flags |= ev.FLAG_COMPLAINT
        person.attempt = 0
        if (yield from wait_for_answer(person, row.complaint_step)) == ev.ABANDONED:
            return UNANSWERED
        if row.approval_step >= 0 and needs_approval(person, firm):
            person.flags |= ev.FLAG_APPROVAL
            person.counts_at(firm)["approvals"] += 1
            if (yield from wait_for_answer(person, row.approval_step)) == ev.ABANDONED:
                return UNANSWERED
    return answer(person, firm)


def wait_for_answer(person: Person, step: int) -> Course:
    """Let a complaint be looked at; returns how the visit ended."""
    enter(person, step)
    return (yield from visit(person, person.desk()))


def steps_of(customer: Customer, firm: int) -> int:
    """Recovery steps of a firm, as bits."""
    return int(customer.of_firm(firm, pl.FIRM_STEPS))


def needs_approval(customer: Customer, firm: int) -> bool:
    """Whether the credit is above what a clerk may grant alone."""
    above = customer.of_firm(firm, pl.FIRM_CREDIT) > customer.of_firm(firm, pl.FIRM_LIMIT)
    return above and bool(steps_of(customer, firm) & CREDIT)


def answer(person: Person, firm: int) -> float:
    """Answer a complaint with the steps of the firm's recovery; returns how just it seems, 0 to about 1 (B-27)."""
    world = person.world
    steps = steps_of(person, firm)
    if not person.is_on("recovering"):
        return 0.0
    if world.rows.firms[firm].baseline == 1:
        u = world.draw(person.entity, draws.MADE_GOOD, occasion(person.need))
        good = person.default("made_good_from")
        return good + 0.25 if u < person.of_firm(firm, pl.FIRM_BASE_RECOVERS) else 0.0
    skipped = person.default("step_skipped")
    outcome = step_worth(steps, CREDIT, skipped) * compensate(person, firm) if steps & CREDIT else 0.0
    just = justice(
        outcome,
        treatment(steps, skipped),
        procedure(steps, skipped),
        *person.defaults("justice_base", "justice_outcome", "justice_treatment", "justice_procedure"),
    )
    days = (world.now - person.episode.complained_at) / pl.DAY
    return just * delayed(days, *person.defaults("recovery_grace", "recovery_decay"))


def compensate(person: Person, firm: int) -> float:
    """Give the credit, cut to what may be granted without approval; returns how just the outcome seems (B-28)."""
    credit = person.of_firm(firm, pl.FIRM_CREDIT)
    if not person.flags & ev.FLAG_APPROVAL:
        credit = min(credit, person.of_firm(firm, pl.FIRM_LIMIT))
    if credit <= 0.0:
        return 0.0
    counts = person.counts_at(firm)
    counts["credits"] += credit
    counts["credited"] += 1
    if person.world.now >= 0 and firm == person.base_firm:
        person.paid += credit
    pays = person.of_firm(firm, pl.FIRM_PRICE) * person.of_segment(pl.SEGMENT_PAYS)
    loss = value_of_loss(person.episode.weight, pays, person.default("loss_value"))
    share = compensated_share(credit, loss)
    return compensation(share, *person.defaults("compensation_scale", "compensation_peak", "compensation_fall"))


def explained_leaving(person: Person, firm: int) -> float:
    """Wish to leave once the failure has been explained: less is blamed on the firm (B-23)."""
    episode = person.episode
    if episode.mode < 0 or not steps_of(person, firm) & EXPLAIN or not person.is_on("recovering"):
        return episode.leaving
    weight = moment.attributed(person, episode.mode, episode.severity, explanation=person.default("explanation"))
    if episode.outcome != ev.SOLVED:
        # That the matter is not solved is not explained away.
        weight = max(weight, person.default("unsolved_weight"))
    return episode.leaving + person.default("exit_by_loss") * min(weight - episode.weight, 0.0)


# --- following up


def plan_follow_up(person: Person, firm: int, ended: int) -> None:
    """Have somebody ask, some days later, how it went."""
    if not person.is_on("following_up"):
        return
    world = person.world
    need = person.need
    u = world.draw(person.entity, draws.FOLLOWED_AFTER, occasion(need))
    delay = whole(person.default("follow_up_delay") * pl.DAY * unit_exponential(u))
    world.schedule(
        world.now + delay, ev.FOLLOW_UP, person.entity, need,
        lambda: follow_up(person, firm, need, ended), row=person.row, other=firm, cause=ended,
    )  # fmt: skip


def follow_up(person: Person, firm: int, need: int, ended: int) -> None:
    """Follow up: the satisfied stay longer for it, who still has a grievance is reminded of it (B-34)."""
    if person.gone or person.firm != firm:
        return
    mind = person.minds[firm]
    effect = effect_of_follow_up(ended, mind.satisfaction)
    if effect != 0:
        mind.care = effect
        mind.cared_at = person.world.now
    person.counts_at(firm)["followed"] += 1
    person.world.note(
        ev.LOG_FOLLOWED_UP, person.entity, need, 0, firm, cause=effect, value=mind.satisfaction
    )  # fmt: skip
