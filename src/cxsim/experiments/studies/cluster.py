"""Jobs on a cluster: Dask's scheduler hands them out, wherever its workers are."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from cxsim.errors import InputError, RunError
from cxsim.experiments.rules import replacements
from cxsim.experiments.studies.case import Want
from cxsim.experiments.studies.remote import ElsewhereError, packed, perform_elsewhere, stamp

if TYPE_CHECKING:
    from cxsim.experiments.studies.lab import Lab
    from cxsim.experiments.studies.workers import Workers

# How long a scheduler may take to answer, and may be without any worker.
ANSWERS_WITHIN_S: Final = 10.0
WORKERS_WITHIN_S: Final = 120.0
# How often the workers are counted: each time is a question to the scheduler.
COUNT_EACH_S: Final = 2.0
CLOSES_WITHIN_S: Final = 2.0


def kept(content: bytes) -> bytes:
    """Return a laboratory that was sent; a task of its own, so that a cluster that loses it makes it again."""
    return content


class Cluster:
    """Workers of a Dask cluster.

    Parameters
    ----------
    client : distributed.Client
    lab : Lab
    name : str
        What the scheduler is called in messages.
    """

    # Dask has handed a run out again some times before it says that it kills workers.
    tries = 1

    def __init__(self, client: Any, lab: Lab, name: str) -> None:
        self._client, self._name = client, name
        self._lab = client.submit(kept, packed(lab), pure=False)
        self._stamp = stamp()
        self._count, self._counted, self._seen = 0, 0.0, time.monotonic()
        self.check()

    @property
    def count(self) -> int:
        """Threads of all workers that were there lately."""
        return max(1, self._count)

    def submit(self, wants: Sequence[Want]) -> Any:
        """Have some runs made."""
        return self._client.submit(perform_elsewhere, self._stamp, self._lab, list(wants), pure=False)

    def check(self) -> None:
        """Count the workers now and then.

        Raises
        ------
        RunError
            When the scheduler is lost, or has been without workers for long.
        """
        if self._client.status != "running":
            raise self._lost("a scheduler that no longer answers", "start it again")
        now = time.monotonic()
        if now - self._counted < COUNT_EACH_S:
            return
        try:
            self._count = int(sum(self._client.nthreads().values()))
        except OSError:
            raise self._lost("a scheduler that no longer answers", "start it again") from None
        self._counted = time.monotonic()
        if self._count:
            self._seen = self._counted
        elif self._counted - self._seen > WORKERS_WITHIN_S:
            raise self._lost(f"a scheduler without workers for {WORKERS_WITHIN_S:.0f} s", "start workers")

    def end_of(self, error: Exception) -> RunError | None:
        """Return None where a run killed workers; whatever else went wrong would go wrong with all of them."""
        from distributed import KilledWorker

        if isinstance(error, KilledWorker):
            return None
        if isinstance(error, ElsewhereError):
            return self._lost(str(error), "install there what is here, and start the workers again")
        if isinstance(error, CancelledError | OSError):
            return self._lost("a scheduler that no longer answers", "start it again")
        why = f"workers that cannot make runs ({type(error).__name__}: {' '.join(str(error).split())})"
        return self._lost(why, "install there what is here, and start the workers again")

    def _lost(self, given: str, remedy: str) -> RunError:
        message = (
            f"scheduler: {self._name}: {given}; a running scheduler is needed, with workers that have the same cxsim; "
            f"all runs that were stored are whole: {remedy}, and the same command goes on from there"
        )
        return RunError(message)


@contextmanager
def cluster(lab: Lab, jobs: int, scheduler: str | None) -> Iterator[Workers]:
    """Lend the workers of a Dask cluster.

    Parameters
    ----------
    lab : Lab
    jobs : int
        Worker processes of this machine, where no scheduler is named.
    scheduler : str, optional
        Address, such as ``tcp://host:8786``.

    Raises
    ------
    InputError
        When Dask is not installed, no scheduler answers, or a rule is replaced.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        message = (
            "executor: dask, which is not installed; local, threads and processes are; run: "
            'pip install "cxsim[cluster]"'
        )
        raise InputError(message) from None
    if replacements():
        message = "executor: dask with a replaced rule; workers elsewhere do not know it; use the executor local"
        raise InputError(message)
    with _quiet():
        if scheduler is None:
            try:
                with _deaf():
                    made = LocalCluster(
                        n_workers=jobs, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
                    )
            except (RuntimeError, OSError) as error:
                message = (
                    f"executor: dask, whose workers do not start here ({' '.join(str(error).split())}); a script must "
                    'call below `if __name__ == "__main__":`; write that, or use the executor processes'
                )
                raise InputError(message) from error
            with made, Client(made, set_as_default=False) as client:
                yield Cluster(client, lab, "of this machine")
            return
        _check_answers(scheduler)
        client = Client(scheduler, timeout=ANSWERS_WITHIN_S, set_as_default=False)
        try:
            yield Cluster(client, lab, scheduler)
        finally:
            client.close(timeout=CLOSES_WITHIN_S)


def _check_answers(address: str) -> None:
    """Refuse an address at which no scheduler answers; a client that cannot connect would go on complaining."""
    from distributed import rpc

    async def asked() -> Any:
        async with rpc(address) as there:
            return await there.identity()

    def refusal(what: str) -> InputError:
        return InputError(f"scheduler: {address}, {what}; a running Dask scheduler is needed; check the address")

    try:
        # In a thread: a notebook has a loop of its own.
        with ThreadPoolExecutor(1) as thread:
            found = thread.submit(lambda: asyncio.run(asyncio.wait_for(asked(), ANSWERS_WITHIN_S))).result()
    except (OSError, ValueError, TypeError, AssertionError) as error:
        raise refusal("which does not answer") from error
    if found.get("type") != "Scheduler":
        raise refusal(f"which is a {str(found.get('type', 'something else')).lower()}")


@contextmanager
def _deaf() -> Iterator[None]:
    """Let processes that start meanwhile not hear Ctrl-C: it reaches all of a terminal, and this one ends them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask's log off the screen: what matters is said in our words."""
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == "distributed"]
    levels = {name: logging.getLogger(name).level for name in {"distributed", *names}}
    for name in levels:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
