"""A log lived through again, row by row: who is where, who serves whom, whose turn it is.

Written for clarity and without any code of the engines, so that both are judged by something else than themselves.
"""

from collections import defaultdict, namedtuple
from dataclasses import dataclass

import numpy as np

from cxsim.model import events as ev
from cxsim.model.state import LOG

ELSEWHERE, OPENED, ON_THE_WAY, THERE, WAITING, SERVED, AFTER, COMPLAINING = range(8)

# Where a customer must be for a row to be possible, and where the row takes him.
MOVES = {
    ev.LOG_NEED: ({ELSEWHERE}, OPENED),
    ev.LOG_ARRIVE: ({OPENED, ON_THE_WAY, AFTER, COMPLAINING}, THERE),
    ev.LOG_CLOSED: ({OPENED, ON_THE_WAY, AFTER, COMPLAINING}, ON_THE_WAY),
    ev.LOG_QUEUE: ({THERE}, WAITING),
    ev.LOG_CALL_BACK: ({THERE}, WAITING),
    ev.LOG_START: ({THERE, WAITING}, SERVED),
    ev.LOG_END: ({SERVED}, AFTER),
    ev.LOG_ABANDON: ({WAITING}, AFTER),
    ev.LOG_TURNED_AWAY: ({WAITING}, AFTER),
    ev.LOG_RETRY: ({AFTER}, ON_THE_WAY),
    ev.LOG_AGAIN: ({AFTER}, ON_THE_WAY),
    ev.LOG_DONE: ({OPENED, AFTER}, ELSEWHERE),
    ev.LOG_COMPLAINS: ({ELSEWHERE}, COMPLAINING),
    ev.LOG_ANSWERED: ({COMPLAINING, AFTER}, ELSEWHERE),
}

Row = namedtuple("Row", LOG.names)


@dataclass
class Customer:
    """Where somebody is, since when, and with whom."""

    place: int = ELSEWHERE
    touchpoint: int = -1
    since: int = 0
    agent: int = -1
    called_back: bool = False
    complains: bool = False


class Replay:
    """What a log says at its end, and what it says in sums.

    Attributes
    ----------
    customers : dict
        By the number of the customer.
    lines : dict
        By touchpoint: the turn of each customer who waits, (priority, number of the row in which he lined up).
    queue_area, busy_area, duty_area : dict
        Integrals over time by touchpoint, microseconds.
    faults : list of str
        What cannot have happened.
    """

    def __init__(self, plan):
        self.plan = plan
        self.customers = defaultdict(Customer)
        self.lines = defaultdict(dict)
        self.serving = {}
        self.idle = {}
        self.on_duty = {}
        self.level = defaultdict(int)
        self.is_open = defaultdict(bool)
        self.queue_area, self.busy_area, self.duty_area = defaultdict(int), defaultdict(int), defaultdict(int)
        self.faults = []
        self.now = int(plan.clock[0]["start"])
        self.number = 0
        self.then = {
            ev.LOG_ARRIVE: self.arrive,
            ev.LOG_CLOSED: self.arrive,
            ev.LOG_QUEUE: self.line_up,
            ev.LOG_CALL_BACK: self.line_up,
            ev.LOG_START: self.start,
            ev.LOG_END: self.end,
            ev.LOG_ABANDON: self.give_up,
            ev.LOG_TURNED_AWAY: self.give_up,
        }

    def live(self, log):
        """Go through all rows, then to the horizon."""
        for values in log.tolist():
            self.step(Row(*values))
        self.check_lines()
        self.now = int(self.plan.clock[0]["horizon"])
        for customer in self.customers.values():
            if customer.place in {WAITING, SERVED}:
                area = self.queue_area if customer.place == WAITING else self.busy_area
                area[customer.touchpoint] += self.now - customer.since
        for touchpoint, agent in list(self.on_duty):
            self.leave_duty(touchpoint, agent)
        return self

    def fault(self, row, what):
        self.faults.append(f"row {self.number}, {row.time}, {ev.LOG_NAMES[row.kind]}, {row.customer}: {what}")

    def step(self, row):
        if row.time < self.now:
            self.fault(row, f"time runs backwards from {self.now}")
        elif row.time > self.now:
            self.check_lines()
        self.now = row.time
        self.number += 1
        if row.kind == ev.LOG_SHIFT:
            self.shift(row)
        elif row.kind in MOVES:
            self.move(row, self.customers[row.customer])

    def agents_of(self, touchpoint, n=None):
        tp = self.plan.touchpoints[touchpoint]
        return range(int(tp["first_agent"]), int(tp["first_agent"] + (tp["n_agents"] if n is None else n)))

    def shift(self, row):
        touchpoint, level = row.touchpoint, int(row.value)
        self.is_open[touchpoint], self.level[touchpoint] = bool(row.cause), level
        for agent in self.agents_of(touchpoint):
            if agent in self.agents_of(touchpoint, level):
                self.on_duty.setdefault((touchpoint, agent), self.now)
                if agent not in self.serving:
                    self.idle.setdefault(agent, self.now)
            elif agent not in self.serving:
                self.leave_duty(touchpoint, agent)

    def leave_duty(self, touchpoint, agent):
        self.idle.pop(agent, None)
        since = self.on_duty.pop((touchpoint, agent), self.now)
        self.duty_area[touchpoint] += self.now - since

    def move(self, row, customer):
        possible, place = MOVES[row.kind]
        if customer.place not in possible:
            self.fault(row, f"impossible from {customer.place}")
        if row.kind in {ev.LOG_COMPLAINS, ev.LOG_ANSWERED}:
            customer.complains = row.kind == ev.LOG_COMPLAINS
        arrives = row.kind in {ev.LOG_ARRIVE, ev.LOG_CLOSED}
        if row.touchpoint >= 0 and not arrives and row.touchpoint != customer.touchpoint:
            self.fault(row, f"in two places: {row.touchpoint} and {customer.touchpoint}")
        before, customer.place = customer.place, place
        if before == WAITING:
            self.end_wait(row, customer)
        if row.kind in self.then:
            self.then[row.kind](row, customer, before)

    def arrive(self, row, customer, _before):
        tp = self.plan.touchpoints[row.touchpoint]
        closed = not self.is_open[row.touchpoint] and (tp["in_person"] or not tp["staffed"])
        if closed != (row.kind == ev.LOG_CLOSED):
            self.fault(row, f"open is {self.is_open[row.touchpoint]}")
        customer.touchpoint, customer.since, customer.called_back = row.touchpoint, self.now, False

    def line_up(self, row, customer, _before):
        # Whoever came first with the lowest number of priority has the next turn.
        self.lines[customer.touchpoint][row.customer] = (row.cause, self.number)
        customer.called_back = row.kind == ev.LOG_CALL_BACK

    def end_wait(self, row, customer):
        turn = self.lines[customer.touchpoint].pop(row.customer, None)
        self.queue_area[customer.touchpoint] += self.now - customer.since
        if row.value != self.now - customer.since:
            self.fault(row, f"waited {self.now - customer.since}")
        ahead = [other for other in self.lines[customer.touchpoint].values() if turn is None or other < turn]
        if row.kind == ev.LOG_START and ahead:
            self.fault(row, f"{turn} is served before {min(ahead)}")

    def give_up(self, row, customer, _before):
        in_person = self.plan.touchpoints[customer.touchpoint]["in_person"] or customer.complains
        if customer.called_back or not in_person:
            self.fault(row, "does not stand in line")
        if row.kind == ev.LOG_TURNED_AWAY and self.is_open[customer.touchpoint]:
            self.fault(row, "turned away while it is open")

    def start(self, row, customer, before):
        touchpoint = customer.touchpoint
        if before == THERE and (row.value != 0 or self.lines[touchpoint]):
            self.fault(row, f"passes {len(self.lines[touchpoint])} in line, waited {row.value}")
        customer.agent, customer.since = row.agent, self.now
        if (row.agent < 0) == bool(self.plan.touchpoints[touchpoint]["staffed"]):
            self.fault(row, f"served by {row.agent}")
        if row.agent < 0:
            return
        if row.agent not in self.agents_of(touchpoint, self.level[touchpoint]):
            self.fault(row, f"agent {row.agent} is not on duty")
        if row.agent in self.serving:
            self.fault(row, f"agent {row.agent} serves {self.serving[row.agent]}")
        # The longest idle takes the next, of equals the lowest number.
        free = [(since, agent) for agent, since in self.idle.items() if agent in self.agents_of(touchpoint)]
        if not free or min(free)[1] != row.agent:
            self.fault(row, f"of {free} takes {row.agent}")
        self.idle.pop(row.agent, None)
        self.serving[row.agent] = row.customer

    def end(self, row, customer, _before):
        self.busy_area[customer.touchpoint] += self.now - customer.since
        if row.value != self.now - customer.since:
            self.fault(row, f"served for {self.now - customer.since}")
        if row.agent != customer.agent:
            self.fault(row, f"was served by {customer.agent}")
        self.serving.pop(row.agent, None)
        if row.agent >= 0 and row.agent in self.agents_of(customer.touchpoint, self.level[customer.touchpoint]):
            self.idle[row.agent] = self.now
        elif row.agent >= 0:
            self.leave_duty(customer.touchpoint, row.agent)

    def check_lines(self):
        """Look, between two instants, for an agent who is free while somebody waits."""
        for touchpoint, line in self.lines.items():
            on_duty = self.agents_of(touchpoint, self.level[touchpoint]) if line else ()
            if any(agent not in self.serving for agent in on_duty):
                self.faults.append(f"row {self.number}: an idle agent and a line at {touchpoint}")

    def count(self, place, touchpoint):
        """Return how many are at a place of a touchpoint."""
        return sum(c.place == place and c.touchpoint == touchpoint for c in self.customers.values())


def lived(plan, log):
    """Return the replay of a log."""
    return Replay(plan).live(log)


def class_of(plan, state, customers):
    """Return the tally column of each customer: a person's segment, a caller's source."""
    customers = np.asarray(customers, np.uint64)
    source = (customers >> np.uint64(48)).astype(np.int64)
    person = np.where(source > 0, 0, customers).astype(np.int64)
    segments = state.cold["segment"][person] if state.cold.size else np.zeros(customers.size, np.int64)
    return np.where(source > 0, plan.contacts["class_"][source - 1], segments)
