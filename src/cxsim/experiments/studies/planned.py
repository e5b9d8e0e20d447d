"""Designs as a study writes them: checked and counted before a single point is made."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from cxsim.experiments.studies import designs, listed
from cxsim.experiments.studies.factors import Factor
from cxsim.scenario.faults import Faults, Location
from cxsim.scenario.study_fields import METHODS, MOST_CASES, Design, Designs

LEVERS: Final = "levers"
UNCERTAINTIES: Final = "uncertainties"
JOINT: Final = "joint"
# Draws of the uncertainties where the study does not say how many.
WORLDS: Final = 32

Kinds = Mapping[str, tuple[Factor, ...]]


class Planned(NamedTuple):
    """A design that was checked.

    Attributes
    ----------
    written : Design
    size : int
        How many points it has.
    made : callable
        Makes it with a seed.
    """

    written: Design
    size: int
    made: Callable[[int], designs.Design]


def read_designs(
    written: Designs | None, kinds: Kinds, policies: int, folder: Path, faults: Faults
) -> dict[str, Planned]:
    """Check and count the designs of a study.

    Parameters
    ----------
    written : Designs or None
        As the study says; None: a grid of the levers, and 32 Sobol points of the uncertainties.
    kinds : mapping of str to tuple of Factor
        Levers and uncertainties, by these names.
    policies : int
        How many policies there are at each point.
    folder : Path
        Where files with points lie.
    faults : Faults
        Receives what is wrong.

    Returns
    -------
    dict of str to Planned
        By kind, or one for both ("joint").
    """
    found = {}
    for name, design in _chosen(written, kinds, faults).items():
        factors = kinds[LEVERS] + kinds[UNCERTAINTIES] if name == JOINT else kinds[name]
        apart = written is not None and getattr(written, name, None) is not None
        planned = _planned(design, factors, ("design", name) if apart else ("design",), folder, faults)
        if planned is not None:
            found[name] = planned
    total = math.prod(planned.size for planned in found.values()) * policies
    if total > MOST_CASES:
        sizes = [f"{one.size:,} {'worlds' if name == UNCERTAINTIES else 'points'}" for name, one in found.items()]
        given = " x ".join([*sizes, f"{policies} {'policy' if policies == 1 else 'policies'}"]) + f" = {total:,}"
        remedy = "take fewer levels, a Latin hypercube or a Sobol design"
        faults.add(("design",), given, f"at most {MOST_CASES:,} together", remedy)
    return found


def _chosen(written: Designs | None, kinds: Kinds, faults: Faults) -> dict[str, Design]:
    """Return the design of each kind of factors, or that of both together."""
    usual = {
        LEVERS: Design.model_validate({"grid": "usual"}),
        UNCERTAINTIES: Design.model_validate({"sobol": str(WORLDS)}),
    }
    present = [name for name, factors in kinds.items() if factors]
    if written is None:
        return {name: usual[name] for name in present}
    apart = [name for name in kinds if getattr(written, name) is not None]
    methods = methods_of(written)
    if methods and apart:
        given, allowed = f"`{methods[0]}` beside `{apart[0]}`", "one design of all factors, or one of each kind"
        faults.add(("design",), given, allowed, "remove one of them")
        return {}
    if methods and present:
        return {present[0] if len(present) == 1 else JOINT: written}
    for name in apart if apart or present else [""]:
        if name not in present:
            here, what = (("design", name), f"`{name}`") if name else (("design",), "`levers` or `uncertainties`")
            faults.add(here, "a design of nothing", f"{what} in the study", f"write {what}, or remove the design")
    if present and not apart:
        faults.add(("design",), "no design", f"one of {', '.join(METHODS)}", "write, for example, design: grid")
        return {}
    return {name: getattr(written, name) or usual[name] for name in present}


def methods_of(design: Design) -> list[str]:
    """Name the methods that are written; a design has one."""
    fields = Design.model_fields.items()
    return [one.alias or name for name, one in fields if getattr(design, name) is not None]


def _planned(
    written: Design, factors: tuple[Factor, ...], here: Location, folder: Path, faults: Faults
) -> Planned | None:
    methods = methods_of(written)
    if len(methods) != 1:
        given = " and ".join(f"`{name}`" for name in methods) or "no design"
        faults.add(here, given, f"one of {', '.join(METHODS)}", "keep one" if methods else "write, for example, grid")
        return None
    if written.sobol is not None:
        count = written.sobol
        return Planned(written, count, lambda seed: designs.sobol(factors, count, seed))
    if written.latin_hypercube is not None:
        count = written.latin_hypercube
        return Planned(written, count, lambda seed: designs.latin_hypercube(factors, count, seed))
    made = _fixed(written, factors, here, folder, faults)
    # The number of points of a grid may be too large for `len`.
    size = math.prod(map(len, made.levels)) if isinstance(made, designs.Grid) else len(made)
    return Planned(written, size, lambda _: made)


def _fixed(
    written: Design, factors: tuple[Factor, ...], here: Location, folder: Path, faults: Faults
) -> designs.Design:
    """Return a design that no seed decides."""
    if written.grid is not None:
        return designs.grid(factors, written.grid)
    if written.one_at_a_time is not None:
        return designs.one_at_a_time(factors, written.one_at_a_time)
    if written.file is not None:
        return listed.of_file(folder, written.file, factors, faults, (*here, "file"))
    return listed.from_rows(written.points or (), factors, faults, (*here, "points"))
