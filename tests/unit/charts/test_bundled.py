"""All charts of the book, for bundled scenarios, in three sizes: no text overlaps, is cut, or lacks a letter."""

from itertools import combinations

import pytest
from matplotlib.lines import Line2D

from cxsim.charts.text import MISSING_GLYPH, cut_texts, drawn_texts, overlapping_texts
from cxsim.results import compare
from cxsim.scenario import library
from cxsim.scenario.loaded import load

SEED = 20260101
SMALL = "local-shop-vs-chain"
WORST = ("slide", "page", "narrow")


def faults_of(charts, policies, sizes=WORST):
    """Name what is wrong with each chart in each size."""
    found = []
    for name, chart in charts.items():
        for size in sizes:
            figure = chart.at(size)
            drawn = drawn_texts(figure)
            place = f"{name}, {size}"
            found += [f"{place}: {one!r} overlaps {other!r}" for one, other in overlapping_texts(figure, drawn)]
            found += [f"{place}: {text!r} is cut" for text in cut_texts(figure, drawn)]
            found += [f"{place}: a box in {text.get_text()!r}" for text in boxed(drawn)]
            found += [f"{place}: {one} and {other} differ by colour only" for one, other in alike(figure, policies)]
        found += [f"{name}: no {part}" for part in ("title", "footnote") if not getattr(chart.caption, part).strip()]
    return found


def boxed(drawn):
    return [text for text in drawn if MISSING_GLYPH in text.get_text()]


def alike(figure, policies):
    """Name the policies whose lines and marks differ by their colour only."""
    looks = {}
    for line in figure.findobj(Line2D):
        if line.get_label() in policies:
            # What cannot be told apart, and the reference, has open marks.
            is_open = line.get_markerfacecolor() in ("white", "#ffffff")
            looks.setdefault(line.get_label(), (line.get_marker(), line.get_linestyle(), is_open))
    return [(one, other) for one, other in combinations(looks, 2) if looks[one] == looks[other]]


def plotted(name, replications):
    scenario = load(name, allow_steering=True)
    return compare(scenario, replications=replications, seed=SEED).plot, scenario.policies


def test_the_usual_charts_of_one_scenario():
    plot, policies = plotted(SMALL, 2)
    charts = plot.all()
    assert {"league", "differences", "retention", "leavers"} <= set(charts)
    assert faults_of(charts, policies, ["narrow"]) == []  # where there is least room


@pytest.mark.slow
@pytest.mark.parametrize("name", [one for one in library.names() if "/" not in one])
def test_all_charts_of_every_scenario(name):
    plot, policies = plotted(name, 3)
    charts = plot.book()
    assert charts
    assert faults_of(charts, policies) == []


def test_the_checks_find_planted_faults(make_tables, make_book):
    from cxsim.charts.figure import Caption

    chart = make_book(make_tables(3), Caption("Title", "Source"))["retention"]
    figure = chart.at("narrow")
    lines = [line for line in figure.axes[0].get_lines() if line.get_label() == "Train the front line"]
    for line in lines:
        line.set(marker="s")
    policies = set(chart.table["policy"])
    assert len(alike(figure, policies)) == 1
    figure.axes[0].texts[0].set_text(f"{MISSING_GLYPH} {'far too long ' * 9}")
    assert len(boxed(drawn_texts(figure))) == 1
    assert cut_texts(figure)
