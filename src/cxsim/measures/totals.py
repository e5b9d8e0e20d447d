"""Sums that every measure is made of, by period, firm and class.

Classes are the last axis everywhere: all customers together, then the segments, then the anonymous sources.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from cxsim.measures import money
from cxsim.measures.money import WrittenCost
from cxsim.model import state as st
from cxsim.model.events import REASON_INVOLUNTARY
from cxsim.model.plan import DATED_CHANNELS, YEAR, Plan

Array = NDArray[np.float64]

TOUCH_FIELDS = (
    "arrivals", "answered", "waited", "abandoned", "turned_away", "unreached", "within", "wait_all", "wait_served",
)  # fmt: skip
VISIT_FIELDS = {"visits": "answered", "wait_visits": "wait_served"}
FIRM_FIELDS = (
    "episodes", "solved", "joined", "won_by_talk", "satisfied", "told_good", "told_bad", "satisfaction",
    "bad", "neutral", "good", "excellent", "contacts", "first_contact", "repeats", "promises", "promises_broken",
    "failures", "spared", "hurt", "complaints", "silent_exits", "voiced_exits", "answered_complaints", "answer_time",
    "recovered", "followed", "reviews_good", "reviews_bad", "rated", "ease", "response", "satisfied_response",
    "revenue", "variable_cost", "credits",
)  # fmt: skip
COST_FIELDS = ("training_cost", "fixing_cost")


class Totals(NamedTuple):
    """Sums over time (flows) and values at the end of it (stocks), each of shape (..., n_firms, n_classes).

    Times are microseconds, money is in the scenario's currency. Flows about people are NaN for sources; values of a
    firm as a whole stand in class 0 and are NaN elsewhere.
    """

    span: Array
    arrivals: Array
    answered: Array
    waited: Array
    abandoned: Array
    turned_away: Array
    unreached: Array
    within: Array
    wait_all: Array
    wait_served: Array
    visits: Array
    wait_visits: Array
    busy: Array
    duty: Array
    wages: Array
    written_cost: Array
    training_cost: Array
    fixing_cost: Array
    episodes: Array
    solved: Array
    joined: Array
    won_by_talk: Array
    satisfied: Array
    told_good: Array
    told_bad: Array
    satisfaction: Array
    bad: Array
    neutral: Array
    good: Array
    excellent: Array
    contacts: Array
    first_contact: Array
    repeats: Array
    promises: Array
    promises_broken: Array
    failures: Array
    spared: Array
    hurt: Array
    complaints: Array
    silent_exits: Array
    voiced_exits: Array
    answered_complaints: Array
    answer_time: Array
    recovered: Array
    followed: Array
    reviews_good: Array
    reviews_bad: Array
    rated: Array
    ease: Array
    response: Array
    satisfied_response: Array
    revenue: Array
    variable_cost: Array
    credits: Array
    left: Array
    left_involuntary: Array
    customer_time: Array
    customers: Array
    kept: Array
    never_left: Array
    promoters: Array
    passives: Array
    detractors: Array
    poor: Array
    asked_promoters: Array
    asked_passives: Array
    asked_detractors: Array
    asked_poor: Array
    base: Array


class Tallied(Protocol):
    """What totals are made of: a final state, or the tallies of some periods alone; see `cxsim.model.state.State`."""

    @property
    def touch(self) -> NDArray[np.void]: ...  # noqa: D102 -- fields of the state
    @property
    def areas(self) -> NDArray[np.void]: ...  # noqa: D102
    @property
    def firm(self) -> NDArray[np.void]: ...  # noqa: D102
    @property
    def left(self) -> NDArray[np.int64]: ...  # noqa: D102
    @property
    def base(self) -> NDArray[np.int64]: ...  # noqa: D102
    @property
    def survey(self) -> NDArray[np.float64]: ...  # noqa: D102
    @property
    def cold(self) -> NDArray[np.void]: ...  # noqa: D102


BASE_STOCKS = {
    "customers": st.BASE_CUSTOMERS,
    "kept": st.BASE_KEPT,
    "never_left": st.BASE_NEVER_LEFT,
    "promoters": st.BASE_PROMOTERS,
    "passives": st.BASE_PASSIVES,
    "detractors": st.BASE_DETRACTORS,
    "poor": st.BASE_POOR,
}
SURVEY_STOCKS = {
    "asked_promoters": st.SURVEY_PROMOTERS,
    "asked_passives": st.SURVEY_PASSIVES,
    "asked_detractors": st.SURVEY_DETRACTORS,
    "asked_poor": st.SURVEY_POOR,
}
STOCKS = frozenset(("base", *BASE_STOCKS, *SURVEY_STOCKS))
ABOUT_PEOPLE = (*FIRM_FIELDS, "left", "left_involuntary", "customer_time", *sorted(STOCKS))


class Periods(NamedTuple):
    """Reporting periods.

    Attributes
    ----------
    begins, ends : (n_periods,) int64
        Microseconds since the start.
    first : int
        The first period that is no warm-up.
    """

    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    first: int


def periods_of(plan: Plan) -> Periods:
    """Return the periods of a plan; those that begin before time 0 are warm-up."""
    ends = plan.period_ends
    begins = np.concatenate(([plan.clock[0]["start"]], ends[:-1])).astype(np.int64)
    return Periods(begins, ends, int(np.count_nonzero(begins < 0)))


def by_period(plan: Plan, state: Tallied, costs: Sequence[WrittenCost] = ()) -> Totals:
    """Return the totals of every period, shape (n_periods, n_firms, n_classes); warm-up periods first.

    Parameters
    ----------
    plan : Plan
    state : Tallied
        The final state of a run, or the tallies of the plan's periods.
    costs : sequence of WrittenCost
        What the policy and its parts cost beyond what the model counts; nothing by default.
    """
    periods = periods_of(plan)
    classes = 1 + state.touch.shape[2]
    spans = (periods.ends - periods.begins).astype(np.float64)
    shape = (spans.size, plan.firms.size, classes)
    fields: dict[str, Array] = {"span": np.broadcast_to(spans[:, None, None], shape)}
    fields |= _queues(plan, state)
    fields |= {name: _people(state.firm[name], classes) for name in FIRM_FIELDS}
    fields |= {name: _whole(state.firm[name].sum(axis=-1), classes) for name in COST_FIELDS}
    fields["left"] = _people(state.left.sum(axis=-1), classes)
    fields["left_involuntary"] = _people(state.left[..., REASON_INVOLUNTARY], classes)
    fields |= _stocks(state, classes)
    fields["base"] = np.broadcast_to(_people(starting_customers(plan, state), classes), shape)
    fields["customer_time"] = _customer_time(fields["customers"], fields["base"][0], spans, periods.first)
    duty = state.areas["duty"]
    fields["duty"] = _whole(_by_firm(plan, duty.astype(np.float64)[..., None], staffed(plan))[..., 0], classes)
    busy = state.areas["busy"].astype(np.float64)[..., None]
    fields["busy"] = _whole(_by_firm(plan, busy, staffed(plan))[..., 0], classes)
    fields["wages"] = _whole(money.wages(plan, duty, periods.begins), classes)
    fields["written_cost"] = _whole(money.written(plan, costs, periods.begins), classes)
    return Totals(**fields)


def for_everybody(plan: Plan, totals: Totals) -> Totals:
    """Return totals about people as those of the whole market, where only a share of the people is followed.

    What touchpoints and staff do is about everybody already: stand-ins are counted there.
    """
    n_persons, unfollowed = (int(plan.market[0][name]) for name in ("n_persons", "unfollowed"))
    if unfollowed == 0:
        return totals
    each = 1.0 + unfollowed / n_persons
    return totals._replace(**{name: each * getattr(totals, name) for name in ABOUT_PEOPLE})


def whole_run(totals: Totals, first: int, until: int | None = None) -> Totals:
    """Return the totals from period `first` to the horizon, or to before period `until`; shape (n_firms, n_classes)."""
    return Totals(
        **{
            name: values[:until][-1] if name in STOCKS else values[first:until].sum(axis=0)
            for name, values in totals._asdict().items()
        }
    )


def recorded_until(plan: Plan, periods: Periods) -> int:
    """Return the period before which a firm's own records hold: after a year, or when a new firm comes.

    Records describe a market as it is known; what a rival on its way will change is not in them.
    """
    arrivals = [int(time) for time in plan.firms["arrives"] if time > 0]
    end = min([YEAR, *arrivals])
    return max(int(np.count_nonzero(periods.ends <= end)), periods.first + 1)


def staffed(plan: Plan) -> NDArray[np.bool_]:
    """Tell which touchpoints have staff."""
    return np.asarray(plan.touchpoints["staffed"] == 1)


def queueing(plan: Plan) -> NDArray[np.bool_]:
    """Tell at which touchpoints people wait in person for staff."""
    return np.asarray(staffed(plan) & (plan.touchpoints["in_person"] == 1))


def visiting(plan: Plan) -> NDArray[np.bool_]:
    """Tell which touchpoints are field visits or deliveries by staff."""
    return np.asarray(staffed(plan) & np.isin(plan.touchpoints["channel"], DATED_CHANNELS))


def starting_customers(plan: Plan, state: Tallied) -> NDArray[np.int64]:
    """Count the customers of every firm at time 0 by segment, (n_firms, n_segments)."""
    count = np.zeros((plan.firms.size, plan.segments.size), np.int64)
    with_firm = state.cold[state.cold["base_firm"] >= 0]
    np.add.at(count, (with_firm["base_firm"], with_firm["segment"]), 1)
    return count


def _queues(plan: Plan, state: Tallied) -> dict[str, Array]:
    places = [(name, name, queueing(plan)) for name in TOUCH_FIELDS]
    places += [(name, tally, visiting(plan)) for name, tally in VISIT_FIELDS.items()]
    found = {}
    for name, tally, chosen in places:
        sums = _by_firm(plan, state.touch[tally].astype(np.float64), chosen)
        found[name] = np.concatenate((sums.sum(axis=-1, keepdims=True), sums), axis=-1)
    return found


def _by_firm(plan: Plan, values: Array, chosen: NDArray[np.bool_]) -> Array:
    """Sum (n_periods, n_touchpoints, k) over the chosen touchpoints of each firm."""
    member = (plan.touchpoints["firm"][None, :] == np.arange(plan.firms.size)[:, None]) & chosen[None, :]
    return np.asarray(np.einsum("ft,ptk->pfk", member.astype(np.float64), values))


def _people(values: NDArray[np.int64] | Array, classes: int) -> Array:
    """Put segments (..., n_segments) into classes, with their sum in front; NaN for sources."""
    wide = np.full((*values.shape[:-1], classes), np.nan)
    wide[..., 0] = values.sum(axis=-1)
    wide[..., 1 : values.shape[-1] + 1] = values
    return wide


def _whole(values: Array, classes: int) -> Array:
    """Put values of firms (n_periods, n_firms) into class 0."""
    wide = np.full((*values.shape, classes), np.nan)
    wide[..., 0] = values
    return wide


def _stocks(state: Tallied, classes: int) -> dict[str, Array]:
    found = {name: _people(state.base[..., column], classes) for name, column in BASE_STOCKS.items()}
    return found | {name: _people(state.survey[..., column], classes) for name, column in SURVEY_STOCKS.items()}


def _customer_time(customers: Array, base: Array, spans: Array, first: int) -> Array:
    """Integrate the customers over every period by the trapezoidal rule; before a warm-up, as at its first end."""
    before = np.concatenate(((base if first == 0 else customers[0])[None], customers[:-1]))
    return np.asarray((before + customers) / 2.0 * spans[:, None, None])
