"""A person of the market: needs, choice among firms, judgement of what was experienced, leaving."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cxsim.behaviour.choice import logit_weight, utility
from cxsim.behaviour.leaving import (
    hazard_of_notice,
    probability_of_exit,
    probability_within,
    reason_of_leaving,
    spread_cost,
)
from cxsim.engines.reference.journey import Customer, journey
from cxsim.engines.reference.judgement import Episode, judge
from cxsim.engines.reference.talk import tell_others
from cxsim.engines.reference.world import NEVER, Course, World, occasion
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.clock import need_after, weight_at
from cxsim.model.samplers import whole
from cxsim.model.tallies import purchase_rate


class Mind:
    """What a person believes about a firm; the fields of `cxsim.model.state.MIND`."""

    __slots__ = ("burnt", "encounters", "heard", "last", "mean", "satisfaction", "variance")

    def __init__(self, row: np.void) -> None:
        for name in self.__slots__:
            setattr(self, name, row[name].item())

    mean: float
    variance: float
    encounters: float
    satisfaction: float
    last: int
    heard: float
    burnt: int


class Person(Customer):
    """A person with a fixed number; the fields are those of `cxsim.model.state.COLD`.

    Parameters
    ----------
    world : World
    number : int
    row : COLD record
        The person at the start.
    minds : MIND records
        One for each firm.
    """

    def __init__(self, world: World, number: int, row: np.void, minds: np.ndarray) -> None:
        super().__init__(world, number)
        self.next_need = int(row["next_need"])
        self.joined = int(row["joined"])
        self.needs = int(row["needs"])
        self.segment = self.class_ = int(row["segment"])
        self.firm = int(row["firm"])
        self.base_firm = int(row["base_firm"])
        self.first_reason = int(row["first_reason"])
        self.first_left = int(row["first_left"])
        self.last_reason = int(row["last_reason"])
        self.notice = bool(row["notice"])
        self.gone = bool(row["gone"])
        self.due = False
        self.leaving_for = int(row["leaving_for"])
        self.minds = [Mind(mind) for mind in minds]

    def default(self, name: str) -> float:
        """Value of a behaviour parameter for this person's segment."""
        return self.world.default(name, self.segment)

    def of_market(self, column: int) -> float:
        """Value of one of the MARKET columns for this person's segment."""
        return self.world.lever(self.world.rows.market.levers + column, self.segment)

    def of_segment(self, column: int) -> float:
        """Value of one of the SEGMENT columns for this person."""
        return self.world.lever(self.world.rows.market.segment_levers + column, self.segment)

    def of_firm(self, firm: int, column: int) -> float:
        """Value of one of the FIRM columns of a firm, for this person's segment."""
        return self.world.lever(self.world.rows.firms[firm].levers + column, self.segment)

    def counts_at(self, firm: int) -> dict[str, Any]:
        """Return the counts of a firm to which this person adds."""
        return self.world.of_firm(firm, self.segment)

    def remark(self, kind: int, firm: int, *, cause: int = 0, value: float = 0.0) -> None:
        """Log something that happens between this person and a firm."""
        self.world.note(kind, self.entity, max(self.needs - 1, 0), 0, firm, cause=cause, value=value)

    # --- needs

    def life(self) -> Course:
        """Meet needs, one after another; those that come due during a journey wait until it ends."""
        while self.next_need < NEVER:
            if self.next_need > self.world.now and not self.gone:
                self.due = True
                yield self.sleep_until(self.next_need, ev.NEED, self.needs)
                self.due = False
            if self.gone:
                return
            number, at = self.needs, self.next_need
            self.needs += 1
            self.draw_next_need()
            yield from self.meet_need(number, at)

    def draw_next_need(self) -> None:
        """Draw the time of the next candidate need; it depends on the person and its number only (Çinlar 1975)."""
        world = self.world
        amount = -math.log1p(-world.draw(self.entity, draws.NEED_GAP, occasion(self.needs)))
        self.next_need = need_after(
            world.plan.need_profile, world.rows.market.need_bound, world.week_offset, self.next_need, amount
        )

    def meet_need(self, number: int, at: int) -> Course:
        """Meet a candidate need of time `at`: thin it, choose a firm where one may, make the journey and judge it."""
        world = self.world
        contact = self.contact_of_need(number, at)
        if contact < 0:
            return
        if world.rows.market.contractual == 1 and self.firm < 0:
            chosen = self.choose(number, ev.AT_NEED, last=-1)
            if chosen >= 0:
                self.join(chosen)
            return
        if world.rows.market.contractual == 0 and world.rows.contacts[contact].because == pl.BECAUSE_PURCHASE:
            contact = self.buy_somewhere(contact, number)
        elif self.firm < 0:
            return
        if contact < 0:
            return
        self.counts_at(world.rows.contacts[contact].firm)["needs"] += 1
        outcome = yield from journey(self, contact, number)
        self.end_journey(outcome)
        if self.gone:
            return
        episode = judge(self, outcome)
        if episode.failed and episode.trouble >= 0:
            self.perhaps_exit(episode)
        tell_others(self, episode)

    def end_journey(self, outcome: int) -> None:
        """Be done with a journey, however it went."""
        self.status = ev.IDLE
        firm = self.world.rows.contacts[self.contact].firm
        self.world.note(
            ev.LOG_DONE, self.entity, self.need, self.visit, firm,
            cause=outcome, value=float(self.world.now - self.began),
        )  # fmt: skip

    def buy_somewhere(self, contact: int, number: int) -> int:
        """Choose the firm of a purchase and, if it is another one, go over; returns its contact, -1 for none."""
        world = self.world
        last = chosen = self.firm
        if last < 0 or self.default("choosing") > 0.0:
            chosen = self.choose(number, ev.AT_NEED, last=last)
        if chosen < 0:
            return -1
        if chosen != last:
            # Exit place (a): another firm is chosen at a need.
            if last >= 0:
                self.leave(self.why_leave(last, chosen))
            self.join(chosen)
        return world.rows.group_contact[world.rows.contacts[contact].group][chosen]

    def contact_of_need(self, number: int, at: int) -> int:
        """Which contact a candidate need becomes (-1: none): thinning against the bound, one draw."""
        world = self.world
        profile = world.plan.need_profile
        quarter = ((at + world.week_offset) % pl.WEEK) // pl.BIN
        bound = world.rows.market.need_bound * float(profile[quarter + 1] - profile[quarter])
        left = bound * world.draw(self.entity, draws.NEED_KIND, occasion(number))
        for by_firm in world.rows.group_contact:
            contact, rate = self.wanted(by_firm, at)
            if left < rate:
                return contact
            left -= rate
        return -1

    def wanted(self, by_firm: list[int], at: int) -> tuple[int, float]:
        """Contact of a group and its rate at a time; who has no firm has the highest rate that a firm's file gives."""
        world = self.world
        best, highest = -1, 0.0
        for firm, contact in enumerate(by_firm):
            if contact >= 0 and self.firm in {firm, -1}:
                row = world.rows.contacts[contact]
                levers = world.levers if self.firm >= 0 else world.plan.levers
                weight = weight_at(world.plan.profiles, row.profile, world.week_offset, at)
                rate = levers.item(row.levers + pl.CONTACT_RATE, self.segment) * weight
                if rate > highest:
                    best, highest = contact, rate
        return best, highest

    # --- choice

    def relative_price(self, firm: int) -> float:
        """Price this person pays at a firm, over the market's mean price at the start; 1 where nothing has a price."""
        reference = self.world.rows.market.price_reference
        if reference <= 0.0:
            return 1.0
        return self.of_firm(firm, pl.FIRM_PRICE) * self.of_segment(pl.SEGMENT_PAYS) / reference

    def price_weight(self) -> float:
        """Utils per relative price."""
        return self.default("choice_price") * self.of_segment(pl.SEGMENT_PRICE_WEIGHT)

    def utility(self, firm: int, last: int) -> float:
        """Return the utility of a firm for a person whose last firm is `last` (B-35)."""
        return utility(
            self.minds[firm].mean,
            self.relative_price(firm),
            1.0 if firm == last else 0.0,
            self.default("choice_expectation"),
            self.price_weight(),
            self.default("inertia"),
        )

    def considers(self, firm: int, last: int, number: int, where: int) -> bool:
        """Whether a firm is considered at this occasion: the last one always; who has none looks at all."""
        if firm == last:
            return True
        chance = self.default("awareness") if last >= 0 else 1.0
        if self.minds[firm].burnt > 0:
            chance = min(chance, self.default("burnt"))
        return self.world.draw(self.entity, draws.CONSIDERED, occasion(number, firm, where)) < chance

    def choose(self, number: int, where: int, *, last: int, excluded: int = -1) -> int:
        """Choose a firm by logit among those considered; -1 when none is (B-35, B-57)."""
        weights = {
            firm: logit_weight(self.utility(firm, last))
            for firm in range(len(self.world.rows.firms))
            if firm != excluded and self.considers(firm, last, number, where)
        }
        total = 0.0
        for weight in weights.values():
            total += weight  # not sum(), which compensates from Python 3.12 on and would differ in the last bit
        if total <= 0.0:
            return -1
        left = total * self.world.draw(self.entity, draws.FIRM_CHOICE, occasion(number, 0, where))
        chosen = -1
        for firm, weight in weights.items():
            if weight > 0.0:
                chosen = firm
                if left < weight:
                    break
                left -= weight
        return chosen

    def best_advantage(self, own: int) -> float:
        """Return the best rival's utility less the own firm's and the switching cost, without inertia; 0: no rival."""
        world = self.world
        rivals = [self.utility(firm, -1) for firm in range(len(world.rows.firms)) if firm != own]
        if not rivals:
            return 0.0
        payments = 12.0
        if world.rows.market.contractual == 0:
            rate = purchase_rate(world.plan.contacts, world.plan.group_contact, world.levers, own, self.segment)
            payments = rate * pl.YEAR
        cost = spread_cost(self.of_market(pl.MARKET_SWITCHING_COST), world.rows.market.price_reference, payments)
        return max(rivals) - self.utility(own, -1) - self.price_weight() * cost

    # --- joining and leaving

    def join(self, firm: int) -> None:
        """Become a firm's customer."""
        mind = self.minds[firm]
        counts = self.counts_at(firm)
        counts["joined"] += 1
        if mind.heard > 0.0:
            counts["won_by_talk"] += 1
        self.firm = firm
        self.last_reason = -1
        self.joined = mind.last = self.world.now
        self.remark(ev.LOG_JOINED, firm, value=mind.heard)
        mind.heard = 0.0
        mind.burnt = 0

    def leave(self, reason: int) -> None:
        """End the relationship with the present firm; every exit carries its reason."""
        world = self.world
        firm = self.firm
        if world.rows.market.contractual == 1:
            self.pay(world.now)
        world.counts.left[world.period, firm, self.segment, reason] += 1
        if world.now >= 0 and firm == self.base_firm and self.first_left >= NEVER:
            self.first_left = world.now
            self.first_reason = reason
        self.firm = -1
        self.notice = False
        self.remark(ev.LOG_LEFT, firm, cause=reason, value=self.minds[firm].satisfaction)
        self.minds[firm].heard = 0.0

    def pay(self, until: int) -> None:
        """Pay the contract for the part of this period that one has been the firm's customer."""
        begin = max(self.joined, self.world.period_begin)
        months = (until - begin) / pl.MONTH
        bill = self.counts_at(self.firm)
        bill["revenue"] += self.of_firm(self.firm, pl.FIRM_PRICE) * self.of_segment(pl.SEGMENT_PAYS) * months
        bill["variable_cost"] += self.of_firm(self.firm, pl.FIRM_VARIABLE_COST) * months

    def why_leave(self, old: int, new: int) -> int:
        """Reason of a move from one firm to another (or to none, -1)."""
        by_price = by_expectation = heard = 0.0
        if new >= 0:
            by_price = self.price_weight() * (self.relative_price(old) - self.relative_price(new))
            by_expectation = self.default("choice_expectation") * (self.minds[new].mean - self.minds[old].mean)
            heard = self.minds[new].heard
        return reason_of_leaving(self.last_reason, by_price, by_expectation, heard)

    def perhaps_exit(self, episode: Episode) -> None:
        """Exit place (b): the end of an episode with a failure (B-24)."""
        firm = episode.firm
        if self.default("exit_after_failure") <= 0.0 or self.firm != firm or self.notice or self.gone:
            return
        chance = probability_of_exit(
            max(-episode.satisfaction, 0.0),
            episode.before,
            self.best_advantage(firm),
            self.default("exit_base"),
            self.default("exit_by_loss"),
            self.default("exit_by_bond"),
            self.default("exit_by_alternative"),
        )
        if self.world.draw(self.entity, draws.EXIT, occasion(episode.need)) >= chance:
            return
        self.minds[firm].burnt = 1
        if self.world.rows.market.contractual == 1:
            self.give_notice(episode.trouble, ev.FAILURE_NOTICE | episode.need)
        else:
            self.leave(episode.trouble)

    def give_notice(self, reason: int, ordinal: int) -> None:
        """Leave a contract: effective after the notice period."""
        self.notice = True
        self.leaving_for = reason
        self.counts_at(self.firm)["notices"] += 1
        self.remark(ev.LOG_NOTICE, self.firm, cause=reason)
        at = self.world.now + whole(self.of_market(pl.MARKET_NOTICE))
        self.world.schedule(at, ev.LEAVE, self.entity, ordinal, lambda: self.end_contract(ordinal), row=self.row)

    def end_contract(self, ordinal: int) -> None:
        """Let a notice take effect: the contract ends and another firm is chosen."""
        if self.gone or not self.notice or self.firm < 0:
            return
        old = self.firm
        self.leave(self.leaving_for)
        chosen = self.choose(ordinal, ev.AT_LEAVING, last=-1, excluded=old)
        if chosen >= 0:
            self.join(chosen)

    # --- the monthly review

    def plan_review(self, month: int) -> None:
        """Put the review of a month on the calendar, at a keyed moment of it."""
        world = self.world
        u = world.draw(self.entity, draws.REVIEW_TIME, month)
        at = world.start + month * pl.MONTH + 1 + int(u * (pl.MONTH - 1))
        world.schedule(at, ev.REVIEW, self.entity, month, lambda: self.review(month), row=self.row)

    def review(self, month: int) -> None:
        """Monthly review: exit places (d), involuntary, and (c), the contract hazard (B-37, B-38)."""
        self.plan_review(month + 1)
        if self.gone:
            return
        world = self.world
        years = pl.MONTH / pl.YEAR
        anyway = self.of_market(pl.MARKET_LEAVES_ANYWAY)
        if world.draw(self.entity, draws.INVOLUNTARY, month) < probability_within(anyway, years):
            if self.firm >= 0:
                self.leave(ev.REASON_INVOLUNTARY)
            self.gone = True
            return
        if world.rows.market.contractual == 0 or self.default("contract_exit") <= 0.0 or self.firm < 0 or self.notice:
            return
        hazard = hazard_of_notice(
            self.default("base_hazard"),
            self.minds[self.firm].satisfaction,
            self.best_advantage(self.firm),
            self.default("satisfaction_to_staying"),
            self.default("alternative_to_leaving"),
        )
        if world.draw(self.entity, draws.REVIEW, month) < probability_within(hazard, years):
            rivals = [firm for firm in range(len(world.rows.firms)) if firm != self.firm]
            best = max(rivals, key=lambda firm: self.utility(firm, -1), default=-1)
            self.give_notice(self.why_leave(self.firm, best), month)
