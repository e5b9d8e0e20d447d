"""Factors of a study: levers, which are ours, and uncertainties of the world, each with the values that it takes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from cxsim.errors import ValueRefusedError
from cxsim.experiments.studies.amounts import DAYS, LEVEL, amount_of, unit_of
from cxsim.experiments.unsure import TIMES, Range, read_range
from cxsim.scenario import paths
from cxsim.scenario.resolve import check_range
from cxsim.scenario.study_fields import LeverCost, Varied
from cxsim.units import parse_number

LEVER: Final = "lever"
UNCERTAINTY: Final = "uncertainty"
# A plain grid tries every whole number of a range up to so many, and so many levels of any other range.
WHOLE: Final = 20
PLAIN_LEVELS: Final = 3
# Tables that are one value.
TABLES: Final = frozenset({"call_back", "retries", "when"})
# Digits that tell a value within a range from one outside: texts are rounded.
ROUNDING: Final = 1e-9


class Cost(NamedTuple):
    """What a lever costs on top of what the model counts, in the scenario's currency.

    Attributes
    ----------
    once, yearly : float
        Where the value is not as it is now; with `per` for each so much away from it.
    per : float
        In the factor's unit; 0: the same wherever it stands.
    """

    once: float = 0.0
    yearly: float = 0.0
    per: float = 0.0


@dataclass(frozen=True, eq=False)
class Factor:
    """One thing that a study varies.

    Attributes
    ----------
    path : str
        As written: ``phone.staff``.
    role : {"lever", "uncertainty"}
    location : tuple of str
        Where the value stands in the scenario.
    kind : str
        "count", "share", "duration", ... (`cxsim.scenario.paths.kind_at`).
    text : str
        The range as written; empty where there are levels.
    span : Range or None
        The range; None where there are levels.
    levels : tuple of str
        As ``--set`` takes them; empty where there is a range.
    numbers : tuple of float
        Of the levels, or of both ends of the range.
    as_is, as_is_number : str, float
        What the scenario says.
    unit : str
        Of the numbers: "min" for durations and laws (their mean), "days" since the start for times, "times" what is
        written, "level" for words (1 for the first), "a year" and the like for rates, else empty.
    cost : Cost
        Of a lever.
    """

    path: str
    role: str
    location: tuple[str, ...]
    kind: str
    text: str
    span: Range | None
    levels: tuple[str, ...]
    numbers: tuple[float, ...]
    as_is: str
    as_is_number: float
    unit: str
    cost: Cost
    tree: paths.Tree
    starts: datetime

    def at(self, position: float) -> str:
        """Return the value at a position between 0 and 1; each level takes an equal part."""
        if self.span is not None:
            return self.span.written(self.span.at(position))
        return self.levels[min(int(position * len(self.levels)), len(self.levels) - 1)]

    def spread(self, count: int = 0) -> tuple[str, ...]:
        """Return the levels of a grid.

        Parameters
        ----------
        count : int
            Equally spaced values of a range, its ends among them (in equal ratios where it multiplies); 0: every whole
            number, or 3 values. Levels are taken as they are.
        """
        if self.span is None:
            return self.levels
        low, high = self.span.low, self.span.high
        whole = self.span.kind == "count"
        if whole and not count and high - low < WHOLE:
            return tuple(self.span.written(value) for value in range(int(low), int(high) + 1))
        steps = [step / ((count or PLAIN_LEVELS) - 1) for step in range(count or PLAIN_LEVELS)]
        if whole:
            values = [float(round(low + step * (high - low))) for step in steps]
        else:
            values = [self.span.at(step) for step in steps]
        return tuple(dict.fromkeys(self.span.written(value) for value in values))

    @property
    def ends(self) -> tuple[str, ...]:
        """The values that are tried on the scenario before anything runs: all levels, or both ends of the range."""
        if self.span is None:
            return self.levels
        return self.span.written(self.span.low), self.span.written(self.span.high)

    def number(self, text: str) -> float:
        """Return a value as a number, in `unit`.

        Raises
        ------
        ValueRefusedError
            When the text is not allowed here.
        """
        if self.unit == TIMES:
            return float(text.removesuffix(TIMES))
        if self.unit == LEVEL:
            wanted = paths.applied(self.tree, self.location, [text])
            found = [paths.applied(self.tree, self.location, [level]) for level in self.levels]
            return float(found.index(wanted) + 1) if wanted in found else 0.0
        return amount_of(self._value(text), self.unit, self.starts)

    def check(self, text: str) -> None:
        """See that a value is one that the factor takes.

        Raises
        ------
        ValueRefusedError
            When it is not allowed, no level, or outside the range.
        """
        if self.unit == TIMES:
            example = "write, for example, 1.5 times"
            if not text.endswith(TIMES):
                raise ValueRefusedError(text, f"a value within {self.text}", example)
            parse_number(text.removesuffix(TIMES), example=example)
        value = paths.applied(self.tree, self.location, [text])
        if self.span is None:
            if value not in [paths.applied(self.tree, self.location, [level]) for level in self.levels]:
                raise ValueRefusedError(text, f"one of {', '.join(self.levels)}", "add it to the levels of the factor")
            return
        low, high = self.numbers
        slack = ROUNDING * (abs(low) + abs(high))
        if not low - slack <= self.number(text) <= high + slack:
            raise ValueRefusedError(text, f"a value within {self.text}", "widen the range of the factor")

    def differs(self, text: str) -> bool:
        """Whether a value is another than the scenario's."""
        changed: bool = paths.applied(self.tree, self.location, [text]) != paths.at(self.tree, self.location)
        return changed

    def cost_of(self, text: str) -> tuple[float, float]:
        """Return the written cost (once, a year) of a value; nothing where it is as it is now."""
        if not self.differs(text):
            return 0.0, 0.0
        share = abs(self.number(text) - self.as_is_number) / self.cost.per if self.cost.per else 1.0
        return self.cost.once * share, self.cost.yearly * share

    def _value(self, text: str) -> Any:
        return paths.value_at(self.location, paths.applied(self.tree, self.location, [text]))


def read_factor(tree: paths.Tree, starts: datetime, path: str, written: Varied, role: str) -> Factor:
    """Read a factor.

    Parameters
    ----------
    tree : dict
        The resolved scenario as nested text.
    starts : datetime
        When it starts.
    path : str
        Of the value.
    written : Varied
        As the study says.
    role : {"lever", "uncertainty"}

    Raises
    ------
    ValueRefusedError
        When the path or a value is not allowed, a range is empty, or a level stands there twice.
    """
    location = paths.find(tree, path)
    _check_place(tree, location, path)
    if (written.range is None) == (written.levels is None):
        raise ValueRefusedError("this", "either `range` or `levels`", "write, for example, 1 to 4 or [1, 2, 4]")
    kind = paths.kind_at(location)
    span = _span(tree, location, path, written.range) if written.range is not None else None
    levels = written.levels or ()
    texts = [span.written(span.low), span.written(span.high)] if span is not None else list(levels)
    values = _values(tree, location, texts, written.range)
    unit = TIMES if span is not None and span.kind == TIMES else unit_of(kind, location, values[0])
    now = paths.at(tree, location)
    if unit == TIMES:
        numbers, as_is_number = [float(text.removesuffix(TIMES)) for text in texts], 1.0
    elif unit == LEVEL:
        numbers = [float(number) for number in range(1, len(texts) + 1)]
        as_is_number = float(values.index(now) + 1) if now in values else 0.0
    else:
        read = [paths.value_at(location, value) for value in [*values, now]]
        *numbers, as_is_number = [amount_of(value, unit, starts) for value in read]
    return Factor(
        path=path,
        role=role,
        location=location,
        kind=kind,
        text=written.range or "",
        span=span,
        levels=levels,
        numbers=tuple(numbers),
        as_is=_shown(now),
        as_is_number=as_is_number,
        unit=unit,
        cost=_cost(written.cost, location, unit, starts) if written.cost else Cost(),
        tree=tree,
        starts=starts,
    )


def _check_place(tree: paths.Tree, location: tuple[str, ...], path: str) -> None:
    if location[0] == "runs":
        raise ValueRefusedError(path, "a value of the scenario", "write `replications` and `seed` of the study")
    now = paths.at(tree, location)
    if isinstance(now, dict) and paths.kind_at(location) == "text" and location[-1] not in TABLES:
        example = f"name the value itself, such as {path}.{next(iter(now))}" if now else "name a value"
        raise ValueRefusedError(path, "the path of a single value", example)


def _span(tree: paths.Tree, location: tuple[str, ...], path: str, text: str) -> Range:
    if " to " not in text:
        raise ValueRefusedError(text, "a range, or a list of levels", "write, for example, 1 to 4 or [1, 2, 4]")
    kind, (low, _, high) = paths.kind_at(location), text.partition(" to ")
    if kind in {"text", "switch"}:
        raise ValueRefusedError(text, "a range of a value that has more and less", f"list them: [{low}, {high}]")
    if kind == "law" and not high.endswith(TIMES):
        remedy = f"write, for example, 0.8 to 1.2 times, or [{low}, {high}]"
        raise ValueRefusedError(text, "a range of factors, or a list of laws", remedy)
    check_range(location, text)
    return read_range(tree, path, text)


def _values(tree: paths.Tree, location: tuple[str, ...], texts: list[str], range_: str | None) -> list[Any]:
    """Return what stands in the scenario for each text, all different."""
    found: list[Any] = []
    for text in texts:
        value = paths.applied(tree, location, [text])
        if value in found and range_ is not None:
            raise ValueRefusedError(range_, "a range with something between its ends", "write two different ends")
        if value in found:
            raise ValueRefusedError(
                text, "each level once", f"it is the same as `{texts[found.index(value)]}`; remove it"
            )
        found.append(value)
    return found


def _shown(value: Any) -> str:
    """Return a value of the scenario as text."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(value)}]"
    return str(value)


def _cost(written: LeverCost, location: tuple[str, ...], unit: str, starts: datetime) -> Cost:
    per = 0.0
    if written.per is not None:
        if unit in {TIMES, LEVEL, DAYS}:
            remedy = "leave out `per`; the cost is the same wherever the value is not as it is now"
            raise ValueRefusedError(f"per: {written.per}", "`per` where values are written as amounts", remedy)
        per = amount_of(paths.value_at(location, written.per), unit, starts)
        if not 0.0 < per < math.inf:
            raise ValueRefusedError(f"per: {written.per}", "an amount above 0", "write, for example, 1")
    return Cost(written.once or 0.0, written.yearly or 0.0, per)
