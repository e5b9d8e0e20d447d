"""The chart book: its order, its choice, and what it leaves out."""

import pytest

from cxsim.errors import InputError
from cxsim.experiments.compare import Setup, experiment
from cxsim.results.book.contents import BY_NAME, ENTRIES, USUAL, chart_book
from cxsim.results.comparison import Comparison
from cxsim.results.result import Result


@pytest.fixture(scope="module")
def comparison(corner, answering_engine):
    return Comparison(experiment(corner, corner.policies, Setup(simulate=answering_engine, replications=3)))


def test_the_book_is_in_the_order_of_its_parts(comparison):
    assert len(BY_NAME) == len(ENTRIES)
    parts = [entry.part for entry in ENTRIES]
    assert parts == sorted(parts, reverse=True)
    assert set(USUAL) <= set(BY_NAME)
    assert not any(BY_NAME[name].is_rerun for name in USUAL)
    assert list(chart_book(comparison.facts, ["waits", "league"])) == ["league", "waits"]


def test_an_unknown_chart_is_refused_by_name(comparison):
    with pytest.raises(InputError, match=r"charts: `pie`; league, .* are allowed; choose among these"):
        comparison.plot.book(["league", "pie"])


def test_as_is_alone_has_no_league_and_no_difference(corner, answering_engine):
    alone = Result(experiment(corner, ["as-is"], Setup(simulate=answering_engine, replications=3)))
    assert not {"league", "differences"} & set(alone.plot.all())
    assert "retention" in alone.plot.all()


def test_an_empty_table_leaves_its_chart_out(comparison):
    facts = comparison.facts
    entry = BY_NAME["waits"]
    table = entry.table(facts)
    assert entry.shows(facts, table)
    assert not entry.shows(facts, table.iloc[:0])
