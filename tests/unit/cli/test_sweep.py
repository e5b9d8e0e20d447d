"""`cxsim sweep` from end to end: made, stopped, gone on with, counted, and refused."""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from cxsim.cli.app import app, hoisted

STUDY = """
format: 1
study: How many people?
scenario: shop.yaml
levers: {line.staff: [1, 2]}
design: grid
replications: 2
seed: 20260101
measures: [wait_mean]
"""
SHOP = """
format: 1
lasts: 30 d
market: {customers: 200, setting: contractual}
firms:
  Shop:
    share: 100 %
    price: 10 a month
    contacts: {asking: {happens: 2 a month, because: question, journey: [line]}}
    touchpoints: {line: {channel: phone, staff: 1, hours: Mon-Sat 09:00-18:00, takes: 4 min}}
"""


@pytest.fixture
def cxsim(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").write_text(SHOP)
    (tmp_path / "people.yaml").write_text(STUDY)
    return lambda *arguments: CliRunner().invoke(app, hoisted(arguments))


def test_a_study_is_made_and_gone_on_with(cxsim, tmp_path):
    none = cxsim("sweep", "people.yaml", "--status")
    assert "0 of 4 runs are there" in none.stdout
    assert not (tmp_path / "results").exists()
    done = cxsim("sweep", "people.yaml", "--jobs", "1")
    assert done.exit_code == 0, done.output
    assert "line.staff" in done.stdout
    assert "\n4 runs were made.\n" in done.stdout  # point 1 is as-is, as point 0 is
    folder = tmp_path / "results" / "people"
    assert (folder / "charts" / "effects-wait_mean.svg").exists()
    assert len(pd.read_parquet(folder / "runs.parquet")) == 6
    again = cxsim("sweep", "people.yaml", "--jobs", "1", "--json", "--quiet")
    content = json.loads(again.stdout)
    assert (content["runs"], content["made_now"], content["failed"]) == (4, 0, 0)
    assert {row["policy"] for row in content["summary"]} == {"as-is"}
    counted = json.loads(cxsim("sweep", "people.yaml", "--status", "--json").stdout)
    assert (counted["done"], counted["missing"], counted["total"]) == (4, 0, 4)
    one = pd.read_parquet(folder / "runs.parquet")["replay"].iloc[0]
    replayed = cxsim(*one.split()[1:])
    assert replayed.exit_code == 0, replayed.output
    assert "wait_mean " in replayed.stdout


def test_whoever_stops_it_is_told_how_to_go_on(cxsim, monkeypatch, tmp_path):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("cxsim.results.study.swept", stopped)
        done = cxsim("sweep", "people.yaml", "--out", "out")
    assert done.exit_code == 1
    assert "stopped; the runs that were made are in out: the same command goes on from there" in done.stderr
    assert cxsim("sweep", "people.yaml", "--out", "out", "--jobs", "1").exit_code == 0
    assert not (tmp_path / "out" / ".lock").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.yaml",), "nowhere.yaml"),
        (("people.yaml", "--scheduler", "tcp://127.0.0.1:1"), "add --executor dask"),
        (("people.yaml", "--replay", "zz"), "0 runs begin with 'zz'"),
        (("people.yaml", "--out", "shop.yaml"), "shop.yaml: a file; a folder"),
    ],
)
def test_bad_usage_is_one_block_and_nothing_is_written(cxsim, tmp_path, arguments, said):
    done = cxsim("sweep", *arguments)
    assert done.exit_code == 2, done.output
    assert said in done.stderr
    assert "Traceback" not in done.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["people.yaml", "shop.yaml"]


LISTED = STUDY.replace("design: grid", "design: {file: rows.csv}").replace("[1, 2]", "1 to 3")


@pytest.mark.parametrize("text", [STUDY, LISTED])
def test_its_folder_runs_as_it_stands(cxsim, tmp_path, monkeypatch, text):
    (tmp_path / "people.yaml").write_text(text)
    (tmp_path / "rows.csv").write_text("line.staff\n2\n3\n")
    folder = tmp_path / "out"
    first = cxsim("sweep", "people.yaml", "--jobs", "1", "--keep", "ours", "--out", "out")
    assert first.exit_code == 0, first.output
    for name in ("shop.yaml", "people.yaml", "rows.csv"):
        (tmp_path / name).unlink()
    assert "scenario: scenario.resolved.yaml\n" in (folder / "study.resolved.yaml").read_text()
    command = json.loads((folder / "manifest.json").read_text())["again"]
    assert command == "cxsim sweep study.resolved.yaml --keep ours --out again"
    monkeypatch.chdir(folder)
    done = cxsim(*command.split()[1:])
    assert done.exit_code == 0, done.output
    old, new = (pd.read_parquet(place / "measures.parquet") for place in (folder, folder / "again"))
    pd.testing.assert_frame_equal(old, new)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run",), "cxsim run scenario.resolved.yaml --replications 2 --seed 3 --out again"),
        (
            ("compare", "--set", "line.staff=2", "--fork-at", "day 10"),
            "cxsim compare scenario.resolved.yaml --policies cheaper --replications 2 --seed 3 --out again",
        ),
        (
            ("compare", "--scale", "0.5", "--worlds", "2", "--world-replications", "2"),
            "cxsim compare scenario.resolved.yaml --policies cheaper --replications 2 --seed 3 --scale 0.5 {WORLDS}",
        ),
    ],
)
def test_the_folder_of_a_comparison_runs_as_it_stands(cxsim, tmp_path, monkeypatch, arguments, said):
    from cxsim.charts.figure import Chart

    monkeypatch.setattr(Chart, "render", lambda *_, **__: b"a picture")
    more = "policies: {cheaper: {change: {price: 8 a month}, cost: 0}}\nunsure: {line.takes: 0.8 to 1.5 times}\n"
    (tmp_path / "shop.yaml").write_text(SHOP + more)
    verb, *options = arguments
    first = cxsim(verb, "shop.yaml", "--replications", "2", "--seed", "3", "--out", "out", *options)
    assert first.exit_code == 0, first.output
    (tmp_path / "shop.yaml").unlink()
    command = json.loads((tmp_path / "out" / "manifest.json").read_text())["again"]
    assert command == said.format(WORLDS="--worlds 2 --world-replications 2 --out again")
    monkeypatch.chdir(tmp_path / "out")
    done = cxsim(*command.split()[1:])
    assert done.exit_code == 0, done.output
    old, new = (pd.read_parquet(tmp_path / "out" / place / "measures.parquet") for place in (".", "again"))
    pd.testing.assert_frame_equal(old, new)
