"""The tables of the report, and the assumptions that its answer rests on, by hand."""

import math

import pytest

from cxsim.experiments.compare import Setup, experiment
from cxsim.results import report, report_tables
from cxsim.results.comparison import Comparison
from cxsim.results.findings import Row
from cxsim.results.resting import resting_on


@pytest.fixture(scope="module")
def facts(corner, answering_engine):
    return Comparison(experiment(corner, corner.policies, Setup(simulate=answering_engine, replications=12))).facts


def test_policies_at_a_glance(facts):
    glance = report_tables.of_policies(facts)[0]
    assert glance.head[3] == "difference, percentage points"
    as_is, hire, train = glance.rows
    assert as_is[0] == "as-is"
    assert as_is[3:5] == ["–", "–"]
    assert hire[3] == "+12.0"
    assert train[3].endswith(" (tie)")
    assert float(glance.numbers[1][3]) == pytest.approx(0.12, abs=0.01)
    assert all(len(row) == len(raw) == len(glance.head) for row, raw in zip(glance.rows, glance.numbers, strict=True))


def test_units_are_said_once_for_a_row(facts):
    means = {row[0]: row[1:] for row in report_tables.of_policies(facts)[1].rows}
    assert means["starting customers still with the firm"][0].endswith(" %")
    (profit,) = [name for name in means if name.startswith("profit")]
    assert profit.endswith(", EUR")
    assert not any("EUR" in cell for cell in means[profit])
    assert means[profit][2].startswith("≈ ") is facts.rows["profit", "train"].tie


def test_charts_have_their_figures(facts):
    tables = report_tables.of_charts(facts)
    assert set(tables) == {"retention", "dissatisfied", "rivals"}
    assert tables["retention"].rows[0] == ["0", "100.0", "100.0", "100.0"]
    assert tables["dissatisfied"].rows[0][0] == "left without a word"
    assert {row[-1] for row in tables["rivals"].rows} == {"simulated"}


def test_the_answer_rests_on_what_the_winner_changes(facts):
    # Hiring saves those who would have waited, and nothing else.
    assert resting_on(facts)[2] == ["lost_to_waiting"]
    grounds = report._grounds(facts)
    assert {one.module for one in grounds.first} == {
        "patience",
        "experience",
        "satisfaction",
        "leaving",
        "choice",
        "expectation",
    }
    assert sum(count for _, count in grounds.counts) == len(grounds.first)
    assert "lost here: waiting." in grounds.why_first
    assert not {one.path for one in grounds.first} & {one.path for one in grounds.rest}


def test_the_first_table_has_the_profit_that_rounded_means_hide(facts):
    glance = report_tables.of_policies(facts)[0]
    assert glance.head[-1] == "profit against as-is, EUR (interval)"
    as_is, hire, _ = glance.rows
    assert as_is[-1] == "–"
    assert hire[-1].startswith("−1 000 (")
    assert glance.numbers[1][-1] == f"{facts.rows['profit', 'hire'].difference:.6g}"


def test_what_the_reference_cannot_have_is_no_tie():
    row = Row("hire", "months", 14.0, 13.0, 15.0, *[math.nan] * 5)
    assert report_tables._cell(row, "as-is") == "14 months"


def test_few_runs_are_counted(corner, answering_engine):
    few = Comparison(experiment(corner, corner.policies, Setup(simulate=answering_engine, replications=4))).facts
    glance = report_tables.of_policies(few)[0]
    assert "in how many runs a policy is the best" in glance.title
    assert [row[5] for row in glance.rows] == ["0 of 4 runs", "all 4 runs", "0 of 4 runs"]
