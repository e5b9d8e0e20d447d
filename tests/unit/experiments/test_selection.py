"""A choice and its confirmation, with a plain function in place of the simulator."""

from typing import NamedTuple

import numpy as np
import pytest

from cxsim.errors import InputError, RunError
from cxsim.experiments.selection import AGREES, DISAGREES, OPEN, Wish, fresh_seed, select
from cxsim.experiments.studies.case import Case, Want

SEED = 20260101
CASES = tuple(Case(name) for name in ("as-is", "a", "b", "c"))


class Broken(NamedTuple):
    """As `Runs` describes a failure."""

    want: Want
    why: str


class World:
    """Values of cases: a mean for each, luck that all share, and luck of their own; remembers what was asked."""

    def __init__(self, means, seed=SEED, own=0.02, holes=()):
        self.means, self.own, self.holes, self.seed = dict(zip(CASES, means, strict=True)), own, holes, seed
        self.asked: list[tuple[str, int]] = []
        self.failures: list[Broken] = []

    def table(self, cases, replications, measures):
        assert len(measures) == 1
        found = np.empty((len(cases), len(replications), 1))
        for column, number in enumerate(replications):
            stream = np.random.default_rng((self.seed, number))
            shared, own = stream.standard_normal(), stream.standard_normal(len(CASES))
            for row, case in enumerate(cases):
                self.asked.append((case.policy, number))
                luck = 0.1 * shared + self.own * own[CASES.index(case)]
                found[row, column] = self.means[case] + luck
                if (case.policy, number) in self.holes:
                    found[row, column] = np.nan
                    self.failures.append(Broken(Want(case, number), f"ran out of {case.policy}"))
        return found


WISH = Wish("retention", 0.01)


@pytest.mark.parametrize("method", ["kn", "ocba"])
def test_the_best_is_chosen_and_confirmed_on_other_luck(method):
    runs, fresh = World([0.5, 0.52, 0.55, 0.4]), World([0.5, 0.52, 0.55, 0.4], seed=fresh_seed(SEED))
    found = select(runs, CASES, WISH._replace(method=method), fresh=fresh, names=["as it is", "a", "b", "c"])
    assert (found.chosen, found.choice.settled, found.choice.dropped) == ("b", True, 0)
    assert found.confirmation.verdict == AGREES
    assert found.confirmation.enough
    assert found.level_with_best == ("b",)
    assert found.confirmation.regret.mean < 1e-4
    assert (np.delete(found.confirmation.low, 2) > 0).all()
    assert {number for _, number in fresh.asked} == set(range(found.confirmation.replications))
    if method == "kn":
        assert {found.names[one.candidate] for one in found.choice.eliminated} == {"as it is", "a", "c"}
        assert max(found.choice.counts) < 100


def test_lower_is_better_where_the_catalog_says_so():
    means = [0.5, 0.52, 0.55, 0.4]
    found = select(World(means), CASES, Wish("churn", 0.01))
    assert found.chosen == "c"
    assert found.confirmation.verdict == AGREES


def test_without_a_second_seed_other_replications_confirm():
    runs = World([0.5, 0.52, 0.55, 0.4])
    found = select(runs, CASES, WISH._replace(most=60), first_replication=7)
    chosen_on = {number for _, number in runs.asked if number < 67}
    assert min(chosen_on) == 7
    assert max(number for _, number in runs.asked) == 66 + found.confirmation.replications


def test_what_was_eliminated_is_not_run_in_the_choice_any_more():
    runs = World([0.5, 0.545, 0.55, 0.4])
    found = select(runs, CASES, WISH, fresh=World([0.5, 0.545, 0.55, 0.4], seed=1))
    made = [name for name, _ in runs.asked]
    assert made.count("c") == 20
    assert made.count("b") == found.choice.counts[2]
    assert len(runs.asked) == len(set(runs.asked)) == sum(found.choice.counts)


def test_a_wrong_choice_is_contradicted_and_the_better_one_named():
    # The luck of the choice is another world, in which c is best.
    found = select(World([0.5, 0.5, 0.5, 0.6]), CASES, WISH, fresh=World([0.5, 0.5, 0.6, 0.5], seed=2))
    assert found.chosen == "c"
    assert (found.confirmation.verdict, found.confirmation.better) == (DISAGREES, 2)
    assert found.confirmation.regret.mean == pytest.approx(0.1, abs=0.02)
    assert found.level_with_best == ("b",)


def test_too_few_replications_promise_nothing():
    noisy = World([0.5, 0.505, 0.51, 0.5], own=0.2)
    found = select(noisy, CASES, WISH._replace(most=30), fresh=World([0.5, 0.505, 0.51, 0.5], seed=3, own=0.2))
    assert not found.choice.settled
    assert not found.confirmation.enough
    assert found.confirmation.verdict == OPEN
    assert len(found.level_with_best) > 1


def test_equals_are_settled_for_the_first():
    found = select(World([0.5] * 4, own=0.0), CASES, WISH)
    assert (found.chosen, found.choice.settled, found.confirmation.verdict) == ("as-is", True, AGREES)
    assert found.level_with_best == ("as-is", "a", "b", "c")
    assert found.confirmation.regret[:3] == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("method", ["kn", "ocba"])
def test_a_run_that_fails_takes_its_replication_with_it(method):
    runs = World([0.5, 0.52, 0.55, 0.4], holes={("a", 3), ("b", 5)})
    found = select(runs, CASES, WISH._replace(method=method), fresh=World([0.5, 0.52, 0.55, 0.4], seed=4))
    assert (found.chosen, found.choice.dropped) == ("b", 2)


def test_a_run_that_fails_late_stops_nothing():
    # Batches are small there: two that lie close together take some hundred replications.
    means = [0.5, 0.545, 0.55, 0.4]
    late = {("b", number) for number in range(20, 40)}
    runs = World(means, holes=late)
    found = select(runs, CASES, WISH._replace(delta=0.005), fresh=World(means, seed=5))
    assert (found.choice.settled, found.choice.dropped) == (True, 20)
    assert found.chosen in {"a", "b"}


MEANS = [0.5, 0.6, 0.55, 0.4]


@pytest.mark.parametrize("method", ["kn", "ocba"])
def test_a_candidate_that_fails_is_thrown_out_and_the_choice_is_among_the_others(method):
    # a would be best, and its luck is bad in 3 of 4 runs; b fails now and then.
    holes = {("a", number) for number in range(500) if number % 4} | {("b", 3)}
    runs, said = World(MEANS, holes=holes), []
    found = select(runs, CASES, WISH._replace(method=method), fresh=World(MEANS, seed=6), tell=said.append)
    assert found.thrown_out == (("a", 15, 20, "ran out of a"),)
    assert (found.names, found.chosen, found.place) == (("as-is", "b", "c"), "b", 2)
    assert found.confirmation.samples.shape[0] == len(found.choice.counts) == 3
    assert found.confirmation.verdict == AGREES
    assert "a is thrown out: ran out of a" in said
    # It is the choice that would have been made without it.
    without = select(runs, [CASES[0], *CASES[2:]], WISH._replace(method=method), fresh=World(MEANS, seed=6))
    assert found.choice.counts == without.choice.counts
    assert found.choice.eliminated == without.choice.eliminated


def test_a_candidate_that_fails_on_fresh_luck_only_is_thrown_out_as_well():
    fresh = World(MEANS, seed=7, holes={("a", number) for number in range(500)})
    found = select(World(MEANS), CASES, WISH, fresh=fresh)
    assert [one.name for one in found.thrown_out] == ["a"]
    assert (found.chosen, found.confirmation.verdict) == ("b", AGREES)


def test_candidates_that_fail_in_turns_leave_one_after_the_other_until_enough_is_left():
    holes = {(name, number) for at, name in enumerate("abc") for number in range(500) if number % 3 == at}
    found = select(World(MEANS, holes=holes), CASES, WISH, fresh=World(MEANS, seed=8))
    # Of 20 runs a and b fail in 7 and c in 6: without b there are 7 complete ones, without a, too, there are 14.
    assert [(one.name, one.missing) for one in found.thrown_out] == [("b", 7), ("a", 7)]
    assert found.chosen == "as-is"


def test_if_fewer_than_two_are_left_the_first_failure_is_named():
    runs = World([0.5] * 4, holes={(name, number) for name in "abc" for number in range(500)})
    with pytest.raises(RunError, match=r"retention: 1 of 4 can be compared; c: ran out of c"):
        select(runs, CASES, WISH)


def test_the_fresh_seed_is_another_one_and_always_the_same():
    assert fresh_seed(1) == fresh_seed(1) != fresh_seed(2)
    assert all(fresh_seed(seed) != seed for seed in range(2000))


@pytest.mark.parametrize(
    ("cases", "wish", "why"),
    [
        (CASES[:1], WISH, "1 to choose from"),
        (CASES, WISH._replace(method="best"), "kn or ocba"),
        (CASES, WISH._replace(measure="joy"), "a measure, such as"),
        (CASES, WISH._replace(most=10), "20 or more"),
        (CASES, WISH._replace(delta=0.0), "above 0"),
    ],
)
def test_a_wish_that_is_none_is_refused_before_any_run(cases, wish, why):
    runs = World([0.5] * 4)
    with pytest.raises(InputError, match=why):
        select(runs, cases, wish)
    assert runs.asked == []


@pytest.mark.parametrize("ahead", [0.0, 0.01, 0.03])
def test_a_right_choice_among_many_is_confirmed_in_nine_of_ten(ahead):
    """All comparisons together, and whether the best is level with the others, a delta ahead, or far ahead."""
    cases = [Case(f"p{number}") for number in range(8)]
    means = {case: 0.5 + (ahead if not number else 0.0) for number, case in enumerate(cases)}

    class Equal:
        failures = ()

        def __init__(self, seed):
            self.seed = seed

        def table(self, cases, replications, measures):
            places = [int(case.policy[1:]) for case in cases]
            luck = np.array([np.random.default_rng((self.seed, n)).normal(scale=0.015, size=8) for n in replications])
            return (np.array([means[case] for case in cases])[:, None] + luck.T[places])[:, :, None]

    count, right, agreed = 60, 0, 0
    for number in range(count):
        found = select(Equal((SEED, number)), cases, Wish("retention", 0.01), fresh=Equal((SEED, 1000 + number)))
        assert found.confirmation.enough
        if means[cases[found.choice.chosen]] == max(means.values()):
            right += 1
            agreed += found.confirmation.verdict == AGREES
    assert right > 0.9 * count
    assert agreed / right > 0.9 - 3.0 * np.sqrt(0.9 * 0.1 / right)
