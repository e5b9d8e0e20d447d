"""The identity of a run changes with each thing that decides its values, and with nothing else."""

import itertools

import pytest

from cxsim.experiments.studies import identity
from cxsim.experiments.studies.case import Case, Want, written
from cxsim.experiments.studies.lab import lab_of, perform

SEED = 20260101
RUN = Want(Case("hire", (("till.takes", "14 min"),)), 2)
LEVER = {"change": {"till.staff": "1 more"}, "cost": "0", "from": "month 0"}


def of(scenario, want=RUN, **settings):
    return lab_of(scenario, **{"seed": SEED, **settings}).identity(want)


@pytest.fixture(scope="module")
def usual(small):
    return of(small)


def test_an_identity_is_32_digits(usual):
    assert len(usual) == 32
    assert set(usual) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    "want",
    [
        RUN._replace(replication=3),
        RUN._replace(case=Case("train", RUN.case.changes)),
        RUN._replace(case=Case("as-is", RUN.case.changes)),
        RUN._replace(case=Case("hire")),
        RUN._replace(case=Case("hire", (("till.takes", "15 min"),))),
        RUN._replace(case=Case("hire", (("till.staff", "14 min"),))),
        RUN._replace(case=Case("hire", (*RUN.case.changes, ("till.staff", "2")))),
    ],
)
def test_each_part_of_a_run_decides(small, usual, want):
    assert of(small, want) != usual


@pytest.mark.parametrize("settings", [{"seed": 1}, {"scale": 0.5}, {"keep": "ours"}])
def test_each_setting_that_decides_values_counts(small, usual, settings):
    assert of(small, **settings) != usual


@pytest.mark.parametrize(
    ("path", "text"),
    [("market.customers", "61"), ("lasts", "4 months"), ("warm_up", "2 months"), ("till.takes", "9 min")],
)
def test_the_scenario_counts(small, usual, path, text):
    assert of(small.with_value(path, text)) != usual


def test_a_rule_that_is_replaced_counts(small, usual, monkeypatch):
    monkeypatch.setattr(identity, "identities", lambda: ("satisfaction.value=abc",))
    assert of(small) != usual


@pytest.mark.parametrize("name", ["MODEL_VERSION", "RANDOM_SCHEME", "RULE"])
def test_the_model_counts(small, usual, monkeypatch, name):
    monkeypatch.setattr(identity, name, "another")
    assert of(small) != usual


def test_the_engine_and_the_policies_of_others_do_not(small, usual):
    assert of(small, engine="reference") == usual
    more = small.with_policy("more", {"till.staff": "2 more"}, 5)
    assert of(more) == usual
    # And indeed the values are the same, to the byte.
    with_more, without = lab_of(more, seed=SEED), lab_of(small, seed=SEED)
    for policy in ("as-is", "hire"):
        want = Want(Case(policy), 0)
        assert perform(with_more, [want])[0].values == perform(without, [want])[0].values


def test_a_policy_counts_with_what_it_does_not_with_its_name(small):
    def point(name, **block):
        return of(small, Want(Case(name, (), written({name: {**LEVER, **block}})), 0))

    same = [point("point"), point("other"), point("point", idea="Said otherwise.")]
    assert len(set(same)) == 1
    others = [
        point("point", change={"till.staff": "2 more"}), point("point", cost="1"), point("point", until="month 2"),
        point("point", **{"from": "month 1"}),
    ]  # fmt: skip
    assert len({*same, *others}) == 5
    hire = written({"hire": LEVER})
    assert of(small, Want(Case("hire", (), hire), 0)) == same[0]  # what is written hides what stands in the file


def test_a_combination_counts_with_its_parts(small):
    def both(parts, scenario=small):
        return of(scenario, Want(Case("both", (), written({"both": {"combine": parts, "cost": "0"}})), 0))

    found = [both(["hire", "train"]), both(["hire"]), both(["hire", {"train": {"from": "month 2"}}])]
    assert len(set(found)) == 3


def test_policies_that_go_round_in_a_circle_have_an_identity_and_fail(lab):
    circle = written({"a": {"combine": ["b"], "cost": "0"}, "b": {"combine": ["a"], "cost": "0"}})
    (row,) = perform(lab, [Want(Case("a", (), circle), 0)])
    assert row.status == "failed"
    assert len(row.identity) == 32


def test_an_unknown_policy_has_an_identity_and_fails(lab):
    first, second = perform(lab, [Want(Case("bribe"), 0), Want(Case("beg"), 0)])
    assert (first.status, second.status) == ("failed", "failed")
    assert first.identity != second.identity
    assert "bribe" in first.why


def test_texts_are_told_apart_however_they_are_cut(small):
    parts = [
        (("a", "b"), ("c", "d")),
        (("a", "b\x1fc"), ("d", "")),
        (("a\x1fb", "c"), ("d", "")),
        (("a", "bc"), ("d", "")),
    ]
    assert len({of(small, Want(Case("hire", changes), 0)) for changes in parts}) == 4


def test_no_two_runs_of_a_study_are_one(lab):
    cases = [Case(policy, world) for policy in ("as-is", "hire", "train") for world in ((), RUN.case.changes)]
    found = {lab.identity(Want(case, number)) for case, number in itertools.product(cases, range(100))}
    assert len(found) == 600
