"""The chart of a choice: rows as long as their replications, marks by state, and no text over another."""

import pandas as pd
import pytest
from matplotlib.figure import Figure

from cxsim.charts.figure import Caption, make_chart
from cxsim.charts.selection import selection
from cxsim.charts.tables import ChartError
from cxsim.charts.text import cut_texts, overlapping_texts

NAMES = ("as-is", "Make good fast, without asking a supervisor first and without any form", "Fix", "Train", "Price")


@pytest.fixture
def table():
    states = ("eliminated", "chosen", "stayed", "eliminated", "eliminated")
    return pd.DataFrame({"policy": NAMES, "replications": (20, 184, 184, 57, 31), "state": states})


def test_rows_are_as_long_as_they_stayed_and_marked_by_what_became_of_them(table):
    ax = selection(table, Figure(figsize=(8, 5)).add_subplot(), chance="95 % sure.")
    marks = [line for line in ax.get_lines() if line.get_linestyle() == "None"]
    assert [line.get_xdata()[0] for line in marks] == [184, 184, 57, 31, 20]
    assert [line.get_marker() for line in marks] == ["o", "o", "X", "X", "X"]
    assert marks[0].get_markerfacecolor() != marks[1].get_markerfacecolor()
    assert {"184", "57", "31", "20", "chosen", "stayed"} <= {text.get_text() for text in ax.texts}
    assert "95 % sure." in ax.get_title(loc="left")


@pytest.mark.parametrize("size", ["slide", "page", "narrow"])
def test_no_text_overlaps_or_leaves_the_page(table, size):
    figure = make_chart(selection, table, Caption("A choice", "Simulated.")).at(size)
    assert overlapping_texts(figure) == []
    assert cut_texts(figure) == []


def test_what_is_no_choice_is_refused(table):
    ax = Figure().add_subplot()
    with pytest.raises(ChartError, match="state `gone`; allowed are chosen"):
        selection(table.assign(state="gone"), ax)
    with pytest.raises(ChartError, match="Fix"):
        selection(table.assign(policy="Fix"), ax)
