"""From a file to a resolved scenario: every value explicit, every name known, every file it names read."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import ValidationError

from cxsim.errors import Fault, ScenarioError, UnreadableError, ValueRefusedError, quoted
from cxsim.scenario import consistency, paths, policies, steered, traces
from cxsim.scenario.calendar import RateTable
from cxsim.scenario.defaults import Filler
from cxsim.scenario.faults import Faults, Location, validated
from cxsim.scenario.fields import Moment
from cxsim.scenario.models import Document
from cxsim.scenario.reader import Block, Text
from cxsim.scenario.steering import SteeringRule
from cxsim.units import Price, Rate, parse_change

if TYPE_CHECKING:
    from cxsim.scenario.overlaid import Overlaid

T = TypeVar("T")

# How deep the names of firms, policies, segments, touchpoints, contacts and sources stand in a file.
ENTITY_DEPTH: Final = {"firms": 2, "policies": 2, "market": 3, "touchpoints": 4, "contacts": 4, "arrivals": 4}
# A day before all others, to tell which of two dates is later.
EARLIEST: Final = datetime(1900, 1, 1)
NOT_IDENTITY: Final = frozenset({"assumptions", "question", "runs", "measures", "goals", "unsure"})


@dataclass(frozen=True)
class Resolved:
    """A scenario with nothing left open.

    Attributes
    ----------
    name
        Name of the scenario (the file's, without its ending).
    tree
        Nested text, as `scenario.resolved.yaml` holds it.
    document
        The same as models.
    overlays
        Policies by name, `as-is` first.
    arrivals, staffing
        Recorded logs by (firm, source) and (firm, touchpoint).
    folder
        Where the files that it names lie.
    file, source
        Name of the file and what it says, for messages.
    rules
        Steering rules that may be run, by the policy that names them.
    """

    name: str
    tree: paths.Tree
    document: Document
    overlays: Mapping[str, policies.Overlay]
    arrivals: Mapping[tuple[str, str], traces.Trace] = field(default_factory=dict)
    staffing: Mapping[tuple[str, str], traces.Staffing] = field(default_factory=dict)
    folder: Path = Path()
    file: str = ""
    source: Mapping[str, Any] = field(default_factory=dict)
    rules: Mapping[str, SteeringRule] = field(default_factory=dict)

    def faults(self) -> Faults:
        """Return an empty list of faults of this file."""
        return Faults(self.file or self.name, self.source)

    @cached_property
    def overlaid(self) -> Overlaid:
        """The lever table under every policy.

        Raises
        ------
        ScenarioError
            If a policy asks for what cannot be.
        """
        from cxsim.scenario.overlaid import Overlaid

        return Overlaid(self)

    @property
    def starts(self) -> datetime:
        """Local time at which the scenario begins."""
        return given(self.document.starts)

    def refuse_unread_steering(self) -> None:
        """Refuse to go on where a policy names code that the caller did not allow to import.

        Raises
        ------
        ScenarioError
            With every such policy.
        """
        steered.refuse_unread({name: overlay.steering for name, overlay in self.overlays.items()}, self.faults())

    @property
    def digests(self) -> dict[tuple[str, str, str], str]:
        """SHA-256 of each recorded log by (firm, ``trace`` or ``staffing``, source or touchpoint)."""
        found = {(firm, "trace", name): log.digest for (firm, name), log in self.arrivals.items()}
        return found | {(firm, "staffing", name): log.digest for (firm, name), log in self.staffing.items()}

    def identity(self) -> str:
        """Return the SHA-256 of everything that decides a run but policy, replication and seed."""
        content: dict[str, Any] = {key: value for key, value in self.tree.items() if key not in NOT_IDENTITY}
        overlays = content.get("policies", {}).items()
        content["policies"] = {name: {**policy, "idea": ""} for name, policy in overlays}
        digests = sorted(set(self.digests.values()))  # a scenario that names one file keeps the identity it always had
        content["files"] = digests if len(digests) <= 1 else sorted([*place, it] for place, it in self.digests.items())
        if self.rules:  # a scenario without keeps the identity it always had
            content["steering"] = {policy: rule.identity() for policy, rule in self.rules.items()}
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def given(value: T | None) -> T:
    """Return a value that resolution has filled in."""
    if value is None:
        raise AssertionError
    return value


def resolve(
    tree: Block | dict[str, Any],
    file: str,
    folder: Path,
    name: str,
    *,
    rules: Mapping[str, SteeringRule] | None = None,
    allow_steering: bool = False,
) -> Resolved:
    """Resolve a scenario.

    Parameters
    ----------
    tree
        Nested text in the format of this version.
    file
        Name of the file in messages.
    folder
        Where the files that the scenario names lie.
    name
        Name of the scenario.
    rules
        Steering rules that were given in Python, by policy.
    allow_steering
        Whether rules that the scenario names may be imported.

    Raises
    ------
    ScenarioError
        With all faults that were found.
    """
    tree = _expanded(tree, file, folder)
    faults = Faults(file, tree)
    document = _checked(tree, faults)
    resolved = validated(Filler(document.tree()).fill(), Faults(file, tree))
    filled = resolved.tree()
    own = _rules(resolved, rules or {}, faults, allow=allow_steering)
    overlays = policies.overlays(resolved, filled, faults, own)
    _check_unsure(resolved, filled, faults)
    logs = _Logs(resolved, file, folder, faults)
    faults.raise_if_any()
    return Resolved(name, filled, resolved, overlays, logs.arrivals, logs.staffing, folder, file, tree, own)


def _rules(
    document: Document, rules: Mapping[str, SteeringRule], faults: Faults, *, allow: bool
) -> dict[str, SteeringRule]:
    """Return the steering rules that may be run, by policy; imports what the scenario names only where allowed."""
    found = {}
    for name, policy in (document.policies or {}).items():
        if name in rules:
            found[name] = rules[name]
        elif policy.steering is not None and allow:
            try:
                found[name] = steered.imported(policy.steering)
            except ValueRefusedError as error:
                faults.refused(("policies", name, "steering"), error)
    return found


def _checked(tree: dict[str, Any], faults: Faults) -> Document:
    """Validate the models, then what only shows in the whole; with all faults of both."""
    try:
        document = Document.model_validate(tree)
    except ValidationError as error:
        faults.from_validation(error)
        places = [_clean(detail["loc"]) for detail in error.errors(include_url=False)]
        _check_rest(tree, places, faults)
        faults.raise_if_any()
        raise
    except (RecursionError, OverflowError):
        return validated(tree, faults)
    consistency.check(document, faults)
    policies.check_written(document, faults)
    if document.our_firm not in {None, *document.firms} or not document.firms:
        faults.raise_if_any()
    return document


def _clean(location: Location) -> tuple[int | str, ...]:
    return tuple(part for part in location if part != "[key]")


def _check_rest(tree: dict[str, Any], places: list[tuple[int | str, ...]], faults: Faults) -> None:
    """Look for further faults in what remains of a tree without the refused values."""
    if any(_is_entity(place) for place in places):
        return  # what refers to it would seem to be wrong too
    rest = copy.deepcopy(tree)
    for place in places:
        node: Any = rest
        for part in place[:-1]:
            node = node.get(part) if isinstance(node, dict) else None
        if isinstance(node, dict):
            node.pop(place[-1], None)
    try:
        document = Document.model_validate(rest)
    except (ValidationError, RecursionError, OverflowError):
        return
    more = Faults(faults.file, faults.tree)
    consistency.check(document, more)
    policies.check_written(document, more)
    refused = {fault.path for fault in faults.found}
    for fault in more.found:
        if not any(_related(fault.path, path) for path in refused):
            faults.found.append(fault)


def _is_entity(place: tuple[int | str, ...]) -> bool:
    """Whether a place is a firm, a touchpoint, a contact, a segment or a policy as a whole."""
    section = place[2] if place[2:] and place[0] == "firms" else place[0] if place else ""
    return len(place) == ENTITY_DEPTH.get(str(section))


def _related(one: str, refused: str) -> bool:
    """Whether a fault may only be there because a value near it was refused."""
    return f"{one}.".startswith(f"{refused}.") or refused.rpartition(".")[0] == one


def _expanded(tree: dict[str, Any], file: str, folder: Path) -> dict[str, Any]:
    """Write out the short form `arrivals: {trace: FILE, ...}` as one source for each name in the file."""
    firms = tree.get("firms")
    if not isinstance(firms, dict):
        return tree
    short = [
        (name, firm["arrivals"])
        for name, firm in firms.items()
        if isinstance(firm, dict) and isinstance(firm.get("arrivals"), dict)
    ]
    short = [(name, block) for name, block in short if isinstance(block.get("trace"), str)]
    if not short:
        return tree
    new = copy.deepcopy(tree)
    for name, block in short:
        path = beside(folder, block["trace"], Faults(file, tree), ("firms", name, "arrivals", "trace"))
        sources: dict[str, Any] = {}
        for source in _names_in(path, block["trace"], Faults(file, tree), ("firms", name, "arrivals", "trace")):
            line = getattr(block["trace"], "line", None)
            sources[Text(source or "callers", line)] = {**block, **({"only": Text(source, line)} if source else {})}
        new["firms"][name]["arrivals"] = sources
    return new


def _names_in(path: Path, written: str, faults: Faults, location: Location) -> list[str]:
    try:
        return traces.source_names(path)
    except UnreadableError as error:
        given_ = f"{quoted(written)}: {error.faults[0].given}"
        faults.add(location, given_, error.faults[0].allowed, "check the file's name")
    faults.raise_if_any()
    return []


def beside(folder: Path, written: str, faults: Faults, location: Location, what: str = "the scenario") -> Path:
    """Return the path of a file that must lie beside what names it; raises what was noted if it may not."""
    path = Path(written)
    if path.is_absolute() or ".." in path.parts or not written.strip() or "\x00" in written:
        faults.add(location, quoted(written), f"a file beside {what}", "copy the file there and write its name")
        faults.raise_if_any()
    return folder / path


class _Logs:
    """Reads the recorded logs that a scenario names."""

    def __init__(self, document: Document, file: str, folder: Path, faults: Faults) -> None:
        self.arrivals: dict[tuple[str, str], traces.Trace] = {}
        self.staffing: dict[tuple[str, str], traces.Staffing] = {}
        self.folder, self.faults, self.file = folder, faults, file
        self.read: dict[Path, traces.Trace] = {}
        starts, lasts = given(document.starts), document.lasts
        for firm, content in document.firms.items():
            for name, source in given(content.arrivals).items():
                if source.trace is not None:
                    self._arrivals(firm, name, (source.trace, source.only), starts, lasts)
            for name, touchpoint in given(content.touchpoints).items():
                if touchpoint.staffing is not None:
                    self._staffing(firm, name, touchpoint.staffing, starts, lasts)

    def _arrivals(self, firm: str, name: str, log: tuple[str, str | None], starts: datetime, lasts: int) -> None:
        location = ("firms", firm, "arrivals", name, "trace")
        try:
            path = beside(self.folder, log[0], self.faults, location)
            if path not in self.read:
                self.read[path] = traces.read_arrivals(path, starts, lasts)
        except ScenarioError as error:
            self._add(error, location, log[0])
            return
        whole = self.read[path]
        kept = [n for n, source in enumerate(whole.sources) if log[1] is None or source == log[1]]
        if not kept:
            names = sorted(set(whole.sources))
            self.faults.unknown((*location[:-1], "only"), log[1] or "", names, "a source of the file")
        self.arrivals[firm, name] = traces.Trace(
            tuple(whole.times[n] for n in kept),
            tuple(whole.sources[n] for n in kept),
            tuple(whole.priorities[n] for n in kept),
            whole.digest,
        )

    def _staffing(self, firm: str, name: str, written: str, starts: datetime, lasts: int) -> None:
        location = ("firms", firm, "touchpoints", name, "staffing")
        try:
            path = beside(self.folder, written, self.faults, location)
            self.staffing[firm, name] = traces.read_staffing(path, starts, lasts)
        except ScenarioError as error:
            self._add(error, location, written)

    def _add(self, error: ScenarioError, location: Location, written: str) -> None:
        if isinstance(error, UnreadableError):
            fault = error.faults[0]
            self.faults.add(location, f"{quoted(written)}: {fault.given}", fault.allowed, "check the file's name")
            return
        self.faults.found += [fault for fault in error.faults if fault not in self.faults.found]


def _check_unsure(document: Document, tree: paths.Tree, faults: Faults) -> None:
    for path, text in (document.unsure or {}).items():
        try:
            location = paths.find(tree, path)
            check_range(location, text)
        except ValueRefusedError as error:
            faults.refused(("unsure", path), error)


def check_range(location: paths.Location, text: str) -> None:
    """Check ``30 to 120`` or ``0.5 to 2 times`` at a location.

    Raises
    ------
    ValueRefusedError
        If it is no range, its first end is not the smaller one, or the value is one that has no more and less.
    """
    kind = paths.kind_at(location)
    low, middle, high = text.partition(" to ")
    if not middle:
        raise ValueRefusedError(text, "a range", "write, for example, 30 to 120 or 0.5 to 2 times")
    if kind in {"text", "switch"}:
        raise ValueRefusedError(text, "a range of a value that has more and less", "try both with --set")
    times = high.endswith(" times")
    if times and kind == "time":
        raise ValueRefusedError(text, "a range of times", "write, for example, month 12 to month 30")
    if times:
        factors = [parse_change(f"{end.strip()} times") for end in (low, high.removesuffix(" times"))]
        if any(factor.how != "multiply" for factor in factors):
            raise ValueRefusedError(text, "a range of factors", "write, for example, 0.5 to 2 times")
        ends = [factor.factor for factor in factors]
    else:
        ends = [_size(paths.value_at(location, end)) for end in paths.ends_of(location, text)]
    if ends[0] > ends[1]:
        raise ValueRefusedError(text, "a range from the smaller to the larger value", "turn it round")


def _size(value: Any) -> float:
    """Return what says which of two values of one place is larger."""
    if isinstance(value, Price):
        return value.amount
    if isinstance(value, Rate):
        return value.per_microsecond
    if isinstance(value, Moment):
        return value.after(EARLIEST)
    if isinstance(value, RateTable):
        return max(value.quarters())
    return value if isinstance(value, int | float) else float(value.mean)  # of a law


def fault_of(file: str, path: str, error: ValueRefusedError) -> ScenarioError:
    """Return a refused value as an error with one fault."""
    return ScenarioError([Fault(file, None, path, quoted(error.given), error.allowed, error.remedy)])
