"""What we are unsure of: the ranges of a scenario, and worlds drawn from them.

A range ``30 to 120`` is drawn uniformly, whole numbers included; factors ``0.5 to 2 times`` log-uniformly, so that
half and twice are equally far from what we assume. Draws are rounded to what a person would write: the text that a
world is made of is the text that ``--set`` takes, and makes it again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from cxsim.errors import InputError, ValueRefusedError
from cxsim.model.plan import DAY, HOUR, MINUTE, MONTH
from cxsim.scenario import paths
from cxsim.scenario.fields import Moment, format_date
from cxsim.scenario.resolve import fault_of
from cxsim.stats.space_filling import sobol_points
from cxsim.units import Price, Rate, format_number

if TYPE_CHECKING:
    from cxsim.scenario import Scenario

TIMES: Final = "times"
# Figures of the width of a range that a draw keeps, and a threshold that is said.
DRAWN: Final = 4
SAID: Final = 2
MOST_WORLDS: Final = 10_000
_DURATIONS: Final = (DAY, HOUR, MINUTE, 1_000_000, 1_000)
_FIRST_DAY: Final = datetime(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Range:
    """One thing that we are unsure of.

    Attributes
    ----------
    path : str
        As the scenario writes it.
    text : str
        The range as written.
    location : tuple of str
        Where the value stands in the file.
    kind : str
        "times", or the kind of the value: "share", "duration", "count", "price", "time", ...
    low, high : float
        Its ends, in the unit in which values of the place are counted (microseconds for durations and times).
    like : object
        The value at its lower end, which says how others are written.
    """

    path: str
    text: str
    location: tuple[str, ...]
    kind: str
    low: float
    high: float
    like: Any

    def at(self, position: float, figures: int = DRAWN) -> float:
        """Return the value at a position between 0 and 1, rounded to so many figures of the range's width."""
        if self.kind == "count":
            return float(min(self.high, self.low + math.floor(position * (self.high - self.low + 1))))
        if self.kind == TIMES and self.low > 0.0:
            return self.rounded(self.low * (self.high / self.low) ** position, figures)
        return self.rounded(self.low + position * (self.high - self.low), figures)

    def rounded(self, value: float, figures: int) -> float:
        """Return a value as it is written, within the range."""
        width = self.high - self.low
        if width <= 0.0:
            return self.low
        if self.kind in {"duration", "time"}:
            unit = next((unit for unit in _DURATIONS if width >= 2 * unit * 10 ** (figures - 1) / 10), 1)
            unit = MONTH // 10 ** (figures - 2) if self._by_month else unit
            near = float(round(value / unit) * unit)
        elif self.kind == "count":
            near = float(round(value))
        else:
            places = figures - 1 - math.floor(math.log10(width))
            near = round(value, places)
        return min(max(near, self.low), self.high)

    @property
    def _by_month(self) -> bool:
        return self.kind == "time" and self.like.day is None

    def written(self, value: float) -> str:
        """Return a value as ``--set`` takes it."""
        if self.kind == TIMES:
            return f"{format_number(value)} times"
        if self.kind == "time":
            if self._by_month:
                return f"month {format_number(round(value / MONTH, DRAWN))}"
            return format_date(_FIRST_DAY + round(value / DAY) * timedelta(days=1))
        if isinstance(self.like, Price | Rate):
            return str(paths.write_at(self.location, replace(self.like, amount=value)))
        number: float | int = round(value) if isinstance(self.like, int) else value
        return str(paths.write_at(self.location, number))

    def condition(self, threshold: float, *, above: bool, low: float, high: float) -> str:
        """Say that the value lies beyond a threshold, to follow "if".

        Parameters
        ----------
        threshold : float
            In the unit of `low` and `high` of the range.
        above : bool
        low, high : float
            The drawn values on its two sides.
        """
        if self.kind == "count":
            return f"{self.path} is {'more' if above else 'fewer'} than {self.written(low if above else high)}"
        said = self.written(self.rounded(threshold, SAID))
        if self.kind == "time":
            firm, _, key = self.path.rpartition(".")
            what = f"{firm} comes" if key == "arrives" and firm else f"{self.path} is"
            return f"{what} {'after' if above else 'before'} {said}"
        more = " what we assume" if self.kind == TIMES else ""
        return f"{self.path} is {'more' if above else 'less'} than {said}{more}"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A world: one value for everything we are unsure of.

    Attributes
    ----------
    number : int
        1 and up; 0 is the scenario as written.
    numbers : tuple of float
        In the order of the ranges, in their units.
    texts : tuple of str
        The same, as ``--set`` takes them.
    """

    number: int
    numbers: tuple[float, ...]
    texts: tuple[str, ...]


def ranges_of(scenario: Scenario) -> tuple[Range, ...]:
    """Return what a scenario is unsure of; what was fixed with ``--set`` is no longer among it.

    Raises
    ------
    ScenarioError
        When a range is not one of numbers, durations, money, rates or times.
    """
    found = []
    for path, text in (scenario.document.unsure or {}).items():
        try:
            found.append(read_range(scenario.content.tree, path, str(text)))
        except ValueRefusedError as error:
            raise fault_of(scenario.name, f"unsure.{path}", error) from None
    return tuple(found)


def read_range(tree: paths.Tree, path: str, text: str) -> Range:
    """Read a range that was checked (`cxsim.scenario.resolve.check_range`).

    Parameters
    ----------
    tree : dict
        A resolved scenario as nested text.
    path, text : str
        As written, such as ``market.switching.cost`` and ``30 to 120``.

    Raises
    ------
    ValueRefusedError
        When it is not a range of numbers, durations, money, rates or times.
    """
    location = paths.find(tree, path)
    low, _, high = (part.strip() for part in text.partition(" to "))
    if high.endswith(TIMES):
        factors = [float(end.removesuffix(TIMES)) for end in (low, high)]
        return Range(path, text, location, TIMES, factors[0], factors[1], like=None)
    values = [paths.value_at(location, end) for end in paths.ends_of(location, text)]
    numbers = [_number(value, text) for value in values]
    if isinstance(values[0], Price | Rate) and values[0].per != values[1].per:
        raise ValueRefusedError(text, "both ends in the same unit of time", "write both a month, or both a year")
    if isinstance(values[0], Moment) and (values[0].day is None) != (values[1].day is None):
        raise ValueRefusedError(text, "two months or two dates", "write, for example, month 12 to month 30")
    kind = paths.kind_at(location)
    if isinstance(values[0], Moment):
        kind = "time"
    return Range(path, text, location, kind, numbers[0], numbers[1], like=values[0])


def _number(value: Any, text: str) -> float:
    if isinstance(value, Price | Rate):
        return value.amount
    if isinstance(value, Moment):
        if value.firm or value.text == "never":
            raise ValueRefusedError(
                text, "a range of times of the calendar", "write, for example, month 12 to month 30"
            )
        return float(value.after(_FIRST_DAY))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise ValueRefusedError(text, "a range of numbers, durations, money, rates or times", "try the values with --set")


def drawn(ranges: Sequence[Range], count: int, seed: int) -> tuple[Drawn, ...]:
    """Draw worlds from the ranges, by a scrambled Sobol sequence; fewer worlds are the first of more.

    Parameters
    ----------
    ranges : sequence of Range
    count : int
    seed : int
        Of the scrambling.

    Raises
    ------
    InputError
        When there is nothing to draw, or the number is not allowed.
    """
    if not 1 <= count <= MOST_WORLDS:
        message = f"worlds: {count}; 1 to {MOST_WORLDS} are allowed; choose another number"
        raise InputError(message)
    if not ranges:
        message = "worlds: nothing is unsure in this scenario; one range or more is needed; write `unsure` in the file"
        raise InputError(message)
    found = []
    for number, point in enumerate(sobol_points(count, len(ranges), seed).tolist(), start=1):
        values = tuple(one.at(position) for one, position in zip(ranges, point, strict=True))
        texts = tuple(one.written(value) for one, value in zip(ranges, values, strict=True))
        found.append(Drawn(number, values, texts))
    return tuple(found)
