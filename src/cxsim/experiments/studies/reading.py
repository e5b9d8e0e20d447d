"""From a study file to what it means: names known, ranges read, designs counted; all faults at once."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from cxsim.errors import ScenarioError, UnreadableError, ValueRefusedError, quoted
from cxsim.experiments.precision import CAP, Precision, parse_precision
from cxsim.experiments.simulate import names_of
from cxsim.experiments.studies.case import AS_IS
from cxsim.experiments.studies.factors import LEVER, UNCERTAINTY, Factor, read_factor
from cxsim.experiments.studies.planned import LEVERS, UNCERTAINTIES, Planned, read_designs
from cxsim.measures.catalog import ABOVE_AS_IS, CATALOG
from cxsim.measures.layout import layout_of
from cxsim.scenario import Scenario, load, paths
from cxsim.scenario.faults import Faults, Location
from cxsim.scenario.study_fields import ALL, THE_START, StudyDocument, Varied
from cxsim.stats.precision import MINIMUM_REPLICATIONS

REPLICATIONS: Final = 20
MONTH_0: Final = "month 0"


@dataclass
class Parts:
    """What a study file says, with every name known."""

    document: StudyDocument
    scenario: Scenario
    policies: tuple[str, ...] = (AS_IS,)
    levers: tuple[Factor, ...] = ()
    uncertainties: tuple[Factor, ...] = ()
    designs: dict[str, Planned] = field(default_factory=dict)
    measures: tuple[str, ...] = ()
    precision: tuple[Precision, ...] = ()
    replications: int = REPLICATIONS
    most: int = CAP
    seed: int = 1

    @property
    def pulled(self) -> str:
        """When levers are pulled."""
        return self.document.from_ or MONTH_0


def document_of(tree: Mapping[str, Any], faults: Faults) -> StudyDocument | None:
    """Return the study as models; without what was refused, or None where nothing can be made of the rest."""
    try:
        return StudyDocument.model_validate(tree)
    except ValidationError as error:
        faults.from_validation(error)
        rest = copy.deepcopy(dict(tree))
        for detail in error.errors(include_url=False):
            _remove(rest, [part for part in detail["loc"] if part != "[key]"])
    except (RecursionError, OverflowError):
        faults.add((), "values that cannot be read", "a study", "make the file simpler")
        return None
    try:
        return StudyDocument.model_validate(rest)
    except ValidationError:
        return None


def _remove(tree: dict[str, Any], place: Sequence[int | str]) -> None:
    """Take out what was refused: a factor as a whole, else the section at the top."""
    node, depth = tree, 0
    if place[:1] in (["levers"], ["uncertainties"], ["precision"]) and len(place) > 1:
        node, depth = tree.get(str(place[0]), {}), 1
    if isinstance(node, dict):
        node.pop(str(place[depth]), None)


def scenario_of(document: StudyDocument, folder: Path, faults: Faults, *, allow_steering: bool) -> Scenario | None:
    """Load the scenario of a study: a file beside it, or the name of a bundled one; None where it cannot be."""
    name = document.scenario
    if Path(name).is_absolute():
        remedy = "write the way from the study to the file, or the name of a bundled scenario"
        faults.add(("scenario",), quoted(name), "a bundled scenario, or a file beside the study", remedy)
        return None
    try:
        near = (folder / name).is_file()
    except (OSError, ValueError):
        near = False
    try:
        return load(folder / name if near else name, allow_steering=allow_steering)
    except UnreadableError as error:
        fault = error.faults[0]
        faults.add(("scenario",), f"{quoted(name)}: {fault.given}", fault.allowed, fault.remedy)
    except ScenarioError as error:
        faults.found += error.faults
    return None


def read_parts(document: StudyDocument, scenario: Scenario, folder: Path, faults: Faults) -> Parts:
    """Check a study against its scenario.

    Parameters
    ----------
    document : StudyDocument
    scenario : Scenario
    folder : Path
        Where the file with points lies.
    faults : Faults
        Receives what is wrong.
    """
    parts = Parts(document, scenario)
    parts.policies = _policies(document, scenario, faults)
    _check_steering(parts, faults)
    parts.levers = _factors(document.levers or {}, scenario, LEVER, faults)
    parts.uncertainties = _factors(_uncertain(document, scenario, faults), scenario, UNCERTAINTY, faults)
    _check_factors(parts, faults)
    _read_runs(parts, faults)
    if not any(fault.path.split(".")[0] in {"design", LEVERS, UNCERTAINTIES} for fault in faults.found):
        kinds = {LEVERS: parts.levers, UNCERTAINTIES: parts.uncertainties}
        parts.designs = read_designs(document.design, kinds, len(parts.policies), folder, faults)
    return parts


def _policies(document: StudyDocument, scenario: Scenario, faults: Faults) -> tuple[str, ...]:
    """Return the policies of the study, as-is first."""
    written = document.policies or (AS_IS,)
    if written == (ALL,):
        return scenario.policies
    for number, name in enumerate(written):
        if name not in scenario.policies:
            faults.unknown(("policies", number), name, scenario.policies, "a policy of the scenario, or `all`")
        elif name in written[:number]:
            faults.add(("policies", number), quoted(name), "each policy once", "remove one of them")
    return tuple(dict.fromkeys((AS_IS, *(name for name in written if name in scenario.policies))))


def _check_steering(parts: Parts, faults: Faults) -> None:
    unread = [
        name
        for name in parts.scenario.policies
        if any(one.rule is None for one in parts.scenario.policy(name).steering)
    ]
    if unread:
        given = f"{quoted(parts.document.scenario)}, in which code steers {', '.join(unread)}"
        remedy = "read the code, then allow it with --allow-steering, or allow_steering=True in Python"
        faults.add(("scenario",), given, "a scenario whose steering rules may be run", remedy)


def _uncertain(document: StudyDocument, scenario: Scenario, faults: Faults) -> dict[str, Varied]:
    """Return the uncertainties; `all` is what the scenario is unsure of."""
    written = document.uncertainties or {}
    if ALL not in written:
        return written
    unsure = scenario.document.unsure or {}
    if not unsure:
        faults.add(
            (UNCERTAINTIES,), "`all`", "ranges; the scenario has no `unsure`", "write them here: a path and a range"
        )
    return {path: Varied.model_validate({"range": str(text)}) for path, text in unsure.items()}


def _factors(written: Mapping[str, Varied], scenario: Scenario, role: str, faults: Faults) -> tuple[Factor, ...]:
    tree, starts = scenario.content.tree, scenario.content.starts
    found = []
    for path, block in written.items():
        here = (f"{role}s" if role == LEVER else UNCERTAINTIES, path)
        try:
            factor = read_factor(tree, starts, path, block, role)
        except ValueRefusedError as error:
            faults.refused(here, error)
            continue
        ours = factor.location[:2] == ("firms", scenario.document.our_firm)
        if role == LEVER and not ours:
            allowed = f"a value of {scenario.document.our_firm}, which is ours"
            faults.add(here, quoted(path), allowed, "what is not ours is an uncertainty: list it there")
        elif role == UNCERTAINTY and block.cost is not None:
            faults.add((*here, "cost"), "`cost`", "what a lever costs", "remove it; nobody pays for the world")
        elif factor.location[-1] in {"lasts", "starts", "our_firm"}:
            faults.add(here, quoted(path), "what may differ within one study", "write another scenario, and compare")
        else:
            found.append(factor)
    return tuple(found)


def _check_factors(parts: Parts, faults: Faults) -> None:
    both = [*parts.levers, *parts.uncertainties]
    for number, factor in enumerate(both):
        _check_others(factor, both[:number], parts.scenario.content.tree, faults)
        _check_policies(factor, parts, faults)
    for factor in parts.levers if parts.pulled == THE_START else ():
        if factor.cost.once or factor.cost.yearly:
            allowed = f"no cost where levers hold from {THE_START}: costs count above as-is, from month 0"
            faults.add((*_place(factor), "cost"), "`cost`", allowed, "remove it, or write from: month 0")


def _check_others(factor: Factor, others: Sequence[Factor], tree: paths.Tree, faults: Faults) -> None:
    """Note a value that two factors move; shares of one whole may be drawn together, and the rest gives way."""
    for other in others:
        whole = factor.role != other.role and factor.location in paths.same_whole(tree, other.location)
        if whole or _overlap(factor.location, other.location):
            given = f"{quoted(factor.path)}, and {quoted(other.path)} among the {_place(other)[0]}"
            faults.add(_place(factor), given, "a value that one factor moves", "remove one of them")


def _check_policies(factor: Factor, parts: Parts, faults: Faults) -> None:
    """Note a policy that moves a lever, or sets what is drawn: the factor would mean nothing under it."""
    for name in parts.policies:
        pieces = [one for one in parts.scenario.policy(name).pieces if _overlap(factor.location, one.location)]
        if factor.role == UNCERTAINTY:
            pieces = [one for one in pieces if one.sets]
        if pieces:
            verb = "sets" if pieces[0].sets else "changes"
            given = f"{quoted(factor.path)}, which the policy {quoted(name)} {verb} too"
            remedy = "take it out here, or leave the policy out"
            faults.add(_place(factor), given, "a value that no policy of the study moves", remedy)


def _place(factor: Factor) -> tuple[str, str]:
    return LEVERS if factor.role == LEVER else UNCERTAINTIES, factor.path


def _overlap(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _read_runs(parts: Parts, faults: Faults) -> None:
    """Read how often, on which luck, and what is looked at."""
    document, runs = parts.document, parts.scenario.document.runs
    parts.replications = document.replications or (runs.replications if runs else None) or REPLICATIONS
    own = runs.seed if runs is not None and runs.seed is not None else 1
    parts.seed = document.seed if document.seed is not None else own
    parts.most = document.most or CAP
    if document.precision is not None:
        if document.replications is not None:
            given, allowed = "`precision` and `replications`", "one of both"
            faults.add(("precision",), given, allowed, "remove `replications`; `most` is the limit of a precision")
        parts.precision = tuple(_precisions(document.precision, parts.most, faults))
        parts.replications = min(MINIMUM_REPLICATIONS, parts.most)
    elif document.most is not None:
        faults.add(("most",), "`most` without `precision`", "the limit of a precision", "write `replications`")
    if not _unread(parts.scenario):
        _read_measures(parts, faults)


def _unread(scenario: Scenario) -> bool:
    return any(one.rule is None for name in scenario.policies for one in scenario.policy(name).steering)


def _precisions(written: Mapping[str, str], most: int, faults: Faults) -> list[Precision]:
    found = []
    for name, width in written.items():
        try:
            found.append(parse_precision(f"{name}={width}", most))
        except ValueRefusedError as error:
            faults.refused(("precision", name), error)
    if not written:
        faults.add(("precision",), "nothing", "a measure and a half-width", "write, for example, {retention: 0.5pp}")
    return found


def _read_measures(parts: Parts, faults: Faults) -> None:
    scenario = parts.scenario
    layout = layout_of(scenario.plan(AS_IS), names_of(scenario))
    catalog = list(CATALOG)
    ours = layout.measures[(layout.measures[:, 1] == layout.names.policy_firm) & (layout.measures[:, 2] == 0)]
    counted = {catalog[position] for position in ours[:, 0].tolist()} | set(ABOVE_AS_IS)
    own = tuple(name for name in scenario.document.measures or () if name in counted)
    parts.measures = parts.document.measures or own
    asked: list[tuple[str, Location]] = [
        (name, ("measures", number)) for number, name in enumerate(parts.document.measures or ())
    ]
    for name, here in [*asked, *((one.measure, ("precision", one.measure)) for one in parts.precision)]:
        if name not in CATALOG:
            faults.unknown(here, name, CATALOG, "a measure")
        elif name not in counted:
            faults.add(here, quoted(name), "a measure that this scenario has", "remove it, or describe what it needs")
