"""Stored results give the same tables, charts and report as the runs did."""

import json
import shutil

import pandas as pd
import pytest

from cxsim.errors import InputError
from cxsim.experiments.compare import Setup, experiment
from cxsim.results.comparison import Comparison
from cxsim.results.report import report_of, save_report, write_whole
from cxsim.results.result import Result
from cxsim.results.stored import read


@pytest.fixture(scope="module")
def made(corner, answering_engine):
    """Return the results of the runs that know the answer."""
    return Comparison(experiment(corner, corner.policies, Setup(simulate=answering_engine, replications=5)))


@pytest.fixture(scope="module")
def saved(made, tmp_path_factory):
    """Return the result folder, without charts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cxsim.results.plots.Plots.all", lambda self: {})
        return made.save(tmp_path_factory.mktemp("stored") / "out", command="cxsim compare corner.yaml --seed 7")


@pytest.fixture(autouse=True)
def no_charts(monkeypatch):
    monkeypatch.setattr("cxsim.results.plots.Plots.all", lambda self: {})


@pytest.fixture
def place(saved, tmp_path):
    """Return a copy of the folder, to be broken."""
    return shutil.copytree(saved, tmp_path / "out")


def test_tables_statistics_and_sentences_come_back(made, saved):
    stored = read(saved)
    assert isinstance(stored.results, Comparison)
    for name in ("measures", "timeseries", "touchpoints", "cohorts", "contrast"):
        pd.testing.assert_frame_equal(getattr(stored.results, name), getattr(made, name), check_dtype=False)
    assert stored.answer == (saved / "answer.md").read_text(encoding="utf-8")
    assert (stored.results.scenario.name, stored.results.replications) == ("corner", 5)
    assert stored.results.failures == made.failures == ()


def test_the_report_is_the_one_that_was_written_with_the_runs(saved):
    stored = read(saved)
    again = report_of(stored.results, stored.answer, stored.manifest)
    assert again == (saved / "report.html").read_text(encoding="utf-8")
    assert "cxsim compare corner.yaml --seed 7" in again


def test_another_title_and_a_client_are_said(saved, tmp_path):
    stored = read(saved)
    path = save_report(
        stored.results, tmp_path / "a" / "b.html", stored.answer, stored.manifest, title="T<1>", client="Kő"
    )
    text = path.read_text(encoding="utf-8")
    assert "<h1>T&lt;1&gt;</h1>" in text
    assert "Prepared for Kő" in text
    assert "Hire keeps 12 more of every 100 customers than as-is" in text


def test_a_comparison_writes_its_report_without_a_folder_of_results(made, tmp_path):
    path = made.report(tmp_path / "only")
    assert path == tmp_path / "only" / "report.html"
    text = path.read_text(encoding="utf-8")
    assert "made again by" in text
    assert {entry.name for entry in path.parent.iterdir()} == {"report.html"}


def test_runs_of_one_policy_come_back_too(result, tmp_path):
    stored = read(result.save(tmp_path / "out"))
    assert isinstance(stored.results, Result)
    assert stored.results.policies == ("hire",)


def test_other_worlds_do_not_enter_the_tables(made, place):
    path = place / "measures.parquet"
    table = pd.read_parquet(path)
    pd.concat([table, table.assign(world=1, value=9.0)]).to_parquet(path)
    pd.testing.assert_frame_equal(read(place).results.contrast, made.contrast)


def test_recorded_logs_need_not_lie_beside_the_results(place):
    resolved = place / "scenario.resolved.yaml"
    text = resolved.read_text(encoding="utf-8")
    source = "arrivals: {calls: {trace: log.csv, journey: [till]}}"
    resolved.write_text(text.replace("  Corner:\n", f"  Corner:\n    {source}\n").replace("    arrivals: {}\n", "", 1))
    assert "log.csv" in resolved.read_text(encoding="utf-8")
    assert read(place).results.policies == ("as-is", "hire", "train")


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (lambda place: (place / "manifest.json").unlink(), "no manifest.json; a result folder"),
        (lambda place: (place / "manifest.json").write_text("{"), "manifest.json: no JSON"),
        (lambda place: (place / "manifest.json").write_text('{"schema": 9}'), "results of format 9"),
        (lambda place: (place / "measures.parquet").unlink(), "out: no measures.parquet; a result folder"),
        (lambda place: (place / "measures.parquet").write_text("x"), "out: results that cannot be read"),
        (lambda place: (place / "answer.md").unlink(), "out: no answer.md; a result folder"),
        (lambda place: (place / "scenario.resolved.yaml").write_text("firms: 3\n"), "scenario.resolved.yaml"),
    ],
)
def test_what_is_no_whole_result_folder_is_refused(place, break_it, words):
    break_it(place)
    with pytest.raises(InputError, match=words):
        read(place)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        read(tmp_path / "nowhere")


def test_a_report_that_cannot_be_written_leaves_what_was_there(place, tmp_path, monkeypatch):
    target = tmp_path / "report.html"
    target.write_text("before")

    def fail(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(InputError, match="No space left on device; a file that can be written"):
        write_whole(target, b"after")
    assert target.read_text() == "before"
    assert {entry.name for entry in tmp_path.iterdir()} == {"out", "report.html"}


def test_a_link_stays_a_link_and_a_private_file_private(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    own, link = tmp_path / "elsewhere" / "own.yaml", tmp_path / "link.yaml"
    own.write_text("before")
    own.chmod(0o600)
    link.symlink_to(own)
    write_whole(link, b"after")
    assert link.is_symlink()
    assert (own.read_text(), own.stat().st_mode & 0o777) == ("after", 0o600)
    write_whole(tmp_path / "new.html", b"new")
    assert (tmp_path / "new.html").stat().st_mode & 0o777 == 0o644


def test_the_manifest_on_the_page_is_the_stored_one(saved):
    manifest = json.loads((saved / "manifest.json").read_text(encoding="utf-8"))
    text = (saved / "report.html").read_text(encoding="utf-8")
    assert manifest["scenario"]["sha256"][:12] in text
    assert manifest["random_scheme"] in text
