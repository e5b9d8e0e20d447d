"""The data behind each chart, apart from its look."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cxsim.charts.differences import differences
from cxsim.charts.leavers import leavers
from cxsim.charts.retention import retention
from cxsim.charts.style import PAPER, REFERENCE_COLOR, TIE
from cxsim.charts.tables import ChartError
from cxsim.charts.text import drawn_texts
from cxsim.charts.waits import waits


def axes():
    return Figure(figsize=(12, 7)).add_subplot()


def lines_by_label(ax):
    return {line.get_label(): line for line in ax.get_lines()}


def test_each_line_holds_its_rows(make_tables):
    table = make_tables(3)["retention"]
    ax = retention(table.sample(frac=1.0, random_state=1).sort_values("policy", kind="stable"), axes())
    lines = lines_by_label(ax)
    for policy, part in table.groupby("policy"):
        np.testing.assert_array_equal(lines[policy].get_xdata(), part["month"])
        np.testing.assert_array_equal(lines[policy].get_ydata(), part["value"])
    assert lines["as-is"].get_linestyle() == "--"
    assert lines["as-is"].get_color() == REFERENCE_COLOR


def test_each_band_holds_its_interval(make_tables):
    table = make_tables(2)["retention"]
    ax = retention(table, axes())
    part = table[table["policy"] == "as-is"]
    vertices = ax.collections[0].get_paths()[0].vertices
    at_end = vertices[vertices[:, 0] == 24.0][:, 1]
    assert at_end.min() == pytest.approx(part["ci_low"].iloc[-1])
    assert at_end.max() == pytest.approx(part["ci_high"].iloc[-1])


def test_without_intervals_no_band_is_drawn_or_spoken_of(make_tables):
    ax = retention(make_tables(2)["retention"].assign(ci_low=np.nan, ci_high=np.nan), axes())
    assert len(ax.collections) == 0
    assert "Band" not in ax.get_title(loc="left")


def test_names_at_line_ends_stand_in_the_order_of_the_lines(make_tables):
    ax = retention(make_tables(8)["retention"], axes())
    values = [text for text in ax.texts if text.get_text().endswith("%")]
    heights = [text.get_position()[1] for text in values]
    assert heights == sorted(heights)
    assert len(values) == 8


def forest():
    rows = [
        ("as-is", 0.0, 0.0, 0.0),
        ("tie", 0.01, -0.01, 0.03),
        ("win", 0.05, 0.02, 0.08),
        ("loss", -0.04, -0.06, -0.01),
    ]
    rows += [("touches", 0.02, 0.0, 0.04)]
    table = pd.DataFrame(rows, columns=["policy", "difference", "diff_ci_low", "diff_ci_high"])
    return table.assign(unit="share", better="higher")


def test_differences_stand_best_first_in_points():
    ax = differences(forest(), axes())
    marks = {label: line for label, line in lines_by_label(ax).items() if not label.startswith("_")}
    places = {label: (line.get_xdata()[0], line.get_ydata()[0]) for label, line in marks.items()}
    assert places == {"win": (5.0, 0), "touches": (2.0, 1), "tie": (1.0, 2), "loss": (-4.0, 3)}


def test_ties_are_grey_open_and_called_ties():
    ax = differences(forest(), axes())
    marks = lines_by_label(ax)
    for name, is_tie in {"win": False, "loss": False, "tie": True, "touches": True}.items():
        assert (marks[name].get_markeredgecolor() == TIE) is is_tie
        assert (marks[name].get_markerfacecolor() == PAPER) is is_tie
    shown = [text.get_text() for text in ax.texts]
    assert {"+5.0", "+2.0 to +8.0", "−1.0 to +3.0, tie", "0.0 to +4.0, tie"} <= set(shown)


def test_where_lower_is_better_the_lowest_stands_first():
    ax = differences(forest().assign(better="lower", unit="min"), axes())
    marks = lines_by_label(ax)
    assert marks["loss"].get_ydata()[0] == 0
    assert marks["loss"].get_xdata()[0] == pytest.approx(-0.04)
    shown = [text.get_text() for text in ax.texts]
    assert "better than as-is" in shown or "better" in shown


def test_waits_stand_at_mean_and_p90_and_unknown_ones_at_a_dash(make_tables):
    table = make_tables(2, 2)["waits"]
    table.loc[3, ["mean", "p90"]] = np.nan
    ax = waits(table, axes())
    first, second = ax.child_axes
    assert lines_by_label(first)["mean as-is"].get_xdata()[0] == 2.0
    assert lines_by_label(first)["p90 as-is"].get_xdata()[0] == 5.0
    assert "mean Train the front line" not in lines_by_label(second)
    assert [text.get_text() for text in second.texts].count("–") == 2
    assert first.get_xlim() == second.get_xlim()


def test_a_p90_that_may_be_longer_has_no_mark_and_is_written_so(make_tables):
    table = make_tables(2, 1)["waits"].assign(mean=[21.0 * 1440, 3.0 * 1440], p90=[20.58 * 1440, 9.0 * 1440])
    ax = waits(table.assign(open=[True, False]), axes())
    (panel,) = ax.child_axes
    assert ">20" in {text.get_text() for text in panel.texts}
    assert "p90 as-is" not in lines_by_label(panel)
    assert "p90 Train the front line" in lines_by_label(panel)
    assert "Line to the edge, >: longer than that." in ax.get_title(loc="left").replace("\n", " ")
    plain = waits(table.assign(open=False), axes())
    assert "longer than that" not in plain.get_title(loc="left")


def test_short_waits_are_drawn_in_seconds(make_tables):
    table = make_tables(2, 1)["waits"]
    assert "Waits in minutes" in waits(table, axes()).get_title(loc="left")
    table[["mean", "p90"]] /= 2.0
    ax = waits(table, axes())
    assert "Waits in seconds" in ax.get_title(loc="left")
    assert lines_by_label(ax.child_axes[0])["mean as-is"].get_xdata()[0] == 60.0
    assert lines_by_label(ax.child_axes[0])["p90 as-is"].get_xdata()[0] == 150.0
    assert "60" in {text.get_text() for text in ax.child_axes[0].texts}


@pytest.mark.parametrize("fewer", [0.0, 0.2, 0.3, 0.4, 0.47, 0.7])
def test_the_axis_of_retention_begins_at_a_line_below_everything(make_tables, fewer):
    table = make_tables(2)["retention"]
    table[["value", "ci_low"]] -= fewer
    ax = retention(table, axes())
    bottom = ax.get_ylim()[0]
    assert np.isclose(ax.get_yticks(), bottom).any()
    assert 0.0 <= bottom <= table["ci_low"].min()
    assert table["ci_low"].min() - bottom < 0.21


def test_too_many_touchpoints_leave_the_longest_waits_and_say_so(make_tables):
    ax = waits(make_tables(2, 10)["waits"], axes())
    assert len(ax.child_axes) < 10
    assert "of 10" in ax.get_title(loc="left").replace("\n", " ")


def test_bars_hold_their_rows_and_end_to_end_make_the_total(make_tables):
    table = make_tables(3)["leavers"]
    stayed, left = leavers(table, axes()).child_axes
    widths = {bars.get_label(): bars[0].get_width() for bars in [*stayed.containers, *left.containers]}
    for row in table.itertuples():
        assert widths[f"{row.policy}: {row.reason}"] == pytest.approx(row.per_100)
    ends = [bars[0].get_x() + bars[0].get_width() for bars in left.containers if bars.get_label().startswith("as-is")]
    assert max(ends) == pytest.approx(20.0)
    fills = {(to_hex(bars[0].get_facecolor()), bars[0].get_hatch()) for bars in left.containers}
    assert len(fills) == 7


def test_the_key_names_every_fill_of_the_bars(make_tables):
    table = make_tables(2)["leavers"]
    returned = table[table["reason"] == "stayed"].assign(reason="came back", per_100=5.0)
    table.loc[table["reason"] == "stayed", "per_100"] -= 5.0
    ax = leavers(pd.concat([table, returned]), axes())
    key = {to_hex(patch.get_facecolor()) for patch in ax.patches if isinstance(patch, Rectangle)}
    stayed, left = ax.child_axes
    assert key == {to_hex(bars[0].get_facecolor()) for bars in [*stayed.containers, *left.containers]}
    assert {"stayed", "came back", "the price"} <= {text.get_text() for text in ax.texts}


def test_reasons_that_do_not_add_up_are_refused(make_tables):
    table = make_tables(2)["leavers"]
    with pytest.raises(ChartError, match="add up to 80"):
        leavers(table[table["reason"] == "stayed"], axes())


@pytest.mark.parametrize(
    ("draw", "name", "column"),
    [
        (retention, "retention", "value"),
        (differences, "differences", "unit"),
        (waits, "waits", "p90"),
        (leavers, "leavers", "reason"),
    ],
)
def test_a_missing_column_is_named(make_tables, draw, name, column):
    with pytest.raises(ChartError, match=f"{name}: no column {column}"):
        draw(make_tables(2)[name].drop(columns=column), axes())


def test_two_rows_for_one_mark_are_refused(make_tables):
    table = make_tables(2)["waits"]
    with pytest.raises(ChartError, match="two rows for `Phone`, `as-is`"):
        waits(pd.concat([table, table]), axes())


def test_infinity_is_refused(make_tables):
    with pytest.raises(ChartError, match="holds infinity"):
        retention(make_tables(2)["retention"].assign(value=np.inf), axes())


def test_letters_without_a_glyph_become_boxes(make_tables):
    ax = differences(forest().replace("win", "勝\x07ち"), axes())
    assert "□ □" in {text.get_text() for text in drawn_texts(ax.figure)}
