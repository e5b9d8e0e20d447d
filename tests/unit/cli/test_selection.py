"""`cxsim select` from end to end, and what it refuses before any run."""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

import cxsim
from cxsim.cli.app import app, hoisted
from cxsim.experiments.selection import fresh_seed

# A third agent saves most of a wait of 20 s; slower service makes it several times as long.
HOTLINE = """\
format: 1
lasts: 8 h
warm_up: 2 h
runs: {replications: 5, seed: 20260101}
firms:
  Calls:
    arrivals:
      calls: {rate: 1 a minute, journey: [line], patience: never}
    touchpoints:
      line: {channel: phone, staff: 2, takes: exponential 1 min}
switches: {everything: off}
policies:
  three: {change: {line.staff: 3}, cost: 0}
  slower: {change: {line.takes: exponential 1.5 min}, cost: 0}
"""


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hotline.yaml").write_text(HOTLINE)

    def invoke(*arguments):
        return CliRunner().invoke(app, hoisted(["select", *arguments]))

    return invoke


def test_the_best_is_chosen_confirmed_and_written(run, tmp_path):
    done = run("hotline.yaml", "--measure", "wait_mean", "--delta", "5s", "--out", "out", "--json", "--jobs", "1")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["chosen"], found["settled"], found["confirmation"]["verdict"]) == ("three", True, "agrees")
    assert found["not_told_apart"] == ["three"]
    assert found["confirmation"]["seed"] == fresh_seed(20260101)
    assert "left after 20 runs each" in done.stderr
    assert "fresh runs each" in done.stderr
    table = pd.read_csv(tmp_path / "out" / "selection.csv")
    assert table["policy"].tolist() == ["as-is", "three", "slower"]
    # Erlang C, 1/1/2: a mean wait of 20 s. Over 2,000 runs of other seeds one such run varies by .108 min.
    assert table["mean"][0] == pytest.approx(1 / 3, abs=4 * 0.108 / 20**0.5)
    values = pd.read_csv(tmp_path / "out" / "replications.csv")
    alone = cxsim.run("hotline.yaml", "three", replications=2, seed=fresh_seed(20260101)).measures
    first = alone.loc[(alone["measure"] == "wait_mean") & (alone["replication"] == 1), "value"].iloc[0]
    own = values[(values["stage"] == "confirmation") & (values["policy"] == "three")]
    assert own["value"].iloc[1] == first


def test_the_guarantee_is_printed_and_python_says_the_same(run):
    done = run("hotline.yaml", "--measure", "wait_mean", "--delta", "10s", "--policies", "three", "--quiet")
    assert done.exit_code == 0
    assert done.stderr == ""
    flat = " ".join(done.stdout.split())
    assert "If the best is better than every other by 10 s or more, it is the one chosen" in flat
    assert "as-is eliminated after" in flat
    result = cxsim.select("hotline.yaml", ["three"], measure="wait_mean", delta="10 s")
    assert result.chosen == "three"
    assert "\n".join(repr(result).splitlines()[1:]) == done.stdout.rstrip("\n").split("\n", 1)[1]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--measure", "joy"], "measure: joy"),
        (["--measure", "wait_mean"], "an amount in min is allowed"),
        (["--measure", "wait_mean", "--delta", "soon"], "soon"),
        (["--measure", "wait_mean", "--delta", "1s", "--policies", "tree"], "three"),
        (["--measure", "retention"], "are known in this scenario"),
        (["--measure", "wait_mean", "--delta", "1s", "--confidence", "20"], "blind guess"),
        (["--measure", "wait_mean", "--delta", "1s", "--set", "line.staf=2"], "did you mean `staff`"),
    ],
)
def test_bad_input_is_one_block_and_exit_2(run, tmp_path, arguments, why):
    done = run("hotline.yaml", "--out", "out", *arguments)
    assert done.exit_code == 2
    assert why in done.stderr
    assert "Traceback" not in done.output
    assert not (tmp_path / "out").exists()
