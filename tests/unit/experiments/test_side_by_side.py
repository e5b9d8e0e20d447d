"""Runs side by side give the values of runs one after the other, from a script without a guard and in an event loop."""

import subprocess
import sys

SCRIPT = """
import asyncio, multiprocessing, sys
print("the script runs")
multiprocessing.set_start_method("spawn")
import cxsim
scenario = cxsim.load(sys.argv[1]).with_values({"lasts": "14 months", "warm_up": "1 month"})

def values(engine, jobs):
    found = cxsim.compare(scenario, ["train"], replications=3, seed=20260101, engine=engine, jobs=jobs)
    return [table.to_csv() for table in found.experiment.frames]

async def in_a_loop():
    return values("compiled", 2)

alone = values("compiled", 1)
print(asyncio.run(in_a_loop()) == alone, values("reference", 2) == alone, len("".join(alone)) > 10_000)
"""


def test_threads_and_processes_give_the_same_values_under_spawn_and_in_a_loop(tmp_path, corner_text):
    (tmp_path / "corner.yaml").write_text(corner_text)
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, tmp_path / "script.py", tmp_path / "corner.yaml"],
        check=False, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["the script runs", "True True True"], done.stderr
