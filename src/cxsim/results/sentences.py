"""The sentences about the policies: who wins, how surely, what others say, what it costs, and what does not work.

Each function takes the findings and returns its sentence, or an empty text where its facts do not exist.
"""

from __future__ import annotations

import math
from typing import Final

from cxsim.measures.catalog import CATALOG
from cxsim.results.findings import Findings, Gain, GoalFound, Leader, Row
from cxsim.results.wording import (
    PER_100,
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
MEASURING_GAP: Final = 5.0  # points (or of every 100): from here on, what a survey shows is not what is true
PAYBACK: Final = "payback"
RETENTION: Final = "retention"
NO_MARGIN: Final = "no interval"
IF_RIGHT: Final = "If the model were right, "


# ------------------------------------------------------------------------------------------- words that are shared


def nothing_changed(findings: Findings) -> str:
    """Name the reference as what one would do."""
    return "changing nothing" if findings.reference == "as-is" else shown(findings.reference)


def over_the_time(findings: Findings) -> str:
    """Write ``over the 4 years``."""
    return f"over the {findings.setting.lasts.removeprefix('1 ')}"


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
        return _alone(findings)
    if findings.setting.replications == 1:
        return "One run cannot tell luck from effect: nothing can be said about any policy; ask for more replications."
    text = _nothing(findings) if findings.winner is None else _winner(findings, findings.winner)
    return f"{IF_RIGHT}{text}" if findings.doubtful and text else text


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
    doubt, after = findings.doubtful, f"after {findings.setting.lasts}"
    if findings.setting.contractual:
        return f"{'would still be' if doubt else 'are still'} with us {after}"
    return f"{'would still buy' if doubt else 'still buy'} there {after}"


def _unchanged(findings: Findings) -> str:
    return "if we change nothing" if findings.reference == "as-is" else f"under {shown(findings.reference)}"


def _winner(findings: Findings, best: str) -> str:
    row = findings.row(findings.headline, best)
    if row is None:
        return ""
    start = f"{shown(best)} would" if findings.doubtful else shown(best)
    if findings.headline == RETENTION:
        most = "keep" if findings.doubtful else "keeps"
        first = (
            f"{start} {most} the most customers: {_of_whom(findings)}, {of_100(row.mean)} {_stay(findings)}, "
            f"against {of_100(row.reference)} {_unchanged(findings)}"
        )
    else:
        most = "be" if findings.doubtful else "is"
        values = f"{quantity(row.mean, row.unit)}, against {quantity(row.reference, row.unit)}"
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
    texts = []
    for goal in findings.goals:
        share = goal.chance.get(best, math.nan)
        if share < HALF:
            only = "" if round(share * findings.setting.replications) == 0 else "only "
            texts.append(f"{goal_named(goal)} is met in {only}{in_runs(share, findings.setting.replications)}")
    return f"; {listed(texts)}" if texts else ""


def goal_named(goal: GoalFound) -> str:
    """Write a goal: ``the goal of keeping at least 70 %``."""
    if goal.measure == RETENTION:
        return f"the goal of keeping {goal.text}"
    if goal.measure == PAYBACK:
        return f"the goal of being paid back {goal.text}"
    return f"the goal of {goal.text} ({CATALOG[goal.measure].title})"


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
    beats = "nothing here would beat" if findings.doubtful else "Nothing here beats"
    first = f"{beats} {nothing_changed(findings)}"
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
    runs = f"{findings.setting.replications} paired runs"
    if findings.headline == RETENTION:
        places = kept_places(findings, row)
        rounded = "" if places_for(PER_100 * row.difference, PER_100 * row.width) == places else " before rounding"
        more = f"{fixed(PER_100 * row.difference, places)} more in every 100{rounded}"
        first = f"That is {more} ({limits(row.diff_low, row.diff_high, row.unit)}; {runs})"
    else:
        gap = difference(row.difference, row.unit, row.width)
        first = f"That is {gap} ({span(row.diff_low, row.diff_high, row.unit)}; {runs})"
    text = first
    if math.isfinite(row.best):
        number = number_word(len(findings.policies))
        text += f"; the chance that it is the best of the {number} is {chance(row.best)}"
    if findings.level_early:
        early = listed([shown(policy) for policy in findings.level_early])
        text += f", and {early} cannot be told apart from it over the first 12 months"
    return f"{text}. {findings.setting.note}" if findings.setting.note else f"{text}."


# ------------------------------------------------------------------------------------------------- 3 recommendation


def recommendation(findings: Findings) -> str:
    """Say what becomes of word of mouth and of the net promoter score."""
    best = findings.winner
    row = None if best is None else findings.row("won_by_recommendation", best)
    if best is None or row is None:
        return _talk_alone(findings)
    if row.tie:
        text = f"By word of mouth it wins {figures(row.mean)} customers a year, which cannot be told apart from "
        text += f"{nothing_changed(findings)} ({figures(row.reference)})"
    else:
        text = f"It brings {figures(row.mean)} new customers a year by word of mouth instead of "
        text += f"{figures(row.reference)} ({span(row.diff_low, row.diff_high, row.unit)})"
    return f"{text}{_mood(findings, best)}{_best_talked_of(findings)}.{_as_measured(findings, best)}"


def _talk_alone(findings: Findings) -> str:
    """Say who wins by word of mouth where nothing wins on the headline."""
    if findings.talk is None or not findings.others or findings.setting.replications == 1:
        return ""
    gain = findings.talk.gain
    more = f"{signed(figures(gain.value))} a year; {span(gain.low, gain.high, 'customers a year')}"
    return f"{shown(findings.talk.policy)} wins the most customers by word of mouth ({more})."


def _score(findings: Findings, best: str) -> tuple[Row, str] | None:
    """Return the net promoter score to speak of: the one that customers asked would show, where it was measured."""
    for measure, named in (("nps", "NPS, as a survey would show it,"), ("nps_true", "true NPS")):
        row = findings.row(measure, best)
        if row is not None and math.isfinite(row.difference):
            return row, named
    return None


def _mood(findings: Findings, best: str) -> str:
    score = _score(findings, best)
    if score is None:
        return ""
    row, named = score
    if row.tie:
        tie = f"cannot be told apart from {nothing_changed(findings)} ({fixed(row.reference)})"
        return f"; our {named.rstrip(',')} ({fixed(row.mean)}) {tie}"
    verb = "lifts" if row.difference > 0.0 else "lowers"
    return f", and it {verb} our {named} from {fixed(row.reference)} to {fixed(row.mean)}"


def _best_talked_of(findings: Findings) -> str:
    talk = findings.talk
    if talk is None:
        return ""
    if talk.policy == findings.winner:
        return "; the policy best for recommendation is the same one"
    if talk.gain.tie:
        return f"; {shown(talk.policy)} cannot be told apart from it in this"
    ahead = f"by {figures(talk.gain.value)} customers a year"
    return f"; the policy best for recommendation is {shown(talk.policy)}, {ahead}"


def _as_measured(findings: Findings, best: str) -> str:
    """Say how far what a survey shows is from what is true, where they part."""
    texts = []
    for measure, named, scale in (("nps", "NPS", 1.0), ("csat", "CSAT", PER_100)):
        asked, true = findings.row(measure, best), findings.row(f"{measure}_true", best)
        if asked is None or true is None or abs(asked.mean - true.mean) * scale <= MEASURING_GAP:
            continue
        unit = "" if scale == 1.0 else " %"
        texts.append(
            f"{named} of {fixed(asked.mean * scale)}{unit} where the true one is {fixed(true.mean * scale)}{unit}"
        )
    return f" Mind who answers: under it a survey would show {listed(texts)}." if texts else ""


# ---------------------------------------------------------------------------------------------------------- 4 money


def costs_and_earns(findings: Findings) -> str:
    """Say what it costs, what it leaves, when it is paid back, and in how many runs the goals are met."""
    best = findings.winner
    cost = None if best is None else findings.row("policy_cost", best)
    if best is None or cost is None:
        return ""
    verb = "costs" if cost.mean >= 0.0 else "saves"
    text = f"It {verb} {figures(abs(cost.mean))} {findings.setting.currency} {over_the_time(findings)}"
    text += _profit(findings, best)
    details = [part for part in (_per_customer(findings, best, cost), _paid_back(findings, best)) if part]
    if details:
        text += f": {', '.join(details)}"
    goals = [
        f"{goal_named(goal)} is met in {in_runs(goal.chance[best], findings.setting.replications)}"
        for goal in findings.goals
        if goal.chance.get(best, math.nan) >= HALF and not _said_with_payback(findings, goal)
    ]
    return f"{text}; {listed(goals)}." if goals else f"{text}."


def _profit(findings: Findings, best: str) -> str:
    profit = findings.row("profit", best)
    if profit is None or not math.isfinite(profit.difference):
        return ""
    named = nothing_changed(findings)
    if profit.tie:
        sure = span(profit.diff_low, profit.diff_high, profit.unit)
        return f", and its profit cannot be told apart from that of {named} ({sure})"
    more = profit.difference > 0.0
    ends = (profit.diff_low, profit.diff_high) if more else (-profit.diff_high, -profit.diff_low)
    amount = f"{figures(abs(profit.difference))} {findings.setting.currency} {'more' if more else 'less'}"
    return f" and leaves {amount} profit than {named} ({limits(*ends, profit.unit)})"


def _per_customer(findings: Findings, best: str, cost: Row) -> str:
    row = findings.row(RETENTION, best)
    if row is None or row.tie or row.difference <= 0.0 or cost.mean <= 0.0:
        return ""
    kept = row.difference * findings.setting.starting
    if not math.isfinite(kept) or kept < 1.0:
        return ""
    return f"{figures(cost.mean / kept)} {findings.setting.currency} for each customer kept"


def _said_with_payback(findings: Findings, goal: GoalFound) -> bool:
    return goal.measure == PAYBACK and findings.payback is not None and findings.payback.share >= HALF


def _paid_back(findings: Findings, best: str) -> str:
    found = findings.payback
    if found is None:
        return ""
    count = findings.setting.replications
    if found.share < HALF:
        only = "" if round(found.share * count) == 0 else "only "
        return f"paid back within {findings.setting.lasts} in {only}{in_runs(found.share, count)}"
    text = f"paid back in month {fixed(math.ceil(found.months))}"
    goals = [goal for goal in findings.goals if goal.measure == PAYBACK and best in goal.chance]
    if goals:
        wanted = goals[0].text.removeprefix("within ").removeprefix("at most ")
        return f"{text}, within the {wanted} of the goal in {in_runs(goals[0].chance[best], count)}"
    return text if round(found.share * count) == count else f"{text} (in {in_runs(found.share, count)})"


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
    return f"{'; '.join(texts)}." if texts else ""


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
    if findings.headline == "profit" or profit is None or profit.tie or profit.difference > 0.0:
        return text
    return f"{text} but lowers profit by {figures(-profit.difference)} {findings.setting.currency}"


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
