"""Planted worlds: what turns the answer is found and said; nothing is said where there is nothing."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxsim.experiments.compare import Setup, experiment
from cxsim.experiments.contrast import contrast
from cxsim.experiments.simulate import Done
from cxsim.measures.catalog import CATALOG
from cxsim.measures.tables import Values
from cxsim.results.book.contents import BY_NAME as BOOK
from cxsim.results.book.worlds import worlds_table
from cxsim.results.comparison import Comparison
from cxsim.results.stored import read
from cxsim.results.worlds import worlds_found
from cxsim.scenario import loads

UNSURE = "unsure: {market.switching.cost: 30 to 120, defaults.inertia: 0.5 to 2 times}\n"
COUNT = 64


@pytest.fixture(scope="module")
def many(corner_text):
    """Return an experiment in many worlds, whose values the tests put in the place of what it found."""
    scenario = loads(corner_text + UNSURE, "corner.yaml")

    def engine(task, progress=None):
        size = [len(rows) for rows in (task.layout.measures, task.layout.timeseries, task.layout.touchpoints)]
        values = [np.full(count, 0.5) for count in size]
        cohorts = np.zeros((len(task.layout.cohorts), 3), np.int64)
        recorded = np.full((len(CATALOG), len(task.layout.names.firms)), 0.5)
        return Done(Values(*values, cohorts, recorded), np.zeros(0), 1, 1, 0.0)

    return experiment(scenario, scenario.policies, Setup(simulate=engine, worlds=COUNT, replications=4, jobs=1))


@pytest.fixture
def compared_in_worlds(many, corner, answering_engine):
    """Return a comparison in which the gain of each policy over as-is is a given function of what was drawn."""

    def make(gain, noise=0.002):
        numbers = {world.number: world.numbers for world in many.worlds.complete}

        def value(row):
            luck = np.random.default_rng([20260101, row.world, row.replication]).normal(0, 0.05)
            own = np.random.default_rng([20260102, row.world, row.replication, len(row.policy)]).normal(0, noise)
            return 0.5 + luck + own + gain(row.policy, *numbers[row.world])

        table = many.worlds.measures.copy()
        chosen = table["measure"] == "retention"
        table.loc[chosen, "value"] = [value(row) for row in table[chosen].itertuples()]
        as_written = experiment(corner, corner.policies, Setup(simulate=answering_engine, replications=4, jobs=1))
        return Comparison(replace(as_written, worlds=replace(many.worlds, measures=table)))

    return make


def turning(policy, cost, inertia):
    """Hire is best, unless switching costs less than 52: then train is."""
    return {"as-is": 0.0, "hire": 0.10, "train": 0.15 if cost < 52 else 0.02}[policy]


def test_the_planted_threshold_is_found_and_said(compared_in_worlds):
    made = compared_in_worlds(turning)
    found = made.worlds
    below = int((found.table["market.switching.cost"].astype(float) < 52).sum())
    assert (found.measure, found.unit, found.choice) == ("retention", "share", "hire")
    assert (found.asked, found.count, found.failed, found.replications) == (COUNT, COUNT, 0, 4)
    assert found.best == {"as-is": 0, "hire": COUNT - below, "train": below}
    assert (found.undecided, found.stays) == (0, COUNT - below)
    (turn,) = found.turns
    assert (turn.path, turn.policy, turn.above) == ("market.switching.cost", "train", False)
    assert turn.threshold == pytest.approx(52, abs=1)
    assert turn.when in {f"market.switching.cost is less than {value}" for value in (51, 52, 53)}
    assert (turn.inside, turn.turned, turn.gain) == (below, below, 1.0)
    # It falls short by 5 in 100 there, and nowhere else.
    assert found.most_regret == pytest.approx(0.05, abs=0.01)
    assert found.expected_regret == pytest.approx(0.05 * below / COUNT, abs=0.002)
    assert float(found.table.set_index("world").loc[found.most_regret_world, "market.switching.cost"]) < 52
    assert found.measure_first == "market.switching.cost"
    said = made.answer()
    assert f"it stays best in {COUNT - below} of {COUNT} worlds" in said
    assert f"the answer turns to Train if {turn.when}" in said
    assert "costs at most" in said
    first, second = found.worth
    assert (first.sure, second.sure) == (True, False)
    assert first.value <= found.perfect_information + 0.001
    assert found.perfect_information == pytest.approx(0.05 * below / COUNT, abs=0.003)


def test_nothing_is_said_where_the_answer_never_turns(compared_in_worlds):
    found = compared_in_worlds(lambda policy, cost, inertia: {"as-is": 0, "hire": 0.1, "train": 0.05}[policy]).worlds
    assert found.best["hire"] == found.stays == COUNT
    assert found.turns == ()
    assert (found.expected_regret, found.most_regret, found.most_regret_world) == (0.0, 0.0, 0)
    assert found.measure_first == ""


def test_nothing_is_said_where_the_answer_turns_for_another_reason(compared_in_worlds):
    def arbitrary(policy, cost, inertia):
        turned = int(cost * 100) % 3 == 0
        return {"as-is": 0.0, "hire": 0.10, "train": 0.15 if turned else 0.02}[policy]

    found = compared_in_worlds(arbitrary).worlds
    assert 10 < found.best["train"] < 35
    assert found.turns == ()
    assert found.measure_first == ""


def test_what_luck_can_explain_is_said_apart(compared_in_worlds):
    level = compared_in_worlds(lambda policy, cost, inertia: {"as-is": 0, "hire": 0.1, "train": 0.1}[policy]).worlds
    assert level.undecided > 0.85 * COUNT
    assert level.level["hire"] + level.best["hire"] > 0.9 * COUNT
    assert level.level["as-is"] == 0
    assert level.best["hire"] + level.best["train"] + level.undecided == COUNT
    assert level.expected_regret < 0.001


def test_the_answer_can_turn_to_changing_nothing(compared_in_worlds):
    def harmful(policy, cost, inertia):
        return {"as-is": 0.0, "hire": 0.10 if inertia > 0.7 else -0.05, "train": -0.2}[policy]

    found = compared_in_worlds(harmful).worlds
    (turn,) = found.turns
    assert turn.policy == "as-is"
    assert turn.when == "defaults.inertia is less than 0.7 times what we assume"


def test_a_world_has_its_command_and_the_folder_its_rows(compared_in_worlds, tmp_path, monkeypatch):
    monkeypatch.setattr("cxsim.results.plots.Plots.all", lambda self: {})
    made = compared_in_worlds(turning)
    found = made.worlds
    assert set(found.changes(3)) == {"market.switching.cost", "defaults.inertia"}
    assert found.command(3).startswith("cxsim compare corner --set market.switching.cost=")
    assert found.command(3).endswith(" times' --seed 7 --replications 4")
    place = made.save(tmp_path / "out")
    table = pd.read_csv(place / "worlds.csv")
    assert table["world"].tolist() == list(range(1, COUNT + 1))
    assert found.command(3).split(" --seed")[0].endswith(table["set"][2])
    stored = pd.read_parquet(place / "measures.parquet")
    assert set(stored["world"]) == set(range(COUNT + 1))
    pd.testing.assert_frame_equal(stored[stored["world"] == 0].reset_index(drop=True), made.measures, check_dtype=False)
    manifest = json.loads((place / "manifest.json").read_text())
    assert manifest["worlds"]["drawn"][2]["values"] == found.changes(3)
    assert manifest["worlds"]["ranges"]["defaults.inertia"] == "0.5 to 2 times"
    # Other worlds do not move what was found in the world as written.
    pd.testing.assert_frame_equal(contrast(stored, made.policies, "as-is", 7), made.contrast, check_dtype=False)


def test_without_worlds_there_is_nothing(comparison):
    assert comparison.worlds is None
    assert comparison.world_measures.empty


def test_it_can_be_written_as_json(compared_in_worlds):
    document = compared_in_worlds(turning).worlds.document()
    again = json.loads(json.dumps(document))
    assert again["choice"] == "hire"
    assert again["count"] == COUNT


def test_the_chart_of_worlds_counts_each_world_once_and_divides_by_what_turns(compared_in_worlds):
    facts = compared_in_worlds(turning).facts
    found = worlds_found(facts)
    table = worlds_table(facts)
    parts = list(dict.fromkeys(table["part"]))
    assert parts[0] == f"all {COUNT} worlds"
    assert len(parts) == 4
    assert [part.split(" to ")[0] for part in parts[1:]] == sorted(part.split(" to ")[0] for part in parts[1:])
    assert BOOK["worlds"].how(facts)["divided"] == "By thirds of what tells most: market.switching.cost."
    own = table[table["part"] == parts[0]].set_index("policy")
    for policy in ("hire", "train"):
        assert own.loc[policy, "best"] == pytest.approx(found.best[policy] / COUNT)
        low, high = own.loc[policy, ["ci_low", "ci_high"]]
        assert low < own.loc[policy, "best"] < high
    sums = table.groupby("part")[["best", "level"]].sum().sum(axis=1)
    assert sums.tolist() == pytest.approx([1.0] * 4)
    assert table.groupby("part")["worlds"].first()[parts[1:]].sum() == COUNT
    # Below 52, within the first third of 30 to 120, train is best: nowhere else.
    cheap = table[table["part"] == parts[1]].set_index("policy")
    assert cheap.loc["train", "best"] > 0.6
    assert table[table["part"].isin(parts[2:])].set_index("policy").loc["train", "best"].max() == 0.0
    title = BOOK["worlds"].title(facts)
    assert title.startswith(f"Hire is best in {found.best['hire']} of 64 worlds we cannot rule out")
    assert "another one is better, most of all if market.switching.cost" in title


def test_nothing_divides_the_worlds_where_nothing_turns_them(compared_in_worlds):
    facts = compared_in_worlds(lambda policy, cost, inertia: {"as-is": 0.0, "hire": 0.1, "train": 0.02}[policy]).facts
    table = worlds_table(facts)
    assert set(table["part"]) == {f"all {COUNT} worlds"}
    assert table.set_index("policy").loc["hire", ["best", "ci_low"]].tolist() == pytest.approx([1.0, 0.943], abs=1e-3)
    assert BOOK["worlds"].how(facts)["divided"] == "No single value tells who wins."


def test_worlds_come_back_from_their_folder(compared_in_worlds, corner_text, tmp_path, monkeypatch):
    monkeypatch.setattr("cxsim.results.plots.Plots.all", lambda self: {})
    made = compared_in_worlds(turning)
    # The folder's scenario has to be the one with the ranges, as it is when worlds are run.
    unsure = loads(corner_text + UNSURE, "corner.yaml")
    made = Comparison(replace(made.experiment, scenario=unsure))
    stored = read(made.save(tmp_path / "out")).results
    assert stored.worlds is not None
    assert dict(stored.worlds.best) == dict(made.worlds.best)
    pd.testing.assert_frame_equal(worlds_table(stored.facts), worlds_table(made.facts))
    changed = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    changed["worlds"]["drawn"][3]["values"]["market.switching.cost"] = "31 EUR"
    (tmp_path / "out" / "manifest.json").write_text(json.dumps(changed), encoding="utf-8")
    assert read(tmp_path / "out").results.worlds is None
