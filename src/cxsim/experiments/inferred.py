"""What was found about competitors known by figures, and how the plans of runs carry it.

Every replication draws the unknowns from their posterior, by a key of seed, replication and firm, so that all
policies of a replication meet the same rival.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.experiments.posterior import Known, Posterior
from cxsim.measures.records import Record
from cxsim.model import draws
from cxsim.model import plan as pl
from cxsim.model.plan import Plan

if TYPE_CHECKING:
    from cxsim.scenario import Scenario

Array = NDArray[np.float64]

# Raised whenever the rule changes by which unknowns are found or drawn: a run under another rule is another run.
RULE: Final = 1
QUALITY: Final = "quality"
# How far the unknowns are searched: around the written quality, and around our rate of failures (its logarithm).
WIDEST_QUALITY: Final = 2.0
WIDEST_FAILURES: Final = 1.25
FAILURES: Final = "failures"
# Firms that draw live in a part of the number space of their own, so that no decision's number can clash.
DRAWING: Final = 0xFFF2_0000_0000_0000


class Place(NamedTuple):
    """Where a baseline stands in plans: its number, the slot of its quality and of the rates of its failures."""

    firm: int
    quality: int
    failures: tuple[int, ...]
    contacts: tuple[int, ...]


@dataclass(frozen=True)
class Inferred:
    """What was found about one baseline.

    Attributes
    ----------
    firm : str
    place : Place
    found : Posterior
        Of quality and, unless `failures` is known, of the logarithm of the factor on the rate of failures.
    figures : dict of Known
        The figures that were solved for.
    unused : tuple of str
        Known figures that the model has not for such a firm.
    checked : tuple of Record
        The figures in runs at the posterior mean; empty where there was nothing to solve for, or none were made.
    """

    firm: str
    place: Place
    found: Posterior
    figures: Mapping[str, Known]
    unused: tuple[str, ...] = ()
    checked: tuple[Record, ...] = ()

    @property
    def highest_factor(self) -> float:
        """The largest factor on the rate of failures that is ever drawn."""
        return math.exp(self.found.highest(1)) if len(self.found.unknowns) > 1 else 1.0

    def summary(self) -> dict[str, object]:
        """Return the entry of the manifest."""
        mean, sd = self.found.mean, self.found.sd
        entry: dict[str, object] = {
            "firm": self.firm,
            "rule": RULE,
            "from": {name: {"value": known.value, "margin": known.margin} for name, known in self.figures.items()},
            "not_used": list(self.unused),
            "prior_sd": _short(self.found.unknowns[0].sd),
            "prior": self._prior(),
            QUALITY: {"mean": _short(mean[0]), "sd": _short(sd[0])},
        }
        if len(mean) > 1:
            entry["log_failure_factor"] = {"mean": _short(mean[1]), "sd": _short(sd[1])}
            entry["correlation"] = _short(self.found.correlation)
        entry["checked"] = [
            {"figure": one.figure, "known": one.recorded, "margin": one.margin, "simulated": _short(one.simulated),
             "met": one.met}
            for one in self.checked
        ]  # fmt: skip
        return entry

    def _prior(self) -> dict[str, object]:
        """Return where each prior is centred, how far was searched, and the narrower range at last."""
        names = (QUALITY, "log_failure_factor")
        widest = (WIDEST_QUALITY, WIDEST_FAILURES)
        return {
            name: {
                "centre": _short(one.mean),
                "searched": [_short(one.mean - far), _short(one.mean + far)],
                "at_last": [_short(one.low), _short(one.high)],
            }
            for name, far, one in zip(names, widest, self.found.unknowns, strict=False)
        }

    def notes(self) -> dict[str, dict[str, str]]:
        """Return the entries of the assumptions: what was inferred, with its standard deviation."""
        mean, sd = self.found.mean, self.found.sd
        source = f"inferred from {', '.join(self.figures)}" if self.figures else "no figure says it: the prior"
        confidence = "inferred" if self.figures else "assumption"
        found = {QUALITY: f"{_short(mean[0]):.3g} ± {sd[0]:.2g} (standard deviation)"}
        if len(mean) > 1:
            factor = f"{math.exp(mean[1]):.3g} times ours, give or take a factor of {math.exp(sd[1]):.3g}"
            found[FAILURES] = f"{factor} (standard deviation)"
        return {
            f"{self.firm}.inferred.{name}": {"value": value, "source": source, "confidence": confidence}
            for name, value in found.items()
        }

    def sentence(self) -> str:
        """Say in one line what was inferred."""
        mean, sd = self.found.mean, self.found.sd
        said = f"quality {round(mean[0], 2) + 0.0:+.2f} ± {1.96 * sd[0]:.2f} (half of a 95 % interval)"
        if len(mean) > 1:
            low, middle, high = (math.exp(mean[1] + z * sd[1]) for z in (-1.96, 0.0, 1.96))
            said += f", failures {middle:.2g} ({low:.2g} to {high:.2g}) times ours"
        source = f"from {', '.join(self.figures)}" if self.figures else "no figure says it"
        return f"{self.firm}: {said}; {source}"


def _short(value: float) -> float:
    return float(f"{round(value, 9) + 0.0:.6g}")  # a mean of 0 is not written as what rounding left of it


@dataclass(frozen=True)
class Inference:
    """What was found about all baselines of a scenario, and how plans carry it.

    Attributes
    ----------
    firms : tuple of Inferred
        In the order of the scenario; firms that never come are left out.
    """

    firms: tuple[Inferred, ...] = ()

    @property
    def rule(self) -> int:
        """The rule by which unknowns are drawn; 0 where there are none."""
        return RULE if self.firms else 0

    def bounded(self, plan: Plan) -> Plan:
        """Return a plan whose bounds on rates cover everything that is ever drawn."""
        for one in self.firms:
            plan = with_bound(plan, one.place, one.highest_factor)
        return plan

    def drawn(self, plan: Plan, seed: int, replication: int) -> Plan:
        """Return the plan of one replication: every baseline as drawn, the same under every policy.

        Parameters
        ----------
        plan : Plan
            Bounded, of any policy.
        seed, replication : int
        """
        for one in self.firms:
            chances = chances_of(seed, replication, one.place.firm, len(one.found.unknowns))
            plan = with_unknowns(plan, one.place, one.found.drawn(chances))
        return plan


NOTHING: Final = Inference()


def chances_of(seed: int, replication: int, firm: int, count: int) -> list[float]:
    """Return the uniform numbers from which a firm's unknowns are drawn in a replication."""
    with np.errstate(over="ignore"):
        key = np.uint64(draws.run_key(np.uint64(seed), np.uint64(replication)))  # a call from Python gives back an int
        entity = np.uint64(DRAWING + firm)
        return [float(draws.draw(key, entity, np.uint64(RULE), np.uint64(number))) for number in range(count)]


def with_unknowns(plan: Plan, place: Place, point: Sequence[float] | Array) -> Plan:
    """Return a plan in which a baseline has a quality and, where two numbers are given, a rate of failures."""
    values = plan.levers.copy()
    values[place.quality] = point[0]
    if len(point) > 1:
        values[list(place.failures)] *= math.exp(point[1])
    return plan._replace(levers=values)


def with_bound(plan: Plan, place: Place, factor: float) -> Plan:
    """Return a plan whose thinning bound covers failures so many times as frequent at a baseline.

    At every quarter hour the bound is the sum, over the groups of contacts, of the highest rate at any firm.
    """
    if factor <= 1.0 or not place.contacts:
        return plan
    contacts, market = plan.contacts.copy(), plan.market.copy()
    contacts["bound"][list(place.contacts)] *= factor
    rates = contacts["bound"][:, None] * plan.profiles[contacts["profile"]]
    envelope = np.zeros(pl.WEEK_BINS)
    for group in plan.group_contact:
        envelope += np.max(rates[group[group >= 0]], axis=0, initial=0.0)
    bound = float(envelope.mean())
    profile = np.concatenate([[0.0], np.cumsum(envelope / bound)])
    market[0]["need_bound"] = bound
    profile *= pl.WEEK_BINS / profile[-1]
    return plan._replace(contacts=contacts, market=market, need_profile=profile)


def place_of(scenario: Scenario, name: str, plan: Plan) -> Place:
    """Return where a baseline stands in the plans of a scenario."""
    slots = scenario.content.overlaid.slot
    number = list(scenario.document.firms).index(name)
    own = plan.contacts["firm"] == number
    failing = np.flatnonzero(own & (plan.contacts["because"] == pl.BECAUSE_FAILURE))
    rates = tuple(int(plan.contacts[row]["levers"]) + pl.CONTACT_RATE for row in failing)
    return Place(number, slots["firms", name, "quality"], rates, tuple(failing.tolist()))
