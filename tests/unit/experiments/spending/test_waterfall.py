"""Bundles taken apart, where what each part does is known."""

from __future__ import annotations

import numpy as np
import pytest

from cxsim.errors import InputError, RunError, ScenarioError
from cxsim.experiments.waterfall import bundle_of, waterfall
from cxsim.scenario.loaded import loads

NINE = "  nine: {from: month 1, cost: 100, change: {%s}}\n"


def worth(case, changes):
    solves = float(changes.get("phone.solves", "80 %").split()[0]) - 80.0
    credit = float(changes.get("recovery.credit", "10")) - 10.0
    both = 0.06 if solves and credit else 0.0
    return {"retention": 0.5 + 0.01 * solves + 0.002 * credit + both}


@pytest.fixture(scope="module")
def parts(town, stand_in):
    return waterfall(bundle_of(town, "both"), stand_in(town, worth, noise=0.01), "retention", 6)


def test_parts_share_what_they_do_together(town, stand_in):
    # alone .1 and .08; together .24: the .06 that neither does alone is shared
    found = waterfall(bundle_of(town, "both"), stand_in(town, worth), "retention", 6)
    assert found.shares == pytest.approx(np.repeat([[0.13], [0.11]], 6, axis=1), abs=1e-12)
    assert found.alone.mean(axis=1) == pytest.approx([0.1, 0.08], abs=1e-12)
    assert found.last.mean(axis=1) == pytest.approx([0.16, 0.14], abs=1e-12)


def test_parts_add_up_in_every_replication(parts):
    assert np.abs(parts.shares.sum(axis=0) - (parts.whole - parts.as_is)).max() <= 4 * np.finfo(float).eps
    assert parts.shares.std(axis=1).min() > 0.0  # luck is there


def test_the_whole_is_the_policy_and_nothing_is_as_is(town):
    bundle = bundle_of(town, "both")
    assert bundle.case(0).policy == "as-is"
    assert bundle.case(3) == type(bundle.case(3))("both")
    assert bundle.case(2).blocks["some of the bundle"]["combine"] == [{"credit": {"from": "month 7"}}]


def test_every_combination_is_a_policy_that_the_scenario_takes(town_text):
    text = town_text.replace("change: {phone.solves: 90 %}", "change: {phone.solves: 90 %, phone.takes: 5 min}")
    scenario = loads(text.replace("both: {combine", "both: {cost: 70, combine"), "town.yaml")
    bundle = bundle_of(scenario, "both", "change")
    assert [piece.name for piece in bundle.pieces] == ["phone.solves", "phone.takes", "credit"]
    whole = scenario.policy("both")
    for mask in range(1, 8):
        case = bundle.case(mask)
        made = scenario.with_blocks(case.blocks).policy(case.policy)
        wanted = {piece.name for place, piece in enumerate(bundle.pieces) if mask >> place & 1}
        assert {"credit" if p.written == "recovery.credit" else p.written for p in made.pieces} == wanted
        # what a policy costs is there with the first of its changes, what the bundle costs with the first of all
        once = 70.0 + 1000.0 * bool(mask & 3)
        assert sum(cost.once for cost in made.costs) == once
        assert {(p.written, p.begin) for p in made.pieces} <= {(p.written, p.begin) for p in whole.pieces}


def test_more_than_eight_parts_are_sampled(town_text, stand_in):
    paths = ["phone.solves: 90 %", "phone.takes: 5 min", "phone.staff: 3", "recovery.credit: 20", "price: 29 a month"]
    paths += ["quality: 0.1", "wages: 21 an hour", "phone.quality: 0.2", "recovery.without_approval: 5"]
    scenario = loads(town_text + NINE % ", ".join(paths), "town.yaml")

    def product(case, changes):
        known = worth(case, changes)["retention"]
        return {"retention": known * (1.1 if "quality" in changes else 1.0)}

    bundle = bundle_of(scenario, "nine")
    assert len(bundle.pieces) == 9
    found = waterfall(bundle, stand_in(scenario, product), "retention", 3, seed=20260106, orders=8)
    assert found.combinations < 512
    assert np.abs(found.shares.sum(axis=0) - (found.whole - found.as_is)).max() < 1e-12
    assert found.error.max() > 0.0
    assert np.abs(found.shares[2]).max() < 1e-12  # staff does nothing here


def test_replications_without_a_value_are_left_out(town, stand_in):
    class Holes(stand_in):
        def luck(self, case, replication, measure):
            return float("nan") if replication == 2 and case.policy == "both" else 0.0

    found = waterfall(bundle_of(town, "both"), Holes(town, worth), "retention", 5)
    assert found.left_out == 1
    assert found.whole.size == 4


def test_too_few_replications_with_a_value_are_an_error(town, stand_in):
    class Holes(stand_in):
        def luck(self, case, replication, measure):
            return float("nan") if replication else 0.0

    with pytest.raises(RunError, match="in every combination in 1 of 2"):
        waterfall(bundle_of(town, "both"), Holes(town, worth), "retention", 2)


def test_a_single_change_is_nothing_to_take_apart(town):
    with pytest.raises(ScenarioError, match="--policy: `cheap`; a policy that combines others"):
        bundle_of(town, "cheap")


def test_what_is_no_policy_is_refused(town):
    with pytest.raises(ScenarioError, match="a policy: as-is"):
        bundle_of(town, "bothh")
    with pytest.raises(ScenarioError, match="as-is"):
        bundle_of(town, "as-is")
    with pytest.raises(InputError, match="by: 'touchpoint'"):
        bundle_of(town, "both", "touchpoint")
