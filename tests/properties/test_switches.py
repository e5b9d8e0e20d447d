"""Each mechanism has one switch; switched off, its pattern is gone. Episodes are judged as the equations say."""

import collections
import functools

import numpy as np
import pytest

from cxsim.behaviour.registry import REGISTRY
from cxsim.behaviour.satisfaction import beyond_tolerance, satisfaction, value
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model.draws import draw, occasion, run_key
from cxsim.model.samplers import normal_quantile
from tests.properties.worlds import ENGINES, FREE, SEED, is_of, run_of, scenario

# A parameter of each mechanism of the closed loop, and a value far from its usual one.
LOOP = {
    "promising": ("promise_weight", "1"),
    "deserving": ("should_push", "1"),
    "narrowing": ("tolerance_narrowing_by_rivals", "1"),
    "promises": ("promise_loss", "4"),
    "peak_end": ("end_weight", "0"),
    "weakest_link": ("spoilt", "5"),
    "effort": ("effort_of_repeat", "2"),
    "persisting": ("persistence", "0.2"),
    "blaming": ("blame_weight", "2"),
    "deviating": ("double_deviation", "3"),
    "bonding": ("bond_gain", "1"),
    "complaining": ("voice_cost", "0"),
    "recovering": ("justice_treatment", "1"),
    "delighting": ("paradox", "2"),
    "following_up": ("follow_up_delay", "1"),
    "training": ("learning_per_hour", "1"),
    "fixing": ("fixing_half_life", "1"),
    "searching": ("search_by_satisfaction", "3"),
    "reputation": ("public_base", "1"),
    "response_bias": ("respond_by_extremes", "1"),
}
# What is left of a mechanism that is switched off: 0 for each of these.
LEFT = {
    "persisting": lambda state: state.firm["repeats"].sum(),
    "complaining": lambda state: state.firm["complaints"].sum(),
    "recovering": lambda state: state.firm["recovered"].sum() + state.firm["credits"].sum(),
    "following_up": lambda state: state.firm["followed"].sum(),
    "training": lambda state: state.desks["skill"].sum() + state.firm["training_cost"].sum(),
    "fixing": lambda state: (state.causes["remaining"] < 1).sum() + state.firm["fixing_cost"].sum(),
    "reputation": lambda state: state.organisations["rating_count"].sum(),
    "bonding": lambda state: state.minds["bond"].sum(),
    "deserving": lambda state: state.cold["deserved"].sum(),
}


@pytest.fixture(scope="module", params=ENGINES)
def run(request):
    return run_of(request.param)


def lived(run, switches="", case=0, values=None, **given):
    plan = scenario(switches=switches, **given).with_values(values or {}).plan()
    return run(plan, SEED + 60 + case, 0, log=True)


def rows(outcome, *kinds):
    return outcome.log[is_of(outcome.log, *kinds)]


def after_a_failure(outcome, kind):
    """Count rows of a kind that a failed episode brings about at once, and those at other times.

    Somebody who leaves and joins in one breath has chosen at a need that came while the journey was open.
    """
    log = rows(outcome, ev.LOG_EPISODE, ev.LOG_JOINED, kind)
    failed = log[(log["kind"] == ev.LOG_EPISODE) & (log["cause"] & 1 > 0)]
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
    assert tested | set(LOOP) == {name for name, parameter in REGISTRY.items() if parameter.role == "switch"}


@pytest.fixture(scope="module")
def loop(run):
    """Return a function that lives through a world in which every mechanism has something to do."""
    world = scenario(customers=60, lasts="90 d", warm_up="30 d", shopping=80).with_values(
        {"till.must_be": "-1", "Corner.trouble_comes_from.employee": "70 %", "defaults.most_contacts": "15"}
    )

    @functools.cache
    def lived_with(**values):
        given = {f"{'switches' if value == 'off' else 'defaults'}.{key}": value for key, value in values.items()}
        return run(world.with_values(given).plan(), SEED + 80, 0, log=True)

    return lived_with


def bytes_of(outcome):
    state = outcome.state
    tallies = (state.touch, state.waits, state.firm, state.left, state.base, state.survey, state.cold, state.minds)
    return [outcome.log.tobytes(), *(each.tobytes() for each in tallies)]


@pytest.mark.parametrize("name", LOOP)
def test_a_mechanism_that_is_off_takes_its_parameters_with_it(loop, name):
    parameter, value = LOOP[name]
    usual, off = bytes_of(loop()), bytes_of(loop(**{name: "off"}))
    assert off != usual
    assert bytes_of(loop(**{parameter: value})) != usual
    assert bytes_of(loop(**{parameter: value, name: "off"})) == off


@pytest.mark.parametrize("name", LEFT)
def test_nothing_is_left_of_a_mechanism_that_is_off(loop, name):
    assert LEFT[name](loop().state) > 0
    assert LEFT[name](loop(**{name: "off"}).state) == 0


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
    # The same needs with one agent and with five: without the mechanism nobody feels the difference. The luck is that
    # of the visit: who is turned away comes again, and would have other luck.
    def busy_and_idle(switches):
        own = {"values": {"defaults.visit_luck": "0"}, "call_back": "no", "asking": 200}
        return common(*(lived(run, switches, staff=n, **own) for n in (1, 5)))

    slow, quick = busy_and_idle("everything: off, waiting: on")
    assert (slow < quick).sum() > 50
    assert slow.mean() < quick.mean()
    slow, quick = busy_and_idle("everything: off")
    assert np.array_equal(slow, quick)


def test_failures(run):
    def with_and_without(switches):
        world = scenario(switches=f"everything: off, {switches}")
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
    switches = f"everything: off, failures: on, tolerance: {tolerance}, loss_averse: {loss_averse}"
    # Every failure weighs the usual severity, and luck is that of the visit.
    world = scenario(text, switches=switches).with_values(
        {
            "Corner.trouble_comes_from.outside": "100 %",
            "Chain.trouble_comes_from.outside": "100 %",
            "defaults.severity_spread": "0",
            "defaults.visit_luck": "0",
        }
    )
    outcome = run(world.plan(), SEED + 63, 0, log=True)
    default = {name: parameter.default for name, parameter in REGISTRY.items()}
    width = default["tolerance_width"] if tolerance == "on" else 0.0
    aversion = default["loss_aversion"] if loss_averse == "on" else 1.0
    with np.errstate(over="ignore"):
        key = np.uint64(run_key(np.uint64(SEED + 63), np.uint64(0)))
    failed, moments, ended, seen = collections.Counter(), collections.Counter(), {}, 0
    for row in rows(outcome, ev.LOG_END, ev.LOG_DONE, ev.LOG_EPISODE):
        person, need = int(row["customer"]), int(row["journey"])
        if row["kind"] == ev.LOG_END:
            moments[person, need] += 1
            failed[person, need] += int(row["cause"])
        elif row["kind"] == ev.LOG_DONE:
            ended[person] = int(row["cause"])
        elif row["kind"] == ev.LOG_EPISODE:
            place = np.uint64(occasion(np.uint64(need), np.uint64(0), np.uint64(0)))
            with np.errstate(over="ignore"):  # hashes overflow on purpose
                luck = normal_quantile(draw(key, np.uint64(person), draws.PERFORMANCE, place))
            x = (0.3, 0.0)[row["firm"]] + luck
            # A usual failure has a third of the weight that costs `failure_loss`, and is one moment of several.
            lost = default["failure_loss"] * default["usual_severity"] / 1.5
            x -= lost * failed[person, need] / moments[person, need]
            x -= default["unsolved_loss"] * (ended[person] != ev.SOLVED)
            gain = value(beyond_tolerance(x, width), aversion, default["sensitivity"])
            assert row["value"] == pytest.approx(satisfaction(0.0, x, gain, 0.1, 0.3), abs=1e-12)
            seen += 1
    assert seen > 300
    assert failed.total() > 20
