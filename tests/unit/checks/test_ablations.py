"""Ablations: what is said to move does, what nobody uses does not, and every mechanism of the loop is alive."""

import numpy as np
import pytest

from cxsim.checks.ablations import ablations, idle, mechanisms, moved, table
from cxsim.errors import InputError
from cxsim.scenario import load

BASE = np.array([0.80, 0.82, 0.79, 0.81])


def rows(change, noise=0.0):
    without = BASE + change + noise * np.array([1.0, -1.0, 1.0, -1.0])
    return moved("talk", "as-is", {"retention": BASE}, {"retention": without}, ["retention", "nps"], 2)


def test_a_change_beyond_its_noise_moves_and_one_within_it_does_not():
    (clear,) = rows(0.05, 0.001)
    assert clear.moves
    assert clear.difference.mean == pytest.approx(0.05)
    assert clear.present == pytest.approx(0.805)
    assert not rows(0.0005, 0.01)[0].moves
    assert not rows(0.0)[0].moves


def test_mechanisms_that_move_nothing_are_named():
    found = [*rows(0.05, 0.001), *(row._replace(switch="learning") for row in rows(0.0))]
    assert idle(found) == ["learning"]
    lines = table(found)
    assert lines[1].startswith("talk")
    assert "retention" in lines[1]
    assert lines[2].split() == ["learning", "moves", "nothing"]


def test_an_unknown_switch_and_a_single_replication_are_refused():
    with pytest.raises(InputError, match="gossip"):
        ablations(load("local-shop-vs-chain"), switches=["gossip"])
    with pytest.raises(InputError, match="replications"):
        ablations(load("local-shop-vs-chain"), replications=1)


def test_talk_moves_the_shops_and_what_is_off_already_moves_nothing():
    small = {"market.customers": "300", "lasts": "6 months", "warm_up": "3 months", "switches.talk": "off"}
    shops = load("local-shop-vs-chain").with_values(small)
    found = ablations(shops, switches=["talk", "learning"], replications=4, jobs=1, measures=("csat_true", "nps_true"))
    assert idle(found) == ["talk"]


@pytest.mark.slow
def test_every_mechanism_of_the_town_that_is_used_moves_something():
    # Nobody promises an experience there and nothing must be; a visit comes far earlier than promised.
    unused = {"promising", "weakest_link", "promises", "choosing", "training"}
    town = load("cable-town").with_value("lasts", "30 months")
    asked = [name for name in mechanisms() if name not in unused]
    found = ablations(town, switches=asked, policies=("make-good-then-fix",), replications=8, seed=20260701)
    found += ablations(town, switches=["training"], policies=("train-the-front-line",), replications=8, seed=20260701)
    assert idle(found) == []
