"""A touchpoint: its line, its agents, its hours and shifts."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from cxsim.engines.reference.world import NEVER, World
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.clock import is_open, next_boundary
from cxsim.model.state import N_PRIORITIES

if TYPE_CHECKING:
    from cxsim.engines.reference.customer import Customer


class Agent:
    """A member of staff: `since` is when he or she last became free, `customer` the row of who is served."""

    __slots__ = ("customer", "number", "since", "status")

    def __init__(self, number: int) -> None:
        self.number = number
        self.since = 0
        self.status = ev.OFF
        self.customer = -1


class Desk:
    """A touchpoint at work.

    Parameters
    ----------
    world : World
    number : int
        Row of the plan's touchpoints.

    Attributes
    ----------
    lines : list of deque of Customer
        Who waits, by priority; within a priority in order of arrival.
    agents : list of Agent
        As many as any policy ever puts on duty; the lowest numbers work first.
    on_duty, busy : int
        Agents on duty, and customers in service.
    knowledge, skill : float
        What the team has learned in training, and how far that makes it better than the file describes it.
    epoch : int
        Raised when a lever moved: shift events that were planned before do not count.
    """

    def __init__(self, world: World, number: int) -> None:
        self.world = world
        self.number = number
        row = world.rows.touchpoints[number]
        self.firm: int = row.firm
        self.levers: int = row.levers
        self.staffed = row.staffed == 1
        self.in_person = row.in_person == 1
        self.lines: list[deque[Customer]] = [deque() for _ in range(N_PRIORITIES)]
        self.agents = [Agent(k) for k in range(row.first_agent, row.first_agent + row.n_agents)]
        self.shifts = world.rows.shifts[row.first_shift : row.first_shift + row.n_shifts]
        self.on_duty = 0
        self.busy = 0
        self.open = False
        self.epoch = 0
        self.changed = world.start
        self.knowledge = 0.0
        self.skill = 0.0

    def lever(self, column: int, segment: int) -> float:
        """Value that one of the TOUCH columns has for a segment now."""
        return self.world.lever(self.levers + column, segment)

    # --- the line and the agents

    @property
    def queued(self) -> int:
        """How many customers wait."""
        return sum(len(line) for line in self.lines)

    def account(self) -> None:
        """Add the time since the last change to the areas under queue, busy and duty; called before any change."""
        area = self.world.counts.areas[self.world.period][self.number]
        span = self.world.now - self.changed
        area["queue"] += span * self.queued
        area["busy"] += span * self.busy
        area["duty"] += span * self.on_duty
        self.changed = self.world.now

    def longest_idle(self) -> Agent | None:
        """Return the free agent who became free first; of several, the one with the lowest number."""
        free = [agent for agent in self.agents if agent.status == ev.FREE]
        return min(free, key=lambda agent: (agent.since, agent.number), default=None)

    def next_in_line(self) -> Customer | None:
        """Return the customer whose turn it is: highest priority (lowest number), then first come."""
        return next((line[0] for line in self.lines if line), None)

    def leave_line(self, customer: Customer) -> None:
        """Take a customer out of the line, and let a patience that is still running pass without effect."""
        self.lines[customer.priority].remove(customer)
        customer.stamp += 1
        if customer.patience is not None:
            customer.patience.cancel()
            customer.patience = None

    def hand_out(self) -> None:
        """Give the waiting to the free agents, in order, until one side runs out."""
        while True:
            customer, agent = self.next_in_line(), self.longest_idle()
            if customer is None or agent is None:
                return
            self.leave_line(customer)
            customer.wake(agent)

    def release(self, agent: Agent) -> None:
        """Let an agent go on after a service: to the next in line, or home if the shift is over."""
        agent.customer = -1
        if agent.status == ev.LEAVING:
            agent.status = ev.OFF
            self.on_duty -= 1
            return
        self.free(agent)
        self.hand_out()

    def free(self, agent: Agent) -> None:
        """Make an agent free from now on."""
        agent.status = ev.FREE
        agent.since = self.world.now
        agent.customer = -1

    # --- hours and shifts

    def holds(self, opening: int) -> bool:
        """Whether an opening set holds now; -1 always does."""
        world = self.world
        return opening < 0 or is_open(world.plan.openings, world.plan.windows, opening, world.week_offset, world.now)

    def next_change(self) -> int:
        """Next time at which hours or shifts may change."""
        world = self.world
        openings = [int(self.lever(pl.TOUCH_HOURS, 0))]
        openings += [int(world.lever(shift.levers + pl.SHIFT_WHEN, 0)) for shift in self.shifts]
        return min(
            (
                next_boundary(world.plan.openings, world.plan.windows, opening, world.week_offset, world.now)
                for opening in openings
                if opening >= 0
            ),
            default=NEVER,
        )

    def staff_level(self) -> int:
        """Agents that the running shifts put on duty."""
        lever = self.world.lever
        level = sum(
            int(lever(shift.levers + pl.SHIFT_STAFF, 0) + 0.5)
            for shift in self.shifts
            if self.holds(int(lever(shift.levers + pl.SHIFT_WHEN, 0)))
        )
        return min(max(level, 0), len(self.agents))

    def change_shift(self) -> None:
        """Bring hours and staff to what holds now, and plan the next change."""
        world = self.world
        was_open = self.open
        self.account()
        self.open = self.holds(int(self.lever(pl.TOUCH_HOURS, 0)))
        level = self.staff_level() if self.staffed and self.open else 0
        world.note(
            ev.LOG_SHIFT, self.number, 0, 0, self.firm,
            touchpoint=self.number, cause=int(self.open), value=float(level),
        )  # fmt: skip
        if was_open and not self.open and self.in_person:
            self.turn_away()
        if self.staffed:
            self.set_staff(level)
        self.plan_shift(self.next_change())

    def plan_shift(self, time: int) -> None:
        """Put a change of hours or shifts on the calendar."""
        epoch = self.epoch

        def pass_boundary() -> None:
            if epoch == self.epoch:
                self.change_shift()

        self.world.schedule(time, ev.SHIFT, self.number, epoch, pass_boundary, row=self.number)

    def turn_away(self) -> None:
        """Send home, in order, those who wait in person; accepted call-backs keep their place."""
        for customer in [customer for line in self.lines for customer in line]:
            if not customer.flags & ev.FLAG_CALL_BACK:
                self.leave_line(customer)
                customer.wake(ev.TURNED_AWAY)

    def set_staff(self, level: int) -> None:
        """Put `level` agents on duty: the lowest numbers stay, the busy ones finish before they go."""
        for place, agent in enumerate(self.agents):
            if place < level:
                if agent.status == ev.OFF:
                    self.on_duty += 1
                    self.free(agent)
                elif agent.status == ev.LEAVING:
                    agent.status = ev.BUSY
            elif agent.status == ev.FREE:
                agent.status = ev.OFF
                self.on_duty -= 1
            elif agent.status == ev.BUSY:
                agent.status = ev.LEAVING
        self.hand_out()
