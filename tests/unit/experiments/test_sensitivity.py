"""Designs, what is run, and indices, with a function in place of the simulator."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest

from cxsim.errors import InputError, RunError
from cxsim.experiments.indices import RANKED_BY, indices
from cxsim.experiments.sensitivity import METHODS, Output, count_of, designed, gathered, output_of
from cxsim.experiments.studies.case import AS_IS, Case

SEED = 20260501
SLOPES = {"a": 4.0, "b": 2.0, "c": 1.0, "idle": 0.0}


@dataclass(frozen=True)
class Plain:
    """A factor between 0 and 1, written with three decimals; or levels."""

    path: str
    levels: tuple[str, ...] = ()
    role: str = "uncertainty"
    span: None = None

    def at(self, position):
        if self.levels:
            return self.levels[min(int(position * len(self.levels)), len(self.levels) - 1)]
        return f"{position:.3f}"


FACTORS = tuple(Plain(path) for path in SLOPES)


class Additive:
    """Sum of slope times value, and luck of each replication, case and both; as-is is 10 plus its own luck."""

    def __init__(self, luck=0.0, shared=0.0, broken=()):
        self.luck, self.shared, self.broken, self.asked = luck, shared, broken, []

    def table(self, cases, replications, measures):
        assert measures == ["m"]
        self.asked += [(case, number) for case in cases for number in replications]
        return np.array([[[self.value(case, number)] for number in replications] for case in cases])

    def value(self, case, number):
        key = [number, *(int(1000 * float(text)) for _, text in case.changes)]
        own = np.random.default_rng([SEED, *key, len(case.policy)]).normal()
        if (case, number) in self.broken:
            return np.nan
        common = self.shared * np.random.default_rng([SEED, number]).normal()
        policy = 0.0 if case.policy == AS_IS else sum(SLOPES[path] * float(text) for path, text in case.changes)
        return 10.0 + common + policy + self.luck * own


def case_of(texts, policy):
    return Case(policy, tuple(texts))


def found(method, points=None, replications=4, table=None, factors=FACTORS, seed=SEED):
    design = designed(method, factors, points, seed=seed)
    values = gathered(design, output_of("m", "p"), case_of, table or Additive(), replications)
    return indices(design, values, seed=seed)


def value_of(result, index, factor):
    rows = result.table
    return rows[(rows["index"] == index) & (rows["factor"] == factor)].iloc[0]


@pytest.mark.parametrize("method", METHODS)
def test_each_method_finds_the_order_of_an_additive_function(method):
    result = found(method, {"sobol": 32, "pawn": 128}.get(method))
    assert result.ranked[:3] == ("a", "b", "c")
    assert not result.flat
    rows = result.table[result.table["index"] == RANKED_BY[method]].set_index("factor")
    assert rows.loc["a", "told_apart"]
    assert not rows.loc["idle", "told_apart"]


def test_sobol_indices_and_mains_of_an_additive_function():
    result = found("sobol", 64)
    squares = sum(slope**2 for slope in SLOPES.values())
    for path, slope in SLOPES.items():
        for index in ("S1", "ST"):
            row = value_of(result, index, path)
            assert row["value"] == pytest.approx(slope**2 / squares, abs=0.06 if index == "S1" else 0.03)
            assert row["ci_low"] <= slope**2 / squares + 1e-3
            assert row["ci_high"] >= slope**2 / squares - 1e-3
    assert not result.pairs["told_apart"].any()
    assert result.spread == pytest.approx(np.sqrt(squares / 12.0), rel=0.04)
    # From the lowest to the highest quarter the mean position moves by 3/4.
    swings = result.mains.set_index("factor")["swing"]
    for path, slope in SLOPES.items():
        assert swings[path] == pytest.approx(0.75 * slope, abs=0.2)


def test_heavy_luck_is_taken_off():
    result = found("sobol", 64, replications=6, table=Additive(luck=3.0, shared=5.0))
    squares = sum(slope**2 for slope in SLOPES.values())
    # Paired differences: 2 x 9 / 6 = 3 beside 21/12.
    assert result.noise == pytest.approx(3.0 / (3.0 + 1.75), abs=0.08)
    for path, slope in SLOPES.items():
        row = value_of(result, "ST", path)
        # An end at 0 or 1 is cut off; the other tells the error.
        error = max(row["ci_high"] - row["value"], row["value"] - row["ci_low"]) / 1.96
        assert abs(row["value"] - slope**2 / squares) < 3.0 * error
        assert row["raw"] > slope**2 / squares + 0.1  # luck left in is far off
    assert value_of(result, "S1", "a")["raw"] < 0.5 < value_of(result, "S1", "a")["value"]


def test_morris_names_what_luck_alone_explains():
    result = found("morris", 10, replications=6, table=Additive(luck=0.3, shared=5.0))
    assert value_of(result, "mu_star", "a")["told_apart"]
    idle = value_of(result, "mu_star", "idle")
    assert not idle["told_apart"]
    assert idle["raw"] > abs(idle["value"])
    assert value_of(result, "mu", "b")["value"] == pytest.approx(2.0, abs=0.5)
    row = result.mains.set_index("factor").loc["b"]
    assert row["low_change"] == -row["high_change"] == pytest.approx(-1.0, abs=0.25)
    assert (row["low_setting"], row["high_setting"]) == ("0.000", "1.000")


def test_where_there_is_only_luck_nothing_is_told_apart():
    for method in ("morris", "sobol", "pawn"):
        result = found(method, {"sobol": 16, "pawn": 48}.get(method), table=_only_luck())
        assert not result.table["told_apart"].any(), method
        assert result.flat


def _only_luck():
    table = Additive(luck=1.0)
    table.value = partial(_noise, table)
    return table


def _noise(table, case, number):
    return Additive.value(table, case._replace(policy=AS_IS), number) + len(case.policy)


def test_one_at_a_time_by_hand():
    result = found("one-at-a-time")
    row = result.mains.set_index("factor").loc["a"]
    # As written nothing is changed: 0.
    assert (row["low_change"], row["high_change"], row["swing"]) == pytest.approx((0.0, 4.0, 4.0))
    assert (row["low_setting"], row["high_setting"]) == ("0.000", "1.000")


def test_levels_take_equal_parts_and_the_same_case_is_run_once():
    table = Additive()
    factors = (Plain("a", ("0.0", "1.0")), Plain("b", ("0.0", "0.5", "1.0")))
    result = found("sobol", 64, 2, table, factors)
    assert len(table.asked) == 2 * 2 * 6  # two policies, six points
    design = designed("sobol", factors, 64, seed=SEED)
    assert count_of(design, output_of("m", "p"), case_of, 2) == 2 * 2 * 6
    # Var(a) = 16 / 4, Var(b) = 4 x 1/6.
    assert value_of(result, "S1", "a")["value"] == pytest.approx(4.0 / (4.0 + 2.0 / 3.0), abs=0.03)


def test_a_policy_is_held_against_as_is_on_the_same_luck_and_as_is_is_not():
    assert output_of("m") == Output("m", AS_IS, difference=False)
    assert output_of("m", "p") == Output("m", "p", difference=True)
    design = designed("morris", FACTORS, 4, seed=1)
    values = gathered(design, output_of("m", "p"), case_of, Additive(shared=50.0), 3)
    assert values.std(axis=2).max() < 1e-9


@pytest.mark.parametrize("method", ["morris", "sobol", "pawn"])
def test_broken_runs_leave_their_block_out(method):
    design = designed(method, FACTORS, 32, seed=SEED)
    texts = design.texts(5, 0)
    table = Additive(broken={(Case("p", texts), 2)})
    values = gathered(design, output_of("m", "p"), case_of, table, 3)
    result = indices(design, values, seed=1)
    assert result.lost >= 1
    assert result.blocks == 32 - result.lost
    assert np.isfinite(result.table["value"]).all()


def test_one_at_a_time_loses_only_the_factor_whose_run_broke():
    design = designed("one-at-a-time", FACTORS, seed=SEED)
    table = Additive(broken={(Case("p", (("a", "1.000"),)), 0)})
    result = indices(design, gathered(design, output_of("m", "p"), case_of, table, 3), seed=1)
    assert np.isnan(value_of(result, "swing", "a")["value"])
    assert value_of(result, "swing", "b")["value"] == pytest.approx(2.0)


def test_nothing_left_is_said():
    design = designed("morris", FACTORS, 4, seed=1)
    with pytest.raises(RunError, match="no point has all its runs"):
        indices(design, np.full((4, 5, 3), np.nan), seed=1)


@pytest.mark.parametrize("method", METHODS)
def test_designs_are_the_same_again_also_with_seed_0_and_leave_global_randomness_alone(method):
    before = np.random.get_state()[1].copy()  # noqa: NPY002 -- this is what is looked at
    one, other, third = (designed(method, FACTORS, seed=seed).positions for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, other)
    if method != "one-at-a-time":
        assert not np.array_equal(one, third)
    found(method, {"pawn": 32, "one-at-a-time": None}.get(method, 8), 2, seed=0)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_fewer_base_points_are_the_first_of_more():
    few, more = (designed("sobol", FACTORS, count, seed=3).positions for count in (9, 16))
    np.testing.assert_array_equal(few, more[:9])
    np.testing.assert_array_equal(
        designed("pawn", FACTORS, 40, seed=3).positions, designed("pawn", FACTORS, 64, seed=3).positions[:40]
    )


def test_steps_of_a_trajectory_move_one_factor_by_two_thirds():
    design = designed("morris", FACTORS, 6, seed=SEED)
    moves = np.diff(design.positions, axis=1)
    assert ((np.abs(moves) > 1e-9).sum(axis=2) == 1).all()
    assert np.abs(moves).max(axis=2) == pytest.approx(2.0 / 3.0)


@pytest.mark.parametrize(
    ("method", "factors", "points", "word"),
    [
        ("sobel", FACTORS, None, "morris, sobol, pawn"),
        ("morris", (), None, "nothing is varied"),
        ("sobol", FACTORS, 2, "8 to"),
        ("sobol", FACTORS, 10**9, "8 to 100000 are allowed"),
        ("pawn", FACTORS, 10, "32 to"),
    ],
)
def test_what_is_not_allowed_is_refused(method, factors, points, word):
    with pytest.raises(InputError, match=word):
        designed(method, factors, points, seed=1)


def test_one_replication_is_refused():
    with pytest.raises(InputError, match="2 or more"):
        gathered(designed("morris", FACTORS, 4, seed=1), output_of("m"), case_of, Additive(), 1)


def test_without_salib_the_command_that_installs_it_is_said(monkeypatch):
    import sys

    for name in [name for name in sys.modules if name.split(".")[0] == "SALib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "SALib", None)
    for method in ("morris", "sobol"):
        with pytest.raises(InputError, match=r'pip install "cxsim\[sensitivity\]"'):
            designed(method, FACTORS, seed=1)
    assert designed("pawn", FACTORS, 32, seed=1).points == 32
