"""Samplers: inversion against independent quantiles, monotone in the draw, with the mean that the plan states."""

import math
import os
import subprocess
import sys

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from cxsim.model import plan as pl
from cxsim.model.samplers import normal_quantile, quantile, whole
from cxsim.scenario.law_text import PATIENCE, parse_law
from cxsim.scenario.tables import Tables

N = 200_000
SEED = 20260121
SIGMAS = 4.0
MINUTE = pl.MINUTE

# Every tail that 53 bits can reach, and the middle.
TAILS = [10.0**-k for k in range(1, 16)]
PLACES = np.array(sorted([*TAILS, *(1.0 - p for p in TAILS), *np.linspace(0.02, 0.98, 97)]))

GIVEN = {
    "never": "never",
    "constant": "always 5 min",
    "exponential": "exponential 8 min",
    "lognormal": "lognormal 195 s, sd 232 s",
    "weibull": "weibull 12 min, shape 1.5",
    "weibull, heavy": "weibull 12 min, shape 0.6",
    "gamma": "gamma 5 min, sd 3 min",
    "gamma, bursty": "gamma 8 min, shape 0.5",
    "erlang": "erlang 8 min, 2 stages",
    "uniform": "uniform 2 min to 5 min",
    "triangular": "triangular 10 s, 20 s, 1 min",
    "hyperexponential": {"hyperexponential": {"90 %": "2 min", "10 %": "20 min"}},
    "mixture": {"mixture": {"90 %": "exponential 4 min", "10 %": "lognormal 20 s, sd 5 s"}},
    "mixture with an atom": {"mixture": {"90 %": "exponential 4 min", "10 %": "always 20 s"}},
    "quantiles": {"quantiles": {"0 %": "1 min", "50 %": "15 min", "90 %": "1 h", "100 %": "4 h"}},
    "hazard": {"hazard": {"0 s": "21 % a minute", "30 s": "17 % a minute", "90 s": "12 % a minute"}},
    "hazard with a pause": {"hazard": {"0 s": "0 % a minute", "30 s": "50 % a minute", "90 s": "0 % a minute",
                                       "5 min": "10 % a minute"}},
    "hazard that ends": {"hazard": {"0 s": "40 % a minute", "2 min": "0 % a minute"}},
}  # fmt: skip
NUMBER = {name: number for number, name in enumerate(GIVEN)}
FINITE = [name for name in GIVEN if name not in {"never", "hazard that ends"}]


def arrays_of(names):
    tables = Tables()
    for name in names:
        tables.law(parse_law(GIVEN[name], PATIENCE))
    return tables.law_arrays()


LAWS, KNOTS = arrays_of(GIVEN)


def at(name, u):
    return quantile(LAWS, KNOTS, NUMBER[name], u)


@numba.njit
def inverted(laws, knots, law, u):
    x = np.empty(u.size)
    for i in range(u.size):
        x[i] = quantile(laws, knots, law, u[i])
    return x


def drawn(name, u):
    return inverted(LAWS, KNOTS, NUMBER[name], np.ascontiguousarray(u))


def erlang_cdf(x, mean, stages):
    """Return the Erlang law in its finite sum."""
    a = x * stages / mean
    return 1.0 - sum(math.exp(-a) * a**k / math.factorial(k) for k in range(stages))


def lognormal_numbers(mean, sd):
    sigma2 = math.log(1.0 + (sd / mean) ** 2)
    return math.log(mean) - sigma2 / 2.0, math.sqrt(sigma2)


# Quantiles in closed form or by other routines than the sampler's own, in minutes.
MU, SIGMA = lognormal_numbers(195 / 60, 232 / 60)
MU_20S, SIGMA_20S = lognormal_numbers(20 / 60, 5 / 60)
EXACT = {
    "constant": lambda u: 5.0,
    "exponential": lambda u: -8.0 * math.log1p(-u),
    "lognormal": lambda u: math.exp(MU + SIGMA * special.ndtri(u)),
    "weibull": lambda u: 12 / math.gamma(1 + 1 / 1.5) * (-math.log1p(-u)) ** (1 / 1.5),
    "weibull, heavy": lambda u: 12 / math.gamma(1 + 1 / 0.6) * (-math.log1p(-u)) ** (1 / 0.6),
    "gamma": lambda u: special.gammaincinv(25 / 9, u) * 5 / (25 / 9),
    # A gamma law of shape 1/2 is the square of a normal one.
    "gamma, bursty": lambda u: 8.0 * special.ndtri((1.0 - u) / 2) ** 2,
    "uniform": lambda u: 2.0 + 3.0 * u,
    "hazard with a pause": lambda u: (
        0.5 - 2 * math.log1p(-u) if u < -math.expm1(-0.5) else 5.0 + (-math.log1p(-u) - 0.5) / 0.1
    ),
}
# From 1 - u nothing is known beyond the 53 bits of u: there the quantile's own slope says what can be asked.
UPPER = 1.0 - 1e-10


@pytest.mark.parametrize("name", EXACT)
def test_quantiles_are_exact(name):
    rel = 5e-4 if LAWS[NUMBER[name]]["kind"] == pl.LAW_TABLE else 1e-12
    for u in PLACES[PLACES < UPPER]:
        assert at(name, u) / MINUTE == pytest.approx(EXACT[name](u), rel=rel, abs=1e-10), u
    for u in PLACES[PLACES >= UPPER]:
        assert at(name, u) / MINUTE == pytest.approx(EXACT[name](u), rel=1e-3)


@pytest.mark.parametrize("p", [1e-300, 1e-100, 1e-20, 1e-9, 1e-4, 0.024, 0.0749999, 0.0750001, 0.3, 0.5, 0.7, 0.976])
def test_the_normal_quantile_agrees_with_another_algorithm(p):
    assert normal_quantile(p) == pytest.approx(special.ndtri(p), rel=2e-15, abs=1e-16)
    if p > 1e-9:
        assert normal_quantile(1.0 - p) == pytest.approx(-special.ndtri(p), rel=1e-7, abs=1e-16)


def test_the_normal_quantile_where_tables_print_it():
    assert normal_quantile(0.5) == 0.0
    assert normal_quantile(0.975) == pytest.approx(1.959963984540054, rel=1e-15)
    assert normal_quantile(0.999) == pytest.approx(3.090232306167813, rel=1e-14)


@pytest.mark.parametrize("u", np.linspace(0.001, 0.999, 41))
def test_laws_without_a_closed_quantile_are_inverted_by_their_distribution(u):
    assert erlang_cdf(at("erlang", u) / MINUTE, 8.0, 2) == pytest.approx(u, rel=1e-4)
    x = at("hyperexponential", u) / MINUTE
    assert 1.0 - 0.9 * math.exp(-x / 2) - 0.1 * math.exp(-x / 20) == pytest.approx(u, rel=1e-4)
    x = at("mixture", u) / MINUTE
    near = special.ndtr((math.log(x) - MU_20S) / SIGMA_20S)
    assert 0.9 * -math.expm1(-x / 4) + 0.1 * near == pytest.approx(u, rel=1e-4)
    x = at("triangular", u) / MINUTE * 60
    share = (x - 10) ** 2 / (50 * 10) if x <= 20 else 1 - (60 - x) ** 2 / (50 * 40)
    assert share == pytest.approx(u, rel=1e-12)


def test_an_atom_is_hit_with_its_share():
    # Below 20 s lie 0.9 (1 - e^(-1/12)) of all; the next tenth is the atom.
    below = 0.9 * -math.expm1(-20 / 240)
    for u in np.linspace(below + 1e-3, below + 0.099, 25):
        assert at("mixture with an atom", u) == pytest.approx(20 * pl.SECOND, rel=1e-9)
    assert at("mixture with an atom", below - 1e-3) < 20 * pl.SECOND < at("mixture with an atom", below + 0.101)


@pytest.mark.parametrize(
    ("u", "minutes"),
    [(1e-12, 1.0), (0.25, 8.0), (0.5, 15.0), (0.7, 37.5), (0.9, 60.0), (0.95, 150.0), (1 - 1e-12, 240.0)],
)
def test_measured_quantiles_lie_on_straight_lines(u, minutes):
    assert at("quantiles", u) / MINUTE == pytest.approx(minutes, rel=1e-9)


def test_a_hazard_worked_by_hand():
    # 0.21 for half a minute uses .105, 0.17 for a minute .17; what is left goes at 0.12.
    for amount, minutes in [(0.0525, 0.25), (0.105, 0.5), (0.19, 1.0), (0.275, 1.5), (0.395, 2.5), (2.075, 16.5)]:
        assert at("hazard", -math.expm1(-amount)) / MINUTE == pytest.approx(minutes, rel=1e-12)


def test_some_have_no_end_where_the_hazard_stops():
    # Within two minutes a share 1 - e^-.8 gives up; the others never do.
    share = -math.expm1(-0.8)
    assert at("hazard that ends", share - 1e-9) < 2 * MINUTE
    assert at("hazard that ends", share + 1e-9) == pl.NEVER
    assert whole(at("hazard that ends", 0.99)) == pl.NEVER
    assert at("never", 0.5) == pl.NEVER


@pytest.mark.parametrize("name", GIVEN)
def test_a_larger_draw_never_gives_a_shorter_duration(name):
    u = np.sort(np.concatenate([PLACES, np.random.default_rng(SEED).random(20_000)]))
    x = drawn(name, u)
    assert np.all(np.diff(x) >= 0.0)
    assert np.all(x >= 0.0)
    assert np.all(np.isfinite(x))


def stratified(name, n=N):
    """One draw in each of n equal slices."""
    u = (np.arange(n) + np.random.default_rng(SEED + NUMBER[name]).random(n)) / n
    return drawn(name, u)


@pytest.mark.parametrize("name", FINITE)
def test_the_mean_of_the_law_is_the_mean_in_the_plan(name):
    law = parse_law(GIVEN[name], PATIENCE)
    assert LAWS[NUMBER[name]]["mean"] == pytest.approx(law.mean)
    x = stratified(name)
    # Slices leave of the plain standard error little but what the last slice, far out in the tail, brings.
    error = math.sqrt(law.variance / N)
    assert abs(x.mean() - law.mean) <= 0.5 * error + 1e-5 * law.mean
    assert x.var() == pytest.approx(law.variance, rel=0.02, abs=1e-6)


@pytest.mark.parametrize("name", FINITE)
def test_independent_draws_have_the_mean_and_the_variance_of_the_law(name):
    law = parse_law(GIVEN[name], PATIENCE)
    x = drawn(name, np.random.default_rng(SEED + 100 + NUMBER[name]).random(N))
    assert abs(x.mean() - law.mean) <= SIGMAS * math.sqrt(law.variance / N) + 1e-9 * law.mean
    # The standard error of a variance from the fourth central moment of the sample.
    fourth = ((x - x.mean()) ** 4).mean()
    assert abs(x.var() - law.variance) <= SIGMAS * math.sqrt(max(fourth - x.var() ** 2, 0.0) / N) + 1e-9 * x.var()


@given(st.floats(2.0**-53, 1.0 - 2.0**-53), st.sampled_from(sorted(GIVEN)))
def test_whatever_is_drawn_is_a_whole_time(u, name):
    time = whole(at(name, u))
    assert isinstance(time, int)
    assert 1 <= time <= pl.NEVER


@pytest.mark.parametrize(
    ("duration", "rounded"),
    [(0.0, 1), (0.4, 1), (1.49, 1), (1.5, 2), (2.5, 3), (1e15 + 0.5, 10**15 + 1), (-3.0, 1),
     (float(pl.NEVER), pl.NEVER), (1e300, pl.NEVER), (math.inf, pl.NEVER)],
)  # fmt: skip
def test_durations_are_rounded_once_half_up(duration, rounded):
    assert whole(duration) == rounded


def test_the_same_durations_come_without_the_compiler():
    places = [1e-9, 0.1, 0.5, 0.9, 1 - 1e-9]
    script = f"""
import numpy as np
from cxsim.model.samplers import quantile
from cxsim.scenario.law_text import PATIENCE, parse_law
from cxsim.scenario.tables import Tables
tables = Tables()
given = {GIVEN!r}
for text in given.values():
    tables.law(parse_law(text, PATIENCE))
laws, knots = tables.law_arrays()
print(*[float(quantile(laws, knots, k, u)).hex() for k in range(len(given)) for u in {places!r}])
"""
    env = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [float(at(name, u)).hex() for name in GIVEN for u in places]
