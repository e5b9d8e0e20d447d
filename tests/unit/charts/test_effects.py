"""The chart of effects: the strongest factor first, nothing overlaps, nothing is cut."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from cxsim.charts.effects import effects
from cxsim.charts.figure import Caption, make_chart
from cxsim.charts.style import TIE
from cxsim.charts.tables import ChartError
from cxsim.charts.text import cut_texts, overlapping_texts

FACTORS = (
    "phone.staff", "ValleyCable.trouble_comes_from.design", "market.switching.cost", "FiberNow.arrives",
    "defaults.satisfaction_to_staying", "Şirin.ügyfélszolgálat.staff", "recovery.credit", "price", "process.fixing",
)  # fmt: skip


def table(factors, levels, policies):
    rows = []
    for at, factor in enumerate(FACTORS[:factors]):
        for level in range(levels):
            for policy in policies:
                mean = 0.6 + 0.01 * level * (at + 1)
                text = f"lognormal {level + 2}.25 min, sd 1.5 min" if at == 1 else f"{level}"
                rows.append((factor, policy, text, mean, mean - 0.02, mean + 0.02, "share"))
    return pd.DataFrame(rows, columns=["factor", "policy", "level", "mean", "ci_low", "ci_high", "unit"])


@pytest.mark.parametrize(
    ("size", "factors", "levels", "policies"),
    [("slide", 9, 8, 5), ("page", 3, 5, 2), ("notebook", 3, 5, 2), ("notebook", 1, 2, 1)],
)
def test_no_text_overlaps_or_leaves_the_page(size, factors, levels, policies):
    names = ("as-is", "make-good-fast", "fix-the-causes", "match-the-price", "make-good-then-fix")[:policies]
    made = make_chart(effects, table(factors, levels, names), Caption("A title", "A note."), measure="customers kept")
    figure = made.at(size)
    assert overlapping_texts(figure) == []
    assert cut_texts(figure) == []


def test_the_strongest_factor_comes_first_and_values_are_per_cent():
    chart = make_chart(effects, table(3, 3, ("as-is",)), Caption("A title", "A note."))
    panels = [
        ax for ax in chart.figure.findobj(lambda one: hasattr(one, "child_axes")) if ax.lines and not ax.child_axes
    ]
    assert np.ptp(panels[0].lines[0].get_ydata()) == pytest.approx(6.0)  # 0.01 x 2 steps x 3, in per cent
    assert np.ptp(panels[-1].lines[0].get_ydata()) == pytest.approx(2.0)


def lines_of(chart):
    axes = chart.figure.findobj(lambda one: hasattr(one, "child_axes"))
    return [line for ax in axes if ax.lines and not ax.child_axes for line in ax.lines]


def test_what_cannot_be_told_apart_has_grey_dots_and_no_line():
    rows = table(2, 3, ("courses",))
    rows["told_apart"] = rows["factor"] == FACTORS[1]
    chart = make_chart(effects, rows, Caption("A title", "A note."), measure="customers kept")
    first, second = lines_of(chart)  # the second factor is the stronger one, and stands first
    assert first.get_linestyle() != "None"
    assert second.get_linestyle() == "None"
    assert second.get_color() == TIE != first.get_color()
    said = " ".join(text.get_text() for text in chart.figure.findobj(Text))
    assert "Dots without a line" in " ".join(said.split())
    sure = make_chart(effects, rows.assign(told_apart=True), Caption("A title", "A note."))
    assert all(line.get_linestyle() != "None" for line in lines_of(sure))
    assert "Dots without" not in " ".join(text.get_text() for text in sure.figure.findobj(Text))


def test_two_rows_for_one_place_are_refused():
    twice = pd.concat([table(1, 2, ("as-is",))] * 2)
    with pytest.raises(ChartError):
        make_chart(effects, twice, Caption("A title")).at("slide")
