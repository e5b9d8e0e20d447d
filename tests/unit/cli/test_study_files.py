"""`validate`, `schema`, `scenarios` and `new` know studies from scenarios."""

import json

import pytest
from typer.testing import CliRunner

from cxsim.cli.app import app, hoisted

STUDY = "format: 1\nstudy: How many?\nscenario: corner.yaml\nlevers: {till.staff: 1 to 3}\n"


@pytest.fixture
def cxsim(monkeypatch, tmp_path, corner_text):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "corner.yaml").write_text(corner_text, encoding="utf-8")
    (tmp_path / "staff.yaml").write_text(STUDY, encoding="utf-8")
    return lambda *arguments: CliRunner().invoke(app, hoisted(arguments))


def test_scenarios_and_studies_are_checked_together(cxsim, tmp_path):
    done = cxsim("validate", "corner.yaml", "staff.yaml")
    assert (done.exit_code, done.stdout) == (0, "corner.yaml: valid\nstaff.yaml: valid\n")
    (tmp_path / "bad.yaml").write_text(STUDY.replace("1 to 3", "0 to 3") + "policies: [hir]\n", encoding="utf-8")
    bad = cxsim("validate", "bad.yaml", "staff.yaml")
    assert (bad.exit_code, bad.stdout) == (1, "staff.yaml: valid\n")
    assert bad.stderr.startswith(
        "bad.yaml:5: policies[1]: `hir`; a policy of the scenario, or `all`: as-is, hire, train"
    )
    faults = json.loads(cxsim("validate", "bad.yaml", "--json").stdout)["files"][0]["faults"]
    assert [(fault["path"], fault["line"]) for fault in faults] == [("policies[1]", 5)]


def test_a_study_whose_scenario_is_gone_is_invalid_and_a_study_that_is_gone_unreadable(cxsim, tmp_path):
    (tmp_path / "corner.yaml").unlink()
    lost = cxsim("validate", "staff.yaml")
    assert lost.exit_code == 1
    assert lost.stderr.startswith("staff.yaml:3: scenario: `corner.yaml`: no such file")
    assert cxsim("validate", "nowhere.yaml").exit_code == 2


def test_a_study_is_refused_where_a_scenario_is_wanted_and_nothing_is_written(cxsim, tmp_path):
    before = {path.name for path in tmp_path.iterdir()}
    done = cxsim("compare", "staff.yaml")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "staff.yaml:2: study: a study; a scenario; name its scenario; `cxsim sweep` runs a study\n"
    assert {path.name for path in tmp_path.iterdir()} == before


def test_the_schema_of_studies_is_another(cxsim):
    document = json.loads(cxsim("schema", "--study").stdout)
    assert document["title"] == "cxsim study"
    assert {"levers", "uncertainties", "design", "precision", "from"} <= set(document["properties"])
    assert set(document["required"]) == {"format", "study", "scenario"}
    methods = document["$defs"]["Designs"]["properties"]
    assert {"grid", "one at a time", "latin hypercube", "sobol", "file", "points"} <= set(methods)


def test_bundled_studies_are_listed_apart_shown_and_copied(cxsim, tmp_path):
    listed = cxsim("scenarios").stdout
    before, after = listed.split("\nstudies:\n")
    assert "staffing" not in before
    assert after.splitlines()[-1].split(maxsplit=1)[0] == "staffing"
    document = json.loads(cxsim("scenarios", "--json").stdout)
    assert "staffing" in [one["name"] for one in document["studies"]]
    assert "cable-town" in [one["name"] for one in document["scenarios"]]
    assert cxsim("scenarios", "show", "staffing").stdout.startswith("# staffing:")
    started = cxsim("new", "mine", "--from", "staffing")
    assert "`cxsim sweep mine.yaml`" in started.stderr
    assert cxsim("validate", "mine.yaml").exit_code == 0
    assert (tmp_path / "mine.yaml").exists()
