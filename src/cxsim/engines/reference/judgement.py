"""What an episode was like, against what was expected, and what the person makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cxsim.behaviour.expectation import learned, learned_variance, learning_rate
from cxsim.behaviour.experience import perceived_wait, performance, wait_loss
from cxsim.behaviour.satisfaction import beyond_tolerance, cumulative, satisfaction, value
from cxsim.engines.reference.world import occasion
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.samplers import normal_quantile

if TYPE_CHECKING:
    from cxsim.engines.reference.person import Person


class Episode(NamedTuple):
    """An episode as it was judged: the firm, the need, satisfaction with it and performance (latent SD)."""

    firm: int
    need: int
    satisfaction: float
    performance: float
    failed: bool


def judge(person: Person, outcome: int) -> Episode:
    """End a person's journey: compare performance with expectation, learn, and move cumulative satisfaction."""
    world = person.world
    contact = world.rows.contacts[person.contact]
    firm = contact.firm
    world.note(
        ev.LOG_DONE, person.entity, person.need, person.visit, firm,
        cause=outcome, value=float(world.now - person.began),
    )  # fmt: skip
    person.status = ev.IDLE
    mind = person.minds[firm]
    x = experience(person, outcome, firm)
    before = mind.mean
    width = person.default("tolerance_width") if person.default("tolerance") > 0.0 else 0.0
    aversion = person.default("loss_aversion") if person.default("loss_averse") > 0.0 else 1.0
    gain = value(beyond_tolerance(x - before, width), aversion, person.default("sensitivity"))
    by_expectation = person.default("satisfaction_from_expectation")
    by_performance = person.default("satisfaction_from_performance")
    transaction = satisfaction(before, x, gain, by_expectation, by_performance)
    mind.encounters += 1.0
    if person.default("learning") > 0.0:
        weight = learning_rate(
            person.default("expectation_learning"), person.default("prior_encounters"), mind.encounters
        )
        mind.variance = learned_variance(mind.variance, x - before, weight)
        mind.mean = learned(before, x, weight)
    person.satisfaction = cumulative(person.satisfaction, transaction, person.default("satisfaction_memory"))
    person.last_episode = transaction
    person.episodes += 1
    if transaction >= 0.0:
        person.last_reason = -1
    failed = outcome != ev.SOLVED or bool(person.flags & ev.FLAG_FAILED)
    count(person, firm, outcome, failed, transaction)
    world.note(ev.LOG_EPISODE, person.entity, person.need, person.visit, firm, cause=int(failed), value=transaction)
    return Episode(firm, person.need, transaction, x, failed)


def experience(person: Person, outcome: int, firm: int) -> float:
    """Return the performance of an episode, latent SD: quality of firm and last touchpoint, luck, what went wrong."""
    world = person.world
    lost = lost_in_episode(person, outcome)
    luck = normal_quantile(world.draw(person.entity, draws.PERFORMANCE, occasion(person.need)))
    quality = person.of_firm(firm, pl.FIRM_QUALITY)
    if person.visit > 0:
        desk = world.desks[world.rows.steps[person.step].touchpoint]
        quality += desk.lever(pl.TOUCH_QUALITY, person.segment)
    return performance(quality, person.of_firm(firm, pl.FIRM_SPREAD), luck, lost)


def lost_in_episode(person: Person, outcome: int) -> float:
    """Experience lost by waiting and failure, latent SD; sets what went wrong last by the larger part."""
    by_wait = by_failure = by_unsolved = 0.0
    if person.default("waiting") > 0.0:
        felt = perceived_wait(person.waited / pl.MINUTE, 1.0)
        by_wait = wait_loss(felt, person.default("acceptable_wait"), person.default("wait_loss"))
    if person.default("failures") > 0.0:
        if person.flags & ev.FLAG_FAILED:
            by_failure = person.default("failure_loss")
        if outcome != ev.SOLVED:
            by_unsolved = person.default("unsolved_loss")
    reason = ev.REASON_FAILURE
    if outcome in (ev.ABANDONED, ev.TURNED_AWAY) or (by_wait > by_failure and by_wait > by_unsolved):
        reason = ev.REASON_WAIT
    elif by_unsolved > by_failure:
        reason = ev.REASON_UNSOLVED
    lost = by_wait + by_failure + by_unsolved
    person.last_reason = reason if lost > 0.0 else -1
    return lost


def count(person: Person, firm: int, outcome: int, failed: bool, transaction: float) -> None:
    """Add the episode, and the purchase if it was one, to the firm's counts."""
    counts = person.counts_at(firm)
    solved = outcome == ev.SOLVED
    counts["episodes"] += 1
    counts["solved" if solved else "unsolved"] += 1
    counts["failed"] += int(failed)
    counts["satisfied"] += int(transaction >= person.default("satisfied_from"))
    counts["satisfaction"] += transaction
    if solved and person.world.rows.contacts[person.contact].paid == 1:
        counts["purchases"] += 1
        counts["revenue"] += person.of_firm(firm, pl.FIRM_PRICE) * person.of_segment(pl.SEGMENT_PAYS)
        counts["variable_cost"] += person.of_firm(firm, pl.FIRM_VARIABLE_COST)
        person.minds[firm].last = person.world.now
