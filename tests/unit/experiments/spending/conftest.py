"""A market whose answers are known: values are sums over what is chosen, plus luck that is the same for every case."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from cxsim.experiments.studies.case import AS_IS, Case
from cxsim.scenario.loaded import loads

TOWN = """
format: 1
our_firm: Ours
lasts: 2 years
market: {customers: 100, setting: contractual, segments: {people: {share: 100 %}}}
firms:
  Ours:
    share: 60 %
    price: 30 a month
    wages: 20 an hour
    contacts: {question: {happens: 2 a year, because: question, journey: [phone]}}
    touchpoints:
      phone: {channel: phone, staff: 2, hours: Mon-Fri 09:00-17:00, takes: 6 min, solves: 80 %}
    recovery: {credit: 10}
  Theirs:
    share: 40 %
    price: 30 a month
    contacts: {question: {happens: 2 a year, because: question, journey: [desk]}}
    touchpoints: {desk: {channel: phone, staff: 2, hours: Mon-Fri 09:00-17:00, takes: 6 min}}
policies:
  answer: {from: month 1, change: {phone.solves: 90 %}, cost: {once: 1000}}
  credit: {from: month 1, change: {recovery.credit: 50}, cost: 0}
  cheap: {from: month 2, change: {price: 25 a month}, cost: 500}
  dear: {from: month 2, change: {price: 35 a month}, cost: 0}
  both: {combine: [answer, {credit: {from: month 7}}]}
"""


@pytest.fixture(scope="session")
def town_text():
    return TOWN


@pytest.fixture(scope="session")
def town():
    return loads(TOWN, "town.yaml")


Worth = Callable[[Case, Mapping[str, str]], Mapping[str, float]]


class StandIn:
    """Makes runs of a market in which nothing happens by itself.

    Parameters
    ----------
    scenario : Scenario
    worth : callable
        Case and its changes (path to text) to the mean of each measure.
    noise : float
        Standard deviation of luck that a case alone has; much more luck is common to all.
    seed : int
    """

    def __init__(self, scenario, worth: Worth, *, noise: float = 0.0, seed: int = 1) -> None:
        self.scenario, self.worth, self.noise, self.seed = scenario, worth, noise, seed
        self.asked: list[tuple[Case, int]] = []
        self.failures: list[object] = []

    def table(self, cases, replications, measures):
        found = np.empty((len(cases), len(replications), len(measures)))
        for place, case in enumerate(cases):
            known = self.worth(case, self.changes(case))
            for row, replication in enumerate(replications):
                self.asked.append((case, replication))
                for column, measure in enumerate(measures):
                    found[place, row, column] = known[measure] + self.luck(case, replication, measure)
        return found

    def luck(self, case, replication, measure):
        common = np.random.default_rng([self.seed, replication, *measure.encode()]).normal()
        if measure == "policy_cost":
            return 0.0
        own = np.random.default_rng([self.seed, replication, *measure.encode(), *repr(case).encode()]).normal()
        return 0.02 * common + (self.noise * own if case.policy != AS_IS else 0.0)

    def changes(self, case):
        """Return what a case changes: path to text, read from the blocks as they are written."""
        return {} if case.policy == AS_IS else self._changes(case.policy, case.blocks)

    def _changes(self, name, blocks):
        block = blocks.get(name) or self.scenario.content.tree["policies"][name]
        found = dict(block.get("change", {}))
        for part in block.get("combine", ()):
            for inner in [part] if isinstance(part, str) else part:
                found |= self._changes(inner, blocks)
        return found


@pytest.fixture(scope="session")
def stand_in():
    return StandIn
