"""Each mechanism has one switch; switched off, its pattern is gone. Episodes are judged as the equations say."""

import numpy as np
import pytest

from cxsim.behaviour.registry import REGISTRY
from cxsim.behaviour.satisfaction import beyond_tolerance, satisfaction, value
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model.draws import draw, occasion, run_key
from cxsim.model.samplers import normal_quantile
from tests.properties.worlds import ENGINES, FREE, SEED, is_of, run_of, scenario

ALONE = "learning: off, talk: off, choosing: off, exit_after_failure: off, contract_exit: off"


@pytest.fixture(scope="module", params=ENGINES)
def run(request):
    return run_of(request.param)


def lived(run, switches="", text=None, case=0, **given):
    text = {"text": text} if text else {}
    plan = scenario(switches=switches, **text, **given).plan()
    return run(plan, SEED + 60 + case, 0, log=True)


def rows(outcome, *kinds):
    return outcome.log[is_of(outcome.log, *kinds)]


def after_a_failure(outcome, kind):
    """Count rows of a kind that a failed episode brings about at once, and those at other times.

    Somebody who leaves and joins in one breath has chosen at a need that came while the journey was open.
    """
    log = rows(outcome, ev.LOG_EPISODE, ev.LOG_JOINED, kind)
    failed = log[(log["kind"] == ev.LOG_EPISODE) & (log["cause"] == 1)]
    moments = set(zip(failed["customer"].tolist(), failed["time"].tolist(), strict=True))
    at_once = elsewhere = 0
    for row, following in zip(log, np.append(log[1:], log[-1:]), strict=True):
        if row["kind"] != kind or row["cause"] == ev.REASON_INVOLUNTARY:
            continue
        if (int(row["customer"]), int(row["time"])) not in moments:
            elsewhere += 1
        elif following["kind"] != ev.LOG_JOINED or following["customer"] != row["customer"]:
            at_once += 1
    return at_once, elsewhere


def test_every_switch_is_tested_here():
    tested = {
        "talk", "abandonment", "choosing", "exit_after_failure", "contract_exit", "learning", "waiting", "failures",
        "tolerance", "loss_averse",
    }  # fmt: skip
    assert tested == {name for name, parameter in REGISTRY.items() if parameter.role == "switch"}


def test_talk(run):
    on, off = lived(run), lived(run, "talk: off")
    assert rows(on, ev.LOG_TOLD).size > 50
    assert rows(off, ev.LOG_TOLD).size == 0
    assert not off.state.minds["heard"].any()
    assert off.state.firm["talked_good"].sum() + off.state.firm["talked_bad"].sum() == 0


def test_abandonment(run):
    on, off = lived(run), lived(run, "abandonment: off")
    assert rows(on, ev.LOG_ABANDON).size > 50
    assert rows(off, ev.LOG_ABANDON).size == 0


def test_choosing(run):
    failed, chosen = after_a_failure(lived(run, case=1), ev.LOG_LEFT)
    assert failed > 3
    assert chosen > 20
    failed, chosen = after_a_failure(lived(run, "choosing: off", case=1), ev.LOG_LEFT)
    assert failed > 3
    assert chosen == 0


def test_exit_after_failure(run):
    failed, chosen = after_a_failure(lived(run, "exit_after_failure: off", case=1), ev.LOG_LEFT)
    assert failed == 0
    assert chosen > 20


def test_contract_exit(run):
    world = {"setting": "contractual", "customers": 400, "shopping": 60, "asking": 10, "lasts": "70 d"}
    failed, hazard = after_a_failure(lived(run, **world), ev.LOG_NOTICE)
    assert failed > 3
    assert hazard > 3
    failed, hazard = after_a_failure(lived(run, "contract_exit: off", **world), ev.LOG_NOTICE)
    assert failed > 3
    assert hazard == 0
    both = after_a_failure(lived(run, "contract_exit: off, exit_after_failure: off", **world), ev.LOG_NOTICE)
    assert both == (0, 0)


def test_learning(run):
    on, off = lived(run, "talk: off"), lived(run, "talk: off, learning: off")
    known = on.state.minds["encounters"] > 0
    assert known.sum() > 50
    assert np.all(on.state.minds["mean"][known] != 0.0)
    assert np.all(on.state.minds["mean"][~known] == 0.0)
    assert (off.state.minds["encounters"] > 0).sum() > 50
    assert not off.state.minds["mean"].any()
    assert not off.state.minds["variance"].any()


def judged(outcome):
    """Return satisfaction with each episode, by (person, need)."""
    found = rows(outcome, ev.LOG_EPISODE)
    keys = zip(found["customer"].tolist(), found["journey"].tolist(), strict=True)
    return dict(zip(keys, found["value"].tolist(), strict=True))


def common(one, other):
    one, other = judged(one), judged(other)
    both = sorted(one.keys() & other.keys())
    assert len(both) > 200
    return np.array([one[k] for k in both]), np.array([other[k] for k in both])


def test_waiting(run):
    # The same needs with one agent and with five: without the mechanism nobody feels the difference.
    def busy_and_idle(switches):
        return common(*(lived(run, switches, staff=n, call_back="no", asking=200) for n in (1, 5)))

    slow, quick = busy_and_idle(f"{ALONE}, failures: off, abandonment: off")
    assert (slow < quick).sum() > 50
    assert slow.mean() < quick.mean()
    slow, quick = busy_and_idle(f"{ALONE}, failures: off, abandonment: off, waiting: off")
    assert np.array_equal(slow, quick)


def test_failures(run):
    def with_and_without(switches):
        world = scenario(switches=f"{ALONE}, waiting: off, {switches}")
        return common(*(run(w.plan(), SEED + 62, 0, log=True) for w in (world, world.with_value("till.fails", "0 %"))))

    failing, faultless = with_and_without("failures: on")
    assert np.all(failing <= faultless)
    assert (failing < faultless).sum() > 5
    failing, faultless = with_and_without("failures: off")
    assert np.array_equal(failing, faultless)


@pytest.mark.parametrize("tolerance", ["on", "off"])
@pytest.mark.parametrize("loss_averse", ["on", "off"])
def test_episodes_are_judged_as_the_equations_say(run, tolerance, loss_averse):
    # Nobody learns or talks, so everybody expects the market's standard, 0; nobody waits in line, so that only luck,
    # the firm's quality, failures and unsolved matters make an episode.
    text = FREE.replace("{{talk: {talk}}}", "{{{switches}}}")
    world = scenario(text, switches=f"{ALONE}, tolerance: {tolerance}, loss_averse: {loss_averse}")
    outcome = run(world.plan(), SEED + 63, 0, log=True)
    default = {name: parameter.default for name, parameter in REGISTRY.items()}
    width = default["tolerance_width"] if tolerance == "on" else 0.0
    aversion = default["loss_aversion"] if loss_averse == "on" else 1.0
    with np.errstate(over="ignore"):
        key = np.uint64(run_key(np.uint64(SEED + 63), np.uint64(0)))
    failed, ended, seen = set(), {}, 0
    for row in rows(outcome, ev.LOG_END, ev.LOG_DONE, ev.LOG_EPISODE):
        person, need = int(row["customer"]), int(row["journey"])
        if row["kind"] == ev.LOG_END and row["cause"] == 1:
            failed.add((person, need))
        elif row["kind"] == ev.LOG_DONE:
            ended[person] = int(row["cause"])
        elif row["kind"] == ev.LOG_EPISODE:
            place = np.uint64(occasion(np.uint64(need), np.uint64(0), np.uint64(0)))
            with np.errstate(over="ignore"):  # hashes overflow on purpose
                luck = normal_quantile(draw(key, np.uint64(person), draws.PERFORMANCE, place))
            x = (0.3, 0.0)[row["firm"]] + luck
            x -= default["failure_loss"] * ((person, need) in failed)
            x -= default["unsolved_loss"] * (ended[person] != ev.SOLVED)
            gain = value(beyond_tolerance(x, width), aversion, default["sensitivity"])
            assert row["value"] == pytest.approx(satisfaction(0.0, x, gain, 0.1, 0.3), abs=1e-12)
            seen += 1
    assert seen > 300
    assert len(failed) > 20
