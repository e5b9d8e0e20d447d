"""Processes of their own: what they say, how they fail, and what is there without a C compiler."""

import json
import subprocess
import sys

import pytest

from cxsim.checks.bench import fresh, run
from cxsim.checks.bench.peers import network
from cxsim.errors import InputError, RunError

SAYS = "import json; print('noise'); print(json.dumps({'a': 1}))"


def test_the_last_line_of_a_program_is_its_answer():
    assert fresh.program([sys.executable, "-c", SAYS]) == {"a": 1}


def test_a_program_that_fails_is_told_with_its_last_words():
    with pytest.raises(RunError, match=r"exit code 3; no luck"):
        fresh.program([sys.executable, "-c", "import sys; sys.stderr.write('no luck\\n'); sys.exit(3)"])
    with pytest.raises(RunError, match="failed; it ran before"):
        fresh.at_once([sys.executable, "-c", "raise SystemExit(1)"], 2)


def test_a_program_without_an_end_is_stopped(monkeypatch):
    monkeypatch.setattr(fresh, "LONGEST_S", 0.3)
    with pytest.raises(RunError, match="no end after"):
        fresh.program([sys.executable, "-c", "import time; time.sleep(60)"])


def test_without_a_compiler_there_is_no_c(monkeypatch, tmp_path):
    monkeypatch.setenv("CC", "no-such-compiler")
    assert fresh.c_compiler() is None
    assert fresh.built("limit", tmp_path) is None
    assert run.machine()["c"] is None


def test_a_compiler_that_cannot_is_none(monkeypatch, tmp_path):
    monkeypatch.setenv("CC", "false")
    assert fresh.built("limit", tmp_path) is None


@pytest.mark.skipif(fresh.c_compiler() is None, reason="no C compiler")
@pytest.mark.parametrize("options", [(), ("-DKEYED=0",)])
def test_the_c_loop_simulates_the_queue_and_the_network(tmp_path, options):
    limit = fresh.built("limit", tmp_path, *options)
    for work, ends in (("w1", 1.0), ("w2", 3.0)):
        found = fresh.program([limit, "100000", "20260101", work, "2"])
        assert len(found["wall_s"]) == 2
        assert found["events"] / found["customers"] == pytest.approx(1.0 + ends, abs=0.01)
        # Standard errors at 10^5 callers: 0.016 min and 0.0018.
        assert found["wait"] == pytest.approx(0.7275908, abs=0.08)
        assert found["abandoned"] == pytest.approx(0.0909488, abs=0.009)


@pytest.mark.skipif(fresh.c_compiler() is None, reason="no C compiler")
def test_both_calendars_in_c_end_at_the_same_time(tmp_path):
    hold = fresh.built("hold", tmp_path)
    ends = [fresh.program([hold, kind, "2000", "20000", "7"])["last"] for kind in ("heap", "timeline")]
    assert ends[0] == ends[1]
    assert ends[0] == pytest.approx(25_000 / 2000, rel=0.1)


@pytest.mark.parametrize("module", ["plain_simpy", "tuned_simpy", "ciw_network", "salabim_network"])
@pytest.mark.parametrize("work", ["w1", "w2"])
def test_a_peer_simulates_the_same_model(module, work):
    package = {"plain_simpy": "simpy", "tuned_simpy": "simpy"}.get(module, module.partition("_")[0])
    pytest.importorskip(package)
    done = subprocess.run(
        [sys.executable, "-m", f"cxsim.checks.bench.peers.{module}", "1000", "20260101", work],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert found["events"] / found["customers"] == pytest.approx(2.0 if work == "w1" else 4.0, abs=0.1)
    assert 0.2 < found["wait"] < 1.6
    assert 0.03 < found["abandoned"] < 0.18


def test_the_stations_are_those_of_the_scenarios():
    from cxsim.scenario import load

    for work, stations in network.NETWORKS.items():
        firm = load(f"benchmarks/{work}").document.firms["Hotline"]
        assert list(firm.touchpoints) == [station.name for station in stations]


def test_names_that_are_not_known_are_refused():
    assert run.checked(()) == (*run.WORKLOADS, *run.PARTS)
    assert run.checked(["w2", "start", "w2"]) == ("w2", "start")
    with pytest.raises(InputError, match="did you mean `cable-town`"):
        run.checked(["cable-twn"])


def test_the_machine_has_no_name():
    said = run.machine()
    assert set(said) == {"processor", "cores", "system", "machine", "python", "cxsim", "libraries", "c"}
    assert "/" not in json.dumps(said)
