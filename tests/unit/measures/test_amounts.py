import pytest

from cxsim.errors import ScenarioError, ValueRefusedError
from cxsim.measures.amounts import amount_for
from cxsim.measures.catalog import CATALOG
from cxsim.scenario import loads

READ = [
    ("retention", "70 %", 0.7),
    ("recovery_rate", "0.4", 0.4),
    ("churn", "0.7 %", 0.007),
    ("churn", "0.7 % a month", 0.007),
    ("churn", "8.4 % a year", 0.007),
    ("wait_mean", "2", 2.0),
    ("wait_mean", "90 s", 1.5),
    ("payback", "24 months", 24.0),
    ("payback", "2 years", 24.0),
    ("payback", "18", 18.0),
    ("complaint_answer_time", "36 h", 1.5),
    ("days_to_visit", "3 d", 3.0),
    ("nps", "-20", -20.0),
    ("nps", "\N{MINUS SIGN}20 points", -20.0),
    ("profit", "200 000", 200_000.0),
    ("profit", "200 000.5 EUR", 200_000.5),
    ("review_score", "4.2 stars", 4.2),
    ("ces", "5.5", 5.5),
    ("failures", "1.2 a year", 1.2),
    ("failures", "0.1 a month", 1.2),
    ("complaints_per_1000", "60", 60.0),
    ("won_by_recommendation", "10 per month", 120.0),
    ("customers", "6 000", 6000.0),
]


@pytest.mark.parametrize(("measure", "text", "value"), READ)
def test_amounts_are_read_in_the_unit_of_the_measure(measure, text, value):
    assert amount_for(measure, text) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("measure", "text"),
    [
        ("retention", "70"),
        ("churn", "2 a month"),
        ("wait_mean", "soon"),
        ("wait_mean", "2 apples"),
        ("profit", "2 a month"),  # profit is over the whole time
        ("nps", "high"),
        ("failures", "1 a fortnight"),
    ],
)
def test_amounts_in_another_unit_are_refused(measure, text):
    with pytest.raises(ValueRefusedError):
        amount_for(measure, text)


def test_every_measure_can_have_a_goal():
    for name, measure in CATALOG.items():
        text = "50 %" if measure.unit.startswith("share") else "3"
        assert amount_for(name, text) in {0.5, 3.0}


@pytest.mark.parametrize(("measure", "text"), [row[:2] for row in READ], ids=str)
def test_a_scenario_may_write_them_as_goals(corner_text, measure, text):
    written = corner_text.replace("goals: {retention: at least 50 %}", f"goals: {{{measure}: at most {text}}}")
    assert loads(written, "corner.yaml").document.goals == {measure: f"at most {text}"}


@pytest.mark.parametrize("text", ["soon", "2,5", "3 apples", "70 % or so"])
def test_a_scenario_may_not_write_what_is_no_amount(corner_text, text):
    with pytest.raises(ScenarioError, match=r"goals\.retention"):
        loads(corner_text.replace("at least 50 %", f"'at least {text}'"), "corner.yaml")
