"""What became of the dissatisfied."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from cxsim.results.book.entry import Entry
from cxsim.results.book.shown import beside
from cxsim.results.facts import Facts
from cxsim.results.wording import PER_100, fixed

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.charts.figure import Draw


def dissatisfied_table(facts: Facts) -> pd.DataFrame:
    """Return what became of every 100 occasions on which a failure hurt a customer, by policy.

    Means over the replications in which anybody was hurt; none where failures hurt nobody under any policy.
    """
    import pandas as pd

    from cxsim.charts.dissatisfied import FATES, LEFT_AFTER

    rows: list[tuple[str, str, float]] = []
    known = facts.has("silent_exits") and facts.has("voice_rate")
    for policy in facts.policies if known else ():
        silent, spoke = facts.values("silent_exits", policy), facts.values("voice_rate", policy)
        # Nobody complained: nothing was made good.
        made_good = spoke * np.nan_to_num(_values(facts, "recovery_rate", policy, silent.size))
        after = _values(facts, "voiced_exits", policy, silent.size)
        parts = (silent, spoke - made_good, made_good, 1.0 - silent - spoke)
        rows += [(policy, fate, PER_100 * _mean(part)) for fate, part in zip(FATES, parts, strict=True)]
        rows.append((policy, LEFT_AFTER, PER_100 * _mean(after)))
    return pd.DataFrame(rows, columns=["policy", "fate", "per_100"])


def _values(facts: Facts, measure: str, policy: str, size: int) -> np.ndarray:
    values = facts.values(measure, policy)
    return values if values.size == size else np.full(size, np.nan)


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else math.nan


def _dissatisfied_title(facts: Facts) -> str:
    """Say how many of the hurt leave, and how many of them silently."""
    from cxsim.charts.dissatisfied import LEFT_AFTER, LEFT_SILENTLY

    table = dissatisfied_table(facts).set_index(["policy", "fate"])["per_100"]
    told: dict[str, tuple[float, float]] = {}
    for policy in dict.fromkeys((facts.reference, beside(facts) or facts.reference)):
        silent, after = table.get((policy, LEFT_SILENTLY), math.nan), table.get((policy, LEFT_AFTER), math.nan)
        if math.isfinite(silent):
            told[policy] = (silent + (after if math.isfinite(after) else 0.0), silent)
    if not told:
        return "What became of the dissatisfied"
    (first, (gone, silent)), *rest = told.items()
    title = f"Of every 100 hurt by a failure, {fixed(gone)} leave under {first}"
    if not rest:
        return f"{title}, {fixed(silent)} of them without a word"
    # One number a clause: who left silently under which policy is in the chart.
    policy, (other, _) = rest[0]
    most = all(quiet > left / 2.0 for left, quiet in told.values())
    return f"{title}, {fixed(other)} under {policy}{'; most of them without a word' if most else ''}"


def _options(facts: Facts) -> dict[str, object]:
    return {"beside": beside(facts)}


def _draw() -> Draw:
    from cxsim.charts.dissatisfied import dissatisfied

    return dissatisfied


ENTRY: Final = Entry(
    "dissatisfied", "first page", "What became of the dissatisfied", _draw, dissatisfied_table, _dissatisfied_title,
    _options,
)  # fmt: skip
