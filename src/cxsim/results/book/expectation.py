"""What customers expect, and what they experience, month by month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cxsim.model.plan import MONTH
from cxsim.results.book import recorded
from cxsim.results.book.entry import Entry
from cxsim.results.facts import Facts
from cxsim.results.wording import fixed, signed

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.charts.figure import Draw

COLUMNS: Final = ("policy", "series", "month", "mean", "low", "high", "n")
TENTHS: Final = (0.1, 0.9)
YEAR: Final = 12
FEWEST: Final = 5  # journeys in a month that make a point


def expectation_table(facts: Facts) -> pd.DataFrame:
    """Return mean and first and ninth decile by month, latent SD, in one run of each policy.

    ``expectation``: of our customers at the end of the month, the promise mixed in. ``experience``: of the journeys
    judged in the month, drawn in its middle.
    """
    return recorded.kept(facts, "table expectation", _table)


def _table(facts: Facts) -> pd.DataFrame:
    import pandas as pd

    rows: list[tuple[str, str, float, float, float, float, int]] = []
    found = recorded.recordings(facts) if recorded.has_people(facts) else {}
    for policy, one in found.items():
        rows += [
            (
                policy,
                "expectation",
                float(at["time"] / MONTH),
                float(at["mean"]),
                float(at["low"]),
                float(at["high"]),
                int(at["n"]),
            )
            for at in one.expected
        ]
        judged = one.judged[one.judged["time"] >= 0]
        months = judged["time"] // MONTH
        for month in np.unique(months):
            felt = judged["experience"][months == month]
            if felt.size >= FEWEST:
                low, high = np.quantile(felt, TENTHS)
                rows.append(
                    (policy, "experience", float(month) + 0.5, float(felt.mean()), float(low), float(high), felt.size)
                )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _title(facts: Facts) -> str:
    table = expectation_table(facts)
    said = []
    for policy, part in table.groupby("policy", sort=False):
        late = part[part["month"] > part["month"].max() - YEAR]
        felt, hoped = (late[late["series"] == name] for name in ("experience", "expectation"))
        if felt["n"].sum():
            mean = float(np.average(felt["mean"], weights=felt["n"]))
            hope = float(hoped["mean"].mean())
            said.append(f"{signed(fixed(mean, 2))} SD, and {signed(fixed(hope, 2))} was expected, under {policy}")
    if not said:
        return "What customers expect and experience"
    return f"In the last year experience is {'; '.join(said)}"


def _options(facts: Facts) -> dict[str, Any]:
    return {**recorded.among(facts), "begin": recorded.begin_month(facts)}


def _draw() -> Draw:
    from cxsim.charts.expectation import expectation

    return expectation


ENTRY: Final = Entry(
    "expectation", "appendix", "What customers expect and experience", _draw, expectation_table, _title, _options,
    is_rerun=True, footnote=recorded.one_run,
)  # fmt: skip
