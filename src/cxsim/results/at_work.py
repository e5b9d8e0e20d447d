"""Which behavioural values cannot matter in a scenario: their feature is absent, as written and under every policy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from cxsim.scenario import Scenario


class Feature(NamedTuple):
    """A key of firms whose values under `off` leave some behavioural values without use."""

    key: str
    off: frozenset[str]
    values: tuple[str, ...]


def _feature(key: str, off: str, *values: str) -> Feature:
    return Feature(key, frozenset([off]), values)


# Read by nothing but a count of grades, and by what the scenario writes in its place (`market.leaves_anyway`).
IDLE: Final = ("excellent_above", "involuntary_hazard")
FEATURES: Final = (
    _feature("announces", "nothing", "announced_wait_inflation", "announcement_calm", "announcement_overdue"),
    _feature("call_back", "no", "call_back_wait_weight"),
    _feature("sends_back", "0 %", "effort_of_loop", "anger_of_loop", "visible_way_out"),
    _feature("way_out", "hidden", "visible_way_out"),
    _feature("must_be", "none", "spoilt"),
    _feature("explains", "nothing", "unexplained_wait"),
    _feature("experience", "none", "promise_weight"),
    _feature(
        "training", "0 h a year",
        "learning_per_hour", "forgetting", "skill_on_errors", "skill_on_solving", "skill_on_care",
    ),
    _feature("fixing", "0 h a month", "fixing_half_life", "fixing_floor"),
    _feature("ease", "0 %", "voice_by_ease"),
)  # fmt: skip
# Steps of the recovery, each with the values that only it reads.
STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "credit": ("compensation_scale", "compensation_peak", "compensation_fall", "loss_value"),
    "explain": ("explanation",),
    "ask": ("asking",),
}
CONTRACT: Final = ("base_hazard", "satisfaction_to_staying", "alternative_to_leaving", "contract_hold")
RIVAL: Final = (
    "exit_by_alternative", "alternative_to_leaving", "outside_utility", "tolerance_narrowing_by_rivals",
    "awareness", "search_by_satisfaction", "consider_by_talk",
)  # fmt: skip
# Values that nothing reads while their mechanism is off.
SWITCHED: Final[Mapping[str, tuple[str, ...]]] = {
    "loss_averse": ("loss_aversion",),
    "narrowing": ("tolerance_narrowing_by_rivals", "tolerance_narrowing_by_failures", "tolerance_widening_by_bond"),
    "promising": ("promise_weight",),
    "peak_end": ("peak_weight", "end_weight", "first_weight"),
    "weakest_link": ("spoilt",),
    "effort": ("effort_of_transfer", "effort_of_repeat", "effort_of_loop", "anger_of_loop"),
    "persisting": ("persistence", "return_delay", "most_contacts"),
    "abandonment": ("announcement_calm", "announcement_overdue"),
    "waiting": ("wait_loss",),
    "deviating": ("double_deviation",),
    "contract_exit": ("base_hazard", "satisfaction_to_staying", "alternative_to_leaving"),
    "exit_after_failure": ("exit_base", "exit_by_loss", "exit_by_satisfaction", "exit_by_bond", "exit_by_alternative"),
    "complaining": ("voice_cost", "voice_by_ease", "asking", "voice_value", "voice_by_bond", "hope_learning"),
}


def idle(scenario: Scenario) -> frozenset[str]:
    """Name the behavioural values that cannot change a run of a scenario, under any of its policies.

    A feature that a policy names counts as present; one that decides while it runs (`steering`) may move any of them.

    Parameters
    ----------
    scenario : Scenario
        Resolved, so that each firm says of every feature whether it has it.
    """
    tree = scenario.content.tree
    changed, steered = _changed(tree)
    found = set(IDLE)
    written = dict[str, set[str]]()
    for key, value in _leaves(tree.get("firms", {})):
        written.setdefault(key, set()).add(value)
    for feature in FEATURES:
        if not steered and feature.key not in changed and written.get(feature.key, set()) <= feature.off:
            found.update(feature.values)
    may_change = steered or bool({"recovery", "steps"} & changed)
    steps = written.get("steps", set())
    found.update(value for step, values in STEPS.items() if not may_change and step not in steps for value in values)
    if "ask" in steps or may_change:
        found.discard("voice_by_ease")
    market = tree.get("market") or {}
    if market.get("setting") != "contractual":
        found.update(CONTRACT)
    if len(tree.get("firms", {})) == 1:
        found.update(RIVAL)
    off = [name for name, state in (tree.get("switches") or {}).items() if str(state) == "off"]
    return frozenset(found.union(*(SWITCHED.get(name, ()) for name in off)))


def _leaves(block: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield every value of nested blocks with its last key; a block that is named by its key yields its keys, too."""
    if isinstance(block, Mapping):
        for name, inside in block.items():
            yield from _leaves(inside, str(name))
        if block:
            yield key, "written"
    elif isinstance(block, list | tuple):
        for inside in block:
            yield key, str(inside)
    else:
        yield key, str(block)


def _changed(tree: Mapping[str, Any]) -> tuple[frozenset[str], bool]:
    """Return every word that the changes of policies name, and whether a rule steers under one of them."""
    words: set[str] = set()
    steered = False
    for policy in (tree.get("policies") or {}).values():
        words.update(re.findall(r"\w+", str(policy.get("change", ""))))
        steered = steered or bool(policy.get("steering"))
    return frozenset(words), steered
