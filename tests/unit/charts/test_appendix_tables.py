"""Charts of the appendix that are drawn from the tables: nothing overlaps, and what is drawn is what the table says."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from cxsim.charts.dissatisfied import FATES, LEFT_AFTER, dissatisfied
from cxsim.charts.figure import Caption, make_chart
from cxsim.charts.frontier import frontier
from cxsim.charts.ribbons import Span, stacked
from cxsim.charts.scores import KINDS, scores
from cxsim.charts.shares import shares
from cxsim.charts.tables import ChartError
from cxsim.charts.talk import WAYS, talk
from cxsim.charts.tenure import tenure
from cxsim.charts.text import cut_texts, drawn_texts, overlapping_texts
from cxsim.charts.waterfall import waterfall
from cxsim.charts.worlds import worlds

NAMES = (
    "as-is",
    "Train the front line",
    "Make good fast, without asking a supervisor first and without any form to fill in",
    "Fix the causes",
    "Árvíztűrő tükörfúrógép ügyfélszolgálat",
    "Müşteri şikâyetlerini hızlı çöz İĞ",
    "Brže rešavanje žalbi – Брже решавање жалби",
    "$50 credit & <b>no</b> $questions_asked^2$",
)
FIRMS = ("Кабел Долина", "Şirin Güneş $ & <b>", "Optikai Űrszél Kft.", "SkyDish")
REASONS = ("a failure", "waiting", "a better experience elsewhere", "a complaint that was not made good")
CAPTION = Caption(
    "Müşteri şikâyetlerini hızlı çöz keeps 71 of every 100 customers for two years, against 58 under as-is; $x_1$",
    "Simulated by cxsim from kábelváros, 30 paired replications, seed 7.",
)
MONTHS = np.arange(1.0, 37.0)
COLUMNS = ["month", "value", "ci_low", "ci_high"]


def lines(*names, start=0.5, step=0.03):
    """One line for each combination of names, a little above the one before."""
    rows = []
    for place, name in enumerate(names):
        value = start + step * place + 0.05 * np.sin(MONTHS / 4.0)
        rows += [(*name, month, one, one - 0.01, one + 0.01) for month, one in zip(MONTHS, value, strict=True)]
    return rows


def tables(policies):
    names = NAMES[:policies]
    few = names[:2]
    spans = [(name, 3.0 * k, 3.0 * k + 3.0, 0.03 - 0.001 * k, 0.02, 0.04) for name in names[:5] for k in range(12)]
    both = [("net promoter score", "points", kind, name) for name in few for kind in KINDS]
    scored = pd.DataFrame(lines(*both), columns=["score", "unit", "kind", "policy", *COLUMNS])
    scored[["value", "ci_low", "ci_high"]] *= -60.0
    csat = scored.assign(score="episodes rated as satisfying", unit="share")
    csat[["value", "ci_low", "ci_high"]] /= -60.0
    told = [
        (way, tone, name, 400.0 + 9 * place, 390.0, 420.0)
        for way in WAYS
        for tone in ("good", "bad")
        for place, name in enumerate(names)
    ]
    costs = [
        (name, 30e3 * place, 30e3 * place - 4e3, 30e3 * place + 4e3, 0.5 + 0.02 * (place % 5), 0.49, 0.6, place < 4)
        for place, name in enumerate(names)
    ]
    parts = [(reason, "part", 1.5 - 0.6 * place, -1.0, 2.0) for place, reason in enumerate(REASONS)]
    won = [
        (part, name, 0.8 / policies, 0.05, 0.4, 0.2 / policies)
        for part in (
            "all 64 worlds",
            *(f"{k}0 EUR to {k + 2}0 EUR: 21 worlds" for k in (1, 3, 5)),
        )
        for name in names
    ]
    return {
        "tenure": pd.DataFrame(spans, columns=["policy", "begin", "end", "value", "ci_low", "ci_high"]),
        "scores": pd.concat([scored, csat], ignore_index=True),
        "shares": pd.DataFrame(
            lines(*((name, firm) for name in few for firm in FIRMS), start=0.1, step=0.06),
            columns=["policy", "firm", *COLUMNS],
        ),
        "talk": pd.DataFrame(told, columns=["way", "tone", "policy", "value", "ci_low", "ci_high"]),
        "frontier": pd.DataFrame(
            costs,
            columns=["policy", "cost", "cost_low", "cost_high", "value", "value_low", "value_high", "on_front"],
        ).assign(unit="share", better="higher"),
        "departures": pd.DataFrame(
            [(names[0], "total", 50.0, 48.0, 52.0), *parts, (NAMES[2], "total", 57.0, 55.0, 59.0)],
            columns=["name", "kind", "value", "ci_low", "ci_high"],
        ).assign(unit="of 100 customers"),
        "worlds": pd.DataFrame(won, columns=["part", "policy", "best", "ci_low", "ci_high", "level"]),
    }


DRAWN_BY = {
    "tenure": tenure, "scores": scores, "shares": shares, "talk": talk, "frontier": frontier, "departures": waterfall,
    "worlds": worlds,
}  # fmt: skip


@pytest.fixture
def axes():
    return Figure(figsize=(12, 7)).subplots()


def words(ax):
    return " ".join(text.get_text().replace("\n", " ") for text in drawn_texts(ax.figure))


def labelled(ax):
    found = [line for child in [ax, *ax.child_axes] for line in child.lines]
    return {str(line.get_label()): line for line in found if not str(line.get_label()).startswith("_")}


@pytest.mark.parametrize(
    ("policies", "size"),
    [
        pytest.param(8, "slide", marks=pytest.mark.slow),
        (8, "narrow"),
        pytest.param(1, "notebook", marks=pytest.mark.slow),
        pytest.param(2, "page", marks=pytest.mark.slow),
        pytest.param(5, "notebook", marks=pytest.mark.slow),
    ],
)
def test_no_text_overlaps_or_leaves_the_page(policies, size):
    for name, table in tables(policies).items():
        figure = make_chart(DRAWN_BY[name], table, CAPTION).at(size)
        assert overlapping_texts(figure) == [], name
        assert cut_texts(figure) == [], name


@pytest.mark.parametrize("name", DRAWN_BY)
def test_a_missing_column_is_refused_by_name(axes, name):
    column = "value" if name != "worlds" else "best"
    with pytest.raises(ChartError, match=f"no column {column}; needed are"):
        DRAWN_BY[name](tables(2)[name].drop(columns=column), axes)


def fates(silent, not_good, good, stayed, after, policy="as-is"):
    shares_ = (silent, not_good, good, stayed, after)
    return [(policy, fate, share) for fate, share in zip((*FATES, LEFT_AFTER), shares_, strict=True)]


def flows(panel):
    """Width of each band at its begin and end, by label."""
    found = {}
    for patch in panel.patches:
        label = str(patch.get_label())
        if " to " in label and hasattr(patch, "get_path"):
            points = patch.get_path().vertices
            found[label] = (points[0][1] - points[7][1], points[3][1] - points[4][1])
    return found


def test_the_bands_of_the_alluvial_are_as_wide_as_the_table_says(axes):
    table = pd.DataFrame(fates(20.0, 27.0, 3.0, 50.0, 12.0), columns=["policy", "fate", "per_100"])
    dissatisfied(table, axes)
    (panel,) = axes.child_axes
    found = flows(panel)
    by_hand = {
        "0 to 1: complained": 30.0,
        "0 to 1: said nothing": 70.0,
        "1 to 2: complained, made good": 3.0,
        "1 to 2: complained, not made good": 27.0,
        "2 to 3: complained": 18.0,
        "2 to 3: left without a word": 12.0,
        "1 to 3: said nothing": 50.0,
        "1 to 3: left without a word": 20.0,
    }
    assert set(found) == set(by_hand)
    for label, size in by_hand.items():
        assert found[label] == pytest.approx((size, size)), label
    heights = {
        patch.get_label(): patch.get_height() for patch in panel.patches if str(patch.get_label()).startswith("3: ")
    }
    assert heights == {"3: stayed": pytest.approx(68.0), "3: left, 20 without a word": pytest.approx(32.0)}


@pytest.mark.parametrize(
    "shares_", [(0.0, 0.0, 0.0, 100.0, 0.0), (100.0, 0.0, 0.0, 0.0, 0.0), (0.0, 100.0, 0.0, 0.0, 100.0)]
)
def test_an_alluvial_of_one_fate_alone_is_drawn(axes, shares_):
    dissatisfied(pd.DataFrame(fates(*shares_), columns=["policy", "fate", "per_100"]), axes)
    widths = flows(axes.child_axes[0]).values()
    assert all(size == pytest.approx((100.0, 100.0)) for size in widths)


def test_blocks_are_stacked_without_gaps_for_what_is_not_there():
    assert stacked({"a": 30.0, "b": 0.0, "c": 70.0}, 100.0, 5.0) == {
        "a": Span(70.0, 100.0),
        "b": Span(65.0, 65.0),
        "c": Span(-5.0, 65.0),
    }


def test_policies_keep_their_look_whether_others_are_drawn_or_not(axes):
    table = tables(3)["tenure"]
    tenure(table[table["policy"] != NAMES[1]], axes, among=NAMES[:3])
    alone = labelled(axes)[NAMES[2]]
    other = Figure(figsize=(12, 7)).subplots()
    tenure(table, other, among=NAMES[:3])
    assert alone.get_color() == labelled(other)[NAMES[2]].get_color()
    assert "Policies left out: 1." in words(axes)


def test_without_intervals_no_band_is_claimed(axes):
    table = tables(2)["tenure"].assign(ci_low=np.nan, ci_high=np.nan)
    tenure(table, axes)
    assert "Bands" not in words(axes)
    assert not axes.collections


def test_the_true_score_is_dotted_and_its_axis_never_goes_beyond_what_there_can_be(axes):
    scores(tables(2)["scores"], axes)
    nps, csat = axes.child_axes
    assert "as-is, true" in {line.get_label() for line in nps.lines}
    assert labelled(axes)["as-is, true"].get_marker() == "None"
    assert csat.get_ylim()[1] <= 1.0
    assert nps.get_ylim()[0] >= -100.0


def test_the_front_is_a_line_of_steps_through_those_that_are_not_beaten(axes):
    frontier(tables(8)["frontier"], axes)
    front = labelled(axes)["front"]
    assert front.get_xdata().tolist() == [0.0, 30e3, 60e3, 90e3]
    assert front.get_ydata().tolist() == pytest.approx([50.0, 52.0, 54.0, 56.0])
    assert labelled(axes)["as-is"].get_markerfacecolor() == "#ffffff"


def test_bad_stories_run_to_the_left(axes):
    talk(tables(2)["talk"], axes)
    panel = axes.child_axes[0].child_axes[0]
    bars = {bars.get_label(): bars[0] for bars in panel.containers}
    assert bars["as-is: good"].get_width() == 400.0
    assert bars["as-is: bad"].get_width() == -400.0
    assert bars["as-is: bad"].get_hatch()


def test_each_world_counts_once(axes):
    table = tables(2)["worlds"].assign(best=0.7)
    with pytest.raises(ChartError, match=r"shares add up to 1\.60; at most 1 is possible"):
        worlds(table, axes)


def test_the_largest_firms_are_drawn_and_ours_with_them(axes):
    names = [f"firm {number}" for number in range(9)]
    table = pd.DataFrame(lines(*(("as-is", name) for name in names), start=0.02), columns=["policy", "firm", *COLUMNS])
    shares(table, axes, firm="firm 0")
    drawn = set(labelled(axes)) - {""}
    assert drawn == {"firm 0", "firm 8", "firm 7", "firm 6", "firm 5", "firm 4"}
    assert "The 6 largest firms of 9" in words(axes)


def test_all_parts_of_the_worlds_are_drawn_or_none():
    table = tables(5)["worlds"]
    slide = make_chart(worlds, table, CAPTION).at("slide").axes[0]
    assert len(slide.child_axes) == 4
    small = Figure(figsize=(3, 3)).subplots()
    worlds(tables(8)["worlds"], small)
    assert len(small.child_axes) == 1
    assert "Parts of the worlds are left out: there is no room." in words(small)
