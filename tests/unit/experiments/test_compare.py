"""Experiments with an engine that knows the answer; one with the real one."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxsim.errors import InputError, RunError
from cxsim.experiments.compare import Setup, experiment
from cxsim.experiments.precision import Precision
from cxsim.measures import money
from cxsim.measures.totals import periods_of
from cxsim.scenario import loads


def own(frames, measure):
    table = frames.measures
    return table[(table["measure"] == measure) & (table["firm"] == "Corner") & (table["segment"] == "all")]


def test_runs_come_from_the_scenario_unless_told_otherwise(corner, answering_engine):
    made = experiment(corner, corner.policies, Setup(simulate=answering_engine))
    assert (made.replications, made.seed, made.policies) == (4, 7, ("as-is", "hire", "train"))
    assert len(made.runs) == 12
    assert len({run.identity for run in made.runs}) == 12
    assert not made.failures
    other = experiment(corner, ["hire", "hire"], Setup(simulate=answering_engine, replications=2, seed=3))
    assert (other.replications, other.seed, other.policies) == (2, 3, ("hire",))


def test_tables_hold_every_policy_and_replication(corner, answering_engine, known_answer):
    made = experiment(corner, corner.policies, Setup(simulate=answering_engine))
    rows = own(made.frames, "retention")
    assert list(zip(rows["policy"], rows["replication"], strict=True)) == [
        (policy, replication) for policy in ("as-is", "hire", "train") for replication in range(4)
    ]
    assert rows["value"].tolist() == [known_answer(p, r)["retention"] for p in corner.policies for r in range(4)]


def test_policy_cost_is_written_cost_and_wages_above_as_is(corner, answering_engine):
    made = experiment(corner, corner.policies, Setup(simulate=answering_engine, replications=2))
    cost = own(made.frames, "policy_cost")
    assert cost.groupby("policy")["value"].unique().map(list).to_dict() == {
        "as-is": [0.0],
        "hire": [2100.0],
        "train": [1500.0],
    }
    assert set(cost["unit"]) == {"EUR"}
    assert "policy_cost" not in set(made.frames.measures[made.frames.measures["firm"] == "Chain"]["measure"])


def test_parts_of_a_combination_cost_what_they_cost_alone(corner_text, answering_engine):
    policies = """policies:
  early: {from: month 1, change: {till.takes: 5 % less}, cost: {yearly: 1200}}
  late: {from: month 11, change: {till.takes: 5 % less}, cost: {yearly: 120000}}
  both: {combine: [early, late]}
measures:"""
    head, _, rest = corner_text.replace("lasts: 2 years", "lasts: 1 year").partition("policies:")
    found = {}

    def charging(task, progress=None):
        due = money.written(task.plan, task.costs, periods_of(task.plan).begins)
        found[task.spec.policy] = due.sum(axis=0).tolist()
        return answering_engine(task._replace(spec=replace(task.spec, policy="as-is")), progress)

    scenario = loads(head + policies + rest.partition("measures:")[2], "corner.yaml")
    experiment(scenario, scenario.policies, Setup(simulate=charging, replications=1, jobs=1))
    # Eleven months of 1,200 a year, one month of 120,000 a year; months are twelfths of a year.
    assert {policy: round(own, 6) for policy, (own, _) in found.items()} == {
        "as-is": 0.0,
        "early": 1100.0,
        "late": 10_000.0,
        "both": 11_100.0,
    }
    assert not any(other for _, other in found.values())


def test_without_as_is_there_is_no_policy_cost(corner, answering_engine):
    made = experiment(corner, ["hire"], Setup(simulate=answering_engine, replications=2))
    assert own(made.frames, "policy_cost").empty
    assert len(own(made.frames, "written_cost")) == 2


def test_a_policy_that_earns_less_than_as_is_never_pays_back(corner, answering_engine):
    made = experiment(corner, corner.policies, Setup(simulate=answering_engine, replications=2))
    paid = own(made.frames, "payback")
    assert len(paid) == 2 * len(corner.policies)
    assert paid["value"].isna().all()  # as-is has nothing to pay back, and the others never do
    assert set(paid["unit"]) == {"months"}


def test_a_failed_run_takes_its_replication_out_of_every_policy(corner, failing_engine):
    made = experiment(corner, corner.policies, Setup(simulate=failing_engine))
    assert made.replications == 3
    assert set(own(made.frames, "retention")["replication"]) == {0, 2, 3}
    (failure,) = made.failures
    assert (failure.policy, failure.replication, failure.status) == ("hire", 1, "failed")
    assert "does not end" in failure.why
    assert len(made.runs) == 12


def test_nothing_left_is_an_error_that_says_why(corner):
    def broken(task, progress=None):
        message = "out of order"
        raise RunError(message)

    with pytest.raises(RunError, match="out of order"):
        experiment(corner, corner.policies, Setup(simulate=broken))


@pytest.mark.parametrize(
    ("setup", "word"),
    [
        ({"engine": "steam"}, "compiled or reference"),
        ({"replications": 0}, "1 or more"),
        ({"seed": -1}, "whole number"),
        ({"seed": 1 << 63}, "whole number"),
        ({"jobs": 0}, "1 or more"),
    ],
)
def test_what_is_not_allowed_is_refused(corner, answering_engine, setup, word):
    with pytest.raises(InputError, match=word):
        experiment(corner, ["as-is"], Setup(simulate=answering_engine, **setup))


def test_precision_adds_replications_until_it_is_reached(corner, answering_engine):
    # The differences of `train` are 0.006 cos(3 r), of `hire` 0.12 + 0.004 cos(3 r): s is about 0.0044.
    asked = Precision("retention", 0.0015)
    made = experiment(corner, corner.policies, Setup(simulate=answering_engine, precision=asked))
    values = own(made.frames, "retention").set_index(["policy", "replication"])["value"]
    differences = (values["train"] - values["as-is"]).to_numpy()
    assert 10 < made.replications < 200
    half = 2.3 * differences.std(ddof=1) / np.sqrt(differences.size)
    assert half < 0.0017
    assert "half-width was reached" in made.note
    assert "cap" not in made.note


def test_precision_stops_at_the_cap_and_says_so(corner, answering_engine):
    made = experiment(
        corner, corner.policies, Setup(simulate=answering_engine, precision=Precision("retention", 1e-9, 15))
    )
    assert made.replications == 15
    assert "cap on replications" in made.note


@pytest.mark.parametrize("measure", ["nothing", "repeat_rate"])
def test_a_precision_on_a_measure_that_is_not_there_is_refused_before_any_run(corner, measure):
    def never(task, progress=None):
        pytest.fail("it ran")

    setup = Setup(simulate=never, precision=Precision(measure, 1.0))
    with pytest.raises(InputError, match="choose another measure"):
        experiment(corner, corner.policies, setup)


def test_a_precision_on_the_cost_of_a_policy_is_allowed(corner, answering_engine):
    asked = Precision("policy_cost", 1e9)
    assert experiment(corner, corner.policies, Setup(simulate=answering_engine, precision=asked)).replications == 10


def test_the_real_engine_gives_the_same_values_with_one_and_two_jobs(corner):
    one = experiment(corner, ["as-is", "hire"], Setup(replications=2, jobs=1))
    two = experiment(corner, ["hire", "as-is"], Setup(replications=2, jobs=2))
    for first, second in zip(one.frames, two.frames, strict=True):
        keys = [name for name in first.columns if name not in {"value", "at_risk", "left", "censored"}]
        pd.testing.assert_frame_equal(
            first.sort_values(keys).reset_index(drop=True),
            second.sort_values(keys).reset_index(drop=True),
            check_exact=True,
        )
    assert {run.identity for run in one.runs} == {run.identity for run in two.runs}
    table = own(one.frames, "retention")
    assert table["value"].between(0.0, 1.0).all()
    assert one.runs[0].events > 0
