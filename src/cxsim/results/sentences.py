"""The sentences about the policies: who wins, how surely, and what does not work.

Each function takes the findings and returns its sentence, or an empty text where its facts do not exist.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from cxsim.measures.catalog import CATALOG
from cxsim.results.findings import Findings, Gain, GoalFound, Leader, Row
from cxsim.results.strain import nobody_made_good
from cxsim.results.wording import (
    PER_100,
    best_of,
    chance,
    difference,
    figures,
    fixed,
    in_runs,
    limits,
    listed,
    number_word,
    of_100,
    places_for,
    quantity,
    shown,
    signed,
    span,
)

HALF: Final = 0.5
MOST_NAMED: Final = 3
PAYBACK: Final = "payback"
RETENTION: Final = "retention"
NO_MARGIN: Final = "no interval"
IF_RIGHT: Final = "If the model were right, "
ON_THE_SAME_LUCK: Final = "all policies on the same luck"


# ------------------------------------------------------------------------------------------- words that are shared


def nothing_changed(findings: Findings) -> str:
    """Name the reference as what one would do."""
    return "changing nothing" if findings.reference == "as-is" else shown(findings.reference)


def in_every_100(findings: Findings, gain: Gain) -> str:
    """Write a difference on the headline without a sign: ``13 in every 100``, or with the unit of the measure."""
    unit = CATALOG[findings.headline].unit
    if findings.headline == RETENTION:
        value = abs(PER_100 * gain.value)
        return f"{fixed(value, places_for(value))} in every 100"
    return difference(abs(gain.value), money(findings, unit)).removeprefix("+")


def money(findings: Findings, unit: str) -> str:
    """Write the currency where the unit is money."""
    return findings.setting.currency if unit == "money" else unit


def kept_places(findings: Findings, row: Row) -> int:
    """Decimals of a number kept of every 100: none, unless it is small or rounded numbers would not fit together."""
    if places_for(PER_100 * row.difference, PER_100 * row.width):
        return 1
    apart = round(PER_100 * row.mean) - round(PER_100 * row.reference)
    return int(findings.headline == RETENTION and apart != round(PER_100 * row.difference))


def _headline(findings: Findings) -> str:
    return CATALOG[findings.headline].title


# ----------------------------------------------------------------------------------------------------- 1 the answer


def verdict(findings: Findings) -> str:
    """Say who wins, by how many people, and in the same breath what speaks against it."""
    if not findings.others:
        said = _alone(findings)
        return f"{IF_RIGHT}{said.replace('Under', 'under', 1)}" if findings.conditional and said else said
    if findings.setting.replications == 1:
        return "One run cannot tell luck from effect: nothing can be said about any policy; ask for more replications."
    text = _nothing(findings) if findings.winner is None else _winner(findings, findings.winner)
    text = f"{IF_RIGHT}{text}" if findings.conditional and text else text
    begin = findings.setting.begin
    return f"{text} Policies count their time from {begin}; nothing is changed before." if begin and text else text


def _alone(findings: Findings) -> str:
    row = findings.row(findings.headline, findings.reference)
    if row is None:
        return ""
    count = findings.setting.replications
    runs = f"{count} runs" if count > 1 else "one run"
    sure = limits(row.low, row.high, row.unit)
    within = f" ({sure}; {runs})" if sure != NO_MARGIN else f" ({runs})"
    policy = shown(findings.reference)
    if findings.headline == RETENTION:
        return f"Under {policy}, {_of_whom(findings)}, {of_100(row.mean)} {_stay(findings)}{within}."
    value = quantity(row.mean, row.unit, row.high - row.low)
    return f"Under {policy}, {_headline(findings)}: {value}{within}."


def _of_whom(findings: Findings) -> str:
    firm = findings.setting.firm
    return f"of every 100 who {'are with' if findings.setting.contractual else 'buy at'} {firm} today"


def _stay(findings: Findings) -> str:
    doubt, after = findings.conditional, f"after {findings.setting.lasts}"
    if findings.setting.contractual:
        return f"{'would still be' if doubt else 'are still'} with us {after}"
    return f"{'would still buy' if doubt else 'still buy'} there {after}"


def _unchanged(findings: Findings) -> str:
    return "if we change nothing (as-is)" if findings.reference == "as-is" else f"under {shown(findings.reference)}"


def _winner(findings: Findings, best: str) -> str:
    row = findings.row(findings.headline, best)
    if row is None:
        return ""
    start = f"{shown(best)} would" if findings.conditional else shown(best)
    if findings.headline == RETENTION:
        most = "keep" if findings.conditional else "keeps"
        first = (
            f"{start} {most} the most customers: {_of_whom(findings)}, {of_100(row.mean)} {_stay(findings)}, "
            f"against {of_100(row.reference)} {_unchanged(findings)}"
        )
    else:
        most = "be" if findings.conditional else "is"
        value, base = (quantity(one, row.unit, abs(row.difference)) for one in (row.mean, row.reference))
        values = f"{value}, against {base}"
        first = f"{start} {most} best on {_headline(findings)}: {values} {_unchanged(findings)}"
    return (
        first + _level(findings) + _loses_money(findings, best) + _misses(findings, best) + _disagrees(findings) + "."
    )


def _level(findings: Findings) -> str:
    """Name who cannot be told apart from the winner, with their numbers."""
    if not findings.level:
        return ""
    named = []
    for policy in findings.level[:MOST_NAMED]:
        row = findings.row(findings.headline, policy)
        value = (
            "" if row is None else of_100(row.mean) if findings.headline == RETENTION else quantity(row.mean, row.unit)
        )
        named.append(f"{shown(policy)} ({value})" if value else shown(policy))
    more = len(findings.level) - MOST_NAMED
    names = listed([*named, f"{number_word(more)} more"] if more > 0 else named)
    return f"; {names} cannot be told apart from it"


def _loses_money(findings: Findings, best: str) -> str:
    profit = findings.row("profit", best)
    if profit is None or profit.tie or profit.difference > 0.0 or findings.headline == "profit":
        return ""
    return f"; but it lowers profit by {figures(-profit.difference)} {findings.setting.currency}"


def _misses(findings: Findings, best: str) -> str:
    missed = [goal for goal in findings.goals if goal.chance.get(best, math.nan) < HALF]
    return f"; {goals_met(findings, missed, best)}" if missed else ""


def goals_met(findings: Findings, goals: Sequence[GoalFound], best: str) -> str:
    """Write in how many runs goals are met, those that are met as often together."""
    by_runs: dict[str, list[str]] = {}
    for goal in goals:
        share, count = goal.chance[best], findings.setting.replications
        only = "only " if share < HALF and round(share * count) else ""
        by_runs.setdefault(f"{only}{in_runs(share, count)}", []).append(goal_named(goal))
    texts = []
    for runs, names in by_runs.items():
        what = f"the goals of {listed(names)} are" if len(names) > 1 else f"the goal of {names[0]} is"
        texts.append(f"{what} met in {runs}")
    return listed(texts)


def goal_named(goal: GoalFound) -> str:
    """Write a goal: ``keeping at least 70 %``."""
    if goal.measure == RETENTION:
        return f"keeping {goal.text}"
    if goal.measure == PAYBACK:
        return f"being paid back {goal.text}"
    return f"{goal.text} ({CATALOG[goal.measure].title})"


def _disagrees(findings: Findings) -> str:
    """Name the winner of another measure, and what choosing it instead would cost."""
    other = findings.other_winner
    if other is None:
        return ""
    named = nothing_changed(findings) if other.policy == findings.reference else shown(other.policy)
    text = f"; on {CATALOG[other.measure].title} {named} is best ({_ahead(findings, other)}"
    text += ")" if other.price is None else " beside it)"
    if other.price is not None:
        text += f", {_price(findings, other.price)}"
    if other.more:
        text += f", and on {number_word(other.more)} more of the measures asked for another one is best"
    return text


def _ahead(findings: Findings, leader: Leader) -> str:
    return difference(leader.gain.value, money(findings, CATALOG[leader.measure].unit))


def _price(findings: Findings, price: Gain) -> str:
    if price.tie:
        return f"and the two cannot be told apart on {_headline(findings)}"
    lost = "customers" if findings.headline == RETENTION else f"({_headline(findings)})"
    return f"at the price of {in_every_100(findings, price)} {lost}"


def _nothing(findings: Findings) -> str:
    """Say that nothing beats the reference, and how large an effect these runs would have found."""
    row = findings.row(findings.headline, findings.reference)
    beats = "nothing here would beat" if findings.conditional else "Nothing here beats"
    first = f"{beats} {nothing_changed(findings)}{' (as-is)' if findings.reference == 'as-is' else ''}"
    if row is None:
        return f"{first}."
    if findings.headline == RETENTION:
        first += f": {_of_whom(findings)}, {of_100(row.mean)} {_stay(findings)} under {findings.reference}"
    else:
        first += f" ({_headline(findings)}: {quantity(row.mean, row.unit)})"
    first += _disagrees(findings)
    if not math.isfinite(findings.seen):
        return f"{first}."
    seen = in_every_100(findings, Gain(findings.seen, 0.0, 0.0))
    runs = f"These {findings.setting.replications} paired runs"
    return f"{first}. {runs} would have found a difference of {seen} four times in five."


# ----------------------------------------------------------------------------------------------------- 2 how surely


def how_surely(findings: Findings) -> str:
    """Say how much of it is luck between runs."""
    best = findings.winner
    row = None if best is None else findings.row(findings.headline, best)
    if row is None:
        return findings.setting.note
    runs = f"{findings.setting.replications} paired runs, {ON_THE_SAME_LUCK}"
    if findings.headline == RETENTION:
        places = kept_places(findings, row)
        rounded = "" if places_for(PER_100 * row.difference, PER_100 * row.width) == places else " before rounding"
        more = f"{fixed(PER_100 * row.difference, places)} more in every 100{rounded}"
        first = f"That is {more} ({limits(row.diff_low, row.diff_high, row.unit)}; {runs})"
    else:
        gap = difference(row.difference, row.unit, row.width)
        first = f"That is {gap} ({span(row.diff_low, row.diff_high, row.unit)}; {runs})"
    text = first
    if math.isfinite(row.best) and not findings.level:
        number = number_word(len(findings.policies))
        text += f"; the chance that it is the best of the {number} is {chance(row.best)}"
        if findings.is_counted:
            counted = best_of(findings.best_runs, findings.setting.replications)
            text = f"{first}; it is the best of the {number} in {counted}"
    if findings.level_early:
        early = listed([shown(policy) for policy in findings.level_early])
        text += f", and {early} cannot be told apart from it over the first 12 months"
    return f"{text}. {findings.setting.note}" if findings.setting.note else f"{text}."


# -------------------------------------------------------------------------------------------- 7 what does not work


def what_does_not_work(findings: Findings) -> str:
    """Say of every other policy whether it keeps fewer than the winner, cannot be told apart, does harm or costs."""
    order = {"better": 0, "tie": 1, "worse": 2}
    found = []
    for policy in best_first(findings):
        row = findings.row(findings.headline, policy)
        if policy == findings.winner or row is None:
            continue
        kind = against_reference(findings, row)
        text = {"better": _better_too, "tie": _no_difference, "worse": _worse}[kind](findings, policy, row)
        found.append((order[kind], text))
    texts = [text for _, text in sorted(found, key=lambda pair: pair[0])]
    unhealed = nobody_made_good(findings)
    parts = [text for text in ("; ".join(texts), f"{unhealed[:1].upper()}{unhealed[1:]}") if text]
    return f"{'. '.join(parts)}." if parts else ""


def best_first(findings: Findings) -> tuple[str, ...]:
    """Return the policies beside the reference: those that are better than it, best first, then the others."""
    return (*findings.ranked, *(policy for policy in findings.others if policy not in findings.ranked))


def against_reference(findings: Findings, row: Row) -> str:
    """Say whether a policy is "better" or "worse" than the reference on the headline, or a "tie"."""
    if row.tie:
        return "tie"
    higher = CATALOG[findings.headline].better == "higher"
    return "better" if (row.difference > 0.0) == higher else "worse"


def _apart(findings: Findings, row: Row) -> str:
    """Write a difference with its interval, in every 100 or in the unit of the measure."""
    if findings.headline == RETENTION:
        gap = signed(fixed(PER_100 * row.difference, places_for(PER_100 * row.difference, PER_100 * row.width)))
    else:
        gap = difference(row.difference, row.unit, row.width)
    sure = span(row.diff_low, row.diff_high, row.unit)
    return gap if sure == NO_MARGIN else f"{gap}; {sure}"


def _better_too(findings: Findings, policy: str, row: Row) -> str:
    if findings.headline == RETENTION:
        value = PER_100 * row.difference
        more = fixed(value, places_for(value, PER_100 * row.width))
        text = f"{shown(policy)} keeps {more} more in every 100 ({limits(row.diff_low, row.diff_high, row.unit)})"
    else:
        text = f"{shown(policy)} is better than {nothing_changed(findings)} too ({_apart(findings, row)})"
    profit = findings.row("profit", policy)
    if findings.headline == "profit" or profit is None or profit.tie:
        return text
    how = "and raises" if profit.difference > 0.0 else "but lowers"
    return f"{text} {how} profit by {figures(abs(profit.difference))} {findings.setting.currency}"


def _no_difference(findings: Findings, policy: str, row: Row) -> str:
    if findings.setting.replications == 1:
        return f"{shown(policy)}: {_apart(findings, row)} in this one run"
    text = f"{shown(policy)} cannot be told apart from {nothing_changed(findings)} ({_apart(findings, row)})"
    if policy in findings.training and findings.design >= HALF:
        text += f", where {of_100(findings.design)} % of the trouble is designed in, which no training mends"
    return text


def _worse(findings: Findings, policy: str, row: Row) -> str:
    if findings.headline == RETENTION:
        value = PER_100 * row.difference
        fewer = fixed(-value, places_for(value, PER_100 * row.width))
        sure = limits(-row.diff_high, -row.diff_low, row.unit)
        return f"{shown(policy)} loses {fewer} more in every 100 ({sure}) than {nothing_changed(findings)}"
    return f"{shown(policy)} is worse than {nothing_changed(findings)} ({_apart(findings, row)})"
