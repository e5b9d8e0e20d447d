"""A worker that dies costs no run but the one that killed it."""

from concurrent.futures import Future

import pytest

from cxsim.errors import RunError
from cxsim.experiments.studies.case import Case, Row, Want
from cxsim.experiments.studies.desk import AHEAD, Desk

JOBS = [[Want(Case("hire"), 10 * job + number) for number in range(3)] for job in range(6)]


def rows(wants):
    return [Row(want, str(want.replication), "done", "", b"", 0, 0.1) for want in wants]


class Pool:
    """Workers that die, all together, whenever a job holds one of some runs."""

    tries = 3

    def __init__(self, count=2, *, deadly=(), once=()):
        self.count, self.deadly, self.once = count, set(deadly), set(once)
        self.waiting, self.submitted, self.deaths = [], [], 0

    def submit(self, wants):
        promise = Future()
        self.waiting.append((promise, wants))
        self.submitted.append([want.replication for want in wants])
        return promise

    def work(self):
        """End the job that was handed out first; if it kills, all are lost."""
        promise, wants = self.waiting.pop(0)
        own = {want.replication for want in wants}
        if own & (self.deadly | self.once):
            self.once -= own
            self.deaths += 1
            for lost in (promise, *(other for other, _ in self.waiting)):
                lost.set_exception(MemoryError("killed"))
            self.waiting = []
        else:
            promise.set_result(rows(wants))

    def check(self):
        if self.waiting:
            self.work()

    def end_of(self, error):
        return None


def all_taken(pool, jobs=JOBS):
    desk, left, taken = Desk(pool), list(jobs), []
    while left or desk:
        while left and desk.has_room():
            desk.hand_out(left.pop(0))
        assert len(pool.waiting) <= AHEAD * pool.count
        found = desk.taken(0.0)
        if found is not None:
            taken.append(found)
    done = [row.want.replication for one in taken for row in one.rows]
    given_up = {want.replication: one.why for one in taken if not one.rows for want in one.job}
    return sorted(done), given_up


ALL = sorted(want.replication for job in JOBS for want in job)


def test_jobs_are_made_once_each():
    pool = Pool()
    assert all_taken(pool) == (ALL, {})
    assert pool.submitted == [[want.replication for want in job] for job in JOBS]


def test_a_worker_that_dies_once_costs_nothing():
    pool = Pool(once=[11])
    assert all_taken(pool) == (ALL, {})
    assert pool.deaths == 1


def test_a_run_that_kills_each_time_is_given_up_and_the_others_are_made():
    pool = Pool(deadly=[11])
    done, given_up = all_taken(pool)
    assert done == [number for number in ALL if number != 11]
    assert given_up == {11: "no worker lived to make it: MemoryError: killed"}
    assert pool.deaths == 5  # in the crowd, with its job, and three times alone
    assert pool.submitted.count([11]) == 3


def test_several_that_kill():
    done, given_up = all_taken(Pool(deadly=[0, 11, 12, 52]))
    assert sorted(given_up) == [0, 11, 12, 52]
    assert sorted([*done, *given_up]) == ALL


def test_workers_that_are_lost_for_good_end_the_study():
    pool = Pool()
    pool.deadly, pool.end_of = {0}, lambda error: RunError(f"lost: {error}")
    with pytest.raises(RunError, match="lost: killed"):
        all_taken(pool)


def test_what_ended_before_a_stop_is_not_lost():
    pool = Pool()
    desk = Desk(pool)
    for job in JOBS[:3]:
        desk.hand_out(job)
    pool.work()
    pool.work()
    assert [one.job for one in desk.rest()] == JOBS[:2]
