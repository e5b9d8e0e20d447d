"""What tasks share goes once to each worker process; threads are handed the very objects."""

import os
import pickle
from pathlib import Path

import pytest

from cxsim.experiments.compare import Setup, experiment
from cxsim.experiments.executor import OwnProcesses, run_all
from cxsim.experiments.handover import Place, received, sent
from cxsim.experiments.simulate import Task


class SeenError(Exception):
    """Stands for a run: only what it was asked for is looked at."""


@pytest.fixture
def tasks(corner):
    """Tasks as an experiment hands them to its workers."""
    seen = []

    def spy(task, _progress=None):
        seen.append(task)
        raise SeenError

    with pytest.raises(Exception, match="no replication could be completed"):
        experiment(corner, corner.policies[:2], Setup(replications=4, simulate=spy, jobs=2))
    return sorted(seen, key=lambda task: (task.spec.replication, task.spec.policy))


def test_threads_share_the_plan(tasks):
    assert len(tasks) == 8
    assert len({id(task.plan) for task in tasks}) == 2
    assert len({id(task.layout) for task in tasks}) == 1


def test_a_task_that_is_sent_is_small_and_the_same_on_arrival(tasks):
    with sent(tasks) as light:
        assert max(len(pickle.dumps(task)) for task in light) < 1_500
        assert min(len(pickle.dumps(task)) for task in tasks) > 50_000
        assert {type(task.plan) for task in light} == {Place}
        arrived = [received(pickle.loads(pickle.dumps(task))) for task in light]
        folder = Path(light[0].plan.path).parent
        assert len(list(folder.iterdir())) == 5  # the plans and the costs of two policies, the rows
    assert not folder.exists()
    for task, back in zip(tasks, arrived, strict=True):
        assert isinstance(back, Task)
        assert (back.spec, back.costs, back.layout.names) == (task.spec, task.costs, task.layout.names)
        for one, other in zip((*back.plan, *back.layout[1:]), (*task.plan, *task.layout[1:]), strict=True):
            assert one.dtype == other.dtype
            assert one.tobytes() == other.tobytes()
    assert len({id(task.plan) for task in arrived}) == 2  # a worker reads each plan once


def test_what_one_task_alone_has_goes_along_with_it(tasks):
    with sent(tasks[:1]) as (alone,):
        assert alone.plan is tasks[0].plan


def test_other_tasks_are_sent_as_they_are():
    with sent([3, (1, 2), "three"]) as light:
        assert light == [3, (1, 2), "three"]
        assert [received(task) for task in light] == light


def test_the_numbers_of_processes_are_not_ours():
    processes = OwnProcesses(2)
    try:
        found = run_all([0, 0, 0], processes, _process, threads=False)
    finally:
        processes.shutdown()
    assert os.getpid() not in found


def _process(_task):
    return os.getpid()
