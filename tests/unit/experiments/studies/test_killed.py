"""A study that is killed at any moment, and gone on with, ends with the rows of one that never was."""

import os
import random  # noqa: TID251 -- moments of kills are no part of a simulation
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from cxsim.experiments.store.store import Store
from cxsim.experiments.studies import lab as laboratory
from cxsim.experiments.studies.runs import Runs
from cxsim.experiments.studies.study import load_study
from cxsim.experiments.studies.sweep import study_lab
from tests.unit.experiments.studies import killed_study
from tests.unit.experiments.studies.killed_study import WANTS

SEED = 20260101
SCRIPT = Path(__file__).parent / "killed_study.py"
STUDY = """
format: 1
study: What does a price bring?
scenario: corner.yaml
policies: [as-is, hire, train]
levers: {price: [11 a visit, 13 a visit]}
uncertainties: {till.takes: [6 min, 10 min]}
design: grid
replications: 20
seed: 20260101
measures: [retention, wait_all_mean, policy_cost]
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")


@pytest.fixture
def place(tmp_path, corner_text):
    text = corner_text.replace("lasts: 2 years", "lasts: 2 months").replace("warm_up: 6 months", "warm_up: 0 months")
    (tmp_path / "corner.yaml").write_text(text.replace("from: month 12", "from: month 1"))
    (tmp_path / "tills.yaml").write_text(STUDY)
    return tmp_path


def begun(place, out, notes):
    command = [
        sys.executable,
        str(SCRIPT),
        str(place / notes),
        "sweep",
        "tills.yaml",
        "--out",
        out,
        "--jobs",
        "2",
        "--quiet",
    ]
    return subprocess.Popen(command, cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(place, out, notes):
    process = begun(place, out, notes)
    said, complained = process.communicate(timeout=300)
    assert process.returncode == 0, said + complained


def noted(path):
    return path.read_text().split() if path.exists() else []


def stored(place, out):
    lab = study_lab(load_study(place / "tills.yaml"))
    return set(Store(place / out / "store", lab.columns.described()).identities())


def test_after_a_kill_nothing_is_lost_and_nothing_made_twice(place, monkeypatch):
    notes, folder = place / "notes.txt", place / "store"
    process = subprocess.Popen([sys.executable, str(SCRIPT), str(notes), "runs", "corner.yaml", str(folder)], cwd=place)
    while process.poll() is None and len(noted(notes)) < 40:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before, noting = noted(notes), place / "more.txt"
    lab = killed_study.lab_in(place / "corner.yaml")
    there = set(Store(folder, lab.columns.described()).identities())
    assert 0 < len(there) <= len(before) < len(WANTS)
    monkeypatch.setattr(laboratory, "_simulated", laboratory._simulated)  # put back afterwards
    killed_study.noting(noting)
    with Runs(lab, store=Store(folder, lab.columns.described()), jobs=1) as runs:
        list(runs.made(WANTS))
        found = [record[:4] for record in runs.many(WANTS)]
    assert not there & set(noted(noting))
    assert len(there) + len(noted(noting)) == len(WANTS)
    with Runs(lab, jobs=1) as runs:
        list(runs.made(WANTS))
        assert [record[:4] for record in runs.many(WANTS)] == found


@pytest.mark.slow
def test_killed_20_times_rows_are_those_of_a_study_that_never_was(place):
    kills = 20
    ended(place, "whole", "whole.txt")
    total = len(noted(place / "whole.txt"))
    assert total == len(set(noted(place / "whole.txt"))) > 200
    moments = random.Random(SEED)
    in_flight = []
    for number in range(kills):
        before = stored(place, "killed")
        notes = place / f"killed-{number}.txt"
        process = begun(place, "killed", notes.name)
        goal, patience = moments.randrange(2 * total // kills), moments.uniform(0.0, 0.1)
        while process.poll() is None and len(noted(notes)) < goal:
            time.sleep(0.005)
        time.sleep(patience)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert not before & set(noted(notes))  # what is there is never made again
        assert before <= stored(place, "killed")  # nothing is lost
        in_flight.append(len(set(noted(notes)) - stored(place, "killed")))
    before = stored(place, "killed")
    ended(place, "killed", "last.txt")
    assert not before & set(noted(place / "last.txt"))
    made = [one for path in place.glob("killed-*.txt") for one in noted(path)] + noted(place / "last.txt")
    assert len(made) - total == sum(in_flight)  # twice is made what was in flight, and nothing else
    assert max(in_flight) <= 2 * 64
    assert rows_of(place / "killed").equals(rows_of(place / "whole"))
    for name in ("measures.parquet", "summary.csv", "points.csv"):
        assert (place / "killed" / name).read_bytes() == (place / "whole" / name).read_bytes(), name


def rows_of(folder):
    return pd.read_parquet(folder / "runs.parquet").drop(columns=["wall_s", "replay"])
