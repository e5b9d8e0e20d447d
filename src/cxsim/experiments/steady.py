"""A steady state from one long run: what its start still colours is left out, the rest is cut into batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.errors import InputError, ValueRefusedError
from cxsim.experiments.compare import Setup, experiment
from cxsim.model.events import LOG_START
from cxsim.model.plan import MINUTE
from cxsim.stats.batch_means import BATCHES, FINER, SteadyMean, batch_means
from cxsim.stats.warm_up import WarmUp, mser5
from cxsim.units import nearest

if TYPE_CHECKING:
    from cxsim.scenario import Scenario

Array = NDArray[np.float64]

MEASURES: Final = ("wait_mean", "share_queued")
FEWEST: Final = 2 * BATCHES * FINER  # observations: half of them may be warm-up


class Steady(NamedTuple):
    """What one long run says of a steady state.

    Attributes
    ----------
    measure : str
        "wait_mean" (minutes) or "share_queued", of those answered.
    policy, touchpoint : str
    seed : int
    times : (n,) int64
        When each service began, microseconds from the start of the measured time; negative in the scenario's warm-up.
    observed : (n,) float64
        Of each who was answered, in order.
    warm_up : WarmUp
        On all of them, those of the scenario's own warm-up included.
    mean : SteadyMean
        Of those after the warm-up that was found.
    """

    measure: str
    policy: str
    touchpoint: str
    seed: int
    times: NDArray[np.int64]
    observed: Array
    warm_up: WarmUp
    mean: SteadyMean

    @property
    def trusted(self) -> bool:
        """Whether both the warm-up and the batches can be."""
        return self.warm_up.trusted and self.mean.trusted

    @property
    def settled(self) -> int:
        """Microseconds of simulated time that are left out."""
        return int(self.times[self.warm_up.observations] - self.times[0]) if self.warm_up.observations else 0


def steady(  # noqa: PLR0913 -- every setting of a run is a keyword
    scenario: Scenario,
    policy: str = "as-is",
    *,
    measure: str = "wait_mean",
    touchpoint: str | None = None,
    seed: int | None = None,
    engine: str = "compiled",
    level: float = 0.95,
) -> Steady:
    """Make one long run, find its warm-up by MSER-5, and return the mean of the rest with an interval of batch means.

    It is for desks whose calls and staff are the same all day and all week. Where they are not there is no one steady
    state: the run is then never long enough, or the interval is about the mixture of all hours.

    Parameters
    ----------
    scenario : Scenario
        It runs as long as it says.
    policy : str
    measure : {"wait_mean", "share_queued"}
    touchpoint : str, optional
        The one with most services by default.
    seed : int, optional
        The scenario's own by default.
    engine : {"compiled", "reference"}
    level : float
        Confidence level.

    Raises
    ------
    InputError
        When the policy, the measure or the touchpoint is not known, or too few are answered there.
    RunError
        When the run fails.

    References
    ----------
    White (1997); Franklin & White (2008); Law & Carson (1979); Law (2015), section 9.5.
    """
    if measure not in MEASURES:
        message = f"measure: {measure}; {' or '.join(MEASURES)} is allowed; choose one"
        raise InputError(message)
    scenario.policy(policy)
    made = experiment(scenario, [policy], Setup(replications=1, seed=seed, engine=engine, jobs=1, log=True))
    names = made.layout.names.touchpoints
    log = made.logs[0].rows
    starts = log[(log["kind"] == LOG_START) & (log["cause"] == 0)]
    place = _place(touchpoint, names, starts["touchpoint"])
    own = starts[starts["touchpoint"] == place]
    if own.size < FEWEST:
        message = (
            f"{names[place]}: {own.size} services in one run; {FEWEST} or more are allowed; "
            "make the run longer, with --set lasts=..."
        )
        raise InputError(message)
    waits = own["value"] / MINUTE
    values = waits if measure == "wait_mean" else (waits > 0).astype(np.float64)
    warm_up = mser5(values)
    kept = values[warm_up.observations :]
    # Without a warm-up that can be trusted too little may be left for batches.
    mean = batch_means(kept if kept.size >= BATCHES * FINER else values[-BATCHES * FINER :], level)
    return Steady(measure, policy, names[place], made.seed, own["time"].astype(np.int64), values, warm_up, mean)


def _place(name: str | None, names: tuple[str, ...], found: NDArray[np.int16]) -> int:
    if name is None:
        return int(np.bincount(found, minlength=len(names)).argmax()) if found.size else 0
    if name not in names:
        raise ValueRefusedError(name, f"a touchpoint: {', '.join(names)}", nearest(name, names) or "choose one")
    return names.index(name)
