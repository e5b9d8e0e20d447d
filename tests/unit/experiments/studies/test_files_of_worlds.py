"""Worlds that name files: what stands in a file is part of what its runs are known by."""

from contextlib import closing

import pytest

from cxsim.experiments.store.store import Store
from cxsim.experiments.studies.case import Case, Want, written
from cxsim.experiments.studies.lab import lab_of, perform
from cxsim.experiments.studies.runs import Runs
from cxsim.experiments.studies.study import load_study
from cxsim.scenario import load

SEED = 20260101
DESK = """\
format: 1
starts: 1999-01-03
lasts: 1 d
firms:
  Bank:
    arrivals:
      calls: {rate: 30 an hour, journey: [phone], patience: 5 min}
      letters: {trace: letters.csv, journey: [phone], patience: 5 min}
    touchpoints:
      phone: {channel: phone, staffing: two.csv, takes: exponential 3 min}
"""
STUDY = """\
format: 1
study: Which roster?
scenario: bank.yaml
uncertainties: {phone.staffing: [two.csv, other.csv]}
design: grid
replications: 2
measures: [wait_mean]
"""
OTHER = (("phone.staffing", "other.csv"),)
WANT = Want(Case("as-is", OTHER), 0)


def roster(people):
    return f"from,until,staff\n1999-01-03 00:00,1999-01-04 00:00,{people}\n"


@pytest.fixture
def bank(tmp_path):
    (tmp_path / "bank.yaml").write_text(DESK)
    (tmp_path / "two.csv").write_text(roster(2))
    (tmp_path / "other.csv").write_text(roster(3))
    (tmp_path / "letters.csv").write_text("time\n1999-01-03 07:00:10\n")
    return tmp_path / "bank.yaml"


def of(bank, want=WANT):
    return lab_of(load(bank), seed=SEED).identity(want)


def test_a_run_is_known_by_what_stands_in_the_file_of_its_world(bank):
    before, as_is = of(bank), of(bank, Want(Case(), 0))
    assert of(bank) == before
    (bank.parent / "other.csv").write_text(roster(4))
    assert of(bank) != before
    assert of(bank, Want(Case(), 0)) == as_is
    (bank.parent / "other.csv").write_text(roster(3))
    assert of(bank) == before


def test_a_log_of_arrivals_counts_and_a_file_that_is_missing_fails(bank):
    case = Case("as-is", (("letters.trace", "more.csv"),))
    missing = of(bank, Want(case, 0))
    (row,) = perform(lab_of(load(bank), seed=SEED), [Want(case, 0)])
    assert (row.status, row.identity) == ("failed", missing)
    assert "more.csv" in row.why
    (bank.parent / "more.csv").write_text("time\n1999-01-03 07:00:10\n1999-01-03 08:00:00\n")
    (row,) = perform(lab_of(load(bank), seed=SEED), [Want(case, 0)])
    assert row.status == "done"
    assert row.identity != missing


def test_a_store_does_not_serve_runs_of_a_file_that_was_edited(bank, tmp_path):
    (tmp_path / "study.yaml").write_text(STUDY)

    def values():
        study = load_study(tmp_path / "study.yaml")
        lab = lab_of(study.scenario, seed=SEED, keep="ours")
        with (
            closing(Store(tmp_path / "store", lab.columns.described())) as store,
            Runs(lab, store=store, jobs=1) as runs,
        ):
            table = runs.table([placed.case for placed in study.cases()], range(2), ["wait_mean"])
            return table[:, :, 0].tolist(), runs.made_now

    (two, three), made = values()
    assert made == 4
    assert two != three
    assert values() == ([two, three], 0)
    (bank.parent / "other.csv").write_text(roster(2))
    assert values() == ([two, two], 2)


def test_a_file_that_is_edited_while_the_study_runs_ends_in_a_failure_that_says_so(bank):
    lab = lab_of(load(bank), seed=SEED)
    lab.identity(WANT)
    (bank.parent / "other.csv").write_text(roster(4))
    (row,) = perform(lab, [WANT])
    assert row.status == "failed"
    assert "Bank.phone.staffing: a file that has changed since the study began" in row.why


def test_a_file_of_the_scenario_that_is_edited_while_the_study_runs_is_seen_too(bank):
    lab = lab_of(load(bank), seed=SEED)
    (bank.parent / "two.csv").write_text(roster(4))
    (row,) = perform(lab, [Want(Case("as-is", (("phone.takes", "exponential 2 min"),)), 0)])
    assert row.status == "failed"
    assert "phone.staffing" in row.why


def test_a_policy_cannot_name_a_file(bank):
    block = written({"roster": {"change": {"phone.staffing": "other.csv"}, "cost": "0", "from": "month 0"}})
    (row,) = perform(lab_of(load(bank), seed=SEED), [Want(Case("roster", (), block), 0)])
    assert row.status == "failed"
    assert "phone.staffing" in row.why


def test_worlds_without_files_read_none(bank, monkeypatch):
    lab = lab_of(load(bank), seed=SEED)
    monkeypatch.setattr("cxsim.experiments.studies.identity.digest_of", None)
    assert lab.identity(Want(Case("as-is", (("phone.takes", "2 min"),)), 0))
    assert lab.files == {}
