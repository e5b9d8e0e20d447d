"""Fronts, leagues of levers and waterfalls: what is drawn is what the tables hold, and names find their place."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from cxsim.charts.figure import Caption, make_chart
from cxsim.charts.front import front
from cxsim.charts.levers import levers
from cxsim.charts.style import PALETTE, TIE
from cxsim.charts.tables import ChartError
from cxsim.charts.text import cut_texts, overlapping_texts
from cxsim.charts.waterfall import waterfall

LONG = "train-the-front-line (phone.training 40 h a year, visit.training 16 h a year) + make-good-fast (from month 12)"


def axes():
    return Figure(figsize=(12, 7)).add_subplot()


def front_table(finalists=8, tried=60):
    rng = np.random.default_rng(20260107)
    rows = [
        (str(n), "tried", cost, 0.5 + 1e-7 * cost, np.nan, np.nan, np.nan)
        for n, cost in enumerate(rng.uniform(0.0, 9e5, tried))
    ]
    rows.append(("as-is", "reference", 0.0, 0.48, 0.47, 0.49, 20.0))
    for place in range(finalists):
        # some lie nearly on top of each other
        cost, gain = 30_000.0 * (place // 3 + 1) + place, 0.5 + 0.01 * place
        kind = "best" if place == finalists - 1 else "finalist"
        rows.append((f"{LONG} {place}", kind, cost, gain, gain - 0.01, gain + 0.01, 20.0 + place))
    table = pd.DataFrame(rows, columns=["name", "kind", "cost", "gain", "gain_low", "gain_high", "third"])
    return table.assign(unit="share", better="higher")


def levers_table(count=5):
    rows = [(f"{LONG} {n}", 9.0 - 2.5 * n, 8.0 - 2.5 * n, 10.0 - 2.5 * n, "") for n in range(count)]
    rows.append(("free", np.nan, np.nan, np.nan, "saves money"))
    return pd.DataFrame(rows, columns=["lever", "ratio", "ratio_low", "ratio_high", "note"])


def waterfall_table():
    rows = [
        ("as-is", "total", 0.48, 0.47, 0.49),
        (LONG, "part", 0.13, 0.12, 0.14),
        ("does harm", "part", -0.04, -0.05, -0.03),
        ("nothing", "part", 0.001, -0.01, 0.012),
        ("all", "total", 0.571, 0.56, 0.58),
    ]
    return pd.DataFrame(rows, columns=["name", "kind", "value", "ci_low", "ci_high"]).assign(unit="share")


def lines(ax):
    return {line.get_label(): line for line in ax.get_lines()}


def test_points_stand_at_cost_and_gain():
    table = front_table()
    ax = front(table, axes(), budget=100_000.0, currency="EUR")
    drawn = lines(ax)
    for row in table[table["kind"] != "tried"].itertuples():
        assert drawn[row.name].get_xdata()[0] == row.cost
        assert drawn[row.name].get_ydata()[0] == pytest.approx(100 * row.gain)
    assert len(drawn["tried"].get_xdata()) < 60  # those far beyond the budget are not in the picture
    assert ax.get_xlim()[1] < 200_000.0


def test_the_line_of_the_front_only_rises():
    ax = front(front_table(), axes())
    (step,) = [line for line in ax.get_lines() if line.get_drawstyle() == "steps-post"]
    assert (np.diff(step.get_xdata()) >= 0).all()
    assert (np.diff(step.get_ydata()) > 0).all()


def test_larger_points_have_more_of_the_third_measure():
    ax = front(front_table(), axes(), third="customers won")
    drawn = lines(ax)
    sizes = [drawn[f"{LONG} {place}"].get_markersize() for place in range(8)]
    assert sizes == sorted(sizes)
    assert "Larger: customers won, 20.0 to 27.0" in ax.get_title(loc="left")


def test_bars_of_levers_end_at_their_ratio():
    ax = levers(levers_table(), axes())
    assert [patch.get_width() for patch in ax.patches] == [9.0, 6.5, 4.0, 1.5, -1.0]
    assert [patch.get_facecolor() == ax.patches[0].get_facecolor() for patch in ax.patches] == [
        True,
        True,
        True,
        True,
        False,
    ]
    printed = [text.get_text() for text in ax.texts]
    assert "saves money" in printed


def test_each_part_begins_where_the_one_above_ends():
    ax = waterfall(waterfall_table(), axes())
    begins = [patch.get_x() for patch in ax.patches]
    widths = [patch.get_width() for patch in ax.patches]
    assert begins == pytest.approx([48.0, 61.0, 57.0])
    assert widths == pytest.approx([13.0, -4.0, 0.1])
    assert begins[-1] + widths[-1] == pytest.approx(lines(ax)["all"].get_xdata()[0])


def test_colours_say_more_less_and_perhaps_nothing():
    from matplotlib.colors import to_hex

    ax = waterfall(waterfall_table(), axes())
    assert [to_hex(patch.get_facecolor()) for patch in ax.patches] == [PALETTE[0], PALETTE[3], TIE]


@pytest.mark.parametrize("size", ["slide", "page"])
@pytest.mark.parametrize(
    ("draw", "table", "options"),
    [
        (front, front_table(), {"budget": 100_000.0, "currency": "EUR", "third": "customers won by word of mouth"}),
        (levers, levers_table(), {}),
        (waterfall, waterfall_table(), {}),
    ],
    ids=["front", "levers", "waterfall"],
)
def test_no_name_is_cut_or_lies_on_another(draw, table, options, size):
    figure = make_chart(
        draw, table, Caption("A finding that is long enough to need a second line", "Source."), **options
    ).at(size)
    assert overlapping_texts(figure) == []
    assert cut_texts(figure) == []


@pytest.mark.parametrize("size", ["slide", "thumb", "narrow"])
def test_names_that_are_too_many_and_too_long_for_the_key_are_cut(size):
    table = front_table(finalists=12)
    table["name"] = table["name"].where(table["kind"] == "tried", table["name"] + f" + {LONG} + {LONG}")
    figure = make_chart(front, table, Caption("A finding", "Source.")).at(size)
    assert figure.axes[0].get_position().height > 0.25
    assert overlapping_texts(figure) == []
    assert any(text.get_text().endswith("…") for text in figure.axes[0].texts)


@pytest.mark.parametrize("draw", [front, levers, waterfall])
def test_a_missing_column_is_named(draw):
    with pytest.raises(ChartError, match="no column"):
        draw(pd.DataFrame({"name": ["a"]}), axes())
