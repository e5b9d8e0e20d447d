"""Runs of studies have the values of a comparison, whoever makes them, and none is made twice."""

import itertools

import numpy as np
import pytest

import cxsim
from cxsim.errors import InputError
from cxsim.experiments.store.store import Store
from cxsim.experiments.studies import lab as laboratory
from cxsim.experiments.studies.case import Case, Want, written
from cxsim.experiments.studies.lab import lab_of, perform
from cxsim.experiments.studies.runs import Runs

SEED = 20260101
POLICIES = ("as-is", "hire", "train")
MEASURES = ("retention", "profit", "wait_all_mean", "policy_cost", "payback", "written_cost")
WORLD = (("till.takes", "14 min"), ("price", "11 a visit"))
CASES = [*map(Case, POLICIES), *(Case(policy, WORLD) for policy in POLICIES)]


@pytest.fixture(scope="module")
def table(lab):
    with Runs(lab, jobs=1) as runs:
        return runs.table(CASES, range(3), MEASURES)


@pytest.mark.parametrize("world", [(), WORLD])
def test_values_are_those_of_a_comparison(small, table, world):
    there = small.with_values(dict(world)) if world else small
    rows = cxsim.compare(there, replications=3, seed=SEED).measures
    ours = rows[(rows["firm"] == "Corner") & (rows["segment"] == "all")]
    wide = ours.set_index(["policy", "replication", "measure"])["value"]
    for (place, case), number, (column, measure) in itertools.product(
        [(place, case) for place, case in enumerate(CASES) if case.changes == world], range(3), enumerate(MEASURES)
    ):
        expected = wide.get((case.policy, number, measure), np.nan)
        np.testing.assert_array_equal(table[place, number, column], expected, f"{case} {number} {measure}")


def test_worlds_and_policies_differ(table):
    assert np.isfinite(table[:, :, :3]).all()
    assert len({table[place].tobytes() for place in range(len(CASES))}) == len(CASES)


@pytest.mark.parametrize(
    ("engine", "executor"),
    [
        ("compiled", "threads"),
        ("reference", "threads"),
        pytest.param("compiled", "processes", marks=pytest.mark.slow),
        pytest.param("reference", "local", marks=pytest.mark.slow),
    ],
)
def test_values_do_not_depend_on_who_makes_them(small, table, engine, executor):
    with Runs(lab_of(small, seed=SEED, engine=engine), executor=executor, jobs=2) as runs:
        found = runs.table(CASES[2:4], [1], MEASURES)
    assert found.tobytes() == np.ascontiguousarray(table[2:4, 1:2]).tobytes()


def test_runs_of_a_job_are_those_made_one_by_one(lab):
    wants = [Want(case, number) for case in CASES for number in range(2)]
    together = perform(lab, wants)
    alone = [row for want in wants for row in perform(lab, [want])]
    assert [row._replace(wall_s=0.0) for row in together] == [row._replace(wall_s=0.0) for row in alone]


def lever(text):
    return written({"point": {"change": {"till.staff": text}, "cost": "0", "from": "month 0"}})


def test_points_of_a_design_share_their_history_and_keep_their_values(lab):
    wants = [Want(Case("point", (), lever(text)), 0) for text in ("1 more", "2 more")]
    together = perform(lab, wants)
    assert [row.values for row in together] == [perform(lab, [want])[0].values for want in wants]
    assert together[0].values != together[1].values


def test_a_policy_from_python_may_combine_those_of_the_file(lab):
    both = written({"both": {"combine": ["hire", "train"], "cost": "0"}})
    (row,) = perform(lab, [Want(Case("both", (), both), 0)])
    assert row.status == "done"
    assert lab.columns.value("written_cost", lab.columns.read(row.values), None) > 600


def counting(monkeypatch):
    made = []
    whole = laboratory._simulated

    def counted(lab, wants, *rest):
        made.extend(wants)
        return whole(lab, wants, *rest)

    monkeypatch.setattr(laboratory, "_simulated", counted)
    return made


def test_a_study_that_grows_makes_only_what_is_new(lab, tmp_path, monkeypatch, table):
    made = counting(monkeypatch)

    def grown(cases, replications):
        store = Store(tmp_path / "store", lab.columns.described())
        with Runs(lab, store=store, jobs=2) as runs:
            return runs.table(cases, range(replications), MEASURES), runs.made_now

    assert grown(CASES[:2], 2)[1] == len(made) == 4
    assert grown(CASES[:2], 3)[1] == 2  # more replications
    assert grown(CASES[:3], 3)[1] == 3  # more policies
    found, new = grown(CASES, 3)  # more points
    assert new == 9
    assert len(made) == len(set(made)) == 18
    assert found.tobytes() == table.tobytes()
    assert grown(CASES, 3)[1] == 0


def test_the_status_of_a_run_is_known_without_its_values(lab, tmp_path, monkeypatch):
    wants = [Want(CASES[1], number) for number in range(3)] + [Want(Case("bribe"), 0)]
    store = Store(tmp_path / "store", lab.columns.described())
    with Runs(lab, store=store, jobs=1) as runs:
        made = [record.status for record in runs.made([*wants[:2], wants[3]])]
        store.compact()
    assert sorted(made) == ["done", "done", "failed"]
    monkeypatch.setattr("cxsim.experiments.store.store.records_in", None)
    there = Runs(lab, store=Store(tmp_path / "store", lab.columns.described()))
    assert [there.status(want) for want in wants] == ["done", "done", None, "failed"]
    in_memory = Runs(lab, jobs=1)
    with in_memory:
        list(in_memory.made([wants[0], wants[3]]))
        assert [in_memory.status(want) for want in wants] == ["done", None, None, "failed"]


def test_what_is_wanted_twice_is_made_once(lab, monkeypatch):
    made = counting(monkeypatch)
    wants = [Want(CASES[1], number) for number in (0, 1, 0, 1, 2, 0)]
    with Runs(lab, jobs=1) as runs:
        assert len(list(runs.made(wants))) == 3
    assert sorted(want.replication for want in made) == [0, 1, 2]


def test_one_run_that_fails_leaves_the_others(lab, tmp_path, monkeypatch):
    whole = laboratory.simulate_family

    def failing(tasks, progress=None):
        if tasks[0].spec.replication == 1:
            message = "the till is on fire"
            raise RuntimeError(message)
        return whole(tasks, progress)

    refused = Case("as-is", (("till.staff", "many"),))
    monkeypatch.setattr(laboratory, "simulate_family", failing)
    with Runs(lab, store=Store(tmp_path / "store", lab.columns.described()), jobs=1) as runs:
        found = runs.table([*CASES[:2], refused], range(3), ["retention"])
        assert np.isfinite(found[:2, [0, 2]]).all()
        assert np.isnan(found[:2, 1]).all()
        assert np.isnan(found[2]).all()
        whys = {(broken.want.case, broken.want.replication): broken.why for broken in runs.failures}
    assert len(whys) == 5
    assert whys[CASES[1], 1] == "RuntimeError: the till is on fire"
    assert "till.staff" in whys[refused, 0]
    assert "many" in whys[refused, 0]

    monkeypatch.undo()
    with Runs(lab, store=Store(tmp_path / "store", lab.columns.described()), jobs=1) as runs:
        assert np.isnan(runs.table(CASES[:2], range(3), ["retention"])[:, 1]).all()
        assert (runs.made_now, len(runs.failures)) == (0, 2)  # known from the store, with why
        assert {broken.why for broken in runs.failures} == {"RuntimeError: the till is on fire"}
    with Runs(lab, store=Store(tmp_path / "store", lab.columns.described(), retry=True), jobs=1) as runs:
        assert np.isfinite(runs.table(CASES[:2], range(3), ["retention"])).all()
        assert (runs.made_now, runs.failures) == (2, [])
    with Runs(lab, store=Store(tmp_path / "store", lab.columns.described()), jobs=1) as runs:
        assert np.isfinite(runs.table(CASES[:2], range(3), ["retention"])).all()
        assert runs.made_now == 0


def test_an_unknown_measure_is_refused(lab):
    with Runs(lab) as runs, pytest.raises(InputError, match=r"^measure: joy; .*retention.* are known in this scenario"):
        runs.table(CASES, [0], ["joy"])


def test_jobs_keep_together_what_shares_its_history(lab):
    runs = Runs(lab)
    wants = [Want(case, number) for number in range(3) for case in CASES[:3]] + [Want(CASES[3], 0)]
    first = list(runs._jobs(wants, [0], set()))
    assert [len(job) for job in first] == [3, 3, 3, 1]  # nothing is known yet: a family each
    runs._mean_s = 0.1
    assert [len(job) for job in runs._jobs(wants, [0], set())] == [6, 3, 1]  # about half a second
    runs._mean_s = 60.0
    assert [len(job) for job in runs._jobs(wants, [0], set())] == [1] * 10  # a kill would cost too much


def test_progress_counts_what_was_there_as_no_work(lab):
    told = []
    with Runs(lab, jobs=1) as runs:
        list(runs.made([Want(CASES[0], 0)]))
        runs.report = told.append
        list(runs.made([Want(CASES[0], number) for number in range(3)], 3))
    assert (told[-1].done, told[-1].total, told[-1].there) == (3, 3, 1)
    assert told[-1]._replace(done=2.0, elapsed_s=10.0).left_s == 10.0  # one made in 10 s, one to go
