"""Keyed draws: known answers, the uniform law and independence, each tolerance from a standard error."""

import itertools
import math
import os
import subprocess
import sys

import numba
import numpy as np
import pytest
from scipy.special import chdtrc, kolmogorov

from cxsim.model import draws
from cxsim.model.draws import draw, mixed, occasion, run_key

# Without machine code a million takes minutes; every tolerance follows from N.
N = 20_000 if numba.config.DISABLE_JIT else 1_000_000
SEED = 20260101
# A true statement is refused once in 16,000 (four standard errors; the two-sided share of the normal law beyond it).
SIGMAS = 4.0
SMALLEST_P = 6e-5

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
ODD = 0xD1342543DE82EF95

# splitmix64 as published: the outputs of the generator that adds GOLDEN to its state and finalizes it.
PUBLISHED = {
    0: [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC, 0x1B39896A51A8749B],
    1234567: [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821],
}


@pytest.fixture(scope="module", autouse=True)
def _words_wrap():
    """Machine code wraps around without a word; from Python numpy would warn of what is meant."""
    with np.errstate(over="ignore"):
        yield


def word(number):
    return np.uint64(number & MASK)


def finalized(z):
    """Return the finalizer in whole numbers of any size."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def expected_key(seed, replication):
    key = finalized((finalized((seed + GOLDEN) & MASK) + ODD) & MASK)
    return finalized((key + GOLDEN * (replication + 1)) & MASK)


def expected_draw(key, entity, decision, ordinal):
    z = finalized((key + GOLDEN * (entity + 1)) & MASK)
    z = finalized((z + ODD * ((decision << 48) + ordinal + 1)) & MASK)
    return ((z >> 12) + 0.5) / 2**52


@numba.njit
def filled(keys, entities, decisions, ordinals):
    """Draw at each place of four equally long arrays."""
    u = np.empty(keys.size)
    for i in range(keys.size):
        u[i] = draw(keys[i], entities[i], decisions[i], ordinals[i])
    return u


def sample(key, entity, decision, ordinal):
    """Draw at places that are broadcast from numbers and arrays."""
    given = [np.asarray(place, np.uint64) for place in (key, entity, decision, ordinal)]
    return filled(*(np.ascontiguousarray(place.ravel()) for place in np.broadcast_arrays(*given)))


def key_of(seed, replication=0):
    with np.errstate(over="ignore"):
        return np.uint64(run_key(np.uint64(seed), np.uint64(replication)))


COUNT = np.arange(N, dtype=np.uint64)


@pytest.mark.parametrize("seed", PUBLISHED)
def test_the_finalizer_gives_the_published_outputs(seed):
    assert [int(mixed(word(seed + k * GOLDEN))) for k in range(1, 6)] == PUBLISHED[seed]


def test_run_key_and_draw_are_what_their_equations_say():
    rng = np.random.default_rng(SEED)
    for _ in range(2_000):
        seed, replication, entity = (int(x) for x in rng.integers(0, 1 << 63, 3))
        decision, ordinal = int(rng.integers(0, 1 << 16)), int(rng.integers(0, 1 << 48))
        key = int(run_key(np.uint64(seed), np.uint64(replication)))
        assert key == expected_key(seed, replication)
        u = draw(np.uint64(key), np.uint64(entity), np.uint64(decision), np.uint64(ordinal))
        assert u == expected_draw(key, entity, decision, ordinal)


# Frozen: a change here changes every result that anyone has stored.
FROZEN = [
    ((0, 0), (0, 1, 0), "0x1.febba8db0aefbp-1"),
    ((7, 3), (41, 10, (12 << 16) | (2 << 4) | 1), "0x1.9abdb2e2b2d4bp-1"),
    ((2**63 - 1, 10**6), (0xFFF1_0000_0000_0002, 25, 2**48 - 1), "0x1.e4b9590deedc6p-2"),
    ((20260101, 19), ((3 << 48) | 123_456, 7, 16), "0x1.3e07063858afap-2"),
]


@pytest.mark.parametrize(("run", "place", "value"), FROZEN)
def test_frozen_draws(run, place, value):
    assert float(draw(key_of(*run), *(np.uint64(x) for x in place))).hex() == value


def test_the_same_values_come_without_the_compiler():
    script = f"""
import numpy as np
from cxsim.model.draws import draw, run_key
with np.errstate(over="ignore"):
    for run, place, _ in {FROZEN!r}:
        key = run_key(*(np.uint64(x) for x in run))
        print(float(draw(key, *(np.uint64(x) for x in place))).hex())
"""
    env = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [value for _, _, value in FROZEN]


def place_of(wanted, key, entity):
    """Return the decision and ordinal whose hash is `wanted`: each step of the hash can be undone."""

    def unshifted(z, by):
        found = z
        for _ in range(64 // by + 1):
            found = z ^ (found >> by)
        return found

    z = unshifted(wanted, 31) * pow(0x94D049BB133111EB, -1, 1 << 64) & MASK
    z = unshifted(z, 27) * pow(0xBF58476D1CE4E5B9, -1, 1 << 64) & MASK
    z = (unshifted(z, 30) - finalized((key + GOLDEN * (entity + 1)) & MASK)) & MASK
    packed = (z * pow(ODD, -1, 1 << 64) - 1) & MASK
    return packed >> 48, packed & ((1 << 48) - 1)


@pytest.mark.parametrize(("hashed", "nearest"), [(0, 0.0), (MASK, 1.0)])
def test_the_ends_of_the_open_interval_are_never_reached(hashed, nearest):
    key, entity = key_of(SEED), 17
    decision, ordinal = place_of(hashed, int(key), entity)
    u = draw(key, np.uint64(entity), np.uint64(decision), np.uint64(ordinal))
    assert u == pytest.approx(nearest, abs=1e-15)
    assert 0.0 < u < 1.0


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="machine code turns them into words; Python is given words")
@pytest.mark.parametrize("kind", [int, np.int64, np.int32, np.uint32])
def test_a_place_given_by_another_kind_of_whole_number_is_the_same_place(kind):
    key = key_of(SEED)
    for entity, decision, ordinal in [(6, 16, 65_536), (41, 10, 786_465)]:
        expected = draw(key, np.uint64(entity), np.uint64(decision), np.uint64(ordinal))
        assert draw(key, kind(entity), kind(decision), kind(ordinal)) == expected
    packed = int(occasion(np.uint64(12), np.uint64(2), np.uint64(1)))
    assert occasion(kind(12), kind(2), kind(1)) == packed


def test_occasions_keep_need_visit_and_attempt_apart():
    packed = {
        int(occasion(np.uint64(need), np.uint64(visit), np.uint64(attempt)))
        for need, visit, attempt in itertools.product((0, 1, 65_535, 2**32 - 1), (0, 1, 15, 16, 4_095), range(16))
    }
    assert len(packed) == 4 * 5 * 16
    assert max(packed) < 2**48


def test_decisions_are_numbered_once():
    numbers = [
        int(value)
        for name, value in vars(draws).items()
        if name.isupper() and isinstance(value, np.uint64) and name not in {"CALLER_SHIFT", "FIRMS", "SOURCES"}
        if not name.startswith("_")
    ]
    assert sorted(numbers) == list(range(1, 45))
    assert max(numbers) < 2**16


# Each way in which a simulation steps from one draw to the next: over people, decisions, needs, runs, seeds.
DIRECTIONS = {
    "people": lambda: sample(key_of(SEED), COUNT, draws.PATIENCE, 0),
    "needs": lambda: sample(key_of(SEED + 1), 5, draws.TAKES, COUNT << np.uint64(16)),
    "visits": lambda: sample(key_of(SEED + 2), COUNT >> np.uint64(8), 9, (COUNT & np.uint64(255)) << np.uint64(4)),
    "decisions": lambda: sample(key_of(SEED + 3), COUNT >> np.uint64(5), COUNT & np.uint64(31), 16),
    "callers": lambda: sample(key_of(SEED + 4), (np.uint64(1) << np.uint64(48)) | COUNT, draws.PATIENCE, 16),
    "arrivals": lambda: sample(key_of(SEED + 5), draws.SOURCES, draws.ARRIVAL_GAP, COUNT),
    "replications": lambda: sample([key_of(SEED + 6, r) for r in range(N // 10)], 3, draws.TAKES, 16),
    "seeds": lambda: sample([key_of(s) for s in range(N // 10)], 3, draws.TAKES, 16),
}


@pytest.fixture(scope="module", params=DIRECTIONS)
def along(request):
    """Draws in the order in which one place of the key counts up."""
    return DIRECTIONS[request.param]()


@pytest.mark.parametrize("power", [1, 2, 3, 4])
def test_moments_are_those_of_the_uniform_law(along, power):
    # E U^k = 1/(k+1), var U^k = 1/(2k+1) - 1/(k+1)^2.
    error = math.sqrt((1 / (2 * power + 1) - 1 / (power + 1) ** 2) / along.size)
    assert abs((along**power).mean() - 1 / (power + 1)) < SIGMAS * error


def test_kolmogorov_and_smirnov_find_nothing(along):
    n, ordered = along.size, np.sort(along)
    steps = np.arange(n + 1) / n
    distance = max((steps[1:] - ordered).max(), (ordered - steps[:-1]).max())
    assert kolmogorov(math.sqrt(n) * distance) > SMALLEST_P


@pytest.mark.parametrize("lag", [1, 2, 3, 5, 16, 31, 256])
def test_neighbors_are_not_correlated(along, lag):
    # Under independence a serial correlation has mean 0 and variance 1/n.
    x = along - along.mean()
    r = (x[lag:] * x[:-lag]).mean() / x.var()
    assert abs(r) * math.sqrt(x.size - lag) < SIGMAS


@pytest.mark.parametrize("lag", [1, 2, 7])
def test_pairs_of_neighbors_fill_the_square(along, lag):
    cells = 32
    a, b = (along[:-lag] * cells).astype(int), (along[lag:] * cells).astype(int)
    # Every second pair: pairs that share a draw are not independent.
    a, b = a[:: lag + 1], b[:: lag + 1]
    found = np.bincount(a * cells + b, minlength=cells * cells)
    mean = a.size / cells**2
    chi_square = ((found - mean) ** 2 / mean).sum()
    p = chdtrc(cells**2 - 1, chi_square)
    assert SMALLEST_P < p < 1.0 - SMALLEST_P


def test_the_lowest_bits_are_as_fair_as_the_highest():
    words = (sample(key_of(SEED + 7), COUNT, 7, 0) * 2**52).astype(np.uint64)
    for bit in range(52):
        ones = int(((words >> np.uint64(bit)) & np.uint64(1)).sum())
        assert abs(ones - N / 2) < SIGMAS * math.sqrt(N) / 2, bit


@pytest.mark.parametrize("change", ["seed", "replication", "entity", "decision", "ordinal"])
def test_one_step_of_one_argument_changes_the_whole_stream(change):
    # The same million places, shifted by one in one argument: no draw may stay near and none may correlate.
    step = {name: int(name == change) for name in ("seed", "replication", "entity", "decision", "ordinal")}
    first = sample(key_of(SEED + 8), COUNT * np.uint64(2), 8, COUNT * np.uint64(32))
    second = sample(
        key_of(SEED + 8 + step["seed"], step["replication"]),
        COUNT * np.uint64(2) + np.uint64(step["entity"]),
        8 + step["decision"],
        COUNT * np.uint64(32) + np.uint64(step["ordinal"]),
    )
    r = np.corrcoef(first, second)[0, 1]
    assert abs(r) * math.sqrt(N) < SIGMAS
    assert not np.any(first == second)


def test_a_planted_weak_hash_is_caught():
    # Without the second round of mixing, decisions and ordinals of one person lie on a line.
    weak = np.array([(expected_key(SEED, 0) + ODD * k & MASK) / 2**64 for k in range(1, 100_001)])
    x = weak - weak.mean()
    assert abs((x[1:] * x[:-1]).mean() / x.var()) * math.sqrt(x.size) > SIGMAS
