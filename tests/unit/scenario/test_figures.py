"""Figures that are known of a firm: values, units, margins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from cxsim.scenario import figure_fields
from cxsim.scenario.figure_fields import Figure
from cxsim.scenario.models import Known


def figure(kind, text):
    return TypeAdapter(getattr(figure_fields, kind)).validate_python(text)


@pytest.mark.parametrize(
    ("kind", "text", "value", "margin"),
    [
        ("Points", "-5 ± 6", -5.0, 6.0),
        ("Points", "-5", -5.0, 5.0),
        ("Points", "12 points ± 3 points", 12.0, 3.0),
        ("Points", "12 +/- 3", 12.0, 3.0),
        ("Proportion", "54 %", 0.54, 0.05),
        ("Proportion", "54 % ± 4 %", 0.54, 0.04),
        ("Proportion", "54 ± 4 %", 0.54, 0.04),
        ("Proportion", "54 % ± 4", 0.54, 0.04),
        ("Proportion", "54 % ± 4 points", 0.54, 0.04),
        ("Proportion", "0.54 ± 0.04", 0.54, 0.04),
        ("Monthly", "1.6 % a month", 0.016, 0.0016),
        ("Monthly", "12 % a year ± 6 % a year", 0.01, 0.005),
        ("Monthly", "1.6 ± 0.3 % a month", 0.016, 0.003),
        ("Yearly", "1.2 a year", 1.2, 0.12),
        ("Yearly", "0.1 a month ± 0", 1.2, 0.0),
        ("Minutes", "5 min", 5.0, 0.5),
        ("Minutes", "5 ± 1 min", 5.0, 1.0),
        ("Minutes", "5 min ± 30 s", 5.0, 0.5),
        ("Days", "36 h", 1.5, 0.15),
        ("Number", "4.1 ± 0.2", 4.1, 0.2),
        ("Number", "3", 3.0, 0.3),
    ],
)
def test_a_figure_has_a_value_and_a_margin_in_the_unit_of_its_measure(kind, text, value, margin):
    found = figure(kind, text)
    assert (found.value, found.margin) == (pytest.approx(value), pytest.approx(margin))
    assert str(found) == text


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("Points", "120"), ("Points", "-5 ± -6"), ("Points", "± 6"), ("Points", "-5 ±"), ("Points", "five"),
        ("Proportion", "54"), ("Proportion", "154 %"), ("Proportion", "54 % ± 4 min"), ("Monthly", "1.6 %"),
        ("Yearly", "12 % a year"), ("Minutes", "5"), ("Minutes", "5 min ± 1 ± 1"), ("Number", "-1"), ("Days", "soon"),
    ],
)  # fmt: skip
def test_what_is_no_figure_is_refused(kind, text):
    with pytest.raises(ValidationError):
        figure(kind, text)


def test_figures_are_named_as_the_measures():
    known = Known.model_validate({"nps": "-5 ± 6", "churn": "1.6 % a month", "price": "59 a month"})
    figures = known.figures()
    assert list(figures) == ["price", "nps", "churn"]
    assert figures["price"] == Figure(59.0, 0.0, "59 a month")  # a price is exact
    assert figures["nps"].margin == 6.0


@given(st.floats(-100, 100).map(lambda v: round(v, 3)), st.floats(0, 50).map(lambda v: round(v, 3)))
def test_what_is_written_reads_back(value, margin):
    found = figure("Points", f"{value} ± {margin}")
    assert (found.value, found.margin) == (value, margin)
    assert figure("Points", str(found)) == found


def test_every_figure_but_the_price_is_a_measure_in_its_unit():
    from cxsim.measures.catalog import CATALOG

    units = {
        "Points": {"points"},
        "Proportion": {"share"},
        "Monthly": {"share a month"},
        "Yearly": {"per customer a year"},
        "Minutes": {"min"},
        "Days": {"days"},
        "Number": {"1 to 7", "stars", "per 100 customers a year", "per 1000 customers a year"},
    }
    kinds = {id(getattr(figure_fields, kind).__metadata__[0].func): kind for kind in units}
    for name, field in Known.model_fields.items():
        if name != "price":
            metadata = field.annotation.__args__[0].__metadata__
            assert CATALOG[name].unit in units[kinds[id(metadata[0].func)]], name
