"""Numbers as people say them: people and not shares, money to two figures, no false precision."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from typing import Final

PER_100: Final = 100.0
FEW_RUNS: Final = 10  # with fewer, runs are counted and no chance is said
SMALL_DIFFERENCE: Final = 2.0
MOST_MORE_DIGITS: Final = 3  # beyond the usual ones; an interval narrower than that has no width
SECONDS_A_MINUTE: Final = 60.0
MINUS: Final = "\N{MINUS SIGN}"
TURKISH: Final = frozenset("ğışİĞ")  # with one of these, the capital of i has its dot


def figures(value: float, count: int = 2) -> str:
    """Write a number to `count` significant figures, thousands apart: ``210 000``, ``0.34``."""
    if not math.isfinite(value):
        return "unknown"
    if value == 0.0:
        return "0"
    places = count - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, places)
    places = count - 1 - math.floor(math.log10(abs(rounded)))
    text = f"{rounded:,.{max(places, 0)}f}".replace(",", " ")
    return text.replace("-", MINUS)


def fixed(value: float, places: int = 0) -> str:
    """Write a number with a fixed number of decimals; never minus zero."""
    if not math.isfinite(value):
        return "unknown"
    rounded = round(value, places) + 0.0
    return f"{rounded:,.{places}f}".replace(",", " ").replace("-", MINUS)


def signed(text: str) -> str:
    """Put a plus before a number (with or without a unit) that has no sign and is not zero."""
    number = text.split(maxsplit=1)[0] if text else ""
    return text if text.startswith((MINUS, "unknown")) or not number.strip("0.") else f"+{text}"


def of_100(share: float, places: int = 0) -> str:
    """Write a share as a number of every 100."""
    return fixed(PER_100 * share, places)


def places_for(difference: float, width: float = math.inf) -> int:
    """Decimals for a difference in every 100: whole numbers, unless it is small or its interval narrow."""
    return 1 if abs(difference) < SMALL_DIFFERENCE or width < SMALL_DIFFERENCE else 0


def quantity(value: float, unit: str, width: float = math.inf) -> str:
    """Write a value with its unit; `width` is that of the interval beside it, which gets the same decimals."""
    if not math.isfinite(value):
        return "unknown"
    if unit == "share":
        return f"{of_100(value, places_for(PER_100 * value, PER_100 * width))} %"
    if unit == "share a month":
        return f"{figures(PER_100 * value)} % a month"
    if unit == "min":
        return _time(value)
    if unit in {"customers", "points"}:
        return f"{fixed(value)} {unit}"
    return f"{figures(value)} {unit}"


def difference(value: float, unit: str, width: float = math.inf) -> str:
    """Write a difference with its sign and unit; a difference of shares is in percentage points, never per cent.

    Parameters
    ----------
    value : float
        In `unit`.
    unit : str
        Of the measure.
    width : float
        Of the interval that stands beside it; both get the same decimals.
    """
    if unit in {"share", "share a month"}:
        points = PER_100 * value
        more = " a month" if unit == "share a month" else ""
        shown = figures(points) if more else fixed(points, places_for(points, PER_100 * width))
        return f"{signed(shown)} percentage points{more}"
    return signed(quantity(value, unit))


def span(low: float, high: float, unit: str) -> str:
    """Write an interval of a difference, with signs; its unit is left to the difference before it."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "no interval"
    first, last = _ends(low, high, unit)
    return _between(signed(first), signed(last), low, high)


def limits(low: float, high: float, unit: str) -> str:
    """Write an interval of a value, without signs; its unit is left to the value before it."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "no interval"
    return _between(*_ends(low, high, unit), low, high)


def _between(first: str, last: str, low: float, high: float) -> str:
    """Write an interval; one without width says what that means: luck changed nothing."""
    if first != last:
        return f"{first} to {last}"
    return f"{first} in every run" if low == high else first


def _ends(low: float, high: float, unit: str) -> tuple[str, str]:
    """Write both ends of an interval with digits enough that they differ, where they do."""
    for more in range(MOST_MORE_DIGITS + 1):
        first, last = (_bare(value, unit, (low, high), more) for value in (low, high))
        if first != last:
            return first, last
    return _bare(low, unit, (low, high), 0), _bare(high, unit, (low, high), 0)


def _bare(value: float, unit: str, ends: tuple[float, float], more: int) -> str:
    if unit == "share":
        return fixed(PER_100 * value, more + places_for(PER_100 * sum(ends) / 2.0, PER_100 * (ends[1] - ends[0])))
    if unit == "share a month":
        return figures(PER_100 * value, 2 + more)
    if unit == "min":
        return _time(value, more)
    return fixed(value, more) if unit in {"customers", "points"} else figures(value, 2 + more)


def _time(minutes: float, more: int = 0) -> str:
    if abs(minutes) < 1.0:
        seconds = SECONDS_A_MINUTE * minutes
        return f"{figures(seconds, 2 + more) if abs(minutes) < 1 / 6 else fixed(seconds, more)} s"
    return f"{fixed(minutes, 1 + more)} min"


def chance(share: float) -> str:
    """Write a chance in per cent, never certain: resamples cannot show that."""
    if not math.isfinite(share):
        return "unknown"
    if share > 0.99:  # noqa: PLR2004 -- "over 99 %"
        return "over 99 %"
    return "under 1 %" if share < 0.01 else f"{fixed(PER_100 * share)} %"  # noqa: PLR2004


def best_of(runs: int, count: int) -> str:
    """Write in how many of a few runs something was the best: ``all 4 runs``, ``3 of 4 runs``.

    A chance by resampling says nothing there: with four runs that agree it is always certain.
    """
    return f"{'all' if runs == count else f'{runs} of'} {count} run{'' if count == 1 else 's'}"


def listed(names: list[str]) -> str:
    """Join names as a sentence does."""
    if len(names) < 2:  # noqa: PLR2004 -- one name needs no "and"
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def number_word(count: int) -> str:
    """Write a small number as a word."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    return words[count] if 0 <= count < len(words) else str(count)


def shown(policy: str) -> str:
    """Write a policy's name as a sentence begins: ``make-good-fast`` becomes ``Make good fast``."""
    if policy == "as-is":
        return policy
    words = " ".join(unicodedata.normalize("NFC", policy).replace("-", " ").replace("_", " ").split())
    if words[:1] == "i" and TURKISH.intersection(words):
        return f"\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}{words[1:]}"
    # Title case, for the letters that are two in one ("ǆ").
    return words[:1].title() + words[1:]


def spoken(path: str, firm: str) -> str:
    """Write the path of a value in words: ``defaults.satisfaction_to_staying`` as ``satisfaction to staying``."""
    own = path.removeprefix("defaults.").removeprefix(f"{firm}.")
    if own.endswith(".arrives"):
        return f"when {own.removesuffix('.arrives')} arrives"
    return own.replace(".", " ").replace("_", " ")


def apportioned(values: Sequence[float], total: float, places: int = 0) -> list[float]:
    """Round values so that they add up to the rounded total, by largest remainders.

    Parameters
    ----------
    values : sequence of float
        Of any sign; what they miss of the total is left to the caller, who puts it among them.
    total : float
        Already rounded to `places`.
    places : int
        Decimals.
    """
    scale = 10.0**places
    floors = [math.floor(value * scale) for value in values]
    missing = round(total * scale) - sum(floors)
    order = sorted(range(len(values)), key=lambda at: values[at] * scale - floors[at], reverse=True)
    for rank, at in enumerate(order):
        floors[at] += missing // len(order) + (rank < missing % len(order))
    return [value / scale + 0.0 for value in floors]


def in_runs(share: float, count: int) -> str:
    """Write in how many runs something held: a count, not an estimate, so it may be all of them or none."""
    met = round(share * count)
    if met in {0, count}:
        return f"none of the {count} runs" if met == 0 else f"all {count} runs"
    return f"{fixed(PER_100 * share)} % of runs"


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes: marks take none, East Asian wide letters two."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def followed(scale: float, customers: int) -> str:
    """Say who was followed; nothing where everybody was.

    Parameters
    ----------
    scale : float
        Share of the customers who were followed.
    customers : int
        Of the whole market.
    """
    if scale == 1.0:
        return ""
    return f"{fixed(round(scale * customers))} of {fixed(customers)} customers followed, stand-ins for the others"
