"""What a journey was like on the whole, against what was expected, and what is learned from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cxsim.behaviour.expectation import (
    deserved,
    learned,
    learned_variance,
    learning_rate,
    perceived,
    will_expectation,
)
from cxsim.behaviour.experience import effort_lost, spoilt_visit, whole_visit
from cxsim.behaviour.satisfaction import (
    BAD,
    EXCELLENT,
    GOOD,
    NEUTRAL,
    beyond_tolerance,
    grade,
    satisfaction,
    spent,
    staked,
    value,
    zone_width,
)
from cxsim.behaviour.survey import effort_score
from cxsim.engines.reference.choice import is_here
from cxsim.model import events as ev
from cxsim.model import plan as pl

if TYPE_CHECKING:
    from cxsim.engines.reference.person import Person

GRADES = {BAD: "bad", NEUTRAL: "neutral", GOOD: "good", EXCELLENT: "excellent"}


def judge(person: Person, firm: int, outcome: int) -> None:
    """Compare what was experienced with what was expected, and learn (B-1 to B-5, B-59)."""
    episode = person.episode
    x, lost = whole_experience(person, outcome)
    will = what_will_be(person, firm)
    seen = x
    if person.is_on("deserving"):
        seen = perceived(x, will, person.deserved, *person.defaults("will_pull", "should_push"))
    beyond = beyond_tolerance(seen - will, tolerance(person, firm))
    stake = person.world.lever(person.world.rows.contacts[person.contact].levers + pl.CONTACT_STAKE, person.segment)
    gain = staked(value(beyond, person.loss_aversion, person.default("sensitivity")), stake)
    by_expectation, by_performance = person.defaults("satisfaction_from_expectation", "satisfaction_from_performance")
    transaction = satisfaction(will, seen, gain, by_expectation, by_performance)
    if episode.spoilt and person.is_on("weakest_link"):
        transaction = spoilt_visit(transaction, person.default("spoilt"))
    episode.experience = x
    episode.transaction = transaction
    episode.outcome = outcome
    episode.beyond = beyond
    if transaction >= 0.0 or lost < will - (x + lost):
        # What went wrong is remembered where it weighed more in the disappointment than quality and luck.
        episode.flags |= ev.EPISODE_ORDINARY
    learn(person, firm, x)


def whole_experience(person: Person, outcome: int) -> tuple[float, float]:
    """Return the experience of the whole journey and what was lost in it, latent SD; remember what cost most (B-8)."""
    episode = person.episode
    effort = person.cares(pl.SEGMENT_CARES_EASE) * effort_of(person)
    unsolved = 0.0
    if outcome != ev.SOLVED and person.is_on("failures"):
        unsolved = person.default("unsolved_loss")
    x = mean = episode.total / episode.elements
    if person.is_on("peak_end"):
        weights = person.defaults("peak_weight", "end_weight", "first_weight")
        x = whole_visit(episode.first, episode.extreme, episode.last, mean, *weights)
    x -= min(effort + unsolved, person.default("most_lost"))
    by_wait, by_failure = episode.lost_wait, episode.lost_failure
    lost = by_wait + by_failure + effort + unsolved
    reason = ev.REASON_FAILURE
    if outcome in (ev.ABANDONED, ev.TURNED_AWAY) or (by_wait > by_failure and by_wait > unsolved):
        reason = ev.REASON_WAIT
    elif unsolved > 0.0 and unsolved + effort > by_failure:
        reason = ev.REASON_UNSOLVED
    episode.trouble = reason if lost > 0.0 else -1
    return x, lost


def effort_of(person: Person) -> float:
    """Experience lost by effort: transfers, coming again, being sent round a menu; latent SD (B-12, B-18)."""
    if not person.is_on("effort"):
        return 0.0
    episode = person.episode
    return effort_lost(
        float(episode.transfers),
        float(episode.repeats),
        float(episode.loops),
        *person.defaults("effort_of_transfer", "effort_of_repeat", "effort_of_loop", "anger_of_loop"),
    )


def what_will_be(person: Person, firm: int) -> float:
    """Return what a person expects to get of a firm, by experience, talk and promise; latent SD (B-5)."""
    mind = person.minds[firm]
    promised = person.of_firm(firm, pl.FIRM_PROMISE)
    if not person.is_on("promising") or promised <= pl.NONE:
        return mind.mean
    weight, prior = person.defaults("promise_weight", "prior_encounters")
    return will_expectation(mind.mean, promised, weight, prior, mind.encounters)


def tolerance(person: Person, firm: int) -> float:
    """Width of the zone of tolerance: narrower with rivals and failures, wider with a bond (B-2)."""
    if not person.is_on("tolerance"):
        return 0.0
    width = person.default("tolerance_width")
    if not person.is_on("narrowing"):
        return width
    rivals = sum(is_here(person, rival) for rival in range(len(person.minds)) if rival != firm)
    return zone_width(
        width,
        float(rivals),
        person.unhealed(firm),
        person.minds[firm].bond,
        *person.defaults(
            "tolerance_narrowing_by_rivals", "tolerance_narrowing_by_failures", "tolerance_widening_by_bond"
        ),
    )


def learn(person: Person, firm: int, x: float) -> None:
    """Let an experience move what is expected of the firm, and what is thought deserved."""
    mind = person.minds[firm]
    mind.encounters += 1.0
    if person.is_on("learning"):
        floor, prior = person.defaults("expectation_learning", "prior_encounters")
        weight = learning_rate(floor, prior, mind.encounters)
        mind.variance = learned_variance(mind.variance, x - mind.mean, weight)
        mind.mean = learned(mind.mean, x, weight)
    if person.is_on("deserving"):
        best = max(mind.mean for mind in person.minds)
        person.deserved = deserved(person.deserved, best, person.default("should_learning"))


# --- counts


def count_episode(person: Person, firm: int, *, failed: bool) -> None:
    """Add an episode, and the purchase if it was one, to the firm's counts."""
    episode = person.episode
    counts = person.counts_at(firm)
    contact = person.world.rows.contacts[person.contact]
    solved = episode.outcome == ev.SOLVED
    counts["episodes"] += 1
    counts["solved" if solved else "unsolved"] += 1
    if contact.because != pl.BECAUSE_PURCHASE:
        counts["first_contact"] += int(solved and episode.repeats == 0)
        counts["contacts"] += 1 + episode.repeats
        counts["repeats"] += episode.repeats
    counts["failed"] += int(failed)
    counts[GRADES[grade(episode.beyond, person.default("excellent_above"))]] += 1
    if contact.paid == 1 and solved:
        counts["purchases"] += 1
        share = spent(episode.transaction, person.default("spend_by_satisfaction"))
        counts["revenue"] += person.of_firm(firm, pl.FIRM_PRICE) * person.of_segment(pl.SEGMENT_PAYS) * share
        counts["variable_cost"] += person.of_firm(firm, pl.FIRM_VARIABLE_COST)
        person.minds[firm].last = person.world.now


def count_answers(person: Person, firm: int, transaction: float) -> None:
    """Count what a survey after the episode would show, by the chance of a response (B-36)."""
    counts = person.counts_at(firm)
    chance = person.chance_of_response(transaction)
    counts["response"] += chance
    if transaction >= person.default("satisfied_from"):
        counts["satisfied"] += 1
        counts["satisfied_response"] += chance
    if transaction < person.default("poor_below"):
        counts["poor_response"] += chance
    strain = effort_of(person) + person.episode.lost_wait
    counts["ease"] += chance * effort_score(strain, person.default("effort_step"))
    counts["satisfaction"] += transaction
