"""Compiled engine, service recovery: the complaint, its answer, and how the episode is settled at last."""

from __future__ import annotations

import numpy as np

from cxsim.behaviour import slots
from cxsim.behaviour.complaint import EXIT, VOICE, hope_after
from cxsim.behaviour.followup import ENDED_BADLY, ENDED_WELL, MADE_GOOD, effect_of_follow_up
from cxsim.behaviour.recovery import (
    CREDIT,
    EXPLAIN,
    FOLLOW_UP,
    compensated_share,
    compensation,
    delayed,
    exit_after_answer,
    is_made_good,
    justice,
    loss_of_failed_recovery,
    paradox_gain,
    procedure,
    satisfaction_after_answer,
    step_worth,
    treatment,
    value_of_loss,
)
from cxsim.engines.calendar import order_of, push
from cxsim.engines.kernel_choice import default
from cxsim.engines.kernel_episode import (
    NOT_AT_ALL,
    count_answers,
    count_episode,
    decide,
    go,
    judge,
    live_at_baseline,
    remember,
)
from cxsim.engines.kernel_log import note, of_market, segment_of
from cxsim.engines.kernel_moment import (
    attributed,
    delivered,
    failures_before,
    feel,
    lost_by_waiting,
    stability_of,
)
from cxsim.engines.kernel_talk import rate_in_public, tell_others
from cxsim.engines.kernel_touch import enter
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.draws import draw, occasion
from cxsim.model.jit import part
from cxsim.model.plan import Plan
from cxsim.model.samplers import unit_exponential, whole
from cxsim.model.state import State

_U0 = np.uint64(0)
UNANSWERED = -1.0


@part
def plan_follow_up(p: Plan, s: State, person: int, firm: int, ended: int, now: int) -> None:
    """Have somebody ask, some days later, how it went."""
    column = s.cold[person]["segment"]
    if default(p, s, slots.FOLLOWING_UP, column) <= 0.0:
        return
    need = int(s.hot[person]["need"])
    u = draw(s.world[0]["key"], np.uint64(person), draws.FOLLOWED_AFTER, occasion(np.uint64(need), _U0, _U0))
    delay = whole(default(p, s, slots.FOLLOW_UP_DELAY, column) * pl.DAY * unit_exponential(u))
    order = order_of(ev.FOLLOW_UP, np.uint64(person))
    push(s, now + delay, order, firm, need, person, ended, 0.0)


@part
def follow_up(p: Plan, s: State, person: int, firm: int, need: int, ended: int, now: int) -> None:
    """Follow up: the satisfied stay longer for it, who still has a grievance is reminded of it (B-34)."""
    c = s.cold[person]
    if c["gone"] == 1 or c["firm"] != firm:
        return
    column = c["segment"]
    m = s.minds[person * p.firms.size + firm]
    effect = effect_of_follow_up(ended, m["satisfaction"])
    if effect != 0:
        m["care"] = effect
        m["cared_at"] = now
    s.firm[s.world[0]["period"], firm, column]["followed"] += 1
    note(s, ev.LOG_FOLLOWED_UP, np.uint64(person), need, 0, firm, -1, -1, -1, effect, m["satisfaction"])


@part
def settle(p: Plan, s: State, person: int, firm: int, answer_: float, complained: bool, now: int) -> None:
    """Close an episode: what is felt in the end, what is remembered, whether a complainer leaves, what is told.

    `answer_` is the worth of the answer to a complaint, UNANSWERED where none came.
    """
    h = s.hot[person]
    e = s.episodes[person]
    c = s.cold[person]
    column = c["segment"]
    h["status"] = ev.IDLE
    h["flags"] &= 255 & ~(ev.FLAG_COMPLAINT | ev.FLAG_APPROVAL)
    if c["gone"] == 1:
        return
    need = int(h["need"])
    occ = occasion(np.uint64(need), _U0, _U0)
    recovery = max(answer_, 0.0)
    failed = e["outcome"] != ev.SOLVED or (h["flags"] & ev.FLAG_FAILED) != 0
    healed = complained and is_made_good(recovery, default(p, s, slots.MADE_GOOD_FROM, column))
    felt = e["transaction"]
    delight = 0.0
    if complained:
        felt = satisfaction_after_answer(felt, recovery, default(p, s, slots.RECOVERY_TO_SATISFACTION, column), 0.0)
        if default(p, s, slots.DEVIATING, column) > 0.0:
            felt -= loss_of_failed_recovery(
                e["lost_failure"], healed, default(p, s, slots.DOUBLE_DEVIATION, column)
            )  # fmt: skip
        if default(p, s, slots.DELIGHTING, column) > 0.0:
            # It shows in surveys and in what is told, and moves neither cumulative satisfaction nor staying.
            stability = stability_of(p, s, e["mode"], column) if e["mode"] >= 0 else 0.0
            delight = paradox_gain(
                recovery, e["weight"], failures_before(p, s, person, firm, now), stability,
                default(p, s, slots.PARADOX, column),
            )  # fmt: skip
    remember(p, s, person, firm, failed, healed, felt, now)
    said = felt + delight
    count_answers(p, s, person, firm, said)
    failed_code = (1 if failed else 0) | (2 if complained else 0) | (4 if healed else 0)
    note(s, ev.LOG_EPISODE, np.uint64(person), need, h["visit"], firm, -1, -1, -1, failed_code, said)
    if complained:
        m = s.minds[person * p.firms.size + firm]
        m["hope"] = hope_after(m["hope"], healed, default(p, s, slots.HOPE_LEARNING, column))
        t = s.firm[s.world[0]["period"], firm, column]
        if answer_ >= 0.0:
            t["answered_complaints"] += 1
            t["answer_time"] += now - e["complained_at"]
        if healed:
            t["recovered"] += 1
            if now >= 0 and firm == c["base_firm"]:
                c["marks"] |= ev.MARK_MADE_GOOD
        note(s, ev.LOG_ANSWERED, np.uint64(person), need, h["visit"], firm, -1, -1, -1, 1 if healed else 0, answer_)
        if e["leaving"] > NOT_AT_ALL and c["firm"] == firm and c["notice"] == 0:
            chance = exit_after_answer(
                explained_leaving(p, s, person, firm) if answer_ >= 0.0 else e["leaving"],
                recovery, e["weight"], default(p, s, slots.VOICED, column),
                default(p, s, slots.RECOVERY_TO_STAYING, column),
                default(p, s, slots.RECOVERY_TO_STAYING_BY_LOSS, column),
            )  # fmt: skip
            if draw(s.world[0]["key"], np.uint64(person), draws.EXIT_AFTER_COMPLAINT, occ) < chance:
                t["voiced_exits"] += 1
                go(p, s, person, firm, ev.REASON_UNHEALED if not healed else int(e["trouble"]), now)
    # A failure that was made good is told as what the firm made of it.
    story = e["experience"] + (e["lost_failure"] if healed else 0.0)
    tell_others(p, s, person, firm, need, said, e["beyond"] >= 0.0 or said > 0.0, story, now)
    rate_in_public(p, s, person, firm, need, said)
    share = s.levers[p.firms[firm]["levers"] + pl.FIRM_FOLLOW_UP, column]
    if not failed and share > 0.0 and draw(s.world[0]["key"], np.uint64(person), draws.FOLLOWED, occ) < share:
        plan_follow_up(p, s, person, firm, ENDED_WELL, now)
    steps = int(s.levers[p.firms[firm]["levers"] + pl.FIRM_STEPS, column])
    if complained and answer_ >= 0.0 and steps & FOLLOW_UP and default(p, s, slots.RECOVERING, column) > 0.0:
        plan_follow_up(p, s, person, firm, MADE_GOOD if healed else ENDED_BADLY, now)


@part
def explained_leaving(p: Plan, s: State, person: int, firm: int) -> float:
    """Wish to leave once the failure has been explained: less is blamed on the firm (B-23)."""
    e = s.episodes[person]
    column = s.cold[person]["segment"]
    steps = int(s.levers[p.firms[firm]["levers"] + pl.FIRM_STEPS, column])
    if e["mode"] < 0 or (steps & EXPLAIN) == 0 or default(p, s, slots.RECOVERING, column) <= 0.0:
        return float(e["leaving"])
    weight = attributed(p, s, e["mode"], e["severity"], default(p, s, slots.EXPLANATION, column), column)
    if e["outcome"] != ev.SOLVED:
        # That the matter is not solved is not explained away.
        weight = max(weight, default(p, s, slots.UNSOLVED_WEIGHT, column))
    return e["leaving"] + default(p, s, slots.EXIT_BY_LOSS, column) * min(weight - e["weight"], 0.0)


@part
def answer(p: Plan, s: State, person: int, now: int) -> float:
    """Answer a complaint with the steps of the firm's recovery; returns how just it seems, 0 to about 1 (B-27)."""
    e = s.episodes[person]
    c = s.cold[person]
    column = c["segment"]
    firm = int(p.contacts[s.hot[person]["contact"]]["firm"])
    base = p.firms[firm]["levers"]
    steps = int(s.levers[base + pl.FIRM_STEPS, column])
    if default(p, s, slots.RECOVERING, column) <= 0.0:
        return 0.0
    if p.firms[firm]["baseline"] == 1:
        need = np.uint64(s.hot[person]["need"])
        u = draw(s.world[0]["key"], np.uint64(person), draws.MADE_GOOD, occasion(need, _U0, _U0))
        good = default(p, s, slots.MADE_GOOD_FROM, column)
        return good + 0.25 if u < s.levers[base + pl.FIRM_BASE_RECOVERS, column] else 0.0
    skipped = default(p, s, slots.STEP_SKIPPED, column)
    distributive = 0.0
    if steps & CREDIT:
        credit = s.levers[base + pl.FIRM_CREDIT, column]
        if (s.hot[person]["flags"] & ev.FLAG_APPROVAL) == 0:
            credit = min(credit, s.levers[base + pl.FIRM_LIMIT, column])
        pays = (
            s.levers[base + pl.FIRM_PRICE, column] * s.levers[p.market[0]["segment_levers"] + pl.SEGMENT_PAYS, column]
        )
        loss = value_of_loss(e["weight"], pays, default(p, s, slots.LOSS_VALUE, column))
        if credit > 0.0:
            t = s.firm[s.world[0]["period"], firm, column]
            t["credits"] += credit
            t["credited"] += 1
            if now >= 0 and firm == c["base_firm"]:
                c["paid"] += credit
            distributive = step_worth(steps, CREDIT, skipped) * compensation(
                compensated_share(credit, loss), default(p, s, slots.COMPENSATION_SCALE, column),
                default(p, s, slots.COMPENSATION_PEAK, column), default(p, s, slots.COMPENSATION_FALL, column),
            )  # fmt: skip
    just = justice(
        distributive, treatment(steps, skipped), procedure(steps, skipped),
        default(p, s, slots.JUSTICE_BASE, column), default(p, s, slots.JUSTICE_OUTCOME, column),
        default(p, s, slots.JUSTICE_TREATMENT, column), default(p, s, slots.JUSTICE_PROCEDURE, column),
    )  # fmt: skip
    days = (now - e["complained_at"]) / pl.DAY
    return just * delayed(
        days, default(p, s, slots.RECOVERY_GRACE, column), default(p, s, slots.RECOVERY_DECAY, column)
    )


@part
def complain(p: Plan, s: State, person: int, firm: int, now: int) -> int:
    """Complain: at the firm's desk if it has one, else to whoever is there; returns a status."""
    h = s.hot[person]
    e = s.episodes[person]
    c = s.cold[person]
    e["complained_at"] = now
    s.firm[s.world[0]["period"], firm, c["segment"]]["complaints"] += 1
    if now >= 0 and firm == c["base_firm"]:
        c["marks"] |= ev.MARK_COMPLAINED
    if e["mode"] >= 0:
        cause = s.causes[firm, e["mode"]]
        cause["complaints"] += 1
        if now >= 0:
            cause["all_complaints"] += 1
    s.organisations[firm]["spoke"] += 1.0 if p.market[0]["unfollowed"] > 0 else 0.0
    note(s, ev.LOG_COMPLAINS, np.uint64(person), h["need"], h["visit"], firm, -1, -1, -1, e["mode"], e["weight"])
    desk = p.firms[firm]["complaint_step"]
    if desk < 0:
        settle(p, s, person, firm, answer(p, s, person, now), True, now)
        return ev.DONE
    h["flags"] |= ev.FLAG_COMPLAINT
    h["attempt"] = 0
    return enter(p, s, person, desk, now)


@part
def leave_desk(p: Plan, s: State, row: int, now: int) -> int:
    """Go on from the complaint desk: a credit above the limit waits for approval; returns a status."""
    h = s.hot[row]
    followed = row < p.market[0]["n_persons"]
    firm = int(p.contacts[h["contact"]]["firm"])
    base = p.firms[firm]["levers"]
    column = segment_of(p, s, row)
    approvals = p.firms[firm]["approval_step"]
    above = s.levers[base + pl.FIRM_CREDIT, column] > s.levers[base + pl.FIRM_LIMIT, column]
    if (
        approvals >= 0
        and above
        and int(s.levers[base + pl.FIRM_STEPS, column]) & CREDIT
        and (h["flags"] & ev.FLAG_APPROVAL) == 0
    ):
        h["flags"] |= ev.FLAG_APPROVAL
        if followed:
            s.firm[s.world[0]["period"], firm, column]["approvals"] += 1
        return enter(p, s, row, approvals, now)
    if followed:
        settle(p, s, row, firm, answer(p, s, row, now), True, now)
    else:
        let_go(s, row)
    return ev.DONE


@part
def let_go(s: State, row: int) -> None:
    """Give back the row of a caller or a stand-in."""
    s.hot[row]["next"] = s.world[0]["free_row"]
    s.hot[row]["status"] = ev.GONE
    s.world[0]["free_row"] = row


@part
def stand_in_complains(p: Plan, s: State, row: int, firm: int) -> bool:
    """Whether a stand-in whose journey failed complains at the firm's desk: as many do as of those who are followed."""
    f = s.organisations[firm]
    if p.firms[firm]["complaint_step"] < 0 or f["spoke"] <= 0.0:
        return False
    occ = occasion(np.uint64(s.hot[row]["need"]), _U0, _U0)
    return draw(s.world[0]["key"], s.hot[row]["entity"], draws.EXIT, occ) * f["failed"] < f["spoke"]


@part
def conclude(p: Plan, s: State, row: int, outcome: int, now: int) -> int:
    """End a journey: log it, judge the episode, then stay silent, complain or leave; returns a status."""
    h = s.hot[row]
    contact = p.contacts[h["contact"]]
    firm = int(contact["firm"])
    person = row < p.market[0]["n_persons"]
    if person and p.firms[firm]["baseline"] == 1:
        outcome = live_at_baseline(p, s, row, firm, int(h["need"]))
    note(s, ev.LOG_DONE, h["entity"], h["need"], h["visit"], firm, -1, -1, -1, outcome, float(now - h["began"]))
    h["status"] = ev.IDLE
    if not person:
        failed = outcome != ev.SOLVED or (h["flags"] & ev.FLAG_FAILED) != 0
        if failed and of_market(p, s, row) and stand_in_complains(p, s, row, firm):
            h["flags"] |= ev.FLAG_COMPLAINT
            h["attempt"] = 0
            h["began"] = now
            return enter(p, s, row, p.firms[firm]["complaint_step"], now)
        let_go(s, row)
        return ev.DONE
    c = s.cold[row]
    if c["gone"] == 1:
        return ev.DONE
    e = s.episodes[row]
    if e["elements"] == 0 or p.firms[firm]["baseline"] == 1:
        lost = min(lost_by_waiting(p, s, row, firm), default(p, s, slots.MOST_LOST, c["segment"]))
        e["lost_wait"] += lost
        feel(p, s, row, firm, delivered(p, s, row, firm, -1) - lost)
    judge(p, s, row, firm, outcome, now)
    failed = outcome != ev.SOLVED or (h["flags"] & ev.FLAG_FAILED) != 0
    count_episode(p, s, row, firm, outcome, failed, now)
    if failed and p.market[0]["unfollowed"] > 0:
        s.organisations[firm]["failed"] = ev.LEFT_OF_FAILURES * s.organisations[firm]["failed"] + 1.0
        s.organisations[firm]["spoke"] *= ev.LEFT_OF_FAILURES
    if failed and e["trouble"] >= 0 and c["firm"] == firm and c["notice"] == 0:
        t = s.firm[s.world[0]["period"], firm, c["segment"]]
        t["hurt"] += 1
        choice = decide(p, s, row, firm, now)
        if choice == VOICE:
            return complain(p, s, row, firm, now)
        if choice == EXIT:
            t["silent_exits"] += 1
            go(p, s, row, firm, int(e["trouble"]), now)
    settle(p, s, row, firm, 0.0, False, now)
    return ev.DONE
