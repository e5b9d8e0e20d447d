"""Sentences about which factors matter; each holds also when nothing can be told, or luck explains everything."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from cxsim.experiments.indices import RANKED_BY
from cxsim.experiments.sensitivity import MORRIS, ONE_AT_A_TIME, PAWN, SOBOL, Output
from cxsim.measures.catalog import CATALOG
from cxsim.results.wording import PER_100, difference, figures, fixed, limits, listed, quantity, span

if TYPE_CHECKING:
    from cxsim.results.sensitivity import Sensitivity

MOST_NAMED: Final = 3
MUCH_LUCK: Final = 0.5
HARDLY: Final = 0.05  # of the variance
HARDLY_ANY: Final = 0.005
STEADY: Final = 0.9  # nearly all effects have one sign
BENT: Final = 0.5


def what_of(output: Output) -> str:
    """Name an output: ``retention under as-is``, ``what make-good changes of retention``."""
    title = CATALOG[output.measure].title
    return f"what {output.policy} changes of {title}" if output.difference else f"{title} under {output.policy}"


def sentences(found: Sensitivity) -> list[tuple[str, str]]:
    """Return the sentences of the answer, each with the words in front of it."""
    parts = (
        ("What matters most", headline(found)),
        ("By how much", _amounts(found)),
        ("What matters little", _rest(found)),
        ("Together", _together(found)),
        ("Luck", _luck(found)),
        ("Mind", _mind(found)),
    )
    return [(label, text) for label, text in parts if text]


def headline(found: Sensitivity) -> str:
    """Say which factor matters most, or that nothing can be said."""
    made, what = found.indices, what_of(found.output)
    if made.flat:
        return (
            f"No factor can be told apart from luck: within these ranges nothing is known to move {what}. "
            "More replications or points, or wider ranges, may tell."
        )
    rows = _ranked(found)
    first = rows[0]
    return f"{_capital(what)} is moved most by {first['factor']}: {_said(found, first)}.{_others(found, rows[1:])}"


def _others(found: Sensitivity, rows: list[dict[str, Any]]) -> str:
    apart = [row for row in rows if row["told_apart"]][: MOST_NAMED - 1]
    if not apart:
        return " No other factor can be told apart from none."
    named = [f"{row['factor']} ({_figure(found, row)})" for row in apart]
    return f" Then {listed(named)}."


def _said(found: Sensitivity, row: dict[str, Any]) -> str:
    method = found.design.method
    if method == SOBOL:
        alone = _row(found, row["factor"], "S1")
        return (
            f"it makes {_percent(row['value'])} of the variance ({limits(row['ci_low'], row['ci_high'], 'share')}) "
            f"with all interactions, {_percent(alone['value'])} alone"
        )
    if method == MORRIS:
        way = _row(found, row["factor"], "mu")
        steady = abs(way["value"]) > STEADY * abs(row["value"])
        side = ("it goes up" if way["value"] > 0.0 else "it goes down") if steady else "up here, down there"
        size = difference(abs(row["value"]), found.unit).removeprefix("+")
        return f"from one end of its range to the other it changes by {size} on average ({side})"
    if method == PAWN:
        return (
            f"held in a part of its range it shifts the whole distribution by {figures(row['value'])} (0: not at all, "
            f"1: altogether; a factor that does nothing shows up to {figures(found.indices.dummy)})"
        )
    ends = _end(found, row["factor"])
    moved = f"from {ends['low_setting']} to {ends['high_setting']}"
    return f"{moved}, all else as written, it changes by {_swing(found, ends)}"


def _amounts(found: Sensitivity) -> str:
    """Say what moving the first factors does in the unit of the measure, where the index itself does not."""
    if found.indices.flat or found.design.method in {MORRIS, ONE_AT_A_TIME}:
        return ""
    told = []
    for row in _ranked(found)[:MOST_NAMED]:
        ends = _end(found, row["factor"])
        if row["told_apart"] and ends["told_apart"]:
            told.append(f"{row['factor']} {_swing(found, ends)}")
    if not told:
        return "No factor moves the mean surely from its lowest to its highest quarter: what matters goes both ways."
    return f"From the lowest to the highest quarter of its range, the others anywhere in theirs: {'; '.join(told)}."


def _rest(found: Sensitivity) -> str:
    if found.indices.flat:
        return ""
    names = [str(row["factor"]) for row in _ranked(found) if not row["told_apart"]]
    if found.design.method == SOBOL:
        small = [r for r in _ranked(found) if not r["told_apart"] and r["ci_high"] <= HARDLY]
        if small and len(small) == len(names):
            most = f"at most {fixed(PER_100 * HARDLY)} % of the variance"
            return f"{_capital(most)} each can come from {listed(names)}: they may be fixed anywhere."
    if not names:
        return ""
    return f"Not told apart from luck, which is no proof of no effect: {listed(names)}."


def _together(found: Sensitivity) -> str:
    made = found.indices
    if made.flat:
        return ""
    if found.design.method == MORRIS:
        bent = [
            str(row["factor"])
            for row in _ranked(found)
            if row["told_apart"] and _row(found, row["factor"], "sigma")["value"] > BENT * abs(row["value"])
        ]
        if not bent:
            return ""
        verb = "depends" if len(bent) == 1 else "depend"
        return f"What {listed(bent[:MOST_NAMED])} does {verb} much on where the others stand, or on where it begins."
    if found.design.method != SOBOL or made.pairs.empty:
        return ""
    pairs = made.pairs[made.pairs["told_apart"].astype(bool)].sort_values("value", ascending=False, kind="stable")
    if pairs.empty:
        return "No two factors can be told to act together beyond what each does alone."
    best = pairs.iloc[0]
    return (
        f"Most is done together by {best['factor']} and {best['other']}: {_percent(float(best['value']))} of "
        f"the variance ({limits(float(best['ci_low']), float(best['ci_high']), 'share')}) is neither's alone."
    )


def _luck(found: Sensitivity) -> str:
    made = found.indices
    if not math.isfinite(made.noise):
        return ""
    share = _percent(made.noise) if made.noise >= HARDLY_ANY else "hardly anything"
    between = "elementary effects" if found.design.method == MORRIS else "the differences between points"
    text = f"Of {between}, {share} is luck that {made.replications} replications leave"
    if found.design.method == PAWN:
        return f"{text}; it blurs distributions and makes indices smaller."
    text += "; it is taken off."
    if made.noise > MUCH_LUCK:
        text += " That is much: more replications would narrow the intervals."
    return text


def _mind(found: Sensitivity) -> str:
    lost = found.indices.lost
    part = {SOBOL: "base points", MORRIS: "trajectories"}.get(found.design.method, "points")
    left = f" {lost} {part} are left out because runs failed." if lost else ""
    return f"All this holds for the ranges that were given: a wider range makes a factor matter more.{left}"


def _ranked(found: Sensitivity) -> list[dict[str, Any]]:
    table = found.indices.table
    rows = table[table["index"] == RANKED_BY[found.design.method]]
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]


def _row(found: Sensitivity, factor: str, index: str) -> dict[str, Any]:
    table = found.indices.table
    row = table[(table["factor"] == factor) & (table["index"] == index)].iloc[0]
    return {str(key): value for key, value in row.items()}


def _end(found: Sensitivity, factor: str) -> dict[str, Any]:
    mains = found.indices.mains
    return {str(key): value for key, value in mains[mains["factor"] == factor].iloc[0].items()}


def _swing(found: Sensitivity, ends: dict[str, Any]) -> str:
    width = ends["swing_ci_high"] - ends["swing_ci_low"]
    middle = difference(ends["swing"], found.unit, width)
    return f"{middle} ({span(ends['swing_ci_low'], ends['swing_ci_high'], found.unit)})"


def _figure(found: Sensitivity, row: dict[str, Any]) -> str:
    method = found.design.method
    if method == SOBOL:
        return _percent(row["value"])
    if method == PAWN:
        return figures(row["value"])
    if method == ONE_AT_A_TIME:
        return _swing(found, _end(found, row["factor"]))
    return difference(abs(row["value"]), found.unit).removeprefix("+")


def _percent(share: float) -> str:
    return quantity(share, "share")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
