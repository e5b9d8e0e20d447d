"""`cxsim report` and `cxsim assumptions`, from the command line to the files."""

import json
import math
import zipfile

import openpyxl
import pandas as pd
import pytest
from pptx import Presentation
from typer.testing import CliRunner

from cxsim.cli.app import app, hoisted

FEW = ("league", "dissatisfied")


def cxsim(*arguments):
    return CliRunner().invoke(app, hoisted([str(argument) for argument in arguments]))


@pytest.fixture
def few_charts(monkeypatch):
    monkeypatch.setattr("cxsim.results.plots.USUAL", FEW)
    monkeypatch.setattr("cxsim.results.chart_files.CHART_NAMES", FEW)


@pytest.mark.usefixtures("few_charts")
def test_report_and_charts_are_made_again_elsewhere(folder, tmp_path):
    before = sorted(folder.iterdir())
    done = cxsim(
        "report", folder, "--format", "html,svg", "--out", tmp_path, "--title", "Şube & <b>", "--client", "Đorđe"
    )
    assert done.exit_code == 0, done.output
    written = [tmp_path / "report.html", *(tmp_path / "charts" / f"{name}.svg" for name in FEW)]
    assert done.stdout.splitlines() == [str(path) for path in written]
    page = written[0].read_text(encoding="utf-8")
    assert "<h1>Şube &amp; &lt;b&gt;</h1>" in page
    assert "Prepared for Đorđe" in page
    assert "köşe" in page
    assert all(b"<svg" in path.read_bytes() for path in written[1:])
    assert sorted(folder.iterdir()) == before


def test_the_report_goes_back_into_its_folder_by_default(folder, monkeypatch):
    monkeypatch.setattr("cxsim.results.plots.Plots.all", lambda self: {})
    first = (folder / "report.html").read_bytes()
    done = cxsim("report", folder, "--json")
    assert json.loads(done.stdout) == {"files": [str(folder / "report.html")]}
    assert (folder / "report.html").read_bytes() == first


def test_slides_and_workbook_are_made_from_the_folder(folder, tmp_path):
    theme = tmp_path / "theme.yaml"
    theme.write_text('format: 1\ncolors: ["#123456", "#654321"]\n', encoding="utf-8")
    words = tmp_path / "words.yaml"
    words.write_text(
        'format: 1\nlabels: {"months from the start": "hónap az indulástól", "as-is": "változatlanul"}\n',
        encoding="utf-8",
    )
    looks = ("--theme", theme, "--words", words)
    done = cxsim("report", folder, "--format", "pptx,xlsx", "--out", tmp_path, "--client", "=Đorđe", *looks)
    assert done.exit_code == 0, done.output
    paths = [tmp_path / "slides.pptx", tmp_path / "workbook.xlsx"]
    assert done.stdout.splitlines() == [str(path) for path in paths]
    slides = Presentation(str(paths[0])).slides
    assert len(slides) >= 4
    with zipfile.ZipFile(paths[0]) as file:
        text = "".join(file.read(one).decode() for one in file.namelist() if "slides/slide" in one or "charts/" in one)
    assert "hónap az indulástól" in text
    assert "változatlanul" in text
    with zipfile.ZipFile(paths[1]) as file:
        assert "123456" in "".join(file.read(one).decode() for one in file.namelist() if "charts/chart" in one)
    table = pd.read_csv(folder / "comparison.csv")
    sheets = openpyxl.load_workbook(paths[1], data_only=True)
    means = [row[6] for row in sheets["Comparison"].iter_rows(min_row=2, values_only=True)]
    assert means == pytest.approx([None if math.isnan(one) else one for one in table["mean"]])
    assert [row[1] for row in sheets["Answer"].iter_rows(values_only=True)][2] == "'=Đorđe"
    checks = [row[-1] for row in sheets["Why"].iter_rows(min_row=2, values_only=True) if row[-1]]
    assert set(checks) == {"adds up"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--format", "docx"], "--format: `docx`; html, png, svg, pdf, pptx, xlsx"),
        (["--format", " , "], "html, png, svg"),
        (["--format", "html,gif"], "`gif`"),
    ],
)
def test_a_format_that_is_none_is_refused(folder, arguments, words):
    done = cxsim("report", folder, *arguments)
    assert done.exit_code == 2
    assert words in done.stderr


def test_what_is_no_result_folder_is_refused(tmp_path):
    for place, words in ((tmp_path, "no manifest.json"), (tmp_path / "nowhere", "no such folder")):
        done = cxsim("report", place)
        assert done.exit_code == 2
        assert words in done.stderr
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(("columns", "width"), [("40", 80), ("100", 100), ("300", 120)])
def test_assumptions_fit_the_window(monkeypatch, columns, width):
    monkeypatch.setenv("COLUMNS", columns)
    done = cxsim("assumptions", "local-shop-vs-chain")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= width
    assert "word of mouth" in lines
    assert any("defaults.loss_aversion" in line and "2.25" in line and line.endswith("published") for line in lines)
    assert " values: " in " ".join(lines[-2:])


def test_assumptions_as_json(corner):
    done = cxsim("assumptions", "local-shop-vs-chain", "--json")
    content = json.loads(done.stdout)
    (inertia,) = [one for one in content["assumptions"] if one["path"] == "defaults.inertia"]
    assert (inertia["value"], inertia["origin"], inertia["low"], inertia["high"]) == ("2.7", "written", "0", "4")
    assert {"unit", "source", "confidence", "meaning", "group", "unsure"} <= set(inertia)
    assert sum(content["counts"].values()) == len(content["assumptions"])


def test_assumptions_of_nothing_are_refused():
    done = cxsim("assumptions", "nowhere.yaml")
    assert done.exit_code == 2
    assert "no such file" in done.stderr
