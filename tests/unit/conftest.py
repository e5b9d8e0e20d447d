"""A small scenario, and an engine that knows the answer: rooms above the engines are tested without them."""

import math

import numpy as np
import pytest

from cxsim.errors import RunError
from cxsim.experiments.simulate import Done
from cxsim.measures.catalog import CATALOG
from cxsim.measures.desks import DESK_MEASURES
from cxsim.measures.tables import Values

CORNER = """
format: 1
question: Hire or train?
our_firm: Corner
starts: 2025-01-06
lasts: 2 years
warm_up: 6 months
currency: EUR
runs: {replications: 4, seed: 7}
market:
  customers: 60
  setting: noncontractual
  segments: {young: {share: 50 %}, old: {share: 50 %}}
firms:
  Corner:
    share: 50 %
    price: 12 a visit
    wages: 19 an hour
    contacts: {shopping: {happens: 12 a year, because: purchase, journey: [till]}}
    touchpoints: {till: {channel: store, staff: 1, hours: "Mon-Sat 09:00-13:00", takes: 8 min}}
  Chain:
    share: 50 %
    price: 10 a visit
    contacts: {shopping: {happens: 12 a year, because: purchase, journey: [desk]}}
    touchpoints: {desk: {channel: store, staff: 1, hours: "Mon-Sat 09:00-13:00", takes: 8 min}}
policies:
  hire: {idea: One more., change: {till.staff: 1 more}, cost: 100}
  train: {idea: Better., from: month 12, change: {quality: 0.3 more}, cost: {once: 500, yearly: 1000}}
measures: [retention, nps_true, profit]
goals: {retention: at least 50 %}
"""

# Means of our firm, all customers; a replication adds the same luck under every policy, and a little of its own.
EFFECTS = {
    "as-is": {"retention": 0.50, "lost_to_waiting": 0.30, "wages": 1000.0, "profit": 9000.0, "wait_all_mean": 3.0},
    "hire": {"retention": 0.62, "lost_to_waiting": 0.18, "wages": 3000.0, "profit": 8000.0, "wait_all_mean": 1.0},
    "train": {"retention": 0.50, "lost_to_waiting": 0.30, "wages": 1000.0, "profit": 8800.0, "wait_all_mean": 3.0},
}
OWN_LUCK = {"as-is": 0.0, "hire": 0.004, "train": 0.006}


def luck(replication):
    return math.sin(1.0 + 2.0 * replication) / 20.0


def known(policy, replication):
    """Our firm's measures: retention and the reasons add up to 1."""
    means = dict(EFFECTS[policy])
    own = OWN_LUCK[policy] * math.cos(3.0 * replication)
    means["retention"] += luck(replication) + own
    means["came_back"] = 0.1
    means["lost_to_failure"] = 1.0 - means["retention"] - means["lost_to_waiting"]
    means["won_by_recommendation"] = 40.0 + 100.0 * luck(replication) + (20.0 if policy == "hire" else 0.0)
    means["written_cost"] = {"as-is": 0.0, "hire": 100.0, "train": 1500.0}[policy]
    means["profit"] += 100.0 * luck(replication)
    return means


def answering(task, progress=None):
    """Stand in for `cxsim.experiments.simulate.simulate`."""
    if progress is not None:
        progress(0.5)
    layout, spec = task.layout, task.spec
    means = known(spec.policy, spec.replication)
    catalog = list(CATALOG)

    def value(row):
        measure, firm, class_ = catalog[row[0]], row[-2], row[-1]
        if firm == layout.names.policy_firm and class_ == 0:
            return means.get(measure, 0.0)
        return 0.25

    values = Values(
        measures=np.array([value(row) for row in layout.measures]),
        timeseries=np.array([value(row) for row in layout.timeseries]),
        touchpoints=np.where(
            layout.touchpoints.T[0] == list(DESK_MEASURES).index("occupancy"), 0.5, 1.0 + 2.0 * (spec.policy != "hire")
        ),
        cohorts=np.zeros((len(layout.cohorts), 3), np.int64),
        recorded=np.array(
            [
                [
                    means.get(name, 0.0) if firm == layout.names.policy_firm else 0.25
                    for firm in range(len(layout.names.firms))
                ]
                for name in catalog
            ]
        ),
    )
    return Done(values, np.zeros(0), events=10, visits=5, wall_s=0.001)


def failing(task, progress=None):
    """Fail in one run, as an engine would."""
    if task.spec.policy == "hire" and task.spec.replication == 1:
        message = "replication 1, day 3.0: a journey does not end"
        raise RunError(message)
    return answering(task, progress)


@pytest.fixture(scope="session")
def corner_text():
    return CORNER


@pytest.fixture(scope="session")
def corner():
    from cxsim.scenario import loads

    return loads(CORNER, "corner.yaml")


@pytest.fixture(scope="session")
def answering_engine():
    return answering


@pytest.fixture
def failing_engine():
    return failing


@pytest.fixture(scope="session")
def known_answer():
    return known
