"""How checks are judged, which cases there are, and that every case is read as it says."""

import numpy as np
import pytest

from cxsim.checks import verify as checks
from cxsim.checks.oracle import COARSE, FINE, HEAVY, LIGHT
from cxsim.checks.parity import differing_bytes, parity
from cxsim.checks.seeds import REFERENCE_OFFSET, SEEDS, seed_of
from cxsim.errors import InputError
from cxsim.scenario import library

CASES = checks.all_cases()


def scored(z, case="case", *, holds=True, engine="compiled"):
    return checks.Check(
        name="Case: wait", engine=engine, exact=1.0, simulated=1.0, ci_low=0.9, ci_high=1.1, holds=holds, case=case,
        quantity="wait", standard_error=0.001, z=z, arrivals=10, replications=20, allowed_error=FINE,
    )  # fmt: skip


def normal_scores(n=99):
    from cxsim.stats.intervals import normal_quantile

    positions = (np.arange(n) + 0.5) / n
    return [float(np.sign(p - 0.5) * normal_quantile(abs(2 * p - 1))) if p != 0.5 else 0.0 for p in positions]


def test_scores_that_are_normal_hold():
    assert checks.judged([scored(z, f"case-{k}") for k, z in enumerate(normal_scores())]).holds


def test_one_line_that_does_not_hold_is_enough():
    lines = [scored(z, f"case-{k}") for k, z in enumerate(normal_scores())]
    assert not checks.judged([*lines, scored(0.1, "last", holds=False)]).holds


def test_one_in_a_hundred_may_be_above_three_and_not_two():
    lines = [scored(z, f"case-{k}") for k, z in enumerate(normal_scores())]
    assert checks.judged([*lines, scored(3.5, "odd")]).holds
    assert not checks.judged([*lines, scored(3.5, "odd"), scored(-3.2, "odder")]).holds


def test_scores_that_are_no_standard_normal_do_not_hold():
    assert not checks.judged([scored(z + 0.5, f"case-{k}") for k, z in enumerate(normal_scores())]).holds
    assert not checks.judged([scored(0.4 * z, f"case-{k}") for k, z in enumerate(normal_scores())]).holds


def test_only_the_first_line_of_a_case_is_taken_for_independent():
    proof = checks.judged([scored(0.5, "a"), scored(0.6, "a"), scored(-0.5, "b"), scored(0.2, "b", engine="reference")])
    assert (proof.scores.n, proof.independent.n) == (4, 3)


def test_a_single_score_is_judged_by_its_size():
    assert checks.judged([scored(1.0)]).holds
    assert not checks.judged([scored(4.5, holds=False)]).holds


def test_seeds_are_the_published_ones():
    assert list(SEEDS.values()) == [20260101 + k for k in range(len(SEEDS))]
    assert list(SEEDS)[:2] == ["erlang-c-0.8-1-1", "erlang-c-1.6-1-2"]
    assert list(SEEDS)[49] == "talk-effect"
    assert seed_of("retention", "compiled") == 20260134
    assert seed_of("retention", "reference") == 20260134 + REFERENCE_OFFSET


def test_every_case_has_a_seed_and_every_seed_a_case():
    assert sorted(case.name for case in CASES) == sorted(SEEDS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_cases_are_whole(case):
    assert f"verification/{case.scenario}" in library.names()
    assert case.source
    assert len({quantity.name for quantity in case.quantities}) == len(case.quantities)
    assert all(np.isfinite(quantity.exact) and quantity.exact != 0.0 for quantity in case.quantities)
    plan = case.plan(full=False)
    assert plan.period_ends[-1] == plan.clock[0]["horizon"]
    assert (0 in plan.period_ends) == (plan.clock[0]["start"] < 0)
    if case.reference:
        assert case.load <= LIGHT
        assert case.plain is not None
    assert case.reference or not case.quick


def test_every_bundled_case_is_verified():
    bundled = {name.removeprefix("verification/") for name in library.names() if name.startswith("verification/")}
    assert bundled == {case.scenario for case in CASES}


def test_errors_allowed_are_those_of_the_contract():
    heavy = next(case for case in CASES if case.load >= HEAVY and "erlang-c" in case.name)
    light = next(case for case in CASES if case.name == "erlang-c-8-1-10")
    assert (FINE, COARSE) == (0.0033, 0.01)
    assert (heavy.allowed_error(fine=True), light.allowed_error(fine=True)) == (COARSE, FINE)
    assert light.allowed_error(fine=False) == COARSE


def test_the_reference_engine_runs_the_light_cases_only():
    plain, full = (checks.chosen(CASES, "reference", full=full) for full in (False, True))
    assert 0 < len(plain) < len(full) < len(CASES)
    assert checks.chosen(CASES, "compiled", full=True) == list(CASES)


def test_bytes_that_differ_are_counted():
    one = np.arange(4, dtype=np.int64)
    other = one.copy()
    other[2] = 258
    assert differing_bytes(one, one.copy()) == 0
    assert differing_bytes(one, other) == 1
    assert differing_bytes(one, other[:3]) == 1 + 8


def test_engines_are_equal_in_a_small_network():
    found = parity("verification/feedback-network")
    assert (found.differing, found.rows > 1000) == (0, True)


def test_a_byte_that_differs_is_enough():
    equal = scored(0.0)._replace(engine="both", exact=0.0, simulated=3.0, holds=False)
    lines = [scored(z, f"case-{k}") for k, z in enumerate(normal_scores())]
    assert checks.judged(lines, [equal._replace(holds=True)]).holds
    assert not checks.judged(lines, [equal]).holds


def test_an_engine_that_does_not_exist_is_refused():
    with pytest.raises(InputError, match="steam"):
        checks.verify(engine="steam")


def test_a_line_whose_standard_error_is_too_large_does_not_hold():
    case = next(case for case in CASES if case.name == "mg-infinity")
    rng = np.random.default_rng(1)
    narrow = [checks.Sighting((10.0 + 0.01 * x,), 100) for x in rng.standard_normal(20)]
    wide = [checks.Sighting((10.0 + 2.0 * x,), 100) for x in rng.standard_normal(20)]
    off = [checks.Sighting((10.1 + 0.01 * x,), 100) for x in rng.standard_normal(20)]
    assert [checks._checks(case, "compiled", each, fine=True)[0].holds for each in (narrow, wide, off)] == [
        True,
        False,
        False,
    ]
