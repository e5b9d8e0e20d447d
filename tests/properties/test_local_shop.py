"""The bundled market of a corner shop and a chain: believable as it is, and its small effects seen with few runs."""

import numpy as np
import pytest

import cxsim
from cxsim.stats.paired import variance_reduction

pytestmark = pytest.mark.slow
SEED = 20260101


@pytest.fixture(scope="module")
def comparison():
    scenario = cxsim.load("local-shop-vs-chain").with_policy("faster-till", {"till.takes": "5 % less"}, cost=0)
    return cxsim.compare(scenario, ["faster-till", "know-your-customers"], replications=60, seed=SEED)


def values(comparison, measure, policy, firm="CornerShop"):
    table = comparison.measures
    chosen = table[(table["measure"] == measure) & (table["firm"] == firm) & (table["segment"] == "all")]
    return chosen[chosen["policy"] == policy].sort_values("replication")["value"].to_numpy()


def test_common_luck_cuts_the_variance_of_a_small_effect_at_least_five_times(comparison):
    kept, base = (values(comparison, "retention", policy) for policy in ("faster-till", "as-is"))
    assert 0.01 < np.mean(kept - base) < 0.06
    assert variance_reduction(kept, base) >= 5.0
    # Replications of different luck gain nothing: at 60 of them the factor is 1 within a third or so.
    assert variance_reduction(kept, np.roll(base, 1)) < 2.0


def test_common_luck_helps_with_a_larger_effect_too(comparison):
    kept, base = (values(comparison, "retention", policy) for policy in ("know-your-customers", "as-is"))
    assert variance_reduction(kept, base) >= 3.0


def test_a_year_loses_as_many_as_satisfied_customers_are_known_to_leave(comparison):
    # 15 to 40 % of satisfied customers defect in a year (Jones and Sasser 1995)
    for firm in ("CornerShop", "Chain"):
        assert 0.60 < values(comparison, "retention_1y", "as-is", firm).mean() < 0.85


def test_the_smaller_firm_has_the_less_loyal_customers(comparison):
    small, large = (values(comparison, "retention", "as-is", firm).mean() for firm in ("CornerShop", "Chain"))
    assert small < large


def test_nothing_collapses_and_the_start_is_settled(comparison):
    table = comparison.timeseries
    own = table[(table["firm"] == "CornerShop") & (table["segment"] == "all") & (table["policy"] == "as-is")]
    share, wait = (
        own[own["measure"] == name].groupby("period")["value"].mean() for name in ("market_share", "wait_mean")
    )
    assert share.between(0.38, 0.43).all()
    assert abs(share.loc[0] - share.loc[-6]) < 0.02
    assert wait.loc[1:12].mean() == pytest.approx(wait.loc[-6:0].mean(), rel=0.1)
