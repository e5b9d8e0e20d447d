"""Stand-ins: mindless contacts of the people who are not followed, so that the staff meets them all.

The people who are not followed have candidate needs at the same rate as those who are. Each such candidate is thinned
like a need that one of the followed, drawn evenly, would have now, and makes the same journey; so the load follows
what the followed do. A stand-in expects, remembers and tells nothing.
"""

from __future__ import annotations

from cxsim.engines.reference import moment
from cxsim.engines.reference.callers import lend_row
from cxsim.engines.reference.choice import choose
from cxsim.engines.reference.desk import Desk
from cxsim.engines.reference.journey import enter, journey, open_journey, visit
from cxsim.engines.reference.market import MarketCustomer, comes_again, repaired_at
from cxsim.engines.reference.person import Person
from cxsim.engines.reference.recovery import needs_approval
from cxsim.engines.reference.world import Course, World, occasion
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.clock import need_after
from cxsim.model.samplers import unit_exponential


class StandIns:
    """The one source of stand-ins, keyed by their ordinals."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.source = len(world.rows.contacts)

    def plan_next(self, number: int, since: int) -> None:
        """Put candidate `number` on the calendar (Çinlar 1975)."""
        world = self.world
        market = world.rows.market
        amount = unit_exponential(world.draw(int(draws.SOURCES) + self.source, draws.ARRIVAL_GAP, number))
        bound = market.need_bound * market.unfollowed
        at = need_after(world.plan.need_profile, bound, world.week_offset, since, amount)
        world.schedule(at, ev.ARRIVAL, self.source, number, lambda: self.let_in(number), row=self.source)

    def let_in(self, number: int) -> None:
        """Let a candidate come: as one of the followed, drawn evenly, would have a need now."""
        world = self.world
        self.plan_next(number + 1, world.now)
        entity = (self.source + 1 << int(draws.CALLER_SHIFT)) | number
        person = world.people[int(world.draw(entity, draws.STANDS_FOR) * len(world.people))]
        contact = -1 if person.gone else contact_like(person, entity, number)
        if contact < 0:
            return
        row = world.rows.contacts[contact]
        if row.n_steps == 0 and world.rows.firms[row.firm].complaint_step < 0:
            return  # nobody of the staff would meet it
        customer = StandIn(world, len(world.customers))
        customer.entity = entity
        customer.segment = customer.class_ = person.segment
        failed = row.because == pl.BECAUSE_FAILURE
        if failed:
            mode = moment.mode_of_failure(customer, row.firm, 0)
            still = moment.still_happens(customer, row.firm, mode, repaired_at(world, contact))
            if world.draw(entity, draws.SPARED) >= still:
                return
        lend_row(customer)
        customer.flags = 0
        customer.agent = -1
        customer.set_out(customer.come(contact, person.row, failed=failed))


def contact_like(person: Person, entity: int, number: int) -> int:
    """Which contact somebody like a person has now, -1: none; nothing about the person changes."""
    world = person.world
    contact = person.contact_of_need(world.draw(entity, draws.NEED_KIND), world.now)
    if contact < 0:
        return -1
    row = world.rows.contacts[contact]
    if world.rows.market.contractual == 1 or row.because != pl.BECAUSE_PURCHASE:
        return contact if person.firm >= 0 else -1
    chosen = person.firm
    if chosen < 0 or person.is_on("choosing"):
        chosen = choose(person, number, ev.AT_STAND_IN, last=person.firm)
    return world.rows.group_contact[row.group][chosen] if chosen >= 0 else -1


class StandIn(MarketCustomer):
    """Somebody who is not followed, during one journey."""

    def come(self, contact: int, whom: int, *, failed: bool) -> Course:
        """Make the journey; where it fails, perhaps complain; and give the row back."""
        world = self.world
        open_journey(self, contact, 0, whom)
        if failed:
            self.flags |= ev.FLAG_FAILED
        outcome = yield from journey(self)
        firm = world.rows.contacts[contact].firm
        world.note(
            ev.LOG_DONE, self.entity, self.need, self.visit, firm, cause=outcome, value=float(world.now - self.began)
        )  # fmt: skip
        self.status = ev.IDLE
        if (outcome != ev.SOLVED or self.flags & ev.FLAG_FAILED) and self.complains(firm):
            yield from self.complaint(firm)
        self.status = ev.GONE
        world.free_rows.append(self.row)

    def complains(self, firm: int) -> bool:
        """Whether one complains at the firm's desk: as many do as of those who are followed."""
        known = self.world.organisations[firm]
        if self.world.rows.firms[firm].complaint_step < 0 or known.spoke <= 0.0:
            return False
        u = self.world.draw(self.entity, draws.EXIT, occasion(self.need))
        return u * known.failed < known.spoke

    def complaint(self, firm: int) -> Course:
        """Wait for an answer, and for the approval of a credit where it needs one."""
        row = self.world.rows.firms[firm]
        self.flags |= ev.FLAG_COMPLAINT
        self.attempt = 0
        self.began = self.world.now
        enter(self, row.complaint_step)
        if (yield from visit(self, self.desk())) == ev.ABANDONED:
            return
        if row.approval_step >= 0 and needs_approval(self, firm):
            self.flags |= ev.FLAG_APPROVAL
            enter(self, row.approval_step)
            yield from visit(self, self.desk())

    def live_through(self, desk: Desk, /, *, fails: bool) -> bool:
        """Whether the visit that ends now fails: its cause may be gone."""
        if not fails or self.flags & ev.FLAG_COMPLAINT:
            return fails
        firm = self.world.rows.contacts[self.contact].firm
        mode = moment.mode_of_failure(self, firm, self.occasion())
        still = moment.still_happens(self, firm, mode, desk)
        if still < 1.0 and self.draw(draws.SPARED) >= still:
            return False
        self.flags |= ev.FLAG_FAILED
        return True

    def gives_up_complaining(self) -> int | None:
        """When one takes a complaint for unanswered; else None."""
        if not self.flags & ev.FLAG_COMPLAINT:
            return None
        return max(self.began + int(self.default("complaint_patience") * pl.DAY), self.world.now + 1)

    def comes_again(self, outcome: int, /) -> int | None:
        """After how many microseconds one comes again with what was not solved; None: one gives it up (B-19)."""
        return comes_again(self, outcome, self.need)

    def try_again(self) -> None:
        """Count one more try with the same matter."""
        self.need += 1
