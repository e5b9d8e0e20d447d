"""Points that somebody wrote down: in a CSV file beside the study, or in the study itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cxsim.errors import ScenarioError, UnreadableError, ValueRefusedError, quoted
from cxsim.experiments.studies.designs import Listed
from cxsim.experiments.studies.factors import Factor
from cxsim.scenario.faults import Faults, Location
from cxsim.scenario.resolve import beside
from cxsim.scenario.traces import Table
from cxsim.units import nearest


def from_file(path: Path, factors: Sequence[Factor]) -> Listed:
    """Read points from a CSV file: a header of paths, then a point a row.

    Parameters
    ----------
    path : Path
    factors : sequence of Factor
        Each needs a column.

    Raises
    ------
    ScenarioError
        With the faults of the file, each at its line.
    """
    names = [factor.path for factor in factors]
    table = Table(path, dict.fromkeys(names, True))
    rows = []
    for number, row in table.rows:
        cells = table.cells(number, row)
        if cells is None:
            continue
        for factor in factors:
            try:
                factor.check(cells[factor.path])
            except ValueRefusedError as error:
                table.fault(number, factor.path, quoted(error.given), error.allowed, error.remedy)
        rows.append(tuple(cells[name] for name in names))
    table.raise_if_any()
    return Listed(tuple(names), tuple(rows))


def from_rows(rows: Sequence[Mapping[str, str]], factors: Sequence[Factor], faults: Faults, here: Location) -> Listed:
    """Check points that stand in the study.

    Parameters
    ----------
    rows : sequence of mapping
        A text for each path.
    factors : sequence of Factor
        Each needs a value in each point.
    faults : Faults
        Receives what is wrong.
    here : Location
        Where the points stand.
    """
    names = [factor.path for factor in factors]
    for number, row in enumerate(rows):
        for path in row:
            if path not in names:
                hint = nearest(path, names) or "list it among the levers or the uncertainties"
                faults.add((*here, number, path), quoted(path), f"a factor: {', '.join(names)}", hint)
        for factor in factors:
            try:
                if factor.path in row:
                    factor.check(row[factor.path])
                else:
                    faults.add(
                        (*here, number), f"no `{factor.path}`", "a value of every factor in each point", "add it"
                    )
            except ValueRefusedError as error:
                faults.refused((*here, number, factor.path), error)
    return Listed(tuple(names), tuple(tuple(row.get(name, "") for name in names) for row in rows))


def of_file(folder: Path, name: str, factors: Sequence[Factor], faults: Faults, here: Location) -> Listed:
    """Read points from a file beside the study; what is wrong with it is noted.

    Parameters
    ----------
    folder : Path
        Where the study lies.
    name : str
        Of the file, as written.
    factors : sequence of Factor
    faults : Faults
        Receives what is wrong.
    here : Location
        Where the file is named.
    """
    before = len(faults.found)
    try:
        return from_file(beside(folder, name, faults, here, "the study"), factors)
    except UnreadableError as error:
        fault = error.faults[0]
        faults.add(here, f"{quoted(name)}: {fault.given}", fault.allowed, "check the file's name")
    except ScenarioError as error:
        faults.found += [fault for fault in error.faults if fault not in faults.found[:before]]
    return Listed((), ())
