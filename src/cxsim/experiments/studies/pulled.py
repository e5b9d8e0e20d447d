"""Cases of a study: levers pulled like a policy, together with a policy, in a world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from cxsim.experiments.studies.case import AS_IS, Case, written
from cxsim.experiments.studies.factors import Factor
from cxsim.scenario.models import Part, Policy
from cxsim.scenario.study_fields import THE_START
from cxsim.units import format_number

if TYPE_CHECKING:
    from cxsim.scenario import Scenario

Texts = Sequence[tuple[str, str]]

# Names of policies that are made, the same in every study, so that the same run is the same run.
LEVERS: Final = "pulled levers"
TOGETHER: Final = "policy and pulled levers"
OWN_COST: Final = "own cost of the policy"


def case_of(scenario: Scenario, levers: Mapping[str, Factor], at: str, texts: Texts, world: Texts, policy: str) -> Case:
    """Return what is simulated where levers are pulled beside a policy.

    Parameters
    ----------
    scenario : Scenario
    levers : mapping of str to Factor
        By path.
    at : str
        When they are pulled: ``month 0``, or ``the start``: then they are part of the world.
    texts : sequence of (path, text)
        Values of levers; those that are as the scenario says change nothing and cost nothing.
    world : sequence of (path, text)
        What is otherwise than the scenario says, from the very beginning.
    policy : str
        A policy of the scenario.
    """
    changes = dict(world)
    moved = [(path, text) for path, text in texts if levers[path].differs(text)]
    if at == THE_START:
        changes |= dict(moved)
        moved = []
    there = tuple(sorted(changes.items()))
    if not moved:
        return Case(policy, there)
    names = _names(scenario)
    blocks = {names[LEVERS]: block_of(levers, at, moved)}
    if policy == AS_IS:
        return Case(names[LEVERS], there, written(blocks))
    own = (scenario.document.policies or {})[policy]
    parts: list[Any] = [policy] if own.combine is None else _parts(own.combine)
    if own.cost is not None and own.combine is not None:
        # A combination pays for its own from its first part on; beside levers that would be from their day.
        blocks[names[OWN_COST]] = _own_cost(scenario, own)
        parts.append(names[OWN_COST])
    blocks[names[TOGETHER]] = {"combine": [*parts, names[LEVERS]]}
    return Case(names[TOGETHER], there, written(blocks))


def block_of(levers: Mapping[str, Factor], at: str, moved: Texts) -> dict[str, Any]:
    """Return levers as a policy stands in a file, with what they cost together."""
    costs = [levers[path].cost_of(text) for path, text in moved]
    cost = {
        "once": format_number(round(sum(once for once, _ in costs), 6)),
        "yearly": format_number(round(sum(yearly for _, yearly in costs), 6)),
    }
    return {"from": at, "change": dict(sorted(moved)), "cost": cost}


def _names(scenario: Scenario) -> dict[str, str]:
    """Return the names of what is made; none is one of the scenario's."""
    found = {}
    for name in (LEVERS, TOGETHER, OWN_COST):
        free = name
        while free in scenario.policies:
            free = f"{free} -"
        found[name] = free
    return found


def _times(part: Part | Policy) -> dict[str, str]:
    times = {"from": part.from_, "until": part.until}
    return {key: str(moment) for key, moment in times.items() if moment is not None}


def _parts(combine: Mapping[str, Part]) -> list[Any]:
    return [{name: _times(part)} if _times(part) else name for name, part in combine.items()]


def _own_cost(scenario: Scenario, own: Policy) -> dict[str, Any]:
    """Return what a combination itself costs, from its first part to its last, as a policy that changes nothing."""
    simple = scenario.document.policies or {}
    spans = []
    for name, part in (own.combine or {}).items():
        cost = scenario.policy(name).costs[0]
        texts = {**_times(simple[name]), **_times(part)}
        begin = scenario.time(texts["from"]) if "from" in texts and part.from_ else cost.begin
        end = scenario.time(texts["until"]) if "until" in texts and part.until else cost.end
        spans.append((begin, end, texts))
    first, last = min(spans, key=lambda one: one[0])[2], max(spans, key=lambda one: one[1])[2]
    block: dict[str, Any] = {"change": {"quality": "1 times"}, "cost": own.model_dump(exclude_none=True)["cost"]}
    return block | {key: texts[key] for key, texts in (("from", first), ("until", last)) if key in texts}
