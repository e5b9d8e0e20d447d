"""The ends of every factor are tried on the scenario, so that what it refuses is found before anything runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from cxsim.errors import Fault, ScenarioError, quoted
from cxsim.experiments.studies.case import AS_IS
from cxsim.experiments.studies.factors import Factor
from cxsim.experiments.studies.pulled import block_of, case_of
from cxsim.experiments.studies.reading import LEVERS, UNCERTAINTIES, Parts
from cxsim.scenario import Scenario
from cxsim.scenario.faults import Faults
from cxsim.scenario.study_fields import THE_START

_TRIED: Final = re.compile(r"policies\.end (\d+)(?:\.(from|until|change|cost))?")
FIXED: Final = "it is fixed while the world runs"


def try_ends(parts: Parts, faults: Faults) -> None:
    """Lay the ends of each lever, of all of them with each policy, and of each uncertainty over the scenario.

    Parameters
    ----------
    parts : Parts
        Of the study.
    faults : Faults
        Receives what the scenario refuses, at the factor.
    """
    before = len(faults.found)
    if parts.pulled == THE_START:
        _try_values(parts.scenario, parts.levers, LEVERS, faults)
    else:
        _try_levers(parts, faults)
    _try_values(parts.scenario, parts.uncertainties, UNCERTAINTIES, faults)
    if len(faults.found) == before:
        _try_together(parts, faults)


def _try_levers(parts: Parts, faults: Faults) -> None:
    """Pull each lever alone to each of its ends, all in one scenario with as many policies."""
    known = {factor.path: factor for factor in parts.levers}
    ends = [(factor, text) for factor in parts.levers for text in factor.ends if factor.differs(text)]
    blocks = {
        f"end {number}": block_of(known, parts.pulled, [(factor.path, text)])
        for number, (factor, text) in enumerate(ends)
    }
    seen: set[tuple[str, str]] = set()
    for fault in _refused(lambda: parts.scenario.with_blocks(blocks, where="study").check()):
        found = _TRIED.match(fault.path)
        factor, text = ends[int(found[1])] if found else (None, "")
        if factor is None or (found and found[2] == "from"):
            here: tuple[str, ...] = ("from",) if factor is not None else (LEVERS,)
            given = fault.given
        else:
            here = (LEVERS, factor.path)
            given = fault.given if fault.given.strip("`") in {factor.path, text} else f"{quoted(text)}: {fault.given}"
        if (key := (str(here), fault.allowed)) in seen:
            continue  # both ends are refused for the same
        seen.add(key)
        remedy = f"{fault.remedy}; or write from: {THE_START}" if fault.remedy.startswith(FIXED) else fault.remedy
        faults.add(here, given, fault.allowed, remedy)


def _try_values(scenario: Scenario, factors: Sequence[Factor], section: str, faults: Faults) -> None:
    """Write each end of each factor into the scenario, and all lower and all upper ends together."""
    fine = True
    for factor in factors:
        for text in factor.ends:
            for fault in _refused(lambda text=text, path=factor.path: scenario.with_value(path, text)):  # type: ignore[misc]
                fine = False
                faults.add((section, factor.path), f"{quoted(text)}: {_said(fault)}", fault.allowed, fault.remedy)
    for end in (0, -1) if fine and factors else ():
        together = {factor.path: factor.ends[end] for factor in factors}
        for fault in _refused(lambda together=together: scenario.with_values(together).check()):  # type: ignore[misc]
            texts = ", ".join(f"{path} = {text}" for path, text in together.items())
            faults.add((section,), f"with {texts}: {_said(fault)}", fault.allowed, fault.remedy)


def _try_together(parts: Parts, faults: Faults) -> None:
    """Pull all levers to their lower and to their upper ends, with every policy."""
    known = {factor.path: factor for factor in parts.levers}
    for end in (0, -1) if parts.levers else ():
        texts = [(factor.path, factor.ends[end]) for factor in parts.levers]
        for policy in parts.policies:
            case = case_of(parts.scenario, known, parts.pulled, texts, (), policy)
            if not case.written:
                continue
            for fault in _refused(lambda case=case: parts.scenario.with_blocks(case.blocks, where="study").check()):  # type: ignore[misc]
                what = ", ".join(f"{path} = {text}" for path, text in texts)
                beside = "" if policy == AS_IS else f" beside the policy {quoted(policy)}"
                faults.add((LEVERS,), f"{what}{beside}: {_said(fault)}", fault.allowed, fault.remedy)


def _said(fault: Fault) -> str:
    return f"{fault.path}: {fault.given}" if fault.path else fault.given


def _refused(attempt: Callable[[], object]) -> Iterator[Fault]:
    """Yield what is wrong with something."""
    try:
        attempt()
    except ScenarioError as error:
        yield from error.faults
