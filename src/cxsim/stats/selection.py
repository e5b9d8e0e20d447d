"""Choosing the best of several, replication by replication, with a stated chance of being right: KN.

What is bad is left early, so that replications go to those between which the choice is hard. Differences of the same
replication are all that is used: with common random numbers they vary less, and the choice takes fewer of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import numpy as np

from cxsim.errors import InputError
from cxsim.stats import validation

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]

FIRST: Final = 20  # replications before anybody can be eliminated; the spread is taken from them

Better = Literal["higher", "lower"]


class Elimination(NamedTuple):
    """Who went, by whom, and after how many replications.

    Attributes
    ----------
    candidate, by : int
        Numbers of candidates.
    after : int
        Replications of both until then.
    """

    candidate: int
    by: int
    after: int


def guarantee(delta: str, confidence: float) -> str:
    """Return what KN promises, for people.

    Parameters
    ----------
    delta : str
        The indifference zone with its unit.
    confidence : float
    """
    return (
        f"If the best is better than every other by {delta} or more, it is the one chosen with a chance of at least "
        f"{100 * confidence:g} % (Kim & Nelson 2001; exact for replications that vary normally). Between candidates "
        "that lie closer together nothing is promised."
    )


class KimNelson:
    """The fully sequential procedure KN.

    The first `first` replications of all k candidates give the variance S²(i, l) of each paired difference. From then
    on, after each replication r, candidate i is eliminated by l when its mean is worse by more than

        W(i, l) = max(0, delta / 2r (h² S²(i, l) / delta² - r)),

    with h² = 2 eta (n0 - 1) and eta = ((2 alpha / (k - 1))^(-2 / (n0 - 1)) - 1) / 2. It ends when one is left, or when
    no W is above 0 any more; then the best mean is chosen, ties to the first.

    Guarantee: if the best mean is better than every other by `delta` or more, it is chosen with probability
    `confidence` or more, for independent replications of a normal vector, whatever its covariance. Candidates closer
    than `delta` to the best may be chosen; for them nothing is promised (Eckman & Henderson 2022).

    Parameters
    ----------
    candidates : int
        k, 1 or more.
    delta : float
        Indifference zone in the unit of the values: a smaller difference does not matter.
    confidence : float
        1 - alpha; above 1 / k.
    better : {"higher", "lower"}
    first : int
        n0, 2 or more.

    Raises
    ------
    InputError
        When an argument is not allowed.

    References
    ----------
    Kim & Nelson (2001), ACM Transactions on Modeling and Computer Simulation 11:251 (c = 1, common random numbers);
    Eckman & Henderson (2022), INFORMS Journal on Computing 34:2033 (what is and is not promised).
    """

    def __init__(
        self, candidates: int, delta: float, confidence: float = 0.95, *, better: Better = "higher", first: int = FIRST
    ) -> None:
        self.candidates = validation.count("selection, candidates", candidates, minimum=1)
        self.delta = validation.positive("selection, delta", delta)
        self.confidence = validation.share("selection, confidence", confidence, open_ends=True)
        self.first = validation.count("selection, first replications", first, minimum=2)
        self.sign = sign_of(better)
        if self.confidence <= 1 / self.candidates and self.candidates > 1:
            message = (
                f"selection, confidence: {confidence}; more than 1 / {candidates} is allowed, the chance of a blind "
                "guess; raise it"
            )
            raise InputError(message)
        self.survivors: tuple[int, ...] = tuple(range(self.candidates))
        self.eliminated: list[Elimination] = []
        self.replications = 0
        self.selected: int | None = 0 if self.candidates == 1 else None
        self._sums: Array = np.zeros(self.candidates)
        self._opening: list[Array] = []
        self._reach: Array = np.zeros((self.candidates, self.candidates))  # h² S² / delta²: where W ends

    @property
    def most(self) -> int:
        """Replications after which the choice is made at the latest; `first` until the spread is known."""
        if self.replications < self.first:
            return self.first
        kept = np.ix_(self.survivors, self.survivors)
        return max(self.first, math.floor(float(self._reach[kept].max())) + 1)

    def tell(self, values: npt.ArrayLike) -> None:
        """Take the next replications of the survivors.

        They are looked at one after the other, so that nothing depends on how many are told together. What comes after
        the choice, and values of a candidate after its elimination, are not used.

        Parameters
        ----------
        values : array of shape (survivors, n)
            Row i is the i-th of `survivors`, column r the same replication in every row.

        Raises
        ------
        InputError
            When the shape does not fit or a value is NaN.
        """
        table = validation.finite("selection", validation.matrix("selection", values))
        told = self.survivors
        if table.shape[0] != len(told):
            message = f"selection: {table.shape[0]} rows; one for each of the {len(told)} survivors is allowed; fit it"
            raise InputError(message)
        for column in (self.sign * table).T:
            if self.selected is not None:
                return
            self._one(dict(zip(told, column.tolist(), strict=True)))

    def _one(self, values: dict[int, float]) -> None:
        for candidate in self.survivors:
            self._sums[candidate] += values[candidate]
        self.replications += 1
        if self.replications < self.first:
            self._opening.append(np.array([values[candidate] for candidate in self.survivors]))
            return
        if self.replications == self.first:
            self._opening.append(np.array([values[candidate] for candidate in self.survivors]))
            self._measure()
        self._screen()

    def _measure(self) -> None:
        rows = np.array(self._opening)
        self._opening = []
        freedom = self.first - 1
        alpha = 1 - self.confidence
        eta = ((2 * alpha / (self.candidates - 1)) ** (-2 / freedom) - 1) / 2
        # Differences first: equal candidates differ by exactly nothing.
        squares = np.array([(rows - column[:, None]).var(axis=0, ddof=1) for column in rows.T])
        self._reach = 2 * eta * freedom * squares / self.delta**2

    def _screen(self) -> None:
        r = self.replications
        means = self._sums / r
        allowed = np.maximum(0.0, self.delta / (2 * r) * (self._reach - r))
        before = self.survivors
        gone = []
        for i in before:
            # Of several that eliminate it, the one with the best mean is named.
            over = [j for j in before if means[i] < means[j] - allowed[i, j]]
            if over:
                gone.append(Elimination(i, max(over, key=lambda j: (means[j], -j)), r))
        self.eliminated += gone
        self.survivors = tuple(i for i in before if i not in {one.candidate for one in gone})
        if len(self.survivors) == 1 or r >= self.most:
            self.selected = first_best(means[list(self.survivors)], self.survivors)


def sign_of(better: Better) -> float:
    """Return 1 where higher is better and -1 where lower is.

    Raises
    ------
    InputError
        When `better` is neither.
    """
    if better not in {"higher", "lower"}:
        message = f"selection: better = {better!r}; 'higher' or 'lower' is allowed; choose one"
        raise InputError(message)
    return 1.0 if better == "higher" else -1.0


def first_best(means: npt.ArrayLike, names: Sequence[int]) -> int:
    """Return the name of the highest mean, ties to the first."""
    return names[int(np.argmax(np.asarray(means)))]
