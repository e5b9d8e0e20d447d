"""The notebooks run from the top, show pictures, and stay short; what is committed is of this model."""

import importlib.util
import re
from pathlib import Path

import nbformat
import pytest

HERE = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(HERE.glob("*.ipynb"))
PNG = "image/png"


@pytest.fixture(scope="module")
def execute():
    spec = importlib.util.spec_from_file_location("execute_notebooks", HERE / "execute.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def code_of(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(notebook):
    return [output.data for cell in code_of(notebook) for output in cell.outputs if "data" in output]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_from_the_top_and_shows_a_picture(path, execute, monkeypatch):
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    data = shown(execute.executed(path, replications="2"))
    assert any(PNG in one for one in data)
    assert any("<table" in one.get("text/html", "") for one in data)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_is_committed_is_of_this_model(path, execute):
    notebook = nbformat.read(path, as_version=4)
    made = notebook.metadata.get("cxsim", {}).get("model_version")
    assert made == execute.model_version(), f"{path.name} is stale: run `make notebooks`"
    assert any(PNG in one for one in shown(notebook))
    assert not [output for cell in code_of(notebook) for output in cell.outputs if output.output_type == "error"]
    assert path.stat().st_size < 1_000_000


def test_the_first_one_is_short():
    notebook = nbformat.read(HERE / "1-first-what-if.ipynb", as_version=4)
    lines = [line for cell in code_of(notebook) for line in cell.source.splitlines() if line.strip()]
    assert len(notebook.cells) <= 6
    assert len(lines) <= 5


def test_a_small_run_is_small(execute):
    cell = 'compare(load("cable-town").with_policy("x", {}, cost=0), replications=30)'
    small = execute.small(cell, "2")
    assert "replications=2)" in small
    assert '.with_value("market.customers", 100).with_policy' in small


def test_a_small_market_that_is_written_out_is_small_and_callers_stay_as_they_are(execute):
    assert execute.small("market: {customers: 3000, setting: x}", "2") == "market: {customers: 100, setting: x}"
    hotline = 'load("steered-hotline", allow_steering=True)'
    assert execute.small(hotline, "2") == hotline


def test_a_replaced_rule_runs_in_small_without_compiling_the_engine_anew(execute):
    cell = 'with replaced("a.b", mine):\n    found = compare(shop, ["x"], replications=10)'
    small = execute.small(cell, "2")
    assert "compare(shop.with_values({" in small
    assert '["x"], engine="reference", jobs=1, replications=2)' in small


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_is_committed_names_no_machine_no_warning_and_no_address(path):
    notebook = nbformat.read(path, as_version=4)
    for cell in code_of(notebook):
        for output in cell.outputs:
            assert output.output_type != "stream" or output.name == "stdout"
            words = output.get("text", "") or output.get("data", {}).get("text/plain", "")
            assert not re.search(r"/(?:home|root|tmp|work|Users)/|0x[0-9a-f]{6,}|[Ww]arning", words)
            assert len(words) < 3000
