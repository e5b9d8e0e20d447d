"""`cxsim new` and `cxsim schema`: from nothing to a file that runs, with what editors need beside it."""

import json

import pytest
from typer.testing import CliRunner

from cxsim.cli.app import app, hoisted


@pytest.fixture
def cxsim(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, hoisted(arguments))


def test_a_new_file_runs_and_answers(cxsim, tmp_path):
    started = cxsim("new", "my-firm")
    assert (started.exit_code, started.stdout) == (0, "my-firm.yaml\n")
    assert cxsim("validate", "my-firm.yaml").stdout == "my-firm.yaml: valid\n"
    small = ["--set", "market.customers=400", "--set", "lasts=2 months"]
    done = cxsim("run", "my-firm.yaml", "--replications", "2", *small)
    assert done.exit_code == 0
    assert "starting customers still with the firm" in done.stdout
    assert cxsim("new", "my-firm").exit_code == 2


def test_what_one_can_begin_from_is_listed_and_nothing_written(cxsim, tmp_path):
    listed = cxsim("new", "--list").stdout.splitlines()
    assert listed[0].startswith("starter ")
    assert any(line.startswith("cable-town ") for line in listed)
    assert not any(line.startswith(("verification", "benchmarks")) for line in listed)
    assert json.loads(cxsim("new", "--list", "--json").stdout)["scenarios"][0]["name"] == "starter"
    assert list(tmp_path.iterdir()) == []


def test_a_file_needs_a_name(cxsim, tmp_path):
    done = cxsim("new")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("new: no name; ")
    assert list(tmp_path.iterdir()) == []


def test_schemas_are_written_where_new_files_look_for_them(cxsim, tmp_path):
    done = cxsim("schema", "--editor")
    assert done.stdout.splitlines() == [".cxsim/scenario.schema.json", ".cxsim/study.schema.json"]
    assert json.loads((tmp_path / ".cxsim/study.schema.json").read_text(encoding="utf-8"))["title"] == "cxsim study"
    refused = cxsim("schema", "--editor", "--study")
    assert (refused.exit_code, refused.stdout) == (2, "")
