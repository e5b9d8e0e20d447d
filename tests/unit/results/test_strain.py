"""Full touchpoints, and answers to complaints that make nobody whole, as the answer says them."""

from cxsim.results import belief, sentences
from cxsim.results.findings import Strain, Unhealed
from cxsim.results.strain import strains_of
from cxsim.results.summary import WIDTH, lines_of


def test_a_full_touchpoint_is_said_with_where_and_under_what(cable):
    everywhere = cable()
    facts = cable(strains=(Strain("phone", ("as-is",), 0.994), Strain("visit", everywhere.policies, 1.02)))
    text = belief.why_believe(facts)
    assert (
        "; more work comes than can be done at phone (under as-is; busy 99 % of the time) and visit (busy 100 % of the "
        "time): waits there grow until people give up or the run ends;"
    ) in text
    lines = lines_of(facts)
    assert any(line.startswith("Too much work   phone (under as-is; busy 99 % of the time)") for line in lines)
    assert all(len(line) <= WIDTH for line in lines)
    assert "more work comes" not in belief.why_believe(everywhere)


def test_answers_that_make_nobody_whole_are_said_with_why(cable):
    why = "`recovery.steps: [apologize, fix]` is worth 0.24, 0.5 is needed; `credit` (28) would make it 0.63"
    facts = cable(unhealed=(Unhealed(("as-is", "match-the-price"), why),))
    text = sentences.what_does_not_work(facts)
    assert text.endswith(f". Under as-is and match-the-price almost no complaint is made good: {why}.")
    alone = cable(unhealed=(Unhealed(("as-is",), why),), policies=("as-is",), ranked=())
    assert sentences.what_does_not_work(alone) == f"Under as-is almost no complaint is made good: {why}."
    assert any(line.startswith("Complaints      under as-is almost no complaint") for line in lines_of(alone))


def test_busy_people_of_a_short_desk_are_no_overload(comparison):
    facts = comparison.facts
    table = facts.experiment.frames.touchpoints
    assert strains_of(facts) == ()
    busy = table["measure"] == "occupancy"
    table.loc[busy & (table["policy"] == "hire"), "value"] = 0.985
    assert [(one.touchpoint, one.policies) for one in strains_of(facts)] == [("till", ("hire",))]
    table.loc[table["measure"] == "share_queued", "value"] = 0.4
    assert strains_of(facts) == ()
