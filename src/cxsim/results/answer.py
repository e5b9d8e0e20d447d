"""The answer in sentences: generated from the tables, right also when the result is the opposite, a tie or nothing."""

from __future__ import annotations

import math

from cxsim import __version__
from cxsim.measures.catalog import CATALOG
from cxsim.results.facts import Facts, Row
from cxsim.results.goals import chance_of, goals_of
from cxsim.results.reasons import reasons_of
from cxsim.results.wording import (
    PER_100,
    chance,
    difference,
    figures,
    fixed,
    listed,
    number_word,
    of_100,
    places_for,
    quantity,
    shown,
    signed,
    span,
)
from cxsim.results.wording import limits as bounds
from cxsim.units import format_duration

HALF = 0.5
UNTESTED = "All of this is luck between runs only; it was not checked against what we are unsure of."


def answer(facts: Facts, command: str = "") -> str:
    """Return the answer as Markdown.

    Parameters
    ----------
    facts : Facts
    command : str
        The command that made it; empty from Python.
    """
    question = facts.experiment.scenario.document.question
    parts = [f"**Question.** {question}"] if question else []
    parts += [f"{number}. {text}" for number, text in enumerate(sentences(facts), start=1)]
    parts.append(provenance(facts, command))
    return "\n\n".join(parts) + "\n"


def sentences(facts: Facts) -> list[str]:
    """Return the sentences of the answer, most important first."""
    if not facts.others:
        return [_alone(facts)]
    ranked = facts.ranked(facts.headline)
    if not ranked:
        found = [_nothing(facts), *_others(facts, None), UNTESTED]
    else:
        best = ranked[0]
        found = [_winner(facts, best), _how_surely(facts, best), _talk(facts, best), _money(facts, best)]
        found += [_why(facts, best), *_others(facts, best), UNTESTED]
    return [text for text in found if text]


def winner(facts: Facts) -> str | None:
    """Return the policy that is best on the headline measure, None where none beats the reference."""
    ranked = facts.ranked(facts.headline) if facts.others else []
    return ranked[0] if ranked else None


def finding(facts: Facts) -> str:
    """Return the answer as one short sentence, for titles."""
    best = winner(facts)
    title = CATALOG[facts.headline].title
    if not facts.others:
        row = _row(facts, facts.headline, facts.reference)
        return f"{title[:1].upper()}{title[1:]}: {quantity(row.mean, row.unit)}"
    if best is None:
        return "Nothing here beats changing nothing"
    row = _row(facts, facts.headline, best)
    if facts.headline == "retention":
        kept = PER_100 * row.difference
        return f"{shown(best)} keeps {fixed(kept, places_for(kept))} more of every 100 customers than {facts.reference}"
    value, base = quantity(row.mean, row.unit), quantity(row.reference, row.unit)
    return f"{shown(best)} is best on {title}: {value}, {facts.reference} {base}"


def _row(facts: Facts, measure: str, policy: str) -> Row:
    row = facts.row(measure, policy)
    if row is None:
        raise KeyError(measure)
    return row


def _lasting(facts: Facts) -> str:
    return format_duration(facts.experiment.scenario.document.lasts)


def _unchanged(facts: Facts) -> str:
    return "if we change nothing" if facts.reference == "as-is" else f"under {shown(facts.reference)}"


def _alone(facts: Facts) -> str:
    policy = facts.reference
    row = _row(facts, facts.headline, policy)
    runs = _runs(facts)
    limits = (
        f" ({quantity(row.low, row.unit)} to {quantity(row.high, row.unit)}; {runs})" if math.isfinite(row.low) else ""
    )
    if facts.headline == "retention":
        return (
            f"Under {shown(policy)}, of every 100 who are with {facts.firm} today, {of_100(row.mean)} are still "
            f"with us after {_lasting(facts)}{limits}."
        )
    value = quantity(row.mean, row.unit, row.high - row.low)
    return f"Under {shown(policy)}, {CATALOG[facts.headline].title}: {value}{limits}."


def _winner(facts: Facts, best: str) -> str:
    row = _row(facts, facts.headline, best)
    if facts.headline == "retention":
        first = (
            f"{shown(best)} keeps the most customers: of every 100 who are with {facts.firm} today, "
            f"{of_100(row.mean)} are still with us after {_lasting(facts)}, against {of_100(row.reference)} "
            f"{_unchanged(facts)}"
        )
    else:
        first = (
            f"{shown(best)} is best on {CATALOG[facts.headline].title}: {quantity(row.mean, row.unit)}, against "
            f"{quantity(row.reference, row.unit)} {_unchanged(facts)}"
        )
    return first + _loses_money(facts, best) + _misses_goals(facts, best) + _disagreement(facts, best) + "."


def _loses_money(facts: Facts, best: str) -> str:
    profit = facts.row("profit", best)
    if profit is None or profit.tie or profit.difference > 0.0 or facts.headline == "profit":
        return ""
    return f"; but it lowers profit by {figures(-profit.difference)} {facts.currency}"


def _misses_goals(facts: Facts, best: str) -> str:
    missed = [(goal, chance_of(facts, goal, best)) for goal in goals_of(facts)]
    texts = [
        f"the goal of {goal.text} ({CATALOG[goal.measure].title}) is met in {chance(met)} of runs only"
        for goal, met in missed
        if met < HALF
    ]
    return f"; {listed(texts)}" if texts else ""


def _disagreement(facts: Facts, best: str) -> str:
    """Name the winner of the second measure, where it is another one, and what choosing it would cost."""
    for measure in facts.wanted[1:]:
        ranked = facts.ranked(measure)
        if not ranked or ranked[0] == best:
            continue
        gap = facts.between(measure, ranked[0], best)
        if not (gap.low > 0.0 or gap.high < 0.0):
            continue
        price = facts.between(facts.headline, best, ranked[0])
        unit, own = _row(facts, measure, best).unit, _row(facts, facts.headline, best).unit
        lost = difference(-price.mean, own) if facts.headline != "retention" else _people(-price.mean)
        return (
            f"; on {CATALOG[measure].title} {ranked[0]} is best ({difference(gap.mean, unit)} beside it), "
            f"at the price of {lost}"
        )
    return ""


def _people(difference_of_shares: float) -> str:
    value = PER_100 * difference_of_shares
    return f"{signed(fixed(value, places_for(value)))} in every 100 customers"


def _runs(facts: Facts) -> str:
    count = facts.experiment.replications
    return f"{count} runs" if count > 1 else "one run"


def _how_surely(facts: Facts, best: str) -> str:
    row = _row(facts, facts.headline, best)
    count = facts.experiment.replications
    limits = span(row.diff_low, row.diff_high, row.unit)
    if facts.headline == "retention":
        value = PER_100 * row.difference
        limits = bounds(row.diff_low, row.diff_high, row.unit)
        more = fixed(value, places_for(value, PER_100 * row.width))
        first = f"That is {more} more in every 100 ({limits}; {count} paired runs)"
    else:
        first = f"That is {difference(row.difference, row.unit, row.width)} ({limits}; {count} paired runs)"
    text = f"{first}; the chance that it is the best of the {number_word(len(facts.policies))} is {chance(row.best)}"
    level = facts.level_with(facts.headline, best)
    if level:
        text += f", and {listed(level)} cannot be told apart from it"
    note = facts.experiment.note
    return f"{text}. {note}" if note else f"{text}."


def _talk(facts: Facts, best: str) -> str:
    row = facts.row("won_by_recommendation", best)
    if row is None or not math.isfinite(row.mean):
        return ""
    mood = facts.row("nps_true", best)
    if row.tie:
        won = f"By word of mouth it wins {figures(row.mean)} customers a year"
        text = f"{won}, which cannot be told apart from {facts.reference} ({figures(row.reference)})"
    else:
        text = (
            f"It brings {figures(row.mean)} new customers a year by word of mouth instead of {figures(row.reference)} "
            f"({span(row.diff_low, row.diff_high, row.unit)})"
        )
    if mood is None or not math.isfinite(mood.difference):
        return f"{text}."
    if mood.tie:
        tie = f"cannot be told apart from {facts.reference} ({fixed(mood.reference)})"
        return f"{text}; our true NPS ({fixed(mood.mean)}) {tie}."
    verb = "lifts" if mood.difference > 0.0 else "lowers"
    return f"{text}, and it {verb} our true NPS from {fixed(mood.reference)} to {fixed(mood.mean)}."


def _money(facts: Facts, best: str) -> str:
    cost, profit = facts.row("policy_cost", best), facts.row("profit", best)
    if cost is None:
        return ""
    text = f"It costs {figures(cost.mean)} {facts.currency} over the {_lasting(facts)}"
    if cost.mean < 0.0:
        text = f"It saves {figures(-cost.mean)} {facts.currency} over the {_lasting(facts)}"
    if profit is None:
        return f"{text}."
    if profit.tie:
        return f"{text}; its profit cannot be told apart from {facts.reference} ({span(*profit[7:9], profit.unit)})."
    more = "more" if profit.difference > 0.0 else "less"
    limits = span(profit.diff_low, profit.diff_high, profit.unit)
    amount = figures(abs(profit.difference))
    return f"{text} and leaves {amount} {facts.currency} {more} profit than {facts.reference} ({limits})."


def _why(facts: Facts, best: str) -> str:
    if facts.headline != "retention":
        return ""
    table = reasons_of(facts.contrast, facts.firm, best)
    total = round(float(table["kept_more"].iloc[-1]), 1)
    parts = [(row["reason"], round(row["kept_more"], 1)) for row in table.iloc[:-1].to_dict("records")]
    named = sorted((part for part in parts if abs(part[1]) >= HALF), key=lambda part: -abs(part[1]))
    rest = round(total - sum(value for _, value in named), 1)
    texts = [f"{signed(fixed(value, 1))} {reason}" for reason, value in named]
    if rest:
        texts.append(f"{signed(fixed(rest, 1))} joint")
    if not texts:
        return ""
    adds_up = f"which adds up to {signed(fixed(total, 1))}"
    return f"Of every 100, by the reason they would have been lost for: {listed(texts)}, {adds_up}."


def _nothing(facts: Facts) -> str:
    row = _row(facts, facts.headline, facts.reference)
    if facts.experiment.replications == 1:
        return "One run cannot tell luck from effect: nothing can be said about any policy; ask for more replications."
    title = CATALOG[facts.headline].title
    widest = max((facts.row(facts.headline, policy) for policy in facts.others), key=_half_width)
    first = f"Nothing here beats changing nothing ({title}: {quantity(row.mean, row.unit)})"
    if widest is None or not math.isfinite(_half_width(widest)):
        return f"{first}."
    seen = difference(_half_width(widest), row.unit).removeprefix("+")
    return f"{first}. These {facts.experiment.replications} paired runs could have seen a difference of about {seen}."


def _half_width(row: Row | None) -> float:
    return (row.diff_high - row.diff_low) / 2.0 if row is not None else math.nan


def _others(facts: Facts, best: str | None) -> list[str]:
    """Say of every other policy whether it works, cannot be told apart from the reference, or does harm."""
    found = []
    name = "changing nothing" if facts.reference == "as-is" else shown(facts.reference)
    for policy in facts.others:
        row = _row(facts, facts.headline, policy)
        limits = span(row.diff_low, row.diff_high, row.unit)
        gap = difference(row.difference, row.unit, row.width)
        verdict = facts.verdict(facts.headline, policy)
        if policy == best:
            continue
        if verdict == "better":
            found.append(f"{shown(policy)} is better than {name} too: {gap} ({limits}).")
        elif facts.experiment.replications == 1:
            found.append(f"{shown(policy)}: {gap} in this one run.")
        elif verdict == "tie":
            found.append(f"{shown(policy)} cannot be told apart from {name} ({gap}; {limits}).")
        else:
            found.append(f"{shown(policy)} is worse than {name}: {gap} ({limits}).")
    return found


def provenance(facts: Facts, command: str = "") -> str:
    """Return the small last line: what made this, and how to make it again where a command did."""
    made = facts.experiment
    market = made.scenario.document.market
    people = f"{fixed(market.customers)} customers, " if market else ""
    runs = f"{made.replications} replications, seed {made.seed}, cxsim {__version__}, {made.engine} engine"
    again = f"; made again by `{command}`" if command else ""
    return f"<small>`{made.scenario.name}`, {people}{runs}{again}</small>"
