"""docs/studies-on-disk.md: the study is made, and pandas, polars and DuckDB read from it what it says."""

import contextlib
import io
import re

import pandas as pd
import pyarrow.parquet as pq
import pytest

PAGE = "docs/studies-on-disk.md"


@pytest.fixture(scope="module")
def made(blocks, tmp_path_factory):
    """A folder in which the study of the page has been made."""
    from cxsim.results.study import sweep

    place = tmp_path_factory.mktemp("page")
    for block in blocks:
        if block.verb == "file":
            (place / block.file).write_text(block.body, encoding="utf-8")
    sweep(place / "tills.yaml", out=place / "out" / "tills", jobs=1)
    return place


def test_one_line_reads_it(python_block, made, monkeypatch):
    monkeypatch.chdir(made)
    said = io.StringIO()
    code = [line for line in python_block.body.splitlines() if line and not line.startswith("import")]
    assert len(code) == 1
    with contextlib.redirect_stdout(said):
        exec(compile(python_block.body, python_block.name, "exec"), {})
    summary = pd.read_csv("out/tills/summary.csv")
    means = summary[summary["measure"] == "retention"].sort_values("point")["mean"]
    assert len(means) == 3
    found = [float(text) for text in re.findall(r"\d\.\d+", said.getvalue())]
    assert sorted(found) == pytest.approx(sorted(means), abs=1e-5)  # no order was asked for


def test_files_and_columns_are_those_of_the_page(made, request):
    text = (request.config.rootpath / PAGE).read_text(encoding="utf-8")
    folder = made / "out" / "tills"
    listed = [
        name.strip("`").rstrip("/") for row in re.findall(r"^\| (`.+?`) \|", text, re.M) for name in row.split(", ")
    ]
    assert sorted(listed) == sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    columns = re.search(r"`measures.parquet` \| a value: (.+) \|", text)[1]
    assert [name.strip("`") for name in columns.split(", ")] == pq.read_schema(folder / "measures.parquet").names


def test_the_commands_are_known(sh_block, folder, command):
    for line in sh_block.commands:
        if sh_block.verb == "not":
            assert command(f"{line} --status").exit_code == 0
        else:
            assert command(line).exit_code == 0
