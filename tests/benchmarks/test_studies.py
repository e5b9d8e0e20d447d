"""What a study of 10,000 small runs costs beside its simulations, and what two workers make of it."""

import pytest

from cxsim.checks.bench.studies import overhead, two_workers


@pytest.mark.benchmark
def test_store_and_hand_out_cost_at_most_5_ms_a_run(capsys):
    found = overhead()
    with capsys.disabled():
        beside = f"{found['overhead_ms']:.2f} ms a run beside {found['simulating_ms']:.1f} ms of simulation"
        print(f"\n  {beside}: {found['parts_ms']}")
    assert found["runs"] == 10_000
    assert found["overhead_ms"] <= 5.0


@pytest.mark.benchmark
def test_two_processes_are_used_to_90_percent(capsys):
    found = two_workers()
    with capsys.disabled():
        print(f"\n  two workers over one: threads {found['threads']:.2f} of ideal, processes {found['processes']:.2f}")
    assert found["processes"] >= 0.9
