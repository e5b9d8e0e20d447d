"""One file for each fault, with the message it must get."""

import shutil
from pathlib import Path

import pytest

from cxsim.errors import ScenarioError, UnreadableError
from cxsim.scenario import load

INVALID = Path(__file__).parents[2] / "scenarios" / "invalid"
FILES = sorted(INVALID.glob("*.yaml"))
UNREADABLE = {"not-utf-8"}


def test_there_is_a_file_for_each_of_at_least_forty_faults():
    assert len(FILES) >= 40
    assert {path.stem for path in FILES} == {path.stem for path in INVALID.glob("*.txt")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_bad_file_gets_its_message(path, monkeypatch):
    monkeypatch.chdir(INVALID)
    with pytest.raises(ScenarioError) as error:
        load(path.name)
    assert str(error.value) + "\n" == path.with_suffix(".txt").read_text(encoding="utf-8")
    assert isinstance(error.value, UnreadableError) == (path.stem in UNREADABLE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_message_names_place_given_allowed_and_remedy(path):
    for line in path.with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        assert line.count("; ") >= 2, line
        assert line.split(":")[0].endswith((".yaml", ".csv"))


def test_nothing_is_written_beside_a_bad_file(tmp_path):
    for name in ("unknown-key.yaml", "trace-gap.yaml", "trace-gap.csv"):
        shutil.copy(INVALID / name, tmp_path / name)
    before = sorted(tmp_path.rglob("*"))
    for name in ("unknown-key.yaml", "trace-gap.yaml"):
        with pytest.raises(ScenarioError):
            load(tmp_path / name)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_wrong_name_suggests_the_right_one():
    with pytest.raises(UnreadableError, match="did you mean `local-shop-vs-chain`"):
        load("local-shop-vs-chian")
