"""`cxsim optimise`, `levers` and `waterfall` from the command line, on a shop of a few customers."""

from __future__ import annotations

import json
import stat

import pandas as pd
import pytest
from typer.testing import CliRunner

from cxsim.cli.app import app, hoisted
from cxsim.scenario import load

SHOP = """
format: 1
our_firm: Shop
lasts: 2 months
warm_up: 0 d
currency: EUR
runs: {replications: 2, seed: 20260108}
market: {customers: 40, setting: noncontractual}
firms:
  Shop:
    share: 50 %
    price: 12 a visit
    variable_cost: 7 a visit
    wages: 15 an hour
    contacts: {shopping: {happens: 2 a month, because: purchase, journey: [till], when: Mon-Sat 09:00-10:00}}
    touchpoints: {till: {channel: store, staff: 1, hours: Mon-Sat 09:00-10:00, takes: 8 min}}
  Chain:
    share: 50 %
    price: 11 a visit
    contacts: {shopping: {happens: 2 a month, because: purchase, journey: []}}
policies:
  second: {from: day 3, change: {till.staff: 1 more}, cost: 0}
  quick: {from: day 3, change: {till.takes: 40 % less}, cost: {once: 300}}
  both: {combine: [second, quick]}
"""
SMALL = {
    "optimise": "--budget 500 --candidates 8 --replications 2 --finalists 1",
    "levers": "--spend 400 --replications 2",
    "waterfall": "--policy both --replications 2",
}


@pytest.fixture
def cxsim(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").write_text(SHOP, encoding="utf-8")
    return lambda line: CliRunner().invoke(app, hoisted(line.split()))


@pytest.mark.parametrize("command", SMALL)
def test_each_command_answers_writes_its_folder_and_its_document(cxsim, tmp_path, command):
    done = cxsim(f"{command} shop.yaml {SMALL[command]} --out out --store kept --json --quiet")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert (document["kind"], document["failures"]) == (command, [])
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["runs_made"] > 0
    assert (tmp_path / "out" / "answer.md").read_text(encoding="utf-8") == document["answer"]
    assert list((tmp_path / "out" / "charts").glob("*.png"))
    # the same command goes on from what is there: the same answer, and no run is made again
    again = cxsim(f"{command} shop.yaml {SMALL[command]} --out again --store kept --json --quiet")
    assert json.loads(again.stdout)["answer"] == document["answer"]
    assert json.loads((tmp_path / "again" / "manifest.json").read_text(encoding="utf-8"))["runs_made"] == 0


def test_the_best_is_saved_as_a_policy_that_the_file_takes(cxsim, tmp_path):
    (tmp_path / "kept.yaml").write_text("old", encoding="utf-8")
    (tmp_path / "kept.yaml").chmod(0o640)
    (tmp_path / "best.yaml").symlink_to("kept.yaml")
    done = cxsim(f"optimise shop.yaml {SMALL['optimise']} --out out --save-to best.yaml --quiet")
    assert done.exit_code == 0, done.output
    table = pd.read_csv(tmp_path / "out" / "finalists.csv")
    saved = load(tmp_path / "best.yaml")
    assert (tmp_path / "best.yaml").is_symlink()
    assert stat.S_IMODE((tmp_path / "kept.yaml").stat().st_mode) == 0o640
    block = (tmp_path / "out" / "best-policy.yaml").read_text(encoding="utf-8")
    if "best" in set(table["kind"]):
        assert saved.policies[-1] == "best-found"
        own = block.split("policies:\n")[1]
        text = SHOP.replace("policies:\n", "policies:\n" + own)
        (tmp_path / "with.yaml").write_text(text, encoding="utf-8")
        pasted = load(tmp_path / "with.yaml").policy("best-found")
        assert [(p.written, p.begin) for p in pasted.pieces] == [
            (p.written, p.begin) for p in saved.policy("best-found").pieces
        ]
    else:
        assert "Nothing within the budget" in block


@pytest.mark.slow
def test_values_do_not_depend_on_the_jobs(cxsim):
    said = [
        cxsim(f"optimise shop.yaml {SMALL['optimise']} --out out{jobs} --jobs {jobs} --json --quiet") for jobs in (1, 2)
    ]
    one, two = (json.loads(done.stdout) for done in said)
    assert one["finalists"] == two["finalists"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("optimise shop.yaml --objectives policy_cost,retention,happiness", "measure: happiness; a measure of shop"),
        ("optimise shop.yaml --objectives policy_cost", "a cost and one or more others are allowed"),
        ("optimise shop.yaml --budget -5", "budget: -5; 0 or more is allowed"),
        ("optimise shop.yaml --policies secondly", "a policy: as-is, second, quick, both"),
        ("optimise shop.yaml --save-to nowhere/best.yaml", "--save-to: nowhere/best.yaml: no such folder"),
        ("levers shop.yaml --spend 0", "spend: 0; more than 0 is allowed"),
        ("levers shop.yaml --measures ,", "--measures: `,`; names with commas between"),
        ("levers nothing.yaml", "no such file"),
        ("waterfall shop.yaml --policy quick", "--policy: `quick`; a policy that combines others"),
        ("waterfall shop.yaml --policy bothh", "did you mean `both`"),
        ("waterfall shop.yaml --policy both --measure smiles", "measure: smiles; a measure of shop"),
        ("waterfall staffing --policy both --set till.staff=2", "--set: `till.staff=2`; values of a scenario"),
    ],
)
def test_bad_input_is_one_block_and_writes_nothing(cxsim, tmp_path, line, words):
    done = cxsim(f"{line} --out out --quiet")
    assert done.exit_code == 2, done.output
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"shop.yaml"}


@pytest.mark.parametrize(("store", "words"), [("", "with --store DIR"), ("--store kept", "in kept: the same command")])
def test_an_interruption_says_how_to_go_on(cxsim, monkeypatch, store, words):
    from cxsim.experiments.studies.runs import Runs

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Runs, "table", stopped)
    done = cxsim(f"levers shop.yaml --out out --quiet {store}")
    assert done.exit_code == 1
    assert words in done.stderr
