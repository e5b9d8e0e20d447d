"""The engines against exact results: a short subset always, everything at full precision in the slow suite."""

import pytest

from cxsim.checks.seeds import SEEDS
from cxsim.checks.verify import all_cases, verify

CASES = {case.name: case for case in all_cases()}
SHORT = (
    "erlang-c-1.6-1-2", "erlang-a-10-1-1-10", "mg1-constant-0.8", "mg1-gamma-0.5", "cobham-.2-.3", "mg-infinity",
    "half-in-five-years", "switching-1", "switching-path", "failures", "treadmill", "talk-effect", "promise",
    "deserved", "voice", "contacts-per-matter", "persistence", "training",
)  # fmt: skip
# Where a service that is 1 % too fast must be seen: the path of the service time, and what is written instead.
FASTER = {
    "erlang-c-8-1-10": {"line.takes": "exponential 59.4 s"},
    "erlang-a-10-1-0.5-10": {"line.takes": "exponential 59.4 s"},
    "mg1-erlang-2-0.8": {"desk.takes": "erlang 59.4 s, 2 stages"},
    "cobham-.3-.5": {"desk.takes": "exponential 59.4 s"},
    "feedback-network": {"agents.takes": "exponential 59.4 s"},
}


def faults(proof):
    return [f"{check.name} [{check.engine}]: z {check.z:.2f}" for check in proof.checks if not check.holds]


def test_short_cases_hold():
    proof = verify(engine="compiled", cases=[CASES[name] for name in SHORT], jobs=1)
    assert faults(proof) == []
    assert proof.holds


@pytest.mark.slow
def test_the_reference_engine_holds_on_a_short_case():
    proof = verify(engine="reference", cases=[CASES["mg-infinity"]], jobs=1)
    assert faults(proof) == []


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("mg1-gamma-0.5", {"desk.takes": "gamma 63 s, sd 31.5 s"}),
        ("switching-1", {"defaults.inertia": "1.1"}),
        ("treadmill", {"defaults.expectation_learning": "0.33"}),
        ("half-in-five-years", {"defaults.base_hazard": "0.145"}),
        ("promise", {"defaults.promise_weight": "0.75"}),
        ("deserved", {"defaults.should_learning": "0.11"}),
        ("voice", {"defaults.voice_cost": "3"}),
        ("contacts-per-matter", {"defaults.persistence": "0.9"}),
        ("training", {"desk.training": "36 h a year"}),
    ],
)
def test_faults_of_some_per_cent_are_caught_at_plain_precision(name, fault):
    proof = verify(engine="compiled", cases=[CASES[name].planted(fault)], jobs=1)
    assert max(abs(check.z) for check in proof.checks) > 4
    assert not proof.holds


@pytest.mark.slow
@pytest.mark.parametrize("name", FASTER)
def test_a_service_one_per_cent_too_fast_is_caught_at_full_precision(name):
    proof = verify(full=True, engine="compiled", cases=[CASES[name].planted(FASTER[name])])
    assert max(abs(check.z) for check in proof.checks) > 4
    assert not proof.holds


@pytest.fixture(scope="module")
def full_proof():
    return verify(full=True)


@pytest.mark.slow
def test_every_line_holds_at_full_precision(full_proof):
    assert faults(full_proof) == []
    assert {check.case for check in full_proof.checks} == set(SEEDS)


@pytest.mark.slow
def test_all_scores_together_look_standard_normal(full_proof):
    assert full_proof.scores.largest <= 4
    assert full_proof.scores.share_above_3 <= 0.01
    assert full_proof.independent.ks_p >= 0.01
    assert full_proof.holds


@pytest.mark.slow
def test_standard_errors_are_as_small_as_promised(full_proof):
    assert all(check.replications >= 20 for check in full_proof.checks)
    for check in full_proof.checks:
        assert check.standard_error <= check.allowed_error * abs(check.exact), check.name
