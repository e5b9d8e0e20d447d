"""A gym that is simulated in a few hundredths of a second."""

import pytest

import cxsim
from cxsim.app.live import LiveModel
from cxsim.app.saving import Shelf
from cxsim.app.session import Room, Session
from cxsim.scenario.loaded import loads

GYM = """\
format: 1
question: Is a second person at the phone worth the wages?
our_firm: Gym
lasts: 12 months   # short, so that tests are
warm_up: 2 months
runs: {replications: 4, seed: 20260101}
market: {customers: 300, setting: contractual}
firms:
  Gym: {share: 60 %, price: 30 a month, wages: 18 an hour,
        contacts: {questions: {happens: 9 a year, because: question, journey: [phone]}},
        touchpoints: {phone: {channel: phone, staff: 1, hours: Mon-Fri 12:00-13:00, takes: 6 min, solves: 70 %}},
        recovery: {steps: [apologize, credit], credit: 5, without_approval: 40}}
  Rival: {share: 40 %, known: {price: 29 a month, churn: 1.5 % a month}}
policies:
  # two people
  second-person:
    idea: Nobody waits.          # a comment that must stay
    from: month 1
    change: {phone.staff: 1 more}
    cost: 0
  say-sorry: {from: month 1, change: {recovery.steps: [apologize, explain, credit], recovery.credit: 20}, cost: 100}
  both:
    combine: [second-person, {say-sorry: {from: month 3}}]
    cost: {once: 50}
# the first measure ranks
measures: [retention, nps, profit]
"""


@pytest.fixture
def gym_file(tmp_path):
    path = tmp_path / "gym.yaml"
    path.write_text(GYM, encoding="utf-8", newline="\n")
    return path


@pytest.fixture(scope="session")
def gym():
    return loads(GYM, "gym.yaml")


@pytest.fixture(scope="module")
def model(gym):
    with LiveModel(gym, jobs=2) as made:
        yield made


@pytest.fixture
def room(model, tmp_path):
    return Room(model.scenario, model, Shelf(model.scenario, None, tmp_path))


@pytest.fixture
def session(room):
    made = Session(room)
    yield made
    made.close()


@pytest.fixture
def saved_room(gym_file):
    """The same gym, from a file that policies are saved into."""
    scenario = cxsim.load(gym_file)
    model = LiveModel(scenario, jobs=1)
    yield Room(scenario, model, Shelf(scenario, gym_file, gym_file.parent))
    model.close()
