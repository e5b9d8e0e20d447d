"""The week as people write it: opening hours, rates by hour and weekday, weights of the hours.

Times of the week are microseconds since Monday 00:00, local time without daylight saving.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cxsim.errors import ValueRefusedError
from cxsim.units import DAY, HOUR, MINUTE, SECOND, WEEK, format_duration, format_number, nearest, parse_duration
from cxsim.units import parse_number as number_of

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
QUARTER: Final = 15 * MINUTE
MOST_RATES: Final = 96
ALLOWED: Final = "days and times, such as Mon-Fri 09:00-17:00, Sat 10:00-13:00"
RATES_ALLOWED: Final = "rates of days, such as {Mon-Fri: {from: 09:00, every: 1 h, an_hour: [40, 60]}}"

_CLOCK: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")

Window = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Hours:
    """Windows of the week, sorted, apart from each other, each [begin, end).

    Attributes
    ----------
    windows
        Microseconds since Monday 00:00, from 0 to one week.
    """

    windows: tuple[Window, ...]

    @property
    def total(self) -> int:
        """Open time in a week, microseconds."""
        return sum(end - begin for begin, end in self.windows)

    def holds(self, time: int) -> bool:
        """Whether `time` (microseconds since Monday 00:00) lies in a window."""
        return any(begin <= time < end for begin, end in self.windows)

    def __str__(self) -> str:
        if self.windows == ((0, WEEK),):
            return "always"
        days = [_day_text(self.windows, day) for day in range(7)]
        parts, day = [], 0
        while day < len(days):
            last = day
            while last + 1 < len(days) and days[last + 1] == days[day]:
                last += 1
            if days[day]:
                name = DAYS[day] if last == day else f"{DAYS[day]}-{DAYS[last]}"
                parts.append(f"{name} {days[day]}")
            day = last + 1
        return ", ".join(parts)


ALWAYS: Final = Hours(((0, WEEK),))


def _day_text(windows: Sequence[Window], day: int) -> str:
    parts = []
    for begin, end in windows:
        low, high = max(begin, day * DAY), min(end, (day + 1) * DAY)
        if low < high:
            parts.append(f"{clock_text(low - day * DAY)}-{clock_text(high - day * DAY)}")
    return " ".join(parts)


def clock_text(time: int) -> str:
    """Write a time of day (microseconds since midnight) as ``09:00``."""
    seconds = time // SECOND
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    return f"{text}:{seconds % 60:02d}" if seconds % 60 else text


def parse_clock(text: str, whole: str = "") -> int:
    """Read ``09:00`` (or ``24:00``, the end of the day) as microseconds since midnight."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise ValueRefusedError(whole or text, "times of day such as 09:00", "write hours and minutes, such as 09:30")
    hours, minutes, seconds = int(found[1]), int(found[2]), int(found[3] or 0)
    time = hours * HOUR + minutes * MINUTE + seconds * SECOND
    if minutes > 59 or seconds > 59 or time > DAY:  # noqa: PLR2004 -- a clock
        raise ValueRefusedError(whole or text, "times from 00:00 to 24:00", "write hours and minutes, such as 09:30")
    return time


def parse_days(words: Sequence[str], whole: str) -> list[int]:
    """Read ``Mon-Fri``, ``Tue Thu`` or ``Sun-Thu`` as numbers, Monday 0."""
    days: list[int] = []
    for word in words:
        first, dash, last = word.partition("-")
        begin = _day(first, whole)
        end = _day(last, whole) if dash else begin
        days += [day % 7 for day in range(begin, end + 1 + (7 if end < begin else 0))]
    if len(set(days)) != len(days):
        raise ValueRefusedError(whole, "each day once", "remove the day that is named twice")
    return days


def _day(word: str, whole: str) -> int:
    if word not in DAYS:
        hint = nearest(word, DAYS) or f"days are {', '.join(DAYS)}"
        raise ValueRefusedError(whole, ALLOWED, hint)
    return DAYS.index(word)


def merged(windows: Sequence[Window]) -> tuple[Window, ...]:
    """Sort windows and join those that touch or overlap; times beyond the week wrap to its beginning."""
    pieces: list[Window] = []
    for begin, end in windows:
        pieces += [(begin, min(end, WEEK))] if end <= WEEK else [(begin, WEEK), (0, end - WEEK)]
    joined: list[Window] = []
    for begin, end in sorted(pieces):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return tuple(joined)


def parse_hours(text: str) -> Hours:
    """Read opening hours; a window such as 22:00-06:00 ends on the next day.

    Raises
    ------
    ValueRefusedError
        If days or times cannot be read, or windows overlap.
    """
    if text.strip() == "always":
        return ALWAYS
    windows: list[Window] = []
    for part in text.split(","):
        words = part.split()
        named = [word for word in words if ":" not in word]
        times = words[len(named) :]
        if not times or any(":" not in word for word in times):
            raise ValueRefusedError(text, ALLOWED, "write days first, then times, parts separated by commas")
        days = parse_days(named, text) if named else list(range(7))
        for time in times:
            windows += _windows(time, days, text)
    joined = merged(windows)
    if sum(end - begin for begin, end in joined) != sum(end - begin for begin, end in windows):
        raise ValueRefusedError(text, "windows that do not overlap", "remove the overlap")
    return Hours(joined)


def _windows(time: str, days: Sequence[int], whole: str) -> list[Window]:
    first, dash, last = time.partition("-")
    if not dash:
        raise ValueRefusedError(whole, ALLOWED, f"write from and to, such as {first}-17:00")
    begin, end = parse_clock(first, whole), parse_clock(last, whole)
    if begin in {end, DAY}:
        raise ValueRefusedError(whole, "windows that last some time", "for a whole day write 00:00-24:00")
    end += DAY if end < begin else 0
    return [(day * DAY + begin, day * DAY + end) for day in days]


def union(sets: Sequence[Hours]) -> Hours:
    """Return the hours in which any of `sets` holds."""
    return Hours(merged([window for hours in sets for window in hours.windows]))


@dataclass(frozen=True, slots=True)
class DayRates:
    """Rates of the same days: `an_hour[k]` holds from `begin` + k `every`.

    Attributes
    ----------
    days
        As written, ``Sun-Thu``.
    begin, every
        Microseconds since midnight, and microseconds.
    an_hour
        Arrivals per hour.
    """

    days: str
    begin: int
    every: int
    an_hour: tuple[float, ...]

    def written(self) -> dict[str, Any]:
        """Return the block that stands after the days."""
        rates = [format_number(rate) for rate in self.an_hour]
        return {"from": clock_text(self.begin), "every": format_duration(self.every), "an_hour": rates}


@dataclass(frozen=True, slots=True)
class RateTable:
    """Rates by hour and weekday; zero where nothing is written."""

    rows: tuple[DayRates, ...]

    def pieces(self) -> list[tuple[int, int, float]]:
        """Return (begin, end, arrivals an hour) in the week."""
        found = []
        for row in self.rows:
            for day in parse_days(row.days.split(), row.days):
                for k, rate in enumerate(row.an_hour):
                    begin = (day * DAY + row.begin + k * row.every) % WEEK
                    found.append((begin, begin + row.every, rate))
        return found

    def quarters(self) -> list[float]:
        """Return arrivals an hour in each quarter hour of the week."""
        week = [0.0] * (WEEK // QUARTER)
        for begin, end, rate in self.pieces():
            for k in range(begin // QUARTER, end // QUARTER):
                week[k % len(week)] = rate
        return week

    def scaled(self, factor: float) -> RateTable:
        """Multiply all rates."""
        rows = [DayRates(r.days, r.begin, r.every, tuple(rate * factor for rate in r.an_hour)) for r in self.rows]
        return RateTable(tuple(rows))

    def written(self) -> dict[str, Any]:
        """Return the mapping that a person writes."""
        return {row.days: row.written() for row in self.rows}


def parse_rate_table(value: Mapping[str, Any]) -> RateTable:
    """Read ``{Sun-Thu: {from: 07:00, every: 30 min, an_hour: [12, 35]}, Fri: {...}}``."""
    rows = [_day_rates(str(days), block) for days, block in value.items()]
    named = [day for row in rows for day in parse_days(row.days.split(), row.days)]
    if len(set(named)) != len(named) or not rows:
        raise ValueRefusedError(", ".join(value), "each day once", "remove the day that is named twice")
    table = RateTable(tuple(rows))
    if max(table.quarters()) <= 0.0:
        raise ValueRefusedError("rates that are all 0", RATES_ALLOWED, "write at least one rate above 0")
    return table


def _day_rates(days: str, block: Any) -> DayRates:
    parse_days(days.split() or [""], days)
    keys = {"from", "every", "an_hour"}
    if not isinstance(block, Mapping) or set(block) != keys:
        unknown = sorted(set(block) - keys) if isinstance(block, Mapping) else []
        hint = nearest(unknown[0], keys) if unknown else ""
        raise ValueRefusedError(unknown[0] if unknown else days, RATES_ALLOWED, hint or "write from, every and an_hour")
    begin, every = parse_clock(str(block["from"])), parse_duration(str(block["every"]), low=QUARTER, high=DAY)
    if begin % QUARTER or every % QUARTER or begin == DAY:
        given = f"from {block['from']} every {block['every']}"
        raise ValueRefusedError(given, "whole quarter hours", "begin and step at :00, :15, :30 or :45")
    rates = block["an_hour"]
    if not isinstance(rates, list) or not 1 <= len(rates) <= MOST_RATES or len(rates) * every > DAY:
        raise ValueRefusedError(f"{days}: an_hour", "a list of rates that fills at most 24 hours", "shorten the list")
    if not all(isinstance(rate, str) for rate in rates):
        raise ValueRefusedError(f"{days}: an_hour", "a list of numbers", "write, for example, [12, 35]")
    return DayRates(days, begin, every, tuple(number_of(rate, high=1e7) for rate in rates))


@dataclass(frozen=True, slots=True)
class Weights:
    """How often things happen in some hours relative to others; the last line that covers a time counts."""

    rows: tuple[tuple[Hours, float], ...]

    def quarters(self) -> list[float]:
        """Return the weight of each quarter hour of the week; hours that are not named have weight 0."""
        week = [0.0] * (WEEK // QUARTER)
        for hours, weight in self.rows:
            for begin, end in hours.windows:
                for k in range(begin // QUARTER, math.ceil(end / QUARTER)):
                    week[k] = weight
        return week

    def written(self) -> dict[str, str]:
        """Return the mapping that a person writes."""
        return {str(hours): format_number(weight) for hours, weight in self.rows}


def parse_weights(value: Any) -> Weights:
    """Read ``{Mon-Sat 09:00-18:00: 1, Sat 10:00-13:00: 3}``."""
    allowed = "hours with weights, such as {Mon-Sat 09:00-18:00: 1}"
    if isinstance(value, str):
        value = {value: "1"}
    if not isinstance(value, Mapping) or not value or not all(isinstance(weight, str) for weight in value.values()):
        raise ValueRefusedError("this", allowed, "write hours, a colon and a weight")
    rows = tuple((parse_hours(str(hours)), number_of(weight, high=1e6)) for hours, weight in value.items())
    if len({hours for hours, _ in rows}) != len(rows) or max(weight for _, weight in rows) <= 0.0:
        raise ValueRefusedError(", ".join(value), f"{allowed}, each once, one above 0", "correct the weights")
    for hours, _ in rows:
        if any(edge % QUARTER for window in hours.windows for edge in window):
            raise ValueRefusedError(str(hours), "whole quarter hours", "begin and end at :00, :15, :30 or :45")
    return Weights(rows)
