"""Laws know their moments: checked against numbers worked by hand and against their own quantiles."""

import math

import numpy as np
import pytest

from cxsim.errors import ValueRefusedError
from cxsim.model import samplers
from cxsim.scenario.law_rows import law_row
from cxsim.scenario.law_text import AFTER, PATIENCE, TAKES, parse_law
from cxsim.scenario.laws import Constant, Exponential, Lognormal, Never, median
from cxsim.scenario.tables import Tables
from cxsim.units import MINUTE, SECOND

LAWS = {
    "always 5 min": (5.0, 0.0),
    "exponential 8 min": (8.0, 8.0),
    "lognormal 195 s, sd 232 s": (3.25, 232 / 60),
    "gamma 8 min, sd 4 min": (8.0, 4.0),
    "gamma 8 min, shape 0.5": (8.0, 8.0 * math.sqrt(2.0)),
    "weibull 8 min, shape 1": (8.0, 8.0),
    "erlang 8 min, 2 stages": (8.0, 8.0 / math.sqrt(2.0)),
    "uniform 2 min to 5 min": (3.5, 3.0 / math.sqrt(12.0)),
    "triangular 1 min, 2 min, 6 min": (3.0, math.sqrt((1 + 4 + 36 - 2 - 6 - 12) / 18.0)),
}
TABLES = [
    ({"hyperexponential": {"90 %": "2 min", "10 %": "20 min"}}, 3.8, math.sqrt(2 * (0.9 * 4 + 0.1 * 400) - 3.8**2)),
    ({"mixture": {"90 %": "exponential 2 min", "10 %": "always 20 min"}}, 3.8, math.sqrt(7.2 + 40 - 3.8**2)),
    # Straight lines from 0 to 2 min (half) and from 2 to 4 min (half) are uniform on 0 to 4 min.
    ({"quantiles": {"0 %": "0 s", "50 %": "2 min", "100 %": "4 min"}}, 2.0, 4.0 / math.sqrt(12.0)),
    # A hazard that never changes is exponential.
    ({"hazard": {"0 s": "25 % a minute", "3 min": "25 % a minute"}}, 4.0, 4.0),
]
ALL = [*LAWS, *(table for table, _, _ in TABLES)]


@pytest.mark.parametrize(("text", "moments"), LAWS.items())
def test_moments_of_laws_in_a_line(text, moments):
    law = parse_law(text, TAKES)
    assert law.mean / MINUTE == pytest.approx(moments[0], rel=1e-9)
    assert math.sqrt(law.variance) / MINUTE == pytest.approx(moments[1], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("table", "mean", "deviation"), TABLES)
def test_moments_of_laws_in_a_table(table, mean, deviation):
    law = parse_law(table, TAKES)
    assert law.mean / MINUTE == pytest.approx(mean, rel=1e-12)
    assert math.sqrt(law.variance) / MINUTE == pytest.approx(deviation, rel=1e-9)


def test_medians_worked_by_hand():
    assert median(parse_law("exponential 8 min", TAKES)) == pytest.approx(8 * math.log(2) * MINUTE)
    assert median(parse_law("lognormal 8 min, sigma 1", TAKES)) == pytest.approx(8 * math.exp(-0.5) * MINUTE)
    assert median(parse_law({"hazard": {"0 s": "10 % a minute", "5 min": "40 % a minute"}}, PATIENCE)) == pytest.approx(
        (5 + (math.log(2) - 0.5) / 0.4) * MINUTE
    )


@pytest.mark.parametrize("written", ALL, ids=str)
def test_laws_read_back(written):
    law = parse_law(written, TAKES)
    assert parse_law(law.written(), TAKES) == law


@pytest.mark.parametrize("written", ALL, ids=str)
def test_the_engines_draw_what_the_law_says(written):
    law = parse_law(written, TAKES)
    tables = Tables()
    number = tables.law(law)
    laws, knots = tables.law_arrays()
    u = (np.arange(20_000) + 0.5) / 20_000
    drawn = np.array([samplers.quantile(laws, knots, number, float(value)) for value in u])
    exact = np.array([law.quantile(float(value)) for value in u])
    assert np.all(np.diff(drawn) >= 0.0)
    # A jump of the distribution (always 20 min, within a mixture) is spread over one step of the table.
    close = np.abs(drawn - exact) <= 2e-3 * exact + 1.0
    assert close.mean() > 0.98 if "always" in str(written) else close.all()
    assert drawn.mean() == pytest.approx(exact.mean(), rel=1e-3)
    assert laws[number]["mean"] == law.mean


def test_a_table_keeps_mean_and_deviation():
    law = parse_law("gamma 8 min, shape 0.7", TAKES)
    (_, *_), knots = law_row(law)
    x = np.array([value for _, value in knots])
    y = np.linspace(samplers.TABLE_FROM, samplers.TABLE_TO, len(x))
    density = np.exp(y - np.exp(y))
    assert np.trapezoid(x * density, y) == pytest.approx(law.mean, rel=1e-4)
    assert np.trapezoid(x * x * density, y) == pytest.approx(law.variance + law.mean**2, rel=1e-4)


@pytest.mark.parametrize("written", ALL, ids=str)
def test_scaling_scales_mean_and_deviation(written):
    law = parse_law(written, TAKES)
    half = law.scaled(0.5)
    assert half.mean == pytest.approx(law.mean / 2, rel=1e-6)
    assert half.variance == pytest.approx(law.variance / 4, rel=1e-6)


@pytest.mark.parametrize("written", ALL, ids=str)
def test_distribution_function_and_quantile_are_inverse(written):
    law = parse_law(written, TAKES)
    low, high = law.support
    for p in (0.01, 0.3, 0.5, 0.77, 0.999):
        x = law.quantile(p)
        assert low <= x <= high
        assert law.cdf(x) >= p - 1e-9
        assert law.cdf(x * (1 - 1e-6)) <= p + 1e-5 or high == low


def test_a_bare_duration_means_the_usual_law_of_its_place():
    assert parse_law("8 min", TAKES) == Lognormal(8 * MINUTE, 0.95)
    assert parse_law("8 min", PATIENCE) == Exponential(8 * MINUTE)
    assert parse_law("8 min", AFTER) == Exponential(8 * MINUTE)
    assert parse_law("0 s", TAKES) == Constant(0)
    assert parse_law("never", PATIENCE) == Never()


def test_a_hazard_that_ends_leaves_some_who_never_give_up():
    law = parse_law({"hazard": {"0 s": "60 % a minute", "1 min": "0 % a minute"}}, PATIENCE)
    assert law.mean == math.inf
    assert law.quantile(0.9) == math.inf
    assert law.cdf(10 * MINUTE) == pytest.approx(1 - math.exp(-0.6))
    assert law.quantile(0.3) == pytest.approx(-math.log(0.7) / 0.6 * 60 * SECOND)


@pytest.mark.parametrize(
    "bad",
    [
        "never", "lognormal 8 min", "lognormal 8 min, shape 2", "erlang 8 min, 1.5 stages", "uniform 5 min to 2 min",
        "triangular 1 min, 9 min, 6 min", "weibull 8 min, sd 2 min", "gausian 8 min", "hazard", "exponential 0 s",
        {"mixture": {"50 %": "2 min", "40 %": "3 min"}}, {"quantiles": {"10 %": "1 s", "100 %": "2 s"}},
        {"hazard": {"5 s": "1 % a minute"}}, {"hazard": {"0 s": "0 % a minute"}}, {"mixtur": {}}, {"a": 1, "b": 2}, [],
        {"hyperexponential": {"100 %": "always 2 min"}}, {"mixture": {}}, {"mixture": "x"},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_law_is_refused(bad):
    with pytest.raises(ValueRefusedError) as error:
        parse_law(bad, TAKES)
    assert error.value.remedy
