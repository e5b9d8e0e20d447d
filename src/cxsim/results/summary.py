"""The console summary: the same facts in a few lines that fit 80 columns and can be read aloud."""

from __future__ import annotations

import math
import textwrap
from typing import Final

from cxsim.measures.catalog import CATALOG
from cxsim.results.answer import winner
from cxsim.results.facts import Facts, Row
from cxsim.results.goals import chance_of, goals_of
from cxsim.results.wording import (
    MINUS,
    PER_100,
    chance,
    difference,
    figures,
    fixed,
    limits,
    of_100,
    places_for,
    quantity,
    signed,
    span,
)
from cxsim.units import format_duration

WIDTH: Final = 80
LABEL: Final = 16
NAMED: Final = 26
MOST_LINES: Final = 4


def summary(facts: Facts) -> list[str]:
    """Return the lines of the console summary, each at most 80 columns wide.

    Parameters
    ----------
    facts : Facts
    """
    lines = [_head(facts)]
    if not facts.others:
        lines += _alone(facts)
    else:
        best = winner(facts)
        lines += _winning(facts, best)
        lines += _recommended(facts)
        if best is not None:
            lines += _money(facts, best) + _goals(facts, best)
        lines += _others(facts, best)
        lines += _sure(facts, best)
    return [line.replace(MINUS, "-") for line in lines]


def _head(facts: Facts) -> str:
    made = facts.experiment
    count = len(facts.others)
    what = f"{count} {'policy' if count == 1 else 'policies'} and {facts.reference}" if count else facts.reference
    paired = "paired runs" if count else "runs"
    runs = "1 run" if made.replications == 1 else f"{made.replications} {paired}"
    lasting = format_duration(made.scenario.document.lasts)
    left = f"{made.scenario.name}: {what}, {runs}, {lasting}"
    right = f"{made.wall_s:.0f} s"
    return f"{_cut(left, WIDTH - len(right) - 2):<{WIDTH - len(right)}}{right}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 2]}.."


def _line(label: str, text: str) -> list[str]:
    """Put a text beside a label, on more lines where it is long."""
    parts = textwrap.wrap(text, WIDTH - LABEL, break_long_words=True, break_on_hyphens=False) or [""]
    return [f"{name:<{LABEL}}{part}".rstrip() for name, part in zip([label, *[""] * len(parts)], parts, strict=False)]


def _beside(facts: Facts, label: str, policy: str, text: str) -> list[str]:
    width = min(NAMED, max(len(name) for name in facts.policies)) + 2
    whole = f"{_cut(policy, width - 2):<{width}}{text}"
    if len(whole) <= WIDTH - LABEL:
        return [f"{label:<{LABEL}}{whole}"]
    return [f"{label:<{LABEL}}{_cut(policy, WIDTH - LABEL)}", *_line("", text)]


def _known(facts: Facts, measure: str, policy: str) -> Row:
    row = facts.row(measure, policy)
    if row is None:
        raise KeyError(measure)
    return row


def _alone(facts: Facts) -> list[str]:
    lines = []
    for name in _headlines(facts):
        row = _known(facts, name, facts.reference)
        if not math.isfinite(row.mean) or (name == "wages" and row.mean == 0.0):
            continue
        shown = f"{quantity(row.mean, row.unit, row.high - row.low)} ({limits(row.low, row.high, row.unit)})"
        lines.append(_cut(f"  {_cut(CATALOG[name].title, 38):<38}  {shown}", WIDTH))
    return lines


def _headlines(facts: Facts) -> list[str]:
    usual = (
        "retention", "customers", "nps_true", "csat_true", "churn", "won_by_recommendation", "wait_mean",
        "share_queued", "abandonment_rate", "service_level", "occupancy", "revenue", "wages", "profit",
    )  # fmt: skip
    return [name for name in dict.fromkeys((*facts.wanted, *usual)) if facts.has(name)]


def _winning(facts: Facts, best: str | None) -> list[str]:
    label = "Keeps most" if facts.headline == "retention" else "Best"
    if best is None:
        text = "nothing here beats changing nothing"
        if facts.experiment.replications == 1:
            text += "; one run cannot tell luck from effect"
        return _line(label, text)
    row = _known(facts, facts.headline, best)
    if facts.headline == "retention":
        value = PER_100 * row.difference
        more = signed(fixed(value, places_for(value, PER_100 * row.width)))
        gain = f"{more} ({limits(row.diff_low, row.diff_high, row.unit)})"
        return _beside(facts, label, best, f"{of_100(row.mean)} of 100 stay, as-is {of_100(row.reference)}  {gain}")
    values = f"{facts.headline} {quantity(row.mean, row.unit)}, {facts.reference} {quantity(row.reference, row.unit)}"
    gain = f"{difference(row.difference, row.unit, row.width)} ({limits(row.diff_low, row.diff_high, row.unit)})"
    return _beside(facts, label, best, f"{values}  {gain.replace('percentage points', 'points')}")


def _recommended(facts: Facts) -> list[str]:
    measure = "won_by_recommendation"
    if not facts.has(measure) or facts.experiment.replications == 1:
        return []
    ranked = facts.ranked(measure)
    if not ranked:
        return _line("Recommended", "no policy wins more customers by word of mouth")
    row = _known(facts, measure, ranked[0])
    text = f"{signed(figures(row.difference))} customers a year ({limits(row.diff_low, row.diff_high, row.unit)})"
    return _beside(facts, "Recommended", ranked[0], text)


def _money(facts: Facts, best: str) -> list[str]:
    cost, profit = facts.row("policy_cost", best), facts.row("profit", best)
    if cost is None:
        return []
    if profit is None:
        return _line("Costs", f"{figures(cost.mean)} {facts.currency}")
    earned = "profit cannot be told apart" if profit.tie else f"profit {signed(figures(profit.difference))}"
    sure = span(profit.diff_low, profit.diff_high, profit.unit)
    return _line("Costs / earns", f"costs {figures(cost.mean)} {facts.currency}, {earned} ({sure})")


def _goals(facts: Facts, best: str) -> list[str]:
    texts = [
        f"{goal.measure} {goal.text} in {chance(chance_of(facts, goal, best))} of runs" for goal in goals_of(facts)
    ]
    return _line("Goals", "; ".join(texts)) if texts else []


def _others(facts: Facts, best: str | None) -> list[str]:
    lines: list[str] = []
    tie = "No difference" if facts.experiment.replications > 1 else "In one run"
    for verdict, label in (("better", "Better too"), ("tie", tie), ("worse", "Worse")):
        rest = [policy for policy in facts.others if policy != best]
        found = [policy for policy in rest if facts.verdict(facts.headline, policy) == verdict]
        for policy in found[:MOST_LINES]:
            row = _known(facts, facts.headline, policy)
            text = f"{difference(row.difference, row.unit, row.width)} ({span(row.diff_low, row.diff_high, row.unit)})"
            lines += _beside(facts, label, policy, text.replace("percentage points", "points"))
            label = ""  # noqa: PLW2901 -- said once for all its lines
        if len(found) > MOST_LINES:
            lines += _line("", f"and {len(found) - MOST_LINES} more, see answer.md")
    return lines


def _sure(facts: Facts, best: str | None) -> list[str]:
    text = "not checked against what we are unsure of"
    if best is not None:
        row = _known(facts, facts.headline, best)
        text = f"best in {chance(row.best)} of resampled runs; {text}"
        level = facts.level_with(facts.headline, best)
        if level:
            text += f"; cannot be told apart from {', '.join(level)}"
    return _line("Sure?", text)
