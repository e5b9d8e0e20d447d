"""The keyed generator under load: W1 over 10^9 customers, and the phone of W2 over as many.

By Burke (1956) the phone of W2 has the exact values of W1.

A fault of some tenths per mille between draws of neighbouring customers, or between runs on consecutive seeds, shows in
no test of the generator alone and in no run of ordinary length. Here 100 runs of 10^7 customers on consecutive seeds,
which are hashed as every user's seed is, must meet the exact values of M/M/10+M within 3 standard errors, taken between
the runs. Each run is appended to a file when it ends, so the check may be interrupted and goes on where it was.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

from cxsim.checks.evidence import Evidence
from cxsim.checks.verify import LEVEL, Check
from cxsim.errors import Fault, InputError, RunError, ScenarioError
from cxsim.experiments.executor import Failure, Report, own_executor, run_all
from cxsim.experiments.spec import MODEL_VERSION, RANDOM_SCHEME
from cxsim.model.plan import MINUTE, Plan
from cxsim.scenario import load
from cxsim.stats.design import oracle_score
from cxsim.stats.intervals import student_quantile
from cxsim.stats.queueing import erlang_a

FIRST_SEED: Final = 20_260_401  # to 20_260_500: published before the first run, never changed
RUNS: Final = 100
CUSTOMERS: Final = 10_000_000
WORKS: Final = ("w1", "w2")
RATE: Final = 1.9  # a minute
PHONE: Final = {"w1": 0, "w2": 1}
WARM: Final = "1 d"
Z_ALLOWED: Final = 3.0
ALLOWED_ERROR: Final = 0.001
LEAST: Final = 2
TITLES: Final = {"w1": "W1, M/M/10+M", "w2": "W2, the phone behind the web"}


class Run(NamedTuple):
    """One run, as a line of the file says it.

    Attributes
    ----------
    work : {"w1", "w2"}
    seed : int
    customers : int
        As asked for.
    callers : int
        As they came, after the warm-up.
    wait : float
        Mean wait of all of them, minutes.
    abandoned : float
        Share that gave up.
    scheme : str
        Of the random draws.
    model_version : int
    """

    work: str
    seed: int
    customers: int
    callers: int
    wait: float
    abandoned: float
    scheme: str = RANDOM_SCHEME
    model_version: int = MODEL_VERSION


class Task(NamedTuple):
    """A run that is to be made; `experiments.run_all` takes it for a task."""

    plan: Plan
    work: str
    seed: int
    customers: int


def keyed(
    file: Path,
    *,
    runs: int = RUNS,
    customers: int = CUSTOMERS,
    jobs: int | None = None,
    report: Report | None = None,
) -> list[Check]:
    """Make the runs that the file does not hold yet, and compare all of them with the exact values.

    Parameters
    ----------
    file : Path
        One line of JSON for each run; made where there is none.
    runs, customers : int
        Of W1 and of W2: 100 runs of 10^7 customers each, or fewer for a trial.
    jobs : int, optional
        Runs at the same time.
    report : callable, optional
        Called with an `experiments.executor.Progress`.

    Returns
    -------
    list of Check
        Mean wait (minutes) and share that abandons, of the phone of W1 and of W2.

    Raises
    ------
    InputError
        When the file holds something else, or cannot be written.
    RunError
        When a run does not end.

    References
    ----------
    Palm (1957); Burke (1956), The output of a queuing system.
    """
    if runs < LEAST:
        message = f"runs: {runs}; {LEAST} or more are allowed; a standard error is taken between them"
        raise InputError(message)
    there = {(run.work, run.seed, run.customers) for run in kept(file)}
    plans = {work: _plan(work, customers) for work in WORKS}
    seeds = range(FIRST_SEED, FIRST_SEED + runs)
    # W1 and W2 by turns, so that what is left can be told from what is done.
    wanted = [Task(plans[work], work, seed, customers) for seed in seeds for work in WORKS]
    missing = [task for task in wanted if (task.work, task.seed, task.customers) not in there]
    if missing:
        _make(missing, file, jobs, report)
    # By seed, for a run that stands twice in the file is still one run.
    by_work: dict[str, dict[int, Run]] = {work: {} for work in WORKS}
    for run in kept(file):
        if run.customers == customers and run.seed in seeds:
            by_work[run.work].setdefault(run.seed, run)
    return [check for work in WORKS for check in checks_of(work, list(by_work[work].values()))]


def kept(file: Path) -> list[Run]:
    """Read the runs that a file holds; a last line that was cut short is left out.

    Raises
    ------
    InputError
        When a line is no run, or one of another scheme or model.
    """
    if not file.exists():
        return []
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise _refused(file, None, "no text that can be read") from None
    *whole, rest = text.split("\n")
    found = [_run_of(file, place, line) for place, line in enumerate(whole, start=1)]
    if rest and not rest.startswith("{"):
        raise _refused(file, len(whole) + 1, "no run")
    return found


def _run_of(file: Path, place: int, line: str) -> Run:
    try:
        run = Run(**json.loads(line))
    except (TypeError, ValueError):
        raise _refused(file, place, "no run") from None
    if (run.scheme, run.model_version) != (RANDOM_SCHEME, MODEL_VERSION) or run.work not in WORKS:
        raise _refused(file, place, "a run of another version")
    return run


def _refused(file: Path, place: int | None, given: str) -> InputError:
    return ScenarioError([Fault(str(file), place, "", given, "runs of `verify --keyed`", "name another file")])


def _plan(work: str, customers: int) -> Plan:
    return load(f"benchmarks/{work}").with_values({"lasts": f"{customers / RATE:.0f} min", "warm_up": WARM}).plan()


def _make(tasks: Sequence[Task], file: Path, jobs: int | None, report: Report | None) -> None:
    writing = threading.Lock()
    _whole_lines(file)

    def simulate(task: Task, progress: Callable[[float], None]) -> Run:
        run = observed(task, progress)
        with writing, file.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(json.dumps(run._asdict()) + "\n")
        return run

    with own_executor("compiled", jobs, len(tasks)) as (executor, threads):
        found = run_all(cast("Any", tasks), executor, cast("Any", simulate), threads=threads, report=report)
    for task, made in zip(tasks, found, strict=True):
        if isinstance(made, Failure):
            raise RunError(f"{task.work}, seed {task.seed}: {made.why}")


def _whole_lines(file: Path) -> None:
    """Take away a last line that was cut short when a run was stopped; make the file where there is none."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a+b") as stream:
            stream.seek(0)
            stream.truncate(stream.read().rfind(b"\n") + 1)
    except OSError as error:
        given = error.strerror or type(error).__name__
        raise ScenarioError([Fault(str(file), None, "", given, "a file that can be written", "name another")]) from None


def observed(task: Task, progress: Callable[[float], None] | None = None) -> Run:
    """Make one run."""
    from cxsim.engines.compiled import run

    seen = Evidence(task.plan, run(task.plan, task.seed, 0, progress=progress).state)
    phone = PHONE[task.work]
    callers = seen.touch("arrivals", phone)
    wait, gave_up = seen.touch("wait_all", phone) / callers / MINUTE, seen.touch("abandoned", phone) / callers
    return Run(task.work, task.seed, task.customers, round(callers), wait, gave_up)


def checks_of(work: str, runs: Sequence[Run]) -> list[Check]:
    """Compare runs of one workload with the exact values of its phone."""
    exact = erlang_a(RATE, 1.0 / 5.0, 1.0 / 8.0, 10)
    figures: Mapping[str, tuple[float, list[float]]] = {
        "mean wait, min": (exact.mean_wait, [run.wait for run in runs]),
        "share that abandons": (exact.p_abandon, [run.abandoned for run in runs]),
    }
    width = student_quantile(LEVEL, len(runs) - 1)
    found = []
    for quantity, (value, values) in figures.items():
        score = oracle_score(values, value)
        half = width * score.standard_error
        allowed = ALLOWED_ERROR * max(1.0, (RUNS * CUSTOMERS / sum(run.customers for run in runs)) ** 0.5)
        found.append(
            Check(
                name=f"{TITLES[work]}: {quantity}",
                engine="compiled",
                exact=value,
                simulated=score.mean,
                ci_low=score.mean - half,
                ci_high=score.mean + half,
                holds=abs(score.z) <= Z_ALLOWED and score.relative_error <= allowed,
                case=f"keyed-{work}",
                quantity=quantity,
                standard_error=score.standard_error,
                z=score.z,
                arrivals=sum(run.callers for run in runs),
                replications=len(runs),
                allowed_error=allowed,
            )
        )
    return found
