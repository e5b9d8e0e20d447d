"""Two workers: threads of one process beside processes of their own, for runs of different length."""

import time

import pytest

import cxsim
from cxsim.experiments.compare import Setup, experiment
from cxsim.experiments.executor import OwnProcesses

RUNS = 8
LENGTHS = ("2 months", "14 months", "10 years")  # of local-shop-vs-chain: from a twentieth to some seconds


def seconds(scenario, **how):
    begun = time.perf_counter()
    experiment(scenario, ["as-is"], Setup(replications=RUNS, seed=20260101, **how))
    return time.perf_counter() - begun


@pytest.mark.benchmark
@pytest.mark.parametrize("lasts", LENGTHS)
def test_two_workers(lasts):
    scenario = cxsim.load("local-shop-vs-chain").with_values({"lasts": lasts, "warm_up": "0 months"})
    seconds(scenario, jobs=1)
    rounds = []
    for _ in range(3):
        one, threads = seconds(scenario, jobs=1), seconds(scenario, jobs=2)
        with_start = time.perf_counter()
        processes = OwnProcesses(2)
        seconds(scenario, executor=processes)
        cold = time.perf_counter() - with_start
        warm = seconds(scenario, executor=processes)
        processes.shutdown()
        rounds.append((one / threads / 2, one / warm / 2, one / cold / 2, one / RUNS))
    threads, warm, cold, each = sorted(rounds)[1]
    print(f"\n{each:.2f} s a run: threads {threads:.2f} of ideal, processes {warm:.2f}, with their start {cold:.2f}")
    assert threads > cold
