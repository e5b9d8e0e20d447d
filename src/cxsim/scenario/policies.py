"""Policies: named overlays on our firm, each a list of pieces with times; `as-is` changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from cxsim.errors import ValueRefusedError, quoted
from cxsim.scenario import paths
from cxsim.scenario.faults import Faults
from cxsim.scenario.fields import Moment
from cxsim.scenario.models import Document, Policy
from cxsim.scenario.steered import Steered
from cxsim.scenario.steering import SteeringRule
from cxsim.units import YEAR, nearest, parse_change

AS_IS: Final = "as-is"
FOREVER: Final = 1_000 * YEAR


@dataclass(frozen=True, eq=False)
class Piece:
    """One change of one value for some time.

    Attributes
    ----------
    policy
        The policy that holds it.
    location
        The value.
    written, raw
        The path as it is written, and what is written after it.
    begin, end
        Microseconds since the start; it holds in [begin, end).
    segments
        Whom it concerns; empty for everyone.
    """

    policy: str
    location: paths.Location
    written: str
    raw: Any
    begin: int
    end: int
    segments: tuple[str, ...]

    @property
    def sets(self) -> bool:
        """Whether it sets the value (rather than adding or multiplying)."""
        return not isinstance(self.raw, str) or parse_change(self.raw).how == "set"

    def meets(self, other: Piece) -> bool:
        """Whether both hold at some time for the same people."""
        together = self.begin < other.end and other.begin < self.end
        return together and (not self.segments or not other.segments or bool({*self.segments} & {*other.segments}))


class TimedCost(NamedTuple):
    """What a policy, or a part of it, costs on top of what the model counts, in the scenario's currency.

    Attributes
    ----------
    once
        Paid at `begin`.
    yearly
        Paid evenly from `begin` to `end`, for each 365 days.
    begin, end
        Microseconds since the start.
    """

    once: float
    yearly: float
    begin: int
    end: int


@dataclass(frozen=True)
class Overlay:
    """A policy, ready to be laid over a scenario.

    Attributes
    ----------
    name, idea
        As written.
    pieces
        What it changes.
    costs
        What it costs: its own, and those of the parts that it combines, each for the time of its part.
    steering
        Rules that are asked at the end of every period.
    """

    name: str
    idea: str
    pieces: tuple[Piece, ...]
    costs: tuple[TimedCost, ...]
    steering: tuple[Steered, ...] = ()


def overlays(
    document: Document, tree: paths.Tree, faults: Faults, rules: Mapping[str, SteeringRule]
) -> dict[str, Overlay]:
    """Return all policies by name, `as-is` first; faults are noted.

    Parameters
    ----------
    document, tree
        The resolved scenario, as models and as nested text.
    faults
        Receives what is wrong.
    rules
        Steering rules that may be run, by the policy that names them.
    """
    found = {AS_IS: Overlay(AS_IS, "Change nothing.", (), ())}
    written = document.policies or {}
    for name, policy in written.items():
        if policy.combine is None:
            found[name] = _simple(name, policy, document, tree, faults)
            if policy.steering is not None:
                found[name] = _steered(found[name], policy, document, rules.get(name), faults)
    for name, policy in written.items():
        if policy.combine is not None:
            found[name] = _combined(name, policy, document, found, faults)
    for overlay in found.values():
        _check_clashes(overlay, tree, faults)
        _check_steering(overlay, tree, faults)
    return {name: found[name] for name in (AS_IS, *written)}


def _simple(name: str, policy: Policy, document: Document, tree: paths.Tree, faults: Faults) -> Overlay:
    here = ("policies", name)
    begin, end = _times(here, policy.from_, policy.until, document, faults)
    segments = tuple(name for name in policy.for_ or () if name != "everyone")
    known = list((document.market.segments or {}) if document.market else {})
    for segment in segments:
        if segment not in known:
            faults.unknown((*here, "for"), segment, known, "a segment of the market")
    pieces = []
    for path, raw in (policy.change or {}).items():
        try:
            location = _location(path, document, tree)
            paths.applied(tree, location, [raw])
        except ValueRefusedError as error:
            faults.refused((*here, "change", path), error)
            continue
        pieces.append(Piece(name, location, path, raw, begin, end, segments))
    return Overlay(name, policy.idea or "", tuple(pieces), (_cost(policy, begin, end),))


def _steered(
    overlay: Overlay, policy: Policy, document: Document, rule: SteeringRule | None, faults: Faults
) -> Overlay:
    if policy.for_:
        allowed = "everyone, where a rule steers"
        faults.add(("policies", overlay.name, "for"), "`for`", allowed, "leave out `for`, or combine two policies")
    # What is wrong with the times was noted with the pieces.
    times = _times(("policies", overlay.name), policy.from_, policy.until, document, Faults("", {}))
    return replace(overlay, steering=(Steered(overlay.name, policy.steering or "", rule, *times),))


def _cost(policy: Policy, begin: int, end: int) -> TimedCost:
    written = policy.cost
    once, yearly = ((written.once or 0.0), (written.yearly or 0.0)) if written else (0.0, 0.0)
    return TimedCost(once, yearly, begin, end)


def _location(path: str, document: Document, tree: paths.Tree) -> paths.Location:
    location = paths.find(tree, path)
    if location[:2] != ("firms", document.our_firm):
        remedy = "a policy changes our firm and nothing else; use --set or `unsure` for the rest"
        raise ValueRefusedError(path, f"a value of {document.our_firm}", remedy)
    return location


def _times(
    here: tuple[str, ...], begin: Moment | None, until: Moment | None, document: Document, faults: Faults
) -> tuple[int, int]:
    """Return when something begins and ends; nothing is wrong with one that waits in vain for a firm to come."""
    first = _time(begin, (*here, "from"), document, faults) if begin else 0
    last = _time(until, (*here, "until"), document, faults) if until else FOREVER
    if (begin and begin.firm) or (until and until.firm):
        return first, max(first, last)
    if first < 0 or first >= document.lasts:
        faults.add((*here, "from"), quoted(str(begin)), "a time within the scenario", "begin earlier, or let it last")
    if last <= first:
        faults.add((*here, "until"), quoted(str(until)), "a time after `from`", "end later")
    return first, last


def _time(moment: Moment, here: tuple[str, ...], document: Document, faults: Faults) -> int:
    """Return a moment as microseconds since the start; that of a firm which never comes lies beyond any horizon."""
    starts = document.starts or datetime(2025, 1, 6)
    if not moment.firm:
        return moment.after(starts)
    firm = document.firms.get(moment.firm)
    if firm is None:
        faults.unknown(here, moment.firm, document.firms, "one of the firms, then `arrives`")
        return 0
    return firm.arrives.after(starts) if firm.arrives else 0


def _combined(name: str, policy: Policy, document: Document, simple: Mapping[str, Overlay], faults: Faults) -> Overlay:
    here = ("policies", name, "combine")
    pieces: list[Piece] = []
    costs: list[TimedCost] = []
    rules: list[Steered] = []
    for part, times in (policy.combine or {}).items():
        base = simple.get(part)
        written = (document.policies or {}).get(part)
        if base is None or written is None or written.combine is not None:
            names = [key for key, other in (document.policies or {}).items() if other.combine is None]
            faults.unknown(here, part, names, "a policy that does not combine others")
            continue
        begin, end = _times(here, times.from_ or written.from_, times.until or written.until, document, faults)
        pieces += [Piece(part, p.location, p.written, p.raw, begin, end, p.segments) for p in base.pieces]
        costs += [cost._replace(begin=begin, end=end) for cost in base.costs]
        rules += [replace(one, begin=begin, end=end) for one in base.steering]
    own = _cost(policy, min((cost.begin for cost in costs), default=0), max((cost.end for cost in costs), default=0))
    return Overlay(name, policy.idea or "", tuple(pieces), (own, *costs), tuple(rules))


def _check_clashes(overlay: Overlay, tree: paths.Tree, faults: Faults) -> None:
    for n, piece in enumerate(overlay.pieces):
        for other in overlay.pieces[:n]:
            shorter = min(len(piece.location), len(other.location))
            same = piece.location[:shorter] == other.location[:shorter]
            if not (same and piece.sets and other.sets and piece.meets(other)):
                continue
            path = paths.written_path(tree, piece.location)
            one, two = (other.written, piece.written) if other.policy == piece.policy else (other.policy, piece.policy)
            given = f"{quoted(one)} and {quoted(two)} both set {quoted(path)}"
            allowed = "one `set` of a path at a time"
            faults.add(
                ("policies", overlay.name), given, allowed, "let one end before the other begins, or add or multiply"
            )


def _check_steering(overlay: Overlay, tree: paths.Tree, faults: Faults) -> None:
    """Let each value be moved by one rule only, and by no change."""
    taken: dict[paths.Location, str] = {piece.location: f"{piece.policy}.change" for piece in overlay.pieces}
    for one in overlay.steering:
        for path in one.rule.levers if one.rule is not None else ():
            try:
                location = paths.find(tree, path)
            except ValueRefusedError:
                continue  # refused with the lever table
            for other, who in taken.items():
                shorter = min(len(location), len(other))
                if location[:shorter] != other[:shorter]:
                    continue
                given = f"{quoted(one.written)} steers {quoted(path)}, and {quoted(who)} changes it too"
                remedy = "take it out of the one or the other"
                faults.add(("policies", overlay.name), given, "a value moved by one rule, or by `change`", remedy)
            taken[location] = f"{one.policy}.steering"


def check_written(document: Document, faults: Faults) -> None:
    """Note policies that say nothing, or not what they cost."""
    for name, policy in (document.policies or {}).items():
        here = ("policies", name)
        own = policy.change is not None or policy.steering is not None
        if own == (policy.combine is not None):
            mine = "change" if policy.change is not None else "steering"
            given = f"both `{mine}` and `combine`" if own else "neither `change` nor `combine`"
            faults.add(here, given, "one of them", "write, for example, change: {phone.staff: 1 more}")
        if policy.cost is None and policy.combine is None:
            faults.add(
                here,
                "no `cost`",
                "what comes on top; 0 is allowed",
                "write cost: 0, so that nothing is free by accident",
            )
        if policy.combine is not None and (policy.from_ or policy.until or policy.for_):
            remedy = "write them in the list: [{other: {from: month 12}}]"
            faults.add(here, "times of a combination", "times of its parts", remedy)


def known(name: str, names: Mapping[str, Overlay]) -> Overlay:
    """Return a policy by name.

    Raises
    ------
    ValueRefusedError
        If there is none of this name.
    """
    if name not in names:
        hint = nearest(name, names) or "choose one of these"
        raise ValueRefusedError(name, f"a policy: {', '.join(names)}", hint)
    return names[name]
