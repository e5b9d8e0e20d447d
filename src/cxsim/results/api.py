"""`cxsim.run` and `cxsim.compare`."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path

from cxsim.errors import InputError
from cxsim.experiments.checkpoint import remove
from cxsim.experiments.compare import AS_IS, Setup, experiment
from cxsim.experiments.executor import Report
from cxsim.experiments.held import held
from cxsim.experiments.precision import Precision, parse_precision
from cxsim.experiments.worlds import REPLICATIONS
from cxsim.results.comparison import Comparison
from cxsim.results.result import Result
from cxsim.scenario import Scenario, load


def run(  # noqa: PLR0913 -- every setting of a run is a keyword
    scenario: Scenario | str | Path,
    policy: str = AS_IS,
    *,
    replications: int | None = None,
    seed: int | None = None,
    engine: str = "compiled",
    jobs: int | None = None,
    executor: Executor | None = None,
    log: bool = False,
    progress: Report | None = None,
    scale: float = 1.0,
    checkpoint: str | Path | None = None,
    keep_checkpoint: bool = False,
) -> Result:
    """Simulate one policy of a scenario.

    Parameters
    ----------
    scenario : Scenario or path or str
        A scenario, its file, or the name of a bundled one.
    policy : str
        One of its policies.
    replications, seed : int, optional
        The scenario's own by default.
    engine : {"compiled", "reference"}
        Both give the same values.
    jobs : int, optional
        Runs at the same time, every processor by default; values do not depend on it.
    executor : concurrent.futures.Executor, optional
        Makes the runs instead of an own one.
    log : bool
        Whether to keep what happened, for `.events()`.
    progress : callable, optional
        Called with a `cxsim.experiments.executor.Progress` as runs go on.
    scale : float
        Share of the customers who are followed, with all the staff: 0.1 follows one in ten, and mindless contacts
        stand in for the others, so that queues stay as they are. Needs 30 customers or more; all by default.
    checkpoint : path, optional
        A folder in which the world of every run is saved as it goes. Where this call is interrupted, the same call goes
        on from there and gives the same values; when it is done, what it saved is deleted.
    keep_checkpoint : bool
        Whether to leave what was saved where it is; the same call then makes its result of it without simulating.

    Raises
    ------
    InputError
        When the scenario, the policy or a number is not allowed.
    RunError
        When no run could be completed.
    """
    found = _scenario(scenario)
    found.policy(policy)
    setup = Setup(
        replications=replications, seed=seed, engine=engine, jobs=jobs, executor=executor, log=log, report=progress,
        checkpoint=None if checkpoint is None else Path(checkpoint), scale=scale,
    )  # fmt: skip
    with held(setup.checkpoint):
        result = Result(experiment(found, [policy], setup))
        if setup.checkpoint is not None and not keep_checkpoint and not result.failures:
            remove(setup.checkpoint)
    return result


def compare(  # noqa: PLR0913 -- every setting of a comparison is a keyword
    scenario: Scenario | str | Path,
    policies: Sequence[str] | None = None,
    *,
    replications: int | None = None,
    precision: Precision | str | None = None,
    seed: int | None = None,
    engine: str = "compiled",
    jobs: int | None = None,
    executor: Executor | None = None,
    progress: Report | None = None,
    worlds: int | None = None,
    world_replications: int = REPLICATIONS,
    scale: float = 1.0,
    fork_at: str | None = None,
) -> Comparison:
    """Compare policies of a scenario, and as-is, on common random numbers.

    Parameters
    ----------
    scenario : Scenario or path or str
        A scenario, its file, or the name of a bundled one.
    policies : sequence of str, optional
        All by default; as-is is always among them.
    replications : int, optional
        The scenario's own number by default.
    precision : Precision or str, optional
        Instead of `replications`: ``"retention=0.5pp"`` adds replications until the interval of every difference is
        that narrow on each side.
    seed : int, optional
        The scenario's own by default.
    engine, jobs, executor, progress
        As for `run`.
    worlds : int, optional
        So many worlds are drawn from the ranges under `unsure`, and every policy is run in each; see
        `Comparison.worlds`. None by default.
    world_replications : int
        Runs of each policy in each world, 2 or more.
    scale : float
        As for `run`.
    fork_at : str, optional
        Such as ``"month 12"``: nothing is changed until then, and policies count their time from there. What a file
        begins at time 0 begins at the fork, what it begins in month 3 three months after it; written costs move along;
        dates and arrivals of firms stay. The result is that of the same policies with these times written.

    Raises
    ------
    InputError
        When the scenario, a policy or a number is not allowed; for worlds, when nothing is unsure.
    RunError
        When no replication could be completed by every policy.
    """
    if replications is not None and precision is not None:
        message = "compare: both replications and precision; one of them is allowed; leave one out"
        raise InputError(message)
    if worlds is not None and worlds < 1:
        message = f"worlds: {worlds}; 1 or more is allowed; leave it out for none"
        raise InputError(message)
    found = _scenario(scenario)
    wanted = [AS_IS, *(found.policies if policies is None else policies)]
    for policy in wanted:
        found.policy(policy)
    setup = Setup(
        replications=replications,
        precision=parse_precision(precision) if isinstance(precision, str) else precision,
        seed=seed,
        engine=engine,
        jobs=jobs,
        executor=executor,
        report=progress,
        worlds=worlds or 0,
        world_replications=world_replications,
        scale=scale,
        fork_at=fork_at or "",
    )
    return Comparison(experiment(found, wanted, setup))


def _scenario(scenario: Scenario | str | Path) -> Scenario:
    return load(scenario) if isinstance(scenario, str | Path) else scenario
