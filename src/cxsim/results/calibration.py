"""What to do where the model misses what is known of our own firm, or begins with another number of customers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from cxsim.errors import InputError
from cxsim.measures.catalog import CATALOG
from cxsim.results.findings import Knob

if TYPE_CHECKING:
    from cxsim.measures.records import Record
    from cxsim.results.facts import Facts
    from cxsim.scenario import Scenario

MOST_PATHS: Final = 2
FAILURE: Final = "failure"
NO_LIMIT: Final = "unlimited"
DESKS: Final = frozenset(("complaint desk", "back office"))
# What moves a figure: how customers feel, how long they wait, what is solved, what complaining brings.
FEELING: Final = ("nps", "csat", "ces", "review_score", "rated_poor", "recommendations", "warnings")
STAYING: Final = ("churn", "retention", "retention_1y", "market_share")
WAITING: Final = ("wait_mean", "wait_p90", "service_level", "abandonment_rate", "days_to_visit")
# The one path that moves a figure, and whether a higher value raises it.
DIRECT: Final[Mapping[str, tuple[str, bool]]] = MappingProxyType({
    "voice_rate": ("recovery.ease", True),
    "complaints_per_1000": ("recovery.ease", True),
    "silent_exits": ("recovery.ease", False),
    "recovery_rate": ("recovery.credit", True),
})  # fmt: skip


def written_start(facts: Facts) -> float:
    """Return how many customers the scenario writes that our firm begins with; NaN without a market."""
    document = facts.experiment.scenario.document
    share = document.firms[facts.firm].share if facts.firm in document.firms else None
    return document.market.customers * share if document.market is not None and share is not None else math.nan


def counted_start(facts: Facts) -> float:
    """Return the mean number of our customers at time 0, of the whole market; NaN where nobody was counted."""
    cohorts = facts.experiment.frames.cohorts
    own = cohorts[
        (cohorts["firm"] == facts.firm) & (cohorts["segment"] == "all") & (cohorts["policy"] == facts.reference)
    ]
    if own.empty:
        return math.nan
    first = own[own["tenure_days"] == own["tenure_days"].min()].groupby("replication")["at_risk"].first()
    return float(np.mean(first.to_numpy(np.float64))) / facts.experiment.scale


def what_to_change(scenario: Scenario, firm: str, records: Sequence[Record]) -> tuple[Knob, ...]:
    """Say what moves the figures that are missed, in the direction in which they are missed.

    Parameters
    ----------
    scenario : Scenario
        Only what it holds is named.
    firm : str
        Ours.
    records : sequence of Record

    Returns
    -------
    tuple of Knob
        Figures that want the same stand together.
    """
    if firm not in scenario.document.firms:
        return ()
    knobs = _Knobs(scenario, firm)
    missed = [record for record in records if record.met is False and math.isfinite(record.simulated)]
    wanted = {_better(record) for record in missed if record.figure in FEELING or record.figure in STAYING}
    found: dict[str, list[Record]] = {}
    for record in missed:
        if record.figure in STAYING and len(wanted) > 1:
            # Better quality pleases and keeps: where one is too high and the other too low, something else holds them.
            remedy = knobs.holding(more=_better(record))
        else:
            remedy = knobs.remedy(record.figure, raised=record.simulated < record.recorded)
        if remedy:
            found.setdefault(remedy, []).append(record)
    return tuple(Knob(tuple(moved), remedy) for remedy, moved in found.items())


def _better(record: Record) -> bool:
    """Tell whether our firm is to do better than simulated."""
    return (record.simulated < record.recorded) == (CATALOG[record.figure].better == "higher")


class _Knobs:
    """What there is to change at our firm, by path."""

    def __init__(self, scenario: Scenario, firm: str) -> None:
        self.scenario = scenario
        found = scenario.document.firms[firm]
        touchpoints = found.touchpoints or {}
        self.failing = [f"{name}.happens" for name, one in (found.contacts or {}).items() if one.because == FAILURE]
        self.failing += [f"{name}.fails" for name, one in touchpoints.items() if one.fails]
        served = [name for name, one in touchpoints.items() if one.channel not in DESKS]
        desks = [name for name, one in touchpoints.items() if one.channel in DESKS]
        self.staff = self._there([f"{name}.staff" for name in served])
        self.desks = self._there([f"{name}.staff" for name in desks])
        self.background = self._there([f"{name}.background.rate" for name in served])
        self.solves = self._there([f"{name}.solves" for name in served])

    def remedy(self, figure: str, *, raised: bool) -> str:  # noqa: PLR0911 -- one for each kind of figure
        """Say what raises, or lowers, a figure; empty where nothing here does."""
        better = raised == (CATALOG[figure].better == "higher")
        if figure in FEELING or figure in STAYING:
            other = self._moved(self.failing, up=not better)
            return " or ".join(filter(None, ("raise `quality`" if better else "lower `quality`", other)))
        if figure in WAITING:
            parts = self._moved(self.staff, up=better), self._moved(self.background, up=not better)
            return " or ".join(filter(None, parts))
        if figure == "occupancy":
            parts = self._moved(self.staff, up=not raised), self._moved(self.background, up=raised)
            return " or ".join(filter(None, parts))
        if figure in {"first_contact_resolution", "solved_rate"}:
            return self._moved(self.solves, up=raised)
        if figure == "failures":
            return self._moved(self.failing, up=raised)
        if figure == "complaint_answer_time":
            return self._moved(self.desks, up=not raised)
        if figure in DIRECT:
            path, rises = DIRECT[figure]
            return self._moved(self._there([path]), up=raised == rises)
        return ""

    def _there(self, paths: list[str]) -> list[str]:
        found = []
        for path in paths:
            try:
                value = self.scenario.value(path)
            except InputError:
                continue  # not written, and nothing by default
            found += [path] if NO_LIMIT not in str(value) else []
        return found

    def holding(self, *, more: bool) -> str:
        """Say what keeps more, or fewer, of the customers who feel the same."""
        return self._moved(self._there(["market.switching.cost"]), up=more)

    @staticmethod
    def _moved(paths: Sequence[str], *, up: bool) -> str:
        if not paths:
            return ""
        shown = [f"`{path}`" for path in paths[:MOST_PATHS]]
        return f"{'raise' if up else 'lower'} {' and '.join(shown)}"
