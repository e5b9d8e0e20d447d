"""What a search tries next: optuna is asked for it, and told what became of it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from cxsim.errors import InputError
from cxsim.experiments.parts import Candidate, Chosen, Part, Space
from cxsim.experiments.tables import Array
from cxsim.stats.pareto import Better

if TYPE_CHECKING:
    import optuna


# Proposals in a row that were asked for before: until one is drawn at random, and until there is nothing left to try.
PATIENCE: Final = 5
GIVE_UP: Final = 200


class Proposal(NamedTuple):
    """A candidate that was asked for, and the trial it belongs to."""

    trial: optuna.trial.Trial
    candidate: Candidate


class Proposals:
    """Candidates of a space, one batch after the other; the same seed and the same values give the same candidates.

    Parameters
    ----------
    space : Space
    better : sequence of {"higher", "lower"}
        Of the objectives.
    seed : int
    startup : int
        Candidates that are drawn at random before the sampler learns.

    Raises
    ------
    InputError
        When optuna is not installed.

    References
    ----------
    Bergstra, Bardenet, Bengio & Kégl (2011), NIPS 24 (tree-structured Parzen estimator); Ozaki, Tanigaki, Watanabe &
    Onishi (2020), GECCO (for several objectives); Watanabe & Hutter (2023), IJCAI (under constraints).
    """

    def __init__(self, space: Space, better: Sequence[Better], seed: int, startup: int) -> None:
        try:
            import optuna
        except ImportError:
            message = 'optimise: optuna is not installed; it says what is tried next; pip install "cxsim[optimise]"'
            raise InputError(message) from None
        self._space = space
        self._asked: set[Candidate] = {()}  # as-is is known
        self._luck = np.random.default_rng(seed)
        with _quiet(optuna):
            sampler = optuna.samplers.TPESampler(seed=seed, multivariate=True, n_startup_trials=startup)
            wanted = optuna.study.StudyDirection
            directions = [wanted.MAXIMIZE if way == "higher" else wanted.MINIMIZE for way in better]
            self._study = optuna.create_study(directions=directions, sampler=sampler)
        # Every part alone, as written, and the combinations that the file has: the search is never worse than these.
        for candidate in (*(space.alone(number) for number in range(len(space.parts))), *space.also):
            self._study.enqueue_trial(_parameters(space, candidate))

    def ask(self, count: int) -> list[Proposal]:
        """Return what to try next; all of it is to be told before the next are asked for.

        None of it was asked for before: a sampler that has made up its mind proposes the same again and again. After
        some such proposals one is drawn at random. There may be fewer than `count` where little is left to try.
        """
        found: list[Proposal] = []
        stale = 0
        while len(found) < count and stale < GIVE_UP:
            if stale and stale % PATIENCE == 0:
                self._study.enqueue_trial(self._random())
            trial = self._study.ask()
            candidate = _candidate(self._space, trial)
            if candidate in self._asked:
                self._fail(trial)
                stale += 1
                continue
            stale = 0
            self._asked.add(candidate)
            found.append(Proposal(trial, candidate))
        return found

    def leave_out(self, candidates: Sequence[Candidate]) -> None:
        """Ask no more for candidates that were tried without having been asked for."""
        self._asked |= {*candidates}

    def _random(self) -> dict[str, Any]:
        """Return parameters drawn at random, each part in or out with equal chances."""
        found: dict[str, Any] = {}
        for number, part in enumerate(self._space.parts):
            found[f"{number} in"] = bool(self._luck.integers(2))
            if len(part.begins) > 1:
                found[f"{number} begin"] = int(self._luck.integers(len(part.begins)))
            for place, dial in enumerate(part.dials):
                if len(dial.strengths) > 1:
                    found[f"{number} dial {place}"] = int(self._luck.integers(len(dial.strengths)))
        return found

    def _fail(self, trial: optuna.trial.Trial) -> None:
        """Take back a trial; the sampler learns nothing from it."""
        import optuna

        self._study.tell(trial, state=optuna.trial.TrialState.FAIL)

    def tell(self, one: Proposal, means: Array, over_budget: float) -> None:
        """Say what became of a candidate.

        Parameters
        ----------
        one : Proposal
        means : (objectives,) float64
            NaN: it could not be simulated.
        over_budget : float
            By how much it costs more than it may; 0 or less: it is affordable.
        """
        if not np.isfinite(means).all():
            self._fail(one.trial)
            return
        one.trial.set_constraint("budget", over_budget)
        self._study.tell(one.trial, means.tolist())


@contextmanager
def _quiet(optuna: Any) -> Iterator[None]:
    """Let nothing be said about a study that is made; whoever uses optuna beside this keeps the settings."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        optuna.logging.set_verbosity(before)


def _candidate(space: Space, trial: optuna.trial.Trial) -> Candidate:
    """Ask for every choice, also within parts that stay out: the sampler learns from all of them."""
    chosen = []
    for number, part in enumerate(space.parts):
        inside = trial.suggest_categorical(f"{number} in", [False, True])
        begin = trial.suggest_int(f"{number} begin", 0, len(part.begins) - 1) if len(part.begins) > 1 else 0
        strengths = tuple(_strength(trial, number, place, part) for place in range(len(part.dials)))
        if inside:
            chosen.append(Chosen(number, begin, strengths))
    return space.without_clashes(tuple(chosen))


def _strength(trial: optuna.trial.Trial, number: int, place: int, part: Part) -> float:
    strengths = part.dials[place].strengths
    if len(strengths) == 1:
        return strengths[0]
    return strengths[trial.suggest_int(f"{number} dial {place}", 0, len(strengths) - 1)]


def _parameters(space: Space, candidate: Candidate) -> dict[str, Any]:
    """Return a candidate as the sampler's parameters; parts that stay out are as written."""
    inside = {one.part: one for one in candidate}
    found: dict[str, Any] = {}
    for number, part in enumerate(space.parts):
        one = inside.get(number, space.alone(number)[0])
        found[f"{number} in"] = number in inside
        if len(part.begins) > 1:
            found[f"{number} begin"] = one.begin
        for place, (dial, strength) in enumerate(zip(part.dials, one.strengths, strict=True)):
            if len(dial.strengths) > 1:
                found[f"{number} dial {place}"] = dial.strengths.index(strength)
    return found
