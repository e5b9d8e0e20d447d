"""Settings simulated while somebody watches: replications arrive one after another, paired with as-is.

Nothing here knows of a page. Whoever watches says which case comes first; threads make its replications in their
order, always against as-is on the same luck, until there are as many as wanted. When nobody waits for a case any more,
its run is given up at the end of the period that it has reached. What was simulated is kept, so going back is free.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from cxsim.errors import CxsimError, InputError, RunError
from cxsim.experiments.executor import available_jobs, why_of
from cxsim.experiments.simulate import names_of
from cxsim.experiments.studies.case import AS_IS, Case, Want
from cxsim.experiments.studies.columns import Column, Columns
from cxsim.experiments.studies.lab import DONE, Lab, lab_of, perform, ready
from cxsim.measures.catalog import CATALOG
from cxsim.measures.layout import ALL, layout_of
from cxsim.model.plan import MONTH, YEAR

if TYPE_CHECKING:
    from cxsim.measures.layout import Layout
    from cxsim.scenario import Scenario

Array = NDArray[np.float64]

RETENTION: Final = "retention"
REPLICATIONS: Final = 30
MOST_JOBS: Final = 4
# Cases whose runs are kept; as-is always is.
MOST_KEPT: Final = 500
# A run of so many customers and years takes about a quarter of a second, and a setting is heard of within one.
CUSTOMER_YEARS: Final = 20_000.0
SCALES: Final = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01)
AS_IS_CASE: Final = Case(AS_IS)


class LiveColumns(Columns):
    """What is kept of a run: measures of our firm and all customers, and retention at the end of every period."""

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout, "ours")
        self._payback = len(self.layout.timeseries)
        rows, numbers = layout.timeseries, layout.periods[:, 0]
        ours = (rows[:, 2] == layout.names.policy_firm) & (rows[:, 3] == 0) & (numbers[rows[:, 1]] >= 1)
        kept = rows[ours & (rows[:, 0] == list(CATALOG).index(RETENTION))]
        self.layout = self.layout._replace(timeseries=np.concatenate((self.layout.timeseries, kept)))
        self.names = (*self.names, *(Column(RETENTION, self.firm, ALL, int(numbers[at])) for at in kept[:, 1]))
        self.months = np.concatenate(([0.0], layout.periods[kept[:, 1], 1] / MONTH))

    def curve(self, row: Array) -> Array:
        """Return retention at the start and at the end of every period, shares; empty without customers."""
        found = row[self.whole + self._payback :]
        return np.concatenate(([1.0], found)) if found.size else found

    def payback(self, row: Array, as_is: Array) -> float:
        """Return months until the cumulative profit above as-is stays at 0 or above; NaN where it never does."""
        return super().payback(row[: self.whole + self._payback], as_is[: self.whole + self._payback])


class Pairs(NamedTuple):
    """Runs of a case and of as-is on the same luck, replications 0 to n - 1.

    Attributes
    ----------
    runs, as_is : (n, columns) float64
    broken : str
        Why the case cannot be simulated; empty where it can.
    """

    runs: Array
    as_is: Array
    broken: str = ""

    @property
    def n(self) -> int:
        """Number of paired replications."""
        return len(self.runs)


class Watch:
    """What one person waits for: the case being looked at, then others.

    Use `LiveModel.watch` to get one, and `close` it when nobody looks any more.
    """

    def __init__(self, model: LiveModel) -> None:
        self._model = model
        self.cases: tuple[Case, ...] = (AS_IS_CASE,)

    def follow(self, first: Case, *others: Case) -> None:
        """Wait for these cases, the first before all others; work for what is waited for no more is given up."""
        self.cases = tuple(dict.fromkeys((first, *others)))
        self._model.wake()

    def close(self) -> None:
        """Wait for nothing."""
        self._model.forget(self)


class LiveModel:
    """Makes replications of the cases that are watched, in threads of this process.

    Parameters
    ----------
    scenario : Scenario
    seed : int, optional
        Of all luck; the scenario's own by default, as for `cxsim.compare`.
    replications : int, optional
        At which a case is done; the scenario's own by default, or 30.
    scale : float, optional
        Share of the customers who are followed. By default as many as can be simulated in a fraction of a second
        (`scale_for`).
    jobs : int, optional
        Threads; by default one for each processor, at most four.

    Raises
    ------
    InputError
        When a number is not allowed.
    ScenarioError
        When as-is cannot be.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        seed: int | None = None,
        replications: int | None = None,
        scale: float | None = None,
        jobs: int | None = None,
    ) -> None:
        for name, given in (("replications", replications), ("jobs", jobs)):
            if given is not None and given < 1:
                message = f"{name}: {given}; 1 or more is allowed; raise the number, or leave it out"
                raise InputError(message)
        runs = scenario.document.runs
        self.scenario = scenario
        self.replications = replications or (runs.replications if runs else None) or REPLICATIONS
        self.scale = scale_for(scenario) if scale is None else scale
        base = lab_of(scenario, seed=seed, scale=self.scale, keep="ours")
        self.columns = LiveColumns(layout_of(scenario.plan(AS_IS), names_of(scenario)))
        self.lab: Lab = replace(base, columns=self.columns)
        self._jobs = jobs or min(available_jobs(), MOST_JOBS)
        self._change = threading.Condition()
        self._watches: list[Watch] = []
        self._rows: OrderedDict[Case, dict[int, Array]] = OrderedDict({AS_IS_CASE: {}})
        self._broken: dict[Case, str] = {}
        self._flying: set[Want] = set()
        self._threads: list[threading.Thread] = []
        self._closed = False
        self.version = 0  # higher after everything that is found

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Begin with as-is, if that has not begun."""
        with self._change:
            if self._threads or self._closed:
                return
            self._threads = [
                threading.Thread(target=self._work, name=f"cxsim what-if {number}", daemon=True)
                for number in range(self._jobs)
            ]
        for thread in self._threads:
            thread.start()

    def close(self, seconds: float = 5.0) -> None:
        """Give up everything under way, and end the threads."""
        with self._change:
            self._closed = True
            self._change.notify_all()
        for thread in self._threads:
            thread.join(seconds)

    def watch(self) -> Watch:
        """Return a place from which cases are waited for; the first one begins the work."""
        watch = Watch(self)
        with self._change:
            self._watches.append(watch)
        self.start()
        return watch

    def forget(self, watch: Watch) -> None:
        """Wait no more for what a watch waited for."""
        with self._change, suppress(ValueError):
            self._watches.remove(watch)
        self.wake()

    def wake(self) -> None:
        """Look again at what is waited for."""
        with self._change:
            self._change.notify_all()

    def pairs(self, case: Case) -> Pairs:
        """Return the replications of a case that are there, each with as-is on the same luck, in their order."""
        with self._change:
            rows, base = self._rows.get(case, {}), self._rows[AS_IS_CASE]
            broken = self._broken.get(case) or self._broken.get(AS_IS_CASE, "")
            count = next((n for n in range(self.replications) if n not in rows or n not in base), self.replications)
            width = len(self.columns.names)
            runs = np.array([rows[n] for n in range(count)]).reshape(count, width)
            return Pairs(runs, np.array([base[n] for n in range(count)]).reshape(count, width), broken)

    def wait(self, case: Case, count: int | None = None, seconds: float = 120.0) -> Pairs:
        """Return the pairs of a case once there are so many, or it is broken, or time is up."""
        wanted = self.replications if count is None else count
        with self._change:
            self._change.wait_for(lambda: self.pairs(case).n >= wanted or self.pairs(case).broken, seconds)
        return self.pairs(case)

    # ---------------------------------------------------------------------------------------------------- threads

    def _work(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._closed or self._next() is not None)
                want = self._next()
                if self._closed:
                    return
                if want is None:
                    continue
                self._flying.add(want)
            try:
                self._make(want)
            finally:
                with self._change:
                    self._flying.discard(want)
                    self._change.notify_all()

    def _make(self, want: Want) -> None:
        given_up = threading.Event()

        def go_on(_: float) -> None:
            if not self._is_wanted(want):
                given_up.set()
                message = "nobody waits for it any more"
                raise RunError(message)

        broken, row = "", None
        try:
            ready(self.lab, want.case)
            (made,) = perform(self.lab, [want], go_on)
            row = self.columns.read(made.values) if made.status == DONE else None
            broken = made.why
        except CxsimError as error:
            broken = str(error)
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is why this setting cannot be simulated
            broken = why_of(error)
        with self._change:
            if row is not None:
                self._rows.setdefault(want.case, {})[want.replication] = row
                self._rows.move_to_end(want.case)
                self._drop()
                self.version += 1
            elif not given_up.is_set():
                self._broken[want.case] = broken or "the run did not end"
                self._drop()
                self.version += 1

    def _drop(self) -> None:
        """Forget cases that were looked at long ago; as-is and what is watched stay."""
        watched = {AS_IS_CASE, *(case for watch in self._watches for case in watch.cases)}
        kept: tuple[dict[Case, Any], ...] = (self._rows, self._broken)
        for known in kept:
            for case in [case for case in known if case not in watched][: max(0, len(known) - MOST_KEPT)]:
                del known[case]

    def _is_wanted(self, want: Want) -> bool:
        """Whether a run under way is to be ended: nobody waits for its case, or somebody for one that comes first."""
        with self._change:
            if self._closed:
                return False
            if want.case == AS_IS_CASE or any(want.case == watch.cases[0] for watch in self._watches):
                return True
            if not any(want.case in watch.cases for watch in self._watches):
                return False
            return not any(self._is_open(one) for one in self._firsts())

    def _is_open(self, want: Want) -> bool:
        return (
            want not in self._flying
            and want.case not in self._broken
            and want.replication not in self._rows.get(want.case, {})
        )

    def _next(self) -> Want | None:
        """Return what is to be made next: what is looked at, then as-is, then the others."""
        if AS_IS_CASE in self._broken:
            return None
        others = [case for watch in self._watches for case in watch.cases[1:]]
        ahead = (*self._firsts(), *self._in_turn([AS_IS_CASE]), *self._in_turn(others))
        return next((want for want in ahead if self._is_open(want)), None)

    def _firsts(self) -> Iterator[Want]:
        return self._in_turn([watch.cases[0] for watch in self._watches])

    def _in_turn(self, cases: Sequence[Case]) -> Iterator[Want]:
        """Yield replication after replication, as-is before the case that it is compared with."""
        for number in range(self.replications):
            for case in dict.fromkeys(cases):
                yield Want(AS_IS_CASE, number)
                yield Want(case, number)


def scale_for(scenario: Scenario) -> float:
    """Return the share of the customers who are followed where nobody says: a run of at most 20 000 customer years.

    Parameters
    ----------
    scenario : Scenario
    """
    plan = scenario.plan(AS_IS)
    people = int(plan.market[0]["n_persons"])
    clock = plan.clock[0]
    years = (int(clock["horizon"]) - int(clock["start"])) / YEAR  # the warm-up is before time 0
    return next((scale for scale in SCALES if scale * people * years <= CUSTOMER_YEARS), SCALES[-1]) if people else 1.0
