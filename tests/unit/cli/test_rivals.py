"""`cxsim benchmark` from the command line; the engine knows the answer: whatever a rival does is 0.25."""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from cxsim.cli.app import app, hoisted
from cxsim.experiments.baselines import infer
from cxsim.experiments.simulate import names_of
from cxsim.results.wording import columns
from cxsim.scenario import load

DISH = """  Dish-of-the-Valley-and-the-Hills:
    share: 20 %
    known: {price: 11 a visit, nps: 2 ± 6, rated_poor: 22 %}
policies:
"""


@pytest.fixture
def cxsim(monkeypatch, tmp_path, corner_text, answering_engine):
    from cxsim.experiments import compare

    def setup(**given):
        return compare.Setup(**given, simulate=answering_engine)

    monkeypatch.setattr("cxsim.results.api.Setup", setup)
    monkeypatch.setattr("cxsim.results.plots.Plots.all", lambda self: {})
    monkeypatch.chdir(tmp_path)
    chain = corner_text.rindex("share: 50 %")
    text = f"{corner_text[:chain]}share: 30 %{corner_text[chain + 11 :]}".replace("policies:\n", DISH)
    (tmp_path / "corner.yaml").write_text(text)
    return lambda *arguments: CliRunner().invoke(app, hoisted(arguments))


def test_the_league_table_fits_the_terminal_and_says_where_figures_are_from(cxsim):
    done = cxsim("benchmark", "corner.yaml")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == "corner: Corner beside 2 rivals, as-is, 4 runs"
    assert all(columns(line) <= 80 for line in lines)
    assert any(line.startswith("  Dish-of-the-V.. 2 points (−4 to 8)") and "published" in line for line in lines)
    assert any(line.startswith("  Corner          12 EUR") and "recorded" in line for line in lines)
    assert any("a failure" not in line and line.startswith("  waiting") for line in lines)
    assert lines[-1].startswith("inferred: ")
    assert "inferred for Dish-of-the-Valley-and-the-Hills: quality " in done.stderr


def test_figures_origins_and_verdicts_in_the_file_and_the_document(cxsim, tmp_path):
    done = cxsim("benchmark", "corner.yaml", "--out", "out", "--json", "--quiet")
    document = json.loads(done.stdout)
    table = pd.read_csv(tmp_path / "out" / "benchmark.csv", keep_default_na=False)
    assert len(document["figures"]) == len(table)
    rows = {(row.figure, row.firm, row.origin): row for row in table.itertuples()}
    dish = "Dish-of-the-Valley-and-the-Hills"
    assert rows["price", dish, "published"].verdict == "behind"  # 12 against 11
    assert rows["price", "Chain", "published"].best in {True, "True"}
    assert rows["nps", dish, "published"].verdict == "cannot be told apart"  # 0 against 2 ± 6
    assert rows["retention", dish, "inferred"].verdict == ""
    # The chain is simulated in full: 0.25 in every run, against one half.
    assert rows["retention", "Chain", "simulated"].verdict == "ahead"
    assert {row.firm for row in table.itertuples() if row.best in {True, "True"} and row.figure == "retention"} == {
        "Corner"
    }
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["inferred"][0]["firm"] == dish
    assert f"{dish}.inferred.quality" in (tmp_path / "out" / "scenario.resolved.yaml").read_text()


def test_figures_that_contradict_each_other_are_bad_input(cxsim, tmp_path):
    text = (tmp_path / "corner.yaml").read_text()
    (tmp_path / "corner.yaml").write_text(text.replace("rated_poor: 22 %", "rated_poor: 60 %"))
    done = cxsim("benchmark", "corner.yaml")
    assert done.exit_code == 2
    assert "firms.Dish-of-the-Valley-and-the-Hills.known: nps 2 ± 6, rated_poor 60 %; figures that fit" in done.stderr
    assert "the nearest possible: nps 0.25, rated_poor 25 %" in done.stderr


STUDY = """
format: 1
study: Does it hang on how much they differ?
scenario: corner.yaml
levers: {till.staff: [1, 2]}
uncertainties: {market.customers: [60, 80]}
design: {levers: grid, uncertainties: grid}
replications: 1
measures: [retention]
"""


def test_a_study_keeps_what_was_inferred_in_each_world(cxsim, tmp_path, monkeypatch):
    """The rival of a world is that of the same world written into the file."""
    from cxsim.charts.figure import Chart

    monkeypatch.setattr(Chart, "render", lambda *_, **__: b"a picture")
    (tmp_path / "asked.yaml").write_text(STUDY)
    done = cxsim("sweep", "asked.yaml", "--jobs", "1", "--out", "study")
    assert done.exit_code == 0, done.output
    rows = pd.read_csv(tmp_path / "study" / "inferred.csv")
    assert rows["world"].tolist() == [1, 2]
    assert rows["why"].isna().all()
    there = load("corner.yaml").with_value("market.customers", "80")
    (one,) = infer(there, names_of(there), check=False, jobs=1).firms
    row = rows.iloc[1]
    assert (row["firm"], row["from"]) == (one.firm, "nps rated_poor")
    assert (row["quality"], row["quality_sd"]) == pytest.approx((one.found.mean[0], one.found.sd[0]))
    assert rows["log_failure_factor"].isna().all()  # nothing fails in this market
    assert rows["quality"].nunique() == 2
