"""The chart of speed: marks at their figures, a rule at 1, and no text over another."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from cxsim.charts.figure import Caption, make_chart
from cxsim.charts.speed import speed
from cxsim.charts.tables import ChartError
from cxsim.charts.text import cut_texts, overlapping_texts

ENGINES = ("C, written for these two alone", "cxsim", "SimPy, optimised by hand", "SimPy, idiomatic", "Ciw", "salabim")
TIMES = ((117.0, 97.0), (108.0, 93.0), (2.5, 2.6), (1.0, 1.0), (0.8, 0.49), (0.054, np.nan))


@pytest.fixture
def table():
    rows = [
        (engine, work, value)
        for engine, pair in zip(ENGINES, TIMES, strict=True)
        for work, value in zip(("queue", "network"), pair, strict=True)
    ]
    return pd.DataFrame(rows, columns=["engine", "workload", "times"])


def test_marks_stand_at_their_figures(table):
    ax = speed(table, Figure(figsize=(8, 5)).add_subplot())
    marks = {line.get_label(): line.get_xdata()[0] for line in ax.get_lines() if line.get_marker() == "o"}
    assert marks["queue 1"] == 108.0
    assert marks["network 4"] == 0.49
    assert "network 5" not in marks
    low, high = ax.get_xlim()
    assert low < 0.054
    assert high > 117.0
    assert ax.get_xscale() == "log"
    assert {"108", "0.05", "–"} <= {text.get_text() for text in ax.texts}


@pytest.mark.parametrize("size", ["page", "narrow"])
def test_no_text_is_cut_or_covered(table, size):
    figure = make_chart(speed, table, Caption("A finding of some length about speed", "cxsim bench"), reference="x").at(
        size
    )
    assert overlapping_texts(figure) == []
    assert cut_texts(figure) == []


def test_a_table_that_cannot_be_drawn_is_refused(table):
    with pytest.raises(ChartError, match="no column times"):
        speed(table.drop(columns="times"), Figure().add_subplot())
    with pytest.raises(ChartError, match="two rows"):
        speed(pd.concat([table, table]), Figure().add_subplot())
