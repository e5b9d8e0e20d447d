"""League, dissatisfied and rivals: what is drawn is what the table says, and nothing overlaps."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from cxsim.charts.dissatisfied import FATES, LEFT_AFTER, dissatisfied
from cxsim.charts.figure import Caption
from cxsim.charts.league import league
from cxsim.charts.rivals import rivals
from cxsim.charts.style import INFERRED
from cxsim.charts.tables import ChartError
from cxsim.charts.text import cut_texts, drawn_texts, overlapping_texts

CAPTION = Caption(
    "Müşteri şikâyetlerini hızlı çöz keeps 71 of every 100 customers for two years, against 58 under as-is; $x_1$",
    "Simulated by cxsim from kábelváros, 30 paired replications, seed 7.",
)


@pytest.fixture
def axes():
    return Figure(figsize=(12, 7)).subplots()


def words(ax):
    return " ".join(text.get_text().replace("\n", " ") for text in drawn_texts(ax.figure))


def marks(ax):
    lines = [line for child in [ax, *ax.child_axes] for line in child.lines]
    return {line.get_label(): line for line in lines if not str(line.get_label()).startswith("_")}


@pytest.mark.parametrize(("policies", "size"), [(1, "notebook"), (8, "slide"), (4, "narrow"), (3, "thumb")])
def test_no_text_overlaps_or_leaves_the_page(make_more_tables, make_book, policies, size):
    tables = make_more_tables(policies)
    charts = make_book(tables, CAPTION)
    assert tuple(charts) == ("league", "dissatisfied", "rivals")
    for name, chart in charts.items():
        figure = chart.at(size)
        assert overlapping_texts(figure) == [], name
        assert cut_texts(figure) == [], name


def test_a_slide_has_the_dots_of_a_screen_and_a_thumb_only_its_title(make_more_tables, make_book):
    chart = make_book({"league": make_more_tables(3)["league"]}, CAPTION)["league"]
    for size, dots in (("slide", (1920, 1080)), ("thumb", (640, 360))):
        png = chart.render("png", size)
        assert (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")) == dots
    shown = words(chart.at("thumb").axes[0])
    assert "keeps 71" in shown
    assert "best first" not in shown
    assert "replications" not in shown


def test_the_league_is_ordered_and_marks_the_reference(make_more_tables, axes):
    league(make_more_tables(4)["league"], axes)
    heights = {name: line.get_ydata()[0] for name, line in marks(axes).items()}
    assert sorted(heights, key=heights.get)[-1] == "as-is"
    assert marks(axes)["as-is"].get_markerfacecolor() == "#ffffff"
    assert marks(axes)["as-is"].get_xdata()[0] == pytest.approx(58.0)
    assert "57.0 to 59.2" in words(axes)
    assert "95 % interval of the mean over replications" in axes.get_title(loc="left")


def test_in_the_league_less_can_be_better(make_more_tables, axes):
    table = make_more_tables(3)["league"].assign(better="lower", unit="min")
    league(table, axes)
    assert {name: line.get_ydata()[0] for name, line in marks(axes).items()}["as-is"] == 0


def test_the_dissatisfied_of_two_policies_stand_side_by_side(make_more_tables, axes):
    table = make_more_tables(3)["dissatisfied"]
    dissatisfied(
        table, axes, beside="Make good fast, without asking a supervisor first and without any form to fill in"
    )
    assert len(axes.child_axes) == 2
    shown = words(axes)
    assert "Make good fast" in shown
    assert "Train the front line" not in shown
    assert "Policies left out: 1." in shown
    given = table.set_index(["policy", "fate"])["per_100"]
    assert given["as-is", "left without a word"] == 22.0
    assert "left, 22 without a word" in shown


def test_without_those_who_left_after_complaining_their_end_is_open(make_more_tables, axes):
    table = make_more_tables(2)["dissatisfied"]
    dissatisfied(table[table["fate"] != LEFT_AFTER], axes)
    assert "Complainers who left" not in words(axes)
    assert "left, " not in words(axes)


def test_nobody_hurt_is_said(make_more_tables, axes):
    table = make_more_tables(2)["dissatisfied"]
    table.loc[table["policy"] == "as-is", "per_100"] = np.nan
    dissatisfied(table, axes)
    assert "nobody was hurt" in words(axes)


@pytest.mark.parametrize(
    ("fate", "value", "words"),
    [(FATES[0], 50.0, "add up to 128.0"), (FATES[0], -3.0, "none of them negative"), (LEFT_AFTER, 30.0, "30.0 left")],
)
def test_fates_that_cannot_be_are_refused(make_more_tables, axes, fate, value, words):
    table = make_more_tables(1)["dissatisfied"]
    table.loc[table["fate"] == fate, "per_100"] = value
    with pytest.raises(ChartError, match=words):
        dissatisfied(table, axes)


def test_an_unknown_or_missing_fate_is_refused(make_more_tables, axes):
    table = make_more_tables(1)["dissatisfied"].replace(FATES[1], "shrugged")
    with pytest.raises(ChartError, match="shrugged, no `complained, not made good`"):
        dissatisfied(table, axes)


def test_what_is_inferred_is_grey_and_what_is_known_is_open(make_more_tables, axes):
    rivals(make_more_tables()["rivals"], axes)
    panel = axes.child_axes[0]  # the net promoter score
    lines = {line.get_label(): line for line in panel.lines}
    inferred = lines["Optikai Űrszél Kft. inferred"]
    assert inferred.get_markeredgecolor() == INFERRED
    assert inferred.get_markerfacecolor() == "#ffffff"
    known = lines["Şirin Güneş $ & <b> published"]
    assert known.get_xdata()[0] == -5.0
    assert known.get_markerfacecolor() == "#ffffff"
    assert lines["Кабел Долина, as-is simulated"].get_markerfacecolor() != "#ffffff"
    grey = [text for text in panel.texts if text.get_fontstyle() == "italic" and text.get_text()]
    assert [text.get_text() for text in grey] == ["2"]
    told = axes.get_title(loc="left").replace("\n", " ")
    assert "published or recorded" in told
    assert "Grey: inferred, not compared" in told


def test_only_the_four_words_say_where_a_figure_is_from(make_more_tables, axes):
    table = make_more_tables()["rivals"].replace("inferred", "guessed")
    with pytest.raises(ChartError, match="origin guessed; allowed are published, recorded, simulated, inferred"):
        rivals(table, axes)
