"""The ends of every factor are tried on the scenario, so that what it refuses is found before anything runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from cxsim.errors import Fault, ScenarioError, quoted
from cxsim.experiments.studies.case import AS_IS
from cxsim.experiments.studies.factors import Factor
from cxsim.experiments.studies.planned import LEVERS, UNCERTAINTIES
from cxsim.experiments.studies.pulled import case_of
from cxsim.experiments.studies.reading import Parts
from cxsim.scenario import Scenario
from cxsim.scenario.faults import Faults
from cxsim.scenario.study_fields import THE_START

FIXED: Final = "it is fixed while the world runs"
_TRIED: Final = re.compile(r"policies\.(?:.*?) (\d+)(?:\.(from))?(?:\.|$)")


class Attempt(NamedTuple):
    """Levers pulled to some values beside a policy."""

    texts: tuple[tuple[str, str], ...]
    policy: str


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
    if len(faults.found) == before and parts.levers and parts.pulled != THE_START:
        _try_together(parts, faults)


def _try_levers(parts: Parts, faults: Faults) -> None:
    """Pull each lever alone to each of its ends."""
    attempts = [Attempt(((factor.path, text),), AS_IS) for factor in parts.levers for text in factor.ends]
    seen: set[tuple[str, str]] = set()
    for fault, attempt in _pulled(parts, attempts, faults):
        ((path, text),) = attempt.texts
        found = _TRIED.match(fault.path)
        here = ("from",) if found and found[2] else (LEVERS, path)
        if (str(here), fault.allowed) in seen:
            continue  # both ends are refused for the same reason
        seen.add((str(here), fault.allowed))
        own = here == ("from",) or fault.given.strip("`") in {path, text}
        given = fault.given if own else f"{quoted(text)}: {fault.given}"
        remedy = f"{fault.remedy}; or write from: {THE_START}" if fault.remedy.startswith(FIXED) else fault.remedy
        faults.add(here, given, fault.allowed, remedy)


def _try_together(parts: Parts, faults: Faults) -> None:
    """Pull all levers to their lower and to their upper ends, with every policy."""
    ends = [tuple((factor.path, factor.ends[end]) for factor in parts.levers) for end in (0, -1)]
    attempts = [Attempt(texts, policy) for texts in ends for policy in parts.policies]
    for fault, attempt in _pulled(parts, attempts, faults):
        what = ", ".join(f"{path} = {text}" for path, text in attempt.texts)
        beside = "" if attempt.policy == AS_IS else f" beside the policy {quoted(attempt.policy)}"
        faults.add((LEVERS,), f"{what}{beside}: {fault.given}", fault.allowed, fault.remedy)


def _pulled(parts: Parts, attempts: Sequence[Attempt], faults: Faults) -> Iterator[tuple[Fault, Attempt]]:
    """Make all attempts in one scenario, each with policies of its own, and yield what is refused of which."""
    known = {factor.path: factor for factor in parts.levers}
    blocks: dict[str, Any] = {}
    for number, attempt in enumerate(attempts):
        case = case_of(parts.scenario, known, parts.pulled, attempt.texts, (), attempt.policy)
        names = {name: f"{name} {number}" for name in case.blocks}
        for name, block in case.blocks.items():
            combined = [names.get(part, part) if isinstance(part, str) else part for part in block.get("combine", ())]
            blocks[names[name]] = {**block, "combine": combined} if combined else block
    for fault in _refused(lambda: parts.scenario.with_blocks(blocks, where="study").check()) if blocks else ():
        found = _TRIED.match(fault.path)
        if found:
            yield fault, attempts[int(found[1])]
        else:  # of all of them together, such as more people than there may be
            faults.add((LEVERS,), _said(fault), fault.allowed, fault.remedy)


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


def _said(fault: Fault) -> str:
    return f"{fault.path}: {fault.given}" if fault.path else fault.given


def _refused(attempt: Callable[[], object]) -> Iterator[Fault]:
    """Yield what is wrong with something."""
    try:
        attempt()
    except ScenarioError as error:
        yield from error.faults
