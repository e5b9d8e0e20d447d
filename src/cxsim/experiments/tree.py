"""A path through a tree of policies: one until a moment, then another, as one plan that any engine runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from cxsim.errors import InputError
from cxsim.experiments.simulate import costs_of
from cxsim.measures.layout import Names
from cxsim.measures.money import WrittenCost
from cxsim.model.plan import Plan

if TYPE_CHECKING:
    from cxsim.scenario import Scenario

AS_IS: Final = "as-is"


class Step(NamedTuple):
    """A policy that holds from a moment on.

    Attributes
    ----------
    policy : str
    at : str
        Such as ``month 12``; empty for the first.
    """

    policy: str
    at: str = ""


def name_of(steps: Sequence[Step]) -> str:
    """Name a path: ``as-is``, ``faster from month 6, make-good from month 12``; as-is goes without saying at first."""
    named = [f"{step.policy} from {step.at}" for step in steps[1:]]
    first = [] if steps[0].policy == AS_IS and named else [steps[0].policy]
    return ", ".join([*first, *named])


def plan_of(scenario: Scenario, steps: Sequence[Step]) -> Plan:
    """Return the plan of a path: each policy's moves until the next one takes its place, and the moves to that.

    A policy that takes the place of another counts its time from there; what the other had changed is taken back
    unless it changes it too.

    Parameters
    ----------
    scenario : Scenario
    steps : sequence of Step
        At least one, in the order of their times.

    Raises
    ------
    InputError
        When a policy is not known, begins at no time of the scenario, or would have had another history.
    """
    from cxsim.scenario.compile import changes
    from cxsim.scenario.overlaid import Phase

    plan = scenario.plan(steps[0].policy)
    base = scenario.content.overlaid.base
    for step in steps[1:]:
        at = scenario.time(step.at)
        there = scenario.forked(step.at, where="fork")
        own = there.plan(step.policy)
        _check_alike(plan, own, step)
        past = plan.changes[plan.changes["time"] < at]
        now = base.copy()
        now[past["slot"], past["segment"]] = past["value"]  # sorted by time: the last move of a lever counts
        phases = there.content.overlaid.phases[step.policy]
        if not phases or phases[0].begin > at:
            phases = (Phase(at, base), *phases)
        plan = plan._replace(changes=np.concatenate([past, changes(now, phases)]))
    return plan


def _check_alike(plan: Plan, other: Plan, step: Step) -> None:
    """Refuse a policy that, begun at that time, leaves other bounds or laws: its history would be another one."""
    for name in Plan._fields:
        if name != "changes" and getattr(plan, name).tobytes() != getattr(other, name).tobytes():
            message = (
                f"fork: {step.policy} from {step.at}; a policy that leaves the same market when its times move is "
                "allowed; write its times in the scenario, or compare with fork_at"
            )
            raise InputError(message)


def costs_of_path(scenario: Scenario, steps: Sequence[Step], names: Names) -> tuple[WrittenCost, ...]:
    """Return what the policies of a path cost, each until the next one takes its place."""
    costs = list(costs_of(scenario, steps[0].policy, names))
    for step in steps[1:]:
        at = scenario.time(step.at)
        costs = [cost._replace(end=min(cost.end, at)) for cost in costs if cost.begin < at]
        costs += costs_of(scenario.forked(step.at, where="fork"), step.policy, names)
    return tuple(costs)
