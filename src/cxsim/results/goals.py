"""Goals of a scenario: ``retention: at least 70 %``, and in how many runs each is met."""

from __future__ import annotations

import re
from typing import NamedTuple

from cxsim.errors import ValueRefusedError
from cxsim.measures.amounts import amount_for
from cxsim.results.facts import Facts

_GOAL = re.compile(r"(at least|at most|within)\s+(.+)")


class Goal(NamedTuple):
    """A line that a measure shall reach."""

    measure: str
    text: str
    at_least: bool
    value: float

    def met(self, value: float) -> bool:
        """Tell whether a value reaches it."""
        return value >= self.value if self.at_least else value <= self.value


def goals_of(facts: Facts) -> list[Goal]:
    """Return the goals that can be judged: of measures that are there, in words that are understood."""
    found = []
    for measure, text in (facts.experiment.scenario.document.goals or {}).items():
        match = _GOAL.fullmatch(text.strip())
        if match is None or not facts.counted(measure):
            continue
        try:
            value = amount_for(measure, match[2])
        except ValueRefusedError:
            continue
        found.append(Goal(measure, text.strip(), match[1] == "at least", value))
    return found


def chance_of(facts: Facts, goal: Goal, policy: str) -> float:
    """Return the share of runs of a policy that meet a goal."""
    values = facts.values(goal.measure, policy)
    return float(sum(goal.met(float(value)) for value in values) / values.size)
