"""Charts of recorded runs: with hard names, in every size, nothing overlaps or is cut; marks stand where tables say."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from cxsim.charts.causes import causes
from cxsim.charts.control import control
from cxsim.charts.expectation import expectation
from cxsim.charts.figure import Caption, make_chart
from cxsim.charts.journey import ATTRIBUTES, EXPECTATION, journey
from cxsim.charts.load import load
from cxsim.charts.pair import looks_among
from cxsim.charts.recovery import recovery
from cxsim.charts.style import looks
from cxsim.charts.tables import ChartError
from cxsim.charts.text import cut_texts, overlapping_texts
from cxsim.charts.wait_distribution import wait_distribution

LONG = "Make good fast, without asking a supervisor first and without any form to fill in"
OTHERS = (
    "Müşteri şikâyetlerini hızlı çöz İĞ",
    LONG,
    "Árvíztűrő tükörfúrógép",
    "Brže – Брже решавање жалби",
    "$50 & <b>",
)
TOUCHPOINTS = (
    "Phone",
    "Panaszkezelő pult",
    "Field visit at home",
    "Доставка на кућну адресу",
    "Şube",
    "T6",
    "T7",
    "T8",
)
STAGES = ("failed", "hurt a customer", "complained", "got an answer", "made good", "stayed")
CAUSES = ("late by design", "incomplete", "fault of the product", "not as promised", "error or ignorance", "own error")
CAPTION = Caption(
    "Of 100 journeys that fail, 12 lead to a complaint under as-is; $x_1$ & <i>y</i> stay", "Replication 0."
)


def tables(other=LONG, touchpoints=5, hours=(9, 17)):
    policies = ("as-is", other) if other else ("as-is",)
    places = TOUCHPOINTS[:touchpoints]
    felt = [
        (place, policy, name, (-0.1 - 0.3 * step) * (1.0 + 0.1 * at) * (-30.0 if "%" in name else 1.0))
        for step, place in enumerate(places)
        for at, policy in enumerate(policies)
        for name in (*ATTRIBUTES, EXPECTATION)
    ]
    grid = np.geomspace(1.0 / 60.0, 30.0, 40)
    waits = [
        (place, policy, wait, float(np.exp(-wait / (2.0 - at))), 1.0 if step % 2 == 0 else np.nan, 0.8, 9.0 - step)
        for step, place in enumerate(places)
        for at, policy in enumerate(policies)
        for wait in grid
    ]
    week = [
        (place, day, hour, 12.5 * (hour in range(*hours)), 2.0 * (hour in range(*hours)), 0.87, 9.0 - step)
        for step, place in enumerate(places)
        for day in range(7)
        for hour in range(24)
    ]
    funnel = [(one, "stage", name, np.nan, 100.0 / 3**row) for one in policies for row, name in enumerate(STAGES)]
    funnel += [(one, "answer", "", at, at * 9.0) for one in policies for at in np.linspace(0.0, 10.0, 30)]
    hurt = [(one, name, 30.0 - 5.0 * row - at) for at, one in enumerate(policies) for row, name in enumerate(CAUSES)]
    months = np.arange(-11.5, 24.0)
    rates = [
        (one, at, 50.0 - 8.0 * (place and at > 10), 50.0, 42.0, 58.0, int(place and at > 18))
        for place, one in enumerate(policies)
        for at in months
    ]
    series = [
        (one, name, float(at), 0.1 + 0.01 * at, -0.8, 1.2)
        for one in policies
        for name in ("expectation", "experience")
        for at in range(25)
    ]
    return {
        "journey": (journey, pd.DataFrame(felt, columns=["touchpoint", "policy", "attribute", "value"])),
        "wait_distribution": (
            wait_distribution,
            pd.DataFrame(waits, columns=["touchpoint", "policy", "wait", "longer", "target", "within", "waited"]),
        ),
        "load": (
            load,
            pd.DataFrame(week, columns=["touchpoint", "day", "hour", "offered", "duty", "occupancy", "waited"]),
        ),
        "recovery": (recovery, pd.DataFrame(funnel, columns=["policy", "part", "name", "at", "value"])),
        "causes": (causes, pd.DataFrame(hurt, columns=["policy", "cause", "share"])),
        "control": (
            control,
            pd.DataFrame(rates, columns=["policy", "month", "value", "centre", "low", "high", "signal"]),
        ),
        "expectation": (
            expectation,
            pd.DataFrame(series, columns=["policy", "series", "month", "mean", "low", "high"]),
        ),
    }


@pytest.mark.parametrize(
    ("other", "touchpoints", "hours", "size"),
    [
        pytest.param("", 1, (9, 17), "slide", marks=pytest.mark.slow),
        pytest.param(OTHERS[0], 3, (0, 24), "page", marks=pytest.mark.slow),
        pytest.param(LONG, 8, (9, 17), "notebook", marks=pytest.mark.slow),
        (LONG, 5, (0, 24), "narrow"),
        pytest.param(OTHERS[3], 5, (9, 17), "slide", marks=pytest.mark.slow),
    ],
)
def test_no_text_overlaps_or_leaves_the_page(other, touchpoints, hours, size):
    for name, (draw, table) in tables(other, touchpoints, hours).items():
        figure = make_chart(draw, table, CAPTION).at(size)
        assert overlapping_texts(figure) == [], name
        assert cut_texts(figure) == [], name


def test_dollars_are_drawn_as_written_and_bytes_repeat():
    for name, (draw, table) in tables(OTHERS[4], 2).items():
        chart, again = (make_chart(draw, table, CAPTION) for _ in range(2))
        assert chart.render("svg", "narrow") == again.render("svg", "narrow"), name


def test_policies_keep_the_look_that_they_have_among_all():
    among = ("as-is", *OTHERS)
    assert looks_among(["as-is", OTHERS[2]], "as-is", among)[OTHERS[2]] == looks(among, "as-is")[OTHERS[2]]
    assert looks_among(["as-is", OTHERS[2]], "as-is")[OTHERS[2]] == looks(among, "as-is")[OTHERS[0]]


def drawn(draw, table, **options):
    ax = Figure(figsize=(12, 7)).add_subplot()
    assert draw(table, ax, **options) is ax
    found, rest = [], list(ax.child_axes)
    while rest:
        found.append(one := rest.pop(0))
        rest += one.child_axes
    return found


def lines(panels, label):
    return [line for panel in panels for line in panel.lines if line.get_label() == label]


def test_marks_stand_where_the_tables_say():
    made = tables("Fix", 2)
    table = made["journey"][1]
    line = lines(drawn(*made["journey"]), "solved, %: Fix")[0]
    asked = table[(table["policy"] == "Fix") & (table["attribute"] == "solved, %")]
    assert list(line.get_xdata()) == list(asked["value"])
    line = lines(drawn(*made["wait_distribution"]), "Fix")[0]
    assert line.get_ydata()[0] == pytest.approx(100.0 * np.exp(-1.0 / 60.0))
    line = lines(drawn(*made["causes"]), "cumulative")[0]
    assert list(line.get_xdata()) == [30.0, 55.0, 75.0, 90.0, 100.0, 105.0]
    rings = lines(drawn(*made["control"], begin=3.0), "signal Fix")[0]
    assert min(rings.get_xdata()) == 18.5
    before = lines(drawn(*made["control"], begin=3.0), "Fix")[0]
    assert min(before.get_xdata()) == 2.5  # the same run as as-is until then
    line = lines(drawn(*made["expectation"]), "experience")[0]
    assert line.get_ydata()[-1] == pytest.approx(0.34)


def test_the_load_of_the_touchpoint_with_most_waiting_is_drawn():
    draw, table = tables("", 2)["load"]
    panels = drawn(draw, table)
    image = panels[0].images[0].get_array()
    assert image.shape == (7, 8)
    assert float(image[0, 0]) == 12.5
    assert float(panels[2].images[0].get_array()[6, 7]) == pytest.approx(87.0)
    last = table.assign(waited=table["touchpoint"].map({"Phone": 1.0, "Panaszkezelő pult": 2.0}))
    ax = Figure(figsize=(12, 7)).add_subplot()
    assert "Panaszkezelő pult: an average week" in load(last, ax).get_title(loc="left")


def test_what_cannot_be_drawn_is_refused():
    made = tables("Fix", 2)
    for name, (draw, table) in made.items():
        with pytest.raises(ChartError, match=f"{name}: a table without rows"):
            draw(table.iloc[:0], Figure().add_subplot())
        with pytest.raises(ChartError, match=f"{name}: no column"):
            draw(table.drop(columns=table.columns[-2]), Figure().add_subplot())
    for name in ("journey", "wait_distribution", "load", "causes", "control", "expectation"):
        draw, table = made[name]
        with pytest.raises(ChartError, match=f"{name}: two rows for"):
            draw(pd.concat([table, table.iloc[:1]]), Figure().add_subplot())
    with pytest.raises(ChartError, match="load: a day or an hour out of range"):
        load(made["load"][1].replace({"day": {6: 9}}), Figure().add_subplot())
    with pytest.raises(ChartError, match="expectation: series hope"):
        expectation(made["expectation"][1].replace({"series": {"experience": "hope"}}), Figure().add_subplot())
    with pytest.raises(ChartError, match="recovery: no rows of stages"):
        recovery(made["recovery"][1].query("part == 'answer'"), Figure().add_subplot())


@pytest.mark.parametrize(("inches", "panels"), [((2.4, 1.4), 1), ((2.0, 6.0), 2), ((7.0, 1.0), 1)])
def test_recovery_is_drawn_where_there_is_little_room(inches, panels):
    draw, table = tables(OTHERS[0], 1)["recovery"]
    ax = draw(table, Figure(figsize=inches).add_subplot())
    assert len(ax.child_axes[0].child_axes) == panels
    assert ("no room" in " ".join(ax.get_title(loc="left").split())) == (panels == 1)
