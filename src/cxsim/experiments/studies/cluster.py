"""Jobs on a cluster: Dask's scheduler hands them out, wherever its workers are."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cxsim.errors import InputError
from cxsim.experiments.rules import replacements
from cxsim.experiments.studies.case import Want
from cxsim.experiments.studies.lab import Lab, perform

if TYPE_CHECKING:
    from cxsim.experiments.studies.workers import Workers


def received(payload: bytes) -> Lab:
    """Return a laboratory that was sent; a task of its own, so that a cluster that loses it makes it again."""
    found: Lab = pickle.loads(payload)
    return found


class Cluster:
    """Workers of a Dask cluster.

    Parameters
    ----------
    client : distributed.Client
    lab : Lab
    """

    def __init__(self, client: Any, lab: Lab) -> None:
        self._client = client
        self._lab = client.submit(received, pickle.dumps(lab, pickle.HIGHEST_PROTOCOL), pure=False)

    @property
    def count(self) -> int:
        """Threads of all workers that are there now."""
        return max(1, int(sum(self._client.nthreads().values())))

    def submit(self, wants: Sequence[Want]) -> Any:
        """Have some runs made."""
        return self._client.submit(perform, self._lab, list(wants), pure=False)


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
        message = 'executor: dask, which is not installed; run: pip install "cxsim[cluster]"'
        raise InputError(message) from None
    if replacements():
        message = "executor: dask with a replaced rule; workers elsewhere do not know it; use the executor local"
        raise InputError(message)
    if scheduler is None:
        with (
            LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address=None) as made,
            Client(made, set_as_default=False) as client,
        ):
            yield Cluster(client, lab)
        return
    try:
        client = Client(scheduler, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        message = (
            f"scheduler: {scheduler}, which does not answer; a running Dask scheduler is needed; check the address"
        )
        raise InputError(message) from error
    with client:
        yield Cluster(client, lab)
