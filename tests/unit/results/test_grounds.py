"""The sentences about the grounds of the answer, on facts made by hand: why, for whom, against whom, how sure."""

import math
import re

import pytest

from cxsim.measures.records import Record
from cxsim.results import belief, grounds, sentences
from cxsim.results.answer import said, written
from cxsim.results.findings import Compared, Gain, Harm, Ledger, Opening, Reason, Rival, Row, Worlds
from cxsim.results.provenance import provenance
from cxsim.results.summary import lines_of

BEST = "make-good-then-fix"


def row(policy, unit, mean, reference, half):
    gap = mean - reference
    return Row(policy, unit, mean, mean - half, mean + half, reference, gap, gap - half, gap + half, math.nan)


def numbers(text):
    return [float(found.replace("−", "-").replace(" ", "")) for found in re.findall(r"[−+]?\d[\d ]*(?:\.\d+)?", text)]


def test_reasons_add_up_to_the_first_sentence_with_what_is_joint(cable):
    text = grounds.why_it_wins(cable())
    assert text == (
        "Of the 13 more kept in every 100, 7 would have left after a failure, without a word (4 were spared it and 3 "
        "were made good), 4 after a complaint that was not made good and 1 over a wait; against them, more are lost "
        "than under as-is: 1 over the price; +2 is joint: no single reason explains it."
    )
    assert 7 + 4 + 1 - 1 + 2 == 13


@pytest.mark.parametrize("kept", [(13.0,), (6.4, 6.4, 0.2), (20.0, -7.0), (0.4, 0.3, 0.3), (5.5, 5.5, 5.5, -3.5)])
def test_reasons_add_up_whatever_they_are(cable, kept):
    # A reason that nobody has a phrase for is quoted, and holds no digit here.
    facts = cable(why=tuple(Reason("abcdefg"[place], value) for place, value in enumerate(kept)))
    text = grounds.why_it_wins(facts).replace("in every 100, ", "")
    kept_, _, against = text.partition("; against them, more are lost than under as-is: ")
    total, *rest = numbers(kept_.partition("; ")[0])
    lost = numbers(against.partition(";")[0])
    joint = re.search(r"; ([+−]\d+) is joint", text)
    found = sum(rest) - sum(lost) + (numbers(joint[1])[0] if joint else 0.0)
    assert found == total == 13


def test_small_numbers_get_a_decimal_and_still_add_up(cable):
    rows = {("retention", BEST): row(BEST, "share", 0.592, 0.58, 0.002)}
    facts = cable(rows=rows, why=(Reason("waiting", 0.83), Reason("the price", 0.27)))
    text = grounds.why_it_wins(facts)
    assert text.startswith("Of the 1.2 more kept in every 100, 0.8 would have left over a wait and 0.3 over the price")
    assert "; +0.1 is joint" in text


def test_for_whom_names_the_segments_who_is_paid_for_nothing_and_who_leaves(cable):
    assert grounds.for_whom(cable()) == (
        "Most are kept among seniors (+19), fewest among shops (+6); 52 EUR of every 100 EUR of credits go to people "
        "who would have stayed anyway; 2 in every 100 leave who would not have left under as-is, most "
        "of them over a wait."
    )


def test_segments_that_tie_or_suffer_are_said_so(cable):
    segments = cable().segments
    assert "segments cannot be told apart in this" in grounds.for_whom(cable(segments_apart=False))
    worse = (*segments[:2], segments[2]._replace(gain=Gain(-0.06, -0.09, -0.03)))
    assert "but it does harm among shops (−6)" in grounds.for_whom(cable(segments=worse))
    tie = (*segments[:2], segments[2]._replace(gain=Gain(0.01, -0.02, 0.04)))
    text = "among shops it cannot be told apart from changing nothing (+1.0)"
    assert text in grounds.for_whom(cable(segments=tie))
    assert "Nobody leaves who" in grounds.for_whom(cable(segments=(), paid_for_nothing=math.nan, harm=Harm(0.0)))


def test_rivals_are_compared_on_what_is_known_only(cable):
    assert grounds.against_rivals(cable()) == (
        "In the six months after FiberNow opens we lose 640 customers under as-is and 290 under the best policy. Of "
        "SkyDish we know three figures only, and on those, over the first year, we go from 30 NPS points behind to 14 "
        "behind (give or take 6, its own margin and our luck) and we lose 0.50 % a month against its 1.6 % a month "
        "(give or take 0.16); "
        "everything else about SkyDish is inferred and is not compared."
    )
    level = Rival("SkyDish", (Compared("nps", "points", -17.0, 6.0, -35.0, -19.0),), 1)
    text = grounds.against_rivals(cable(rivals=(level,), openings=()))
    assert "one figure only" in text
    assert "2 behind (give or take 6, its own margin and our luck, which does not tell us apart)" in text


def test_figures_of_any_kind_are_compared_with_their_unit_once(cable):
    figures = (
        Compared("wait_mean", "min", 3.0, 0.3, 4.3, 4.4),
        Compared("first_contact_resolution", "share", 0.6, 0.05, 0.59, 0.57),
        Compared("failures", "per customer a year", 1.2, 0.12, 1.5, 1.4),
    )
    text = grounds.against_rivals(cable(rivals=(Rival("FiberNow", figures, 4),), openings=()))
    assert text == (
        "Of FiberNow we know four figures only, and on those, over the first year, we go from 4.3 to 4.4 min on mean "
        "wait against its 3.0 (give or take 18 s, its own margin and our luck), we go from 59 to 57 % on first contact "
        "resolution against its 60 (give or take 5, which does not tell us apart) and we go from 1.5 to 1.4 per "
        "customer a year on failures against its 1.2 (give or take 0.12); everything else about FiberNow is inferred "
        "and is not compared."
    )


def test_an_opening_that_the_policy_does_not_change_is_a_tie(cable):
    opening = Opening("FiberNow", 6, 640.0, 620.0, Gain(-20.0, -60.0, 20.0))
    text = grounds.against_rivals(cable(openings=(opening,)))
    assert "which the best policy does not change by more than luck (−60 to +20)" in text


def test_a_rival_in_full_is_said_to_be_simulated(cable):
    rival = Rival("Chain", kept=row(BEST, "share", 0.57, 0.59, 0.01))
    text = grounds.against_rivals(cable(rivals=(rival,), openings=()))
    assert text == "Chain (simulated) keeps 57 of every 100 of its own customers instead of 59."


def test_records_say_what_is_met_and_which_way_it_is_missed(cable):
    text = belief.why_believe(cable(records=with_churn_missed(cable)))
    assert text.startswith("Before any policy it comes near 3 of our 4 own figures (NPS −35 recorded, −33 simulated;")
    assert "but churn 0.70 % a month recorded, 0.90 % a month simulated: too high)" in text
    assert "turns on have 9 values: 4 measured, 3 published and 2 assumption: satisfaction to staying" in text


def test_fewer_than_half_of_the_records_make_the_answer_conditional_and_stand_first(cable):
    missed = tuple(replace_met(record, record.figure == "nps") for record in cable().records)
    facts = cable(records=missed)
    first, second = said(facts)[:2]
    assert first.text.startswith("Before any policy it comes near 1 of our 4 own figures")
    assert second.text.startswith(
        "If the model were right, Make good then fix would keep the most customers: of every 100 who are with "
        "ValleyCable today, 71 would still be with us after 4 years"
    )
    assert lines_of(facts)[2].startswith("Own figures     only 1 of 4 met by the model: what follows holds only if")
    nothing = sentences.verdict(cable(records=missed, ranked=()))
    assert nothing.startswith("If the model were right, nothing here would beat changing nothing")
    half = tuple(replace_met(record, record.figure in {"nps", "churn"}) for record in cable().records)
    assert said(cable(records=half))[0].label == "The answer"


def with_churn_missed(cable):
    """Three of four met: churn is 0.9 % a month where 0.7 % was recorded."""
    churn = Record("churn", 0.007, 0.0007, 0.009, 0.0088, 0.0092, met=False)
    return (*cable().records[:3], churn)


def test_one_record_that_is_missed_makes_the_first_sentence_conditional_as_it_does_a_title(cable):
    facts = cable(records=with_churn_missed(cable))
    assert facts.conditional
    assert not facts.doubtful
    first = said(facts)[0]
    assert first.label == "The answer"
    assert first.text.startswith("If the model were right, Make good then fix would keep the most customers: ")
    alone = cable(records=with_churn_missed(cable), policies=("as-is",), ranked=())
    assert sentences.verdict(alone).startswith("If the model were right, under as-is, of every 100 who are with ")
    assert " would still be with us after 4 years" in sentences.verdict(alone)


def replace_met(record, met):
    return record._replace(met=met)


def test_one_record_is_no_plural(cable):
    one = (Record("nps", -35.0, 5.0, -33.0, -34.0, -32.0, met=True),)
    assert "comes near our one own figure" in belief.why_believe(cable(records=one))
    assert "comes near not even our one own figure" in belief.why_believe(
        cable(records=(replace_met(one[0], met=False),))
    )


def test_worlds_are_spoken_of_only_where_they_were_run(cable):
    assert belief.what_would_make_it_wrong(cable()) == (
        "Within everything we said we are unsure of, it stays best in 87 of 100 worlds; the answer turns to Fix the "
        "causes if FiberNow comes before month 14 and to changing nothing if satisfaction matters less than 0.6 "
        "times what we assume; choosing it and being wrong costs at most 3 customers in 100, and the one figure most "
        "worth measuring first is why customers left last year."
    )
    without = cable(worlds=None, records=with_churn_missed(cable))
    text = written(without) + "\n".join(lines_of(without))
    assert "worlds;" not in text
    assert "costs at most" not in text
    assert "it was not checked against what we are unsure of; what makes the model" in text
    assert "what makes the model miss our churn (too high) may bear on the policies too" in text
    facts = cable(
        worlds=None,
        setting={"ranges": ("outage happens (0.8 to 1.4 a year)",)},
        ledger=Ledger(assumed=2, least="how far a story travels"),
    )
    text = belief.what_would_make_it_wrong(facts)
    assert "it may turn within the ranges that are written: outage happens (0.8 to 1.4 a year); " in text
    assert text.endswith("; the least sure value without a range that it turns on is how far a story travels.")
    assert "unsure of, run `cxsim compare cable-town --seed 7 --replications 30 --worlds 64`" in provenance(facts)
    assert "--worlds" not in provenance(cable())
    unsaid = provenance(cable(worlds=None, setting={"unsure": False}))
    assert "write ranges under `unsure`, then run" in unsaid


def test_worlds_that_decide_nothing_do_not_make_up_a_turn(cable):
    text = belief.what_would_make_it_wrong(cable(worlds=Worlds(64, 40, level=10)))
    assert "best in 40 of 64 worlds and cannot be told apart from the best in 10 more" in text
    assert "no single thing that we are unsure of decides in which" in text
    assert "at most" not in text
    assert "best in 64 of 64 worlds." in belief.what_would_make_it_wrong(cable(worlds=Worlds(64, 64)))


def test_a_figure_whose_record_is_missed_gets_no_verdict(cable):
    figure = Compared("churn", "share a month", 0.016, 0.0016, 0.007, 0.005, missed=True)
    text = grounds.against_rivals(cable(rivals=(Rival("SkyDish", (figure,), 1),), openings=()))
    assert "our churn is 0.70 % a month by our own record against its 1.6 % a month (no verdict" in text
    assert "0.50" not in text


def test_figures_of_rivals_that_the_model_misses_are_said(cable):
    met = Record("nps", -5.0, 6.0, -7.0, -8.0, -6.0, met=True)
    missed = Record("churn", 0.016, 0.0016, 0.03, 0.029, 0.031, met=False)
    text = belief.why_believe(cable(rival_records=(("SkyDish", met), ("SkyDish", missed))))
    assert "; it misses 1 of the 2 figures that are known of rivals (SkyDish: churn 1.6 % a month recorded, " in text
    assert "misses" not in belief.why_believe(cable(rival_records=(("SkyDish", met),)))
