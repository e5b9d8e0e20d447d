"""A person of the market: needs, one after another, and the journeys that they lead to."""

from __future__ import annotations

from typing import Any

import numpy as np

from cxsim.behaviour.failure import comes_to_mind
from cxsim.behaviour.survey import chance_of_response
from cxsim.engines.reference import moment
from cxsim.engines.reference.aftermath import conclude
from cxsim.engines.reference.choice import choose
from cxsim.engines.reference.desk import Desk
from cxsim.engines.reference.journey import journey, open_journey
from cxsim.engines.reference.market import MarketCustomer, comes_again, repaired_at
from cxsim.engines.reference.mind import Episode, Mind
from cxsim.engines.reference.relationship import join, leave, why_leave
from cxsim.engines.reference.world import NEVER, Course, World, occasion
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.clock import need_after, weight_at
from cxsim.model.samplers import unit_exponential


class Person(MarketCustomer):
    """A person with a fixed number; the fields are those of `cxsim.model.state.COLD`.

    Parameters
    ----------
    world : World
    number : int
    row : COLD record
        The person at the start.
    minds : MIND records
        One for each firm.
    episode : EPISODE record
    """

    def __init__(self, world: World, number: int, row: np.void, minds: np.ndarray, episode: np.void) -> None:
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
        self.marks = int(row["marks"])
        self.deserved = float(row["deserved"])
        self.paid = float(row["paid"])
        self.minds = [Mind(mind) for mind in minds]
        self.episode = Episode(episode)

    def defaults(self, *names: str) -> list[float]:
        """Values of several behaviour parameters."""
        return [self.default(name) for name in names]

    def of_market(self, column: int) -> float:
        """Value of one of the MARKET columns for this person's segment."""
        return self.world.lever(self.world.rows.market.levers + column, self.segment)

    def of_segment(self, column: int) -> float:
        """Value of one of the SEGMENT columns for this person."""
        return self.world.lever(self.world.rows.market.segment_levers + column, self.segment)

    def cares(self, column: int) -> float:
        """How much one of the SEGMENT_CARES columns matters to this person; 1 as it does to everybody."""
        return self.of_segment(column)

    def counts_at(self, firm: int) -> dict[str, Any]:
        """Return the counts of a firm to which this person adds."""
        return self.world.of_firm(firm, self.segment)

    def remark(self, kind: int, firm: int, *, cause: int = 0, value: float = 0.0) -> None:
        """Log something that happens between this person and a firm."""
        self.world.note(kind, self.entity, max(self.needs - 1, 0), 0, firm, cause=cause, value=value)

    def mark(self, firm: int, what: int) -> None:
        """Remember for the account of who was saved by what; only what the firm of time 0 does counts."""
        if self.world.now >= 0 and firm == self.base_firm:
            self.marks |= what

    @property
    def where(self) -> int:
        """Firm of the present journey."""
        return int(self.world.rows.contacts[self.contact].firm)

    @property
    def loss_aversion(self) -> float:
        """How much more falling short weighs than exceeding."""
        return self.default("loss_aversion") if self.is_on("loss_averse") else 1.0

    def unhealed(self, firm: int) -> float:
        """Failures of a firm that were not made good and that this person still remembers."""
        return self.minds[firm].unhealed(self.world.now, self.default("failure_memory"))

    def failures_before(self, firm: int) -> float:
        """Return 1 where a failure of a firm, made good or not, is still remembered, else 0."""
        days = (self.world.now - self.minds[firm].hurt_at) / pl.DAY
        return comes_to_mind(days, self.default("failure_memory"))

    def chance_of_response(self, satisfaction: float) -> float:
        """Chance that this person answers a survey (B-36)."""
        by_extremes = self.default("respond_by_extremes") if self.is_on("response_bias") else 0.0
        return chance_of_response(satisfaction, self.default("respond_base"), by_extremes)

    # --- on a journey

    def live_through(self, desk: Desk, /, *, fails: bool) -> bool:
        """Take in the visit that ends now; what happens at the complaint desk is settled with the complaint."""
        return fails if self.flags & ev.FLAG_COMPLAINT else moment.live_through(self, desk, fails)

    def keep_date(self, wait: int) -> None:
        """Compare the moment at which a service off-line begins with the promised one."""
        if not self.flags & ev.FLAG_COMPLAINT:
            moment.keep_date(self, wait)

    def gives_up_complaining(self) -> int | None:
        """When this person, having heard nothing for too long, takes a complaint for unanswered; else None."""
        if not self.flags & ev.FLAG_COMPLAINT:
            return None
        patience = int(self.default("complaint_patience") * pl.DAY)
        return max(self.episode.complained_at + patience, self.world.now + 1)

    def go_round(self) -> None:
        """Be sent back once more."""
        self.episode.loops += 1

    def be_passed_on(self) -> None:
        """Be transferred once more."""
        self.episode.transfers += 1

    def comes_again(self, outcome: int, /) -> int | None:
        """After how many microseconds one comes again with what was not solved; None: one gives it up (B-19)."""
        return None if self.gone else comes_again(self, outcome, self.episode.repeats)

    def try_again(self) -> None:
        """Count one more try with the same matter."""
        self.episode.repeats += 1

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
        amount = unit_exponential(world.draw(self.entity, draws.NEED_GAP, occasion(self.needs)))
        self.next_need = need_after(
            world.plan.need_profile, world.rows.market.need_bound, world.week_offset, self.next_need, amount
        )

    def meet_need(self, number: int, at: int) -> Course:
        """Meet a candidate need of time `at`: thin it, choose a firm where one may, make the journey and judge it."""
        world = self.world
        u = world.draw(self.entity, draws.NEED_KIND, occasion(number))
        contact = self.contact_of_need(u, at)
        if contact < 0:
            return
        if world.rows.market.contractual == 1 and self.firm < 0:
            chosen = choose(self, number, ev.AT_NEED, last=-1)
            if chosen >= 0:
                join(self, chosen)
            return
        if world.rows.market.contractual == 0 and world.rows.contacts[contact].because == pl.BECAUSE_PURCHASE:
            contact = self.buy_somewhere(contact, number)
        elif self.firm < 0:
            return
        if contact < 0:
            return
        firm = world.rows.contacts[contact].firm
        mode = -1
        if world.rows.contacts[contact].because == pl.BECAUSE_FAILURE:
            mode = self.meet_failure(contact, number)
            if mode < 0:
                return
        self.counts_at(firm)["needs"] += 1
        open_journey(self, contact, number)
        moment.begin_episode(self, firm, mode)
        outcome = yield from journey(self)
        yield from conclude(self, outcome)

    def meet_failure(self, contact: int, number: int) -> int:
        """In which way the firm failed, where that is what a contact is about; -1: not any more.

        The last touchpoint of the journey is where it is repaired: its team has learned not to fail.
        """
        world = self.world
        row = world.rows.contacts[contact]
        about = occasion(number)
        self.need = number
        mode = moment.mode_of_failure(self, row.firm, about)
        return -1 if moment.is_spared(self, row.firm, mode, repaired_at(world, contact), about) else mode

    def buy_somewhere(self, contact: int, number: int) -> int:
        """Choose the firm of a purchase and, if it is another one, go over; returns its contact, -1 for none."""
        world = self.world
        last = chosen = self.firm
        if last < 0 or self.default("choosing") > 0.0:
            chosen = choose(self, number, ev.AT_NEED, last=last)
        if chosen < 0:
            return -1
        if chosen != last:
            # Exit place (a): another firm is chosen at a need.
            if last >= 0:
                leave(self, why_leave(self, last, chosen))
            join(self, chosen)
        return world.rows.group_contact[world.rows.contacts[contact].group][chosen]

    def contact_of_need(self, u: float, at: int) -> int:
        """Which contact a candidate need becomes (-1: none): thinning against the bound by one draw, `u`."""
        world = self.world
        profile = world.plan.need_profile
        quarter = ((at + world.week_offset) % pl.WEEK) // pl.BIN
        bound = world.rows.market.need_bound * float(profile[quarter + 1] - profile[quarter])
        left = bound * u
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
