"""How services fail, what a failure weighs, and what a bond makes of it (B-22, B-23, B-30, B-31)."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour import failure as f
from cxsim.behaviour.registry import REGISTRY
from cxsim.model.events import N_MODES

SHARE = st.floats(0.0, 1.0)
BOND = st.floats(0.0, 3.0)


def default(name):
    return REGISTRY[name].default


def weighed(severity, origin):
    """Weight of a failure with the default attributions of an origin."""
    where = f.ORIGIN_NAMES[origin]
    blamed = f.blame(default(f"locus_{where}"), default(f"control_{where}"))
    stability = default(f"stability_{where}")
    return f.weight_of_failure(severity, blamed, stability, default("blame_weight"), default("stability_weight"))


def test_every_mode_has_a_name_an_origin_a_share_and_a_severity():
    tables = (f.MODE_NAMES, f.MODE_ORIGINS, f.MODE_SHARES, f.MODE_SEVERITIES)
    assert {len(table) for table in tables} == {N_MODES}
    for origin in range(4):
        shares = [s for s, o in zip(f.MODE_SHARES, f.MODE_ORIGINS, strict=True) if o == origin]
        assert sum(shares) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("u", "mode"),
    [
        # .2 employee = .11 + .09; .22 customer = .132 + .088; .58 design = .203 + .145 + .116 + .0696 + .0464.
        (0.0, f.DISCOURTESY),
        (0.10999, f.DISCOURTESY),
        (0.11001, f.EMPLOYEE_ERROR),
        (0.19999, f.EMPLOYEE_ERROR),
        (0.20001, f.OWN_ERROR),
        (0.33199, f.OWN_ERROR),
        (0.33201, f.WRONG_EXPECTATION),
        (0.42001, f.LATE_BY_DESIGN),
        (0.62299, f.LATE_BY_DESIGN),
        (0.62301, f.INCOMPLETE),
        (0.76801, f.PRODUCT_FAULT),
        (0.88401, f.NOT_AS_PROMISED),
        (0.95359, f.NOT_AS_PROMISED),
        (0.95361, f.RULE_OR_BILL),
        (1.0 - 2**-53, f.RULE_OR_BILL),
    ],
)
def test_the_mode_by_the_default_origins(u, mode):
    assert f.mode_of(u, 0.2, 0.22, 0.58, 0.0) == mode


def test_the_modes_come_in_their_shares():
    u = (np.arange(4_000) + 0.5) / 4_000
    modes = np.bincount([f.mode_of(x, 1.0, 2.0, 5.0, 2.0) for x in u], minlength=N_MODES) / u.size
    origins = np.array([0.1, 0.2, 0.5, 0.2])[list(f.MODE_ORIGINS)]
    assert modes == pytest.approx(origins * np.array(f.MODE_SHARES), abs=5e-4)


@pytest.mark.parametrize("u", [0.0, 0.5, 1.0 - 2**-53])
def test_an_origin_without_a_share_never_fails(u):
    assert f.mode_of(u, 0.0, 0.0, 0.0, 1.0) == f.FROM_OUTSIDE
    assert f.origin_of(f.mode_of(u, 0.0, 1.0, 0.0, 0.0)) == f.CUSTOMER
    assert f.mode_of(u, 0.0, 0.0, 0.0, 0.0) == f.FROM_OUTSIDE


def test_a_rare_mode_is_still_drawn():
    assert f.mode_of(0.0, 0.001, 0.0, 1.0, 0.0) == f.DISCOURTESY
    assert f.mode_of(0.0007, 0.001, 0.0, 1.0, 0.0) == f.EMPLOYEE_ERROR
    assert f.mode_of(0.0011, 0.001, 0.0, 1.0, 0.0) == f.LATE_BY_DESIGN


@given(st.floats(0.0, 1.0, exclude_max=True), SHARE, SHARE, SHARE, SHARE)
def test_only_origins_with_a_share_are_drawn(u, employee, customer, design, outside):
    shares = (employee, customer, design, outside)
    mode = f.mode_of(u, *shares)
    assert shares[f.origin_of(mode)] > 0.0 or sum(shares) == 0.0


def test_severity_of_a_mode():
    assert [f.severity_factor(m) for m in (f.DISCOURTESY, f.PRODUCT_FAULT, f.NOT_AS_PROMISED)] == [0.8, 1.3, 1.4]
    assert [m for m in range(N_MODES) if f.is_betrayal(m)] == [f.NOT_AS_PROMISED]


def test_the_value_of_an_origin():
    assert [f.by_origin(o, 1.0, 2.0, 3.0, 4.0) for o in (f.EMPLOYEE, f.CUSTOMER, f.DESIGN, f.OUTSIDE)] == [1, 2, 3, 4]


def test_severity_is_lognormal_with_the_mean_of_its_mode():
    assert f.severity_of(0.0, 0.6, 1.3) == pytest.approx(1.3 * math.exp(-0.18))
    assert f.severity_of(1.0, 0.6, 1.0) == pytest.approx(math.exp(0.42))
    assert f.severity_of(-3.0, 0.0, 0.7) == 0.7
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    mean = sum(w * f.severity_of(z, 0.6, 1.3) for z, w in zip(nodes, weights, strict=True)) / math.sqrt(2 * math.pi)
    assert mean == pytest.approx(1.3, rel=1e-9)


def test_blame_worked_by_hand():
    assert f.blame(1.0, 0.9) == pytest.approx(0.95)
    assert f.blame(0.3, 0.2) == pytest.approx(0.18)
    assert f.blame(1.0, 0.0) == 0.5  # caused, but not preventable
    assert f.blame(0.0, 1.0) == 0.0


def test_the_weight_of_a_failure_worked_by_hand():
    # By design: 1 + .5 x .95 + .5 x .8 = 1.875; by an employee 1 + .45 + .15; own error 1 + .09 + .15; storm 1.15.
    assert weighed(2.0, f.DESIGN) == pytest.approx(3.75)
    assert weighed(0.4, f.DESIGN) == pytest.approx(0.75)
    assert weighed(1.0, f.EMPLOYEE) == pytest.approx(1.6)
    assert weighed(1.0, f.CUSTOMER) == pytest.approx(1.24)
    assert weighed(1.0, f.OUTSIDE) == pytest.approx(1.15)


def test_without_blame_the_weight_is_the_severity():
    assert f.weight_of_failure(0.7, 1.0, 1.0, 0.0, 0.0) == 0.7


@given(st.floats(0.0, 5.0), SHARE, SHARE, SHARE)
def test_blame_and_stability_only_make_it_heavier(severity, blamed, stability, more):
    plain = f.weight_of_failure(severity, blamed, stability, 0.5, 0.5)
    assert severity <= plain
    assert plain <= f.weight_of_failure(severity, blamed + more, stability, 0.5, 0.5)
    assert plain <= f.weight_of_failure(severity, blamed, stability + more, 0.5, 0.5)


def test_an_explanation_lowers_and_never_below_nothing():
    assert f.explained(0.9, 0.3) == pytest.approx(0.6)
    assert f.explained(0.2, 0.3) == 0.0
    assert f.explained(0.9, 0.0) == 0.9


def test_an_ordinary_failure_costs_what_the_ledger_says():
    assert f.loss_of_failure(1.5, 1.5) == 1.5
    assert f.loss_of_failure(3.0, 1.5) == 3.0
    assert f.loss_of_failure(0.5, 1.2) == pytest.approx(0.4)


def test_a_second_failure_hurts_more_while_the_first_is_not_healed():
    assert f.deviated(1.0, 0.0, 1.7) == 1.0
    assert f.deviated(1.0, 1.0, 1.7) == 1.7
    assert f.deviated(1.0, 3.0, 1.7) == 1.7  # not again for each
    assert f.deviated(1.0, 2.0, 1.0) == 1.0


def test_a_bond_buffers_a_failure_and_aggravates_a_betrayal():
    assert f.buffered(2.0, 1.0, False, 0.5, 0.3) == pytest.approx(2 * math.exp(-0.5))
    assert f.buffered(2.0, 1.0, True, 0.5, 0.3) == pytest.approx(2 * math.exp(0.3))
    assert f.buffered(2.0, 0.0, False, 0.5, 0.3) == f.buffered(2.0, 0.0, True, 0.5, 0.3) == 2.0


@given(st.floats(0.0, 3.0), BOND, BOND)
def test_the_stronger_the_bond_the_milder_a_failure_and_the_worse_a_betrayal(loss, a, b):
    low, high = sorted([a, b])
    assert f.buffered(loss, high, False, 0.5, 0.3) <= f.buffered(loss, low, False, 0.5, 0.3) <= loss
    assert f.buffered(loss, high, True, 0.5, 0.3) >= f.buffered(loss, low, True, 0.5, 0.3) >= loss


def test_the_bond_worked_by_hand():
    assert f.bond_after(1.0, 2.0, False, 0.1, 0.3) == pytest.approx(1.2)
    assert f.bond_after(1.0, -2.0, False, 0.1, 0.3) == 1.0  # a bad episode that was made good leaves it
    assert f.bond_after(1.0, -2.0, True, 0.1, 0.3) == pytest.approx(0.7)
    assert f.bond_after(1.0, 0.5, True, 0.1, 0.3) == pytest.approx(0.75)
    assert f.bond_after(0.1, 0.0, True, 0.1, 0.3) == 0.0
    assert f.bond_after(2.95, 2.0, False, 0.1, 0.3) == 3.0


@given(BOND, st.floats(-5.0, 5.0), st.booleans())
def test_the_bond_stays_in_its_range(bond, satisfaction, unhealed):
    after = f.bond_after(bond, satisfaction, unhealed, 0.1, 0.3)
    assert 0.0 <= after <= 3.0
    assert after <= f.bond_after(bond, satisfaction, False, 0.1, 0.3)


def test_failures_are_forgotten_after_their_time():
    assert f.remembered(2.0, 0.0, 365.0) == 2.0
    assert f.remembered(2.0, 365.0, 365.0) == pytest.approx(2.0 / math.e)
    assert f.remembered(2.0, 0.0, 0.0) == 0.0


def test_the_last_failure_comes_to_mind_for_a_time():
    assert f.comes_to_mind(364.9, 365.0) == 1.0
    assert f.comes_to_mind(365.0, 365.0) == 0.0
