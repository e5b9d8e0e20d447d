"""The result folder is there whole, or not at all."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from cxsim.errors import InputError
from cxsim.experiments.compare import Setup, experiment
from cxsim.experiments.contrast import COLUMNS
from cxsim.measures import tables
from cxsim.model import draws
from cxsim.results import folder as module
from cxsim.results.answer import answer
from cxsim.results.book.contents import USUAL
from cxsim.results.folder import check, default_folder
from cxsim.results.result import Result

FILES = {
    "answer.md",
    "charts",
    "cohorts.parquet",
    "comparison.csv",
    "manifest.json",
    "measures.parquet",
    "records.parquet",
    "report.html",
    "scenario.resolved.yaml",
    "timeseries.parquet",
    "touchpoints.parquet",
    "why.csv",
}


@pytest.fixture
def quick(compared):
    return compared(replications=3)


@pytest.fixture
def no_charts(monkeypatch):
    monkeypatch.setattr("cxsim.results.plots.Plots.all", lambda self: {})


def names(path):
    return {entry.name for entry in path.iterdir()}


def test_the_folder_holds_what_the_contract_says(quick, tmp_path):
    place = quick.save(tmp_path / "deep" / "out", command="cxsim compare corner")
    assert names(place) == FILES
    assert names(place / "charts") == {f"{chart}.{ending}" for chart in USUAL for ending in ("png", "svg")}
    assert names(place.parent) == {"out"}
    for name in ("measures", "timeseries", "touchpoints", "cohorts", "records"):
        table = pd.read_parquet(place / f"{name}.parquet")
        assert tuple(table.columns) == getattr(tables, f"{name.upper()}_COLUMNS")
        pd.testing.assert_frame_equal(table, getattr(quick.experiment.frames, name), check_dtype=False)
    assert tuple(pd.read_csv(place / "comparison.csv").columns) == COLUMNS
    page = (place / "report.html").read_text(encoding="utf-8")
    assert page.count("data:image/svg+xml;base64,") == page.count("data:image/png;base64,") == 5
    libraries = page.index("<script>\n/*\nVega")
    assert "http:" not in page[:libraries] + page[page.index("</script>", libraries) :]
    pd.testing.assert_frame_equal(pd.read_csv(place / "why.csv"), quick.reasons, check_dtype=False)
    said = (place / "answer.md").read_text(encoding="utf-8")
    assert said == answer(quick.facts, "cxsim compare corner") != quick.answer()


@pytest.mark.usefixtures("no_charts")
def test_the_resolved_scenario_can_be_loaded_again(quick, tmp_path):
    from cxsim.scenario import load

    place = quick.save(tmp_path / "out")
    assert load(place / "scenario.resolved.yaml").identity() == quick.scenario.identity()


@pytest.mark.usefixtures("no_charts")
def test_the_manifest_names_every_run(compared, failing_engine, tmp_path):
    place = compared(simulate=failing_engine).save(tmp_path / "out", command="cxsim compare corner")
    manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["schema"] == 1
    assert manifest["random_scheme"] == draws.SCHEME
    assert manifest["command"] == "cxsim compare corner"
    assert manifest["replications"] == 3
    assert len(manifest["runs"]) == 12
    (failed,) = [run for run in manifest["runs"] if run["status"] == "failed"]
    assert (failed["policy"], failed["replication"]) == ("hire", 1)
    assert "does not end" in failed["why"]
    assert manifest["measures"]["retention"]["of_whom"] == "customers of the firm at the start"
    assert {"numpy", "numba", "simpy"} <= set(manifest["libraries"])
    assert str(tmp_path) not in json.dumps(manifest)


@pytest.mark.usefixtures("no_charts")
@pytest.mark.parametrize("broken", ["manifest_of", "_parquet", "_move", "_settle"])
def test_a_failure_half_way_leaves_nothing(quick, tmp_path, monkeypatch, broken):
    def fail(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, broken, fail)
    with pytest.raises(InputError, match=r"No space left on device; a folder that can be written; name another"):
        quick.save(tmp_path / "deep" / "out")
    assert names(tmp_path) == set()


@pytest.mark.usefixtures("no_charts")
def test_an_interruption_half_way_leaves_the_earlier_results(quick, tmp_path, monkeypatch):
    place = quick.save(tmp_path / "out", command="first")

    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "manifest_of", interrupt)
    with pytest.raises(KeyboardInterrupt):
        quick.save(tmp_path / "out", command="second")
    assert names(tmp_path) == {"out"}
    assert json.loads((place / "manifest.json").read_text())["command"] == "first"


@pytest.mark.usefixtures("no_charts")
def test_a_failed_replacement_brings_the_earlier_results_back(quick, tmp_path, monkeypatch):
    place = quick.save(tmp_path / "out", command="first")
    rename = Path.rename

    def fail_for_new(self, target):
        if self.name.endswith(".partial"):
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_for_new)
    with pytest.raises(InputError, match="Input/output error"):
        quick.save(tmp_path / "out", command="second")
    assert names(tmp_path) == {"out"}
    assert json.loads((place / "manifest.json").read_text())["command"] == "first"


@pytest.mark.usefixtures("no_charts")
def test_earlier_results_are_replaced_whole(quick, tmp_path):
    place = quick.save(tmp_path / "out", command="first")
    (place / "events.parquet").write_text("old")
    quick.save(tmp_path / "out", command="second")
    assert names(place) == FILES - {"charts"}
    assert json.loads((place / "manifest.json").read_text())["command"] == "second"
    assert names(tmp_path) == {"out"}


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="holds something else"):
        check(tmp_path)
    with pytest.raises(InputError, match="a file; a folder"):
        check(tmp_path / "thesis.tex")
    assert names(tmp_path) == {"thesis.tex"}


def test_a_place_that_cannot_be_is_refused_at_once(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError):
        check(tmp_path / "file" / "out")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_the_right_to_write_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="Permission denied"):
        check(tmp_path / "out")
    tmp_path.chmod(0o700)


def test_checking_leaves_nothing_behind(tmp_path):
    check(tmp_path / "a" / "b")
    check(tmp_path)
    assert names(tmp_path) == set()


def test_the_default_place_says_scenario_time_and_hash():
    now = datetime(2026, 3, 1, 14, 5, 9, tzinfo=UTC)
    found = default_folder(Path("results"), "corner", "0123456789abcdef", now)
    assert found.as_posix() == "results/corner/2026-03-01-140509-01234567"


@pytest.mark.usefixtures("no_charts")
def test_events_are_written_where_they_were_kept(corner, tmp_path):
    result = Result(experiment(corner, ["as-is"], Setup(replications=1, log=True)))
    place = result.save(tmp_path / "out")
    events = pd.read_parquet(place / "events.parquet")
    assert events.columns.tolist() == [
        *("time_us", "kind", "customer", "journey", "step", "firm", "touchpoint", "agent", "other", "cause", "value"),
        *("replication", "policy", "case:concept:name", "concept:name", "time:timestamp"),
    ]
    assert len(events) > 100
    assert set(events["firm"].dropna()) == {"Corner", "Chain"}
