"""How a journey ends: silence, voice or exit after a failure, and what remains of it in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cxsim.behaviour.complaint import (
    EXIT,
    VOICE,
    ease_where_asked,
    exit_and_voice,
    hope_after,
    response,
    utility_of_voice,
)
from cxsim.behaviour.failure import ORIGIN_NAMES, bond_after, origin_of
from cxsim.behaviour.followup import ENDED_BADLY, ENDED_WELL, MADE_GOOD
from cxsim.behaviour.leaving import utility_of_exit
from cxsim.behaviour.recovery import (
    ASK,
    FOLLOW_UP,
    exit_after_answer,
    is_made_good,
    loss_of_failed_recovery,
    paradox_gain,
    satisfaction_after_answer,
)
from cxsim.behaviour.satisfaction import cumulative
from cxsim.engines.reference import moment
from cxsim.engines.reference.choice import advantage, best_rival, care
from cxsim.engines.reference.judgement import count_answers, count_episode, judge
from cxsim.engines.reference.recovery import UNANSWERED, complaint, explained_leaving, plan_follow_up, steps_of
from cxsim.engines.reference.relationship import go_after_failure
from cxsim.engines.reference.talk import rate_in_public, tell_others
from cxsim.engines.reference.world import Course, occasion
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.samplers import unit_exponential

if TYPE_CHECKING:
    from cxsim.engines.reference.person import Person

NOT_AT_ALL = -1e9


def conclude(person: Person, outcome: int) -> Course:
    """End a journey: judge it, then stay silent, complain or leave, and settle what remains."""
    world = person.world
    firm = person.where
    baseline = world.rows.firms[firm].baseline == 1
    if baseline:
        outcome = live_at_baseline(person, firm)
    world.note(
        ev.LOG_DONE, person.entity, person.need, person.visit, firm,
        cause=outcome, value=float(world.now - person.began),
    )  # fmt: skip
    person.status = ev.IDLE
    if person.gone:
        return
    episode = person.episode
    if episode.elements == 0 or baseline:
        lost = min(moment.lost_by_waiting(person, firm), person.default("most_lost"))
        episode.lost_wait += lost
        moment.feel(person, firm, moment.delivered(person, firm, None) - lost)
    judge(person, firm, outcome)
    failed = is_failed(person)
    count_episode(person, firm, failed=failed)
    if failed and world.rows.market.unfollowed > 0:
        world.organisations[firm].see_failed_journey()
    if failed and episode.trouble >= 0 and person.firm == firm and not person.notice:
        counts = person.counts_at(firm)
        counts["hurt"] += 1
        choice = decide(person, firm)
        if choice == VOICE:
            answer = yield from complaint(person, firm)
            settle(person, firm, answer)
            return
        if choice == EXIT:
            counts["silent_exits"] += 1
            go_after_failure(person, episode.trouble)
    settle(person, firm, None)


def live_at_baseline(person: Person, firm: int) -> int:
    """Live through a contact at a firm known by figures: a drawn wait, solved at once or later; returns the outcome."""
    world = person.world
    about = occasion(person.need)
    wait = unit_exponential(world.draw(person.entity, draws.TAKES, about)) * person.of_firm(firm, pl.FIRM_BASE_WAIT)
    person.waited = int(person.default("wait_inflation") * wait + 0.5)
    if world.rows.contacts[person.contact].because == pl.BECAUSE_PURCHASE:
        return ev.SOLVED
    u = world.draw(person.entity, draws.BASELINE_SOLVES, about)
    solves = person.of_firm(firm, pl.FIRM_BASE_SOLVES)
    if u < solves:
        return ev.SOLVED
    # Whoever is not helped comes again, and is helped with the same chance each time.
    again = person.default("persistence") if person.is_on("persisting") else 0.0
    left = (u - solves) / max(1.0 - solves, 1e-12)
    helped = again * solves / max(1.0 - again * (1.0 - solves), 1e-12)
    person.episode.repeats = 1 if again > 0.0 else 0
    return ev.SOLVED if left < helped else ev.UNSOLVED


def is_failed(person: Person) -> bool:
    """Whether the journey failed: not solved, or something went wrong on the way."""
    return person.episode.outcome != ev.SOLVED or bool(person.flags & ev.FLAG_FAILED)


def decide(person: Person, firm: int) -> int:
    """Decide between exit, voice and silence after a failure (B-24); returns the code of `behaviour.complaint`."""
    world = person.world
    episode = person.episode
    mind = person.minds[firm]
    if episode.outcome != ev.SOLVED:
        episode.weight = max(episode.weight, person.default("unsolved_weight"))
    episode.leaving = NOT_AT_ALL
    if person.is_on("exit_after_failure"):
        rival = best_rival(person, firm, person.need, ev.AT_FAILURE)
        episode.leaving = utility_of_exit(
            episode.weight,
            mind.satisfaction,
            mind.bond,
            advantage(person, firm, rival),
            care(person, firm),
            person.default("contract_hold") if world.rows.market.contractual == 1 else 0.0,
            *person.defaults(
                "exit_base", "exit_by_loss", "exit_by_satisfaction", "exit_by_bond", "exit_by_alternative"
            ),
        )
    speaking = NOT_AT_ALL
    if person.is_on("complaining"):
        asks = bool(steps_of(person, firm) & ASK)
        speaking = utility_of_voice(
            ease_where_asked(person.of_firm(firm, pl.FIRM_EASE), asks, person.default("asking")),
            mind.hope,
            episode.weight,
            mind.bond,
            *person.defaults("voice_cost", "voice_by_ease", "voice_value", "voice_by_bond"),
        )
    exits, voices = exit_and_voice(episode.leaving, speaking)
    return response(world.draw(person.entity, draws.EXIT, occasion(person.need)), exits, voices)


def settle(person: Person, firm: int, answer: float | None) -> None:
    """Close an episode: what is felt in the end, what is remembered, whether a complainer leaves, what is told.

    `answer`: how just the answer to the complaint was, UNANSWERED where none came, None where nobody complained.
    """
    world = person.world
    person.status = ev.IDLE
    person.flags &= ~(ev.FLAG_COMPLAINT | ev.FLAG_APPROVAL)
    if person.gone:
        return
    episode = person.episode
    failed = is_failed(person)
    complained = answer is not None
    recovery = max(answer, 0.0) if answer is not None else 0.0
    healed = complained and is_made_good(recovery, person.default("made_good_from"))
    felt = episode.transaction
    delight = 0.0
    if complained:
        felt, delight = feel_answer(person, firm, recovery, healed=healed)
    remember(person, firm, felt, failed=failed, healed=healed)
    said = felt + delight
    count_answers(person, firm, said)
    code = int(failed) | (2 if complained else 0) | (4 if healed else 0)
    world.note(ev.LOG_EPISODE, person.entity, person.need, person.visit, firm, cause=code, value=said)
    if answer is not None:
        close_complaint(person, firm, answer, healed=healed)
    tell_others(person, firm, said, healed=healed)
    rate_in_public(person, firm, said)
    share = person.of_firm(firm, pl.FIRM_FOLLOW_UP)
    if not failed and share > 0.0 and world.draw(person.entity, draws.FOLLOWED, occasion(person.need)) < share:
        plan_follow_up(person, firm, ENDED_WELL)
    if answer is not None and answer > UNANSWERED and steps_of(person, firm) & FOLLOW_UP and person.is_on("recovering"):
        plan_follow_up(person, firm, MADE_GOOD if healed else ENDED_BADLY)


def feel_answer(person: Person, firm: int, recovery: float, *, healed: bool) -> tuple[float, float]:
    """Satisfaction with the episode after the answer to a complaint, and the delight on top of it (B-29, B-30).

    The delight shows in surveys and in what is told, and moves neither cumulative satisfaction nor staying.
    """
    episode = person.episode
    felt = satisfaction_after_answer(episode.transaction, recovery, person.default("recovery_to_satisfaction"), 0.0)
    if person.is_on("deviating"):
        felt -= loss_of_failed_recovery(episode.lost_failure, healed, person.default("double_deviation"))
    delight = 0.0
    if person.is_on("delighting"):
        stability = 0.0
        if episode.mode >= 0:
            stability = person.default(f"stability_{ORIGIN_NAMES[origin_of(episode.mode)]}")
        earlier = person.failures_before(firm)
        delight = paradox_gain(recovery, episode.weight, earlier, stability, person.default("paradox"))
    return felt, delight


def remember(person: Person, firm: int, felt: float, *, failed: bool, healed: bool) -> None:
    """Let an episode that is over move cumulative satisfaction, the bond and the memory of failures (B-7, B-31)."""
    episode = person.episode
    mind = person.minds[firm]
    mind.satisfaction = cumulative(mind.satisfaction, felt, person.default("satisfaction_memory"))
    if person.firm == firm:
        person.last_reason = -1 if episode.flags & ev.EPISODE_ORDINARY else episode.trouble
    hurt = failed and not healed
    if person.is_on("bonding"):
        gain, loss = person.defaults("bond_gain", "bond_loss")
        mind.bond = bond_after(mind.bond, felt, hurt or episode.broken, gain, loss)
    if failed:
        mind.scars = person.unhealed(firm) + (1.0 if hurt else 0.0)
        mind.hurt_at = person.world.now


def close_complaint(person: Person, firm: int, answer: float, *, healed: bool) -> None:
    """Learn whether complaining helps, count the answer, and perhaps leave all the same."""
    world = person.world
    episode = person.episode
    mind = person.minds[firm]
    counts = person.counts_at(firm)
    mind.hope = hope_after(mind.hope, healed, person.default("hope_learning"))
    if answer > UNANSWERED:
        counts["answered_complaints"] += 1
        counts["answer_time"] += world.now - episode.complained_at
    if healed:
        counts["recovered"] += 1
        person.mark(firm, ev.MARK_MADE_GOOD)
    world.note(
        ev.LOG_ANSWERED, person.entity, person.need, person.visit, firm, cause=int(healed), value=answer
    )  # fmt: skip
    if episode.leaving <= NOT_AT_ALL or person.firm != firm or person.notice:
        return
    chance = exit_after_answer(
        explained_leaving(person, firm) if answer >= 0.0 else episode.leaving,
        max(answer, 0.0),
        episode.weight,
        *person.defaults("voiced", "recovery_to_staying", "recovery_to_staying_by_loss"),
    )
    if world.draw(person.entity, draws.EXIT_AFTER_COMPLAINT, occasion(person.need)) < chance:
        counts["voiced_exits"] += 1
        go_after_failure(person, episode.trouble if healed else ev.REASON_UNHEALED)
