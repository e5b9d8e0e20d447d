"""Stand-ins and background contacts give the same bytes in both engines, in random scenarios and in bundled ones."""

import json
from pathlib import Path

import numpy as np
import pytest

from cxsim.engines import compiled, reference
from cxsim.engines.reference import standins
from cxsim.model import events as ev
from cxsim.scenario.loaded import load, loads
from tests.parity.comparison import differences
from tests.parity.random_scenarios import Dice, scenario

ROOT = Path(__file__).resolve().parents[2]
FEW = 20_260_101, 5
MANY = 20_260_102, 600
SHORTER = {
    "restaurant": {"lasts": "4 months", "warm_up": "1 months", "market.customers": "90"},
    "cable-town": {"lasts": "20 months", "market.customers": "60", "FiberNow.arrives": "month 4"},
    "default-market": {"lasts": "4 months", "warm_up": "1 months", "market.customers": "120"},
}


def thirds(plan):
    """Follow every third person."""
    market = plan.market.copy()
    market["n_persons"] = plan.market["n_persons"] // 3
    market["unfollowed"] = plan.market["n_persons"] - market["n_persons"]
    return plan._replace(market=market)


def with_background(text, seed, number):
    """Give touchpoints of our firm contacts of nobody in particular."""
    dice = Dice(seed + 1, number)
    tree = json.loads(text)
    for place in tree["firms"]["Firm0"]["touchpoints"].values():
        if dice.happens(0.5):
            place["background"] = {"rate": f"{dice.number(1, 8)} an hour", "priority": str(dice.number(0, 3))}
            if dice.happens(0.5):
                place["background"] |= {"takes": "4 min", "patience": "exponential 6 min", "day_variation": "20 %"}
    return json.dumps(tree)


def both(plan, luck, *, small=False):
    """Return the outcome of the compiled engine, and what differs."""
    fast = compiled.run(plan, luck, 0, log=True, room=1 if small else None)
    return fast, differences(fast, reference.run(plan, luck, 0, log=True))


def unequal(seed, number):
    """Return what differs with every third person followed, and with background contacts; and the kinds of rows."""
    text, luck, small = scenario(seed, number)
    plan = loads(text).plan("other")
    found, kinds = [], set()
    if plan.market[0]["n_persons"] >= 3:
        fast, found = both(thirds(plan), luck, small=small)
        stands_in = fast.log["customer"] >> np.uint64(48) == plan.contacts.size + 1
        kinds = set(fast.log["kind"][stands_in].tolist())
    if "policies" not in json.loads(text) or not json.loads(text)["policies"]["other"].get("for"):
        found += both(loads(with_background(text, seed, number)).plan("other"), luck, small=small)[1]
    return [f"scenario {number}: {line}" for line in found], kinds


@pytest.mark.parametrize(
    ("seed", "count"), [pytest.param(*FEW, id="few"), pytest.param(*MANY, id="many", marks=pytest.mark.slow)]
)
def test_random_scenarios_give_the_same_bytes(seed, count):
    made = [unequal(seed, number) for number in range(count)]
    assert [line for found, _ in made for line in found] == []
    # Stand-ins do whatever takes the time of staff: they wait, come again, are sent away, and complain.
    kinds = set().union(*(kinds for _, kinds in made))
    assert kinds >= {ev.LOG_NEED, ev.LOG_ARRIVE, ev.LOG_QUEUE, ev.LOG_START, ev.LOG_END, ev.LOG_DONE, ev.LOG_AGAIN}


@pytest.mark.parametrize("name", SHORTER)
def test_bundled_scenarios_give_the_same_bytes(name):
    plan = thirds(load(ROOT / f"scenarios/{name}.yaml").with_values(SHORTER[name]).plan())
    fast, found = both(plan, 20_260_101)
    assert found == []
    assert np.count_nonzero(fast.log["customer"] >> np.uint64(48)) > 300


def stays_for_ever(patch):
    """A stand-in for somebody who has left comes all the same."""
    patch.setattr(standins, "contact_like", lambda person, *_: person.world.rows.group_contact[0][0])


def never_complains(patch):
    patch.setattr(standins.StandIn, "complains", lambda *_: False)


def gives_up_at_once(patch):
    patch.setattr(standins.StandIn, "comes_again", lambda *_: None)


@pytest.mark.parametrize("fault", [stays_for_ever, never_complains, gives_up_at_once])
def test_planted_faults_are_caught(fault, monkeypatch):
    fault(monkeypatch)
    plan = thirds(load(ROOT / "scenarios/cable-town.yaml").with_values(SHORTER["cable-town"]).plan())
    assert both(plan, 20_260_101)[1] != []
