"""The relationship with a firm: joining, paying, leaving, notice, and the monthly review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cxsim.behaviour.leaving import hazard_of_notice, probability_within, reason_of_leaving
from cxsim.engines.reference.choice import advantage, best_rival, care, choose, price_weight, relative_price
from cxsim.engines.reference.world import NEVER
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.samplers import whole

if TYPE_CHECKING:
    from cxsim.engines.reference.person import Person


def join(person: Person, firm: int) -> None:
    """Become a firm's customer."""
    mind = person.minds[firm]
    counts = person.counts_at(firm)
    counts["joined"] += 1
    if mind.heard > 0.0:
        counts["won_by_talk"] += 1
    person.firm = firm
    person.last_reason = -1
    person.joined = mind.last = person.world.now
    person.remark(ev.LOG_JOINED, firm, value=mind.heard)
    mind.heard = 0.0
    mind.burnt = 0


def leave(person: Person, reason: int) -> None:
    """End the relationship with the present firm; every exit carries its reason."""
    world = person.world
    firm = person.firm
    if world.rows.market.contractual == 1:
        pay(person, world.now)
    world.counts.left[world.period, firm, person.segment, reason] += 1
    if world.now >= 0 and firm == person.base_firm and person.first_left >= NEVER:
        person.first_left = world.now
        person.first_reason = reason
    person.firm = -1
    person.notice = False
    person.remark(ev.LOG_LEFT, firm, cause=reason, value=person.minds[firm].satisfaction)
    person.minds[firm].heard = 0.0


def pay(person: Person, until: int) -> None:
    """Pay the contract for the part of this period that one has been the firm's customer."""
    begin = max(person.joined, person.world.period_begin)
    months = (until - begin) / pl.MONTH
    bill = person.counts_at(person.firm)
    bill["revenue"] += person.of_firm(person.firm, pl.FIRM_PRICE) * person.of_segment(pl.SEGMENT_PAYS) * months
    bill["variable_cost"] += person.of_firm(person.firm, pl.FIRM_VARIABLE_COST) * months


def why_leave(person: Person, old: int, new: int) -> int:
    """Reason of a move from one firm to another (or to none, -1)."""
    by_price = by_expectation = heard = 0.0
    if new >= 0:
        by_price = price_weight(person) * (relative_price(person, old) - relative_price(person, new))
        by_expectation = person.default("choice_expectation") * (person.minds[new].mean - person.minds[old].mean)
        heard = person.minds[new].heard
    return reason_of_leaving(person.last_reason, by_price, by_expectation, heard)


def go_after_failure(person: Person, reason: int) -> None:
    """Exit place (b): leave after a failure (B-24)."""
    person.minds[person.firm].burnt = 1
    if person.world.rows.market.contractual == 1:
        give_notice(person, reason, ev.FAILURE_NOTICE | person.need)
    else:
        leave(person, reason)


def give_notice(person: Person, reason: int, ordinal: int) -> None:
    """Leave a contract: effective after the notice period."""
    person.notice = True
    person.leaving_for = reason
    person.counts_at(person.firm)["notices"] += 1
    person.remark(ev.LOG_NOTICE, person.firm, cause=reason)
    at = person.world.now + whole(person.of_market(pl.MARKET_NOTICE))
    person.world.schedule(
        at, ev.LEAVE, person.entity, ordinal, lambda: end_contract(person, ordinal), row=person.row
    )  # fmt: skip


def end_contract(person: Person, ordinal: int) -> None:
    """Let a notice take effect: the contract ends and another firm is chosen."""
    if person.gone or not person.notice or person.firm < 0:
        return
    old = person.firm
    leave(person, person.leaving_for)
    chosen = choose(person, ordinal, ev.AT_LEAVING, last=-1, excluded=old)
    if chosen >= 0:
        join(person, chosen)


def plan_review(person: Person, month: int) -> None:
    """Put the review of a month on the calendar, at a keyed moment of it."""
    world = person.world
    u = world.draw(person.entity, draws.REVIEW_TIME, month)
    at = world.start + month * pl.MONTH + 1 + int(u * (pl.MONTH - 1))
    world.schedule(at, ev.REVIEW, person.entity, month, lambda: review(person, month), row=person.row)


def review(person: Person, month: int) -> None:
    """Monthly review: exit places (d), involuntary, and (c), the contract hazard (B-37, B-38)."""
    plan_review(person, month + 1)
    if person.gone:
        return
    world = person.world
    years = pl.MONTH / pl.YEAR
    anyway = person.of_market(pl.MARKET_LEAVES_ANYWAY)
    if world.draw(person.entity, draws.INVOLUNTARY, month) < probability_within(anyway, years):
        if person.firm >= 0:
            leave(person, ev.REASON_INVOLUNTARY)
        person.gone = True
        return
    own = person.firm
    if world.rows.market.contractual == 0 or not person.is_on("contract_exit") or own < 0 or person.notice:
        return
    rival = best_rival(person, own, month, ev.AT_REVIEW)
    hazard = hazard_of_notice(
        person.default("base_hazard"),
        person.minds[own].satisfaction,
        advantage(person, own, rival),
        care(person, own),
        person.default("satisfaction_to_staying"),
        person.default("alternative_to_leaving"),
    )
    if world.draw(person.entity, draws.REVIEW, month) < probability_within(hazard, years):
        give_notice(person, why_leave(person, own, rival), month)
