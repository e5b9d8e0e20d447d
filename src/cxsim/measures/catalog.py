"""Every measure, declared once: unit, of whom, per what, until when, how it adds up, and which way is better."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from cxsim.model.events import REASON_NAMES

Better = Literal["higher", "lower"]
Scope = Literal["people", "queue", "firm", "business", "policy"]
Aggregates = Literal["ratio", "sum", "last", "quantile", "rate", "at one year"]

MONEY: Final = "money"
SHARE: Final = "share"
MINUTES: Final = "min"
POINTS: Final = "points"
SD: Final = "SD"

# Starting customers who are not with the firm at the horizon, by the reason for which they first left; with the
# retention these add up to 1. In the order of the reason codes; the last one never left and has stopped buying.
LOST: Final = (
    "lost_to_failure", "lost_to_waiting", "lost_unsolved", "lost_to_price", "lost_to_better_offer", "lost_to_talk",
    "lost_involuntary", "lost_after_complaint", "lost_lapsed",
)  # fmt: skip
LOST_TITLES: Final = (*REASON_NAMES, "stopped buying")
CAME_BACK: Final = "came_back"

# Quantities that have one value a run and none a period.
WHOLE_RUN: Final = frozenset(("wait_p90", "retention_1y", "policy_cost", *LOST, CAME_BACK))
# Quantities about the starting customers, which have no value before time 0.
FROM_START: Final = frozenset(("retention", "never_left"))


@dataclass(frozen=True, slots=True)
class Measure:
    """What a column of numbers means.

    Attributes
    ----------
    name : str
        As in tables and scenario files.
    unit : str
        "share" (0 to 1), "min", "points", a rate in words, or "money": the scenario's currency.
    whom : str
        Of whom it is: the denominator, or the people it is about.
    per : str
        Per what; empty for a plain number.
    until : str
        The time it covers.
    aggregates : str
        How periods, segments and touchpoints combine: a ratio of sums, a sum, the value at the end, a quantile of
        the pooled histogram, a rate over time, or the value after one year.
    better : {"higher", "lower"}
        Which way a firm wants it.
    title : str
        For people.
    scope : str
        "people": customers of the market, by segment; "queue": staffed touchpoints where people wait in person, by
        segment and source; "firm": a firm with staff; "business": a firm in a market; "policy": the firm that
        policies change. The last three have no segments.
    """

    name: str
    unit: str
    whom: str
    per: str
    until: str
    aggregates: Aggregates
    better: Better
    title: str
    scope: Scope

    @property
    def least(self) -> float:
        """Smallest value that there can be."""
        if self.unit in {MONEY, SD}:
            return -math.inf
        return -100.0 if self.unit == POINTS else 0.0

    @property
    def most(self) -> float:
        """Largest value that there can be."""
        return {SHARE: 1.0, POINTS: 100.0}.get(self.unit, math.inf)


_WHOLE: Final = "from the start to the horizon"
_END: Final = "at the horizon"
_WANTED: Final = "everybody who wanted an agent (staffed touchpoints where people wait in person)"
_ANSWERED: Final = "customers who were answered (staffed touchpoints where people wait in person)"
_PRESENT: Final = "customers of the firm"
_START: Final = "customers of the firm at the start"

_ALL: Final = (
    Measure("retention", SHARE, _START, "", _END, "last", "higher", "starting customers still with the firm", "people"),
    Measure(
        "retention_1y", SHARE, _START, "", "after one year", "at one year", "higher",
        "starting customers with the firm after a year", "people",
    ),
    Measure(
        "never_left", SHARE, _START, "", _END, "last", "higher",
        "starting customers who never left the firm and still buy", "people",
    ),
    Measure(
        CAME_BACK, SHARE, _START, "", _END, "last", "higher", "starting customers who left and came back", "people"
    ),
    *(
        Measure(name, SHARE, _START, "", _END, "last", "lower", f"starting customers lost: {reason}", "people")
        for name, reason in zip(LOST, LOST_TITLES, strict=True)
    ),
    Measure(
        "churn", "share a month", _PRESENT, "month of a customer", _WHOLE, "rate", "lower",
        "customers lost a month, all reasons", "people",
    ),
    Measure(
        "involuntary_churn", "share a month", _PRESENT, "month of a customer", _WHOLE, "rate", "lower",
        "customers lost by moving or dying", "people",
    ),
    Measure(
        "market_share", SHARE, "customers of any firm", "", _END, "last", "higher", "share of the market", "people"
    ),
    Measure("customers", "customers", _PRESENT, "", _END, "last", "higher", "customers", "people"),
    Measure(
        "nps_true", POINTS, _PRESENT, "", _END, "last", "higher", "true net promoter score", "people"
    ),
    Measure(
        "csat_true", SHARE, "episodes", "", _WHOLE, "ratio", "higher", "episodes that truly satisfied", "people"
    ),
    Measure(
        "satisfaction", SD, "episodes", "episode", _WHOLE, "ratio", "higher",
        "mean satisfaction with an episode, latent scale", "people",
    ),
    Measure(
        "recommendations", "per 100 customers a year", _PRESENT, "100 customers and year", _WHOLE, "rate", "higher",
        "good stories that reached somebody", "people",
    ),
    Measure(
        "warnings", "per 100 customers a year", _PRESENT, "100 customers and year", _WHOLE, "rate", "lower",
        "bad stories that reached somebody", "people",
    ),
    Measure(
        "won_by_recommendation", "customers a year", "people who joined after hearing more good than bad", "year",
        _WHOLE, "rate", "higher", "customers won by word of mouth", "people",
    ),
    Measure(
        "wait_mean", MINUTES, _ANSWERED, "answered customer", _WHOLE, "ratio", "lower", "mean wait of the answered",
        "queue",
    ),
    Measure(
        "wait_all_mean", MINUTES, _WANTED, "customer", _WHOLE, "ratio", "lower", "mean wait, answered or not", "queue"
    ),
    Measure(
        "wait_p90", MINUTES, _WANTED, "customer", _WHOLE, "quantile", "lower", "wait that nine in ten do not exceed",
        "queue",
    ),
    Measure("share_queued", SHARE, _WANTED, "", _WHOLE, "ratio", "lower", "customers who had to wait", "queue"),
    Measure(
        "service_level", SHARE, _WANTED, "", _WHOLE, "ratio", "higher", "customers answered within the target", "queue"
    ),
    Measure("abandonment_rate", SHARE, _WANTED, "", _WHOLE, "ratio", "lower", "customers who gave up waiting", "queue"),
    Measure(
        "failures", "per customer a year", _PRESENT, "customer and year", _WHOLE, "rate", "lower",
        "episodes that failed or ended unsolved", "people",
    ),
    Measure("solved_rate", SHARE, "episodes", "", _WHOLE, "ratio", "higher", "episodes that ended solved", "people"),
    Measure("revenue", MONEY, _PRESENT, "", _WHOLE, "sum", "higher", "revenue", "people"),
    Measure("variable_cost", MONEY, _PRESENT, "", _WHOLE, "sum", "lower", "variable cost of what was sold", "people"),
    Measure("wages", MONEY, "staff on duty", "", _WHOLE, "sum", "lower", "wages of the staff on duty", "firm"),
    Measure("written_cost", MONEY, "the policy", "", _WHOLE, "sum", "lower", "cost written in the policy", "policy"),
    Measure(
        "policy_cost", MONEY, "the policy", "", _WHOLE, "sum", "lower",
        "cost of the policy: written, and wages above as-is", "policy",
    ),
    Measure(
        "profit", MONEY, "the firm", "", _WHOLE, "sum", "higher",
        "profit after wages and written cost", "business",
    ),
    Measure("occupancy", SHARE, "time of staff on duty", "", _WHOLE, "ratio", "lower", "staff time spent busy", "firm"),
)  # fmt: skip

CATALOG: Final[Mapping[str, Measure]] = MappingProxyType({measure.name: measure for measure in _ALL})


def unit_of(name: str, currency: str) -> str:
    """Return the unit of a measure, money in `currency`."""
    unit = CATALOG[name].unit
    return currency if unit == MONEY else unit
