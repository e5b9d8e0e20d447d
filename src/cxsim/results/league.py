"""The league table of a benchmark on the console: figure by figure, within 80 columns."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from cxsim.results.benchmark import AHEAD, BEHIND, LEVEL, PRICE, Benchmark, Cause, Line
from cxsim.results.facts import Facts
from cxsim.results.summary import cut, padded
from cxsim.results.wording import difference, fixed, limits, quantity, span
from cxsim.units import format_duration

WIDTH: Final = 80
FIRM: Final = 15
VALUE: Final = 29
LONG_UNIT: Final = 12  # a unit this long stands in the title


def lines_of(found: Benchmark, facts: Facts) -> list[str]:
    """Return the lines of the league table, each at most 80 columns wide.

    Parameters
    ----------
    found : Benchmark
    facts : Facts
        Of the same runs.
    """
    made = facts.experiment
    count = len(found.rivals)
    head = f"{made.scenario.name}: {found.firm} beside {count} rival{'' if count == 1 else 's'}, {facts.reference}, "
    runs = f"{made.replications} run{'' if made.replications == 1 else 's'}"
    lines = [f"{head}{runs}"]
    for _, group in groupby(found.lines, key=lambda line: line.figure):
        own = list(group)
        title = f"{own[0].title}, {own[0].unit}" if _stands_apart(own[0].unit) else own[0].title
        lines += [title, *(_row(line) for line in own), *_to_the_best(found.firm, own)]
    lasts = format_duration(made.scenario.document.lasts)
    lines += _causes(f"Whom we lose in {lasts}, of 100 customers at the start", found.reasons, "")
    lines += _causes("What goes wrong in a year", found.touchpoints, " customers")
    lines.append("figures are of the first year, or until a new firm comes")
    if any(line.origin == "inferred" for line in found.lines):
        lines.append("inferred: follows from the figures known, and is not judged")
    return [cut(line, WIDTH).rstrip() for line in lines]


def _stands_apart(unit: str) -> bool:
    return len(unit) >= LONG_UNIT and not unit.startswith("share")


def _row(line: Line) -> str:
    value = quantity(line.value, line.unit, line.high - line.low)
    if _stands_apart(line.unit):
        value = value.removesuffix(f" {line.unit}")
    if math.isfinite(line.low) and math.isfinite(line.high) and line.high > line.low:
        value += f" ({limits(line.low, line.high, line.unit)})"
    firm, shown = padded(cut(line.firm, FIRM), FIRM), padded(cut(value, VALUE), VALUE)
    return f"  {firm} {shown} {line.origin:9} {_ours(line.verdict)}"


def _ours(verdict: str) -> str:
    """Say of whom a verdict is: it stands on a rival's line."""
    return f"we are {verdict}" if verdict in {AHEAD, BEHIND} else verdict


def _to_the_best(ours: str, lines: list[Line]) -> Iterator[str]:
    """Say how far ahead the best is, where it is not us and can be told apart."""
    best = next((line for line in lines if line.best), None)
    if best is None or best.firm == ours or best.verdict in {"", LEVEL}:
        return
    gap = difference(best.gap, best.unit, best.gap_high - best.gap_low)
    around = "" if best.figure == PRICE else f" ({span(best.gap_low, best.gap_high, best.unit)})"
    yield f"    gap to the best, {best.firm}: {gap}{around}"


def _causes(title: str, causes: tuple[Cause, ...], unit: str) -> Iterator[str]:
    if not causes:
        return
    yield title
    for cause in causes:
        what = cause.place if cause.what == "of 100 customers" else f"{cause.place}: {cause.what}"
        places = 1 if not unit else 0
        value = f"{fixed(cause.value, places)}{unit}"
        if math.isfinite(cause.low) and math.isfinite(cause.high):
            value += f" ({fixed(cause.low, places)} to {fixed(cause.high, places)})"
        yield f"  {padded(cut(what, 40), 40)} {value}"
