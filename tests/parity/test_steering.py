"""Steered policies in both engines: the same log, tallies and world, and the same moves."""

import zlib

import pytest

import cxsim
from cxsim.engines import compiled, reference
from cxsim.experiments.steering_examples import raise_credit_limit_when_silent_exits_rise
from cxsim.scenario.loaded import load
from tests.parity.comparison import differences, steer_of

SEED = 20260101
TOWN = {"lasts": "13 months", "warm_up": "2 months", "market.customers": "40", "FiberNow.arrives": "month 4"}
HOTLINE = {"lasts": "3 months", "callers.rate": "0.1 times", "phone.staff": "1"}
SHOP = {"lasts": "6 months", "warm_up": "1 months", "market.customers": "80"}


@cxsim.steering_rule(
    levers={
        "till.shifts.all-day.staff": (1, 3),
        "till.shifts.busy.staff": (0, 2),
        "shopping.happens": (12, 36),
        "price": (20, 28),
        "quality": (-0.5, 1),
        "till.answer_within": ("1 min", "4 min"),
        "wages": (10, 20),
        "follow_up": (0, 1),
    },
    version=1,
    state={"word": 0},
)
def whim(look, levers, state):
    """Moves any of its levers anywhere, as the figures and its memory happen to say."""
    figures = repr([look.measure(name) for name in look.measures] + [look.measure("arrivals", touchpoint="till")])
    state["word"] = zlib.crc32(figures.encode(), state["word"])
    for number, path in enumerate(levers):
        if state["word"] >> number & 1:
            low, high = levers.range(path)
            part = (state["word"] >> 8) % 5 / 4
            value = low + part * (high - low)
            levers[path] = round(value) if "staff" in path else value


def both(scenario, policy):
    plan = scenario.plan(policy)
    steers = [steer_of(scenario, policy, plan) for _ in range(2)]
    runs = [
        engine.run(plan, SEED, 3, log=True, steer=steer)
        for engine, steer in zip((compiled, reference), steers, strict=True)
    ]
    return runs, steers


CASES = {
    "silent": ("cable-town", TOWN, raise_credit_limit_when_silent_exits_rise, 1),
    "whim": ("local-shop-vs-chain", SHOP, whim, 8),
}


@pytest.mark.parametrize("case", CASES)
def test_both_engines_are_steered_alike(case):
    name, values, rule, least = CASES[case]
    scenario = load(name).with_values(values).with_policy("steered", {}, cost=0, steering=rule)
    (fast, readable), steers = both(scenario, "steered")
    assert differences(fast, readable) == []
    assert steers[0].moves == steers[1].moves
    assert repr(steers[0].state) == repr(steers[1].state)
    assert len(steers[0].moves) >= least


def test_the_bundled_rule_steers_both_engines_and_all_executors_alike():
    scenario = load("steered-hotline", allow_steering=True).with_values(HOTLINE)
    assert cxsim.check_parity(scenario, policy="follow").differing == 0
    runs = [
        cxsim.run(scenario, "follow", replications=2, seed=SEED, engine=engine, jobs=jobs)
        for engine, jobs in (("compiled", 1), ("compiled", 2), ("reference", 2))
    ]
    for other in runs[1:]:
        assert other.measures.equals(runs[0].measures)
        assert other.steering.equals(runs[0].steering)
    assert runs[0].steering["value"].tolist() == [2, 2]


def test_a_planted_difference_in_what_is_seen_is_found():
    scenario = load("local-shop-vs-chain").with_values(SHOP).with_policy("steered", {}, cost=0, steering=whim)
    plan = scenario.plan("steered")
    honest, blind = (steer_of(scenario, "steered", plan) for _ in range(2))

    def one_arrival_more(seen):
        touch = seen.touch.copy()
        touch["arrivals"][0, 0] += seen.period == 3
        return blind(seen._replace(touch=touch))

    fast = compiled.run(plan, SEED, 3, log=True, steer=honest)
    readable = reference.run(plan, SEED, 3, log=True, steer=one_arrival_more)
    assert differences(fast, readable)
    assert honest.moves != blind.moves
