"""Steering rules at work in a scenario: which levers each may move, in which unit, and how far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, Final

from cxsim.errors import ScenarioError, ValueRefusedError, quoted
from cxsim.scenario import paths
from cxsim.scenario.calendar import RateTable
from cxsim.scenario.faults import Faults
from cxsim.scenario.fields import UNLIMITED
from cxsim.scenario.firm_fields import NOTHING
from cxsim.scenario.steering import End, SteeringRule, is_number
from cxsim.units import MINUTE, RATE_UNITS, Price, Rate

MOVABLE: Final = frozenset({"count", "share", "number", "price", "duration", "rate"})
# Where a rule from a file stays unread.
NOT_ALLOWED: Final = "code that a file names is imported and run only where you allow it"
ALLOW: Final = "if you trust it, add --allow-steering (in Python: cxsim.load(..., allow_steering=True))"


@dataclass(frozen=True, eq=False)
class Steered:
    """A rule at work in a policy.

    Attributes
    ----------
    policy
        The policy that names it.
    written
        Dotted name, as it is written.
    rule
        None where the caller did not allow to import it.
    begin, end
        Microseconds since the start; it is asked in [begin, end).
    """

    policy: str
    written: str
    rule: SteeringRule | None
    begin: int
    end: int


@dataclass(frozen=True)
class Lever:
    """A value that a rule may move.

    Attributes
    ----------
    path
        As the rule names it.
    location
        Where it stands.
    slot
        Row of the lever table.
    kind, per
        How it is written; `per` is the unit of time of a price or a rate.
    low, high
        Ends of the range, in the unit of the file, durations in minutes.
    """

    path: str
    location: paths.Location
    slot: int
    kind: str
    per: str
    low: float
    high: float

    def written(self, value: float) -> Any:
        """Return the text of a number, as it would stand in the file.

        Raises
        ------
        ValueRefusedError
            If it is not allowed there.
        """
        text = paths.write_at(self.location, _typed(value, self.kind, self.per, self.path))
        if text in {NOTHING, "unlimited"}:  # numbers below 0 that stand for words
            raise ValueRefusedError(f"{value:g}", "a number that means itself", "write one that may stand in the file")
        paths.value_at(self.location, text)
        return text

    def in_table(self, value: float) -> float:
        """Return a number in the unit of the lever table."""
        if self.kind == "duration":
            return float(round(value * MINUTE))
        return value / RATE_UNITS[self.per] if self.kind == "rate" else float(value)

    def from_table(self, value: float) -> float:
        """Return a number of the lever table in the unit of the file."""
        if self.kind == "duration":
            return value / MINUTE
        if self.kind == "rate":
            return value * RATE_UNITS[self.per]
        return int(value) if self.kind == "count" else value

    def read(self, value: Any) -> float:
        """Return what a rule sets as a number in the unit of the file.

        Raises
        ------
        ValueRefusedError
            If it is no number, or cannot stand there.
        """
        if isinstance(value, str):
            return _number(paths.value_at(self.location, value), self.kind, self.per, value)
        if not is_number(value):
            raise ValueRefusedError(repr(value), "a number", f"such as {self.low:g}")
        number = float(value)
        return _whole(number, self.path) if self.kind == "count" else number


def _whole(value: float, path: str) -> int:
    if not float(value).is_integer():
        raise ValueRefusedError(f"{value:g}", f"a whole number for {path}", "round it")
    return int(value)


def _typed(value: float, kind: str, per: str, path: str) -> Any:
    if kind == "count":
        return _whole(value, path)
    if kind == "duration":
        return round(value * MINUTE)
    if kind == "price":
        return Price(float(value), per)
    return Rate(float(value), per) if kind == "rate" else float(value)


def _number(value: Any, kind: str, per: str, text: str) -> float:
    if isinstance(value, Price | Rate):
        if value.per != per:
            raise ValueRefusedError(text, f"an amount a {per}", "write it as the scenario does")
        return value.amount
    if isinstance(value, RateTable) or not is_number(value):
        raise ValueRefusedError(text, "a number", "write it as in the scenario file")
    return float(value) / MINUTE if kind == "duration" else float(value)


def levers_of(rule: SteeringRule, tree: paths.Tree, slots: Mapping[paths.Location, int]) -> tuple[Lever, ...]:
    """Return the levers of a rule in a scenario.

    Parameters
    ----------
    rule
        Its levers are of our firm.
    tree
        The resolved scenario.
    slots
        Row of the lever table by location.

    Raises
    ------
    ValueRefusedError
        If a path or a range is not allowed.
    """
    return tuple(_lever(path, ends, tree, slots) for path, ends in rule.levers.items())


def _lever(path: str, ends: tuple[End, End], tree: paths.Tree, slots: Mapping[paths.Location, int]) -> Lever:
    location = paths.find(tree, path)
    if location[:2] != ("firms", tree["our_firm"]):
        raise ValueRefusedError(path, f"a value of {tree['our_firm']}", "a rule moves levers of our firm only")
    kind, text = paths.kind_at(location), paths.at(tree, location)
    now = paths.value_at(location, text)
    plain = kind in MOVABLE and not isinstance(now, RateTable) and text != NOTHING and now != UNLIMITED
    if location not in slots or not plain or paths.same_whole(tree, location):
        allowed = "a number that may change while the world runs: people, shares, money, levels, durations, rates"
        raise ValueRefusedError(path, allowed, "name another value, or change this one by `change`")
    lever = Lever(path, location, slots[location], kind, getattr(now, "per", ""), 0.0, 0.0)
    low, high = (_end(lever, end) for end in ends)
    if not low < high:
        raise ValueRefusedError(f"{path}: {ends[0]} to {ends[1]}", "first the lower end of a range", "turn it round")
    return replace(lever, low=low, high=high)


def _end(lever: Lever, end: End) -> float:
    try:
        value = lever.read(end)
        lever.written(value)
    except ValueRefusedError as error:
        raise ValueRefusedError(f"{lever.path}: {error.given}", error.allowed, error.remedy) from None
    return value


def imported(dotted: str) -> SteeringRule:
    """Import a rule that a scenario file names; only called where the caller allows it.

    Raises
    ------
    ValueRefusedError
        If there is no decorated rule with a version of this name.
    """
    module, _, name = dotted.rpartition(".")
    try:
        found = getattr(import_module(module), name, None)
    except (Exception, SystemExit) as error:  # noqa: BLE001 -- a module may raise anything while it is imported
        why = " ".join(f"{type(error).__name__}: {error}".split())
        remedy = "put the folder of the module on PYTHONPATH, or install it"
        raise ValueRefusedError(dotted, f"a module that can be imported ({quoted(why)})", remedy) from None
    if not isinstance(found, SteeringRule):
        what = "nothing of this name there" if found is None else type(found).__name__
        raise ValueRefusedError(dotted, f"a function under @cxsim.steering_rule, not {what}", "decorate it")
    if found.version is None:
        raise ValueRefusedError(dotted, "a rule with a version", "write @cxsim.steering_rule(..., version=1)")
    return found


def refuse_unread(steered: Mapping[str, tuple[Steered, ...]], faults: Faults) -> None:
    """Refuse to run a scenario that names rules which the caller did not allow to import.

    Raises
    ------
    ScenarioError
        If there is one.
    """
    for own in steered.values():
        for one in own:
            if one.rule is None:
                faults.add(("policies", one.policy, "steering"), quoted(one.written), NOT_ALLOWED, ALLOW)
    if faults.found:
        raise ScenarioError(faults.found)
