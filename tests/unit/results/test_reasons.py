"""Why adds up: reasons to the difference of retention, segments to all."""

import numpy as np
import pytest

import cxsim
from cxsim.errors import InputError
from cxsim.experiments.compare import Setup, experiment
from cxsim.measures import fates
from cxsim.results.comparison import Comparison
from cxsim.results.reasons import KEPT, TABLE_COLUMNS

US, FAILURE, WAITING, PRICE = fates.WITH_US, 0, 1, 3
PEOPLE = 20


def fate(policy, replication):
    """Twenty people, ten of each segment; as-is loses eight of them, one more or fewer by luck."""
    rows = np.zeros(PEOPLE, fates.FATE)
    rows["segment"] = np.arange(PEOPLE) >= 10
    rows["reason"] = US
    rows["reason"][: 6 + replication % 2] = WAITING
    rows["reason"][10:12] = FAILURE
    if policy == "hire":  # three who waited too long and one who met a failure stay; one leaves for the price
        rows["reason"][[0, 1, 2, 10]] = US
        rows["reason"][19] = PRICE
        rows["marks"][10] = 1
        rows["paid"][[10, 12, 13, 19]] = [10.0, 10.0, 20.0, 40.0]
    return rows


@pytest.fixture
def fateful(corner, answering_engine):
    """Let the engine that knows the answer bring fates, and values that agree with them."""
    from cxsim.measures.catalog import CATALOG

    catalog = list(CATALOG)

    def make(task, progress=None):
        done = answering_engine(task, progress)
        found = fate(task.spec.policy, task.spec.replication)
        for at, (measure, firm, class_) in enumerate(task.layout.measures):
            if catalog[measure] == "retention" and firm == 0:
                own = found if class_ == 0 else found[found["segment"] == class_ - 1]
                done.values.measures[at] = (own["reason"] == US).mean()
        return done._replace(fates=found if task.fates else None)

    return Comparison(experiment(corner, corner.policies, Setup(simulate=make, replications=4)))


def test_reasons_add_up_to_the_difference_of_retention(fateful):
    for policy in ("hire", "train"):
        for segment in ("all", "young", "old"):
            rows = fateful.why(policy, segment).set_index("reason")
            own = fateful.contrast.set_index(["measure", "firm", "segment", "policy"])
            known = own.loc["retention", "Corner", segment, policy]
            parts = rows.drop(KEPT)
            assert parts["kept_more"].sum() == pytest.approx(100 * known["difference"])
            assert rows.loc[KEPT, "kept_more"] == pytest.approx(100 * known["difference"])
            assert rows.loc[KEPT, "ci_low"] == pytest.approx(100 * known["diff_ci_low"])
            assert rows.loc[KEPT, "reference_per_100"] == pytest.approx(100 * known["reference_mean"])
            assert rows.loc[KEPT, "per_100"] == pytest.approx(100 * known["mean"])
            for name in ("saved", "lost", "saved_spared"):
                assert parts[name].sum() == pytest.approx(rows.loc[KEPT, name])


def test_the_saved_and_the_lost_by_reason(fateful):
    rows = fateful.why("hire").set_index("reason")
    assert rows.loc["waiting", ["saved", "lost", "kept_more"]].tolist() == [15.0, 0.0, 15.0]
    assert rows.loc["a failure", ["saved", "saved_spared", "saved_made_good"]].tolist() == [5.0, 5.0, 0.0]
    assert rows.loc["the price", ["saved", "lost", "kept_more"]].tolist() == [0.0, 5.0, -5.0]
    assert rows.loc[KEPT, ["saved", "lost", "kept_more"]].tolist() == [20.0, 5.0, 15.0]
    assert rows.loc["joint", "kept_more"] == 0.0
    # A difference that is the same in every replication is sure.
    assert rows.loc["waiting", ["ci_low", "ci_high"]].tolist() == [15.0, 15.0]
    assert fateful.why("hire", "old").set_index("reason").loc[KEPT, "kept_more"] == 0.0


def test_counts_by_replication(fateful):
    table = fateful.fates
    own = table[(table["policy"] == "hire") & (table["segment"] == "all") & (table["reason"] == "waiting")]
    assert own["reference_lost"].tolist() == [6, 7, 6, 7]
    assert own["saved"].tolist() == [3, 3, 3, 3]
    assert set(table["starting_customers"]) == {20, 10}
    assert set(table["policy"]) == {"hire", "train"}


def test_where_the_credits_go(fateful):
    found = fateful.credits("hire")
    assert found.paid == 80.0
    assert found.to_stayers.mean == pytest.approx(30 / 80)
    assert found.to_saved.mean == pytest.approx(10 / 80)
    assert (found.credited, found.stayers, found.saved) == (4.0, 2.0, 1.0)
    nothing = fateful.credits("train")
    assert nothing.paid == 0.0
    assert np.isnan(nothing.to_stayers.mean)
    assert fateful.credits_paid.groupby("segment")["credits"].sum().to_dict() == {"all": 320, "young": 0, "old": 320}


def test_the_table_holds_every_policy_and_segment(fateful):
    table = fateful.reasons
    assert tuple(table.columns) == TABLE_COLUMNS
    assert len(table) == 2 * 3 * (len(fates.REASON_TITLES) + 1)
    parts = table[table["reason"] != KEPT].groupby(["policy", "segment"])["kept_more"].sum()
    whole = table[table["reason"] == KEPT].set_index(["policy", "segment"])["kept_more"]
    assert (parts - whole).abs().max() < 1e-9


def test_without_fates_the_shares_lost_stand_for_them(comparison):
    rows = comparison.why("hire")
    assert rows["reason"].tolist() == [*fates.REASON_TITLES, KEPT]
    assert rows["saved"].isna().all()
    assert comparison.fates.empty
    assert comparison.credits("hire") is None


def test_a_segment_that_there_is_not_is_refused(fateful):
    with pytest.raises(InputError, match="all, young, old is allowed"):
        fateful.why("hire", "middle")
    with pytest.raises(InputError, match="hire, train is allowed"):
        fateful.credits("as-is")


@pytest.mark.parametrize("setting", ["noncontractual", "contractual"])
def test_real_runs_add_up_too(corner_text, setting):
    text = corner_text.replace("setting: noncontractual", f"setting: {setting}")
    if setting == "contractual":
        text = text.replace("price: 12 a visit", "price: 30 a month").replace("price: 10 a visit", "price: 28 a month")
        text = text.replace("because: purchase", "because: question").replace("market:", "market:", 1)
    from cxsim.scenario import loads

    found = cxsim.compare(loads(text, "corner.yaml"), replications=3, jobs=1)
    for policy in ("hire", "train"):
        rows = found.why(policy).set_index("reason")
        known = found.facts.row("retention", policy)
        assert rows.loc[KEPT, "kept_more"] == pytest.approx(100 * known.difference)
        assert rows.drop(KEPT)["kept_more"].sum() == pytest.approx(100 * known.difference)
        assert rows.loc[KEPT, "saved"] > 0
        assert rows.loc["joint", ["saved", "lost"]].tolist() == [0.0, 0.0]
