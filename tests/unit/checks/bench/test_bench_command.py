"""`cxsim bench` from the command line, as small as it gets."""

import json

import pytest
from typer.testing import CliRunner

from cxsim.checks.bench import sizes
from cxsim.checks.bench.fresh import c_compiler, has
from cxsim.cli.app import app, hoisted

FEW = dict.fromkeys(sizes.QUICK.customers, 300)
# What CONTRACTS of this project promise to scripts.
PROMISED = {
    "workload", "engine", "events", "wall_s", "ns_per_event", "bytes_per_customer", "ratio_to_simpy", "ratio_to_c",
}  # fmt: skip


def cxsim(*arguments):
    return CliRunner().invoke(app, hoisted([str(argument) for argument in arguments]))


def test_a_tiny_w1_in_json(monkeypatch, tmp_path):
    monkeypatch.setattr(sizes, "QUICK", sizes.QUICK._replace(customers=FEW))
    monkeypatch.chdir(tmp_path)
    done = cxsim("bench", "w1", "--quick", "--json", "--out", "speed/bench.json")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document == json.loads((tmp_path / "speed/bench.json").read_text(encoding="utf-8"))
    rows = {row["engine"]: row for row in document["results"]}
    assert set(rows["compiled"]) >= PROMISED
    assert {"compiled", "reference", "SimPy", "SimPy by hand"} <= set(rows)
    assert {row["workload"] for row in document["results"]} == {"w1"}
    for row in rows.values():
        assert row["ns_per_event"] == pytest.approx(1e9 * row["wall_s"] / row["events"])
        assert row["agrees"]
    assert rows["compiled"]["ratio_to_simpy"] > 1.0 > rows["reference"]["ratio_to_simpy"]
    assert ("C loop" in rows) == (c_compiler() is not None)
    assert (rows["compiled"]["ratio_to_c"] is None) == (c_compiler() is None)
    assert ("Ciw" in rows) == has("ciw")
    assert (document["calendar"], document["full"]) == (None, False)
    assert "w1, SimPy, turn 1 of 1" in done.stderr


def test_what_cannot_be_measured_or_written_is_refused_at_once(tmp_path):
    done = cxsim("bench", "w3", "--quick")
    assert done.exit_code == 2
    assert "`w3`; w1, w2, cable-town" in done.stderr
    done = cxsim("bench", "w1", "--quick", "--out", tmp_path)
    assert done.exit_code == 2
    assert "a folder; a file that can be written" in done.stderr
    assert list(tmp_path.iterdir()) == []
