"""Every measure, declared once: unit, of whom, per what, until when, how it adds up, and which way is better."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from cxsim.model.events import REASON_NAMES

Better = Literal["higher", "lower"]
Scope = Literal["people", "queue", "visits", "firm", "business", "policy"]
Aggregates = Literal["ratio", "sum", "last", "quantile", "rate", "at one year"]

MONEY: Final = "money"
SHARE: Final = "share"
MINUTES: Final = "min"
POINTS: Final = "points"
SD: Final = "SD"
DAYS: Final = "days"
MONTHS: Final = "months"
STARS: Final = "stars"
EASE: Final = "1 to 7"
A_YEAR: Final = "per customer a year"
PER_HUNDRED: Final = "per 100 customers a year"

# Starting customers who are not with the firm at the horizon, by the reason for which they first left; with the
# retention these add up to 1. In the order of the reason codes; the last one never left and has stopped buying.
LOST: Final = (
    "lost_to_failure", "lost_to_waiting", "lost_unsolved", "lost_to_price", "lost_to_better_offer", "lost_to_talk",
    "lost_involuntary", "lost_after_complaint", "lost_lapsed",
)  # fmt: skip
LOST_TITLES: Final = (*REASON_NAMES, "stopped buying")
# How an episode is felt, and which way a firm wants its share.
GRADES: Final[tuple[tuple[str, Better], ...]] = (
    ("bad", "lower"), ("neutral", "lower"), ("good", "higher"), ("excellent", "higher"),
)  # fmt: skip
CAME_BACK: Final = "came_back"

# Quantities that are made of two runs: a policy's and that of as-is with the same luck.
ABOVE_AS_IS: Final = ("policy_cost", "payback")
# Quantities that have one value a run and none a period.
WHOLE_RUN: Final = frozenset(("wait_p90", "retention_1y", "won_back", "clv", *ABOVE_AS_IS, *LOST, CAME_BACK))
# Quantities that time series have for all customers together only: by segment they would hold too few a month.
TOGETHER_IN_TIME: Final = frozenset((
    "rated_poor_true", "csat", "ces", "graded_bad", "graded_neutral", "graded_good", "graded_excellent",
    "review_score", "reviews", "public_positive", "public_negative", "days_to_visit", "first_contact_resolution",
    "contacts_per_matter", "failures", "spared", "hurt", "promises_broken", "voice_rate", "complaints_per_1000",
    "silent_exits", "voiced_exits", "recovery_rate", "complaint_answer_time", "followed_up", "credits",
))  # fmt: skip
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
        "people": customers of the market, by segment; "queue": staffed touchpoints where people wait in person, and
        "visits": field visits and deliveries by staff, both by segment and source; "firm": a firm with staff;
        "business": a firm in a market; "policy": the firm that policies change. The last three have no segments.
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
        return {MONEY: -math.inf, SD: -math.inf, POINTS: -100.0, STARS: 1.0, EASE: 1.0}.get(self.unit, 0.0)

    @property
    def most(self) -> float:
        """Largest value that there can be."""
        return {SHARE: 1.0, POINTS: 100.0, STARS: 5.0, EASE: 7.0}.get(self.unit, math.inf)

    def within(self, low: float, high: float) -> tuple[float, float]:
        """Cut an interval where no value can be; that takes nothing from how often it covers."""
        return max(low, self.least), min(high, self.most)


_WHOLE: Final = "from the start to the horizon"
_END: Final = "at the horizon"
_WANTED: Final = "everybody who wanted an agent (staffed touchpoints where people wait in person)"
_ANSWERED: Final = "customers who were answered (staffed touchpoints where people wait in person)"
_PRESENT: Final = "customers of the firm"
_START: Final = "customers of the firm at the start"
_ASKED: Final = "customers of the firm who would answer a survey"
_SURVEYED: Final = "episodes after which a survey would be answered"
_HURT: Final = "episodes that failed, after which the customer left, spoke up or kept silent"
_VISITED: Final = "customers who were visited or delivered to"
_MATTERS: Final = "matters that customers brought to the firm"

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
    Measure(
        "won_back", SHARE, "starting customers who left by their own decision", "", _END, "last", "higher",
        "leavers won back", "people",
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
    Measure("nps", POINTS, _ASKED, "", _END, "last", "higher", "net promoter score", "people"),
    Measure(
        "nps_true", POINTS, _PRESENT, "", _END, "last", "higher", "true net promoter score", "people"
    ),
    Measure("rated_poor", SHARE, _ASKED, "", _END, "last", "lower", "customers who rate the firm poor", "people"),
    Measure(
        "rated_poor_true", SHARE, _PRESENT, "", _END, "last", "lower", "customers who truly think it poor", "people"
    ),
    Measure("csat", SHARE, _SURVEYED, "", _WHOLE, "ratio", "higher", "episodes rated as satisfying", "people"),
    Measure(
        "csat_true", SHARE, "episodes", "", _WHOLE, "ratio", "higher", "episodes that truly satisfied", "people"
    ),
    Measure(
        "satisfaction", SD, "episodes", "episode", _WHOLE, "ratio", "higher",
        "mean satisfaction with an episode, latent scale", "people",
    ),
    *(
        Measure(f"graded_{grade}", SHARE, "episodes", "", _WHOLE, "ratio", way, f"episodes felt as {grade}", "people")
        for grade, way in GRADES
    ),
    Measure(
        "ces", EASE, _SURVEYED, "episode", _WHOLE, "ratio", "higher", "ease of getting it done, 7 is easiest", "people"
    ),
    Measure(
        "review_score", STARS, "public reviews", "review", _WHOLE, "ratio", "higher", "stars in public reviews",
        "people",
    ),
    Measure(
        "recommendations", PER_HUNDRED, _PRESENT, "100 customers and year", _WHOLE, "rate", "higher",
        "good stories that reached somebody", "people",
    ),
    Measure(
        "warnings", PER_HUNDRED, _PRESENT, "100 customers and year", _WHOLE, "rate", "lower",
        "bad stories that reached somebody", "people",
    ),
    Measure(
        "reviews", PER_HUNDRED, _PRESENT, "100 customers and year", _WHOLE, "rate", "higher", "public reviews", "people"
    ),
    Measure(
        "public_positive", PER_HUNDRED, _PRESENT, "100 customers and year", _WHOLE, "rate", "higher",
        "good public reviews", "people",
    ),
    Measure(
        "public_negative", PER_HUNDRED, _PRESENT, "100 customers and year", _WHOLE, "rate", "lower",
        "bad public reviews", "people",
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
        "days_to_visit", DAYS, _VISITED, "visit", _WHOLE, "ratio", "lower", "mean wait for a visit or delivery",
        "visits",
    ),
    Measure("solved_rate", SHARE, "episodes", "", _WHOLE, "ratio", "higher", "episodes that ended solved", "people"),
    Measure(
        "first_contact_resolution", SHARE, _MATTERS, "", _WHOLE, "ratio", "higher",
        "matters solved at the first contact", "people",
    ),
    Measure(
        "contacts_per_matter", "contacts", _MATTERS, "matter", _WHOLE, "ratio", "lower", "contacts a matter takes",
        "people",
    ),
    Measure(
        "promises_broken", SHARE, "dated promises that fell due", "", _WHOLE, "ratio", "lower",
        "promises that were broken", "people",
    ),
    Measure(
        "failures", A_YEAR, _PRESENT, "customer and year", _WHOLE, "rate", "lower",
        "failures that customers met", "people",
    ),
    Measure(
        "spared", A_YEAR, _PRESENT, "customer and year", _WHOLE, "rate", "higher",
        "failures that no longer happen, by training or fixing", "people",
    ),
    Measure(
        "hurt", A_YEAR, _PRESENT, "customer and year", _WHOLE, "rate", "lower",
        "episodes that failed and made one leave, speak up or keep silent", "people",
    ),
    Measure("voice_rate", SHARE, _HURT, "", _WHOLE, "ratio", "higher", "the hurt who complain", "people"),
    Measure(
        "silent_exits", SHARE, _HURT, "", _WHOLE, "ratio", "lower", "the hurt who leave without a word", "people"
    ),
    Measure(
        "voiced_exits", SHARE, _HURT, "", _WHOLE, "ratio", "lower", "the hurt who complain and leave all the same",
        "people",
    ),
    Measure(
        "complaints_per_1000", "per 1000 customers a year", _PRESENT, "1000 customers and year", _WHOLE, "rate",
        "lower", "complaints", "people",
    ),
    Measure("recovery_rate", SHARE, "complaints", "", _WHOLE, "ratio", "higher", "complaints made good", "people"),
    Measure(
        "complaint_answer_time", DAYS, "complaints that were answered", "complaint", _WHOLE, "ratio", "lower",
        "mean time to answer a complaint", "people",
    ),
    Measure(
        "followed_up", PER_HUNDRED, _PRESENT, "100 customers and year", _WHOLE, "rate", "higher",
        "customers asked afterwards whether all is well", "people",
    ),
    Measure("revenue", MONEY, _PRESENT, "", _WHOLE, "sum", "higher", "revenue", "people"),
    Measure("variable_cost", MONEY, _PRESENT, "", _WHOLE, "sum", "lower", "variable cost of what was sold", "people"),
    Measure("credits", MONEY, _PRESENT, "", _WHOLE, "sum", "lower", "credits given after complaints", "people"),
    Measure("wages", MONEY, "staff on duty", "", _WHOLE, "sum", "lower", "wages of the staff on duty", "firm"),
    Measure("written_cost", MONEY, "the policy", "", _WHOLE, "sum", "lower", "cost written in the policy", "policy"),
    Measure(
        "training_cost", MONEY, "staff in training", "", _WHOLE, "sum", "lower", "hours of training, at wages", "firm"
    ),
    Measure(
        "fixing_cost", MONEY, "staff who fix causes", "", _WHOLE, "sum", "lower", "hours of fixing, at wages",
        "business",
    ),
    Measure(
        "cost_to_serve", MONEY, "the firm", "", _WHOLE, "sum", "lower",
        "wages, variable cost, credits, training and fixing", "business",
    ),
    Measure(
        "policy_cost", MONEY, "the policy", "", _WHOLE, "sum", "lower",
        "cost of the policy: written; wages, training, fixing and credits above as-is", "policy",
    ),
    Measure(
        "profit", MONEY, "the firm", "", _WHOLE, "sum", "higher",
        "profit after cost to serve and written cost", "business",
    ),
    Measure(
        "payback", MONTHS, "the policy", "", "months from the start; none where it never pays", "last", "lower",
        "months until the profit above as-is has paid the policy back", "policy",
    ),
    Measure(
        "clv", MONEY, _START, "starting customer", _WHOLE, "sum", "higher",
        "margin of a starting customer, discounted at 12 % a year", "people",
    ),
    Measure("occupancy", SHARE, "time of staff on duty", "", _WHOLE, "ratio", "lower", "staff time spent busy", "firm"),
)  # fmt: skip

CATALOG: Final[Mapping[str, Measure]] = MappingProxyType({measure.name: measure for measure in _ALL})


def unit_of(name: str, currency: str) -> str:
    """Return the unit of a measure, money in `currency`."""
    unit = CATALOG[name].unit
    return currency if unit == MONEY else unit
