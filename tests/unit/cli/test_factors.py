"""`cxsim sensitivity` and `cxsim discover` from the command line, with the simulator on a small shop."""

import json

import pytest
from typer.testing import CliRunner

from cxsim.cli.app import app, hoisted

SHOP = """
format: 1
our_firm: Shop
lasts: 1 month
warm_up: 0 months
market: {customers: 4, setting: noncontractual}
firms:
  Shop:
    price: 12 a visit
    variable_cost: 7 a visit
    wages: 15 an hour
    contacts: {shopping: {happens: 8 a month, because: purchase, journey: [till]}}
    touchpoints: {till: {channel: store, staff: 1, hours: Mon-Sat 09:00-13:00, takes: 1 min}}
policies:
  cheaper-goods: {change: {variable_cost: 2 less}, cost: {once: 60}, from: month 0}
unsure: {price: 10 a visit to 14 a visit, wages: 14 an hour to 16 an hour}
measures: [profit]
"""
STUDY = """
format: 1
study: What do more hands cost?
scenario: shop.yaml
levers: {till.staff: {levels: [1, 2], cost: {once: 200}}}
measures: [written_cost, profit]
replications: 2
"""


@pytest.fixture
def cxsim(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").write_text(SHOP)
    (tmp_path / "hands.yaml").write_text(STUDY)
    return lambda *arguments: CliRunner().invoke(app, hoisted(arguments))


def test_sensitivity_of_a_scenario_prints_and_writes_the_answer(cxsim, tmp_path):
    done = cxsim("sensitivity", "shop.yaml", "--points", "4", "--replications", "2", "--out", "out", "--quiet")
    assert done.exit_code == 0, done.output
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Question. Which factors matter for profit")
    assert "is moved most by wages: from one end of its range to the other it changes by" in lines[1]
    assert lines[-1] == "out/answer.md"
    assert (tmp_path / "out" / "charts" / "tornado.png").is_file()
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["asked"]["method"] == "morris"


def test_sensitivity_of_a_study_as_a_document(cxsim):
    done = cxsim("sensitivity", "hands.yaml", "--method", "one-at-a-time", "--replications", "2", "--json", "--quiet")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["measure"] == "written_cost"
    assert document["factors"] == ["till.staff"]
    (row,) = document["indices"]
    assert (row["index"], row["value"], row["told_apart"]) == ("swing", 200.0, True)
    assert document["folder"].startswith("results/hands-sensitivity/")
    assert document["failures"] == []


@pytest.mark.parametrize(
    "command",
    [
        "sensitivity shop.yaml --points 4 --replications 2 --out",
        "discover shop.yaml --policy cheaper-goods --worlds 20 --replications 2 --out",
        "select shop.yaml --measure profit --delta 200 --most 20 --out",
    ],
)
def test_a_command_that_was_stopped_goes_on_from_its_store(cxsim, tmp_path, monkeypatch, command):
    from cxsim.experiments.studies.runs import Runs

    known, kept = Runs._kept, []

    def stopped(self, *taken):
        if kept:
            raise KeyboardInterrupt
        kept.extend(known(self, *taken))
        return kept

    with monkeypatch.context() as patched:
        patched.setattr(Runs, "_kept", stopped)
        done = cxsim(*command.split(), "first", "--quiet")
        assert done.exit_code == 1
        assert "stopped; nothing was written; with --store DIR, runs are kept" in done.stderr
        kept.clear()
        done = cxsim(*command.split(), "first", "--store", "kept", "--quiet")
    assert done.exit_code == 1
    assert "stopped; the runs that were made are in kept: the same command goes on from there" in done.stderr
    assert not (tmp_path / "first").exists()
    assert kept
    made = []
    monkeypatch.setattr(Runs, "_kept", lambda self, *taken: made.extend(known(self, *taken)) or made[-1:])
    assert cxsim(*command.split(), "first", "--store", "kept", "--quiet").exit_code == 0
    assert made
    assert not {one.identity for one in made} & {one.identity for one in kept}
    made.clear()
    assert cxsim(*command.split(), "second", "--store", "kept", "--quiet").exit_code == 0
    assert not made
    for name in ("indices.csv", "worlds.csv", "replications.csv"):
        if (tmp_path / "first" / name).is_file():
            assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_discover_prints_and_writes_where_a_policy_loses(cxsim, tmp_path):
    options = ("--policy", "cheaper-goods", "--worlds", "20", "--replications", "2", "--seed", "3", "--out", "out")
    done = cxsim("discover", "shop.yaml", *options)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith(
        "Question. In which worlds does cheaper-goods lose to as-is?\n1. The answer. On profit"
    )
    assert "100 %: 80 of 80 runs" in done.stderr
    assert (tmp_path / "out" / "worlds.csv").is_file()
    assert (tmp_path / "out" / "charts" / "corner.svg").is_file()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("sensitivity", "shop.yaml", "--policy", "cheap"), "policy: cheap; "),
        (("sensitivity", "shop.yaml", "--measure", "proft"), "did you mean"),
        (("sensitivity", "shop.yaml", "--points", "1"), "points: 1; 4 to "),
        (("sensitivity", "nowhere.yaml"), "nowhere.yaml"),
        (("discover", "shop.yaml", "--policy", "cheaper-goods", "--worlds", "7"), "worlds: 7; 20 to 10000"),
        (("discover", "shop.yaml", "--policy", "as-is"), "but as-is"),
        (("discover", "hands.yaml", "--policy", "cheaper-goods"), "nothing is unsure"),
        (("sensitivity", "shop.yaml", "--out", "shop.yaml"), "a folder"),
    ],
)
def test_bad_input_is_one_block_and_nothing_is_written(cxsim, tmp_path, arguments, word):
    done = cxsim(*arguments)
    assert done.exit_code == 2
    assert done.stdout == ""
    block = [line for line in done.stderr.splitlines() if not line.startswith("compiling")]
    assert len(block) == 1
    assert word in block[0]
    assert block[0].count(";") >= 2
    assert {path.name for path in tmp_path.iterdir()} == {"shop.yaml", "hands.yaml"}


def test_failed_runs_are_told_and_left_out(cxsim, monkeypatch):
    from cxsim.experiments.studies import lab

    real = lab._simulated

    def some_fail(tasks, progress):
        found = list(real(tasks, progress))
        return [
            lab.Failure("a planted fault") if task.spec.replication == 1 else one
            for task, one in zip(tasks, found, strict=True)
        ]

    monkeypatch.setattr(lab, "_simulated", some_fail)
    done = cxsim("sensitivity", "shop.yaml", "--points", "4", "--replications", "2", "--quiet")
    assert done.exit_code == 1
    assert "no point has all its runs" in done.stderr
