"""`--scale` from the command line, with the real engine: what is said, what is written, what is refused."""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from cxsim.cli.app import app, hoisted

SHOP = """
format: 1
lasts: 60 d
market: {customers: 400, setting: contractual}
runs: {replications: 2, seed: 3}
firms:
  Shop:
    share: 100 %
    price: 10 a month
    contacts: {asking: {happens: 2 a month, because: question, journey: [line]}}
    touchpoints: {line: {channel: phone, staff: 1, hours: Mon-Sat 09:00-18:00, takes: 4 min}}
policies:
  hire: {change: {line.staff: 1 more}, cost: 100}
"""


@pytest.fixture
def cxsim(monkeypatch, tmp_path):
    monkeypatch.setattr("cxsim.results.plots.Plots.all", lambda self: {})
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").write_text(SHOP)
    return lambda *arguments: CliRunner().invoke(app, hoisted(arguments))


def test_a_scaled_comparison_says_so_everywhere(cxsim, tmp_path):
    done = cxsim("compare", "shop.yaml", "--scale", "0.1", "--out", "out", "--json", "--quiet")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["scale"] == 0.1
    assert json.loads((tmp_path / "out/manifest.json").read_text())["scale"] == 0.1
    assert (tmp_path / "out/answer.md").read_text().count("40 of 400 customers followed") == 2
    measures = pd.read_parquet(tmp_path / "out/measures.parquet")
    asis = measures[(measures["policy"] == "as-is") & (measures["segment"] == "all")]
    assert asis.loc[asis["measure"] == "customers", "value"].between(350, 400).all()
    again = cxsim("report", "out", "--format", "html")
    assert again.exit_code == 0, again.output


def test_the_head_line_says_so(cxsim):
    done = cxsim("run", "shop.yaml", "--scale", "0.1", "--out", "out", "--replications", "1")
    assert done.exit_code == 0, done.output
    assert "10 % followed" in done.stdout.splitlines()[0]


@pytest.mark.parametrize(
    ("share", "said"),
    [
        ("0", "scale: 0; more than 0 and at most 1 is allowed; write, for example, 0.1"),
        ("1.5", "scale: 1.5; more than 0 and at most 1 is allowed; write, for example, 0.1"),
        ("0.01", "scale: 0.01 of 400 customers, who are 4; 30 customers or more must be followed; write 0.075 or more"),
    ],
)
@pytest.mark.parametrize("command", ["run", "compare", "benchmark"])
def test_bad_shares_are_refused_and_nothing_is_written(cxsim, tmp_path, command, share, said):
    done = cxsim(command, "shop.yaml", "--scale", share, "--out", "out")
    assert done.exit_code == 2
    assert said in done.stderr
    assert not (tmp_path / "out").exists()
