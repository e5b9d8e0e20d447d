"""Cost against what the policies are ranked by."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from cxsim.measures.catalog import CATALOG
from cxsim.results.book.entry import Entry, source
from cxsim.results.facts import Facts
from cxsim.results.wording import PER_100, fixed, listed, quantity

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.charts.figure import Draw

COST: Final = "policy_cost"
MOST_NAMES: Final = 3


def reached(facts: Facts) -> str:
    """Return what the cost is set against: retention where it is known, else the measure that ranks the policies."""
    return "retention" if facts.has("retention") else facts.headline


def frontier_table(facts: Facts) -> pd.DataFrame:
    """Return cost and reach of every policy with 95 % intervals of the means, and whether it is on the front.

    A policy is on the front where no other one costs at most as much and reaches at least as much, one of them truly
    (Pareto), by the means. The reference costs nothing more than itself.
    """
    import pandas as pd

    measure = reached(facts)
    found = []
    for policy in facts.policies:
        cost, value = facts.row(COST, policy), facts.row(measure, policy)
        if value is None or not math.isfinite(value.mean):
            continue
        if policy == facts.reference:
            money = (0.0, 0.0, 0.0)
        elif cost is None or not math.isfinite(cost.mean):
            continue
        else:
            money = (cost.mean, cost.low, cost.high)
        found.append((policy, *money, value.mean, value.low, value.high))
    better = CATALOG[measure].better
    sign = 1.0 if better == "higher" else -1.0
    front = on_front([(row[1], sign * row[4]) for row in found])
    names = ["policy", "cost", "cost_low", "cost_high", "value", "value_low", "value_high"]
    table = pd.DataFrame(found, columns=names)
    unit = next((row.unit for row in [facts.row(measure, facts.reference)] if row is not None), "")
    return table.assign(on_front=[float(on) for on in front], unit=unit, better=better)


def on_front(points: list[tuple[float, float]]) -> list[bool]:
    """Tell of each (cost, gain) whether no other one is at most as dear and at least as good, and one of them truly."""
    return [
        not any(other[0] <= cost and other[1] >= gain and (other[0] < cost or other[1] > gain) for other in points)
        for cost, gain in points
    ]


def _title(facts: Facts) -> str:
    """Say which policies are on the front, and what the dearest of them buys a customer kept for."""
    table = frontier_table(facts)
    if table.empty:
        return "Cost against what it reaches"
    front = table[(table["on_front"] > 0.0) & (table["policy"] != facts.reference)].sort_values("cost")
    if front.empty:
        return f"No policy does better than {facts.reference}, whatever it costs"
    names = [str(name) for name in front["policy"]]
    best = front.iloc[-1]
    row = facts.row(reached(facts), names[-1])
    said = ""
    if row is not None and math.isfinite(best["cost"]):
        money = f"{fixed(round(best['cost'], -3) if abs(best['cost']) > PER_100**2 else best['cost'])} {facts.currency}"
        said = f"; {names[-1]} reaches {quantity(row.mean, row.unit)} for {money}"
    title = CATALOG[reached(facts)].title
    if level(facts, table):
        said += "; not all of it can be told from luck"
    if len(names) > MOST_NAMES:
        return f"By the means, {len(names)} of {len(facts.others)} policies lie on the front of cost and {title}{said}"
    return f"By the means, no cheaper policy beats {listed(names)} on {title}{said}"


def level(facts: Facts, table: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the neighbours on the front whose paired difference in reach cannot be told from nothing.

    There the step of the front may be luck. With one run nothing is told.
    """
    if facts.experiment.replications == 1:
        return []
    front = [str(name) for name in table[table["on_front"] > 0.0].sort_values("cost")["policy"]]
    pairs = list(pairwise(front))
    gaps = [facts.between(reached(facts), dearer, cheaper, len(pairs)) for cheaper, dearer in pairs]
    return [pair for pair, gap in zip(pairs, gaps, strict=True) if not (gap.low > 0.0 or gap.high < 0.0)]


def _footnote(facts: Facts) -> str:
    """Say where the data is from, which steps may be luck, who is left out, and what is no cost."""
    table = frontier_table(facts)
    told = [source(facts)]
    if ties := level(facts, table):
        pairs = "; ".join(f"{cheaper} and {dearer}" for cheaper, dearer in ties[:MOST_NAMES])
        more = f"; {len(ties) - MOST_NAMES} pairs more" if len(ties) > MOST_NAMES else ""
        told.append(f"Cannot be told apart: {pairs}{more}.")
    drawn = set(table["policy"])
    lacking = [policy for policy in facts.policies if policy not in drawn]
    if lacking:
        more = f" and {len(lacking) - MOST_NAMES} more" if len(lacking) > MOST_NAMES else ""
        named = ", ".join(lacking[:MOST_NAMES]) if more else listed(lacking)
        told.append(f"Left out, without a known cost or result: {named}{more}.")
    told.append("Revenue given up by a lower price is no cost here.")
    return " ".join(told)


def _options(facts: Facts) -> dict[str, Any]:
    return {"measure": CATALOG[reached(facts)].title, "currency": facts.currency}


def _draw() -> Draw:
    from cxsim.charts.frontier import frontier

    return frontier


ENTRY: Final = Entry(
    "frontier", "appendix", "Cost against customers kept", _draw, frontier_table, _title, _options,
    is_among_policies=True, footnote=_footnote,
)  # fmt: skip
