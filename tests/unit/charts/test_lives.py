"""The chart of lives: its data apart from its look, and letters that never touch."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from cxsim.charts.figure import Caption, make_chart
from cxsim.charts.lives import MARKS, lives
from cxsim.charts.tables import ChartError
from cxsim.charts.text import cut_texts, overlapping_texts

START = pd.Timestamp("2025-01-06")
NAMES = ("as-is", "Müşteri şikâyetlerini hızlı çöz İĞ")


def life(policy, days=1460, firms=("Брже решавање жалби", "$50 & <b>Rival</b>")):
    """Every kind of mark, time with two firms, and both lines."""
    half = days / 2
    rows = [(policy, "with", 0, half, firms[0], np.nan), (policy, "with", half, days, firms[1], np.nan)]
    for place, kind in enumerate(MARKS):
        rows.append((policy, kind, place * days / 20, place * days / 20, firms[0], np.nan))
    for kind, low, high in (("satisfaction", -1.9, 0.4), ("expectation", -0.2, 0.1)):
        rows += [(policy, kind, 0, half, firms[0], low), (policy, kind, half, days, firms[1], high)]
    table = pd.DataFrame(rows, columns=["policy", "kind", "begin", "end", "name", "value"])
    for name in ("begin", "end"):
        table[name] = START + pd.to_timedelta(table[name], unit="D")
    return table


@pytest.fixture
def two():
    return pd.concat([life(name) for name in NAMES], ignore_index=True)


def test_every_mark_stands_at_its_day_in_the_row_of_its_kind(two):
    ax = lives(two, Figure(figsize=(12, 7)).add_subplot())
    first = (START - pd.Timestamp("1970-01-01")).days
    drawn = {line.get_label(): line for line in ax.get_lines()}
    for place, kind in enumerate(MARKS):
        line = drawn[f"as-is: {kind}"]
        assert line.get_xdata()[0] == pytest.approx(first + place * 73.0)
    rows = {kind: float(drawn[f"as-is: {kind}"].get_ydata()[0]) for kind in MARKS}
    assert rows["failure"] == rows["failure spared"]
    assert rows["failure"] < rows["complaint"] < rows["made good"] == rows["not made good"]
    assert ax.get_xlim() == (first, first + 1460)


def test_both_lives_share_the_scale_of_what_is_felt(two):
    two.loc[(two["policy"] == NAMES[1]) & two["value"].notna(), "value"] /= 2.0
    ax = lives(two, Figure(figsize=(12, 7)).add_subplot())
    mine, theirs = ([line for line in ax.get_lines() if line.get_label() == "satisfaction"][k] for k in (0, 1))
    deep, shallow = (float(np.ptp(line.get_ydata())) for line in (mine, theirs))
    assert deep == pytest.approx(2.0 * shallow)


def test_where_lives_part_is_a_line_through_both(two):
    ax = lives(two, Figure(figsize=(12, 7)).add_subplot(), parting="2026-01-06T00:00:00")
    (line,) = [line for line in ax.get_lines() if len(set(line.get_xdata())) == 1 and len(line.get_xdata()) == 2]
    assert line.get_xdata()[0] == (pd.Timestamp("2026-01-06") - pd.Timestamp("1970-01-01")).days
    assert "here they part" in [text.get_text() for text in ax.texts]


MORE = [pytest.param(size, days, marks=pytest.mark.slow) for size in ("slide", "page", "thumb") for days in (30, 1460)]


@pytest.mark.parametrize(("size", "days"), [("narrow", 1460), *MORE])
def test_no_letters_touch_and_none_is_cut(size, days):
    two = pd.concat([life(name, days) for name in NAMES], ignore_index=True)
    for table, parting in ((two, "2025-01-16"), (life("as-is", days), None)):
        figure = make_chart(lives, table, Caption("Two lives"), parting=parting).at(size)
        assert overlapping_texts(figure) == []
        assert cut_texts(figure) == []


def test_what_cannot_be_drawn_is_refused(two):
    ax = Figure().add_subplot()
    with pytest.raises(ChartError, match="lives: dances; one policy or two, and known kinds"):
        lives(two.replace("complaint", "dances"), ax)
    with pytest.raises(ChartError, match="lives: 3 policies"):
        lives(pd.concat([two, life("third")]), ax)
    with pytest.raises(ChartError, match="lives: no column value"):
        lives(two.drop(columns="value"), ax)
