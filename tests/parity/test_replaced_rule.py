"""Both engines under a replaced rule: equal to the byte, changed as worked by hand, and as before afterwards."""

import logging

import pytest
from numba.core.caching import IndexDataCacheFile

import cxsim
from cxsim.checks.parity import WORLDS
from cxsim.engines import compiled

WORLD = WORLDS["local-shop-vs-chain"]


def halved(satisfaction_, by_satisfaction):
    return 0.5


def straight(deviation, aversion, exponent):
    return deviation


@pytest.fixture
def kept(monkeypatch):
    """List what this process writes to the cache on disk; other processes may write there meanwhile."""
    written, save = [], IndexDataCacheFile.save

    def noted(self, key, data):
        written.append(str(key))
        save(self, key, data)

    monkeypatch.setattr(IndexDataCacheFile, "save", noted)
    return written


def outcome(plan):
    made = compiled.run(plan, 20_260_101, 0, log=True)
    return made.log.tobytes(), made.pending.tobytes(), [array.tobytes() for array in made.state]


def revenue(result):
    table = result.measures
    return table.loc[table["measure"] == "revenue", "value"].to_numpy()


def test_a_replaced_rule_is_that_of_both_engines_and_of_nobody_afterwards(caplog, kept):
    scenario = cxsim.load("local-shop-vs-chain").with_values(WORLD)
    before, usual = outcome(scenario.plan()), cxsim.run(scenario, replications=2, seed=1, jobs=1)
    cxsim.check_parity(scenario)  # the rules that only the reference engine calls are in the cache as well
    kept.clear()
    with caplog.at_level(logging.WARNING, "cxsim"), cxsim.replaced("satisfaction.spent", halved):
        found = cxsim.check_parity(scenario)
        mine = cxsim.run(scenario, replications=2, seed=1, jobs=1)
    assert found.differing == 0
    assert found.rows > 300
    # Everyone pays half, and nobody minds: half the revenue, to the last digit but rounding.
    assert revenue(mine) == pytest.approx(0.5 * revenue(usual), rel=1e-12)
    assert revenue(usual).sum() > 0.0
    assert outcome(scenario.plan()) == before
    assert cxsim.check_parity(scenario).differing == 0
    assert kept == []
    (line,) = caplog.messages
    assert line.startswith("satisfaction.spent is replaced by halved: compiling the engine for it")


@pytest.mark.slow
def test_a_rule_of_satisfaction_changes_what_people_do_and_the_engines_agree():
    scenario = cxsim.load("local-shop-vs-chain").with_values(WORLD)
    before = outcome(scenario.plan())
    with cxsim.replaced("satisfaction.value", straight):
        assert outcome(scenario.plan()) != before
        assert cxsim.check_parity(scenario).differing == 0
    assert outcome(scenario.plan()) == before
