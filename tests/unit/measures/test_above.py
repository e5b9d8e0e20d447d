"""What needs as-is beside it: two policies of two replications, worked by hand."""

import math

import pandas as pd
import pytest

from cxsim.measures.above import mean_payback, with_payback, with_policy_cost
from cxsim.model.plan import DAY, MONTH

PLACE = {"point": 0, "world": 0, "firm": "Corner", "segment": "all", "unit": "EUR"}
# (written, wages, training, fixing, credits) by policy and replication.
SPENT = {
    ("as-is", 0): (0.0, 100.0, 0.0, 5.0, 7.0),
    ("as-is", 1): (0.0, 110.0, 0.0, 5.0, 9.0),
    ("train", 0): (40.0, 100.0, 30.0, 0.0, 4.0),
    ("train", 1): (40.0, 120.0, 30.0, 5.0, 9.0),
}
NAMES = ("written_cost", "wages", "training_cost", "fixing_cost", "credits")
# Profit of three months, after one of warm-up.
PROFIT = {
    ("as-is", 0): (500, 10, 10, 10),
    ("as-is", 1): (500, 20, 20, 20),
    ("train", 0): (-500, 4, 16, 12),
    ("train", 1): (-500, 15, 20, 24),
}


def measures():
    rows = [
        {**PLACE, "policy": policy, "replication": number, "measure": name, "value": value}
        for (policy, number), values in SPENT.items()
        for name, value in zip(NAMES, values, strict=True)
    ]
    # A rival, and what segments get of the credits, are not the policy's cost.
    rows += [{**row, "firm": "Chain", "value": 1e6} for row in rows if row["measure"] in {"wages", "credits"}] + [
        {**row, "segment": "old", "value": 1e6} for row in rows if row["measure"] == "credits"
    ]
    return pd.DataFrame(rows)


def timeseries():
    rows = [
        {**PLACE, "policy": policy, "replication": number, "measure": "profit", "value": float(value)}
        | {"period": period, "time_days": period * MONTH / DAY}
        for (policy, number), values in PROFIT.items()
        for period, value in enumerate(values)
    ]
    return pd.DataFrame([*rows, *({**row, "firm": "Chain", "value": 0.0} for row in rows)])


def added(table, measure):
    own = table[table["measure"] == measure]
    return {(row.policy, row.replication): row.value for row in own.itertuples()}


def test_policy_cost_counts_all_that_is_spent_above_as_is():
    found = with_policy_cost(measures())
    assert added(found, "policy_cost") == {
        ("as-is", 0): 0.0,
        ("as-is", 1): 0.0,
        ("train", 0): 40 + 0 + 30 - 5 - 3,
        ("train", 1): 40 + 10 + 30 + 0 + 0,
    }
    made = found[found["measure"] == "policy_cost"]
    assert (set(made["firm"]), set(made["segment"]), set(made["unit"])) == ({"Corner"}, {"all"}, {"EUR"})


def test_a_firm_without_staff_pays_no_wages():
    rows = [("as-is", 0.0), ("hire", 5.0)]
    table = pd.DataFrame(rows, columns=["policy", "value"]).assign(**PLACE, replication=0, measure="written_cost")
    assert with_policy_cost(table)["value"].tolist() == [0.0, 5.0, 0.0, 5.0]


def test_payback_is_worked_by_replication():
    found = with_payback(measures(), timeseries())
    paid = added(found, "payback")
    # Run 0: -6, 0, 2. Run 1: -5, -5, -1: never.
    assert paid["train", 0] == pytest.approx(2.0)
    assert math.isnan(paid["train", 1])
    assert math.isnan(paid["as-is", 0])  # it has nothing to pay back
    made = found[found["measure"] == "payback"]
    assert (set(made["firm"]), set(made["unit"])) == ({"Corner"}, {"months"})
    assert list(made.columns) == list(measures().columns)


def test_the_mean_pays_back_where_one_run_does_not():
    # -5.5, -2.5, 0.5
    assert mean_payback(timeseries(), "Corner", "train") == pytest.approx(3.0)


def test_without_as_is_nothing_is_added():
    alone = measures()
    alone = alone[alone["policy"] == "train"]
    series = timeseries()
    assert with_policy_cost(alone) is alone
    assert with_payback(alone, series[series["policy"] == "train"]) is alone
