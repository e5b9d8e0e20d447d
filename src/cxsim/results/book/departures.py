"""From as-is to the policy beside it: customers kept more and fewer, by the reason for leaving."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from cxsim.charts.words import label
from cxsim.charts.words import said as in_words
from cxsim.results.book.entry import Entry
from cxsim.results.book.shown import beside
from cxsim.results.facts import Facts
from cxsim.results.reasons import KEPT, why
from cxsim.results.wording import PER_100, fixed, signed

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.charts.figure import Draw

UNIT: Final = "of 100 customers"
SHOWN: Final = 0.05  # of 100 customers: a smaller change goes to the others
NOTHING: Final = 1e-9
OTHERS: Final = label("all other reasons")
COLUMNS: Final = ("name", "kind", "value", "ci_low", "ci_high", "unit")


def departures_table(facts: Facts) -> pd.DataFrame:
    """Return who is kept under as-is, what the policy changes by reason, and who is kept under it.

    Per 100 starting customers, intervals 95 % and paired; the parts add up to the difference of the totals exactly.
    Reasons that change by less than 0.05 are put together, without an interval.
    """
    import pandas as pd

    policy = beside(facts)
    rows: list[tuple[str, str, float, float, float, str]] = []
    if policy is None or not facts.has("retention"):
        return pd.DataFrame(rows, columns=list(COLUMNS))
    found = why(facts, policy)
    parts = found[found["reason"] != KEPT]
    total = found[found["reason"] == KEPT].iloc[0]
    ordered = parts.sort_values("kept_more", key=abs, ascending=False, kind="stable")
    rows.append(_total(facts, facts.reference, float(total["reference_per_100"])))
    rest = 0.0
    for row in ordered.to_dict("records"):
        change = float(row["kept_more"])
        if not math.isfinite(change) or abs(change) < SHOWN:
            rest += change if math.isfinite(change) else 0.0
        else:
            # A policy may be called like a reason.
            name = row["reason"] if row["reason"] not in {policy, facts.reference} else f"{row['reason']} (reason)"
            rows.append((name, "part", change, float(row["ci_low"]), float(row["ci_high"]), UNIT))
    if abs(rest) > NOTHING:
        rows.append((OTHERS, "part", rest, math.nan, math.nan, UNIT))
    rows.append(_total(facts, policy, float(total["per_100"])))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _total(facts: Facts, policy: str, kept: float) -> tuple[str, str, float, float, float, str]:
    row = facts.row("retention", policy)
    low, high = (PER_100 * row.low, PER_100 * row.high) if row is not None else (math.nan, math.nan)
    return policy, "total", kept, low, high, UNIT


def _title(facts: Facts) -> str:
    """Say by which reason most of the difference comes about."""
    table = departures_table(facts)
    if table.empty:
        return "Customers kept, by reason"
    first, last = table.iloc[0], table.iloc[-1]
    row = facts.row("retention", str(last["name"]))
    parts = table[(table["kind"] == "part") & (table["name"] != OTHERS)]
    if row is None or row.tie or parts.empty:
        return f"Customers kept under {last['name']} and {first['name']} cannot be told apart"
    gain = last["value"] - first["value"]
    way = "more" if gain > 0.0 else "fewer"
    same = parts[parts["value"] * gain > 0.0]
    most = (same if not same.empty else parts).iloc[0]
    kept, change = fixed(abs(gain), 1), signed(fixed(most["value"], 1))
    said = f"Of 100 customers {last['name']} keeps {kept} {way} than {first['name']}"
    return f"{said}; first of all, {most['name']}: {change}"


def _options(facts: Facts) -> dict[str, Any]:
    single = facts.experiment.replications == 1
    told = [
        in_words("Of 100 starting customers, kept until the end."),
        in_words("Bars: kept more or fewer, by the reason for leaving."),
        *([] if single else [in_words("Lines: 95 % intervals, those of the reasons paired.")]),
        in_words("Grey: may be nothing."),
    ]
    return {"measure": "customers kept", "told": " ".join(told)}


def _draw() -> Draw:
    from cxsim.charts.waterfall import waterfall

    return waterfall


ENTRY: Final = Entry("departures", "appendix", "Customers kept, by reason", _draw, departures_table, _title, _options)
