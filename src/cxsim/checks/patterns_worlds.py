"""The small worlds of the patterns: markets as text, their runs, and what a log says of first episodes.

All behaviour keeps its defaults. What an experiment forces (`FORCED`) is what happens to customers, never how they
answer to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.checks.evidence import Evidence
from cxsim.engines.outcome import Outcome
from cxsim.model import events as ev
from cxsim.model.plan import MONTH, Plan
from cxsim.scenario import Scenario, loads

FIRMS: Final = ("Alder", "Birch", "Cedar", "Dogwood")
FORCED: Final = ("defaults.usual_severity", "defaults.severity_spread")  # how bad failures are
MINOR: Final = "0.4"  # severity of a problem that cost little, and of one that cost much
SEVERE: Final = "2"
FULL_STEPS: Final = "[apologize, accept, explain, fix, credit, ask, follow-up]"

Values = Mapping[str, str]
Log = NDArray[np.void]


def everyday(people: int, needs: float, fails: str, *, lasts: str, warm_up: str, policies: str = "") -> str:
    """Return the text of a market of four equal firms in which people choose anew at every purchase.

    Nobody waits; a purchase fails with the chance `fails`. Each firm has a complaint desk and an office that answer at
    once. Encounters of one firm differ little (a spread of .4), as everyday purchases do.

    Parameters
    ----------
    people : int
    needs : float
        Purchases a year.
    fails : str
        Such as ``5 %``.
    lasts, warm_up : str
        Durations.
    policies : str
        Lines of the section ``policies`` in YAML, indented by two spaces.
    """
    firm = (
        "  {name}:\n"
        "    share: 25 %\n"
        "    price: 10 a visit\n"
        "    spread: 0.4\n"
        "    contacts: {{buying: {{happens: {needs:g} a year, because: purchase, journey: [page]}}}}\n"
        "    touchpoints:\n"
        "      page: {{channel: web, takes: always 1 s, fails: {fails}}}\n"
        "      desk: {{channel: complaint desk, staff: unlimited, takes: always 1 s}}\n"
        "      office: {{channel: back office, staff: unlimited, takes: always 1 s}}\n"
        "    recovery: {{steps: [], credit: 0, without_approval: 1000, ease: 0 %}}\n"
    )
    return (
        "format: 1\nour_firm: Alder\nstarts: 2025-01-06\n"
        f"lasts: {lasts}\nwarm_up: {warm_up}\n"
        f"market: {{customers: {people}, setting: noncontractual, leaves_anyway: 0 % a year, "
        "talk_to: {friends: 6, acquaintances: 30}}\n"
        "firms:\n"
        + "".join(firm.format(name=name, needs=needs, fails=fails) for name in FIRMS)
        + (f"policies:\n{policies}" if policies else "")
        + "measures: [retention]\n"
    )


def of_all(key: str, value: str) -> dict[str, str]:
    """Return one value for each firm of `everyday`."""
    return {f"{name}.{key}": value for name in FIRMS}


def failing(severity: str, origin: str = "design") -> dict[str, str]:
    """Let every failure of every firm have one origin and, but for its kind, one severity."""
    return {
        "defaults.usual_severity": severity,
        "defaults.severity_spread": "0",
        **of_all(f"trouble_comes_from.{origin}", "100 %"),
    }


def made_good(credit: float) -> dict[str, str]:
    """Return the whole recovery of our firm, all steps and a credit that is granted at once."""
    return {"recovery.steps": FULL_STEPS, "recovery.credit": f"{credit:g}"}


class Ran(NamedTuple):
    """A finished run: its tallies and its log."""

    evidence: Evidence
    log: Log


@lru_cache(maxsize=256)
def _scenario(text: str, values: tuple[tuple[str, str], ...]) -> Scenario:
    scenario = loads(text, "pattern.yaml")
    return scenario.with_values(dict(values)) if values else scenario


@lru_cache(maxsize=256)
def _plan(text: str, values: tuple[tuple[str, str], ...], policy: str) -> Plan:
    plan = _scenario(text, values).plan(policy)
    horizon, start = int(plan.clock[0]["horizon"]), int(plan.clock[0]["start"])
    ends = [0] * (start < 0) + [*range(MONTH, horizon, MONTH), horizon]
    return plan._replace(period_ends=np.array(ends, np.int64))


def run(text: str, values: Values, seed: int, replication: int, *, policy: str = "as-is", log: bool = False) -> Ran:
    """Run one replication of a world with values laid over it, with periods of a month."""
    from cxsim.engines.compiled import run as simulate

    plan = _plan(text, tuple(values.items()), policy)
    outcome: Outcome = simulate(plan, seed, replication, log=log)
    return Ran(Evidence(plan, outcome.state), outcome.log)


class Episodes(NamedTuple):
    """First episodes of customers with our firm from some time on, one row for each customer.

    Attributes
    ----------
    customer, journey : (n,) uint64
    time : (n,) int64
    code : (n,) int
        1 failed, 2 complained, 4 made good.
    satisfaction : (n,) float
        With the episode, after the answer to a complaint.
    """

    customer: NDArray[np.uint64]
    journey: NDArray[np.uint64]
    time: NDArray[np.int64]
    code: NDArray[np.int64]
    satisfaction: NDArray[np.float64]

    def where(self, mask: NDArray[np.bool_]) -> Episodes:
        """Return some of the rows."""
        return Episodes(
            self.customer[mask], self.journey[mask], self.time[mask], self.code[mask], self.satisfaction[mask]
        )


def first_episodes(log: Log, since: int = 0) -> Episodes:
    """Return each customer's first judged episode with our firm (the first of the file) at or after a time."""
    rows = log[(log["kind"] == ev.LOG_EPISODE) & (log["time"] >= since) & (log["firm"] == 0)]
    _, first = np.unique(rows["customer"], return_index=True)
    rows = rows[first]
    return Episodes(
        rows["customer"].copy(),
        rows["journey"].astype(np.uint64),
        rows["time"].copy(),
        rows["cause"].astype(np.int64),
        rows["value"].copy(),
    )


def keys(customer: NDArray[np.uint64], journey: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Pack customer and journey into one number."""
    return np.asarray(customer.astype(np.uint64) << np.uint64(32) | journey.astype(np.uint64))


def left_after(log: Log, episodes: Episodes) -> NDArray[np.bool_]:
    """Tell who left our firm because of the episode: exits that carry its journey."""
    rows = log[(log["kind"] == ev.LOG_LEFT) & (log["firm"] == 0)]
    return np.isin(keys(episodes.customer, episodes.journey), keys(rows["customer"], rows["journey"]))


def next_purchase(log: Log, episodes: Episodes) -> NDArray[np.int64]:
    """Return the firm of each customer's next purchase after the episode, -1 where none came."""
    rows = log[log["kind"] == ev.LOG_NEED]
    packed = keys(rows["customer"], rows["journey"])
    order = np.argsort(packed, kind="stable")
    packed = packed[order]
    at = np.searchsorted(packed, keys(episodes.customer, episodes.journey), side="right")
    inside = np.minimum(at, packed.size - 1)
    found = rows[order[inside]]
    same = (at < packed.size) & (found["customer"] == episodes.customer)
    return np.where(same, found["firm"], -1).astype(np.int64)
