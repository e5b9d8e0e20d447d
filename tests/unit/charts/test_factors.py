"""Ranking, tornado, interactions and corner: what is drawn is what the table says, and nothing overlaps."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cxsim.charts.corner import LOSES, UNDECIDED, WINS, Scale, corner
from cxsim.charts.figure import Caption, make_chart
from cxsim.charts.interactions import interactions
from cxsim.charts.ranking import ranking
from cxsim.charts.style import PAPER, TIE
from cxsim.charts.tables import ChartError
from cxsim.charts.text import cut_texts, drawn_texts, overlapping_texts
from cxsim.charts.tornado import tornado

CAPTION = Caption(
    "market.switching.cost makes 62 % of the variance of the starting customers still with the firm; $x_1$",
    "Simulated by cxsim from kábelváros, 64 base points of 14 points, 8 replications each on the same luck, seed 7.",
)
NAMES = (
    "market.switching.cost",
    "ValleyCable.touchpoints.complaint-desk.approval_delay",
    "FiberNow.arrives",
    "Брже решавање жалби.price",
    "phone.staff",
    "defaults.inertia",
)
VALUES = (0.62, 0.2, 0.11, 0.04, 0.01, -0.004)


def index_table():
    rows = [(name, "ST", 1.1 * v, v, v - 0.06, v + 0.06, v > 0.06) for name, v in zip(NAMES, VALUES, strict=True)]
    rows += [
        (name, "S1", 0.9 * v, 0.8 * v, v - 0.06, v + 0.06, v > 0.06) for name, v in zip(NAMES, VALUES, strict=True)
    ]
    return pd.DataFrame(rows, columns=["factor", "index", "raw", "value", "ci_low", "ci_high", "told_apart"])


def end_table():
    swings = np.array([-0.041, 0.013, 0.009, 0.005, 0.002, 0.0005])
    rows = [
        (name, "30 to 52", "month 98 to month 120", -0.6 * v, 0.4 * v, v, v - 0.004, v + 0.004)
        for name, v in zip(NAMES, swings, strict=True)
    ]
    columns = ["factor", "low_setting", "high_setting", "low_change", "high_change", "swing"]
    table = pd.DataFrame(rows, columns=[*columns, "swing_ci_low", "swing_ci_high"])
    table.loc[2, ["low_change", "high_change"]] = [0.004, 0.013]
    return table


def pair_table():
    rows = [
        (NAMES[i], NAMES[j], VALUES[i] if i == j else 0.01 * (i + j), i == j or (i, j) == (0, 1))
        for i in range(6)
        for j in range(i, 6)
    ]
    return pd.DataFrame(rows, columns=["factor", "other", "value", "told_apart"])


def world_table():
    rng = np.random.default_rng(20260101)
    x = rng.random((120, 2))
    state = np.where((x[:, 0] > 0.6) & (x[:, 1] < 0.5), LOSES, np.where(rng.random(120) < 0.1, UNDECIDED, WINS))
    return pd.DataFrame({"x": x[:, 0], "y": x[:, 1], "state": state, "faded": (rng.random(120) < 0.2).astype(float)})


ACROSS = Scale(NAMES[1], [(0.0, "30"), (0.25, "52"), (0.5, "75"), (0.75, "98"), (1.0, "120")], 0.6, 1.02)
UP = Scale(NAMES[2], [(0.0, "month 12"), (0.5, "month 21"), (1.0, "month 30")], -0.02, 0.5)


def charts():
    what = "Share of the variance over the ranges, %. Filled: with all interactions; open: alone. Grey: none."
    more = "Not shown: phone.staff is fewer than 3."
    return {
        "ranking": make_chart(ranking, index_table(), CAPTION, unit="share", what=what),
        "tornado": make_chart(tornado, end_table(), CAPTION, measure="retention", unit="share", ends="Ends: quarters."),
        "interactions": make_chart(interactions, pair_table(), CAPTION, measure="retention"),
        "corner": make_chart(corner, world_table(), CAPTION, across=ACROSS, up=UP, more=more, what="Worlds."),
    }


@pytest.fixture
def axes():
    return Figure(figsize=(12, 7)).subplots()


def words(ax):
    return [text.get_text().replace("\n", " ") for text in drawn_texts(ax.figure)]


def lines(ax, label):
    panels = [ax, *ax.child_axes]
    return [line for panel in panels for line in panel.lines if line.get_label() == label]


@pytest.mark.parametrize("size", ["notebook", "narrow"])
def test_no_text_overlaps_or_leaves_the_page(size):
    for name, chart in charts().items():
        figure = chart.at(size)
        assert overlapping_texts(figure) == [], name
        assert cut_texts(figure) == [], name


def test_the_ranking_is_in_order_with_intervals_in_per_cent(axes):
    ranking(index_table().sample(frac=1.0, random_state=1), axes, unit="share")
    marks = [(line.get_xdata()[0], line.get_ydata()[0]) for line in lines(axes, "value")]
    assert marks == [(pytest.approx(100.0 * value), row) for row, value in enumerate(VALUES)]
    assert [line.get_xdata()[0] for line in lines(axes, "raw")] == pytest.approx([110.0 * value for value in VALUES])
    assert [line.get_xdata()[0] for line in lines(axes, "beside")] == pytest.approx([80.0 * value for value in VALUES])
    faces = [line.get_markerfacecolor() for line in lines(axes, "value")]
    assert [face == PAPER for face in faces] == [False, False, False, True, True, True]


def test_the_ranking_says_where_there_is_only_luck_and_draws_what_chance_shows(axes):
    table = index_table()
    table.loc[table["factor"] == NAMES[1], ["value", "ci_low", "ci_high"]] = np.nan
    ranking(table, axes, threshold=0.05)
    assert "only luck" in words(axes)
    assert [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "--"] == [0.05]


def test_the_tornado_draws_both_ends_widest_first(axes):
    tornado(end_table(), axes, unit="share")
    panel = axes.child_axes[0]
    bars = {bar.get_label(): bar for bar in panel.patches if isinstance(bar, Rectangle)}
    bars = {container.get_label(): container[0] for container in panel.containers}
    low = next(bar for label, bar in bars.items() if label.startswith(NAMES[0]) and label.endswith("low end"))
    high = next(bar for label, bar in bars.items() if label.startswith(NAMES[0]) and label.endswith("high end"))
    assert low.get_width() == pytest.approx(2.46)
    assert high.get_width() == pytest.approx(-1.64)
    assert low.get_hatch()
    assert not high.get_hatch()
    assert low.get_height() == high.get_height()
    # Both ends of the third lie on one side: they share the height of its row.
    both = [bar for label, bar in bars.items() if label.startswith(NAMES[2])]
    assert both[0].get_y() + both[0].get_height() <= both[1].get_y() + 1e-9
    # What is not told apart is grey.
    grey = {label.split(":")[0] for label, bar in bars.items() if _hex(bar) == TIE}
    assert grey == {NAMES[4], NAMES[5]}


def _hex(bar):
    from matplotlib.colors import to_hex

    return to_hex(bar.get_facecolor())


def test_the_tornado_leaves_a_factor_whose_runs_failed(axes):
    table = end_table()
    table.loc[1, ["low_change", "high_change", "swing", "swing_ci_low", "swing_ci_high"]] = np.nan
    tornado(table, axes)
    assert "runs failed" in words(axes)


def test_interactions_print_each_cell_and_frame_what_is_told_apart(axes):
    interactions(pair_table(), axes)
    cells = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    assert len(cells) == 21
    printed = words(axes)
    assert "62" in printed
    assert "1  market.switching.cost" in printed or "1 market.switching.cost" in printed
    framed = sum(cell.get_linewidth() > max(c.get_linewidth() for c in cells) * 0.9 for cell in cells)
    assert framed == 7
    # Without colour: the larger the share, the darker.
    shades = {cell.get_xy(): sum(cell.get_facecolor()[:3]) for cell in cells}
    diagonal = [shades[column - 0.46, column - 0.44] for column in range(3)]
    assert diagonal == sorted(diagonal)


def test_the_corner_draws_each_world_and_the_box(axes):
    table = world_table()
    corner(table, axes, across=ACROSS, up=UP)
    for state in (LOSES, UNDECIDED, WINS):
        drawn = sum(len(line.get_xdata()) for label in (state, f"{state}, outside") for line in lines(axes, label))
        assert drawn == (table["state"] == state).sum()
    (box,) = [patch for patch in axes.child_axes[0].patches if isinstance(patch, Rectangle)]
    assert (box.get_x(), box.get_x() + box.get_width()) == (pytest.approx(0.6), pytest.approx(1.02))
    assert (box.get_y(), box.get_y() + box.get_height()) == (pytest.approx(-0.02), pytest.approx(0.5))
    markers = {line.get_marker() for line in axes.child_axes[0].lines}
    assert len(markers) == 3  # shape tells the states apart without colour


def test_without_a_box_none_is_drawn(axes):
    corner(world_table(), axes, across=Scale("a", [(0.0, "0")]), up=Scale("b", [(0.0, "0")]))
    assert axes.child_axes[0].patches == [] or len(axes.child_axes[0].patches) == 0


@pytest.mark.parametrize(
    ("draw", "table", "more", "word"),
    [
        (ranking, index_table().drop(columns="raw"), {}, "raw"),
        (ranking, pd.concat([index_table(), index_table()]), {}, "two rows"),
        (tornado, end_table().drop(columns="swing"), {}, "swing"),
        (interactions, pair_table().head(1), {}, "two or more"),
        (corner, world_table().assign(state="odd"), {"across": ACROSS, "up": UP}, "odd"),
    ],
)
def test_what_cannot_be_drawn_is_refused(axes, draw, table, more, word):
    with pytest.raises(ChartError, match=word):
        draw(table, axes, **more)
