"""What a policy costs and when it has paid, above as-is with the same luck: measures that are made of two runs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from cxsim.measures.catalog import CATALOG
from cxsim.measures.layout import Layout
from cxsim.measures.money import payback
from cxsim.measures.tables import Frames, Run, frames_of
from cxsim.model.plan import DAY, MONTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

RUN: Final = ["point", "world", "replication", "firm", "segment"]
# What a policy may spend beyond as-is without its being written.
COUNTED: Final = ("wages", "training_cost", "fixing_cost", "credits")


def with_policy_cost(measures: pd.DataFrame, as_is: str = "as-is") -> pd.DataFrame:
    """Add `policy_cost`: the written cost; and wages, training, fixing and credits above as-is, same replication.

    Parameters
    ----------
    measures : DataFrame
        The tidy table; unchanged where as-is was not run beside the policies.
    as_is : str
        Name of the policy that changes nothing.
    """
    import pandas as pd

    written = measures[measures["measure"] == "written_cost"]
    if as_is not in set(measures["policy"]) or written.empty:
        return measures
    here = pd.MultiIndex.from_frame(written[[*RUN, "policy"]])
    there = pd.MultiIndex.from_frame(written[RUN])
    more = np.zeros(len(written))
    for name in COUNTED:
        own = measures[(measures["measure"] == name) & measures["firm"].isin(written["firm"])]
        spent = own.set_index([*RUN, "policy"])["value"].reindex(here).to_numpy()
        usual = own[own["policy"] == as_is].set_index(RUN)["value"].reindex(there).to_numpy()
        more += np.nan_to_num(spent - usual)  # a firm without staff pays no wages
    cost = written.assign(measure="policy_cost", value=written["value"].to_numpy() + more)
    return pd.concat([measures, cost], ignore_index=True)


def with_payback(measures: pd.DataFrame, timeseries: pd.DataFrame, as_is: str = "as-is") -> pd.DataFrame:
    """Add `payback`: months until the cumulative profit above as-is stays at 0 or above, by replication.

    Parameters
    ----------
    measures, timeseries : DataFrame
        The tidy tables; `measures` is returned unchanged where as-is was not run, or no profit is known.
    as_is : str

    Returns
    -------
    DataFrame
        NaN where a policy does not pay back before the horizon.
    """
    import pandas as pd

    firms = set(measures.loc[measures["measure"] == "written_cost", "firm"])
    chosen = (timeseries["measure"] == "profit") & (timeseries["period"] >= 1) & (timeseries["segment"] == "all")
    profit = timeseries[chosen & timeseries["firm"].isin(firms)]
    if as_is not in set(profit["policy"]):
        return measures
    table = profit.pivot_table(index=[*RUN, "policy"], columns="time_days", values="value")
    ends = table.columns.to_numpy(np.float64) * DAY / MONTH
    base = table.xs(as_is, level="policy")
    rows = [
        {**dict(zip([*RUN, "policy"], key, strict=True)), "value": payback(row, base.loc[key[:-1]], ends)}
        for key, row in zip(table.index, table.to_numpy(), strict=True)
        if key[:-1] in base.index
    ]
    for row in rows:
        if row["policy"] == as_is:
            row["value"] = math.nan  # it has nothing to pay back
    made = pd.DataFrame(rows).assign(measure="payback", unit=CATALOG["payback"].unit)
    return pd.concat([measures, made[list(measures.columns)]], ignore_index=True)


def mean_payback(timeseries: pd.DataFrame, firm: str, policy: str, as_is: str = "as-is") -> float:
    """Return the payback of the mean over replications, months; NaN where the mean does not pay back.

    One replication that never pays back leaves no mean of `payback`; the mean profit has a payback all the same.

    Parameters
    ----------
    timeseries : DataFrame
        The tidy table, of one world.
    firm, policy, as_is : str
    """
    own = (timeseries["measure"] == "profit") & (timeseries["firm"] == firm) & (timeseries["segment"] == "all")
    profit = timeseries[own & (timeseries["period"] >= 1)]
    means = profit.groupby(["policy", "time_days"])["value"].mean()
    ends = means[as_is].index.to_numpy(np.float64) * DAY / MONTH
    return payback(means[policy].to_numpy(), means[as_is].to_numpy(), ends)


def frames_with_costs(layout: Layout, runs: Sequence[Run], reference: str) -> Frames:
    """Return the tables of runs, with what each policy costs above a reference, and when it has paid."""
    made = frames_of(layout, runs)
    measures = with_payback(with_policy_cost(made.measures, reference), made.timeseries, reference)
    return made._replace(measures=measures)
