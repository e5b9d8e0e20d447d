"""Steering on the command line: refused until it is allowed, with nothing run and nothing written."""

import json
import sys

import pandas as pd
import pytest
from typer.testing import CliRunner

from cxsim.cli.app import app, hoisted

TEXT = """
format: 1
our_firm: Hotline
starts: 2025-01-06
lasts: 3 d
firms:
  Hotline:
    wages: 20 an hour
    arrivals: {callers: {rate: 20 an hour, journey: [phone], patience: 2 min}}
    touchpoints: {phone: {channel: phone, staff: 2, takes: 6 min}}
policies:
  follow: {steering: desk_rules.more, cost: 0}
measures: [abandonment_rate, policy_cost]
"""
CODE = """
import pathlib
pathlib.Path(__file__).with_name("imported").touch()
import cxsim

@cxsim.steering_rule(levers={"phone.staff": (1, 4)}, version=3)
def more(look, levers, state):
    if look.measure("abandonment_rate", touchpoint="phone") > 0.1:
        levers.add("phone.staff", 1)

@cxsim.steering_rule(levers={"phone.staff": (1, 4)}, version=1)
def wrong(look, levers, state):
    levers["phone.staff"] = 5
"""


@pytest.fixture
def cxsim(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("cxsim.results.plots.Plots.all", lambda self: {})
    (tmp_path / "desk.yaml").write_text(TEXT)
    (tmp_path / "wrong.yaml").write_text(TEXT.replace("desk_rules.more", "desk_rules.wrong"))
    (tmp_path / "desk_rules.py").write_text(CODE)
    yield lambda *arguments: CliRunner().invoke(app, hoisted(arguments))
    sys.modules.pop("desk_rules", None)


@pytest.mark.parametrize(
    "command",
    [
        ("run", "desk.yaml"),
        ("run", "desk.yaml", "--policy", "follow"),
        ("compare", "desk.yaml"),
        ("benchmark", "desk.yaml"),
    ],
)
def test_code_of_a_file_is_refused_in_one_block(cxsim, tmp_path, command):
    before = {path.name for path in tmp_path.iterdir()}
    done = cxsim(*command, "--out", "out")
    assert done.exit_code == 2
    assert done.stdout == ""
    where = "desk.yaml:12: policies.follow.steering: `desk_rules.more`; "
    assert done.stderr.startswith(f"{where}code that a file names is imported and run only where you allow it; if you ")
    assert done.stderr.count("\n") == 1
    assert {path.name for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("command", [("validate", "desk.yaml"), ("assumptions", "desk.yaml"), ("schema",)])
def test_looking_at_a_file_runs_nothing(cxsim, tmp_path, command):
    done = cxsim(*command)
    assert done.exit_code == 0
    assert not (tmp_path / "imported").exists()
    if command[0] == "validate":
        assert done.stdout == "desk.yaml: valid\n"
        assert "not looked at without --allow-steering: steering of follow" in done.stderr


def test_what_is_allowed_is_checked(cxsim, tmp_path):
    assert cxsim("validate", "desk.yaml", "--allow-steering").stderr == ""
    assert (tmp_path / "imported").exists()
    (tmp_path / "desk.yaml").write_text(TEXT.replace("desk_rules.more", "desk_rules.less"))
    done = cxsim("validate", "desk.yaml", "--allow-steering")
    assert done.exit_code == 1
    assert "not nothing of this name there" in done.stderr


def test_compare_steers_and_keeps_what_moved(cxsim, tmp_path):
    done = cxsim("compare", "desk.yaml", "--allow-steering", "--replications", "2", "--out", "out", "--json")
    assert done.exit_code == 0, done.output
    table = pd.read_parquet(tmp_path / "out" / "steering.parquet")
    assert set(table["policy"]) == {"follow"}
    assert table["value"].max() <= 4
    means = {
        row["policy"]: row["mean"]
        for row in json.loads(done.stdout)["comparison"]
        if row["measure"] == "abandonment_rate"
    }
    assert means["follow"] < means["as-is"] - 0.05
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    (rule,) = manifest["steering"]
    assert (rule["module"], rule["name"], rule["version"]) == ("desk_rules", "more", 3)
    assert "Under follow, more moved phone.staff in 2 of 2 runs" in (tmp_path / "out" / "answer.md").read_text()
    again = cxsim("report", "out")
    assert again.exit_code == 0, again.output


def test_a_rule_that_is_wrong_fails_its_runs_and_names_itself(cxsim, tmp_path):
    done = cxsim("run", "wrong.yaml", "--policy", "follow", "--allow-steering", "--replications", "2", "--out", "out")
    assert done.exit_code == 1
    where = "steering rule wrong of follow, period 1 (to 2025-01-06): phone.staff: 5; 1 to 4 is allowed"
    assert where in done.stderr
    assert not (tmp_path / "out").exists()
