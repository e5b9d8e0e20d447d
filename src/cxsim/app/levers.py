"""What can be moved on the what-if page: the numbers and choices of our firm that a policy may change.

Each is shown as a dial (a number between two ends, in steps) or as a choice among texts. Where a value can go is a
convention of the page and no limit of the model: a policy in a file may go further.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from cxsim.errors import ValueRefusedError
from cxsim.results.wording import shown, spoken
from cxsim.scenario import paths
from cxsim.scenario.fields import UNLIMITED
from cxsim.units import Price, Rate, format_number, parse_number

if TYPE_CHECKING:
    from cxsim.scenario import Scenario

Group = Literal["People", "Making good", "Fixing", "Price and promises", "Touchpoints", "Other"]

MOST_MAIN: Final = 8
MOST_OF_POLICIES: Final = 6  # among them
# A duration is shown in the largest of these in which it is at least 1 today.
TIME_UNITS: Final = {"days": 86_400_000_000, "h": 3_600_000_000, "min": 60_000_000, "s": 1_000_000}
# In these a value counts by its share of what it is now.
RELATIVE: Final = frozenset({"law"})
# What is a fact of the world, though a policy could be written that changes it.
WORLD: Final = frozenset(
    {"happens", "rate", "stake", "spread", "trouble_comes_from", "variable_cost", "wages", "patience"}
)
# Values that are one of a few words.
WORDS: Final[dict[str, tuple[str, ...]]] = {
    "way_out": ("hidden", "visible"),
    "announces": ("nothing", "wait"),
    "explains": ("nothing", "why"),
    "looks_at": ("complaints", "all failures"),
}
# How far a value goes at least that is 0 today and that no policy changes, in its own unit: two weeks of training a
# year, half a person who fixes causes.
FROM_NOTHING: Final = {"training": 80.0, "fixing": 80.0}
GROUPS: Final[dict[str, Group]] = {
    "staff": "People",
    "training": "People",
    "recovery": "Making good",
    "follow_up": "Making good",
    "process": "Fixing",
    "price": "Price and promises",
    "promises": "Price and promises",
    "quality": "Price and promises",
}
FIELD_STEPS: Final = 100


@dataclass(frozen=True)
class Lever:
    """A value that can be moved.

    Attributes
    ----------
    path : str
        As a person writes it: ``phone.staff``.
    location : tuple of str
        Where it stands in the scenario.
    title : str
        In words.
    group : str
        Under which heading it stands.
    unit : str
        Of the numbers, for people: "people", "%", "EUR a month", "h a year"; empty for a choice.
    now : float or str
        As the scenario says, in `unit`.
    low, high, step : float
        Of a dial, in `unit`.
    options : tuple of str
        Of a choice, the one of today among them; empty for a dial.
    main : bool
        Whether it is shown without being looked for.
    """

    path: str
    location: paths.Location
    title: str
    group: Group
    unit: str
    now: float | str
    low: float = 0.0
    high: float = 0.0
    step: float = 1.0
    options: tuple[str, ...] = ()
    main: bool = False

    @property
    def note(self) -> str:
        """What must be known beside the title; usually nothing."""
        return "all opening hours" if self.location[-1] == "staff" and not self.options else ""

    def read(self, given: object) -> float | str:
        """Return a value of this lever from what a person moved, chose or typed.

        Parameters
        ----------
        given : object
            A number, or text; whatever a browser sent.

        Raises
        ------
        ValueRefusedError
            When it is no value of this lever.
        """
        if self.options:
            if not isinstance(given, str) or given not in self.options:
                raise ValueRefusedError(str(given), f"one of {', '.join(self.options)}", "choose one of these")
            return given
        if isinstance(given, bool) or not isinstance(given, int | float | str):
            raise ValueRefusedError(repr(given), self._allowed, "write a number")
        text = str(given).strip().removesuffix(self.unit).replace("\N{MINUS SIGN}", "-").strip()
        number = parse_number(text, low=-math.inf, allowed=self._allowed, example="write a number")
        if not self.low <= number <= self.high:
            raise ValueRefusedError(str(given), self._allowed, "write a number between these")
        return self.rounded(number)

    def rounded(self, number: float) -> float:
        """Return the nearest step; both ends and today's value are steps too."""
        known = [self.low, self.high, *([self.now] if isinstance(self.now, float) else [])]
        nearest = self.low + round((number - self.low) / self.step) * self.step
        place = min((*known, min(nearest, self.high)), key=lambda one: abs(one - number))
        return round(place, 9) + 0.0

    @property
    def _allowed(self) -> str:
        return f"{format_number(self.low)} to {format_number(self.high)} {self.unit}".rstrip()


def levers_of(scenario: Scenario) -> dict[str, Lever]:
    """Return what can be moved in a scenario, by path; the main ones first.

    Main are at most eight dials: up to six numbers that the scenario's policies change, in the order of the file, then
    the people on duty at each touchpoint, then credit, fixing, price and training.

    Parameters
    ----------
    scenario : Scenario
    """
    slots = {*scenario.layout().slots}
    ours = ("firms", scenario.document.our_firm)
    changed = _changed(scenario)
    found: dict[str, Lever] = {}
    for entry in scenario.paths():
        inner = entry.location[2:]
        moved = entry.location in changed
        if entry.location[:2] != ours or entry.path not in slots or (WORLD.intersection(inner) and not moved):
            continue
        lever = _lever(scenario, entry, changed.get(entry.location, []))
        if lever is not None:
            found[entry.path] = lever
    main = list(_wished(scenario, found, changed))[:MOST_MAIN]
    order = {name: place for place, name in enumerate(dict.fromkeys(GROUPS.values()))}
    first = sorted((replace(found[path], main=True) for path in main), key=lambda lever: order.get(lever.group, 9))
    return {lever.path: lever for lever in (*first, *(found[path] for path in found if path not in main))}


def _changed(scenario: Scenario) -> dict[paths.Location, list[Any]]:
    """Return what policies make of each value that one of them changes, in the order of the file."""
    found: dict[paths.Location, list[Any]] = {}
    for name in scenario.policies:
        for piece in scenario.policy(name).pieces:
            try:
                made = paths.applied(scenario.content.tree, piece.location, [piece.raw])
            except ValueRefusedError:
                continue
            found.setdefault(piece.location, []).append(made)
    return found


def _wished(scenario: Scenario, found: dict[str, Lever], changed: dict[paths.Location, list[Any]]) -> Iterator[str]:
    """Yield main levers, the most wanted first, each once."""
    dials = {lever.location: path for path, lever in found.items() if not lever.options}
    wanted = [dials[location] for location in changed if location in dials][:MOST_OF_POLICIES]
    for key in ("staff", "credit", "fixing", "price", "training"):
        wanted += [dials[place] for place in dials if place[-1] == key and _meets(scenario, found[dials[place]])]
    yield from dict.fromkeys(wanted)


def _meets(scenario: Scenario, lever: Lever) -> bool:
    """Whether a lever is of the firm as a whole, or of a touchpoint that has staff."""
    if "touchpoints" not in lever.location:
        return True
    touchpoint = paths.at(scenario.content.tree, lever.location[:4])
    return touchpoint.get("staff", "") != UNLIMITED and str(touchpoint.get("staff", "")) != "unlimited"


def _lever(scenario: Scenario, entry: paths.Entry, made: Sequence[Any]) -> Lever | None:
    """Return a value as a lever; None where it is neither a number that can be moved nor a choice."""
    title = shown(spoken(entry.path, scenario.document.our_firm or ""))
    key = entry.location[-1]
    group = next((GROUPS[part] for part in reversed(entry.location) if part in GROUPS), None)
    group = group or ("Touchpoints" if "touchpoints" in entry.location else "Other")
    base = Lever(entry.path, entry.location, title, group, "", "")
    now = paths.at(scenario.content.tree, entry.location)
    if entry.kind in {"text", "switch"}:
        texts = [text_of(one) for one in (now, *made)]
        options = tuple(dict.fromkeys((*WORDS.get(key, ()), *texts)))
        plain = all(isinstance(one, str | list | tuple) for one in (now, *made))
        return replace(base, now=texts[0], options=options) if len(options) > 1 and plain else None
    return _dial(scenario, replace(base, unit=unit_of(scenario, entry)), entry, made)


def _dial(scenario: Scenario, base: Lever, entry: paths.Entry, made: Sequence[Any]) -> Lever | None:
    tree, place = scenario.content.tree, entry.location
    now = number_of(tree, place, paths.at(tree, place))
    wanted = [number for one in made if (number := number_of(tree, place, one)) is not None]
    if now is None:
        return None
    ends = _ends(scenario, entry, now, wanted)
    if ends is None or ends[0] >= ends[1]:
        return None
    low, high = (float(f"{end:.9g}") for end in ends)
    lever = replace(base, now=now, low=low, high=high, step=_step(entry.kind, low, high))
    return lever if _is_allowed(scenario, lever, low) and _is_allowed(scenario, lever, high) else None


def _is_allowed(scenario: Scenario, lever: Lever, number: float) -> bool:
    try:
        paths.applied(scenario.content.tree, lever.location, [written(scenario, lever, number)])
    except ValueRefusedError:
        return False
    return True


def _ends(scenario: Scenario, entry: paths.Entry, now: float, wanted: Sequence[float]) -> tuple[float, float] | None:
    """Return where a value may go to; None where nothing says how far."""
    key, farthest = entry.location[-1], max((now, *wanted))
    if entry.kind == "count":
        return min(1.0, now), max((now + 4.0, 2.0 * now, *wanted))
    if entry.kind == "share":
        return 0.0, 100.0 if farthest >= 10.0 or now == 0.0 else 10.0  # noqa: PLR2004 -- per cent: 2 % goes to 10
    if entry.kind in {"price", "rate"}:
        return _round(min((0.7 * now, *wanted))), _round(max((1.3 * now, *wanted)))
    if entry.kind in RELATIVE:
        return 50.0, 150.0
    if key == "quality":
        return min((-1.0, now, *wanted)), max((1.0, now + 1.0, *wanted))
    price = scenario.document.firms[entry.location[1]].price
    least = FROM_NOTHING.get(key, price.amount if price and key in {"credit", "without_approval"} else 0.0)
    high = max(2.0 * farthest, least)
    return (min((0.0, now, *wanted)), _round(high)) if high > 0.0 else None


def _round(value: float) -> float:
    """Return a number of two figures."""
    return float(f"{value:.2g}")


def _step(kind: str, low: float, high: float) -> float:
    """Return the step of a dial: about a hundredth of its way, and 1, 2 or 5 of some power of ten."""
    if kind == "count":
        return 1.0
    wish = (high - low) / FIELD_STEPS
    power = 10.0 ** math.floor(math.log10(wish))
    step = min((1.0, 2.0, 5.0, 10.0), key=lambda one: abs(math.log(one * power / wish))) * power
    return float(f"{step:.3g}")


def unit_of(scenario: Scenario, entry: paths.Entry) -> str:
    """Return the unit of a dial, for people."""
    key, currency = entry.location[-1], scenario.document.currency or ""
    if entry.kind == "count":
        return "people" if key == "staff" else ""
    if entry.kind in {"share", *RELATIVE}:
        return "%" if entry.kind == "share" else "% of now"
    if entry.kind == "duration":
        return time_unit(paths.value_at(entry.location, entry.value))
    if entry.kind in {"price", "rate"}:
        _, _, per = entry.value.partition(" ")
        return f"{currency} {per}" if entry.kind == "price" else per
    if key in {"credit", "without_approval"}:
        return currency
    _, _, unit = entry.value.partition(" ")
    return unit


def number_of(tree: paths.Tree, location: paths.Location, text: Any) -> float | None:
    """Return the number of a value, in the unit of its dial; None where it has none."""
    kind = paths.kind_at(location)
    try:
        value = paths.value_at(location, text)
    except ValueRefusedError:
        return None
    if kind == "law":
        base = paths.value_at(location, paths.at(tree, location))
        return round(100.0 * float(value.mean) / float(base.mean), 6)
    if isinstance(value, Price | Rate):
        return float(value.amount)
    if isinstance(value, bool) or not isinstance(value, int | float) or str(text) in {"none", "never", "unlimited"}:
        return None
    if kind == "duration":
        return float(value) / TIME_UNITS[time_unit(paths.value_at(location, paths.at(tree, location)))]
    return round(100.0 * value, 9) if kind == "share" else float(value)


def written(scenario: Scenario, lever: Lever, value: float | str) -> Any:
    """Return a value as it stands under `change` in a scenario file."""
    if isinstance(value, str):
        return read_text(value)
    tree, place = scenario.content.tree, lever.location
    kind = paths.kind_at(place)
    if kind == "law":
        return f"{format_number(round(value / 100.0, 9))} times"
    like = paths.value_at(place, paths.at(tree, place))
    if isinstance(like, Price | Rate):
        return paths.write_at(place, replace(like, amount=value))
    if kind == "duration":
        return paths.write_at(place, round(value * TIME_UNITS[lever.unit]))
    return paths.write_at(
        place, round(value) if kind == "count" else round(value / 100.0, 12) if kind == "share" else value
    )


def time_unit(value: int) -> str:
    """Return the unit in which a duration (microseconds) is shown."""
    return next((unit for unit, size in TIME_UNITS.items() if value >= size), "min")


def text_of(value: Any) -> str:
    """Return a choice as one text."""
    return f"[{', '.join(value)}]" if isinstance(value, list | tuple) else str(value)


def read_text(text: str) -> Any:
    """Return what a choice stands for: a list where it is written as one."""
    inner = text.removeprefix("[").removesuffix("]")
    if not (text.startswith("[") and text.endswith("]")):
        return text
    return [part.strip() for part in inner.split(",")] if inner else []
