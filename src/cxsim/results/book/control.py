"""A control chart of failures: month by month against the limits of what was usual before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cxsim.model import events as ev
from cxsim.model.plan import MONTH
from cxsim.results.book import recorded
from cxsim.results.book.entry import Entry
from cxsim.results.facts import Facts
from cxsim.results.wording import fixed

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from cxsim.charts.figure import Draw

COLUMNS: Final = ("policy", "month", "value", "failures", "journeys", "centre", "low", "high", "signal")
BEFORE: Final = 12  # months of warm-up that are drawn, and count as before
FEWEST: Final = 6  # periods from which limits are made; with fewer before the policy, those of the whole reference
RARE: Final = 5.0  # failures a month: with fewer, a point stands for a quarter
QUARTER: Final = 3
SIGMAS: Final = 3.0  # Shewhart (1931)
IN_A_ROW: Final = 8  # Western Electric Company (1956)
ALL: Final = 100.0
YEAR: Final = 12
TWO_DIGITS: Final = 10.0


def control_table(facts: Facts) -> pd.DataFrame:
    """Return failures of every 100 journeys by period, with the limits of a u chart, in one run of each policy.

    Centre and limits come from the reference before the policy starts, its last year of warm-up included; limits are
    ``u +- 3 sqrt(u / n)`` for the n journeys of the period (Shewhart 1931). ``signal`` is 1 for a point beyond them,
    and from the eighth in a row on one side of the centre (Western Electric Company 1956).
    """
    return recorded.kept(facts, "table control", _table)


def _table(facts: Facts) -> pd.DataFrame:
    import pandas as pd

    empty = pd.DataFrame([], columns=list(COLUMNS))
    found = recorded.recordings(facts) if recorded.has_people(facts) else {}
    if facts.reference not in found:
        return empty
    horizon = int(recorded.plan_of(facts, facts.reference).clock[0]["horizon"]) // MONTH
    counts = {policy: counts_of(one.rows, int(horizon), 1) for policy, one in found.items()}
    base = counts[facts.reference]
    if not base[1].sum():
        return empty
    length = 1 if base[1].mean() >= RARE else QUARTER
    if length > 1:
        counts = {policy: counts_of(one.rows, int(horizon), length) for policy, one in found.items()}
        base = counts[facts.reference]
    begin = recorded.begin_month(facts) or 0.0
    before = base[0] + length <= begin if len(found) > 1 else base[0] >= 0
    before = before if before.sum() >= FEWEST else base[0] >= 0
    centre = base[1][before].sum() / max(base[2][before].sum(), 1)
    tables = []
    for policy, (months, failures, journeys) in counts.items():
        value, low, high, signal = u_chart(failures, journeys, centre)
        tables.append(
            pd.DataFrame(
                {
                    "policy": policy,
                    "month": months + length / 2.0,
                    "value": ALL * value,
                    "failures": failures,
                    "journeys": journeys,
                    "centre": ALL * centre,
                    "low": ALL * low,
                    "high": ALL * high,
                    "signal": signal.astype(int),
                }
            )
        )
    table = pd.concat(tables, ignore_index=True)
    return table[table["journeys"] > 0].reset_index(drop=True)


def counts_of(
    rows: NDArray[np.void], horizon: int, length: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the first month of each period, and the failures and the judged journeys in it.

    The last year of warm-up is taken, as far as it goes; months after the last whole period are left out.

    Parameters
    ----------
    rows : (n,) ROW
    horizon : int
        Months.
    length : int
        Months of a period.
    """
    months = rows["time"] // MONTH
    first = max(-BEFORE, int(months.min(initial=0)) + (1 if rows.size and int(months.min()) < 0 else 0))
    first = -(-first // length) * length
    starts = np.arange(first, horizon - length + 1, length)
    bins = np.append(starts, starts[-1] + length) if starts.size else np.array([0, length])
    failures, journeys = (
        np.histogram(months[rows["kind"] == kind] + 0.5, bins)[0] for kind in (ev.LOG_FAILURE, ev.LOG_EPISODE)
    )
    return bins[:-1], failures, journeys


def u_chart(
    failures: NDArray[np.int64], journeys: NDArray[np.int64], centre: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return rate, limits and signals of each period.

    Parameters
    ----------
    failures, journeys : (n,) int
    centre : float
        Usual failures a journey.

    Returns
    -------
    value, low, high : (n,) float
        Failures a journey; the lower limit is never negative.
    signal : (n,) bool
    """
    n = np.maximum(journeys, 1)
    value = failures / n
    reach = SIGMAS * np.sqrt(centre / n)
    low, high = np.maximum(centre - reach, 0.0), centre + reach
    side = np.sign(value - centre)
    run = np.zeros(n.size, int)
    for place in range(n.size):
        same = place > 0 and side[place] == side[place - 1] and side[place] != 0.0
        run[place] = run[place - 1] + 1 if same else int(side[place] != 0.0)
    return value, low, high, (value < low) | (value > high) | (run >= IN_A_ROW)


def _title(facts: Facts) -> str:
    table = control_table(facts)
    if table.empty:
        return "Failures, month by month"
    policy = list(dict.fromkeys(table["policy"]))[-1]
    begin = recorded.begin_month(facts) or 0.0
    own = table[(table["policy"] == policy) & (table["month"] >= begin)]
    last = own[own["month"] > own["month"].max() - YEAR]
    rates = float(own["centre"].iloc[0]), float(ALL * last["failures"].sum() / last["journeys"].sum())
    places = 0 if min(rates) >= TWO_DIGITS else 1
    usual, late = (fixed(rate, places) for rate in rates)
    end = f"{late} of every 100 journeys in the end, {usual} before"
    out = own[own["signal"] > 0]
    # One signal in many months may be chance; the finding is that of the whole last year, by the same three sigmas.
    reach = SIGMAS * np.sqrt(ALL * rates[0] / max(int(last["journeys"].sum()), 1))
    if out.empty or abs(rates[1] - rates[0]) <= reach:
        return f"Under {policy}, failures stay within the usual: {end}"
    # By the month from which the period counts, as the axis has it; the table holds its middle.
    quarter = _by_quarter(table, facts.reference)
    month = fixed(float(out["month"].iloc[0]) - (QUARTER if quarter else 1) / 2.0)
    when = f"in the quarter from month {month}" if quarter else f"at month {month}"
    return f"Under {policy}, failures leave the usual range {when}: {end}"


def _by_quarter(table: pd.DataFrame, policy: str) -> bool:
    """Tell whether a point stands for a quarter."""
    months = table[table["policy"] == policy]["month"].to_numpy()
    return bool(months.size > 1 and months[1] - months[0] > 1.0)


def _options(facts: Facts) -> dict[str, Any]:
    table = control_table(facts)
    every = "quarter" if _by_quarter(table, facts.reference) else "month"
    return {**recorded.among(facts), "begin": recorded.begin_month(facts), "every": every}


def _draw() -> Draw:
    from cxsim.charts.control import control

    return control


ENTRY: Final = Entry(
    "control", "appendix", "Failures, month by month", _draw, control_table, _title, _options,
    is_rerun=True, footnote=recorded.one_run,
)  # fmt: skip
