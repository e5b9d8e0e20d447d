"""A setting of the levers, and the policy that it is: what would stand under `policies` in the scenario file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from cxsim.app.levers import Lever, number_of, text_of, written
from cxsim.errors import ValueRefusedError
from cxsim.experiments.studies.case import AS_IS, Case
from cxsim.experiments.studies.case import written as case_text
from cxsim.scenario import paths
from cxsim.scenario.policies import Piece
from cxsim.scenario.writer import as_text
from cxsim.units import MONTH, format_number, parse_number

if TYPE_CHECKING:
    from cxsim.scenario import Scenario

NAME: Final = "what-if"
TIMES: Final = ("from", "until")
MOST_COST: Final = 1e12


@dataclass(frozen=True)
class Setting:
    """Where the levers stand; equal settings are the same policy.

    Attributes
    ----------
    start : str
        The policy of the scenario that it begins with; "as-is" for none.
    moved : tuple of (path, value)
        Levers that stand elsewhere than in that policy, sorted by path.
    begins : str
        When levers that the policy does not move begin to hold, such as ``month 3``.
    once, yearly : float
        Written cost on top of what the policy and the model count, in the scenario's currency.
    """

    start: str = AS_IS
    moved: tuple[tuple[str, float | str], ...] = ()
    begins: str = "month 0"
    once: float = 0.0
    yearly: float = 0.0

    @property
    def is_start(self) -> bool:
        """Whether it is a policy of the scenario as written, or as-is."""
        return not self.moved and not self.once and not self.yearly


class Settings:
    """What settings of a scenario are: their levers, the values they begin with, and the policies they make.

    Parameters
    ----------
    scenario : Scenario
    levers : mapping of str to Lever
    """

    def __init__(self, scenario: Scenario, levers: Mapping[str, Lever]) -> None:
        self.scenario, self.levers = scenario, levers
        self._places = {lever.location: path for path, lever in levers.items()}
        self._known: dict[str, dict[str, float | str]] = {}

    @property
    def first(self) -> Setting:
        """As-is, from which levers are moved when the first policy of the file begins."""
        return Setting(begins=self.begins()[0])

    def begins(self) -> tuple[str, ...]:
        """Return when moved levers may begin to hold: when the policies of the file do, and some months."""
        blocks = self.scenario.content.tree.get("policies", {})
        found = [str(block["from"]) for block in blocks.values() if block.get("from")]
        lasts = self.scenario.document.lasts
        usual = [f"month {month}" for month in (0, 3, 6, 12) if month * MONTH < lasts]
        return tuple(dict.fromkeys((*found[:1], *usual, *found)))

    def values(self, start: str) -> dict[str, float | str]:
        """Return where the levers stand under a policy of the scenario, those that it moves.

        Raises
        ------
        ScenarioError
            When there is no policy of this name.
        """
        if start not in self._known:
            tree = self.scenario.content.tree
            found: dict[str, float | str] = {}
            for piece in self.scenario.policy(start).pieces:
                path = self._places.get(piece.location)
                if path is None:
                    continue
                made = paths.applied(tree, piece.location, [piece.raw])
                value = text_of(made) if self.levers[path].options else number_of(tree, piece.location, made)
                if value is not None:
                    found[path] = value
            self._known[start] = found
        return self._known[start]

    def value(self, setting: Setting, path: str) -> float | str:
        """Return where a lever stands."""
        return dict(setting.moved).get(path, self.at_start(setting, path))

    def at_start(self, setting: Setting, path: str) -> float | str:
        """Return where a lever stands in the policy that a setting begins with."""
        return self.values(setting.start).get(path, self.levers[path].now)

    def missing(self, setting: Setting, path: str) -> str:
        """Say what a moved lever needs before it can do anything; empty where nothing is known to be missing."""
        place = self.levers[path].location
        if place[-1] not in {"credit", "without_approval"} or "recovery" not in place:
            return ""
        steps, credit = self._beside(setting, place, "steps"), self._beside(setting, place, "credit")
        if "credit" not in str(steps):
            owner = path.rpartition(".")[0]
            return f"No credit is among {owner}.steps: add `credit` there."
        nothing = number_of(self.scenario.content.tree, (*place[:-1], "credit"), credit) in {None, 0.0}
        return "No credit is given: raise the credit." if nothing and place[-1] == "without_approval" else ""

    def _beside(self, setting: Setting, place: paths.Location, key: str) -> Any:
        """Return where the neighbour of a value stands, as a lever or as written."""
        path = self._places.get((*place[:-1], key))
        if path is not None:
            return self.value(setting, path)
        try:
            return paths.at(self.scenario.content.tree, (*place[:-1], key))
        except KeyError:
            return ""

    def with_value(self, setting: Setting, path: str, given: object) -> Setting:
        """Return a setting with a lever moved.

        Raises
        ------
        ValueRefusedError
            When there is no such lever, or the value is not one of it.
        """
        if path not in self.levers:
            raise ValueRefusedError(str(path), "a lever of this scenario", "choose one of the list")
        value = self.levers[path].read(given)
        moved = dict(setting.moved)
        moved.pop(path, None)
        if value != self.at_start(setting, path):
            moved[path] = value
        return replace(setting, moved=tuple(sorted(moved.items())))

    def blocks(self, setting: Setting, name: str, idea: str = "") -> dict[str, dict[str, Any]]:
        """Return the policies that a setting is, as they stand in a scenario file; the last is the whole.

        Parameters
        ----------
        setting : Setting
        name : str
            Of the policy as a whole, a new one.
        idea : str
            One sentence; empty for none.
        """
        left = {path: written(self.scenario, self.levers[path], value) for path, value in setting.moved}
        parts = self._parts(setting.start, left)
        cost = {"once": format_number(setting.once), "yearly": format_number(setting.yearly)}
        more = {"idea": idea} if idea else {}
        if left or setting.once or setting.yearly:
            # A policy must change something: what only costs leaves the quality of the firm as it is.
            change = left or {"quality": "1 times"}
            mine = {"from": setting.begins, "change": dict(sorted(change.items())), "cost": cost}
            if len(parts) == 1 and {**parts[0][1], "change": 0, "cost": 0} == {**mine, "change": 0, "cost": 0}:
                parts = [("", _together(parts[0][1], mine, left))]
            else:
                parts.append(("", mine))
        elif not parts:
            parts.append(("", {"from": setting.begins, "change": {"quality": "1 times"}, "cost": cost}))
        if len(parts) == 1 and "change" in parts[0][1]:
            return {name: {**more, **parts[0][1]}}
        found: dict[str, dict[str, Any]] = {}
        combine: list[Any] = []
        for number, (own, block) in enumerate(parts, 1):
            if "change" in block:
                combine.append(self._free(f"{name} {number}", found))
                found[combine[-1]] = block
            else:
                combine.append({own: block} if block else own)
        return {**found, name: {**more, "combine": combine}}

    def _parts(self, start: str, left: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        """Return the parts of a policy, each with its times, or with all of it where a moved lever is among its own.

        What a part takes over is no longer among `left`.
        """
        if start == AS_IS:
            return []
        tree = self.scenario.content.tree["policies"]
        combined = dict(_named(part) for part in tree[start].get("combine") or ())
        found = []
        for name, own in (combined or {start: {}}).items():
            pieces = [piece for piece in self.scenario.policy(name).pieces if self._places.get(piece.location) in left]
            found.append((name, self._moved(name, own, pieces, left) if pieces else own))
        for name, block in found:
            if "change" in block:
                for piece in self.scenario.policy(name).pieces:
                    left.pop(self._places.get(piece.location, ""), None)
        cost = tree[start].get("cost") or {}
        if combined and any(float(value) for value in cost.values()):
            # A combination pays for its own from its first part on.
            begin = min((self.scenario.time(text), text) for text in self._first_days(combined))[1]
            found.append(("", {"from": begin, "change": {"quality": "1 times"}, "cost": dict(cost)}))
        return found

    def _first_days(self, combined: Mapping[str, Mapping[str, str]]) -> list[str]:
        tree = self.scenario.content.tree["policies"]
        return [str(times.get("from") or tree[name].get("from") or "month 0") for name, times in combined.items()]

    def _moved(
        self, name: str, times: Mapping[str, str], pieces: list[Piece], left: Mapping[str, Any]
    ) -> dict[str, Any]:
        block = {
            key: value for key, value in self.scenario.content.tree["policies"][name].items() if value not in ([], "")
        }
        change = dict(block["change"]) | {piece.written: left[self._places[piece.location]] for piece in pieces}
        return {**{key: value for key, value in block.items() if key != "idea"}, **times, "change": change}

    def _free(self, wanted: str, taken: Mapping[str, Any]) -> str:
        used = {*self.scenario.policies, *taken}
        return next(text for n in range(len(used) + 1) if (text := wanted if not n else f"{wanted}-{n}") not in used)

    def case(self, setting: Setting) -> Case:
        """Return what is simulated for a setting; a policy of the scenario as written keeps its name."""
        if setting.is_start:
            return Case(setting.start)
        name = self._free(NAME, {})
        return Case(name, (), case_text(as_text(self.blocks(setting, name))))

    def checked_cost(self, given: object) -> float:
        """Return a written cost that a person typed.

        Raises
        ------
        ValueRefusedError
            When it is no amount of money.
        """
        allowed = "an amount of 0 or more"
        if isinstance(given, bool) or not isinstance(given, int | float | str):
            raise ValueRefusedError(repr(given), allowed, "write, for example, 40000")
        text = (
            str(given)
            .replace(" ", "")
            .replace("\N{NO-BREAK SPACE}", "")
            .removesuffix(self.scenario.document.currency or "")
        )
        number = parse_number(
            text or "0", low=0.0, high=MOST_COST, allowed=allowed, example="write, for example, 40000"
        )
        return number if math.isfinite(number) else 0.0


def _named(part: Any) -> tuple[str, dict[str, str]]:
    """Return a part of a combination, and its times where it has its own."""
    if not isinstance(part, Mapping):
        return str(part), {}
    ((name, times),) = part.items()
    return str(name), {key: str(times[key]) for key in TIMES if times.get(key)}


def _together(block: Mapping[str, Any], own: Mapping[str, Any], left: Mapping[str, Any]) -> dict[str, Any]:
    """Return one policy that does what two do that hold at the same time."""
    costs = [{key: float(one["cost"].get(key, 0)) for key in ("once", "yearly")} for one in (block, own)]
    cost = {key: format_number(costs[0][key] + costs[1][key]) for key in ("once", "yearly")}
    return {**block, "change": {**block["change"], **left}, "cost": cost}
