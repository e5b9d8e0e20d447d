"""Every journey ends, and how many visits it takes on average."""

import math

import pytest

from cxsim.errors import ScenarioError
from cxsim.scenario import loads
from cxsim.scenario.journeys import endless, expected_visits, journeys

DESKS = """\
format: 1
lasts: 1 d
firms:
  F:
    arrivals: {{c: {{rate: 1 an hour, journey: {journey}}}}}
    touchpoints:
      menu: {{channel: web, {menu}}}
      line: {{channel: web, {line}}}
"""


def visits(journey, menu, line):
    document = loads(DESKS.format(journey=journey, menu=menu, line=line), "d.yaml").document
    ((_, steps),) = journeys(document)
    return expected_visits(steps, document.firms["F"].touchpoints)


@pytest.mark.parametrize(
    ("journey", "menu", "line", "mean"),
    [
        ("[menu]", "hours: always", "hours: always", 1.0),
        ("[menu]", "sends_back: 50 %", "hours: always", 2.0),  # geometric
        ("[menu, line]", "solves: 20 %", "hours: always", 1.8),
        ("[menu, line]", "solves: 40 %", "goes_to: {menu: 20 %}", 1.6 / (1 - 0.6 * 0.2)),  # 1 + .6 (1 + .2 v) = v
        ("[menu]", "goes_to: {line: 25 %}", "hours: always", 1.25),
        ("[menu, line, menu]", "hours: always", "hours: always", 3.0),
    ],
)
def test_mean_visits_worked_by_hand(journey, menu, line, mean):
    assert visits(journey, menu, line) == pytest.approx(mean)


def test_an_endless_circle_is_found_and_an_unreached_one_is_not():
    with pytest.raises(ScenarioError, match="a journey that goes on for ever"):
        visits("[menu, line]", "hours: always", "goes_to: {menu: 100 %}")
    assert visits("[menu]", "hours: always", "sends_back: 100 %") == 1.0


def test_the_check_itself_sees_the_circle(shop):
    document = shop.document
    assert endless(document) == []
    touchpoints = document.firms["Shop"].touchpoints
    phone = touchpoints["phone"].model_copy(update={"solves": 0.0, "sends_back": 1.0, "goes_to": {}})
    firm = document.firms["Shop"].model_copy(update={"touchpoints": {**touchpoints, "phone": phone}})
    changed = document.model_copy(update={"firms": {**document.firms, "Shop": firm}})
    assert [location[-1] for location, _ in endless(changed)] == ["callers"]
    (_, steps), *_ = [pair for pair in journeys(changed) if pair[0][-1] == "callers"]
    assert expected_visits(steps, firm.touchpoints) == math.inf
