"""The console summary: the same facts in a few lines that fit 80 columns and can be read aloud."""

from __future__ import annotations

import math
import unicodedata
from typing import Final

from cxsim.measures.catalog import CATALOG
from cxsim.results.belief import named, start_apart, to_change
from cxsim.results.collect import collect
from cxsim.results.facts import Facts
from cxsim.results.findings import Findings, GoalFound, Row
from cxsim.results.sentences import ON_THE_SAME_LUCK, against_reference, best_first, goal_named
from cxsim.results.strain import MORE_WORK, full_touchpoints, nobody_made_good
from cxsim.results.wording import (
    MINUS,
    PER_100,
    best_of,
    chance,
    columns,
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

WIDTH: Final = 80
LABEL: Final = 16
NAMED: Final = 26
MOST_LINES: Final = 4
RETENTION: Final = "retention"


def summary(facts: Facts, command: str = "") -> list[str]:
    """Return the lines of the console summary, each at most 80 columns wide.

    Parameters
    ----------
    facts : Facts
    command : str
        The command that made it; empty from Python.
    """
    return lines_of(collect(facts, command))


def lines_of(findings: Findings) -> list[str]:
    """Return the lines of the console summary from the facts."""
    lines = [_head(findings)]
    if not findings.others:
        lines += _alone(findings) + _own_figures(findings) + _wants(findings)
    else:
        if findings.setting.replications > 1:
            changes = "as-is: nothing is changed; " if findings.reference == "as-is" else ""
            lines.append(f"({changes}paired: {ON_THE_SAME_LUCK})")
        first, last = (_own_figures(findings), []) if findings.doubtful else ([], _own_figures(findings))
        lines += first + _winning(findings) + _recommended(findings) + _money(findings) + _goals(findings)
        lines += _others(findings) + _openings(findings) + last + _wants(findings)
        lines += _sure(findings) + _wrong_if(findings)
    return [unicodedata.normalize("NFC", line).replace(MINUS, "-") for line in lines]


def _head(findings: Findings) -> str:
    setting = findings.setting
    count = len(findings.others)
    what = f"{count} {'policy' if count == 1 else 'policies'} and {findings.reference}" if count else findings.reference
    what += f" from {setting.begin}" if count and setting.begin else ""
    paired = "paired runs" if count else "runs"
    runs = "1 run" if setting.replications == 1 else f"{setting.replications} {paired}"
    followed = "" if setting.scale == 1.0 else f", {100.0 * setting.scale:.3g} % followed"
    left = f"{setting.scenario}: {what}, {runs}, {setting.lasts}{followed}"
    right = f"{setting.wall_s:.0f} s"
    return f"{padded(cut(left, WIDTH - len(right) - 2), WIDTH - len(right))}{right}"


def cut(text: str, width: int) -> str:
    """Cut what is too wide; a letter is never parted from its marks."""
    if columns(text) <= width:
        return text
    kept = unicodedata.normalize("NFC", text)
    while columns(kept) > width - 2:
        kept = kept[:-1]
    return f"{kept}.."


def padded(text: str, width: int) -> str:
    """Fill a text with spaces up to a width in columns of a terminal."""
    return text + " " * max(0, width - columns(text))


def _wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines at its spaces; a word that is wider than a line is broken too."""
    lines = [""]
    for word in text.split():
        rest = word
        if lines[-1] and columns(f"{lines[-1]} {rest}") <= width:
            lines[-1] += f" {rest}"
            continue
        if lines[-1]:
            lines.append("")
        while columns(rest) > width:
            size = next(end for end in range(len(rest), 0, -1) if columns(rest[:end]) <= width)
            lines[-1:] = [rest[:size], ""]
            rest = rest[size:]
        lines[-1] = rest
    return lines


def labelled(label: str, text: str) -> list[str]:
    """Put a text beside a label, on more lines where it is long."""
    parts = _wrapped(text, WIDTH - LABEL)
    # A label that is too wide stands alone; one that just fills its place keeps a space behind it.
    wide = columns(label) >= LABEL
    texts = [cut(label, WIDTH)] if wide else []
    return texts + [
        f"{padded(name, LABEL)}{part}".rstrip()
        for name, part in zip(["" if wide else label, *[""] * len(parts)], parts, strict=False)
    ]


def _beside(findings: Findings, label: str, policy: str, text: str) -> list[str]:
    """Put a policy beside a label, and a text beside it or under it."""
    name = shown(policy)
    width = min(NAMED, max(columns(shown(other)) for other in findings.policies)) + 2
    whole = f"{padded(name, width)}{text}"
    if columns(name) < width and columns(whole) <= WIDTH - LABEL:
        return _line_kept(label, whole)
    return [*labelled(label, name), *labelled("", text)]


def _line_kept(label: str, text: str) -> list[str]:
    return [f"{padded(label, LABEL)}{text}".rstrip()]


def _alone(findings: Findings) -> list[str]:
    lines = []
    asked = list(dict.fromkeys(measure for measure, _ in findings.rows))
    for name in dict.fromkeys((findings.headline, *USUAL)):
        row = findings.row(name, findings.reference) if name in asked else None
        if row is None or (name == "wages" and row.mean == 0.0):
            continue
        value = f"{quantity(row.mean, row.unit, row.high - row.low)} ({limits(row.low, row.high, row.unit)})"
        lines.append(cut(f"  {padded(cut(CATALOG[name].title, 38), 38)}  {value}", WIDTH))
    return lines


USUAL: Final = (
    "retention", "customers", "nps", "nps_true", "csat_true", "churn", "won_by_recommendation", "rated_poor",
    "silent_exits", "wait_mean", "share_queued", "abandonment_rate", "service_level", "occupancy", "revenue", "wages",
    "profit",
)  # fmt: skip


def _winning(findings: Findings) -> list[str]:
    label = "Keeps most" if findings.headline == RETENTION else "Best"
    best = findings.winner
    row = None if best is None else findings.row(findings.headline, best)
    if best is None or row is None:
        return _nothing(findings, label)
    if findings.headline == RETENTION:
        value = PER_100 * row.difference
        more = signed(fixed(value, places_for(value, PER_100 * row.width)))
        stay = f"{of_100(row.mean)} of 100 stay, {findings.reference} {of_100(row.reference)}"
        text = f"{stay}  {more} ({limits(row.diff_low, row.diff_high, row.unit)})"
    else:
        values = f"{findings.headline} {quantity(row.mean, row.unit)}"
        text = f"{values}, {findings.reference} {quantity(row.reference, row.unit)}  {_apart(row)}"
    lines = _beside(findings, label, best, text)
    if findings.level:
        lines += labelled("", f"cannot be told apart from {listed([shown(policy) for policy in findings.level])}")
    return lines


def _nothing(findings: Findings, label: str) -> list[str]:
    if findings.setting.replications == 1:
        return labelled(label, "nothing can be said: one run cannot tell luck from effect")
    text = f"nothing here beats changing {'nothing' if findings.reference == 'as-is' else shown(findings.reference)}"
    unit = CATALOG[findings.headline].unit
    if math.isfinite(findings.seen):
        shown_unit = findings.setting.currency if unit == "money" else unit
        seen = difference(findings.seen, shown_unit).removeprefix("+")
        text += f"; these runs would have found {seen.replace('percentage points', 'points')}"
    return labelled(label, text)


def _apart(row: Row) -> str:
    gap = difference(row.difference, row.unit, row.width).replace("percentage points", "points")
    return f"{gap} ({span(row.diff_low, row.diff_high, row.unit)})"


def _recommended(findings: Findings) -> list[str]:
    best = findings.talk
    if findings.setting.replications == 1:
        return []
    if best is None:
        there = any(measure == "won_by_recommendation" for measure, _ in findings.rows)
        return labelled("Word of mouth", "no policy wins more customers by word of mouth") if there else []
    row = findings.row("won_by_recommendation", best.policy)
    if row is None:
        return []
    text = f"{signed(figures(row.difference))} customers a year ({span(row.diff_low, row.diff_high, row.unit)})"
    return _beside(findings, "Word of mouth", best.policy, text)


def _money(findings: Findings) -> list[str]:
    best = findings.winner
    cost, profit = (None if best is None else findings.row(name, best) for name in ("policy_cost", "profit"))
    if cost is None:
        return []
    if profit is None or not math.isfinite(profit.difference):
        return labelled("Costs", f"{figures(cost.mean)} {findings.setting.currency}")
    amount = f"{' / '.join(_alike(cost.mean, profit.difference))} {findings.setting.currency}"
    if profit.tie:
        sure = span(profit.diff_low, profit.diff_high, profit.unit)
        amount = f"{figures(cost.mean)} {findings.setting.currency} / profit cannot be told apart ({sure})"
    elif profit.difference < 0.0:
        amount += " (less profit than before)"
    return labelled("Costs / earns", amount + _paid_back(findings))


def _alike(cost: float, gain: float) -> tuple[str, str]:
    """Write two sums of money to the same place: two figures of the smaller one, but no parts of one."""
    sizes = [math.floor(math.log10(abs(sum_))) for sum_ in (cost, gain) if sum_ and math.isfinite(sum_)]
    places = min(0, 1 - min(sizes)) if sizes else 0
    return fixed(round(cost, places)), signed(fixed(round(gain, places)))


def _paid_back(findings: Findings) -> str:
    found = findings.payback
    if found is None or (found.share > 0.0 and not math.isfinite(found.months)):
        return ""
    if 2.0 * found.share < 1.0:
        only = "" if round(found.share * findings.setting.replications) == 0 else "only "
        return f", paid back in {only}{in_runs(found.share, findings.setting.replications)}"
    return f", paid back in month {fixed(math.ceil(found.months))}"


def _goals(findings: Findings) -> list[str]:
    best = findings.winner
    goals = [goal for goal in findings.goals if best is not None and math.isfinite(goal.chance.get(best, math.nan))]
    return labelled("Goals", _in_short(findings, goals, best)) if goals and best is not None else []


def _in_short(findings: Findings, goals: list[GoalFound], best: str) -> str:
    by_runs: dict[str, list[str]] = {}
    for goal in goals:
        runs = in_runs(goal.chance[best], findings.setting.replications)
        by_runs.setdefault(runs, []).append(goal_named(goal))
    return "; ".join(f"{listed(names)} in {runs}" for runs, names in by_runs.items())


def _others(findings: Findings) -> list[str]:
    lines: list[str] = []
    tie = "No difference" if findings.setting.replications > 1 else "In one run"
    rows = [(policy, findings.row(findings.headline, policy)) for policy in best_first(findings)]
    for verdict, label in (("better", "Better too"), ("tie", tie), ("worse", "Worse")):
        found = [
            (policy, row)
            for policy, row in rows
            if row is not None and policy != findings.winner and against_reference(findings, row) == verdict
        ]
        for policy, row in found[:MOST_LINES]:
            lines += _beside(findings, label, policy, _gap(findings, row) + _price(findings, policy))
            label = ""  # noqa: PLW2901 -- said once for all its lines
        if len(found) > MOST_LINES:
            lines += labelled("", f"and {len(found) - MOST_LINES} more, see answer.md")
    return lines


def _gap(findings: Findings, row: Row) -> str:
    if findings.headline != RETENTION:
        return _apart(row)
    value = PER_100 * row.difference
    gap = signed(fixed(value, places_for(value, PER_100 * row.width)))
    sure = span(row.diff_low, row.diff_high, row.unit)
    return f"{gap} ({sure})" if math.isfinite(row.width) else gap


def _price(findings: Findings, policy: str) -> str:
    profit = findings.row("profit", policy)
    if findings.headline == "profit" or profit is None or profit.tie:
        return ""
    return f", profit {signed(figures(profit.difference))} {findings.setting.currency}"


def _openings(findings: Findings) -> list[str]:
    lines = []
    for opening in findings.openings:
        text = f"{findings.reference} loses {figures(opening.reference)} in {number_word(opening.months)} months"
        label, text = f"When {opening.firm} opens", f"{text}, best policy {figures(opening.winner)}"
        whole = f"{label}   {text}"
        lines += [whole] if columns(whole) <= WIDTH else labelled(label, text)
    return lines


def _own_figures(findings: Findings) -> list[str]:
    apart = start_apart(findings).removeprefix("at the start ")
    begun = labelled("At the start", apart) if apart else []
    if not findings.records:
        return begun
    met = sum(bool(record.met) for record in findings.records)
    text = f"{met} of {len(findings.records)} met by the model"
    wrong = [
        f"{named(record.figure)} too {'high' if record.simulated > record.recorded else 'low'}"
        for record in findings.records
        if not record.met
    ]
    if findings.doubtful:
        text = f"only {text}: what follows holds only if the model were right"
    lines = labelled("Own figures", f"{text}; {', '.join(wrong)}" if wrong else text)
    change = to_change(findings).removeprefix("to bring it nearer: ")
    return lines + (labelled("Change first", change) if change else []) + begun


def _wants(findings: Findings) -> list[str]:
    """Say what breaks under the load, and which answers to complaints make nobody whole."""
    texts = ("Too much work", full_touchpoints(findings)), ("Complaints", nobody_made_good(findings))
    return [line for label, text in texts if text for line in labelled(label, text.removeprefix(MORE_WORK))]


def _sure(findings: Findings) -> list[str]:
    texts = []
    row = None if findings.winner is None else findings.row(findings.headline, findings.winner)
    if row is not None and math.isfinite(row.best):
        counted = best_of(findings.best_runs, findings.setting.replications)
        texts.append(f"best in {counted}" if findings.is_counted else f"best with chance {chance(row.best)}")
    worlds = findings.worlds
    if worlds is not None and worlds.worlds:
        held = "best in" if findings.winner is None else "in"
        texts.append(f"{held} {worlds.best} of {worlds.worlds} worlds we cannot rule out")
        return labelled("Sure?", ", ".join(texts))
    lines = labelled("Sure?", "; ".join([*texts, "not checked against what we are unsure of"]))
    if findings.setting.with_worlds:
        first = "" if findings.setting.unsure else "write ranges under `unsure`, then "
        lines += labelled("Left out", f"worlds: {first}run `{findings.setting.with_worlds}`")
    return lines


def _wrong_if(findings: Findings) -> list[str]:
    if findings.worlds is None or not findings.worlds.turns:
        return []
    return labelled("Wrong if", ", or ".join(turn.when for turn in findings.worlds.turns))
