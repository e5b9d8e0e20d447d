"""One history, then every policy from its world: the same bytes as the reference engine writes straight through."""

from pathlib import Path

import pytest

from cxsim.engines import compiled, reference, snapshot
from cxsim.scenario.loaded import load
from tests.parity.comparison import differences
from tests.parity.test_bundled import FILES, SHORTER

ROOT = Path(__file__).resolve().parents[2]
SEED = 20260101
TOWN = {"lasts": "26 months", "market.customers": "20", "FiberNow.arrives": "month 13"}


def forked(scenario, at, policies=None):
    """Simulate the history once; return (plan, outcome) of each policy from there."""
    there = scenario.forked(at)
    world = compiled.Simulation.begun(there.plan(), SEED, 3, log=True)
    world.advance(there.time(at))
    found = {}
    for policy in policies or there.policies:
        plan = there.plan(policy)
        branch = world.forked(plan)
        branch.advance(int(plan.clock[0]["horizon"]))
        found[policy] = plan, branch.outcome()
    return found


def test_a_fork_at_month_12_is_the_reference_engine_with_an_overlay_from_month_12():
    town = load("cable-town").with_values(TOWN)
    policy = "make-good-then-fix"
    plan, outcome = forked(town, "month 12", [policy])[policy]
    assert outcome.log.size > 2000
    assert differences(outcome, reference.run(plan, SEED, 3, log=True)) == []
    # Planted: the same policy from the start, as the file has it, writes another log.
    assert differences(outcome, compiled.run(town.plan(policy), SEED, 3, log=True)) != []


def test_callers_in_a_queue_are_forked_in_the_middle_of_a_day():
    bank = load("bank-phone").with_values({"lasts": "1 d"})
    for plan, outcome in forked(bank, "day 0.47", [bank.policies[-1]]).values():
        assert differences(outcome, reference.run(plan, SEED, 3, log=True)) == []


def test_a_fork_at_the_end_of_the_warm_up_is_the_comparison_as_it_is():
    shop = load("local-shop-vs-chain").with_values(SHORTER["local-shop-vs-chain"])
    for policy, (_, outcome) in forked(shop, "month 0").items():
        assert differences(outcome, compiled.run(shop.plan(policy), SEED, 3, log=True)) == [], policy


def test_straight_through_is_saved_at_half_time_and_goes_on(tmp_path):
    shop = load("local-shop-vs-chain").with_values(SHORTER["local-shop-vs-chain"])
    plan = shop.plan(shop.policies[-1])
    world = compiled.Simulation.begun(plan, SEED, 3, log=True)
    world.advance(int(plan.clock[0]["horizon"]) // 2)
    snapshot.save(world, tmp_path / "half", run="x", model_version=3)
    found = snapshot.load(tmp_path / "half", plan, run="x", model_version=3)
    found.advance(int(plan.clock[0]["horizon"]))
    assert differences(found.outcome(), reference.run(plan, SEED, 3, log=True)) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_bundled_scenario_forks_to_the_same_bytes(path):
    scenario = load(path, allow_steering=True).with_values(SHORTER.get(path.stem, {"lasts": "1 d", "warm_up": "2 h"}))
    if path.stem == "cable-town":
        scenario = scenario.with_values({"lasts": "26 months"})
    at = f"day {scenario.document.lasts / 86_400_000_000 / 3:.4f}"
    for policy, (plan, outcome) in forked(scenario, at).items():
        assert differences(outcome, reference.run(plan, SEED, 3, log=True)) == [], policy
