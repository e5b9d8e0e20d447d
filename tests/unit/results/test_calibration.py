"""What is said where the model misses our own figures, or begins with other customers than were written."""

import math

import pytest

import cxsim
from cxsim.measures.records import Record
from cxsim.results import belief
from cxsim.results.calibration import counted_start, what_to_change
from cxsim.results.summary import lines_of
from cxsim.scenario import loads

NET = """
format: 1
our_firm: Net
lasts: 3 months
warm_up: {warm_up}
runs: {{replications: 2, seed: 20260111}}
market: {{customers: 120, setting: contractual}}
firms:
  Net:
    share: 60 %
    price: 30 a month
    contacts: {{outage: {{happens: 3 a year, because: failure, journey: [phone]}}}}
    touchpoints:
      phone: {{channel: phone, staff: 2, takes: 5 min, background: {{rate: 3 an hour}}}}
      complaints: {{channel: complaint desk, staff: 1, takes: 20 min}}
  Other: {{share: 40 %, known: {{price: 30 a month, nps: 5}}}}
policies:
  more: {{change: {{phone.staff: 1 more}}, cost: 0}}
"""


def scenario(warm_up="0 s"):
    return loads(NET.format(warm_up=warm_up))


def missed(figure, recorded, simulated):
    return Record(figure, recorded, 0.0, simulated, math.nan, math.nan, met=False)


def remedies(*records):
    return [
        (tuple(one.figure for one in knob.missed), knob.remedy) for knob in what_to_change(scenario(), "Net", records)
    ]


def test_unhappy_customers_ask_for_quality_or_fewer_failures():
    assert remedies(missed("nps", 0.0, -30.0), missed("churn", 0.02, 0.04)) == [
        (("nps", "churn"), "raise `quality` or lower `outage.happens`")
    ]
    assert remedies(missed("rated_poor", 0.5, 0.3)) == [(("rated_poor",), "lower `quality` or raise `outage.happens`")]


def test_waits_ask_for_staff_or_other_callers():
    too_short = "lower `phone.staff` or raise `phone.background.rate`"
    assert remedies(missed("wait_mean", 5.0, 1.0)) == [(("wait_mean",), too_short)]
    assert remedies(missed("service_level", 0.8, 0.9)) == [(("service_level",), too_short)]
    assert remedies(missed("complaint_answer_time", 2.0, 9.0)) == [
        (("complaint_answer_time",), "raise `complaints.staff`")
    ]


def test_figures_that_pull_quality_both_ways_do_not_both_name_it():
    assert remedies(missed("nps", 0.0, -30.0), missed("churn", 0.04, 0.02)) == [
        (("nps",), "raise `quality` or lower `outage.happens`"),
        (("churn",), "lower `market.switching.cost`"),
    ]


def test_what_is_met_or_has_no_knob_says_nothing():
    met = Record("nps", 0.0, 5.0, 1.0, 0.0, 2.0, met=True)
    assert remedies(met, missed("days_to_visit", 1.0, math.nan)) == []
    assert what_to_change(scenario(), "nobody", [missed("nps", 0.0, 1.0)]) == ()


@pytest.mark.parametrize(
    "path", ["quality", "outage.happens", "phone.staff", "phone.background.rate", "complaints.staff"]
)
def test_every_path_that_is_named_can_be_set(path):
    assert scenario().value(path)


def test_the_console_and_the_answer_say_what_to_change(cable):
    records = (missed("nps", 0.0, -30.0), missed("churn", 0.02, 0.04))
    facts = cable(records=records, knobs=what_to_change(scenario(), "Net", records))
    said = "NPS too low and churn too high, raise `quality` or lower `outage.happens`"
    assert f"to bring it nearer: {said}" in belief.why_believe(facts)
    assert said in " ".join(" ".join(lines_of(facts)).split())
    assert "to bring it nearer" not in belief.why_believe(cable())


def test_a_start_that_the_warm_up_has_moved_is_said(cable):
    moved = {"starting": 5318.0, "written": 8000.0, "warm_up": "12 months"}
    text = belief.why_believe(cable(setting=moved))
    assert "at the start ValleyCable has 5 318 customers; 8 000 were written" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "before the warm-up of 12 months (shorten `warm_up`, raise `quality` or write a larger `share`)" in text
    assert "8 000 were written" in " ".join(lines_of(cable(setting=moved))).replace("\N{NO-BREAK SPACE}", " ")
    assert "lower `quality`" in belief.start_apart(cable(setting=moved | {"starting": 9000.0}))


@pytest.mark.parametrize(
    "change", [{"starting": 7601.0}, {"warm_up": ""}, {"written": math.nan}, {"starting": math.nan}]
)
def test_a_start_as_written_is_not_worth_a_word(cable, change):
    moved = {"starting": 5318.0, "written": 8000.0, "warm_up": "12 months"}
    assert belief.start_apart(cable(setting=moved | change)) == ""


def test_who_is_there_at_the_start_is_counted_not_written():
    result = cxsim.run(scenario(), replications=2)
    assert counted_start(result.facts) == pytest.approx(72.0, abs=8.0)
    result = cxsim.run(scenario("12 months"), replications=2)
    cohorts = result.experiment.frames.cohorts
    first = cohorts[(cohorts["firm"] == "Net") & (cohorts["segment"] == "all")].groupby("replication")["at_risk"].max()
    assert counted_start(result.facts) == pytest.approx(first.mean())
    half = cxsim.compare(scenario("12 months"), replications=2, scale=0.5)
    assert counted_start(half.facts) == pytest.approx(
        sum(one.parting.credits[0, 0] for one in half.experiment.parted[:2]) / 2 / 0.5
    )
