"""Studies made, written, gone on with: what the tables hold against runs that were made without a study."""

import json
import math

import numpy as np
import pandas as pd
import pytest

import cxsim
from cxsim.errors import InputError, RunError
from cxsim.experiments.executor import Failure
from cxsim.experiments.studies import lab as labs
from cxsim.experiments.studies.sweep import study_lab
from cxsim.experiments.studies.tables import interval
from cxsim.results.study import replay, status

SHOP = """
format: 1
lasts: 60 d
market: {customers: 300, setting: contractual}
firms:
  Shop:
    share: 100 %
    price: 10 a month
    wages: 20 an hour
    contacts: {asking: {happens: 2 a month, because: question, journey: [line]}}
    touchpoints: {line: {channel: phone, staff: 1, hours: Mon-Sat 09:00-18:00, takes: 4 min}}
policies:
  cheaper: {change: {price: 8 a month}, cost: 100}
"""
MEASURES = ["retention", "wait_mean", "policy_cost"]


@pytest.fixture(scope="module")
def shop():
    from cxsim.scenario import loads

    return loads(SHOP, "shop.yaml")


def ask(shop, **more):
    settings = {
        "policies": "all", "levers": {"line.staff": [1, 2]}, "uncertainties": {"market.customers": [200, 300]},
        "design": {"levers": "grid", "uncertainties": "grid"}, "replications": 3, "seed": 20260101,
        "measures": MEASURES,
    }  # fmt: skip
    return cxsim.study_of(shop, "How many?", **(settings | more))


@pytest.fixture(scope="module")
def study(shop):
    return ask(shop)


@pytest.fixture(scope="module")
def made(study, tmp_path_factory):
    return cxsim.sweep(study, out=tmp_path_factory.mktemp("studies") / "out", jobs=1)


@pytest.fixture(autouse=True)
def _no_charts(monkeypatch):
    """Charts have tests of their own; here they would be most of the time."""
    monkeypatch.setattr("cxsim.results.study.StudyPlots.all", lambda self: {})


def of(table, measure, **where):
    chosen = (table["measure"] == measure) & (table["firm"] == "Shop") & (table["segment"] == "all")
    for name, value in where.items():
        chosen &= table[name] == value
    return table.loc[chosen].sort_values("replication")["value"].to_numpy()


def test_tables_hold_what_a_comparison_gives(made, shop):
    """World 1 has 200 customers, point 2 two people on the line: the same written as a policy of that scenario."""
    there = shop.with_value("market.customers", "200")
    block = {"change": {"line.staff": "2"}, "cost": "0"}
    both = {"combine": ["levers", "cheaper"]}
    plain = there.with_blocks({"levers": block, "both": both})
    found = cxsim.compare(plain, ["levers", "both"], replications=3, seed=20260101).measures
    for policy, other in (("as-is", "levers"), ("cheaper", "both")):
        for measure in ("retention", "wait_mean", "policy_cost", "profit", "payback"):
            ours = of(made.measures, measure, point=2, world=1, policy=policy)
            assert np.array_equal(ours, of(found, measure, policy=other), equal_nan=True), (policy, measure)
    usual = of(made.measures, "wait_mean", point=0, world=1, policy="as-is")
    assert usual.tolist() == of(found, "wait_mean", policy="as-is").tolist()
    assert usual.mean() > of(made.measures, "wait_mean", point=2, world=1, policy="as-is").mean()


def test_two_people_cost_wages_above_as_is(made):
    cost = of(made.measures, "policy_cost", point=2, world=1, policy="as-is")
    hours = 9 * sum((day % 7) != 6 for day in range(60))  # Monday to Saturday from a Monday on
    assert cost == pytest.approx(np.full(3, 20.0 * hours), rel=1e-3)  # whoever serves at closing time stays on
    assert of(made.measures, "policy_cost", point=0, world=1, policy="as-is").tolist() == [0.0] * 3


def test_the_written_tables_are_those_in_memory(made):
    folder = made.folder
    stored = pd.read_parquet(folder / "measures.parquet")
    pd.testing.assert_frame_equal(stored, made.measures)
    runs = pd.read_parquet(folder / "runs.parquet")
    assert len(runs) == 2 * 5 * 3
    assert set(runs["status"]) == {"done"}
    assert runs["identity"].nunique() == 2 * 4 * 3  # one person at the line is as-is: point 0 and point 1 are one run
    summary = pd.read_csv(folder / "summary.csv")
    assert summary["mean"].to_numpy() == pytest.approx(made.summary["mean"].to_numpy(), nan_ok=True)
    points = pd.read_csv(folder / "points.csv")
    assert points.loc[(points["point"] == 2) & (points["world"] == 1), "line.staff"].tolist() == [2]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["points"], manifest["worlds"]) == (2, 2)
    assert manifest["runs"] == {"done": 24, "failed": 0, "missing": 0}
    assert manifest["made_now"] == 24
    assert "24 runs of shop: 2 points in 2 worlds, 2 policies" in made.answer()
    assert "2 points in 2 worlds" in repr(made)
    assert {"answer.md", "effects.csv", "study.resolved.yaml"} <= {path.name for path in folder.iterdir()}
    assert not list(folder.rglob("*.partial"))


def test_runs_are_counted_once_wherever_they_are_counted(made, study, tmp_path):
    lab = study_lab(study)
    assert status(study, made.folder, lab).total == 24
    assert status(study, tmp_path / "nothing", lab)._asdict() == {"done": 0, "failed": 0, "missing": 24}
    told = []
    cxsim.sweep(study, jobs=1, progress=told.append)
    assert {one.total for one in told} == {24}
    assert told[-1].done == 24
    assert made.swept.counts._asdict() == {"done": 24, "failed": 0, "missing": 0}


def test_what_a_joint_design_needs_for_its_costs_is_counted_too(shop):
    """Six points, each in a world of its own, and as-is of each of these: 13 cases with point 0, as everywhere."""
    asked = ask(shop, policies=[], design={"latin_hypercube": 6}, uncertainties={"line.takes": "0.8 to 1.2 times"},
                levers={"line.staff": [2, 3]}, replications=2)  # fmt: skip
    told = []
    result = cxsim.sweep(asked, jobs=1, progress=told.append)
    assert result.swept.made == result.swept.counts.total == told[-1].total == told[-1].done == 2 * 13
    assert "26 runs of shop: 7 points, the policy as-is" in result.answer()
    assert result.summary.loc[result.summary["point"] > 0, "from_written"].notna().all()


def test_an_interval_is_students():
    mean, low, high = interval(np.array([1.0, 2.0, 3.0, math.nan]))
    half = 4.302653 / math.sqrt(3)  # t of 2 degrees of freedom, standard deviation 1
    assert (mean, low, high) == pytest.approx((2.0, 2.0 - half, 2.0 + half), abs=1e-5)
    assert math.isnan(interval(np.array([5.0]))[1])


def test_the_summary_pairs_each_policy_with_as_is_at_its_point(made):
    rows = made.summary[(made.summary["measure"] == "retention") & (made.summary["point"] == 2)]
    for world in (1, 2):
        ours = of(made.measures, "retention", point=2, world=world, policy="cheaper")
        usual = of(made.measures, "retention", point=2, world=world, policy="as-is")
        row = rows[(rows["world"] == world) & (rows["policy"] == "cheaper")].iloc[0]
        assert (row["difference"], row["diff_ci_low"], row["diff_ci_high"]) == pytest.approx(interval(ours - usual))


def test_effects_are_means_over_all_else(made):
    """Two people: over both worlds, replication by replication; point 0 is no part of the design."""
    own = made.effects[(made.effects["policy"] == "as-is") & (made.effects["measure"] == "wait_mean")]
    row = own[(own["factor"] == "line.staff") & (own["level"] == "2")].iloc[0]
    worlds = [of(made.measures, "wait_mean", point=2, world=world, policy="as-is") for world in (1, 2)]
    assert (row["mean"], row["ci_low"], row["ci_high"]) == pytest.approx(interval(np.mean(worlds, axis=0)))
    assert row["points"] == 2


def test_one_at_a_time_a_factor_is_looked_at_where_no_other_moved(shop):
    levers = {"line.staff": [1, 2], "line.takes": ["4 min", "6 min"]}
    asked = ask(shop, policies=[], levers=levers, uncertainties={}, design="one at a time", replications=2)
    result = cxsim.sweep(asked, jobs=1)
    own = result.effects[(result.effects["measure"] == "wait_mean") & (result.effects["factor"] == "line.staff")]
    usual = of(result.measures, "wait_mean", point=0).mean()
    assert own.set_index("level")["mean"]["1"] == pytest.approx(usual)
    assert own["points"].tolist() == [1, 1]
    longer = result.effects[(result.effects["measure"] == "wait_mean") & (result.effects["factor"] == "line.takes")]
    assert longer.sort_values("low")["mean"].iloc[0] == pytest.approx(usual)


def test_a_world_that_changes_nothing_is_not_told_apart_beside_one_that_does(shop):
    """One at a time: what the strong one does is no part of the weak one's level as written."""
    both = {"line.answer_within": ["20 s", "90 s"], "line.takes": ["4 min", "8 min"]}
    asked = ask(
        shop, policies=[], levers={}, uncertainties=both, design="one at a time", replications=8, measures=["wait_mean"]
    )
    result = cxsim.sweep(asked, jobs=1)
    weak = result.effects[result.effects["factor"] == "line.answer_within"]
    assert len(set(weak["mean"])) == 1
    assert not weak["told_apart"].any()
    assert result.effects.loc[result.effects["factor"] == "line.takes", "told_apart"].all()
    assert "line.answer_within cannot be told from no effect" in result.answer()
    assert "line.takes moves it most" in result.answer()


def test_two_laws_of_one_mean_are_two_levels(shop):
    asked = ask(
        shop, policies=[], levers={"line.takes": ["always 4 min", "exponential 4 min"]}, uncertainties={},
        design="grid", measures=["wait_mean"],
    )  # fmt: skip
    own = cxsim.sweep(asked, jobs=1).effects
    assert set(own["level"]) == {"always 4 min", "exponential 4 min"}
    assert len(set(own["mean"])) == 2


def test_few_draws_say_nothing_of_single_factors(shop):
    both = {"line.takes": "0.8 to 1.2 times", "market.customers": "200 to 300"}
    asked = ask(shop, policies=[], levers={}, uncertainties=both, design={"sobol": 4}, measures=["wait_mean"])
    answer = cxsim.sweep(asked, jobs=1).answer()
    assert "too few draws to say what each does" in answer
    assert "moves it most" not in answer
    assert "Best on" not in answer


def test_a_cost_is_counted_in_every_replication_that_precision_adds(shop):
    asked = ask(
        shop, policies=[], levers={"line.takes": ["4 min", "8 min"]}, uncertainties={}, design="grid",
        replications=None, precision={"wait_mean": 0.02}, most=40, measures=["wait_mean", "policy_cost"],
    )  # fmt: skip
    summary = cxsim.sweep(asked, jobs=1).summary
    counts = summary.pivot_table("replications", ["point", "policy"], "measure")
    assert (counts["policy_cost"] == counts["wait_mean"]).all()
    assert len(set(counts["wait_mean"])) > 1  # where it takes long, waits vary more


def test_a_run_that_is_there_is_never_made_again(made, shop, monkeypatch):
    folder = made.folder
    monkeypatch.setattr("cxsim.experiments.studies.lab._simulated", pytest.fail)
    again = cxsim.sweep(ask(shop), out=folder, jobs=1)
    assert again.swept.made == 0
    pd.testing.assert_frame_equal(again.measures, made.measures)


def test_a_study_is_extended_by_what_is_new_only(made, shop):
    folder = made.folder
    more = cxsim.sweep(ask(shop, levers={"line.staff": [1, 3, 2]}, replications=4), out=folder, jobs=1)
    # 2 worlds: 4 different cases have one replication more, one point with 2 policies is new.
    assert more.swept.made == 2 * (4 * 1 + 2 * 4)
    before = of(made.measures, "wait_mean", point=2, world=2, policy="as-is").tolist()
    assert of(more.measures, "wait_mean", point=3, world=2, policy="as-is").tolist()[:3] == before
    back = cxsim.sweep(ask(shop), out=folder, jobs=1)
    assert back.swept.made == 0
    pd.testing.assert_frame_equal(back.measures, made.measures)


def test_runs_that_fail_are_told_and_do_not_stop_the_others(shop, tmp_path, monkeypatch):
    simulated = labs._simulated

    def failing(lab, wants, ready, progress):
        broken = [want.replication == 1 and want.case.policy == "cheaper" for want in wants]
        found = simulated(lab, wants, ready, progress)
        return [Failure("a planted fault") if bad else one for bad, one in zip(broken, found, strict=True)]

    small = ask(shop, levers={}, uncertainties={"market.customers": [200, 300]}, design="grid")
    monkeypatch.setattr("cxsim.experiments.studies.lab._simulated", failing)
    result = cxsim.sweep(small, out=tmp_path / "out", jobs=1)
    assert result.failed == 2
    assert set(result.failures["why"]) == {"a planted fault"}
    assert set(result.failures["replay"]) == {""}  # there is no file that a command could name
    assert "2 runs failed" in result.answer()
    assert len(of(result.measures, "retention", policy="cheaper", world=1)) == 2
    lab = study_lab(small)
    assert status(small, tmp_path / "out", lab)._asdict() == {"done": 10, "failed": 2, "missing": 0}
    with pytest.raises(RunError, match="a planted fault"):
        replay(small, result.failures["identity"].iloc[0], lab)
    monkeypatch.setattr("cxsim.experiments.studies.lab._simulated", simulated)
    assert cxsim.sweep(small, out=tmp_path / "out", jobs=1).failed == 2
    healed = cxsim.sweep(small, out=tmp_path / "out", jobs=1, retry_failed=True)
    assert (healed.failed, healed.swept.made) == (0, 2)


def test_a_replayed_run_has_the_values_of_the_table(made, study):
    runs = made.runs
    one = runs[(runs["point"] == 1) & (runs["world"] == 2) & (runs["policy"] == "cheaper")].iloc[1]
    values = replay(study, one["identity"][:12], study_lab(study))
    known = of(made.measures, "wait_mean", point=1, world=2, policy="cheaper")
    assert values["wait_mean"] == known[1]
    with pytest.raises(InputError, match="0 runs begin with 'xyz'"):
        replay(study, "xyz", study_lab(study))


def test_replications_are_added_until_all_are_as_exact_as_asked(shop, tmp_path):
    asked = ask(
        shop, levers={"line.staff": [1, 2]}, uncertainties={}, design="grid", replications=None,
        precision={"retention": "0.5pp", "wait_mean": 0.02}, most=40,
    )  # fmt: skip
    result = cxsim.sweep(asked, out=tmp_path / "out", jobs=1)
    counts = [cell.replications for cell in result.swept.cells]
    assert min(counts) >= 5
    assert len(set(counts)) > 1  # a lone line of callers varies more than one that two people serve
    rows = result.summary[result.summary["policy"] == "cheaper"]
    for measure, half in (("retention", 0.005), ("wait_mean", 0.02)):
        wide = rows[rows["measure"] == measure]
        reached = (wide["diff_ci_high"] - wide["diff_ci_low"]) / 2 <= half
        assert (reached | (wide["replications"] == 40)).all()
    assert "sequential" in result.answer() or "until" in result.answer()
    again = cxsim.sweep(asked, out=tmp_path / "out", jobs=1)
    assert again.swept.made == 0
    assert [cell.replications for cell in again.swept.cells] == counts


def test_without_a_folder_everything_is_in_memory(study, made):
    result = cxsim.sweep(study, jobs=1)
    assert result.folder is None
    pd.testing.assert_frame_equal(result.measures, made.measures)


def test_a_study_shows_itself_in_a_notebook(made):
    shown = made._repr_html_()
    assert "<table" in shown
    assert "line.staff" in shown
    with pytest.raises(InputError, match="nps; retention, wait_mean, policy_cost are there"):
        made.plot.effects("nps")


def test_a_folder_that_holds_something_else_is_refused_and_left_alone(study, tmp_path):
    (tmp_path / "letters.txt").write_text("dear")
    with pytest.raises(InputError, match="holds something else"):
        cxsim.sweep(study, out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]
    with pytest.raises(InputError, match="a file"):
        cxsim.sweep(study, out=tmp_path / "letters.txt")


def test_levers_are_paired_with_what_is_written(made):
    """Two people at the line against one, run by run; and in the effects, over both worlds, against the first level."""
    summary = made.summary.set_index(["measure", "point", "world", "policy"])
    gains = []
    for world in (1, 2):
        usual = of(made.measures, "wait_mean", point=0, world=world, policy="as-is")
        ours = of(made.measures, "wait_mean", point=2, world=world, policy="as-is")
        row = summary.loc[("wait_mean", 2, world, "as-is")]
        known = row["from_written"], row["from_written_ci_low"], row["from_written_ci_high"]
        assert known == pytest.approx(interval(ours - usual))
        assert math.isnan(row["difference"])  # nothing but the levers is there
        gains.append(ours - usual)
        both = of(made.measures, "wait_mean", point=2, world=world, policy="cheaper")
        assert summary.loc[("wait_mean", 2, world, "cheaper"), "from_written"] == pytest.approx((both - usual).mean())
    assert summary.xs(0, level="point")["from_written"].isna().all()
    assert (summary.loc[("wait_mean", 1, 1, "as-is"), ["from_written", "from_written_ci_low"]] == 0.0).all()
    cost = summary.loc[("policy_cost", 2, 1, "as-is")]
    assert cost["from_written"] == pytest.approx(cost["mean"])
    own = made.effects[(made.effects["measure"] == "wait_mean") & (made.effects["factor"] == "line.staff")]
    two = own[(own["policy"] == "as-is") & (own["level"] == "2")].iloc[0]
    known = two["difference"], two["diff_ci_low"], two["diff_ci_high"]
    assert known == pytest.approx(interval(np.mean(gains, axis=0)))
    assert own.loc[own["level"] == "1", "difference"].isna().all()
    assert two["spread"] == pytest.approx(-two["difference"])


def test_the_answer_says_the_paired_difference(shop):
    asked = ask(shop, policies=[], uncertainties={}, design="grid", replications=6, measures=["wait_mean"])
    result = cxsim.sweep(asked, jobs=1)
    answer = result.answer()
    row = result.effects.iloc[-1]
    assert row["told_apart"]
    assert -row["spread"] == pytest.approx(row["difference"])  # of two levels there is one pair
    assert -row["spread_ci_low"] == pytest.approx(row["diff_ci_high"])
    assert "more (" in answer
    assert "with 1 than with 2, paired." in answer
    assert "from as-is at point 0, paired. It was picked" in answer


def test_levers_from_the_start_are_paired_with_what_is_written_too(shop):
    asked = ask(
        shop, policies=[], uncertainties={}, design="grid", measures=["wait_mean"], from_="the start", replications=2
    )
    result = cxsim.sweep(asked, jobs=1)
    usual, ours = (of(result.measures, "wait_mean", point=point) for point in (0, 2))
    row = result.summary[result.summary["point"] == 2].iloc[0]
    assert row["from_written"] == pytest.approx((ours - usual).mean())
    assert row["from_written"] < 0.0
