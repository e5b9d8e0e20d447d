"""A scenario with its policies laid over it: the lever table at each moment at which something changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxsim.errors import ScenarioError, ValueRefusedError
from cxsim.scenario import baselines, bounds, consistency, journeys, levers, paths
from cxsim.scenario.calendar import Hours, RateTable
from cxsim.scenario.faults import line_of, validated
from cxsim.scenario.fields import UNLIMITED
from cxsim.scenario.models import Contact, Document
from cxsim.scenario.policies import FOREVER, Overlay, Piece
from cxsim.scenario.resolve import Resolved, given
from cxsim.scenario.sources import by_location, sources_of
from cxsim.scenario.steered import Lever, Steered, levers_of
from cxsim.scenario.tables import Tables

WHOLE: Final = frozenset({"call_back", "retries"})

Matrix = NDArray[np.float64]
Touch = tuple[str, str]


@dataclass(frozen=True)
class Phase:
    """The lever table from one moment on.

    Attributes
    ----------
    begin
        Microseconds since the start.
    values
        (n_slots, n_segments).
    """

    begin: int
    values: Matrix


class Overlaid:
    """Lays the policies of a scenario over it.

    Parameters
    ----------
    resolved
        The scenario.

    Attributes
    ----------
    tables
        Laws and opening hours that the levers refer to.
    keys
        Location of each slot.
    base
        The lever table under as-is.
    phases
        By policy: the lever table from each moment on.
    baseline_contacts
        Contacts of the competitor baselines, by firm.
    most_on_duty
        Most people any policy ever puts on duty, by (firm, touchpoint).
    steered
        By policy: its steering rules, each with the levers that it may move.
    reach
        By policy that steers: the lever table at both ends of all ranges, at each moment.
    """

    def __init__(self, resolved: Resolved) -> None:
        self.resolved = resolved
        self.tables = Tables()
        self.segments = segment_names(resolved.document)
        self.baseline_contacts = baselines.contacts_of(resolved.document)
        self.faults = resolved.faults()
        bounds.check_entities(resolved.document, self.baseline_contacts, self.faults)
        self.faults.raise_if_any()  # before anything grows with what is too many
        rows = self._rows(resolved.document)
        self.keys = [key for key, _ in rows]
        self.slot = {key: number for number, key in enumerate(self.keys)}
        self.base = self._matrix(rows)
        self.most_on_duty: dict[Touch, int] = {}
        self._columns: dict[frozenset[Piece], Matrix] = {frozenset(): self.base}
        self.endless: set[tuple[str, ...]] = set()
        self._look_at(resolved.document, ("firms",))
        self.phases: dict[str, tuple[Phase, ...]] = {}
        self.steered: dict[str, tuple[tuple[Steered, tuple[Lever, ...]], ...]] = {}
        self.reach: dict[str, tuple[Phase, ...]] = {}
        for name, overlay in resolved.overlays.items():
            try:
                self.phases[name] = tuple(self._phases(overlay))
                self.steered[name] = tuple(self._levers(name, one) for one in overlay.steering)
                self.reach[name] = tuple(self._reach(overlay))
            except ScenarioError as error:
                self.faults.found += error.faults
        bounds.check_agents(self.most_on_duty, self.faults)
        self.faults.raise_if_any()

    def _rows(self, document: Document) -> list[levers.Row]:
        return levers.rows(document, self.tables, self.resolved.staffing, self.baseline_contacts)

    def _matrix(self, rows: Sequence[levers.Row]) -> Matrix:
        values = np.empty((len(rows), len(self.segments)))
        for number, (_, row) in enumerate(rows):
            values[number] = row
        return values

    def _phases(self, overlay: Overlay) -> list[Phase]:
        for piece in overlay.pieces:
            self._check_piece(piece)
        horizon = self.resolved.document.lasts
        moments = sorted({m for p in overlay.pieces for m in (p.begin, p.end) if m < horizon})
        return [Phase(moment, self._at(overlay, moment)) for moment in moments]

    def _levers(self, policy: str, one: Steered) -> tuple[Steered, tuple[Lever, ...]]:
        """Return the levers of a rule; none of a rule that was not read."""
        try:
            found = levers_of(one.rule, self.resolved.tree, self.slot) if one.rule is not None else ()
        except ValueRefusedError as error:
            faults = self.resolved.faults()
            faults.refused(("policies", policy, "steering"), error)
            faults.raise_if_any()
            raise
        return one, found

    def _reach(self, overlay: Overlay) -> list[Phase]:
        """Lay both ends of the ranges of all rules over the scenario, as if they always held.

        What a policy needs (people, room for more contacts) is needed under every other policy too, so that all meet
        the same luck; and what cannot be is found before anything runs.
        """
        levers_ = [lever for _, own in self.steered[overlay.name] for lever in own]
        if not levers_:
            return []
        found = []
        for end in ("low", "high"):
            pieces = [
                Piece(overlay.name, lever.location, lever.path, lever.written(getattr(lever, end)), 0, FOREVER, ())
                for lever in levers_
            ]
            held = self._phases(replace(overlay, pieces=(*overlay.pieces, *pieces)))
            for lever, phase in product(levers_, held):
                self._check_reached(overlay, lever, getattr(lever, end), phase)
            found += held
        return found

    def after_steering(self, policy: str) -> list[tuple[int, int, int, float]]:
        """Return the moves (time, slot, segment, value) that put levers back when a rule is asked no more."""
        horizon = self.resolved.document.lasts
        return [
            (one.end, lever.slot, segment, float(self.base[lever.slot, segment]))
            for one, own in self.steered[policy]
            if one.end < horizon
            for lever in own
            for segment in range(len(self.segments))
        ]

    def _check_reached(self, overlay: Overlay, lever: Lever, end: float, phase: Phase) -> None:
        """See that setting the one lever is the same as writing its value in the file."""
        if (phase.values[lever.slot] != lever.in_table(end)).any():
            faults = self.resolved.faults()
            allowed = "a value that one lever holds"
            faults.add(("policies", overlay.name, "steering"), f"`{lever.path}`", allowed, "change it by `change`")
            faults.raise_if_any()

    def _check_piece(self, piece: Piece) -> None:
        location = piece.location
        here = ("policies", piece.policy, "change", piece.written)
        faults = self.resolved.faults()
        if location not in self.slot and location[-1] not in WHOLE:
            inner = paths.at(self.resolved.tree, location)
            remedy = "it is fixed while the world runs; change it in the file, or with --set"
            if any((*location, key) in self.slot for key in inner if isinstance(inner, dict)):
                remedy = f"name the value itself, such as {piece.written}.{next(iter(inner))}"
            faults.add(here, f"`{piece.written}`", "a value that a policy can change", remedy)
        keys = location[4:] if location[2] in paths.NAMED else location[2:]
        callers = location[2] == "arrivals" or keys[:1] == ("background",)
        if piece.segments and (levers.FOR_EVERYONE & set(keys) or callers):
            allowed = "everyone, where staff, hours, wages, training, fixing or callers change"
            faults.add(here, "`for`", allowed, "leave out `for`")
        elif piece.segments and location[2] == "touchpoints" and self._has_callers(location[1]):
            allowed = "everyone, where a touchpoint of a firm with `arrivals` changes"
            faults.add(here, "`for`", allowed, "callers belong to no segment; leave out `for`")
        faults.raise_if_any()

    def _has_callers(self, firm: str) -> bool:
        return any(True for _ in sources_of(firm, self.resolved.document.firms[firm]))

    def _at(self, overlay: Overlay, moment: int) -> Matrix:
        values = self.base.copy()
        active = [piece for piece in overlay.pieces if piece.begin <= moment < piece.end]
        for column, segment in enumerate(self.segments):
            mine = frozenset(piece for piece in active if not piece.segments or segment in piece.segments)
            values[:, column] = self._variant(mine, overlay.name)[:, column]
        return values

    def _variant(self, pieces: frozenset[Piece], policy: str) -> Matrix:
        if pieces in self._columns:
            return self._columns[pieces]
        document = self._document(pieces, policy)
        rows = self._rows(document)
        if [key for key, _ in rows] != self.keys:
            faults = self.resolved.faults()
            given_ = "a change of what there is, not of a value"
            faults.add(
                ("policies", policy), given_, "changes of values", "write all touchpoints and shifts in the file"
            )
            faults.raise_if_any()
        values = self._matrix(rows)
        self._columns[pieces] = values
        self._look_at(document, ("policies", policy))
        return values

    def contacts(self, firm: str) -> Mapping[str, Contact]:
        """Return the contacts of persons at a firm, as-is."""
        written = given(self.resolved.document.firms[firm].contacts)
        return self.baseline_contacts.get(firm, written)

    def _document(self, pieces: frozenset[Piece], policy: str) -> Document:
        changes: dict[paths.Location, list[object]] = {}
        for piece in sorted(pieces, key=lambda p: (p.location, p.policy, str(p.raw))):
            changes.setdefault(piece.location, []).append(piece.raw)
        faults = self.resolved.faults()
        tree = self.resolved.tree
        for location, raws in sorted(changes.items(), key=lambda item: len(item[0])):
            try:
                tree = paths.changed(tree, {location: raws}, held=changes)
            except ValueRefusedError as error:
                path = paths.written_path(self.resolved.tree, location)
                faults.refused(("policies", policy, "change", path), error)
        faults.raise_if_any()
        document = validated(tree, faults)
        consistency.check(document, faults, overlaid=True)
        line = line_of(self.resolved.source, ("policies", policy))
        faults.found = [
            replace(fault, line=line, path=f"policies.{policy}", given=f"{fault.path}: {fault.given}")
            for fault in faults.found
        ]
        faults.raise_if_any()
        self._check_profiles(document, policy)
        return document

    def _check_profiles(self, document: Document, policy: str) -> None:
        before = by_location(self.resolved.document)
        for location, one in by_location(document).items():
            if _shape(one.source.rate) != _shape(before[location].source.rate):
                faults = self.resolved.faults()
                allowed, remedy = "the same hours at another height", "write, for example, 20 % more"
                name = f"{one.background}.background" if one.background else one.name
                faults.add(("policies", policy, "change", f"{name}.rate"), "other hours of arrival", allowed, remedy)
                faults.raise_if_any()

    def _look_at(self, document: Document, here: tuple[str, ...]) -> None:
        """Note the most people on duty, and journeys that never end."""
        for firm, content in document.firms.items():
            for name, touchpoint in given(content.touchpoints).items():
                shifts = levers.shifts_of(touchpoint, self.resolved.staffing.get((firm, name)))
                unlimited = touchpoint.staff == UNLIMITED
                if unlimited != (given(self.resolved.document.firms[firm].touchpoints)[name].staff == UNLIMITED):
                    self.faults.add((*here, name), "unlimited staff", "a number of people", "write a number")
                most = most_on_duty([(staff, when) for _, staff, when in shifts])
                self.most_on_duty[firm, name] = max(most, self.most_on_duty.get((firm, name), 0))
        for location, what in journeys.endless(document):
            place = location if here == ("firms",) else here
            if location in self.endless:
                continue
            self.endless |= {location} if here == ("firms",) else set()
            remedy = "let some of them end: add `solves`, or make `sends_back` and `goes_to` smaller"
            self.faults.add(place, f"{location[-1]}: {what}", "journeys of at most 200 visits on average", remedy)


def _shape(rate: object) -> tuple[float, ...] | None:
    if not isinstance(rate, RateTable):
        return None
    quarters = rate.quarters()
    highest = max(quarters)
    return tuple(round(value / highest, 9) for value in quarters)


def most_on_duty(shifts: Sequence[tuple[int, Hours | tuple[tuple[int, int], ...]]]) -> int:
    """Return the most people who are ever on duty together."""
    weekly = [(staff, when.windows) for staff, when in shifts if isinstance(when, Hours)]
    dated = [(staff, when) for staff, when in shifts if not isinstance(when, Hours)]
    return _most(weekly) + _most(dated)


def _most(shifts: Sequence[tuple[int, tuple[tuple[int, int], ...]]]) -> int:
    edges: list[tuple[int, int]] = []
    for staff, windows in shifts:
        for begin, end in windows:
            edges += [(begin, staff), (end, -staff)]
    most = now = 0
    for _, change in sorted(edges):
        now += change
        most = max(most, now)
    return most


def segment_names(document: Document) -> tuple[str, ...]:
    """Return the segments; `everyone` where there is no market."""
    return tuple(given(document.market.segments)) if document.market else ("everyone",)


def highest(base: Matrix, *policies: Mapping[str, Sequence[Phase]]) -> NDArray[np.float64]:
    """Return the highest value of each slot under any policy."""
    tables = [base, *(phase.values for phases in policies for found in phases.values() for phase in found)]
    found: NDArray[np.float64] = np.max(np.stack(tables), axis=(0, 2))
    return found
