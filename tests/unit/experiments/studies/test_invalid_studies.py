"""One study file for each fault, with the message it must get."""

from pathlib import Path

import pytest

from cxsim.errors import ScenarioError
from cxsim.experiments.studies.study import load_study
from cxsim.scenario import load

INVALID = Path(__file__).parents[3] / "scenarios" / "invalid" / "studies"
FILES = sorted(INVALID.glob("*.yaml"))


def test_there_is_a_file_for_each_of_at_least_fifty_faults():
    assert len(FILES) >= 50
    assert {path.stem for path in FILES} == {path.stem for path in INVALID.glob("*.txt")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_bad_study_gets_its_message(path, monkeypatch):
    monkeypatch.chdir(INVALID)
    with pytest.raises(ScenarioError) as error:
        load_study(path.name)
    assert str(error.value) + "\n" == path.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_message_names_place_given_allowed_and_remedy(path):
    for line in path.with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        place, *rest = line.split("; ")
        assert len(rest) >= 2, line
        assert place.split(":")[0].endswith((".yaml", ".csv"))
        assert place.split(":")[1].isdigit(), "a fault of a study has a line"


def test_a_study_that_is_taken_for_a_scenario_says_so(monkeypatch):
    monkeypatch.chdir(INVALID)
    with pytest.raises(ScenarioError, match=r"unknown-key.yaml:2: study: a study; a scenario; name its scenario"):
        load("unknown-key.yaml")
