"""The sentences about what comes of the policy that wins: what customers tell others, and the money.

Each function takes the findings and returns its sentence, or an empty text where its facts do not exist.
"""

from __future__ import annotations

import math
from typing import Final

from cxsim.results.findings import Findings, GoalFound, Row
from cxsim.results.sentences import HALF, PAYBACK, RETENTION, goals_met, nothing_changed
from cxsim.results.wording import (
    PER_100,
    figures,
    fixed,
    in_runs,
    limits,
    listed,
    shown,
    signed,
    span,
)

MEASURING_GAP: Final = 5.0  # points (or of every 100): from here on, what a survey shows is not what is true


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
    text = f"It {verb} {figures(abs(cost.mean))} {findings.setting.currency} {_over_the_time(findings)}"
    text += _profit(findings, best)
    revenue = findings.row("revenue", best)
    if revenue is not None and not revenue.tie and revenue.difference < 0.0:
        given = f"{figures(-revenue.difference)} {findings.setting.currency}"
        text += f" (revenue given up, {given}, is not in the cost but in the profit)"
    details = [part for part in (_per_customer(findings, best, cost), _paid_back(findings, best)) if part]
    if details:
        text += f", {', '.join(details)}"
    met = [
        goal
        for goal in findings.goals
        if goal.chance.get(best, math.nan) >= HALF and not _said_with_payback(findings, goal)
    ]
    return f"{text}; {goals_met(findings, met, best)}." if met else f"{text}."


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
    return f"at a cost of {figures(cost.mean / kept)} {findings.setting.currency} for each customer kept"


def _said_with_payback(findings: Findings, goal: GoalFound) -> bool:
    return goal.measure == PAYBACK and findings.payback is not None and findings.payback.share >= HALF


def _paid_back(findings: Findings, best: str) -> str:
    found = findings.payback
    if found is None:
        return ""
    count = findings.setting.replications
    goals = [goal for goal in findings.goals if goal.measure == PAYBACK and best in goal.chance]
    if found.share < HALF:
        if goals:
            return ""  # the first sentence has said that the goal is missed
        only = "" if round(found.share * count) == 0 else "only "
        return f"paid back within {findings.setting.lasts} in {only}{in_runs(found.share, count)}"
    text = f"paid back in month {fixed(math.ceil(found.months))}"
    if goals:
        wanted = goals[0].text.removeprefix("within ").removeprefix("at most ")
        return f"{text}, within the {wanted} of the goal in {in_runs(goals[0].chance[best], count)}"
    return text if round(found.share * count) == count else f"{text} (in {in_runs(found.share, count)})"


def _over_the_time(findings: Findings) -> str:
    """Write ``over the 4 years``."""
    return f"over the {findings.setting.lasts.removeprefix('1 ')}"
