"""Hand-made logs of one customer: which moments they hold, what is said of them, and where two lives part."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from cxsim.behaviour.failure import INCOMPLETE
from cxsim.experiments.watched import CREDIT, FEELING, Life, rows_of
from cxsim.model import events as ev
from cxsim.model.state import LOG
from cxsim.results.stories import twins, words
from cxsim.results.stories.causes import happened, why
from cxsim.results.stories.ends import ending, totals
from cxsim.results.stories.moments import moments_of
from cxsim.results.stories.told import Teller
from cxsim.results.stories.turns import turning_points
from cxsim.scenario import loads
from cxsim.units import DAY, HOUR, MINUTE, MONTH, SECOND, YEAR

ME = 17
TELLER = Teller(("Ours", "Rival"), ("phone", "desk"), ("question", "shopping"), datetime(2025, 1, 6), "EUR", full=True)
IN_WORDS = replace(TELLER, full=False, causes=(True, False))


def row(time, kind, **fields):
    """One row of a log; what is not written is that of a row at our firm."""
    found = np.zeros(1, LOG)
    usual = {"customer": ME, "touchpoint": -1, "agent": -1, "other": -1}
    for name, value in {**usual, "time": time, "kind": kind, **fields}.items():
        found[name] = value
    return found


def contact(begin, journey, wait, cause=ev.SOLVED, *, which=0, failed=(), felt=0.5):
    """The rows of one matter at the phone, an hour long."""
    at = {"journey": journey, "touchpoint": 0}
    return [
        row(begin, ev.LOG_NEED, journey=journey, cause=which),
        row(begin, ev.LOG_ARRIVE, **at),
        row(begin + wait, ev.LOG_START, **at, value=wait),
        *(row(begin + HOUR, ev.LOG_FAILURE, **at, cause=mode, value=0.8) for mode in failed),
        row(begin + HOUR, ev.LOG_END, **at, value=HOUR - wait),
        row(begin + HOUR, ev.LOG_DONE, journey=journey, cause=cause, value=HOUR),
        row(begin + HOUR, ev.LOG_EPISODE, journey=journey, cause=1 if failed else 0, value=felt),
    ]


def told_of(rows, **given):
    return TELLER.sentences(moments_of(np.concatenate(rows), ME, **given))


def life(rows, policy="as-is", *, last=0, credits_=(), gone=False):
    log = np.concatenate(rows) if rows else np.zeros(0, LOG)
    feelings = np.array([(0, 0, 0.1, 0.2), (DAY, last, -0.26, 0.34)], FEELING)
    return Life(policy, ME, 0, log, feelings, np.array(list(credits_), CREDIT), 0, last, gone)


def heard(time, good, who, firm=0, journey=3):
    return row(time, ev.LOG_TOLD, customer=who, other=ME, cause=int(good), firm=firm, journey=journey)


COMPLAINED = [
    row(2 * HOUR, ev.LOG_COMPLAINS, journey=1, cause=INCOMPLETE, value=1.0),
    row(2 * HOUR, ev.LOG_ARRIVE, journey=1, touchpoint=1),
    row(3 * HOUR, ev.LOG_START, journey=1, touchpoint=1, value=HOUR),
    row(4 * HOUR, ev.LOG_END, journey=1, touchpoint=1, value=HOUR),
    row(4 * HOUR, ev.LOG_EPISODE, journey=1, cause=7, value=-0.25),
    row(4 * HOUR, ev.LOG_ANSWERED, journey=1, cause=1, value=0.74),
]


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (0, "no time"),
        (SECOND // 2, "less than a second"),
        (SECOND, "1 second"),
        (89 * SECOND, "89 seconds"),
        (90 * SECOND, "2 minutes"),
        (12 * MINUTE, "12 minutes"),
        (90 * MINUTE, "1.5 hours"),
        (2 * HOUR, "2 hours"),
        (47 * HOUR, "47 hours"),
        (2 * DAY + 10 * HOUR, "2.4 days"),
        (30 * DAY, "30 days"),
        (3 * MONTH, "3 months"),
        (2 * YEAR, "2 years"),
    ],
)
def test_durations_are_said_as_people_say_them(time, said):
    assert words.duration(time) == said


def test_dates_are_those_of_the_scenario():
    assert words.clock(TELLER.starts, 54 * DAY + 14 * HOUR + 5 * MINUTE) == "1 March 2025, 14:05"
    assert [words.times(number) for number in (1, 2, 3)] == ["once", "twice", "3 times"]
    assert words.listed(["a", "b", "c"]) == "a, b and c"


def test_a_failure_a_complaint_and_its_answer():
    rows = [*contact(HOUR, 1, 3 * MINUTE, failed=[INCOMPLETE])[:-1], *COMPLAINED]
    assert told_of(rows, received=np.array([(DAY, 30.0)], CREDIT)) == [
        (
            "6 January 2025, 01:00: question at Ours; met a failure (incomplete, cause: design; severity 0.8); "
            "waited 3 minutes at phone; solved after 60 minutes (felt as usual, −0.2 SD)."
        ),
        "6 January 2025, 02:00: complained to Ours (incomplete, cause: design), and waited 60 minutes at its desks.",
        (
            "6 January 2025, 04:00: got an answer to the complaint from Ours after 2 hours with a credit of 30 EUR; "
            "it was made good in part (worth 0.74 of 1)."
        ),
    ]


def test_without_figures_it_is_told_in_words():
    rows = [*contact(HOUR, 1, 3 * MINUTE, failed=[INCOMPLETE])[:-1], *COMPLAINED]
    assert IN_WORDS.sentences(moments_of(np.concatenate(rows), ME)) == [
        (
            "6 January 2025, 01:00: question at Ours; met an ordinary failure (incomplete, cause: design); waited 3 "
            "minutes at phone; solved after 60 minutes (felt as usual)."
        ),
        "6 January 2025, 02:00: complained to Ours (incomplete, cause: design), and waited 60 minutes at its desks.",
        ("6 January 2025, 04:00: got an answer to the complaint from Ours after 2 hours; it was made good in part."),
    ]
    assert IN_WORDS.met(1, INCOMPLETE, 0.3) == "met a slight failure"
    assert [IN_WORDS.mood(value) for value in (-1.6, -0.6, 0.4, 0.6)] == [
        "very dissatisfied", "dissatisfied", "satisfaction as usual", "satisfied",
    ]  # fmt: skip
    assert [IN_WORDS.hope(value) for value in (-0.6, 0.1, 1.7)] == [
        "expects less than usual", "expects what is usual", "expects much more than usual",
    ]  # fmt: skip
    assert IN_WORDS.felt(-1.7) == "all in all felt much worse than usual"


def test_the_kind_of_a_failure_is_told_where_the_scenario_says_what_fails(corner, corner_text):
    assert Teller.of(corner).causes == (False, False)
    written = corner_text.replace("price: 12 a visit", "price: 12 a visit\n    trouble_comes_from: {design: 50 %}")
    assert Teller.of(loads(written)).causes == (True, False)


def test_a_complaint_that_nobody_answers():
    rows = [*contact(HOUR, 1, 0, failed=[INCOMPLETE]), *COMPLAINED[:2]]
    rows.append(row(30 * DAY, ev.LOG_ANSWERED, journey=1, value=-1.0))
    assert told_of(rows)[-1] == (
        "5 February 2025, 00:00: took the complaint to Ours for unanswered, 30 days after it was made."
    )


def test_what_can_happen_at_a_touchpoint_is_told():
    at = {"journey": 1, "touchpoint": 0}
    rows = [
        row(0, ev.LOG_NEED, journey=1),
        row(0, ev.LOG_CLOSED, **at),
        row(HOUR, ev.LOG_ABANDON, **at, value=9 * MINUTE),
        row(HOUR, ev.LOG_RETRY, **at, cause=1),
        row(2 * HOUR, ev.LOG_CALL_BACK, **at),
        row(2 * HOUR, ev.LOG_AGAIN, journey=1, cause=1),
        row(3 * HOUR, ev.LOG_AGAIN, journey=1, cause=2),
        row(4 * HOUR, ev.LOG_DONE, journey=1, cause=ev.UNSOLVED, value=4 * HOUR),
    ]
    assert told_of(rows) == [
        (
            "6 January 2025, 00:00: question at Ours; gave up at phone after 9 minutes; found it closed; "
            "took a call-back; called again; came again with the same matter twice; never solved."
        ),
    ]
    assert told_of(rows[:3])[0].endswith("it was still open at the end.")


def test_bonds_and_talk_are_told():
    rows = [
        row(0, ev.LOG_SPARED, cause=INCOMPLETE, value=0.4, touchpoint=0),
        row(0, ev.LOG_NOTICE, cause=ev.REASON_UNHEALED),
        row(0, ev.LOG_LEFT, cause=ev.REASON_PRICE, value=-0.74),
        row(0, ev.LOG_JOINED, firm=1, value=2.0),
        row(0, ev.LOG_RATED, value=-1.0),
        row(0, ev.LOG_FOLLOWED_UP, cause=1),
        row(0, ev.LOG_LEFT, cause=ev.REASON_INVOLUNTARY, value=0.04, firm=1),
    ]
    assert [line.removeprefix("6 January 2025, 00:00: ") for line in told_of(rows)] == [
        "was spared a failure at Ours (incomplete, cause: design): of such failures 40 in 100 still happened.",
        "gave notice to Ours because of a complaint that was not made good.",
        "left Ours because of the price (satisfaction −0.7).",
        "became a customer of Rival, after more good stories than bad.",
        "rated Ours in public with 2.5 stars, for the matter as a whole.",
        "was asked by Ours how it had gone, which pleased.",
        "moved away or died, and so left Rival (satisfaction 0.0).",
    ]


def test_a_run_without_trouble_is_counted():
    rows = [line for k in range(5) for line in contact(k * DAY, k, k * MINUTE, which=1)]
    rows += [heard(5 * DAY, True, 3), heard(6 * DAY, False, 4), heard(7 * DAY, True, 3, firm=1)]
    rows += [row(8 * DAY, ev.LOG_TOLD, other=5, cause=1)]
    assert told_of(rows) == [
        (
            "6 January 2025 to 14 January 2025: shopping at Ours 5 times without trouble, longest wait 4 minutes; "
            "heard 1 good story about Ours, 1 bad story about Ours and 1 good story about Rival; told 1 good "
            "story about Ours."
        ),
    ]
    assert [line[:22] for line in told_of(rows[:12])] == ["6 January 2025, 00:00:", "7 January 2025, 00:00:"]


def test_trouble_breaks_a_run():
    rows = [line for k in range(7) for line in contact(k * DAY, k, 0, failed=[INCOMPLETE] if k == 3 else [])]
    told = told_of(rows)
    assert len(told) == 3
    assert told[1].startswith("9 January 2025, 00:00: question at Ours; met a failure")


def test_the_end_says_where_the_customer_is_and_what_there_was():
    rows = [*contact(HOUR, 1, 0, failed=[INCOMPLETE])[:-1], *COMPLAINED, row(DAY, ev.LOG_LEFT), heard(DAY, True, 2)]
    one = life(rows, last=1, credits_=[(DAY, 30.0)])
    found = moments_of(one.rows, ME)
    assert ending(TELLER, one, found, YEAR) == (
        "At the end, 6 January 2026: with Rival (satisfaction +0.3, expectation −0.3); left Ours on 7 January 2025. In "
        "all: 1 contact, 1 failure met, 1 complaint, 1 of them made good, credits of 30 EUR, 0 stories told and 1 "
        "heard."
    )
    assert totals(found)["unsolved"] == 0
    assert "no longer in the market" in ending(TELLER, one._replace(gone=True), found, YEAR)


def test_only_rows_of_the_customer_are_kept():
    rows = np.concatenate(
        [
            row(0, ev.LOG_NEED),
            row(0, ev.LOG_NEED, customer=3, other=ME),  # a stand-in that is thinned like this person
            row(0, ev.LOG_SHIFT),
            row(0, ev.LOG_LEVER),
            row(0, ev.LOG_ATTENTION),
            heard(0, True, 3),
            row(0, ev.LOG_TOLD, customer=3, other=4),
        ]
    )
    assert rows_of(rows, [ME])["kind"].tolist() == [ev.LOG_NEED, ev.LOG_TOLD]
    assert rows_of(rows, [4])["customer"].tolist() == [3]


def test_a_longer_wait_is_a_trace_but_lives_part_where_something_else_happens():
    early = contact(0, 1, MINUTE)
    one = life([*early, *contact(DAY, 2, 2 * MINUTE, failed=[INCOMPLETE])])
    spared = row(DAY + HOUR, ev.LOG_SPARED, journey=2, touchpoint=0, cause=INCOMPLETE, value=0.4)
    other = life([*early, *contact(DAY, 2, 3 * MINUTE)[:4], spared, *contact(DAY, 2, 3 * MINUTE)[4:]], "fix")
    trace = twins.first_difference(one, other)
    assert (trace.time, int(trace.one["value"]), int(trace.other["value"])) == (
        DAY + 2 * MINUTE, 2 * MINUTE, 3 * MINUTE,
    )  # fmt: skip
    pair = twins.parting(one, other)
    assert [int(side["kind"]) for side in pair] == [ev.LOG_FAILURE, ev.LOG_SPARED]
    assert happened(TELLER, pair.one, ME) == ("they met a failure at Ours (incomplete, cause: design; severity 0.8)")
    assert why(TELLER, pair, ("as-is", "fix"), ["process.fixing"], ME) == (
        "The log gives the cause: incomplete, cause: design; under fix it had been worked on, or the team had learned. "
        "By then fix had changed process.fixing."
    )


def test_five_turning_points_are_the_weightiest_in_their_order():
    rows = [line for k in range(9) for line in contact(k * DAY, k, 0, failed=[INCOMPLETE])]
    rows += [heard(8 * DAY + 2 * HOUR, True, 3), row(9 * DAY, ev.LOG_NOTICE, cause=ev.REASON_UNHEALED)]
    rows += [row(10 * DAY, ev.LOG_LEFT), row(10 * DAY, ev.LOG_JOINED, firm=1)]
    found = turning_points(moments_of(np.concatenate(rows), ME))
    assert [one.kind for one in found] == ["contact", "contact", "gave notice", "left", "joined"]
    assert [one.time for one in found[:2]] == [0, DAY]


def test_who_serves_and_in_which_order_friends_talk_does_not_part_lives():
    stories = [heard(DAY, True, 3), heard(DAY + 1, False, 4)]
    one, other = life([*contact(0, 1, 0), *stories]), life([*contact(0, 1, 0), *stories[::-1]])
    other.rows["agent"] = 5
    assert twins.parting(one, other) is None
    assert twins.first_difference(one, life([*contact(0, 1, 0), *stories])) is None


def test_a_story_that_only_one_life_hears():
    one, other = life([*contact(0, 1, 0), heard(DAY, False, 3)]), life(contact(0, 1, 0), "fast")
    pair = twins.parting(one, other)
    assert (pair.time, pair.other) == (DAY, None)
    assert happened(TELLER, pair.other, ME) == "nothing of the kind happened"
    assert why(TELLER, pair, ("as-is", "fast"), [], ME) == (
        "The life of customer 3, who told the story, had parted before. By then fast had changed nothing that as-is "
        "had not."
    )
