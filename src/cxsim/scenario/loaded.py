"""A loaded scenario: immutable, with policies, ready to be compiled."""

from __future__ import annotations

import copy
import html
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxsim.errors import Fault, ScenarioError, ValueRefusedError, quoted
from cxsim.scenario import library
from cxsim.scenario.faults import line_of
from cxsim.scenario.migrate import migrated
from cxsim.scenario.models import Document
from cxsim.scenario.paths import Entry, Location, at, changed, entries, find, note_path, same_whole
from cxsim.scenario.policies import AS_IS, Overlay, known
from cxsim.scenario.reader import LARGEST_FILE, decode, read, read_file
from cxsim.scenario.resolve import Resolved, fault_of, resolve
from cxsim.scenario.steering import SteeringRule
from cxsim.scenario.writer import as_text, to_yaml
from cxsim.units import format_duration

if TYPE_CHECKING:
    from cxsim.model.plan import Plan
    from cxsim.scenario.layout import Layout


@dataclass(frozen=True)
class Scenario:
    """A market, its firms and our policies; nothing about it changes.

    Parameters
    ----------
    content
        The resolved scenario.
    """

    content: Resolved

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return self.content.name

    @property
    def document(self) -> Document:
        """The resolved scenario as models."""
        return self.content.document

    @property
    def policies(self) -> tuple[str, ...]:
        """Names of the policies, `as-is` first."""
        return tuple(self.content.overlays)

    def policy(self, name: str) -> Overlay:
        """Return a policy.

        Raises
        ------
        ScenarioError
            If there is none of this name.
        """
        try:
            return known(name, self.content.overlays)
        except ValueRefusedError as error:
            raise fault_of(self.name, "policies", error) from None

    def paths(self) -> tuple[Entry, ...]:
        """List every value that a policy, ``--set`` or a study can name."""
        return tuple(entries(self.content.tree))

    def value(self, path: str) -> str:
        """Return the text of the value that a path names."""
        try:
            found = at(self.content.tree, find(self.content.tree, path))
        except ValueRefusedError as error:
            raise fault_of(self.name, path, error) from None
        return str(found)

    def with_value(self, path: str, text: Any) -> Scenario:
        """Return a scenario in which one value is another.

        Parameters
        ----------
        path
            Such as ``phone.staff`` or ``market.switching.cost``.
        text
            A value, or a change such as ``1 more`` or ``20 % less``.
        """
        return self.with_values({path: text})

    def with_values(self, values: Mapping[str, Any]) -> Scenario:
        """Return a scenario in which several values are others."""
        tree = copy.deepcopy(self.content.tree)
        faults: list[Fault] = []
        done: list[Location] = []
        for path, text in values.items():
            try:
                location = find(tree, path)
                tree = changed(tree, {location: [as_text(text)]}, held=done)
            except ValueRefusedError as error:
                faults += fault_of("--set", path, error).faults
                continue
            for place in (location, *same_whole(tree, location)):
                tree["assumptions"].pop(note_path(place), None)
            done.append(location)
            tree["unsure"] = {key: value for key, value in tree["unsure"].items() if find(tree, key) != location}
        if faults:
            raise ScenarioError(faults)
        return self._again(tree, "--set")

    def with_policy(  # noqa: PLR0913 -- a policy as it stands in a file
        self,
        name: str,
        change: Mapping[str, Any],
        cost: float | Mapping[str, Any],
        *,
        from_: str = "month 0",
        until: str | None = None,
        idea: str = "",
        steering: SteeringRule | None = None,
    ) -> Scenario:
        """Return a scenario with one more policy.

        Parameters
        ----------
        name
            A new name.
        change
            Paths and what becomes of them: ``{"phone.staff": 3, "phone.takes": "20 % less"}``.
        cost
            What comes on top of what the model counts: an amount, or ``{"once": ..., "yearly": ...}``.
        from_, until
            When it holds, such as ``month 3``.
        idea
            One sentence.
        steering
            A function under `cxsim.steering_rule`, asked at the end of every reporting period which levers move.
        """
        tree = copy.deepcopy(self.content.tree)
        if name in self.content.overlays:
            fault = Fault("with_policy", None, name, quoted(name), "a new name", "choose another name")
            raise ScenarioError([fault])
        block = {"idea": idea, "from": from_, "cost": as_text(cost)}
        if change or steering is None:
            block["change"] = as_text(change)
        if steering is not None:
            block["steering"] = _dotted(name, steering)
        if until is not None:
            block["until"] = until
        tree["policies"][name] = block
        found = self._again(tree, "with_policy", {} if steering is None else {name: steering})
        if steering is not None:
            found.check()  # what the rule declares is tried on the scenario now, not at the first run
        return found

    def with_blocks(self, blocks: Mapping[str, Mapping[str, Any]], *, where: str = "with_blocks") -> Scenario:
        """Return a scenario with more policies, each as it would stand under `policies` in a file.

        Parameters
        ----------
        blocks
            By name; they may combine policies that are there.
        where
            What they come from, for messages.

        Raises
        ------
        ScenarioError
            With every name that is taken, and all that is wrong with a policy.
        """
        tree = copy.deepcopy(self.content.tree)
        taken = [
            Fault(where, None, name, quoted(name), "a new name", "choose another name")
            for name in blocks
            if name in self.content.overlays
        ]
        if taken:
            raise ScenarioError(taken)
        tree["policies"] |= {name: as_text(block) for name, block in blocks.items()}
        return self._again(tree, where)

    def forked(self, at: str, *, where: str = "fork_at") -> Scenario:
        """Return a scenario whose policies begin at a moment: what began at time 0 begins then.

        Parameters
        ----------
        at
            ``month 12``, ``day 10``, a date, or ``FiberNow arrives``.
        where
            Option or argument that it stands in, for messages.

        Raises
        ------
        ScenarioError
            If it is no time before the end, or a policy could not begin or would be over.
        """
        from cxsim.scenario.forks import forked

        return self._again(forked(self.content, at, where), where)

    def time(self, text: str, *, where: str = "time") -> int:
        """Return a time of the scenario, such as ``month 12``, as microseconds since its start.

        Raises
        ------
        ScenarioError
            If it is no time, or none within the scenario.
        """
        from cxsim.scenario.forks import moment_of

        return moment_of(self.content, text, where)

    def _again(self, tree: dict[str, Any], file: str, more: Mapping[str, SteeringRule] | None = None) -> Scenario:
        # Values keep the lines of the file they were written in; a message about an option has no line.
        rules = {**self.content.rules, **(more or {})}
        return Scenario(resolve(as_text(tree), file, self.content.folder, self.name, rules=rules))

    def check_steering(self) -> None:
        """Refuse a scenario whose policies name code that was not allowed to be imported (`load`).

        Raises
        ------
        ScenarioError
            With every such policy.
        """
        self.content.refuse_unread_steering()

    def resolved(self, notes: Mapping[str, Mapping[str, str]] | None = None) -> str:
        """Return `scenario.resolved.yaml`: every value that is used, with the source of each assumption.

        Parameters
        ----------
        notes
            More entries of the assumptions, such as what was inferred about a competitor.
        """
        tree = self.content.tree
        if notes:
            tree = {**tree, "assumptions": {**tree.get("assumptions", {}), **notes}}
        return to_yaml(tree)

    def identity(self) -> str:
        """Return the SHA-256 of everything that decides a run but policy, replication and seed."""
        return self.content.identity()

    def layout(self) -> Layout:
        """Return names of firms, segments, touchpoints, contacts and lever slots by their numbers in the plan."""
        from cxsim.scenario.layout import layout_of

        return layout_of(self.content)

    def plan(self, policy: str = AS_IS) -> Plan:
        """Compile the scenario under a policy.

        Raises
        ------
        ScenarioError
            If there is no such policy, it asks for what cannot be, or a policy names code that was not allowed.
        """
        self.check_steering()
        from cxsim.scenario.compile import compiled

        return compiled(self.content, self.policy(policy))

    def check(self) -> None:
        """Compile every policy, so that whatever cannot run is found now.

        Raises
        ------
        ScenarioError
            With all faults.
        """
        from cxsim.scenario.compile import check_policies

        check_policies(self.content)

    def _repr_html_(self) -> str:
        document = self.document
        rows = "".join(
            f"<tr><td><b>{html.escape(name)}</b></td><td>{html.escape(overlay.idea)}</td></tr>"
            for name, overlay in self.content.overlays.items()
        )
        market = document.market
        people = f"{market.customers} customers, " if market else ""
        firms = ", ".join(html.escape(name) for name in document.firms)
        return (
            f"<p><b>{html.escape(self.name)}</b> {html.escape(document.question or '')}<br>"
            f"{people}{firms}; {format_duration(document.lasts)}</p><table>{rows}</table>"
        )


def _dotted(policy: str, rule: object) -> str:
    if isinstance(rule, SteeringRule):
        return rule.dotted if "." in rule.dotted.strip(".") else f"python.{rule.name}"
    given, allowed = quoted(repr(rule)), "a function under @cxsim.steering_rule"
    remedy = "write @cxsim.steering_rule(levers={...}, version=1) above it"
    raise ScenarioError([Fault("with_policy", None, f"{policy}.steering", given, allowed, remedy)])


def load(path_or_name: str | Path, *, allow_steering: bool = False) -> Scenario:
    """Load a scenario and check everything about it.

    Parameters
    ----------
    path_or_name
        A file, or the name of a bundled scenario.
    allow_steering
        Whether the Python functions that policies name under `steering` may be imported and run. Without, such a
        scenario can be looked at and changed, but not run; allow it only for code you trust.

    Raises
    ------
    ScenarioError
        With all faults; `UnreadableError` if the file cannot be read at all.
    """
    path = library.locate(path_or_name)
    _, tree = read_file(path)
    return _loaded(tree, str(path), path.parent, path.stem, allow_steering=allow_steering)


def loads(
    data: str | bytes, name: str = "scenario.yaml", folder: Path | None = None, *, allow_steering: bool = False
) -> Scenario:
    """Load a scenario from text; `name` stands in messages, `folder` holds the files it names."""
    text = decode(data, name, LARGEST_FILE) if isinstance(data, bytes) else data
    return _loaded(read(text, name), name, folder or Path(), Path(name).stem, allow_steering=allow_steering)


def _loaded(tree: Any, file: str, folder: Path, name: str, *, allow_steering: bool) -> Scenario:
    own = name.removesuffix(".resolved")
    if isinstance(tree, dict) and "study" in tree and "firms" not in tree:
        remedy = "name its scenario; `cxsim sweep` runs a study"
        raise ScenarioError([Fault(file, line_of(tree, ("study",)), "study", "a study", "a scenario", remedy)])
    scenario = Scenario(resolve(migrated(tree, file), file, folder, own, allow_steering=allow_steering))
    scenario.check()
    return scenario
