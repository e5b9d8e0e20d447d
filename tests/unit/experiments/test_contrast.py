"""Statistics of a comparison on cases worked by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from cxsim.experiments import contrast as module
from cxsim.experiments.contrast import COLUMNS, contrast

POLICIES = ("as-is", "a", "b")
COLUMNS_OF_CONTRACT = [
    "measure",
    "unit",
    "better",
    "firm",
    "segment",
    "policy",
    "mean",
    "ci_low",
    "ci_high",
    "reference_policy",
    "reference_mean",
    "difference",
    "diff_ci_low",
    "diff_ci_high",
    "p_adjusted",
    "probability_best",
    "variance_reduction",
    "replications",
    "policy_cost",
    "origin",
]


def table(values, measure="retention", firm="Shop", segment="all"):
    rows = [
        {"policy": policy, "replication": replication, "value": value}
        for policy, series in values.items()
        for replication, value in enumerate(series)
    ]
    return pd.DataFrame(rows).assign(point=0, world=0, firm=firm, segment=segment, measure=measure, unit="share")


@pytest.fixture
def found():
    values = {"as-is": [0.1, 0.2, 0.3, 0.4], "a": [0.3, 0.4, 0.6, 0.7], "b": [0.1, 0.2, 0.3, 0.4]}
    return contrast(table(values), POLICIES, "as-is", seed=1).set_index("policy")


def test_columns_are_exactly_those_of_the_contract():
    assert list(COLUMNS) == COLUMNS_OF_CONTRACT


def test_intervals_of_means_are_cut_where_no_value_can_be():
    values = {"as-is": [0.0, 0.9, 1.0], "a": [0.0, 0.1, 1.0], "b": [math.nan, 0.5, 0.5]}
    found = contrast(table(values), POLICIES, "as-is", seed=1).set_index("policy")
    assert found.loc["as-is", "ci_high"] == 1.0
    assert found.loc["a", "ci_low"] == 0.0
    assert found.loc["a", "diff_ci_low"] < -1.0  # differences are not cut
    assert math.isnan(found.loc["b", "ci_low"])
    free = contrast(table(values, measure="profit"), POLICIES, "as-is", seed=1).set_index("policy")
    assert free.loc["a", "ci_low"] < 0.0
    waits = contrast(table(values, measure="wait_mean"), POLICIES, "as-is", seed=1).set_index("policy")
    assert (waits.loc["a", "ci_low"], waits.loc["a", "ci_high"] > 1.0) == (0.0, True)


def test_means_and_intervals_are_students(found):
    # s of 0.1, 0.2, 0.3, 0.4 is sqrt(1/60); t(3) at 97.5 % is 3.182446.
    half = 3.182446 * math.sqrt(1 / 60) / 2
    assert found.loc["as-is", "mean"] == pytest.approx(0.25)
    assert found.loc["as-is", "ci_low"] == pytest.approx(0.25 - half, rel=1e-6)
    assert found.loc["as-is", "ci_high"] == pytest.approx(0.25 + half, rel=1e-6)


def test_differences_are_paired_and_simultaneous(found):
    # Differences 0.2, 0.2, 0.3, 0.3: mean 0.25, s = sqrt(0.01 / 3); two policies, so t(3) at 98.75 %: 4.176535.
    half = 4.176535 * math.sqrt(0.01 / 3) / 2
    row = found.loc["a"]
    assert row["difference"] == pytest.approx(0.25)
    assert row["diff_ci_low"] == pytest.approx(0.25 - half, rel=1e-6)
    assert row["diff_ci_high"] == pytest.approx(0.25 + half, rel=1e-6)
    assert row["reference_mean"] == pytest.approx(0.25)
    assert row["reference_policy"] == "as-is"


def test_p_values_are_adjusted_within_the_family(found):
    # t = 0.25 / (s / 2) = 8.660254 with 3 degrees of freedom: p = 0.003242; Holm doubles the smallest of two.
    assert found.loc["a", "p_adjusted"] == pytest.approx(2 * 0.0032420, rel=1e-3)
    assert found.loc["b", "p_adjusted"] == 1.0


def test_common_luck_shows_in_the_variance_reduction(found):
    # var A + var B over var of the difference: (1/60 + 1/30) / (0.01 / 3) = 15 (a: 0.3, 0.4, 0.6, 0.7 has var 1/30).
    assert found.loc["a", "variance_reduction"] == pytest.approx(15.0)
    assert found.loc["b", "variance_reduction"] == math.inf


def test_the_chance_of_being_best_goes_to_the_better_one(found):
    assert found["probability_best"].tolist() == [0.0, 1.0, 0.0]
    values = {"as-is": [3.0, 4.0], "a": [1.0, 2.0], "b": [5.0, 6.0]}
    lower = contrast(table(values, "wait_mean"), POLICIES, "as-is", seed=1).set_index("policy")
    assert lower["better"].tolist() == ["lower"] * 3
    assert lower["probability_best"].tolist() == [0.0, 1.0, 0.0]


def test_the_reference_is_not_compared_with_itself(found):
    empty = ["difference", "diff_ci_low", "diff_ci_high", "p_adjusted", "variance_reduction"]
    assert found.loc["as-is", empty].isna().all()
    assert set(found["origin"]) == {"simulated"}
    assert set(found["replications"]) == {4}


def test_one_replication_gives_no_interval():
    values = {"as-is": [0.1], "a": [0.3], "b": [0.2]}
    found = contrast(table(values), POLICIES, "as-is", seed=1).set_index("policy")
    assert found.loc["a", "difference"] == pytest.approx(0.2)
    assert found.loc["a", ["ci_low", "diff_ci_low", "p_adjusted"]].isna().all()


def test_an_undefined_value_makes_its_rows_undefined_and_no_others():
    some = table({"as-is": [0.1, math.nan], "a": [0.3, 0.4], "b": [0.2, 0.3]})
    more = table({"as-is": [1.0, 2.0], "a": [1.0, 2.0], "b": [2.0, 3.0]}, "churn")
    found = contrast(pd.concat([more, some]), POLICIES, "as-is", seed=1).set_index(["measure", "policy"])
    assert math.isnan(found.loc[("retention", "a"), "difference"])
    assert math.isnan(found.loc[("retention", "as-is"), "mean"])
    assert found.loc[("churn", "b"), "difference"] == 1.0
    # Measures stand in the order of the catalog, not of the rows.
    assert found.index.get_level_values(0).drop_duplicates().tolist() == ["retention", "churn"]


def test_policies_cost_what_policy_cost_says():
    cost = table({"as-is": [0.0, 0.0], "a": [10.0, 20.0], "b": [1.0, 1.0]}, "policy_cost")
    rest = table({"as-is": [0.1, 0.2], "a": [0.3, 0.4], "b": [0.2, 0.3]}, firm="Other")
    found = contrast(pd.concat([rest, cost]), POLICIES, "as-is", seed=1)
    assert found.groupby("policy")["policy_cost"].unique().map(list).to_dict() == {"a": [15], "as-is": [0], "b": [1]}


def test_the_order_of_rows_does_not_matter():
    rows = table({"as-is": [0.1, 0.2, 0.4], "a": [0.3, 0.4, 0.1], "b": [0.2, 0.3, 0.3]})
    shuffled = rows.iloc[np.random.default_rng(1).permutation(len(rows))]
    pd.testing.assert_frame_equal(
        contrast(rows, POLICIES, "as-is", seed=1), contrast(shuffled, POLICIES, "as-is", seed=1)
    )
    assert module.LEVEL == 0.95
