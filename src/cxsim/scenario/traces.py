"""Recorded logs beside a scenario: arrivals (CSV: time, source, priority) and staffing (CSV: from, until, staff)."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cxsim.errors import Fault, ScenarioError, ValueRefusedError, quoted
from cxsim.scenario.reader import read_text
from cxsim.units import nearest, parse_count

LARGEST_TRACE: Final = 200_000_000
MOST_FAULTS: Final = 10
ARRIVAL_COLUMNS: Final = {"time": True, "source": False, "priority": False}
STAFFING_COLUMNS: Final = {"from": True, "until": True, "staff": True}
MICRO: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Trace:
    """Recorded arrivals.

    Attributes
    ----------
    times
        Microseconds since the start of the scenario, sorted.
    sources
        Name of each arrival's source; empty where the file has no such column.
    priorities
        0 to 7, or -1 where the file does not say.
    digest
        SHA-256 of the file's contents.
    """

    times: tuple[int, ...]
    sources: tuple[str, ...]
    priorities: tuple[int, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Staffing:
    """Recorded staffing: (from, until, people) in microseconds since the start."""

    rows: tuple[tuple[int, int, int], ...]
    digest: str


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a recorded log, as `Trace` and `Staffing` have it; empty where it cannot be read."""
    try:
        return _digest(read_text(path, LARGEST_TRACE))
    except ScenarioError:
        return ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Table:
    """A CSV file with a header, of which faults are gathered.

    Parameters
    ----------
    path
        The file.
    columns
        Names that the header may hold, and whether it must.
    """

    def __init__(self, path: Path, columns: Mapping[str, bool]) -> None:
        self.name = str(path)
        self.faults: list[Fault] = []
        text = read_text(path, LARGEST_TRACE)
        self.digest = _digest(text)
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        except csv.Error as error:
            raise ScenarioError([Fault(self.name, None, "", str(error), "a CSV file", "check the quotes")]) from None
        if not rows or len(rows) < 2:  # noqa: PLR2004 -- header and one row
            given = "no rows"
            raise ScenarioError([Fault(self.name, None, "", given, "a header and at least one row", "add them")])
        self.header = [cell.strip() for cell in rows[0]]
        self._check_header(columns)
        self.rows = [(number, row) for number, row in enumerate(rows[1:], start=2)]

    def _check_header(self, columns: Mapping[str, bool]) -> None:
        allowed = f"columns {', '.join(columns)}"
        for cell in self.header:
            if cell not in columns:
                self.fault(1, "", quoted(cell), allowed, nearest(cell, columns) or "remove the column")
        for name, needed in columns.items():
            if needed and name not in self.header:
                self.fault(1, "", f"no column `{name}`", allowed, "add it to the header")
        if len(set(self.header)) != len(self.header):
            self.fault(1, "", "a column twice", allowed, "remove one")
        self.raise_if_any()

    def fault(self, line: int, path: str, given: str, allowed: str, remedy: str) -> None:
        """Note what is wrong; after ten faults nothing more is looked for."""
        self.faults.append(Fault(self.name, line, path, given, allowed, remedy))
        if len(self.faults) >= MOST_FAULTS:
            raise ScenarioError(self.faults)

    def raise_if_any(self) -> None:
        """Raise what was noted."""
        if self.faults:
            raise ScenarioError(self.faults)

    def cells(self, number: int, row: Sequence[str]) -> dict[str, str] | None:
        """Return a row by column name; None (and a fault) where a value is missing."""
        if len(row) != len(self.header):
            given = f"{len(row)} values"
            self.fault(number, "", given, f"{len(self.header)} values", "fill or remove the row")
            return None
        cells = {name: cell.strip() for name, cell in zip(self.header, row, strict=True)}
        for name, cell in cells.items():
            if not cell:
                self.fault(number, name, "nothing", "a value in every row", "fill or remove the row")
                return None
        return cells

    def time(self, number: int, column: str, text: str, starts: datetime) -> int | None:
        """Read a local date and time as microseconds since the start."""
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            allowed = "a local date and time such as 1999-01-03 07:15:30"
            self.fault(number, column, quoted(text), allowed, "write it in this form")
            return None
        if moment.tzinfo is not None:
            self.fault(number, column, quoted(text), "local time without a time zone", "remove the zone")
            return None
        return (moment - starts) // MICRO


def read_arrivals(path: Path, starts: datetime, lasts: int) -> Trace:
    """Read recorded arrivals.

    Parameters
    ----------
    path
        CSV file with the columns time and, optionally, source and priority.
    starts
        Local time at which the scenario begins.
    lasts
        Length of the scenario, microseconds.

    Raises
    ------
    ScenarioError
        If a value is missing, unreadable, out of order or outside the scenario's time.
    """
    table = Table(path, ARRIVAL_COLUMNS)
    times: list[int] = []
    sources: list[str] = []
    priorities: list[int] = []
    for number, row in table.rows:
        cells = table.cells(number, row)
        if cells is None:
            continue
        time = table.time(number, "time", cells["time"], starts)
        if time is None:
            continue
        if times and time < times[-1]:
            table.fault(number, "time", quoted(cells["time"]), "times in order", "sort the rows by time")
        if not 0 <= time < lasts:
            table.fault(number, "time", quoted(cells["time"]), "times within the scenario", "set `starts` and `lasts`")
        times.append(time)
        sources.append(cells.get("source", ""))
        priorities.append(_priority(table, number, cells.get("priority")))
    table.raise_if_any()
    return Trace(tuple(times), tuple(sources), tuple(priorities), table.digest)


def _priority(table: Table, number: int, text: str | None) -> int:
    if text is None:
        return -1
    try:
        return parse_count(text, high=7)
    except ValueRefusedError as error:
        table.fault(number, "priority", quoted(error.given), error.allowed, error.remedy)
        return -1


def read_staffing(path: Path, starts: datetime, lasts: int) -> Staffing:
    """Read recorded staffing: who was on duty from when until when; nobody in between."""
    table = Table(path, STAFFING_COLUMNS)
    rows: list[tuple[int, int, int]] = []
    for number, row in table.rows:
        cells = table.cells(number, row)
        if cells is None:
            continue
        begin = table.time(number, "from", cells["from"], starts)
        end = table.time(number, "until", cells["until"], starts)
        if begin is None or end is None:
            continue
        if end <= begin or (rows and begin < rows[-1][1]):
            table.fault(number, "from", quoted(cells["from"]), "rows in order that do not overlap", "sort the rows")
        if begin < 0 or begin >= lasts:
            table.fault(number, "from", quoted(cells["from"]), "times within the scenario", "set `starts` and `lasts`")
        try:
            rows.append((begin, end, parse_count(cells["staff"], high=10_000)))
        except ValueRefusedError as error:
            table.fault(number, "staff", quoted(error.given), error.allowed, error.remedy)
    table.raise_if_any()
    return Staffing(tuple(rows), table.digest)


def source_names(path: Path) -> list[str]:
    """Return the names in the column `source`, in order of appearance; one empty name where there is no such column."""
    table = Table(path, ARRIVAL_COLUMNS)
    if "source" not in table.header:
        return [""]
    column = table.header.index("source")
    return list(dict.fromkeys(row[column].strip() for _, row in table.rows if len(row) > column)) or [""]
