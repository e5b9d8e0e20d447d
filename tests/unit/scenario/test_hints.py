"""What a valid scenario may still suffer from: worked by hand, and against the engine."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cxsim
from cxsim.behaviour.recovery import STEP_NAMES
from cxsim.scenario import loads
from cxsim.scenario.hints import hints, in_people
from cxsim.scenario.made_good import worth_of
from cxsim.scenario.offered import Load, offered

NET = """
format: 1
our_firm: Net
lasts: 3 months
warm_up: 0 s
runs: {{replications: 2, seed: 20260121}}
market: {{customers: 3650, setting: contractual}}
firms:
  Net:
    share: 50 %
    price: 30 a month
    contacts: {{outage: {{happens: 8 a year, because: failure, journey: [menu, phone]}}}}
    touchpoints:
      menu: {{channel: voice menu, solves: 20 %}}
      phone: {{channel: phone, {staff}, hours: "Mon-Sun 09:00-17:00", takes: 6 min, sends_back: 20 %}}
    {more}
policies:
  better: {{change: {{recovery.steps: [apologize, explain, fix, credit], recovery.credit: 15,
    recovery.without_approval: 15}}, cost: 0}}
"""
RECOVERY = "recovery: {{steps: [{steps}], credit: {credit}, without_approval: {credit}}}"


def net(staff="staff: 1", more=""):
    return loads(NET.format(staff=staff, more=more), "net.yaml")


def recovering(*steps, credit=0):
    return net(more=RECOVERY.format(steps=", ".join(steps), credit=credit))


def test_offered_load_by_hand():
    # 1825 customers, 8 a year: 40 contacts a day; 80 % reach the phone, each 1 / .8 times: 40 visits of 6 min in 8 h.
    (load,) = offered(net().document)
    assert load.touchpoint == "phone"
    assert load.needed == pytest.approx(0.5)
    assert load.there == 1.0
    assert not load.is_too_much
    shifts = 'shifts: {early: {when: "Mon-Sun 08:00-11:00", staff: 1}, late: {when: "Mon-Sun 13:00-17:00", staff: 0}}'
    (short,) = offered(net(shifts).document)
    assert short.there == pytest.approx(2.0 / 8.0)  # from 9 to 11 of 9 to 17
    assert short.is_too_much


def test_callers_and_what_they_bring_count_too():
    text = NET.replace(
        "    {more}", "    arrivals: {{callers: {{rate: 4 an hour, journey: [phone], takes: {{phone: 3 min}}}}}}"
    )
    (load,) = offered(loads(text.format(staff="staff: 1"), "net.yaml").document)
    # 4 an hour day and night are 12 in an open hour, each 1 / .8 visits of 3 min.
    assert load.needed == pytest.approx(0.5 + 12 / 0.8 * 3 / 60)


def test_offered_load_is_the_occupancy_that_the_engine_finds():
    # Nobody gives up, and nobody is without a firm who could still come.
    values = {"market.segments.everyone.patience": "never", "market.customers": "1825", "Net.share": "100 %"}
    scenario = net().with_values(values)
    found = cxsim.run(scenario, replications=2).touchpoints
    busy = found[(found["measure"] == "occupancy") & (found["touchpoint"] == "phone") & (found["segment"] == "all")]
    assert busy["value"].mean() == pytest.approx(offered(scenario.document)[0].needed, rel=0.1)


@pytest.mark.parametrize(
    ("needed", "there", "words"),
    [
        (2.0, 1.0, "about 2.0 people while it is open, has 1 "),
        (1.004, 1.0, "about 1.004 people while it is open, has 1 "),
    ],
)
def test_people_needed_never_look_like_those_who_are_there(needed, there, words):
    assert words in in_people(Load("phone", needed, there))


def test_worth_of_steps_by_hand():
    # .05 + .35 (.4) + .15 (.5 x .7): to fix without explaining is worth .7.
    worth = worth_of(recovering("apologize", "fix").content, "as-is")
    assert worth.usual == worth.most == pytest.approx(0.2425)
    assert worth.needed == 0.5
    # A credit of the loss, 15 of 30 a month: + .45 (1 - e^-2).
    assert worth.add == ("credit",)
    assert worth.credit == 15.0
    assert worth.lifted == pytest.approx(0.2425 + 0.45 * 0.8646647, rel=1e-6)
    assert worth_of(recovering("apologize", "fix", "credit", credit=15).content, "as-is").usual == pytest.approx(
        worth.lifted
    )
    small = worth_of(recovering("apologize", "fix", "credit", credit=5).content, "as-is")
    assert small.usual < 0.5 < small.most  # it makes good whoever lost little
    assert small.add == ("credit",)
    assert worth_of(net().content, "as-is") is None
    assert worth_of(net().content, "better").usual > 0.7


@settings(max_examples=25)
@given(st.sets(st.sampled_from(STEP_NAMES), min_size=1), st.sampled_from(STEP_NAMES))
def test_one_more_step_is_never_worth_less(steps, more):
    least, most = (worth_of(recovering(*sorted(own), credit=10).content, "as-is") for own in (steps, {*steps, more}))
    assert most.usual >= least.usual - 1e-12
    assert 0.0 <= least.usual <= least.most + 1e-12 <= 1.0 + 1e-12
    assert (least.usual < least.needed) == bool(least.add)


def test_hints_name_what_to_do():
    text = "known: {nps: 0, churn: 1 % a month}\n    recovery: {steps: [apologize, fix]}"
    busy = net(more=text).with_value("outage.happens", "40 a year")
    assert hints(busy, "net.yaml") == [
        (
            "phone: needs about 2.5 people while it is open, has 1 (approximate: nobody gives up or leaves); raise "
            "`phone.staff` or its hours, or let fewer come"
        ),
        (
            "as-is: complaining makes nobody whole: `recovery.steps: [apologize, fix]` is worth 0.24, 0.5 is needed; "
            "`credit` (15) would make it 0.63"
        ),
        (
            "known: whether the model meets these 2 figures of ours, and what to change first, says "
            "`cxsim run net.yaml --replications 4`"
        ),
    ]
    assert hints(net(), "net.yaml") == []
    assert hints(net(more=text).with_value("switches.recovering", "off"), "net.yaml")[0].startswith("known: ")
