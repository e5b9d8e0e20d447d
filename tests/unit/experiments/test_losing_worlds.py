"""Worlds in which a policy loses, with a function in place of the simulator."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from cxsim.errors import InputError, RunError
from cxsim.experiments.losing_worlds import LOSES, UNDECIDED, WINS, losing_worlds, worlds_of
from cxsim.experiments.sensitivity import output_of
from cxsim.experiments.studies.case import AS_IS, Case
from cxsim.experiments.unsure import Range

SEED = 20260601


@dataclass(frozen=True)
class Ranged:
    """A factor with a range of whole numbers or of shares."""

    path: str
    span: Any
    levels: tuple[str, ...] = ()
    role: str = "uncertainty"

    def at(self, position):
        if self.span is None:
            return self.levels[min(int(position * len(self.levels)), len(self.levels) - 1)]
        return f"{self.span.at(position):g}"


FACTORS = (
    Ranged("cost", Range("cost", "0 to 100", (), "number", 0.0, 100.0, like=1.0)),
    Ranged("staff", Range("staff", "1 to 4", (), "count", 1.0, 4.0, like=1)),
    Ranged("law", None, ("mild", "hard")),
)


def case_of(texts, policy):
    return Case(policy, tuple(texts))


class Town:
    """The policy loses 5 where the cost is above 60 and staff is 1 or 2, and wins 5 elsewhere."""

    def __init__(self, luck=0.5, broken=0):
        self.luck, self.broken = luck, broken

    def table(self, cases, replications, measures):
        found = []
        for number, case in enumerate(cases):
            world = dict(case.changes)
            gap = -5.0 if float(world["cost"]) > 60.0 and float(world["staff"]) < 3.0 else 5.0
            rng = np.random.default_rng([SEED, number])
            level = 100.0 + (gap if case.policy != AS_IS else 0.0)
            row = level + self.luck * rng.normal(size=len(replications))
            found.append(np.full(len(replications), np.nan) if number < self.broken else row)
        return np.array(found)[:, :, None]


def search(measure="retention", count=64, **town):
    drawn = worlds_of(FACTORS, count, SEED)
    return losing_worlds(drawn, output_of(measure, "p"), case_of, Town(**town), 4, seed=1)


def test_the_corner_is_found_and_counts_are_parted_between_numbers():
    found = search()
    cost, staff = found.drawn.numbers[:, 0], found.drawn.numbers[:, 1]
    planted = (cost > 60.0) & (staff < 3.0)
    np.testing.assert_array_equal(found.states == LOSES, planted)
    (box,) = found.discovery.boxes
    np.testing.assert_array_equal(box.inside, planted)
    sides = {side.column: side for side in box.sides}
    assert sides[0].low <= 60.0 <= sides[0].high
    assert (sides[1].threshold, sides[1].low, sides[1].high) == (2.5, 2.0, 3.0)
    assert found.count(WINS) + found.count(LOSES) == 64


def test_where_lower_is_better_it_is_the_other_way_round():
    found = search("wait_mean")
    assert found.count(LOSES) + search().count(LOSES) == 64


def test_what_luck_explains_is_not_called_lost():
    found = search(luck=20.0)
    assert found.count(UNDECIDED) > 40


def test_broken_worlds_are_left_out_and_too_few_refused():
    found = search(broken=3)  # both runs of the first world, one of the second
    assert found.kept.tolist() == list(range(2, 64))
    assert len(found.states) == 62
    with pytest.raises(RunError, match="20 or more"):
        search(count=21, broken=4)


def test_fewer_worlds_are_the_first_of_more_and_numbers_are_those_of_the_texts():
    few, more = worlds_of(FACTORS, 20, SEED), worlds_of(FACTORS, 64, SEED)
    assert more.texts[:20] == few.texts
    for text, number in zip(more.texts, more.numbers, strict=True):
        assert float(text[0]) == pytest.approx(number[0])
        assert float(text[1]) == number[1]
        assert ("mild", "hard")[int(number[2])] == text[2]


@pytest.mark.parametrize(("factors", "count", "word"), [((), 64, "nothing is unsure"), (FACTORS, 5, "20 to")])
def test_what_is_not_allowed_is_refused(factors, count, word):
    with pytest.raises(InputError, match=word):
        worlds_of(factors, count, 1)


def test_one_replication_is_refused():
    with pytest.raises(InputError, match="2 or more"):
        losing_worlds(worlds_of(FACTORS, 20, 1), output_of("retention", "p"), case_of, Town(), 1, seed=1)


def test_a_policy_that_never_loses_has_no_corner():
    drawn = worlds_of(FACTORS, 20, SEED)
    better = Town()
    better.table = lambda cases, replications, measures: np.array(
        [[[float(case.policy != AS_IS)] for _ in replications] for case in cases]
    )
    found = losing_worlds(drawn, output_of("retention", "p"), case_of, better, 2, seed=1)
    assert found.count(WINS) == 20
    assert found.discovery.boxes == ()


class Idle(Town):
    """The policy does nothing; each world has luck of its own."""

    def __init__(self, seed):
        super().__init__()
        self.seed = seed

    def table(self, cases, replications, measures):
        return np.random.default_rng([SEED, self.seed]).normal(size=(len(cases), len(replications), 1))


def test_a_policy_that_does_nothing_hardly_ever_loses_anywhere():
    drawn = worlds_of(FACTORS, 64, SEED)
    found = [losing_worlds(drawn, output_of("retention", "p"), case_of, Idle(n), 4, seed=1) for n in range(60)]
    named = np.mean([one.count(UNDECIDED) < 64 for one in found])
    # One by one, some world would be named in nearly all: 1 - 0.95 ** 64.
    assert np.mean([one.leaders.clear.any() for one in found]) > 0.9
    assert named < 0.05 + 3.0 * np.sqrt(0.05 * 0.95 / 60)


def test_of_the_worlds_that_are_named_few_are_luck():
    class Half(Idle):
        def table(self, cases, replications, measures):
            lost = [
                -2.5 if case.policy != AS_IS and float(dict(case.changes)["cost"]) > 50.0 else 0.0 for case in cases
            ]
            return super().table(cases, replications, measures) + np.array(lost)[:, None, None]

    drawn = worlds_of(FACTORS, 64, SEED)
    shares = []
    for number in range(6):
        found = losing_worlds(drawn, output_of("retention", "p"), case_of, Half(number), 4, seed=1)
        named = found.states != UNDECIDED
        shares.append((named & (drawn.numbers[:, 0] <= 50.0)).sum() / max(1, named.sum()))
        assert named.sum() > 16
        np.testing.assert_array_equal(found.p[named] <= 0.05, True)
    assert np.mean(shares) < 0.05 + 3.0 * np.std(shares) / np.sqrt(6)
