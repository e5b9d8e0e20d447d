"""Every chart, in every size, with few and many names: nothing overlaps, nothing is cut, nothing is interpreted."""

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from cxsim.charts.figure import Caption
from cxsim.charts.text import cut_texts, drawn_texts, overlapping_texts

CAPTION = Caption(
    "Фиксирање узрока keeps 71 of every 100 customers for two years, against 58 under as-is; $x_1$ & <i>y</i> stay",
    "Simulated: cable-town, 6 000 customers, 30 paired replications, seed 7, cxsim 0.1.0, compiled engine.",
)


@pytest.fixture
def book(make_book):
    return lambda tables: make_book(tables, CAPTION)


@pytest.mark.parametrize(
    ("policies", "touchpoints", "size"),
    [
        (1, 1, "slide"),
        (8, 8, "slide"),
        pytest.param(8, 8, "notebook", marks=pytest.mark.slow),
        pytest.param(2, 2, "notebook", marks=pytest.mark.slow),
        pytest.param(5, 5, "slide", marks=pytest.mark.slow),
        pytest.param(8, 8, "page", marks=pytest.mark.slow),
    ],
)
def test_no_text_overlaps_or_leaves_the_page(make_tables, book, policies, touchpoints, size):
    charts = book(make_tables(policies, touchpoints))
    for name, chart in charts.items():
        figure = chart.at(size)
        assert overlapping_texts(figure) == [], name
        assert cut_texts(figure) == [], name


def test_markup_and_dollars_are_drawn_as_written(make_tables, book):
    for chart in book(make_tables(8)).values():
        shown = " ".join(text.get_text().replace("\n", " ") for text in drawn_texts(chart.figure))
        assert "$50 credit &" in shown
        assert "$x_1$ & <i>y</i> stay" in shown
        assert all(not text.get_parse_math() for text in drawn_texts(chart.figure) if "$" in text.get_text())


@pytest.mark.parametrize("form", ["svg", *(pytest.param(form, marks=pytest.mark.slow) for form in ("png", "pdf"))])
def test_the_same_chart_gives_the_same_bytes(make_tables, book, form):
    for name, chart in book(make_tables(3)).items():
        again = book(make_tables(3))[name]
        assert chart.render(form) == again.render(form), name


def test_the_callers_settings_neither_change_nor_matter(make_tables, book, tmp_path):
    chart = book(make_tables(3))["retention"]
    ours = chart.render("png", "notebook")
    with mpl.rc_context({"font.size": 31.0, "axes.facecolor": "black", "svg.hashsalt": "other", "lines.linewidth": 9}):
        before = dict(mpl.rcParams)
        assert chart.render("png", "notebook") == ours
        chart.save(tmp_path / "chart.svg")
        assert dict(mpl.rcParams) == before


def test_a_chart_draws_on_the_axes_that_is_given(make_tables, book):
    for name, chart in book(make_tables(3)).items():
        ax = Figure(figsize=(10, 6)).add_subplot()
        assert chart.draw(chart.table, ax) is ax, name


def test_the_check_finds_texts_that_do_overlap():
    figure = Figure()
    figure.text(0.5, 0.5, "one")
    figure.text(0.51, 0.5, "two")
    figure.text(0.2, 0.5, "three\nlines\nhere", va="center")
    figure.text(0.2, 0.5, "four")
    figure.text(0.99, 0.9, "over the edge")
    figure.text(0.5, 0.5, "unseen", visible=False)
    assert overlapping_texts(figure) == [("one", "two"), ("four", "three\nlines\nhere")]
    assert cut_texts(figure) == ["over the edge"]
