"""A tree of policies from one history: each path is the run of its policies straight through, in both engines."""

import json

import numpy as np
import pandas as pd
import pytest

import cxsim
from cxsim.engines import compiled, reference
from cxsim.errors import InputError, ScenarioError
from cxsim.experiments.spec import MODEL_VERSION
from cxsim.experiments.tree import Step, costs_of_path, name_of, plan_of
from cxsim.model.plan import MONTH
from cxsim.results import branch as branches
from cxsim.scenario import loads
from cxsim.units import YEAR
from tests.parity.comparison import differences

SEED = 20260101
FOR_EVER = 1_000 * YEAR
TREE = """policies:
  hire: {from: month 1, change: {till.staff: 1 more}, cost: {once: 100, yearly: 1200}}
  train: {change: {quality: 0.3 more, till.takes: 10 % less}, cost: 500}
measures:"""


@pytest.fixture(scope="module")
def shop(corner_text):
    head, _, rest = corner_text.partition("policies:")
    text = head.replace("lasts: 2 years", "lasts: 8 months").replace("warm_up: 6 months", "warm_up: 1 month")
    return loads(text + TREE + rest.partition("measures:")[2], "corner.yaml")


@pytest.fixture(scope="module")
def tree(shop):
    """As-is to month 3, then hire; from month 5 hire or train."""
    trunk = cxsim.start(shop, replications=2, seed=SEED, log=True).advance("month 3")
    hired = trunk.fork("hire").advance("month 5")
    return trunk, hired, hired.fork("train")


def staff_moves(shop, plan):
    slot = shop.layout().slots.index("till.staff")
    moves = plan.changes[(plan.changes["slot"] == slot) & (plan.changes["segment"] == 0)]
    return [(float(move["time"] / MONTH), float(move["value"])) for move in moves]


def test_a_path_takes_back_what_the_policy_before_had_changed(shop):
    hired = plan_of(shop, [Step("as-is"), Step("hire", "month 3")])
    assert staff_moves(shop, hired) == [(4.0, 2.0)]
    trained = plan_of(shop, [Step("as-is"), Step("hire", "month 3"), Step("train", "month 5")])
    assert staff_moves(shop, trained) == [(4.0, 2.0), (5.0, 1.0)]
    quality = shop.layout().slots.index("quality")
    assert trained.changes[trained.changes["slot"] == quality]["time"].tolist() == [5 * MONTH] * 2
    # Replaced before it began: nobody was hired, and nothing is owed.
    steps = [Step("as-is"), Step("hire", "month 3"), Step("train", "day 100")]
    assert staff_moves(shop, plan_of(shop, steps)) == []


def test_each_policy_costs_until_the_next_takes_its_place(shop):
    names = branches.names_of(shop)
    steps = [Step("as-is"), Step("hire", "month 3"), Step("train", "month 5")]
    assert [cost[1:] for cost in costs_of_path(shop, steps, names)] == [
        (100.0, 1200.0, 4 * MONTH, 5 * MONTH),
        (500.0, 0.0, 5 * MONTH, FOR_EVER),
    ]
    early = [Step("as-is"), Step("hire", "month 3"), Step("train", "day 100")]
    assert [cost.once for cost in costs_of_path(shop, early, names)] == [500.0]


def test_paths_have_names():
    assert name_of([Step("as-is")]) == "as-is"
    assert name_of([Step("as-is"), Step("hire", "month 3")]) == "hire from month 3"
    assert name_of([Step("hire"), Step("train", "month 5")]) == "hire, train from month 5"


@pytest.mark.parametrize("engine", [compiled, reference])
def test_a_path_is_its_policies_straight_through(shop, tree, engine):
    plan = plan_of(shop, [Step("as-is"), Step("hire", "month 3"), Step("train", "month 5")])
    branch = tree[2].fork()
    for world in branch.advance()._worlds:
        straight = engine.run(plan, SEED, world.replication, log=True)
        assert straight.log.size > 500
        assert differences(world.outcome(), straight) == []
        # Planted: without the first step it is another run.
        other = compiled.run(
            plan_of(shop, [Step("as-is"), Step("train", "month 5")]), SEED, world.replication, log=True
        )
        assert differences(world.outcome(), other) != []


def test_branches_are_compared_on_the_same_luck(shop, tree):
    trunk, hired, trained = (one.fork() for one in tree)
    found = trunk.compare(hired, trained)
    assert found.policies == ("as-is", "hire from month 3", "hire from month 3, train from month 5")
    straight = cxsim.run(shop, replications=2, seed=SEED).measures
    own = found.measures[found.measures["policy"] == "as-is"].set_index(["measure", "firm", "segment", "replication"])
    alone = straight.set_index(["measure", "firm", "segment", "replication"])
    pd.testing.assert_series_equal(own["value"].reindex(alone.index), alone["value"], check_exact=True)
    cost = found.measures[(found.measures["measure"] == "written_cost") & (found.measures["replication"] == 0)]
    assert cost["value"].tolist() == pytest.approx([0.0, 100.0 + 1200.0 * 4 / 12, 100.0 + 1200.0 / 12 + 500.0])
    assert set(found.table()["policy"]) == set(found.policies)
    assert "made again by" not in found.answer()


def test_a_saved_branch_goes_on_to_the_same_values(shop, tree, tmp_path):
    hired = tree[1]
    hired.save(tmp_path / "hired")
    again = cxsim.resume(tmp_path / "hired", shop)
    assert repr(again) == "<Branch of corner: hire from month 3, at month 5, 2 replications>"
    for one, other in zip(again.fork("train").advance()._worlds, tree[2].fork().advance()._worlds, strict=True):
        assert differences(one.outcome(), other.outcome()) == []
    events = again.fork("train").result().events()
    assert len(events) == sum(world.log.size for world in tree[2].fork().advance()._worlds)
    with pytest.raises(ScenarioError, match="something that is there already; a new folder"):
        hired.save(tmp_path / "hired")


def test_what_cannot_be_resumed_is_refused(shop, tree, tmp_path):
    place = tree[1].save(tmp_path / "hired")
    about = json.loads((place / "branch.json").read_text())

    def refused(words, scenario=shop, **changed):
        (place / "branch.json").write_text(json.dumps(about | changed))
        with pytest.raises(ScenarioError, match=words):
            cxsim.resume(place, scenario)

    refused(f"worlds of model version 2; model version {MODEL_VERSION}; begin anew", model_version=2)
    refused("a branch of format 2; format 1; install a newer cxsim", format=2)
    refused("worlds of another scenario .`corner`.", scenario=shop.with_value("till.takes", "9 min"))
    refused("a world of another run", seed=8)
    refused("a world of another run", steps=[["as-is", ""], ["train", "month 3"]])
    refused("replication-0002.world: nothing; a world that was saved", replications=3)
    for wrong in (
        *({"seed": value} for value in ("1", 1.0, -1, 1 << 63, None, True)),
        *({"replications": value} for value in ("2", 0, 2.5, [])),
        *({"steps": value} for value in ([], "as-is", [["as-is"]], [["as-is", 3]], [[["x"], ""]], {"as-is": ""}, 1)),
        *({name: value} for name in ("format", "model_version") for value in ("1", None, [], 1e400)),
        {"name": 3},
    ):
        refused(r"a damaged branch.json; a folder that `save` wrote", **wrong)
    for whole in (
        json.dumps(about | {"scenario": 3}),
        "[]",
        "1",
        "null",
        "[" * 200_000,
        '{"seed": ' + "9" * 9999 + "}",
    ):
        (place / "branch.json").write_text(whole)
        with pytest.raises(ScenarioError, match=r"a damaged branch.json"):
            cxsim.resume(place, shop)
    (place / "branch.json").write_text("{")
    with pytest.raises(ScenarioError, match=r"a damaged branch.json; a folder that `save` wrote"):
        cxsim.resume(place, shop)
    with pytest.raises(ScenarioError, match="no saved branch"):
        cxsim.resume(tmp_path, shop)


def test_moments_and_branches_that_cannot_be_are_refused(shop, tree):
    fresh = cxsim.start(shop, replications=1, seed=SEED)
    assert fresh.now == "warm-up"
    for call, words in (
        (lambda: tree[1].advance("month 2"), "advance: month 2; month 5 or later is allowed"),
        (lambda: tree[1].advance("month 9"), "advance: `month 9`; a time within the scenario, which lasts 8 months"),
        (lambda: fresh.fork("hire"), "fork: a world in its warm-up; one at time 0 or later is allowed"),
        (lambda: tree[1].fork("fire"), "`fire`; a policy: as-is, hire, train"),
        (lambda: fresh.advance().fork("hire"), "fork: `month 8`; a time before the end"),
        (lambda: tree[0].compare(fresh), "compare: a branch of another start"),
        (lambda: tree[0].compare(tree[0]), "compare: as-is, as-is; branches that differ are allowed"),
        (lambda: cxsim.start(shop, replications=0), "replications: 0; 1 or more is allowed"),
        (lambda: cxsim.start(shop, seed=-1), "seed: -1; a whole number"),
    ):
        with pytest.raises(InputError) as refused:
            call()
        assert words in str(refused.value)


def test_jobs_do_not_change_values(shop):
    one, two = (cxsim.start(shop, replications=2, seed=SEED, jobs=jobs).advance("month 2") for jobs in (1, 2))
    assert np.array_equal(one.result().measures["value"], two.result().measures["value"], equal_nan=True)
