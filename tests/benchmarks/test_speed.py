"""Speed of both engines beside plain SimPy, in turn in one process; compile time and cached start. `make bench`."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cxsim.engines import compiled, reference
from cxsim.scenario.loaded import load
from tests.benchmarks import plain_simpy

HERE = Path(__file__).parent
ROUNDS = 3
pytestmark = pytest.mark.benchmark


def seconds(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def test_visits_per_second_beside_plain_simpy(capsys):
    plan = load(HERE / "hotline.yaml").plan()
    calls = int(compiled.run(plan, 1, 0).state.world[0]["visits"])
    reference.run(load(HERE / "hotline.yaml").with_values({"lasts": "1 h"}).plan(), 1, 0)  # compiles the rules
    work = {
        "compiled": lambda: compiled.run(plan, 1, 0),
        "plain SimPy": lambda: plain_simpy.run(calls, 1),
        "reference": lambda: reference.run(plan, 1, 0),
    }
    taken = {name: [] for name in work}
    for _ in range(ROUNDS):
        for name, run in work.items():
            taken[name].append(seconds(run))
    peer = statistics.median(taken["plain SimPy"])
    with capsys.disabled():
        print(f"\n{calls} visits, median of {ROUNDS} rounds in turn")
        for name, times in taken.items():
            middle = statistics.median(times)
            print(f"  {name:12} {calls / middle:>12,.0f} visits a second, {peer / middle:8.2f} times plain SimPy")
    assert statistics.median(taken["compiled"]) < peer


def test_compiling_and_cached_start(capsys, tmp_path):
    code = (
        "from cxsim.engines import compiled; from cxsim.scenario.loaded import load; import sys; "
        "compiled.run(load(sys.argv[1]).with_values({'lasts': '1 h'}).plan(), 1, 0)"
    )
    environment = {key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"}
    environment["XDG_CACHE_HOME"] = str(tmp_path)
    command = [sys.executable, "-c", code, str(HERE / "hotline.yaml")]
    first, again = (seconds(lambda: subprocess.run(command, env=environment, check=True)) for _ in range(2))
    with capsys.disabled():
        print(f"\nfirst start ever {first:.0f} s, cached start {again:.1f} s ({first / again:.0f} times)")
    assert again < first
