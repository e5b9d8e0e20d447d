"""`background` of a touchpoint is short for callers whose journey is the touchpoint alone."""

import numpy as np
import pytest

from cxsim.errors import ScenarioError
from cxsim.model.plan import HOUR
from cxsim.scenario import loads

SHOP = """
format: 1
lasts: 10 d
market:
  customers: 100
  setting: contractual
  segments:
    few:  {share: 30 %, patience: 3 min}
    many: {share: 70 %, patience: 7 min}
firms:
  Shop:
    share: 100 %
    price: 10 a month
    contacts: {asking: {happens: 2 a month, because: question, journey: [line]}}
ARRIVALS
    touchpoints:
      line:
        channel: phone
        staff: 1
        takes: 4 min
BACKGROUND
policies:
  hire: {change: {line.staff: 1 more}, cost: 0}
POLICIES
"""
OWN = "        background: {rate: 6 an hour, takes: 2 min, patience: 5 min, priority: 3, day_variation: 10 %}"
LONG = """    arrivals:
      others: {rate: 6 an hour, journey: [line], takes: {line: 2 min}, patience: 5 min, priority: 3,
               day_variation: 10 %}
"""


def text(arrivals="", background="", policies=""):
    return SHOP.replace("ARRIVALS", arrivals).replace("BACKGROUND", background).replace("POLICIES", policies)


def test_it_is_the_same_plan_as_callers_written_in_full():
    short, long = loads(text(background=OWN)), loads(text(arrivals=LONG))
    for policy in ("as-is", "hire"):
        for name, array in short.plan(policy)._asdict().items():
            assert array.tobytes() == getattr(long.plan(policy), name).tobytes(), name
    assert short.layout().classes == ("few", "many", "background of line")
    assert short.layout().contacts == (("Shop", "asking"), ("Shop", "background of line"))


def test_what_is_left_out_is_as_most_customers_and_the_touchpoint_are():
    found = loads(text(background="        background: {rate: 6 an hour}"))
    written = found.document.firms["Shop"].touchpoints["line"].background
    assert (written.patience.mean, written.priority, written.day_variation, written.takes) == (7 * 60e6, 1, 0.0, None)
    plan = found.plan("hire")
    source = plan.contacts[1]
    assert (source["anonymous"], source["class_"], source["n_steps"]) == (1, 2, 1)
    assert source["bound"] == pytest.approx(6 / HOUR)
    # Its service law is the touchpoint's lever, so that a policy on the touchpoint changes it too.
    first, own = plan.contacts["first_step"]
    assert plan.steps[own]["takes"] == plan.steps[first]["takes"]


def test_policies_change_it_by_its_path():
    more = "  fewer: {change: {line.background.rate: 50 % less, line.background.takes: 1 min}, cost: 0}"
    plan = loads(text(background=OWN, policies=more)).plan("fewer")
    slot = plan.contacts[1]["levers"]
    moved = plan.changes[plan.changes["slot"] == slot]
    assert np.allclose(moved["value"], 3 / HOUR)
    assert loads(text(background=OWN)).with_values({"line.background.rate": "2 an hour"}).plan().contacts[1][
        "bound"
    ] == pytest.approx(2 / HOUR)


@pytest.mark.parametrize(
    ("background", "policies", "said"),
    [
        ("        background: {priority: 1}", "", "add `rate`"),
        ("        background: {rate: 6 an hour, journey: [line]}", "", "a key of this section"),
        ("        background: {rate: 1e30 an hour}", "", "firms.Shop.touchpoints.line.background"),
        (OWN, "  odd: {change: {line.background.rate: 1 an hour}, cost: 0, for: [few]}", "leave out `for`"),
        (OWN, "  odd: {change: {line.takes: 1 min}, cost: 0, for: [few]}", "leave out `for`"),
        (
            OWN,
            "  odd: {change: {line.background.rate: {Mon: {from: 09:00, every: 60 min, an_hour: [4]}}}, cost: 0}",
            "line.background.rate: other hours of arrival",
        ),
    ],
)
def test_what_cannot_be_is_refused(background, policies, said):
    with pytest.raises(ScenarioError, match=r"(?s).") as error:
        loads(text(background=background, policies=policies)).plan()
    assert said in str(error.value)
