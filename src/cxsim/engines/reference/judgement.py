"""What an episode was like, against what was expected, and what the person makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cxsim.behaviour.expectation import learned, learned_variance, learning_rate
from cxsim.behaviour.experience import performance, wait_loss
from cxsim.behaviour.satisfaction import beyond_tolerance, cumulative, satisfaction, value
from cxsim.engines.reference.world import occasion
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.samplers import normal_quantile

if TYPE_CHECKING:
    from cxsim.engines.reference.person import Person


class Episode(NamedTuple):
    """An episode as it was judged.

    Attributes
    ----------
    firm, need : int
    satisfaction, performance : float
        Latent SD.
    before : float
        Cumulative satisfaction with the firm before it, latent SD.
    good : bool
        Not below the zone of tolerance: what a story about it sounds like.
    failed : bool
    trouble : int
        Reason code of what cost most, -1 where nothing was lost.
    """

    firm: int
    need: int
    satisfaction: float
    performance: float
    before: float
    good: bool
    failed: bool
    trouble: int


def judge(person: Person, outcome: int) -> Episode:
    """Compare what was experienced with what was expected, learn, and move cumulative satisfaction."""
    world = person.world
    firm = world.rows.contacts[person.contact].firm
    mind = person.minds[firm]
    lost, trouble = lost_in_episode(person, outcome)
    x = experience(person, firm, lost)
    before = mind.mean
    width = person.default("tolerance_width") if person.default("tolerance") > 0.0 else 0.0
    aversion = person.default("loss_aversion") if person.default("loss_averse") > 0.0 else 1.0
    beyond = beyond_tolerance(x - before, width)
    gain = value(beyond, aversion, person.default("sensitivity"))
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
    bond = mind.satisfaction
    mind.satisfaction = cumulative(bond, transaction, person.default("satisfaction_memory"))
    # What went wrong is remembered where it weighed more in the disappointment than quality and luck.
    person.last_reason = trouble if transaction < 0.0 and lost >= before - (x + lost) else -1
    failed = outcome != ev.SOLVED or bool(person.flags & ev.FLAG_FAILED)
    count(person, firm, outcome, failed, transaction)
    world.note(ev.LOG_EPISODE, person.entity, person.need, person.visit, firm, cause=int(failed), value=transaction)
    return Episode(firm, person.need, transaction, x, bond, beyond >= 0.0, failed, trouble)


def experience(person: Person, firm: int, lost: float) -> float:
    """Return the performance of an episode, latent SD: quality of firm and last touchpoint, luck, what went wrong."""
    world = person.world
    luck = normal_quantile(world.draw(person.entity, draws.PERFORMANCE, occasion(person.need)))
    quality = person.of_firm(firm, pl.FIRM_QUALITY)
    if person.visit > 0:
        desk = world.desks[world.rows.steps[person.step].touchpoint]
        quality += desk.lever(pl.TOUCH_QUALITY, person.segment)
    return performance(quality, person.of_firm(firm, pl.FIRM_SPREAD), luck, lost)


def lost_in_episode(person: Person, outcome: int) -> tuple[float, int]:
    """Experience lost by waiting and failure, latent SD, and the reason code of the larger part (-1: nothing)."""
    by_wait = by_failure = by_unsolved = 0.0
    if person.default("waiting") > 0.0:
        by_wait = wait_loss(person.waited / pl.MINUTE, person.default("acceptable_wait"), person.default("wait_loss"))
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
    lost = min(by_wait + by_failure + by_unsolved, person.default("most_lost"))
    return lost, reason if lost > 0.0 else -1


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
