"""The exception tree.

::

    CxsimError                        anything this package refuses or fails at
    ├── InputError (ValueError)       something a person gave is not allowed (exit code 2)
    │   ├── ValueRefusedError         one value, before it is known where it stands: given, allowed, remedy
    │   └── ScenarioError             all faults of a scenario file at once, each with its place
    │       └── UnreadableError       the file cannot be read at all
    └── RunError (RuntimeError)       the work itself failed (exit code 1)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

LONGEST_QUOTE: Final = 80


class CxsimError(Exception):
    """Anything this package refuses or fails at."""


class InputError(CxsimError, ValueError):
    """Something a person gave is not allowed; the message says what is."""


class RunError(CxsimError, RuntimeError):
    """A simulation failed; the message names replication, time, firm, touchpoint and person where known."""


class ValueRefusedError(InputError):
    """One value is not allowed; where it stands is added by whoever knows.

    Parameters
    ----------
    given
        What was written.
    allowed
        What may stand there.
    remedy
        What to do.
    """

    def __init__(self, given: str, allowed: str, remedy: str) -> None:
        self.given = given
        self.allowed = allowed
        self.remedy = remedy
        super().__init__(f"{quoted(given)}; {allowed}; {remedy}")

    def __reduce__(self) -> tuple[type[ValueRefusedError], tuple[str, str, str]]:
        return type(self), (self.given, self.allowed, self.remedy)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in what a person gave.

    Attributes
    ----------
    file
        Name of the file, or of the option (``--set``) it came from.
    line
        Line in the file, counted from 1; None where there is none.
    path
        Dotted place in the file (``firms.Shop.touchpoints.till.staff``); empty for the file as a whole.
    given, allowed, remedy
        What was given, what is allowed, what to do.
    """

    file: str
    line: int | None
    path: str
    given: str
    allowed: str
    remedy: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        where = f"{place}: {self.path}" if self.path else place
        return f"{where}: {self.given}; {self.allowed}; {self.remedy}"


class ScenarioError(InputError):
    """A scenario (or study) cannot be used; every fault that was found is listed.

    Parameters
    ----------
    faults
        At least one fault; they are sorted by file and line.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        unique = dict.fromkeys(faults)
        self.faults: tuple[Fault, ...] = tuple(sorted(unique, key=lambda fault: (fault.file, fault.line or 0)))
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Fault, ...]]]:
        return type(self), (self.faults,)


class UnreadableError(ScenarioError):
    """A file cannot be read: it is missing, too large, or no text."""


def quoted(given: str) -> str:
    """Return what was given on one line, without control characters, cut where it is long."""
    text = "".join(character if character.isprintable() else " " for character in str(given))
    text = " ".join(text.split())
    if len(text) > LONGEST_QUOTE:
        text = text[: LONGEST_QUOTE - 1] + "…"
    return f"`{text}`" if text else "nothing"
