"""Studies: which cases they are made of, and that a case is what somebody would have written by hand."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxsim.errors import ScenarioError
from cxsim.experiments.studies.case import Case
from cxsim.experiments.studies.study import load_study, loads_study, study_of
from cxsim.scenario import library, loads

COMBINED = """
  both: {combine: [{hire: {from: month 2, until: month 9}}, train], cost: {once: 70, yearly: 12}}
measures:"""


@pytest.fixture(scope="module")
def shop(corner_text):
    return loads(corner_text.replace("\nmeasures:", COMBINED), "corner.yaml")


@pytest.fixture
def folder(tmp_path, corner_text):
    (tmp_path / "corner.yaml").write_text(corner_text.replace("\nmeasures:", COMBINED), encoding="utf-8")
    return tmp_path


def test_points_worlds_and_policies_are_crossed_in_order(shop):
    study = study_of(
        shop,
        policies=["train", "as-is"],
        levers={"till.staff": [1, 2]},
        uncertainties={"till.takes": "0.5 to 2 times"},
        design={"levers": "grid", "uncertainties": {"grid": 2}},
    )
    found = [(one.world, one.point, one.policy) for one in study.cases()]
    each = [(0, "as-is"), (1, "as-is"), (1, "train"), (2, "as-is"), (2, "train")]
    assert found == [(world, *rest) for world in (1, 2) for rest in each]
    assert study.count == len(found) == 10
    assert not study.joint


def test_a_lever_is_pulled_like_a_policy_and_the_world_is_set(shop):
    study = study_of(
        shop,
        policies="all",
        levers={"till.solves": {"levels": ["50 %"], "cost": {"once": 10}}, "till.fails": ["0 %", "2 %"]},
        uncertainties={"till.takes": "0.5 to 2 times", "Chain.price": "9 a visit to 11 a visit"},
        design={"grid": 2},
    )
    assert study.joint
    (last,) = [one for one in study.cases() if one.point == 8 and one.policy == "hire"]
    assert last.case.changes == (("Chain.price", "11 a visit"), ("till.takes", "2 times"))  # sorted, the same world
    assert last.case.blocks == {
        "pulled levers": {
            "from": "month 0",
            "change": {"till.fails": "2 %", "till.solves": "50 %"},
            "cost": {"once": "10", "yearly": "0"},
        },
        "policy and pulled levers": {"combine": ["hire", "pulled levers"]},
    }
    assert last.case.policy == "policy and pulled levers"
    assert study.scenario.with_blocks(last.case.blocks).policy(last.case.policy).costs


def test_a_lever_that_stays_where_it_is_makes_no_other_run(shop):
    study = study_of(shop, policies=["train"], levers={"till.staff": [1, 2], "till.takes": ["8 min", "6 min"]})
    cases = {(one.point, one.policy): one.case for one in study.cases()}
    assert cases[0, "as-is"] == cases[1, "as-is"] == Case()
    assert cases[1, "train"] == Case("train")
    assert len(set(cases.values())) == len(cases) - 1
    assert json.loads(cases[2, "as-is"].written)["pulled levers"]["change"] == {"till.takes": "6 min"}


def test_the_number_of_a_point_is_no_part_of_its_case(shop):
    few = study_of(shop, levers={"till.staff": [3, 2]})
    more = study_of(shop, levers={"till.staff": [1, 2, 3]})
    assert {one.case for one in few.cases()} == {one.case for one in more.cases()}


def test_the_order_in_which_a_world_is_written_is_no_part_of_its_case(shop):
    study = study_of(shop, levers={"till.staff": [1, 2]}, from_="the start")
    one = study.case({"till.staff": "2"}, {"till.takes": "6 min", "Chain.price": "9 a visit"})
    assert one == study.case({"till.staff": "2"}, {"Chain.price": "9 a visit", "till.takes": "6 min"})
    assert [path for path, _ in one.changes] == ["Chain.price", "till.staff", "till.takes"]


@pytest.mark.parametrize("policy", ["as-is", "hire", "train", "both"])
def test_a_case_is_the_policy_that_somebody_would_write(shop, corner_text, policy):
    study = study_of(shop, policies=[policy], levers={"till.fails": "0 % to 4 %", "till.solves": ["100 %", "60 %"]})
    case = study.case({"till.fails": "3 %", "till.solves": "60 %"}, policy=policy)
    parts = {"as-is": [], "both": ["{hire: {from: month 2, until: month 9}}", "train"]}.get(policy, [policy])
    by_hand = (
        "  levers: {from: month 0, change: {till.fails: 3 %, till.solves: 60 %}, cost: 0}\n"
        f"  whole: {{combine: [{', '.join([*parts, 'levers'])}]}}\nmeasures:"
    )
    written = loads(corner_text.replace("\nmeasures:", COMBINED.replace("measures:", by_hand)), "corner.yaml")
    made = study.scenario.with_blocks(case.blocks)
    one, other = made.plan(case.policy), written.plan("whole")
    assert all(mine.tobytes() == theirs.tobytes() for mine, theirs in zip(one, other, strict=True))


def costs_of(scenario, policy):
    return sorted(cost for cost in scenario.policy(policy).costs if cost.once or cost.yearly)


@pytest.mark.parametrize("policy", ["hire", "train", "both"])
def test_beside_levers_a_policy_costs_what_it_costs_alone(shop, policy):
    lever = {"till.fails": {"range": "0 % to 4 %", "cost": {"once": 33, "yearly": 44}}}
    study = study_of(shop, policies=[policy], levers=lever)
    case = study.case({"till.fails": "2 %"}, policy=policy)
    together = costs_of(study.scenario.with_blocks(case.blocks), case.policy)
    alone = costs_of(shop, policy)
    (added,) = [cost for cost in together if cost not in alone]
    assert sorted([*alone, added]) == together
    assert (added.once, added.yearly, added.begin) == (33.0, 44.0, 0)


def test_levers_from_the_start_are_part_of_the_world(shop):
    study = study_of(
        shop, levers={"till.staff": [1, 3]}, uncertainties={"till.takes": "0.5 to 2 times"}, from_="the start"
    )
    found = {one.case for one in study.cases() if one.world == 1}
    takes = dict(next(iter(study.worlds)).texts)["till.takes"]
    assert found == {
        Case(changes=(("till.takes", takes),)),
        Case(changes=(("till.staff", "3"), ("till.takes", takes))),
    }


def test_one_at_a_time_starts_from_what_is_written(shop):
    study = study_of(
        shop,
        policies=["hire"],
        levers={"till.fails": "0 % to 4 %"},
        uncertainties={"till.takes": "0.5 to 2 times", "Chain.desk.staff": [1, 2]},
        design="one at a time",
    )
    texts = [point.texts for point in study.points]
    assert texts == [
        (), (("till.fails", "4 %"),), (("till.takes", "0.5 times"),), (("till.takes", "2 times"),),
        (("Chain.desk.staff", "2"),),
    ]  # fmt: skip
    assert [(one.point, one.policy) for one in study.cases()][:2] == [(0, "as-is"), (0, "hire")]
    assert study.count == len(list(study.cases())) == 10


def test_a_design_of_one_kind_numbers_that_kind(shop):
    worlds = study_of(shop, uncertainties={"till.takes": "0.5 to 2 times"}, design={"sobol": 3})
    assert [(one.point, one.world) for one in worlds.cases()] == [(0, 1), (0, 2), (0, 3)]
    points = study_of(shop, levers={"till.fails": "0 % to 4 %"}, design={"latin_hypercube": 3})
    assert [(one.point, one.world) for one in points.cases()] == [(0, 0), (1, 0), (2, 0), (3, 0)]
    neither = study_of(shop, policies="all")
    assert [(one.point, one.world, one.policy) for one in neither.cases()] == [(0, 0, name) for name in shop.policies]


def test_more_draws_go_on_from_fewer(shop):
    def cases(count):
        made = study_of(shop, uncertainties={"till.takes": "0.5 to 2 times"}, design={"sobol": count}, seed=20260101)
        return [one.case for one in made.cases()]

    assert cases(20)[:6] == cases(6)


def test_the_scenario_says_what_the_study_does_not(shop):
    study = study_of(shop)
    assert (study.replications, study.seed, study.measures) == (4, 7, ("retention", "nps_true", "profit"))
    precise = study_of(shop, precision={"retention": "0.5pp", "wait_mean": 0.2}, most=50, seed=0)
    assert [(one.measure, one.half_width, one.cap) for one in precise.precision] == [
        ("retention", 0.005, 50), ("wait_mean", 0.2, 50),
    ]  # fmt: skip
    assert precise.seed == 0


def test_the_table_of_points_holds_numbers_and_texts(shop):
    study = study_of(
        shop, levers={"till.staff": [1, 2]}, uncertainties={"till.takes": "0.5 to 2 times"},
        design={"levers": "grid", "uncertainties": "one_at_a_time"},
    )  # fmt: skip
    table = study.points_table()
    assert list(table) == ["point", "world", "till.staff", "till.staff (text)", "till.takes", "till.takes (text)"]
    assert table["world"].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert table["till.staff"].tolist() == [1.0, 1.0, 2.0] * 3
    assert table["till.takes"].tolist() == [1.0] * 3 + [0.5] * 3 + [2.0] * 3
    assert set(zip(table["point"], table["world"], strict=True)) == {(one.point, one.world) for one in study.cases()}


def test_points_of_a_file_and_of_the_study_are_the_same(folder):
    (folder / "points.csv").write_text('till.staff,quality\n2,0.5\n"1 more",0\n', encoding="utf-8")
    head = "format: 1\nstudy: Q\nscenario: corner.yaml\nlevers: {quality: 0 to 1, till.staff: 1 to 3}\n"
    by_file = loads_study(head + "design: {file: points.csv}\n", folder=folder)
    rows = "[{quality: 0.5, till.staff: 2}, {till.staff: 1 more, quality: 0}]"
    by_hand = loads_study(head + f"design: {{points: {rows}}}\n", folder=folder)
    assert list(by_file.cases()) == list(by_hand.cases())
    assert [point.texts for point in by_file.points][1] == (("quality", "0.5"), ("till.staff", "2"))


factors = st.fixed_dictionaries(
    {},
    optional={
        "till.staff": st.sampled_from(
            ["1 to 3", ["2", "1"], {"levels": ["1", "3"], "cost": {"once": "5", "per": "1"}}]
        ),
        "till.fails": st.sampled_from(["0 % to 5 %", {"range": "1 % to 2.5 %", "cost": "10"}]),
        "recovery.steps": st.just({"levels": [["fix"], ["apologize", "fix"]]}),
        "till.announces": st.just(["nothing", "wait"]),
    },
)
uncertain = st.just("all") | st.fixed_dictionaries(
    {},
    optional={
        "Chain.price": st.just("9 a visit to 11 a visit"),
        "till.takes": st.sampled_from(["0.5 to 2 times", ["6 min", "lognormal 8 min, sd 2 min"]]),
        "market.segments.young.share": st.just("30 % to 60 %"),
    },
)
one_design = st.sampled_from(["grid", {"grid": "2"}, "one at a time", {"sobol": "3"}, {"latin hypercube": "2"}])


def test_what_is_written_out_says_everything(folder):
    lever = "{range: 0 % to 4 %, cost: {once: 5, yearly: 1, per: 1 %}}"
    text = f"format: 1\nstudy: Q\nscenario: corner.yaml\nlevers: {{till.fails: {lever}}}\nfrom: month 3\n"
    written = loads_study(text + "uncertainties: {till.takes: 0.5 to 2 times}\n", folder=folder).resolved("other.yaml")
    assert (
        written
        == """\
format: 1
study: Q
scenario: other.yaml
policies: [as-is]
levers:
  till.fails:
    range: 0 % to 4 %
    cost:
      once: 5
      yearly: 1
      per: 1 %
from: month 3
uncertainties:
  till.takes:
    range: 0.5 to 2 times
design:
  levers: grid
  uncertainties:
    sobol: 32
replications: 4
seed: 7
measures: [retention, nps_true, profit]
"""
    )


studies = st.fixed_dictionaries(
    {
        "policies": st.sampled_from([["train"], []]),
        "from": st.sampled_from(["month 0", "month 3"]),
        "precision": st.none() | st.just({"profit": "100"}),
    },
    optional={"levers": factors, "uncertainties": uncertain},
)


def written_out(folder, corner_text, tree, designs):
    """Load a study, write it out, load that, and compare."""
    text = corner_text + "unsure: {Chain.desk.takes: 0.8 to 1.25 times, price: 11 a visit to 13 a visit}\n"
    (folder / "corner.yaml").write_text(text, encoding="utf-8")
    kinds = [name for name in ("levers", "uncertainties") if tree.get(name)]
    design = dict(zip(kinds, designs, strict=False)) if len(designs) > 1 else designs[0]
    runs = {"most": "30"} if tree["precision"] else {"replications": "3"}
    filled = {key: value for key, value in tree.items() if value} | ({"design": design} if kinds else {}) | runs
    content = {"format": "1", "study": "What: then?", "scenario": "corner.yaml", **filled}
    study = loads_study(json.dumps(content), "study.yaml", folder)
    again = loads_study(study.resolved(), "study.resolved.yaml", folder)
    assert list(again.cases()) == list(study.cases())
    assert study.count == len(list(study.cases()))
    assert again.resolved() == study.resolved()
    assert (again.precision, again.replications, again.seed) == (study.precision, study.replications, study.seed)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=studies, designs=st.lists(one_design, min_size=1, max_size=2))
def test_a_study_written_out_loads_to_the_same_cases(folder, corner_text, tree, designs):
    written_out(folder, corner_text, tree, designs)


@pytest.mark.slow
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=studies, designs=st.lists(one_design, min_size=1, max_size=2))
def test_many_studies_written_out_load_to_the_same_cases(folder, corner_text, tree, designs):
    written_out(folder, corner_text, tree, designs)


def test_bundled_studies_load_and_are_small():
    names = library.studies()
    assert {"staffing", "cable-town-worlds", "cable-town-levers"} <= set(names)
    for name in names:
        study = load_study(name)
        assert study.question
        assert study.count * study.replications <= 500
        assert all(factor.cost.per >= 0.0 for factor in study.levers)
        assert library.question(name) == study.question


def test_a_study_needs_a_scenario_that_is_allowed_to_steer(tmp_path):
    text = "format: 1\nstudy: Q\nscenario: steered-hotline\n"
    with pytest.raises(ScenarioError, match="--allow-steering"):
        loads_study(text)
    assert loads_study(text, allow_steering=True).policies == ("as-is",)
