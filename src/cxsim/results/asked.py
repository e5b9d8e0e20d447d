"""What is asked of a study or a scenario: the factors, the seed, and the measure, before anything is run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cxsim.errors import InputError
from cxsim.experiments.studies.study import Study, load_study, study_of
from cxsim.results.facts import FALLBACKS
from cxsim.scenario import Scenario, library, load
from cxsim.scenario.reader import read_file
from cxsim.units import nearest

if TYPE_CHECKING:
    from cxsim.experiments.studies.lab import Lab


def studied(source: Study | Scenario | str | Path, command: str) -> Study:
    """Return a study: the one given, or what a scenario is unsure of as its uncertainties.

    Parameters
    ----------
    source : Study, Scenario, path or str
    command : str
        Named in messages.

    Raises
    ------
    InputError
        When it can be neither, or a scenario is unsure of nothing.
    """
    if isinstance(source, Study):
        return source
    if isinstance(source, Scenario):
        scenario = source
    elif "study" in read_file(library.locate(source))[1]:
        return load_study(source)
    else:
        scenario = load(source)
    if not scenario.document.unsure:
        message = (
            f"{command}: {scenario.name} is unsure of nothing; a range or more is needed; write `unsure` in the "
            "scenario, or a study file with levers or uncertainties"
        )
        raise InputError(message)
    runs = scenario.document.runs
    return study_of(
        scenario,
        uncertainties="all",
        design={"sobol": 2},
        seed=None if runs is None else runs.seed,
        measures=list(scenario.document.measures) if scenario.document.measures else None,
    )


def measure_of(study: Study, lab: Lab, measure: str | None) -> str:
    """Return the measure that is looked at: the one asked for, the first that is named, or the usual one.

    Raises
    ------
    InputError
        When it is not known in the scenario.
    """
    known = lab.columns.measures()
    if measure is None:
        named = *study.measures, *(study.scenario.document.measures or ()), *FALLBACKS, *known
        return next(name for name in named if name in known)
    if measure not in known:
        hint = nearest(measure, known) or f"known here are {', '.join(known)}"
        message = f"measure: {measure}; a measure of {study.scenario.name} is allowed; {hint}"
        raise InputError(message)
    return measure
