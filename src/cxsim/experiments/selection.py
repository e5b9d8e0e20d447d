"""Choosing among cases with a stated guarantee, and confirming the choice on luck that it has not seen.

The choice spends replications where they tell most (`KimNelson`, `Allocation`). Whoever is chosen was also lucky, so
its own replications flatter it: what is said of the set around the best, of the regret and of the lead comes from
fresh replications only, fixed in number before the first of them.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.errors import InputError, RunError
from cxsim.experiments.candidates import Candidates, Table, UnfitError
from cxsim.experiments.studies.case import Case
from cxsim.measures.catalog import CATALOG, Better
from cxsim.stats.allocation import Allocation
from cxsim.stats.best import Regret, WithBest, expected_regret, margins, with_best
from cxsim.stats.intervals import student_quantile
from cxsim.stats.paired import bonferroni_level
from cxsim.stats.selection import FIRST, Elimination, KimNelson, first_best, sign_of

Array = NDArray[np.float64]

METHODS: Final = ("kn", "ocba")
FEWEST: Final = 2  # candidates of a choice
MOST: Final = 500  # replications of a candidate
SMALLEST_BATCH, LARGEST_BATCH = 5, 50
MISSED: Final = 0.1  # a choice that is right is confirmed in 9 of 10
SEEDS: Final = 1 << 31

AGREES: Final = "agrees"
DISAGREES: Final = "disagrees"
OPEN: Final = "open"

Tell = Callable[[str], None]


class Wish(NamedTuple):
    """What is to be chosen by, and how surely.

    Attributes
    ----------
    measure : str
        Of our firm, all customers together.
    delta : float
        A smaller difference does not matter, in the measure's unit.
    confidence : float
    method : {"kn", "ocba"}
    most : int
        Most replications of a candidate, in the choice and again in its confirmation.
    first : int
        Replications of every candidate to begin with.
    """

    measure: str
    delta: float
    confidence: float = 0.95
    method: str = "kn"
    most: int = MOST
    first: int = FIRST


class Choice(NamedTuple):
    """Who was chosen, and what it took.

    Attributes
    ----------
    chosen : int
        Number of the case.
    settled : bool
        Whether the method came to its end. Otherwise `most` was reached, and the best mean so far was taken, without
        any guarantee.
    eliminated : tuple of Elimination
        Who left early, in order; none under OCBA.
    counts : tuple of int
        Replications of each candidate.
    dropped : int
        Replications left out because a run failed or had no value.
    samples : tuple of (replications,) float64
        Of each candidate, NaN where there is none.
    """

    chosen: int
    settled: bool
    eliminated: tuple[Elimination, ...]
    counts: tuple[int, ...]
    dropped: int
    samples: tuple[Array, ...]


@dataclass(frozen=True)
class Confirmation:
    """What fresh replications say of the choice.

    Attributes
    ----------
    replications : int
        Complete ones.
    samples : (cases, replications) float64
    low, high : (cases,) float64
        Simultaneous bounds of the lead of the chosen over each other; positive is good, whichever way is better.
    beside : WithBest
        Each case beside the best of the others, and the set not distinguishable from the best.
    regret : Regret
        Of the chosen.
    verdict : {"agrees", "disagrees", "open"}
        Nothing is better by `delta` or more; something is better; neither can be said.
    better : int or None
        Who is better, under "disagrees".
    enough : bool
        Whether as many were made as were planned: `most` was not in the way.
    """

    replications: int
    samples: Array
    low: Array
    high: Array
    beside: WithBest
    regret: Regret
    verdict: str
    better: int | None
    enough: bool


class ThrownOut(NamedTuple):
    """A candidate that cannot be compared: so many of its runs have no value that little is left of the others.

    Attributes
    ----------
    name : str
    missing, made : int
        Runs without a value, and all of them.
    why : str
    """

    name: str
    missing: int
    made: int
    why: str


@dataclass(frozen=True)
class Selection:
    """A choice with its confirmation.

    Attributes
    ----------
    names : tuple of str
        Of the candidates that could be run; choice and confirmation are about these.
    wish : Wish
    choice : Choice
    confirmation : Confirmation
    places : tuple of int
        Where they stand among the cases that were given.
    thrown_out : tuple of ThrownOut
        The others.
    """

    names: tuple[str, ...]
    wish: Wish
    choice: Choice
    confirmation: Confirmation
    places: tuple[int, ...]
    thrown_out: tuple[ThrownOut, ...] = ()

    @property
    def chosen(self) -> str:
        """Name of the chosen."""
        return self.names[self.choice.chosen]

    @property
    def place(self) -> int:
        """Where the chosen stands among the cases that were given."""
        return self.places[self.choice.chosen]

    @property
    def level_with_best(self) -> tuple[str, ...]:
        """Names of those that cannot be told apart from the best on fresh replications."""
        return tuple(name for name, one in zip(self.names, self.confirmation.beside.in_set, strict=True) if one)


def fresh_seed(seed: int) -> int:
    """Return the seed on which a choice made under `seed` is confirmed: another one, and always the same."""
    digest = hashlib.sha256(f"confirm {seed}".encode()).digest()
    found = int.from_bytes(digest[:8], "big") % SEEDS
    return found if found != seed else found + 1


def select(  # noqa: PLR0913 -- what is chosen among, how, and where its luck comes from
    runs: Table,
    cases: Sequence[Case],
    wish: Wish,
    *,
    names: Sequence[str] | None = None,
    fresh: Table | None = None,
    first_replication: int = 0,
    seed: int = 1,
    tell: Tell | None = None,
) -> Selection:
    """Choose the best of some cases, and confirm the choice on luck that was not used for it.

    Where half of the replications, or more, have no value under some case, the one with the fewest values is thrown
    out, and the choice is made again among the others: runs that were made are there.

    Parameters
    ----------
    runs : Table
        Makes the runs of the choice.
    cases : sequence of Case
        Two or more; earlier ones win ties.
    wish : Wish
    names : sequence of str, optional
        Of the cases; their policies by default.
    fresh : Table, optional
        Makes the runs of the confirmation, under another seed. By default `runs` does, from the replication that the
        choice could not reach.
    first_replication : int
        The choice begins here.
    seed : int
        Of the draws of the regret.
    tell : callable, optional
        Told in a few words what comes next.

    Raises
    ------
    InputError
        When the wish is not allowed, or a measure is not known.
    RunError
        When so many runs fail that fewer than two are left.
    """
    _check(cases, wish)
    after = first_replication + wish.most if fresh is None else first_replication
    called, places, out = tuple(names or (case.policy for case in cases)), list(range(len(cases))), list[ThrownOut]()
    while True:
        left = [cases[place] for place in places]
        try:
            made = Candidates(runs, left, wish.measure, first_replication)
            unseen = Candidates(fresh or runs, left, wish.measure, after)
            choice, confirmed = _chosen(made, unseen, wish, seed=seed, tell=tell)
        except UnfitError as unfit:
            out.append(ThrownOut(called[places.pop(unfit.candidate)], unfit.missing, unfit.made, unfit.why))
            if len(places) < FEWEST:
                message = f"{wish.measure}: {len(places)} of {len(cases)} can be compared; {out[0].name}: {out[0].why}"
                raise RunError(message) from None
            if tell is not None:
                tell(f"{out[-1].name} is thrown out: {unfit.why}")
            continue
        return Selection(tuple(called[place] for place in places), wish, choice, confirmed, tuple(places), tuple(out))


def _chosen(
    made: Candidates, unseen: Candidates, wish: Wish, *, seed: int, tell: Tell | None
) -> tuple[Choice, Confirmation]:
    better = CATALOG[wish.measure].better
    choice = _by_kn(made, wish, better, tell) if wish.method == "kn" else _by_ocba(made, wish, better, tell)
    planned = _planned(made, choice.chosen, wish)
    if tell is not None:
        tell(f"confirming on {planned} fresh runs each")
    return choice, _confirm(unseen, wish, choice.chosen, planned, enough=planned < wish.most, seed=seed)


def _check(cases: Sequence[Case], wish: Wish) -> None:
    if len(cases) < FEWEST:
        message = f"selection: {len(cases)} to choose from; 2 or more are allowed; name another policy"
        raise InputError(message)
    if wish.method not in METHODS:
        message = f"method: {wish.method!r}; {' or '.join(METHODS)} is allowed; choose one"
        raise InputError(message)
    if wish.measure not in CATALOG:
        message = f"measure: {wish.measure}; a measure, such as retention or wait_mean, is allowed; choose one"
        raise InputError(message)
    if wish.most < wish.first:
        message = f"most: {wish.most}; {wish.first} or more is allowed: so many runs come first; raise it"
        raise InputError(message)


def _by_kn(made: Candidates, wish: Wish, better: Better, tell: Tell | None) -> Choice:
    kn = KimNelson(len(made.cases), wish.delta, wish.confidence, better=better, first=wish.first)
    asked = 0
    while kn.selected is None and asked < wish.most:
        wanted = kn.first if not asked else max(1, kn.most - kn.replications)
        batch = min(wanted, _batch(asked) or kn.first, wish.most - asked)
        found = made.complete(made.add(kn.survivors, batch))
        if found.size:
            kn.tell(found)
        asked += batch
        if tell is not None:
            tell(f"{len(kn.survivors)} of {len(made.cases)} left after {asked} runs each")
    chosen = kn.selected
    if chosen is None:
        kept = np.array([made.rows[one] for one in kn.survivors])
        chosen = first_best(sign_of(better) * np.nanmean(kept, axis=1), kn.survivors)
    return Choice(chosen, kn.selected is not None, tuple(kn.eliminated), made.counts, made.dropped, tuple(made.rows))


def _by_ocba(made: Candidates, wish: Wish, better: Better, tell: Tell | None) -> Choice:
    rounds = Allocation(len(made.cases), wish.delta, wish.confidence, better=better, first=wish.first)
    everyone = range(len(made.cases))
    while rounds.selected is None and max(made.counts) < wish.most:
        counts = np.array(made.counts)
        wanted = np.minimum(rounds.wanted(), wish.most - counts)
        if not counts.any():
            found = made.add(everyone, int(wanted[0]))
            made.complete(found)
            rounds.tell(dict(enumerate(found)))
        else:
            rounds.tell({one: made.add([one], int(wanted[one]))[0] for one in everyone if wanted[one] > 0})
            made.check()
        if tell is not None:
            tell(f"{sum(made.counts)} runs handed out, chance of a right choice about {100 * rounds.chance:.0f} %")
    return Choice(rounds.leader, rounds.selected is not None, (), made.counts, made.dropped, tuple(made.rows))


def _batch(made: int) -> int:
    """Return how many replications to ask for at a time: a quarter more; none of it changes the choice."""
    return 0 if not made else min(max(made // 4, SMALLEST_BATCH), LARGEST_BATCH)


def _planned(made: Candidates, chosen: int, wish: Wish) -> int:
    """Return how many fresh replications are likely to show that nothing is better by `delta`.

    The smallest n with (t + t') s / sqrt(n) <= delta + sure for every other. A chance of 1 in 10 to miss is shared out:
    half of it to the t' of all comparisons together, half to `sure`, what the choice makes sure of each lead (0 or
    more; lower bounds that hold together). Leads as they were seen are flattered by the choice, and not counted
    on. So all lower bounds together lie above -delta in nine of ten confirmations if nothing is better.
    """
    others = len(made.cases) - 1
    level, sure = (2 * bonferroni_level(one, others) - 1 for one in (wish.confidence, 1 - MISSED / 2))
    own, sign = made.rows[chosen], sign_of(CATALOG[wish.measure].better)
    needed = wish.first
    for one, row in enumerate(made.rows):
        gaps = sign * (own[: row.size] - row[: own.size])
        gaps = gaps[np.isfinite(gaps)]
        if one == chosen or not gaps.std():
            continue
        spread = float(gaps.std(ddof=1))
        power = student_quantile(sure, gaps.size - 1)  # the spread is only known from so many
        low = float(gaps.mean()) - power * spread / math.sqrt(gaps.size)
        room = wish.delta + max(0.0, low)
        while needed < wish.most and (student_quantile(level, needed - 1) + power) * spread > room * math.sqrt(needed):
            needed += 1
    return needed


def _confirm(made: Candidates, wish: Wish, chosen: int, count: int, *, enough: bool, seed: int) -> Confirmation:
    better = CATALOG[wish.measure].better
    values = made.complete(made.add(range(len(made.cases)), count))
    low, high = margins(values, chosen, wish.confidence, better)
    others = np.arange(len(made.cases)) != chosen
    verdict, ahead = OPEN, None
    if (high[others] < 0.0).any():
        verdict, ahead = DISAGREES, int(np.argmin(np.where(others, high, np.inf)))
    elif (low[others] > -wish.delta).all():
        verdict = AGREES
    return Confirmation(
        replications=values.shape[1],
        samples=values,
        low=low,
        high=high,
        beside=with_best(values, wish.confidence, better),
        regret=expected_regret(values, chosen, better, seed=seed),
        verdict=verdict,
        better=ahead,
        enough=enough,
    )
