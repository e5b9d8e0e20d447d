"""What became of the six who start at the shop of conftest.py, and how two policies part on the same people."""

import numpy as np
import pytest

from cxsim.errors import RunError
from cxsim.measures import fates
from cxsim.measures.catalog import LOST
from cxsim.measures.cohorts import lost_by_reason
from cxsim.model.events import MARK_COMPLAINED, MARK_MADE_GOOD, MARK_SPARED

LAPSED = LOST.index("lost_lapsed")
US = fates.WITH_US


def people(*rows):
    """One row a person: segment, reason, marks, paid."""
    return np.array(list(rows), fates.FATE)


def column(found, name):
    return found[..., fates.REASON_COLUMNS.index(name)]


def test_every_starting_customer_is_with_us_or_has_a_reason(plan, state):
    state.cold["marks"][2] = MARK_SPARED | MARK_COMPLAINED
    state.cold["paid"][5] = 30.1
    found = fates.fates_of(plan, state, 0)
    # Stays, left and is back, lost to a failure, stopped buying, died, stays.
    assert found["reason"].tolist() == [US, US, 0, LAPSED, 6, US]
    assert found["segment"].tolist() == [0, 0, 0, 0, 1, 1]
    assert found["marks"].tolist() == [0, 0, 3, 0, 0, 0]
    assert found["paid"].tolist() == [0, 0, 0, 0, 0, 30.1]
    assert fates.fates_of(plan, state, 1)["reason"].tolist() == [US] * 4


def test_fates_agree_with_the_measures_of_those_lost(plan, state):
    shares = lost_by_reason(plan, state)
    for firm, base in ((0, 6), (1, 4)):
        found = fates.fates_of(plan, state, firm)
        for code, name in enumerate(LOST):
            assert (found["reason"] == code).sum() / base == pytest.approx(shares[name][firm, 0])


def test_who_is_lost_without_a_reason_is_joint(plan, state):
    state.cold["first_reason"][2] = -1
    assert fates.fates_of(plan, state, 0)["reason"][2] == fates.JOINT
    assert fates.REASON_TITLES[fates.JOINT] == "joint"


def test_the_saved_less_the_lost_are_the_difference_kept():
    usual = people((0, US, 0, 0), (0, 0, 0, 0), (0, 1, 0, 0), (1, 3, 0, 0), (1, US, 0, 0), (1, 0, 0, 0))
    # Stays; saved from a failure; lost either way, now for the price; saved from the price; newly lost; saved.
    other = people(
        (0, US, 0, 5.0),
        (0, US, MARK_SPARED, 7.0),
        (0, 3, 0, 100.0),
        (1, US, MARK_SPARED | MARK_MADE_GOOD, 11.0),
        (1, 1, 0, 13.0),
        (1, US, MARK_MADE_GOOD | MARK_COMPLAINED, 0.0),
    )
    found = fates.parting(usual, other, 2)
    assert column(found.reasons, "saved")[0, [0, 1, 3]].tolist() == [2, 0, 1]
    assert column(found.reasons, "saved")[1, [0, 1, 3]].tolist() == [1, 0, 0]
    assert column(found.reasons, "lost")[0].tolist() == [0, 1, *[0] * 8]
    assert column(found.reasons, "saved_spared")[0].sum() == 1
    assert column(found.reasons, "saved_made_good")[0, 0] == 1
    assert column(found.reasons, "saved_both")[2, 3] == 1
    assert column(found.reasons, "reference_lost")[0].sum() == 4
    assert column(found.reasons, "policy_lost")[0, [1, 3]].tolist() == [1, 1]
    for class_, chosen in enumerate((slice(None), usual["segment"] == 0, usual["segment"] == 1)):
        kept_more = (other["reason"][chosen] == US).sum() - (usual["reason"][chosen] == US).sum()
        saved, lost = (column(found.reasons, name)[class_].sum() for name in ("saved", "lost"))
        assert saved - lost == kept_more
    named = dict(zip(fates.CREDIT_COLUMNS, found.credits[0].tolist(), strict=True))
    assert named == {
        "starting_customers": 6,
        "credited": 5,
        "stayed_credited": 1,
        "saved_credited": 2,
        "credits": 136.0,
        "stayed_credits": 5.0,
        "saved_credits": 18.0,
    }


@pytest.mark.parametrize("case", range(5))
def test_any_two_fates_add_up(case):
    rng = np.random.default_rng(20260101 + case)
    n = int(rng.integers(0, 300))
    usual, other = np.zeros(n, fates.FATE), np.zeros(n, fates.FATE)
    usual["segment"] = other["segment"] = rng.integers(0, 3, n)
    for each in (usual, other):
        each["reason"] = rng.integers(-1, fates.JOINT + 1, n)
        each["marks"], each["paid"] = rng.integers(0, 16, n), rng.choice([0.0, 10.0], n)
    found = fates.parting(usual, other, 3)
    gain = column(found.reasons, "saved") - column(found.reasons, "lost")
    assert gain[0].sum() == (other["reason"] == US).sum() - (usual["reason"] == US).sum()
    assert (gain[1:].sum(axis=0) == gain[0]).all()
    parts = sum(column(found.reasons, name) for name in ("saved_spared", "saved_made_good", "saved_both"))
    assert (parts <= column(found.reasons, "saved")).all()
    assert found.credits[0, fates.CREDITS] == other["paid"].sum()


def test_other_people_at_the_start_are_a_defect():
    usual = people((0, US, 0, 0), (0, US, 0, 0))
    with pytest.raises(RunError, match="defect"):
        fates.parting(usual, usual[:1], 1)
    other = usual.copy()
    other["segment"][0] = 1
    with pytest.raises(RunError, match="defect"):
        fates.parting(usual, other, 2)


@pytest.mark.parametrize(("people_", "kept"), [(0, False), (1, True), (200_000, True), (200_001, False)])
def test_fates_are_kept_of_people_who_are_not_too_many(plan, people_, kept):
    plan.market["n_persons"] = people_
    assert fates.has_fates(plan) is kept
    assert fates.FATE.itemsize == 12
