"""The best policy under a budget, where the best is known: every combination can be counted out."""

from __future__ import annotations

import itertools
import subprocess
import sys
from datetime import UTC, datetime

import numpy as np
import pytest

from cxsim.errors import InputError, RunError
from cxsim.experiments.optimise import optimise
from cxsim.experiments.optimum import Effort, Task
from cxsim.experiments.parts import Chosen, Space
from cxsim.experiments.parts_of import parts_of_policies
from cxsim.experiments.proposals import Proposals
from cxsim.results.optimum import BestPolicy
from cxsim.results.searched import Origin
from cxsim.stats.pareto import non_dominated

SEED = 20260105
BUDGET = 4000.0
EFFORT = Effort(candidates=96, first=2, more=4, finalists=6, confirm=4, most=40)


def worth(case, changes):
    """Answering better is cheap and does little; credits cost much and do much; a lower price costs nothing here."""
    solves = float(changes.get("phone.solves", "80 %").split()[0]) - 80.0
    credit = float(changes.get("recovery.credit", "10")) - 10.0
    price = float(changes.get("price", "30 a month").split()[0])
    cost = 1000.0 * ("phone.solves" in changes) + 150.0 * solves + 100.0 * credit + 500.0 * (price < 30.0)
    gain = 0.004 * solves + 0.002 * credit + 0.004 * (30.0 - price)
    if solves and credit:
        gain += 0.01  # they help each other
    return {
        "policy_cost": cost,
        "retention": 0.5 + gain,
        "won_by_recommendation": 20.0 + 0.2 * solves,
        "profit": 1000.0 - cost - 100.0 * (30.0 - price),
    }


@pytest.fixture(scope="module")
def space(town):
    found = parts_of_policies(town, delays=())
    # Without later begins, so that every combination can be counted out.
    return Space(found.scenario, tuple(found.parts), found.source, ())


@pytest.fixture(scope="module")
def made(space, stand_in):
    search, fresh = (stand_in(space.scenario, worth, noise=0.0005, seed=seed) for seed in (1, 2))
    task = Task(space, budget=BUDGET, effort=EFFORT, seed=SEED)
    return optimise(task, search, fresh), search, fresh


def everything(space):
    strengths = [[None, *part.dials[0].strengths] for part in space.parts]
    for chosen in itertools.product(*strengths):
        yield space.without_clashes(tuple(Chosen(n, 0, (one,)) for n, one in enumerate(chosen) if one is not None))


def exact(space, candidate):
    changes = {
        space.parts[one.part].dials[0].path: space.parts[one.part].dials[0].at(one.strengths[0]) for one in candidate
    }
    known = worth(None, changes)
    return known["policy_cost"], known["retention"]


def test_the_best_is_found(space, made):
    found = made[0]
    affordable = [exact(space, one) for one in set(everything(space)) if exact(space, one)[0] <= BUDGET]
    best = max(gain for _, gain in affordable)
    cost, gain = exact(space, found.tried[found.finalists[found.best]].candidate)
    assert cost <= BUDGET
    # one of hundreds; a percentage point is what the selection does not tell apart
    assert gain >= best - 0.01
    assert gain > exact(space, space.alone(1))[1]


def test_the_front_is_what_nothing_else_beats(space, made):
    found = made[0]
    often = [place for place, one in enumerate(found.tried) if len(one.figures) >= EFFORT.more]
    means = np.array([found.tried[place].means[:3] for place in often])
    inside = non_dominated(np.where(means[:, :1] <= BUDGET, means, np.nan), ["lower", "higher", "higher"])
    assert {place for place, one in zip(often, inside, strict=True) if one} - {0} == set(found.front)
    costs = [found.tried[place].means[0] for place in found.front]
    assert costs == sorted(costs)
    assert max(costs) <= BUDGET


def test_a_search_is_never_worse_than_each_part_alone(space, made):
    tried = {one.candidate for one in made[0].tried}
    assert {space.alone(number) for number in range(len(space.parts))} <= tried


def test_no_candidate_is_asked_for_twice(made):
    assert len(made[0].tried) == EFFORT.candidates + 1  # and as-is


def test_a_small_space_is_tried_whole_and_then_the_search_ends(space, stand_in):
    small = Space(space.scenario, space.parts[2:], space.source, ())  # two prices at five strengths, which clash
    tables = [stand_in(space.scenario, worth, seed=one) for one in (1, 2)]
    found = optimise(Task(small, effort=EFFORT, seed=SEED), *tables)
    assert len({one.candidate for one in found.tried}) == len(found.tried) == 11


def test_few_runs_first_and_more_near_the_front(made):
    counts = {len(one.figures) for one in made[0].tried}
    assert counts == {EFFORT.first, EFFORT.more}


def test_the_choice_is_made_and_confirmed_on_luck_of_its_own(made):
    found, search, fresh = made
    assert max(replication for _, replication in search.asked) < EFFORT.more
    assert found.selection is not None
    assert found.fresh.shape[1] >= EFFORT.confirm
    # nothing that is said of the finalists is of a replication by which one was selected
    expected = fresh.table(
        [found.task.space.case(found.tried[place].candidate) for place in found.finalists],
        range(EFFORT.most, EFFORT.most + found.fresh.shape[1]),
        found.task.measures,
    )
    assert (found.fresh == expected).all()


def test_the_same_seed_makes_the_same_search_and_another_one_another(space, stand_in):
    def candidates(seed):
        tables = [stand_in(space.scenario, worth, noise=0.0005, seed=one) for one in (1, 2)]
        found = optimise(Task(space, budget=BUDGET, effort=EFFORT._replace(candidates=32), seed=seed), *tables)
        return [one.candidate for one in found.tried]

    assert candidates(SEED) == candidates(SEED)
    assert candidates(SEED) != candidates(SEED + 1)


def test_luck_flatters_the_best_of_a_search(space, stand_in):
    # Nothing does anything: what looks best in the search is luck, and fresh luck says so.
    def nothing(case, changes):
        return worth(case, {}) | {"policy_cost": 100.0 * len(changes)}

    tables = [stand_in(space.scenario, nothing, noise=0.02, seed=one) for one in (11, 12)]
    found = optimise(Task(space, effort=EFFORT._replace(candidates=24), seed=SEED), *tables)
    seen = [found.tried[place].figures for place in found.finalists]
    promised = max((own[:, 1] - found.tried[0].figures[: len(own), 1]).mean() for own in seen)
    kept = (found.fresh[:, :, 1] - found.fresh[0, :, 1]).mean(axis=1).max()
    assert promised > 0.01
    assert kept < promised


def test_nothing_affordable_leaves_as_is(space, stand_in):
    tables = [stand_in(space.scenario, worth, seed=one) for one in (1, 2)]
    found = optimise(Task(space, budget=100.0, effort=EFFORT._replace(candidates=16), seed=SEED), *tables)
    cost, _ = exact(space, found.tried[found.finalists[found.best]].candidate)
    assert cost <= 100.0


def test_a_finalist_that_turns_out_too_dear_is_not_chosen(space, stand_in):
    class Dearer(stand_in):
        def luck(self, case, replication, measure):
            more = 400.0 if measure == "policy_cost" and case.policy != "as-is" else 0.0
            return super().luck(case, replication, measure) + more

    tables = stand_in(space.scenario, worth, noise=0.0005), Dearer(space.scenario, worth, noise=0.0005, seed=2)
    found = optimise(Task(space, budget=BUDGET, effort=EFFORT._replace(candidates=32), seed=SEED), *tables)
    assert found.fresh[found.best, :, 0].mean() <= BUDGET
    assert (found.fresh[:, :, 0].mean(axis=1) > BUDGET).any()


def dearer(space, stand_in, more, *, within=BUDGET):
    """Search where policies cost more on fresh luck than the search saw; with the answer in words."""

    class Dearer(stand_in):
        def luck(self, case, replication, measure):
            added = more if measure == "policy_cost" and case.policy != "as-is" else 0.0
            return super().luck(case, replication, measure) + added

    tables = stand_in(space.scenario, worth, noise=0.0005), Dearer(space.scenario, worth, noise=0.0005, seed=2)
    found = optimise(Task(space, budget=within, effort=EFFORT._replace(candidates=32), seed=SEED), *tables)
    origin = Origin("optimise", "town", space.scenario, (1, 2), "compiled", 1.0, 1, (), datetime.now(UTC), 1.0)
    return found, BestPolicy(found, origin)


def test_if_all_finalists_turn_out_too_dear_nothing_is_said_to_be_selected(space, stand_in):
    found, best = dearer(space, stand_in, 9000.0)
    assert (found.best, found.selection) == (0, None)
    assert len(found.dear) == len(found.finalists) - 1
    said = dict(best.sentences())
    assert said["The answer"] == "Within 4 000 EUR: as-is. Every finalist costs more than that on fresh luck."
    assert ": on fresh luck seven of seven finalists cost more than the budget." in said["How surely"]
    assert "Selected" not in said["How surely"]
    assert "none of those run again is within the budget" in said["The front"]
    assert "which the search took for the best policy of the file within the budget, costs" in said["Beside the file"]
    assert best.document()["selection"] is None
    assert len(best.document()["too_dear"]) == len(found.dear)


def test_a_selection_is_made_only_among_those_within_the_budget_on_fresh_luck(space, stand_in):
    found, best = dearer(space, stand_in, 400.0)
    names = {place: found.task.space.words(found.tried[one].candidate) for place, one in enumerate(found.finalists)}
    assert 0 < len(found.dear) < len(found.finalists) - 1
    assert found.selection.names == tuple(name for place, name in names.items() if place not in found.dear)
    assert found.selection.chosen == names[found.best] == best.best
    table = best.finalists.set_index("what")
    assert list(table.index[~table["within_budget"]]) == list(table.index[table["policy_cost"] > BUDGET])
    said = dict(best.sentences())
    assert "cost more than the budget: left out." in said["How surely"]
    for place in found.dear:
        assert f" {names[place]}:" not in said["The front"]
        assert names[place] not in said["How surely"]


def test_nothing_is_too_dear_where_it_costs_what_the_search_saw(space, made, stand_in):
    assert made[0].dear == ()
    found, best = dearer(space, stand_in, 9000.0, within=None)  # no budget
    assert found.dear == ()
    assert best.finalists["within_budget"].all()


def test_a_candidate_that_cannot_be_simulated_is_told_as_failed(space, stand_in):
    def broken(case, changes):
        known = worth(case, changes)
        return known if "price" not in changes else dict.fromkeys(known, float("nan"))

    tables = [stand_in(space.scenario, broken, seed=one) for one in (1, 2)]
    found = optimise(Task(space, budget=BUDGET, effort=EFFORT._replace(candidates=32), seed=SEED), *tables)
    assert all("price" not in space.case(found.tried[place].candidate).written for place in found.front)


def test_as_is_must_run(space, stand_in):
    tables = stand_in(space.scenario, lambda case, changes: dict.fromkeys(worth(case, changes), float("nan")))
    with pytest.raises(RunError, match="as-is has no"):
        optimise(Task(space, effort=EFFORT, seed=SEED), tables, tables)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"budget": -1.0}, "budget: -1; 0 or more"),
        ({"budget": float("nan")}, "budget: nan"),
        ({"objectives": ("retention",)}, "objectives: retention; a cost and one or more others"),
        ({"objectives": ("policy_cost", "policy_cost")}, "name them once"),
        ({"effort": EFFORT._replace(candidates=0)}, "raise the numbers"),
    ],
)
def test_what_is_not_allowed_is_refused_before_any_run(space, stand_in, changes, words):
    tables = stand_in(space.scenario, worth)
    with pytest.raises(InputError, match=words):
        optimise(Task(**{"space": space, **changes}), tables, tables)
    assert not tables.asked


def test_without_optuna_one_line_says_what_to_install(space, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(InputError, match=r'optuna is not installed.*pip install "cxsim\[optimise\]"'):
        Proposals(space, ["lower", "higher"], SEED, startup=8)


def test_optuna_keeps_the_settings_of_whoever_uses_it(space):
    import optuna

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.DEBUG)
    try:
        Proposals(space, ["lower", "higher"], SEED, startup=8).ask(2)
        assert optuna.logging.get_verbosity() == optuna.logging.DEBUG
    finally:
        optuna.logging.set_verbosity(before)


def test_nothing_is_imported_before_it_is_used():
    code = "import cxsim.experiments.optimise, sys; print('optuna' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
