"""Replications are added until the differences are as exact as was asked."""

from __future__ import annotations

from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from cxsim.errors import InputError
from cxsim.experiments.precision import Precision
from cxsim.stats.paired import bonferroni_level
from cxsim.stats.precision import CAP_NOTE, STOPPING_NOTE, next_batch, stopping_status

LEVEL: Final = 0.95


class Batch(Protocol):
    """Runs of an experiment, replication by replication."""

    policies: tuple[str, ...]

    @property
    def count(self) -> int:
        """Replications so far."""

    def add(self, replications: int) -> None:
        """Run every policy on the next replications."""

    def known(self) -> set[str]:
        """Name the measures that there will be."""

    def values(self, measure: str) -> dict[str, NDArray[np.float64]]:
        """Return a measure for every policy, by complete replication."""


def until_precise(batch: Batch, asked: Precision) -> str:
    """Add replications until every difference (or, alone, the mean) is as exact as asked, or the cap is reached.

    Returns
    -------
    str
        How the number of replications came about.

    Raises
    ------
    InputError
        When the measure is not known.
    """
    if asked.measure not in batch.known():
        message = f"precision: {asked.measure} is not known in this scenario; choose another measure"
        raise InputError(message)
    level = bonferroni_level(LEVEL, max(1, len(batch.policies) - 1))
    samples: list[NDArray[np.float64]] = [np.zeros(0)]
    while True:
        more = max(next_batch(sample, asked.half_width, asked.cap, level) for sample in samples)
        more = min(more, asked.cap - batch.count)
        if more <= 0:
            break
        batch.add(more)
        values = batch.values(asked.measure)
        base = values[batch.policies[0]]
        samples = [values[policy] - base for policy in batch.policies[1:]] or [base]
    stopped = {stopping_status(sample, asked.half_width, asked.cap, level) for sample in samples}
    return STOPPING_NOTE if stopped == {"reached"} else f"{STOPPING_NOTE} {CAP_NOTE}"
