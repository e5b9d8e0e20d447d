"""A market of two firms and ten people, counted by hand: two segments, one source of callers, four touchpoints."""

import numpy as np
import pytest

from cxsim.measures.layout import Names
from cxsim.model import plan as pl
from cxsim.model import state as st
from cxsim.model.plan import Plan
from cxsim.model.state import State
from cxsim.scenario.fields import CHANNELS

HALF_YEAR = pl.YEAR // 2
NAMES = Names(
    firms=("Shop", "Chain"),
    segments=("young", "old"),
    sources=("callers",),
    touchpoints=("till", "web", "desk", "van"),
    currency="EUR",
)


def records(dtype, rows):
    made = np.zeros(len(rows), dtype)
    for row, values in zip(made, rows, strict=True):
        for name, value in values.items():
            row[name] = value
    return made


@pytest.fixture
def names():
    return NAMES


@pytest.fixture
def plan():
    firm_levers = [0, pl.FIRM_COLUMNS]
    needs = 2 * pl.FIRM_COLUMNS  # first slot of both firms' purchases: twelve a year
    levers = np.zeros((needs + pl.CONTACT_COLUMNS, 2))
    levers[needs + pl.CONTACT_RATE] = 12 / pl.YEAR
    levers[firm_levers[0] + pl.FIRM_WAGES] = 20.0
    levers[firm_levers[1] + pl.FIRM_WAGES] = 10.0
    wage = firm_levers[0] + pl.FIRM_WAGES
    return Plan(
        clock=records(pl.CLOCK, [{"start": -pl.MONTH, "horizon": pl.YEAR}]),
        market=records(pl.MARKET, [{"n_persons": 10, "contractual": 0, "need_bound": 12 / pl.YEAR}]),
        segments=records(pl.SEGMENT, [{"share_to": 0.5}, {"share_to": 1.0}]),
        firms=records(
            pl.FIRM, [{"share_to": 0.6, "levers": firm_levers[0]}, {"share_to": 1.0, "levers": firm_levers[1]}]
        ),
        touchpoints=records(
            pl.TOUCHPOINT,
            [
                {"firm": 0, "staffed": 1, "in_person": 1},
                {"firm": 0, "staffed": 0, "in_person": 0},
                {"firm": 1, "staffed": 1, "in_person": 1},
                {"firm": 0, "staffed": 1, "in_person": 0, "channel": CHANNELS.index("field visit")},
            ],
        ),
        shifts=np.zeros(0, pl.SHIFT),
        openings=np.zeros(0, pl.OPENING),
        windows=np.zeros(0, pl.WINDOW),
        contacts=records(
            pl.CONTACT,
            [
                {"firm": 0, "class_": -1, "levers": needs},
                {"firm": 1, "class_": -1, "levers": needs},
                {"firm": 0, "anonymous": 1, "class_": 2},
            ],
        ),
        steps=np.zeros(0, pl.STEP),
        routes=np.zeros(0, pl.ROUTE),
        laws=np.zeros(0, pl.LAW),
        knots=np.zeros(0, pl.KNOT),
        profiles=np.ones((1, pl.WEEK_BINS)),
        need_profile=np.arange(pl.WEEK_BINS + 1, dtype=float),
        group_contact=np.array([[0, 1]], np.int32),
        levers=levers,
        # In the middle of the second half year the shop's wages rise from 20 to 30.
        changes=records(
            pl.CHANGE,
            [{"time": HALF_YEAR + HALF_YEAR // 2, "slot": wage, "segment": k, "value": 30.0} for k in (0, 1)],
        ),
        traces=np.zeros(0, pl.TRACE),
        period_ends=np.array([0, HALF_YEAR, pl.YEAR], np.int64),
    )


def people():
    """Six start at the shop (four young), four at the chain (all old); see the comments for what becomes of them."""
    never = int(pl.NEVER)
    late, early = pl.YEAR - pl.DAY, pl.YEAR - pl.YEAR // 2
    shop = [
        {"segment": 0, "firm": 0, "base_firm": 0, "first_left": never},  # stays
        {"segment": 0, "firm": 0, "base_firm": 0, "first_left": 10 * pl.DAY, "first_reason": 1},  # leaves and is back
        {"segment": 0, "firm": 1, "base_firm": 0, "first_left": 200 * pl.DAY, "first_reason": 0},  # lost to failure
        {"segment": 0, "firm": 0, "base_firm": 0, "first_left": never},  # has not bought for half a year: lapsed
        {"segment": 1, "firm": -1, "base_firm": 0, "first_left": 20 * pl.DAY, "first_reason": 6, "gone": 1},  # died
        {"segment": 1, "firm": 0, "base_firm": 0, "first_left": never},  # stays
    ]
    chain = [{"segment": 1, "firm": 1, "base_firm": 1, "first_left": never} for _ in range(4)]
    cold = records(st.COLD, [{"first_reason": -1} | person for person in shop + chain])
    minds = np.zeros(10 * 2, st.MIND)
    minds["last"] = late
    minds["last"][3 * 2 + 0] = early
    return cold, minds


def count_visits(tallies):
    touch = tallies.touch
    # Till: in the warm-up 100 arrivals, which nothing may count; then young, old and callers.
    touch["arrivals"][0, 0] = 100
    touch["arrivals"][1, 0] = [10, 6, 4]
    touch["arrivals"][2, 0] = [10, 4, 6]
    touch["answered"][1, 0] = [10, 6, 3]
    touch["answered"][2, 0] = [8, 4, 5]
    touch["served"][1:, 0] = touch["answered"][1:, 0]
    touch["waited"][1, 0] = [5, 0, 2]
    touch["waited"][2, 0] = [5, 1, 3]
    touch["abandoned"][1, 0] = [0, 0, 1]
    touch["abandoned"][2, 0] = [1, 0, 1]
    touch["turned_away"][2, 0] = [1, 0, 0]
    touch["within"][1, 0] = [8, 6, 2]
    touch["within"][2, 0] = [4, 4, 4]
    touch["wait_all"][1, 0] = np.array([20, 0, 10]) * pl.MINUTE
    touch["wait_all"][2, 0] = np.array([30, 4, 16]) * pl.MINUTE
    touch["wait_served"][1, 0] = np.array([20, 0, 6]) * pl.MINUTE
    touch["wait_served"][2, 0] = np.array([16, 4, 8]) * pl.MINUTE
    touch["service"][1, 0] = np.array([30, 12, 9]) * pl.MINUTE
    touch["failures"][1, 0] = [2, 1, 0]
    # The web site: seven visits, nobody waits for staff.
    touch["arrivals"][1, 1, 0] = touch["answered"][1, 1, 0] = touch["served"][1, 1, 0] = 7
    # Waits of the till: 18 of zero, 2 in the bin from 1 to 1.12 s.
    tallies.waits[0, 0, 0] = 18
    tallies.waits[0, 0, 2] = 2
    tallies.areas["busy"][1:, 0] = np.array([30, 10]) * pl.HOUR
    tallies.areas["duty"][:, 0] = np.array([1000, 60, 40]) * pl.HOUR
    tallies.areas["queue"][1:, 0] = pl.YEAR // 4


def count_van(touch):
    # The van: in the warm-up 50 visits, then two to the young after 2 days, two to the old after 1 day and after 4.
    touch["answered"][0, 3, 0] = 50
    touch["wait_served"][0, 3, 0] = 500 * pl.DAY
    touch["answered"][1, 3] = [2, 1, 0]
    touch["wait_served"][1, 3] = np.array([4, 1, 0]) * pl.DAY
    touch["answered"][2, 3, 1] = 1
    touch["wait_served"][2, 3, 1] = 4 * pl.DAY


def count_people(tallies):
    firm = tallies.firm
    firm["episodes"][1, 0] = [6, 2]
    firm["episodes"][2, 0] = [2, 0]
    firm["solved"][1, 0] = [5, 1]
    firm["solved"][2, 0] = [2, 0]
    firm["satisfied"][1, 0] = [3, 1]
    firm["satisfied"][2, 0] = [1, 0]
    firm["satisfaction"][1, 0] = [1.5, -0.5]
    firm["told_good"][1, 0] = [3, 0]
    firm["told_bad"][2, 0] = [0, 1]
    firm["won_by_talk"][1, 0] = [2, 0]
    firm["revenue"][0, 0] = [999.0, 999.0]
    firm["revenue"][1, 0] = [3000.0, 1000.0]
    firm["revenue"][2, 0] = [500.0, 0.0]
    firm["variable_cost"][1, 0] = [300.0, 100.0]
    count_matters(firm)
    count_trouble(firm)
    # Exits of the shop: two for reasons that count as churn, one death.
    tallies.left[1, 0, 0, 1] = 1
    tallies.left[2, 0, 0, 0] = 1
    tallies.left[1, 0, 1, 6] = 1
    # Customers at the ends: shop 6 -> 4 -> 3, chain 4 -> 5 -> 5. Columns: customers, kept, promoters, passives,
    # detractors, never left, who rate it poor.
    tallies.base[0, 0] = [[4, 0, 0, 0, 0, 0, 0], [2, 0, 0, 0, 0, 0, 0]]
    tallies.base[0, 1] = [[0, 0, 0, 0, 0, 0, 0], [4, 0, 0, 0, 0, 0, 0]]
    tallies.base[1, 0] = [[3, 3, 1, 1, 1, 3, 0], [1, 1, 0, 0, 1, 1, 1]]
    tallies.base[1, 1] = [[1, 0, 0, 1, 0, 0, 0], [4, 4, 0, 4, 0, 4, 0]]
    tallies.base[2, 0] = [[2, 2, 1, 1, 0, 2, 1], [1, 1, 1, 0, 0, 1, 0]]
    tallies.base[2, 1] = [[1, 0, 0, 1, 0, 0, 0], [4, 4, 0, 4, 0, 4, 0]]
    # The same as a survey counts them: half of the young answer, a quarter of the old. Promoters, passives,
    # detractors, poor.
    tallies.survey[1, 0] = [[0.5, 0.5, 0.5, 0], [0, 0, 0.25, 0.25]]
    tallies.survey[2, 0] = [[0.5, 0.25, 0, 0.25], [0.25, 0, 0, 0]]


def count_matters(firm):
    firm["bad"][1, 0] = [1, 1]
    firm["neutral"][1, 0] = [4, 1]
    firm["good"][2, 0] = [1, 0]
    firm["excellent"][2, 0] = [2, 0]
    # Nine matters took 13 contacts, 6 were solved at the first. A purchase is an episode and no matter.
    firm["contacts"][1, 0] = [8, 3]
    firm["contacts"][2, 0] = [2, 0]
    firm["repeats"][1, 0] = [3, 1]
    firm["first_contact"][1, 0] = [4, 1]
    firm["first_contact"][2, 0] = [1, 0]
    firm["promises"][1, 0] = [3, 2]
    firm["promises_broken"][1, 0] = [2, 0]


def count_trouble(firm):
    """Count failures and what came of them; the warm-up had plenty, which nothing may count."""
    for name in ("failures", "hurt", "complaints", "contacts", "reviews_bad", "credits", "training_cost", "response"):
        firm[name][0, 0] = [70, 70]
    firm["failures"][1, 0] = [4, 2]
    firm["failures"][2, 0] = [2, 0]
    firm["spared"][2, 0] = [3, 0]
    firm["hurt"][1, 0] = [3, 2]
    firm["hurt"][2, 0] = [1, 0]
    firm["complaints"][1, 0] = [2, 0]
    firm["complaints"][2, 0] = [0, 1]
    firm["silent_exits"][1, 0] = [0, 2]
    firm["voiced_exits"][1, 0] = [1, 0]
    # Two of the three complaints were answered, after one day and after four; the latter was made good.
    firm["answered_complaints"][1, 0] = [2, 0]
    firm["answer_time"][1, 0] = [5 * pl.DAY, 0]
    firm["recovered"][1, 0] = [1, 0]
    firm["followed"][2, 0] = [2, 1]
    firm["reviews_good"][1, 0] = [1, 0]
    firm["reviews_bad"][1, 0] = [2, 1]
    firm["rated"][1, 0] = [-1.5, -2.5]
    firm["response"][1, 0] = [1.5, 0.5]
    firm["satisfied_response"][1, 0] = [1.0, 0.25]
    firm["ease"][1, 0] = [6.0, 3.0]
    firm["credits"][1, 0] = [10.0, 30.0]
    firm["training_cost"][1, 0] = [60.0, 0.0]
    firm["training_cost"][2, 0] = [30.0, 10.0]
    firm["fixing_cost"][2, 0] = [25.0, 0.0]


@pytest.fixture
def state(plan):
    cold, minds = people()
    tallies = st.empty_tallies(3, 4, 2, 2, 3)
    count_visits(tallies)
    count_van(tallies.touch)
    count_people(tallies)
    empty = {name: np.zeros(0) for name in State._fields}
    live = {"cold": cold, "minds": minds, "levers": plan.levers.copy()}
    return State(**(empty | live | tallies._asdict()))
