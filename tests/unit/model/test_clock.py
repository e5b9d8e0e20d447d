"""The clock: opening hours of hand-worked weeks, and arrival times against the integrated rate."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.model import plan as pl
from cxsim.model.clock import arrival_after, is_open, need_after, next_boundary, next_opening, weight_at

DAY, HOUR, MINUTE, WEEK, BIN = pl.DAY, pl.HOUR, pl.MINUTE, pl.WEEK, pl.BIN
NEVER = int(pl.NEVER)
MON, TUE, SAT, SUN = 0, DAY, 5 * DAY, 6 * DAY

# Set 0: Monday 9-12 and 13-17, Saturday 10-13. Set 1: Sunday 22:00 to Monday 06:00, which wraps into two windows.
# Set 2: always. Set 3: two dated windows. Set 4: nothing.
WINDOWS = np.array(
    [
        (MON + 9 * HOUR, MON + 12 * HOUR),
        (MON + 13 * HOUR, MON + 17 * HOUR),
        (SAT + 10 * HOUR, SAT + 13 * HOUR),
        (MON, MON + 6 * HOUR),
        (SUN + 22 * HOUR, WEEK),
        (0, WEEK),
        (3 * DAY, 3 * DAY + 8 * HOUR),
        (5 * DAY, 6 * DAY),
    ],
    pl.WINDOW,
)
OPENINGS = np.array([(0, 3, 1), (3, 2, 1), (5, 1, 1), (6, 2, 0), (8, 0, 1)], pl.OPENING)


def holds(which, now, offset=0):
    return is_open(OPENINGS, WINDOWS, which, offset, now)


def boundary(which, now, offset=0):
    return next_boundary(OPENINGS, WINDOWS, which, offset, now)


def opening(which, now, offset=0):
    return next_opening(OPENINGS, WINDOWS, which, offset, now)


@pytest.mark.parametrize(
    ("now", "open_"),
    [
        (MON + 9 * HOUR - 1, False),
        (MON + 9 * HOUR, True),
        (MON + 12 * HOUR - 1, True),
        (MON + 12 * HOUR, False),
        (MON + 13 * HOUR, True),
        (TUE + 10 * HOUR, False),
        (SAT + 12 * HOUR, True),
        (SAT + 13 * HOUR, False),
        (WEEK + 9 * HOUR, True),
        (-WEEK + 9 * HOUR, True),
        (-1, False),
        (-WEEK + SAT + 10 * HOUR, True),
    ],
)
def test_a_week_of_opening_hours(now, open_):
    assert holds(0, now) is open_


def test_windows_are_closed_at_the_end_and_open_across_midnight():
    assert [holds(1, t) for t in (SUN + 22 * HOUR - 1, SUN + 22 * HOUR, WEEK - 1, WEEK, WEEK + 6 * HOUR)] == [
        False, True, True, True, False,
    ]  # fmt: skip


def test_a_scenario_that_starts_on_a_thursday_reads_the_same_week():
    thursday = 3 * DAY
    assert holds(0, 4 * DAY + 9 * HOUR, thursday)  # the Monday after
    assert holds(0, 2 * DAY + 10 * HOUR, thursday)  # Saturday
    assert not holds(0, 9 * HOUR, thursday)
    assert boundary(0, 0, thursday) == 2 * DAY + 10 * HOUR
    assert opening(0, 0, thursday) == (2 * DAY + 10 * HOUR, 2 * DAY + 13 * HOUR)


@pytest.mark.parametrize(
    ("which", "now", "next_"),
    [
        (0, MON, MON + 9 * HOUR),
        (0, MON + 9 * HOUR - 1, MON + 9 * HOUR),
        (0, MON + 9 * HOUR, MON + 12 * HOUR),
        (0, MON + 12 * HOUR, MON + 13 * HOUR),
        (0, MON + 17 * HOUR, SAT + 10 * HOUR),
        (0, SAT + 13 * HOUR, WEEK + 9 * HOUR),
        (0, -HOUR, 9 * HOUR),
        (2, 5 * DAY, WEEK),
        (2, WEEK, 2 * WEEK),
        (3, 0, 3 * DAY),
        (3, 3 * DAY, 3 * DAY + 8 * HOUR),
        (3, 5 * DAY, 6 * DAY),
        (3, 6 * DAY, NEVER),
        (4, 0, NEVER),
    ],
)
def test_the_next_boundary_lies_strictly_ahead(which, now, next_):
    assert boundary(which, now) == next_


@pytest.mark.parametrize(
    ("which", "now", "window"),
    [
        (0, MON + 12 * HOUR, (MON + 13 * HOUR, MON + 17 * HOUR)),
        (0, MON + 9 * HOUR, (MON + 13 * HOUR, MON + 17 * HOUR)),
        (0, SAT + 13 * HOUR, (WEEK + 9 * HOUR, WEEK + 12 * HOUR)),
        (0, -1, (9 * HOUR, 12 * HOUR)),
        (2, 0, (WEEK, 2 * WEEK)),
        (2, -1, (0, WEEK)),
        (3, 4 * DAY, (5 * DAY, 6 * DAY)),
        (3, 5 * DAY, (NEVER, NEVER)),
        (4, 0, (NEVER, NEVER)),
    ],
)
def test_the_next_opening_is_a_whole_window(which, now, window):
    assert opening(which, now) == window


@given(st.integers(-3 * WEEK, 3 * WEEK), st.integers(0, WEEK - 1), st.sampled_from([0, 1, 3]))
def test_between_two_boundaries_nothing_changes(now, offset, which):
    following = boundary(which, now, offset)
    end = min(following, now + WEEK)
    for part in (0.25, 0.5, 1.0):
        between = now + int((end - 1 - now) * part)
        assert holds(which, between, offset) == holds(which, now, offset)
    begin, close = opening(which, now, offset)
    if begin < NEVER:
        assert begin > now
        assert holds(which, begin, offset)
        assert holds(which, close - 1, offset)


def weekly(weights):
    """Return weekly weights of mean 1 and their cumulative sums, as a plan holds them."""
    profile = np.asarray(weights, float)
    profile = profile / profile.mean()
    return profile[None, :], np.concatenate([[0.0], np.cumsum(profile)])


UNEVEN, CUMULATIVE = weekly(1.0 + np.arange(pl.WEEK_BINS) % 96 % 7)
SHOP_HOURS = np.zeros(pl.WEEK_BINS)
for day in range(6):
    SHOP_HOURS[day * 96 + 36 : day * 96 + 72] = 1.0 + day  # nine to six, busier every day, Sunday closed
SHOP, SHOP_CUMULATIVE = weekly(SHOP_HOURS)


def accumulated(profile, bound, offset, since, until):
    """Integrate the rate bin by bin: the slow and obvious way, exact in whole microseconds times weights."""
    total, now = 0.0, since
    while now < until:
        clock = (now + offset) % WEEK
        end = min(until, now + BIN - clock % BIN)
        total += bound * profile[clock // BIN] * (end - now)
        now = end
    return total


def test_the_weight_is_that_of_the_quarter_hour():
    assert weight_at(UNEVEN, 0, 0, 0) == UNEVEN[0, 0]
    assert weight_at(UNEVEN, 0, 0, BIN - 1) == UNEVEN[0, 0]
    assert weight_at(UNEVEN, 0, 0, BIN) == UNEVEN[0, 1]
    assert weight_at(UNEVEN, 0, 0, -1) == UNEVEN[0, -1]
    assert weight_at(UNEVEN, 0, 3 * DAY, 2 * WEEK + HOUR) == UNEVEN[0, 3 * 96 + 4]


@given(
    st.integers(-3 * WEEK, 3 * WEEK),
    st.integers(0, WEEK - 1),
    st.floats(1e-6, 20.0),
    st.sampled_from([(UNEVEN, CUMULATIVE), (SHOP, SHOP_CUMULATIVE)]),
)
def test_a_need_comes_when_the_rate_has_used_up_its_amount(since, offset, amount, week):
    bound = 5.0 / WEEK
    at = need_after(week[1], bound, offset, since, amount)
    assert at > since
    # One microsecond of rounding, and the rounding of the cumulative sums.
    slack = 1.5 * bound * week[0].max() + 1e-9 * (amount + 1.0)
    used = accumulated(week[0][0], bound, offset, since, at)
    assert used == pytest.approx(amount, abs=max(slack, bound * week[0].max()))


def test_a_need_never_falls_in_a_quarter_hour_without_weight():
    rng = np.random.default_rng(20260131)
    bound = 20.0 / WEEK
    for amount in rng.exponential(size=2_000):
        at = need_after(SHOP_CUMULATIVE, bound, 3 * DAY, int(rng.integers(-WEEK, WEEK)), float(amount))
        clock = (at - 1 + 3 * DAY) % WEEK
        assert SHOP_HOURS[clock // BIN] > 0.0 or SHOP_HOURS[((at + 3 * DAY) % WEEK) // BIN] > 0.0


def test_needs_worked_by_hand():
    even = weekly(np.ones(pl.WEEK_BINS))[1]
    assert need_after(even, 1.0 / DAY, 0, 0, 1.0) == DAY
    assert need_after(even, 1.0 / DAY, 0, 5 * HOUR, 9.5) == 5 * HOUR + 9 * DAY + 12 * HOUR
    assert need_after(even, 1.0 / DAY, 2 * DAY, -3 * DAY, 0.25) == -3 * DAY + 6 * HOUR
    assert need_after(even, 1.0 / DAY, 0, 77, 0.0) == 78  # strictly later, always
    assert need_after(even, 0.0, 0, 0, 1.0) == NEVER
    assert need_after(even, 1e-12 / WEEK, 0, 0, 1.0) == NEVER  # beyond 100,000 weeks


def test_needs_are_poisson_with_the_rate_of_each_hour():
    # 30,000 needs at ten a week over uneven hours: counts by weekday and hour, Pearson's chi-square over shop hours.
    bound, n = 10.0 / WEEK, 30_000
    rng = np.random.default_rng(20260132)
    counts, at = np.zeros(pl.WEEK_BINS), 0
    for amount in rng.exponential(size=n):
        at = need_after(SHOP_CUMULATIVE, bound, 0, at, float(amount))
        counts[(at - 1) % WEEK // BIN] += 1
    expected = n * SHOP_HOURS / SHOP_HOURS.sum()
    open_ = expected > 0
    assert counts[~open_].sum() == 0
    chi_square = ((counts[open_] - expected[open_]) ** 2 / expected[open_]).sum()
    df = open_.sum() - 1
    assert abs(chi_square - df) < 4 * math.sqrt(2 * df)
    # The whole time they took is a gamma law of shape n.
    assert abs(at * bound - n) < 4 * math.sqrt(n)


def day_factors(*factors):
    return np.array([factors], float)


def arrival(amount, *, since=0, until=4 * DAY, origin=0, offset=0, bound=24.0 / DAY, factors=(1.0, 1.0, 1.0, 1.0, 1.0)):
    even = np.ones((1, pl.WEEK_BINS))
    return arrival_after(even, 0, bound, day_factors(*factors), 0, origin, offset, since, until, amount)


def test_arrivals_worked_by_hand():
    # One an hour; a day of double and a day of half intensity.
    assert arrival(1.0) == HOUR
    assert arrival(2.5, since=HOUR) == 3 * HOUR + 30 * MINUTE
    assert arrival(12.0, factors=(2.0, 1.0, 1.0, 1.0, 1.0)) == 6 * HOUR
    assert arrival(60.0, factors=(2.0, 0.5, 1.0, 1.0, 1.0)) == 2 * DAY
    assert arrival(30.0, factors=(1.0, 0.0, 2.0, 1.0, 1.0)) == 2 * DAY + 3 * HOUR
    assert arrival(0.0, since=9) == 10
    assert arrival(97.0) == NEVER
    assert arrival(1.0, factors=(0.0,) * 5) == NEVER


def test_days_begin_at_midnight_whatever_the_clock_of_the_start():
    # Time 0 is Thursday noon, the warm-up begins a day earlier: day 0 is Wednesday.
    noon = 3 * DAY + 12 * HOUR
    got = arrival(1.0, origin=-DAY, since=-DAY, offset=noon, factors=(0.0, 4.0, 0.0, 1.0, 1.0))
    assert got == -DAY + 12 * HOUR + 15 * MINUTE
    got = arrival(97.0, origin=-DAY, since=-DAY, offset=noon, factors=(0.0, 4.0, 0.0, 1.0, 1.0))
    assert got == 12 * HOUR + DAY + HOUR


@given(st.floats(1e-3, 60.0), st.integers(0, 2 * DAY), st.integers(0, WEEK - 1))
def test_arrivals_use_up_the_integral_of_their_rate(amount, since, offset):
    bound, factors = 10.0 / DAY, (0.4, 1.7, 0.9, 1.3, 0.6, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    until = 9 * DAY
    at = arrival_after(SHOP, 0, bound, day_factors(*factors), 0, 0, offset, since, until, amount)
    first_midnight = -(offset % DAY)

    def integral(end):
        total, now = 0.0, since
        while now < end:
            clock = (now + offset) % WEEK
            stop = min(end, now + BIN - clock % BIN)
            total += bound * SHOP[0, clock // BIN] * factors[(now - first_midnight) // DAY] * (stop - now)
            now = stop
        return total

    if at == NEVER:
        assert integral(until) <= amount * (1 + 1e-9) + bound * SHOP.max() * 2 * BIN
    else:
        assert integral(at) == pytest.approx(amount, abs=3 * bound * SHOP.max() * 2.0 + 1e-9 * amount)
