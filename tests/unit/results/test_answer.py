"""What the sentences say when a policy wins, when all tie, when there is one run and when there is one policy."""

import math
import re

import numpy as np

from cxsim.report.prose import Prose, Said
from cxsim.results.answer import ORDER, answer, finding, sentences
from cxsim.results.book.contents import captions_of
from cxsim.results.slides import _first
from cxsim.results.summary import WIDTH, summary
from cxsim.scenario import loads


def test_the_winner_is_named_with_people_and_in_the_same_breath_with_what_it_loses(comparison):
    first = sentences(comparison.facts)[0]
    assert first.startswith(
        "Hire keeps the most customers: of every 100 who buy at Corner today, 62 still buy there after 2 years"
    )
    assert ", against 50 if we change nothing (as-is);" in first
    assert "lowers profit by 1 000 EUR" in first


def test_how_surely_gives_difference_interval_runs_and_chance(comparison):
    second = sentences(comparison.facts)[1]
    assert re.match(
        r"That is 12\.0 more in every 100 \(11\.\d to 12\.\d; 12 paired runs, all policies on the same luck\); the",
        second,
    )
    assert "best of the three is over 99 %" in second


def test_money_is_said_to_two_figures(comparison):
    assert (
        "It costs 2 100 EUR over the 2 years and leaves 1 000 EUR less profit than changing nothing"
        in comparison.answer()
    )


def test_word_of_mouth_is_said_in_customers_a_year(comparison):
    assert "new customers a year by word of mouth instead of" in comparison.answer()


def test_a_tie_is_said_as_a_tie_and_never_as_slightly_better(comparison):
    answer = comparison.answer()
    assert "Train cannot be told apart from changing nothing" in answer
    assert "slightly" not in answer


def test_luck_is_not_sold_as_knowledge(comparison):
    assert "not checked against what we are unsure of" in comparison.answer()


def test_reasons_add_up_to_the_difference(comparison):
    text = next(text for text in sentences(comparison.facts) if text.startswith("Of the "))
    assert re.match(r"Of the 12\.\d more kept in every 100, 12\.\d would have left over a wait", text)


def test_nothing_beats_changing_nothing(compared):
    only = compared(policies=["as-is", "train"], replications=8)
    found = sentences(only.facts)
    assert found[0].startswith("Nothing here beats changing nothing")
    gaps = 0.006 * np.cos(3.0 * np.arange(8))  # as the engine that knows the answer makes them
    seen = 100.0 * np.std(gaps, ddof=1) / math.sqrt(8) * (2.3646 + 0.8960)  # Student's t, 7 degrees: .975 and .8
    assert f"These 8 paired runs would have found a difference of {seen:.1f} in every 100 four times" in found[0]
    assert finding(only.facts) == "Nothing here beats changing nothing"


def test_one_run_tells_nothing(compared):
    found = sentences(compared(replications=1).facts)
    assert found[0].startswith("One run cannot tell luck from effect")
    assert any("Hire: +12 in this one run" in text for text in found)
    assert not any("cannot be told apart" in text for text in found)


def test_one_policy_is_described_alone(result):
    only, *rest = sentences(result.facts)
    assert all(text.startswith("At the start Corner has") for text in rest)  # the warm-up has moved customers
    assert re.match(r"Under Hire, of every 100 who buy at Corner today, 6\d still buy there after 2 years", only)
    assert "6 runs" in only


def test_a_goal_that_is_missed_is_said_in_the_first_sentence(corner_text, compared):
    text = corner_text.replace("retention: at least 50 %", "retention: at least 90 %")
    first = sentences(compared(loads(text, "corner.yaml"), replications=6).facts)[0]
    assert first.endswith("; the goal of keeping at least 90 % is met in none of the 6 runs.")


def test_two_measures_that_disagree_name_both_winners(corner_text, compared):
    # Ranked by profit nothing beats as-is; ranked by waits first, hire wins and so it does on retention.
    text = corner_text.replace("[retention, nps_true, profit]", "[won_by_recommendation, retention]")
    first = sentences(compared(loads(text, "corner.yaml"), replications=6).facts)[0]
    assert first.startswith("Hire is best on customers won by word of mouth: ")
    assert "customers a year, against" in first


def test_the_last_line_says_what_made_it_and_by_which_command(comparison):
    last = comparison.answer().strip().splitlines()[-1]
    assert "60 customers, 12 replications, seed 7" in last
    assert "made again by `cxsim.compare(scenario, replications=12, seed=7)`" in last
    command = "cxsim --quiet compare corner.yaml --set till.staff=2 --out here --jobs=3 --worlds 8"
    again = "cxsim compare corner.yaml --set till.staff=2 --worlds 8 --seed 7 --replications 12"
    text = answer(comparison.facts, command)
    assert f"made again by `{again}`" in text.splitlines()[-1]
    assert "run `cxsim compare corner.yaml --set till.staff=2 --seed 7 --replications 12 --worlds 64`" in text


def test_the_summary_fits_eighty_columns_and_reads_alike(comparison, compared, result):
    for facts in (comparison.facts, compared(replications=1).facts, result.facts):
        lines = summary(facts)
        assert all(len(line) <= WIDTH for line in lines)
        assert all("−" not in line for line in lines)
    lines = summary(comparison.facts)
    assert lines[0].startswith("corner: 2 policies and as-is, 12 paired runs, 2 years")
    assert re.fullmatch(r"Keeps most      Hire   \d\d of 100 stay, as-is \d\d  \+12\.0 \(11\.\d to 12\.\d\)", lines[2])
    assert lines[1] == "(as-is: nothing is changed; paired: all policies on the same luck)"
    assert any(line.startswith("No difference   Train") for line in lines)
    assert any(line.startswith("Costs / earns   2 100 / -1 000 EUR (less profit than before)") for line in lines)
    assert any(line.startswith("Goals           keeping at least 50 % in ") for line in lines)


def test_long_names_still_fit(corner_text, compared, answering_engine):
    long = "second-person-at-the-till-in-busy-hours"
    text = corner_text.replace("  hire:", f"  {long}:")

    def simulate(task, progress=None):
        policy = "hire" if task.spec.policy == long else task.spec.policy
        spec = task.spec.__class__(task.spec.scenario, policy, task.spec.replication, task.spec.seed, task.spec.horizon)
        return answering_engine(task._replace(spec=spec), progress)

    lines = summary(compared(loads(text, "corner.yaml"), replications=4, simulate=simulate).facts)
    assert all(len(line) <= WIDTH for line in lines)
    assert any("Second person at the till in busy hours" in line for line in lines)


def test_a_title_is_conditional_where_our_own_record_is_missed(corner_text, compared):
    known = "wages: 19 an hour\n    known: {retention: 90 % ± 4 %}"
    text = corner_text.replace("wages: 19 an hour", known)
    facts = compared(loads(text, "corner.yaml"), replications=12).facts
    title = "If the model were right, Hire would keep 12 more of every 100 customers than as-is"
    assert finding(facts) == title
    titles = {name: caption.title for name, caption in captions_of(facts).items()}
    assert titles["league"] == title
    assert titles["differences"].startswith("If the model were right, hire would be better than as-is; ")
    met = loads(text.replace("90 % ± 4 %", "50 % ± 4 %"), "corner.yaml")
    assert finding(compared(met, replications=12).facts) == "Hire keeps 12 more of every 100 customers than as-is"


def test_the_first_slide_keeps_the_cost_and_what_would_make_it_wrong(comparison):
    labels = ["Why believe the model", *(label for label, _ in ORDER if label != "Why believe the model")]
    doubtful = Prose("Shall we?", tuple(Said(f"{label}.", f"About {label}.") for label in labels))
    first = [label for label, _ in _first(comparison.facts, doubtful, "").body.paragraphs]
    assert first == [
        "Why believe the model", "The answer", "How surely, in the model", "Money", "What would make it wrong",
    ]  # fmt: skip
