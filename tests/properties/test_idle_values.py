"""A value that the answer is said not to turn on changes nothing, however far it is moved."""

import pytest

from cxsim.behaviour.registry import REGISTRY
from cxsim.results.at_work import CONTRACT, FEATURES, IDLE, RIVAL, STEPS, SWITCHED, idle
from cxsim.scenario import loads
from tests.properties.worlds import COMPILED, run_of, scenario

SEED = 20260101
# Nothing is announced, called back, trained, fixed, explained or asked; nothing must be; nobody is sent back.
PLAIN = """
format: 1
our_firm: Corner
starts: 2025-01-06
lasts: 120 d
warm_up: 30 d
currency: EUR
market: {{customers: 80, setting: {setting}, talk_to: {{friends: 4, acquaintances: 6}}, leaves_anyway: 10 % a year}}
firms:
  Corner:
    share: {share}
    price: 14 {per}
    contacts:
      shopping: {{happens: 40 a year, because: purchase, journey: [till]}}
      mending: {{happens: 20 a year, because: failure, journey: [line, till]}}
    touchpoints:
      till: {{channel: store, staff: 1, hours: "Mon-Fri 08:00-18:00", takes: 40 min, fails: 15 %}}
      line: {{channel: phone, staff: 1, hours: "Mon-Fri 08:00-18:00", takes: 30 min, solves: 70 %}}
      complaints: {{channel: complaint desk, staff: 1, hours: "Mon-Fri 10:00-14:00", takes: 20 min}}
{rival}
switches: {{{switches}}}
"""
RIVAL_FIRM = """  Chain:
    share: 50 %
    price: 12 {per}
    contacts: {{shopping: {{happens: 40 a year, because: purchase, journey: [till]}}}}
    touchpoints: {{till: {{channel: store, staff: 2, takes: 20 min, fails: 5 %}}}}
"""


def plain(setting, *, rival=True, switches=""):
    per = "a month" if setting == "contractual" else "a visit"
    other = RIVAL_FIRM.format(per=per) if rival else ""
    share = "50 %" if rival else "100 %"
    text = PLAIN.format(setting=setting, per=per, rival=other, share=share, switches=switches)
    return loads(text, "plain.yaml")


def lived(world):
    """Return all that happened, and all that is counted but how episodes are graded."""
    outcome = run_of(COMPILED)(world.plan(), SEED, 0, log=True)
    counted = [name for name in outcome.state.firm.dtype.names if name not in {"good", "excellent"}]
    return outcome.log.tobytes(), *(outcome.state.firm[name].tobytes() for name in counted)


WORLDS = {
    "contract": {"setting": "contractual"},
    "contract, alone": {"setting": "contractual", "rival": False},
    "no contract": {"setting": "noncontractual"},
    "no contract, alone": {"setting": "noncontractual", "rival": False},
    "switched off": {"setting": "contractual", "switches": ", ".join(f"{name}: off" for name in SWITCHED)},
}


@pytest.mark.parametrize("name", WORLDS)
def test_what_is_idle_changes_nothing(name):
    world = plain(**WORLDS[name])
    usual = lived(world)
    moved = []
    for value in sorted(idle(world)):
        one = REGISTRY[value]
        extreme = max(one.low, one.high, key=lambda end: abs(end - one.default))
        if lived(world.with_values({f"defaults.{value}": str(extreme)})) != usual:
            moved.append((value, extreme))
    assert not moved


def test_what_is_not_idle_does_change_something():
    world = plain("contractual")
    usual = lived(world)
    for value in ("satisfaction_to_staying", "exit_by_loss", "wait_loss", "effort_of_repeat"):
        assert value not in idle(world)
        assert lived(world.with_values({f"defaults.{value}": "0"})) != usual


def test_every_value_of_the_table_is_one_of_the_model():
    named = {*IDLE, *CONTRACT, *RIVAL}
    named |= {value for feature in FEATURES for value in feature.values}
    named |= {value for table in (STEPS, SWITCHED) for values in table.values() for value in values}
    assert named <= set(REGISTRY)


def test_a_feature_that_a_policy_names_is_at_work():
    text = PLAIN.format(setting="contractual", per="a month", rival="", share="100 %", switches="")
    assert {"call_back_wait_weight", "learning_per_hour", "asking"} <= idle(loads(text, "plain.yaml"))
    policies = """policies:
  everything-new:
    change: {line.call_back: {after: 1 min, accepted: 40 %, answered: 90 %}, till.training: 20 h a year,
             recovery.steps: [apologize, ask]}
    cost: 0
"""
    assert not {"call_back_wait_weight", "learning_per_hour", "asking"} & idle(loads(text + policies, "plain.yaml"))


def test_where_everything_is_at_work_only_what_nothing_reads_is_idle():
    world = scenario(setting="contractual").with_values(
        {"till.must_be": "-1", "till.explains": "why", "door.way_out": "visible"}
    )
    left = idle(world)
    assert left == set(IDLE)
