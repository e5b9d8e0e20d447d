"""The sentences of the what-if page: what can be said so far, and what cannot."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from cxsim.app.estimates import COST, FEW, Estimate
from cxsim.app.setting import Setting, Settings
from cxsim.experiments.studies.case import AS_IS
from cxsim.measures.catalog import CATALOG, MONEY
from cxsim.results.wording import (
    PER_100,
    difference,
    figures,
    fixed,
    listed,
    places_for,
    quantity,
    shown,
    signed,
    span,
)
from cxsim.units import format_duration, format_number

if TYPE_CHECKING:
    from cxsim.app.levers import Lever
    from cxsim.scenario import Scenario

MONEY_FIGURES: Final = 3
SHORT_TITLES: Final = {
    "retention": "Still with us",
    "won_by_recommendation": "Won by recommendation",
    "profit": "Profit",
    COST: "Cost",
    "nps": "NPS",
    "wait_mean": "Mean wait",
    "abandonment_rate": "Hung up",
    "service_level": "Answered in time",
}
IN_SENTENCES: Final = {
    "retention": "the customers kept",
    "won_by_recommendation": "those won by recommendation",
    "profit": "profit",
    "nps": "NPS",
    "wait_mean": "the mean wait",
    "abandonment_rate": "the share who hang up",
    "service_level": "the share answered in time",
}


def title(measure: str) -> str:
    """Return the short name of a measure."""
    return SHORT_TITLES.get(measure) or shown(CATALOG[measure].title.replace("_", " "))


def value(found: Estimate, number: float | None = None) -> str:
    """Write the mean of a measure, or another value of it."""
    mean = found.mean if number is None else number
    if not math.isfinite(mean):
        return "–"
    if found.unit == "share":
        return f"{fixed(PER_100 * mean, 1)} %"
    if _is_money(found):
        return f"{figures(mean, 3)} {found.unit}"
    return quantity(mean, found.unit)


def _is_money(found: Estimate) -> bool:
    return CATALOG[found.measure].unit == MONEY


def change(found: Estimate) -> str:
    """Write the difference from as-is with its unit, and its interval where there is one."""
    if found.n == 0 or not math.isfinite(found.difference):
        return ""
    if _is_money(found):
        gap, low, high = _amounts(found.difference, found.low, found.high)
        if found.measure != COST:
            gap, low, high = signed(gap), signed(low), signed(high)
        return f"{gap} {found.unit}{_interval(found, low, high)}"
    least, most = found.ends
    text = difference(found.difference, found.unit, most - least)
    return text if math.isnan(least) else f"{text} ({span(least, most, found.unit)})"


def _interval(found: Estimate, low: str, high: str) -> str:
    """Write the ends of an interval; nothing where there is none to show, or both ends round to the same."""
    return "" if math.isnan(found.ends[0]) or low == high else f" ({low} to {high})"


def _amounts(middle: float, low: float, high: float) -> tuple[str, str, str]:
    """Write an amount of money and the ends of its interval, to a place that the interval lets one tell.

    Three figures at most: the model is not exact to more.
    """
    width = high - low
    if not math.isfinite(width) or width <= 0.0:
        return figures(middle), figures(low), figures(high)
    place = math.floor(math.log10(width / 3.0))
    largest = max(abs(middle), abs(low), abs(high))
    place = max(place, math.floor(math.log10(largest)) + 1 - MONEY_FIGURES)
    return tuple(fixed(round(one, -place), max(0, -place)) for one in (middle, low, high))  # type: ignore[return-value]


def finding(estimates: Sequence[Estimate], goal: int, *, as_is: bool) -> str:
    """Say what these replications say of a setting, and what they cannot say yet.

    Parameters
    ----------
    estimates : sequence of Estimate
        The first is the headline.
    goal : int
        Replications after which no more are made.
    as_is : bool
        Whether the setting changes nothing.
    """
    head = estimates[0]
    if head.n == 0:
        return "The first paired runs are under way."
    if as_is:
        return "This is as-is: what happens if we change nothing. Move a lever, or begin with a policy."
    if head.early:
        if head.n < goal:
            return f"In {_runs(head.n)} so far: too few runs yet to tell effect from luck."
        return f"After {_runs(head.n)}: too few to tell effect from luck; ask for at least {FEW} (--replications)."
    texts = [_said(found) for found in estimates if found.told]
    unsaid = [IN_SENTENCES.get(found.measure, found.measure.replace("_", " ")) for found in estimates if not found.told]
    end = head.n >= goal
    start = f"After {_runs(head.n)}: " if end else f"So far, in {_runs(head.n)}: "
    text = "; ".join(texts)
    if unsaid:
        cannot = f"{listed(unsaid)} cannot be told apart from as-is"
        cannot += "" if end else " yet"
        text = f"{text}; {cannot}" if text else cannot
    return f"{start}{text}."


def nothing_changes(settings: Settings, setting: Setting, count: int) -> str:
    """Say that a setting does nothing, and what is missing where that is known."""
    start = "this lever has" if len(setting.moved) == 1 and setting.start == AS_IS else "what was moved has"
    text = f"Nothing changes: {start} no effect here; every figure of {_runs(count)} is that of as-is."
    hints = dict.fromkeys(settings.missing(setting, path) for path, _ in setting.moved)
    return " ".join([text, *(hint for hint in hints if hint)])


def _runs(count: int) -> str:
    return f"{count} paired run{'' if count == 1 else 's'}"


def _said(found: Estimate) -> str:
    """Say what is told apart from as-is; sizes are without sign, and a verb says which way."""
    more = found.difference > 0.0
    sizes = abs(found.difference), *sorted((abs(found.low), abs(found.high)))
    if found.measure == "retention":
        places = places_for(PER_100 * sizes[0], PER_100 * (found.high - found.low))
        gap, low, high = (fixed(PER_100 * size, places) for size in sizes)
        return f"{'keeps' if more else 'loses'} {gap} more in every 100{_interval(found, low, high)}"
    if found.measure == "won_by_recommendation":
        gap, low, high = (figures(size) for size in sizes)
        return (
            f"wins {gap} {'more' if more else 'fewer'} customers a year by recommendation{_interval(found, low, high)}"
        )
    if found.measure == "profit":
        gap, low, high = _amounts(sizes[0], sizes[1], sizes[2])
        return f"earns {gap} {found.unit} {'more' if more else 'less'}{_interval(found, low, high)}"
    name = title(found.measure)
    return f"{name if name.isupper() else name[:1].lower() + name[1:]} {change(found)}"


def moved(lever: Lever, amount: float | str) -> str:
    """Write a lever and where it stands."""
    return f"{lever.title} {amount_text(lever, amount)}"


def amount_text(lever: Lever, amount: float | str) -> str:
    """Write where a lever stands, with its unit."""
    return amount if isinstance(amount, str) else f"{format_number(amount)} {lever.unit}".rstrip()


def named(settings: Settings, setting: Setting, levers: Mapping[str, Lever]) -> str:
    """Write a setting on one line: the policy that it begins with, and what was moved."""
    parts = [shown(setting.start)] if setting.start != AS_IS else []
    parts += [moved(levers[path], amount) for path, amount in setting.moved]
    money = settings.scenario.document.currency or ""
    if setting.once:
        parts.append(f"{figures(setting.once, 3)} {money} once")
    if setting.yearly:
        parts.append(f"{figures(setting.yearly, 3)} {money} a year")
    return ", ".join(parts) or "As-is"


def approximation(scenario: Scenario, scale: float) -> str:
    """Say what is approximate; empty where nothing is."""
    market = scenario.document.market
    if scale == 1.0 or market is None or not market.customers:
        return ""
    count = fixed(round(scale * market.customers))
    return (
        f"Approximate: {count} of {fixed(market.customers)} customers are followed, with all the staff; stand-ins keep "
        f"it as busy. Start with a scale of 1 to follow everybody."
    )


def horizon(scenario: Scenario) -> str:
    """Return how long is simulated, in words."""
    return format_duration(scenario.document.lasts)


def policy_title(name: str) -> str:
    """Return the name of a policy as a sentence begins; as-is with a capital."""
    return "As-is" if name == AS_IS else shown(name)
