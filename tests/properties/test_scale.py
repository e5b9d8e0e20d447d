"""Following a share of the customers leaves queues and shares as they are: stand-ins keep the staff as busy."""

import numpy as np
import pytest

from cxsim.engines import compiled
from cxsim.engines.outcome import live
from cxsim.experiments.scale import followed
from cxsim.model import events as ev
from cxsim.scenario.loaded import loads
from tests.properties.recount import Recount
from tests.properties.worlds import SEED as TOWN_SEED
from tests.properties.worlds import scenario

SEED = 20_260_101
SHARE = 0.1
# Two people on the phone, busy five sixths of the time: half as many with half the customers would be another queue.
HOTLINE = """
format: 1
starts: 2025-01-06
lasts: 3 months
warm_up: 1 month
market:
  customers: 4000
  setting: contractual
  talk_to: {friends: 3, acquaintances: 5}
  segments:
    calm: {share: 60 %, patience: exponential 20 min}
    hurried: {share: 40 %, patience: exponential 10 min}
defaults: {base_hazard: 0.6}
firms:
  Us:
    share: 100 %
    price: 10 a month
    contacts:
      ask: {happens: 1.6 a month, because: question, journey: [phone]}
      broken: {happens: 0.2 a month, because: failure, journey: [phone]}
    touchpoints:
      phone: {channel: phone, staff: 2, takes: 12 min, solves: 90 %}
      complaints: {channel: complaint desk, staff: 1, hours: Mon-Fri 09:00-17:00, takes: 30 min}
policies:
  neglect: {change: {quality: -6}, cost: 0}
"""
# Mean wait of all who call, hours busy of hours on duty, share who give up, calls of the last month, customers kept.
READ = ("wait", "occupancy", "abandonment", "last_calls", "retention", "complaints")
FIRST, FEW, MANY = 0, 3, 30


def read(plan, replication):
    """Return what is read of one run, from time 0 on."""
    state = compiled.run(plan, SEED, replication).state
    first = int(np.count_nonzero(plan.period_ends <= 0))
    phone, area = state.touch[first:, 0], state.areas[first:, 0]
    base = state.base[-1, 0].sum(axis=0)
    return (
        phone["wait_all"].sum() / phone["arrivals"].sum() / 60e6,
        area["busy"].sum() / area["duty"].sum(),
        phone["abandoned"].sum() / phone["arrivals"].sum(),
        phone["arrivals"][-1].sum(),
        base[1] / np.count_nonzero(state.cold["base_firm"] >= 0),
        state.touch[first:, 1]["arrivals"].sum(),
    )


def measured(plan, count):
    """Return means over replications and their standard errors, by name."""
    rows = np.array([read(plan, FIRST + k) for k in range(count)])
    return dict(zip(READ, zip(rows.mean(axis=0), rows.std(axis=0, ddof=1) / np.sqrt(count), strict=True), strict=True))


@pytest.fixture(
    scope="module", params=[pytest.param(FEW, id="few"), pytest.param(MANY, id="many", marks=pytest.mark.slow)]
)
def world(request):
    written = loads(HOTLINE)
    plans = {policy: written.plan(policy) for policy in ("as-is", "neglect")}
    count = request.param
    return {
        policy: (measured(plan, count), measured(followed(plan, SHARE), count), count) for policy, plan in plans.items()
    }


def apart(full, scaled, name):
    """Return by how many standard errors the two differ."""
    return abs(full[name][0] - scaled[name][0]) / np.hypot(full[name][1], scaled[name][1])


def test_the_mean_wait_is_that_of_everybody(world):
    full, scaled, count = world["as-is"]
    assert 0.8 < full["occupancy"][0] < 0.9
    difference = scaled["wait"][0] / full["wait"][0] - 1.0
    error = np.hypot(full["wait"][1], scaled["wait"][1]) / full["wait"][0]
    assert error < (0.01 if count == MANY else 0.03)
    assert abs(difference) <= 0.05
    assert apart(full, scaled, "wait") < 3.0 or abs(difference) < 0.02


@pytest.mark.parametrize("policy", ["as-is", "neglect"])
@pytest.mark.parametrize("name", ["occupancy", "abandonment", "retention"])
def test_shares_agree_within_their_standard_error(world, policy, name):
    full, scaled, _ = world[policy]
    assert apart(full, scaled, name) < 4.0, (name, full[name], scaled[name])


def test_the_load_follows_the_customers_who_leave(world):
    (before, after, _), (kept, gone, _) = world["as-is"], world["neglect"]
    lost = 1.0 - kept["last_calls"][0] / before["last_calls"][0]
    assert lost > 0.2
    same = 1.0 - gone["last_calls"][0] / after["last_calls"][0]
    error = np.hypot(gone["last_calls"][1], after["last_calls"][1]) / after["last_calls"][0]
    assert abs(same - lost) < 4.0 * error


def test_as_many_complain(world):
    full, scaled, _ = world["as-is"]
    assert full["complaints"][0] > 100
    assert apart(full, scaled, "complaints") < 4.0, (full["complaints"], scaled["complaints"])


def test_planted_nobody_stands_in():
    """Without stand-ins a tenth of the customers hardly ever wait: the test above would see it."""
    plan = followed(loads(HOTLINE).plan(), SHARE)
    plan.market["unfollowed"] = 0
    wait, occupancy, *_ = read(plan, FIRST)
    assert wait < 0.3
    assert occupancy < 0.2


# --- what stand-ins leave alone


def fewer(plan, count, unfollowed):
    """Follow so many people of a small world; `followed` itself wants more."""
    market = plan.market.copy()
    market["n_persons"], market["unfollowed"] = count, unfollowed
    return plan._replace(market=market)


def test_where_nobody_waits_stand_ins_change_nothing_for_the_followed():
    text = HOTLINE.replace("staff: 2", "staff: unlimited").replace("staff: 1", "staff: unlimited")
    plan = loads(text.replace("defaults:", "switches: {reputation: off}\ndefaults:")).plan()
    alone = compiled.run(fewer(plan, 40, 0), SEED, 1, log=True)
    among = compiled.run(fewer(plan, 40, 360), SEED, 1, log=True)
    rows = among.log[among.log["customer"] >> np.uint64(48) == 0]
    assert rows.size < among.log.size / 4
    assert rows.tobytes() == alone.log.tobytes()
    ours, theirs = live(alone.state), live(among.state)
    for name in ("cold", "minds", "episodes", "causes", "firm", "left", "base", "survey"):
        assert ours[name].tobytes() == theirs[name].tobytes(), name


@pytest.mark.parametrize("setting", ["contractual", "noncontractual"])
def test_the_tallies_are_the_log_counted(setting):
    plan = fewer(scenario(setting=setting).plan("hire"), 15, 30)
    outcome = compiled.run(plan, TOWN_SEED + 40, 0, log=True)
    log = outcome.log.copy()
    # In the log a stand-in names the person whom it was thinned like; its visits count in that person's segment.
    begins = log[(log["kind"] == ev.LOG_NEED) & (log["other"] >= 0)]
    like = dict(zip(begins["customer"].tolist(), begins["other"].tolist(), strict=True))
    assert len(like) > 100
    assert set(like) == set(log["customer"][log["customer"] >> np.uint64(48) == plan.contacts.size + 1].tolist())
    counted = Recount(plan, outcome.state)
    counted.stands_for = like
    tallies = counted.count(log)
    for name in outcome.state.touch.dtype.names:
        assert np.array_equal(outcome.state.touch[name], tallies.touch[name]), name
    for name in ("episodes", "solved", "repeats", "failures", "complaints", "needs"):
        assert np.array_equal(outcome.state.firm[name], tallies.firm[name]), name
    assert np.array_equal(outcome.state.waits, tallies.waits)
