"""A run that was killed goes on where it was and ends with the same values; what it cannot go on from is refused."""

import json
import signal
import subprocess
import sys
import threading
import time
import zipfile

import pandas as pd
import pytest
from typer.testing import CliRunner

from cxsim.cli.app import app, hoisted
from cxsim.engines import snapshot
from cxsim.experiments import checkpoint
from cxsim.experiments.spec import MODEL_VERSION
from cxsim.scenario import load

SCENARIO = """
format: 1
our_firm: Corner
starts: 2025-01-06
lasts: 8 months
warm_up: 1 month
market: {customers: 60, setting: noncontractual, talk_to: {friends: 4, acquaintances: 6}}
firms:
  Corner:
    share: 50 %
    price: 12 a visit
    contacts: {shopping: {happens: 60 a year, because: purchase, journey: [till]}}
    touchpoints: {till: {channel: store, staff: 1, takes: 8 min, fails: 10 %}}
  Chain:
    share: 50 %
    price: 11 a visit
    contacts: {shopping: {happens: 60 a year, because: purchase, journey: [desk]}}
    touchpoints: {desk: {channel: store, staff: 1, takes: 8 min, fails: 10 %}}
policies:
  hire: {change: {till.staff: 1 more}, cost: 100}
"""
RUN = ("run", "corner.yaml", "--policy", "hire", "--seed", "20260101", "--jobs", "1", "--events")
# The process kills itself as soon as the second of its runs has been saved at half time.
KILLED = """
import os, signal, sys
from cxsim.engines import snapshot
from cxsim.experiments import checkpoint
from cxsim.experiments.spec import MODEL_VERSION
from cxsim.model.plan import MONTH

checkpoint.LEAST_S, checkpoint.SHARE = 0.0, float("inf")
save = snapshot.save

def save_and_die(simulation, path, **named):
    save(simulation, path, **named)
    if simulation.replication == 1 and simulation.now >= 4 * MONTH:
        os.kill(os.getpid(), signal.SIGKILL)

snapshot.save = save_and_die
from cxsim.cli import main
sys.argv = ["cxsim", *sys.argv[1:]]
main()
"""


@pytest.fixture
def cxsim(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("cxsim.results.plots.Plots.all", lambda self: {})
    (tmp_path / "corner.yaml").write_text(SCENARIO)

    def invoke(*arguments):
        return CliRunner().invoke(app, hoisted(arguments))

    return invoke


def tables(folder):
    return {path.name: pd.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}


def test_a_run_that_is_killed_at_half_time_goes_on_to_identical_values(cxsim, tmp_path):
    given = (*RUN, "--replications", "3", "--checkpoint", "saved", "--out", "out")
    killed = subprocess.run([sys.executable, "-c", KILLED, *given], cwd=tmp_path, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert not (tmp_path / "out").exists()
    worlds = sorted((tmp_path / "saved").glob("*.world"))
    months = [snapshot.about_of(path).now / (86_400_000_000 * 365 / 12) for path in worlds]
    assert [path.name[:9] for path in worlds] == ["hire-0000", "hire-0001"]
    assert months[0] == 8.0
    assert 4.0 <= months[1] < 5.0
    resumed = cxsim(*given)
    assert resumed.exit_code == 0
    assert "goes on from 2 saved worlds in saved" in resumed.stderr
    assert not (tmp_path / "saved").exists()
    assert cxsim(*RUN, "--replications", "3", "--out", "straight").exit_code == 0
    found, straight = tables(tmp_path / "out"), tables(tmp_path / "straight")
    assert len(straight["events.parquet"]) > 3000
    assert found.keys() == straight.keys()
    for name, table in found.items():
        pd.testing.assert_frame_equal(table, straight[name], check_exact=True)


@pytest.fixture
def saved(cxsim, tmp_path):
    """A checkpoint of two runs, the second with another policy behind it."""
    from cxsim.results import run

    scenario = load(tmp_path / "corner.yaml")
    run(scenario, "hire", replications=2, seed=20260101, checkpoint=tmp_path / "saved", keep_checkpoint=True)
    return tmp_path / "saved"


def test_the_same_call_makes_its_result_of_what_was_kept(saved, tmp_path, monkeypatch):
    from cxsim.engines.compiled import Simulation
    from cxsim.results import run

    scenario = load(tmp_path / "corner.yaml")
    straight = run(scenario, "hire", replications=2, seed=20260101)
    monkeypatch.setattr(Simulation, "begun", None)  # nothing is begun
    again = run(scenario, "hire", replications=2, seed=20260101, checkpoint=saved)
    assert again.measures.equals(straight.measures)
    assert not saved.exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("--seed", "8"), "a world of another experiment; one of the same scenario, policies, seed and rules"),
        (("--set", "till.staff=2"), "a world of another experiment"),
        (("--engine", "reference"), "saved: a checkpoint of the reference engine; the compiled engine"),
    ],
)
def test_another_run_is_refused_and_leaves_the_worlds(cxsim, saved, given, words):
    before = sorted(path.name for path in saved.iterdir())
    done = cxsim(*RUN, "--replications", "2", "--checkpoint", "saved", "--out", "out", *given)
    assert (done.exit_code, done.stdout) == (2, "")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == (2 if "goes on" in done.stderr else 1)
    assert sorted(path.name for path in saved.iterdir()) == before


def test_damaged_old_and_foreign_files_are_refused(cxsim, saved, monkeypatch, tmp_path):
    given = (*RUN[:-1], "--replications", "2", "--quiet", "--checkpoint", "saved", "--out", "out")
    world = min(saved.iterdir())
    whole = world.read_bytes()
    world.write_bytes(whole[: len(whole) // 2])
    assert "a damaged file, or no snapshot; a world that was saved whole; delete it" in cxsim(*given).stderr
    world.write_bytes(whole)
    for notes in ({}, {"experiment": []}, {"experiment": {}}):
        with zipfile.ZipFile(world) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(world, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, json.dumps(notes) if name == "notes.json" else content)
        assert "a world of another experiment; one of the same scenario" in cxsim(*given).stderr
    world.write_bytes(whole)
    monkeypatch.setattr(checkpoint, "MODEL_VERSION", 99)
    assert f"a world of model version {MODEL_VERSION}, saved by cxsim" in cxsim(*given).stderr
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    (saved / "diary.txt").write_text("dear")
    done = cxsim(*given)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("saved: a folder that holds diary.txt; a new folder, or worlds")
    (tmp_path / "file").write_text("")
    assert "file: a file; a folder that can be written" in cxsim(*given[:-3], "file", "--out", "out").stderr


def test_a_world_without_its_events_does_not_go_on_with_them(cxsim, saved, tmp_path):
    from cxsim.results import run

    before = sorted(path.name for path in saved.iterdir())
    done = cxsim(*RUN[:-1], "--events", "--replications", "2", "--quiet", "--checkpoint", "saved", "--out", "out")
    words = "a world saved without its events, which are asked for now; one saved with its events; leave out --events"
    assert (done.exit_code, done.stdout) == (2, "")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()
    assert sorted(path.name for path in saved.iterdir()) == before
    # The other way round nothing is missing.
    scenario = load(tmp_path / "corner.yaml")
    given = {"replications": 1, "seed": 20260101, "checkpoint": tmp_path / "logged"}
    events = run(scenario, "hire", log=True, keep_checkpoint=True, **given).events()
    assert run(scenario, "hire", log=True, keep_checkpoint=True, **given).events().equals(events)
    assert len(events) > 1000
    run(scenario, "hire", **given)


HOLDING = """
import sys, time
from pathlib import Path
from cxsim.experiments.held import held
with held(Path("saved")):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_folder_is_one_command_s_at_a_time(cxsim, saved, tmp_path):
    given = (*RUN[:-1], "--replications", "2", "--quiet", "--checkpoint", "saved", "--out", "out")
    (saved / ".partial-x").write_text("being written by the other")
    before = {path.name: path.read_bytes() for path in saved.iterdir()}
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDING], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout.readline() == "held\n"
    done = cxsim(*given)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("saved: a folder that another command is writing to; one command at a time; wait")
    assert len(done.stderr.splitlines()) == 1
    other.kill()
    other.communicate()
    after = {path.name: path.read_bytes() for path in saved.iterdir() if path.name != ".lock"}
    assert after == before
    assert cxsim(*given).exit_code == 0  # a lock that was left behind holds nobody up
    assert not saved.exists()


def test_everything_is_checked_before_anything_is_deleted(cxsim, saved):
    (saved / ".partial-x").write_text("half a world")
    (saved / "zebra.txt").write_text("not ours")
    given = (*RUN[:-1], "--replications", "2", "--quiet", "--checkpoint", "saved", "--out", "out")
    assert "a folder that holds zebra.txt" in cxsim(*given).stderr
    assert (saved / ".partial-x").exists()
    (saved / "zebra.txt").unlink()
    (saved / ".partial-x").unlink()
    (saved / ".partial-d").mkdir()
    assert "a folder that holds .partial-d" in cxsim(*given).stderr
    (saved / ".partial-d").rmdir()
    assert cxsim(*given).exit_code == 0


def test_a_folder_that_was_made_for_nothing_is_unmade(tmp_path):
    from cxsim.experiments.held import held

    with held(tmp_path / "one" / "two"):
        assert (tmp_path / "one" / "two" / ".lock").exists()
        with held(tmp_path / "one" / "two"):
            pass
    assert list(tmp_path.iterdir()) == []


def test_stopping_saves_first_and_says_how_to_go_on(cxsim, tmp_path, monkeypatch):
    from cxsim.engines.compiled import Simulation

    advance, begun = Simulation.advance, threading.Event()

    def slowly(self, until, steer=None):
        advance(self, until, steer)
        begun.set()
        time.sleep(0.1)

    def stop(*_arguments, **_options):
        assert begun.wait(60)
        raise KeyboardInterrupt

    monkeypatch.setattr(Simulation, "advance", slowly)
    monkeypatch.setattr("cxsim.experiments.executor.wait", stop)
    done = cxsim(*RUN, "--replications", "1", "--checkpoint", "saved", "--out", "out")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "stopped; what was simulated is in saved: the same command goes on from there" in done.stderr
    assert checkpoint.saved_in(tmp_path / "saved") == 1
