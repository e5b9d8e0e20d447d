"""Where the next replications tell most about which candidate is best: optimal computing budget allocation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from cxsim.errors import InputError
from cxsim.stats import validation
from cxsim.stats.selection import FIRST, Better, first_best, sign_of

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]
    Counts = npt.NDArray[np.int64]

STEP: Final = 10  # replications that are handed out at a time, per candidate


def ocba(
    means: npt.ArrayLike, deviations: npt.ArrayLike, total: int, better: Better = "higher", *, least_gap: float = 0.0
) -> Counts:
    """Share out replications among candidates that are simulated independently.

    With b the best and d(i) its lead over i: N(i) / N(j) = (s(i) / d(i))² / (s(j) / d(j))² for all but b, and
    N(b) = s(b) sqrt(sum over i of N(i)² / s(i)²). Rounded down, the rest by largest fraction.

    Parameters
    ----------
    means, deviations : array of shape (k,)
        So far, in the unit of the values.
    total : int
        Replications of all candidates together.
    better : {"higher", "lower"}
    least_gap : float
        A smaller lead counts as this one, so that equals do not take everything. 0: a ten-thousandth of the largest
        deviation.

    Returns
    -------
    (k,) int64
        Sums to `total`. Candidates that do not vary get nothing.

    Raises
    ------
    InputError
        When the arrays do not fit together or an argument is not allowed.

    References
    ----------
    Chen, Lin, Yücesan & Chick (2000), Discrete Event Dynamic Systems 10:251.
    """
    m, s = _pair(means, deviations)
    towards = sign_of(better) * m
    best = int(np.argmax(towards))
    weight = _weights(towards[best] - towards, s, least_gap)
    weight[best] = 0.0
    varied = s > 0
    weight[best] = s[best] * math.sqrt(float(np.sum((weight[varied] / s[varied]) ** 2)))
    return _whole(weight, validation.count("allocation, total", total, minimum=1))


def ocba_paired(
    leads: npt.ArrayLike, deviations: npt.ArrayLike, best: int, total: int, *, least_gap: float = 0.0
) -> Counts:
    """Share out replications among candidates on common random numbers.

    Only differences with the best matter, and each is known from the replications that both have. So
    N(i) is in proportion to (s(i) / d(i))², with s(i) of the paired difference, and the best has as many as the one
    with most.

    Parameters
    ----------
    leads, deviations : array of shape (k,)
        Mean and standard deviation of the paired difference best - i; those of the best itself are not looked at.
    best : int
    total : int
        Replications of all candidates together.
    least_gap : float
        As for :func:`ocba`.

    Raises
    ------
    InputError
        As for :func:`ocba`.

    References
    ----------
    The rates of Chen et al. (2000) applied to paired differences; Fu, Hu, Chen & Xiong (2007), INFORMS Journal on
    Computing 19:101 (correlated sampling).
    """
    d, s = _pair(leads, deviations)
    weight = _weights(d, s, least_gap)
    weight[best] = 0.0
    weight[best] = weight.max()
    return _whole(weight, validation.count("allocation, total", total, minimum=1))


def _pair(first: npt.ArrayLike, deviations: npt.ArrayLike) -> tuple[Array, Array]:
    m = validation.finite("allocation", validation.vector("allocation", first))
    s = validation.non_negative("allocation, deviations", validation.vector("allocation, deviations", deviations))
    validation.same_length("allocation", m, s)
    return m, s


def _weights(gaps: Array, deviations: Array, least_gap: float) -> Array:
    least = validation.not_negative("allocation, least gap", least_gap) or 1e-4 * float(deviations.max()) or 1.0
    found: Array = (deviations / np.maximum(np.abs(gaps), least)) ** 2
    return found


def _whole(weights: Array, total: int) -> Counts:
    if not weights.any():
        weights = np.ones_like(weights)
    exact = weights / weights.sum() * total
    whole: Counts = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole


class Allocation:
    """OCBA in rounds on common random numbers, until the choice is likely enough to be good.

    Every candidate gets `first` replications. Then `STEP` a candidate are handed out at a time, to those that have less
    than :func:`ocba_paired` gives them. Candidate i has the replications 0 to counts(i) - 1, so any two share those of
    the shorter.

    It ends when the approximate chance of the right choice reaches `confidence`: 1 - sum over i of
    P(T > max(d(i), delta) / e(i)), with e(i) the standard error of the paired difference and differences below `delta`
    taken for `delta`. That chance is an approximation, and it is looked at again and again: it is no guarantee. A
    guarantee comes from confirming the choice on replications that were not used for it.

    Parameters
    ----------
    candidates : int
    delta : float
        A smaller difference does not matter, in the unit of the values.
    confidence : float
    better : {"higher", "lower"}
    first : int

    Raises
    ------
    InputError
        When an argument is not allowed.

    References
    ----------
    Chen et al. (2000), Discrete Event Dynamic Systems 10:251; Branke, Chick & Schmidt (2007), Management Science
    53:1916 (a chance as stopping rule); Chen & Kelton (2005), European Journal of Operational Research 166:133 (the
    larger of lead and indifference zone).
    """

    def __init__(
        self, candidates: int, delta: float, confidence: float = 0.95, *, better: Better = "higher", first: int = FIRST
    ) -> None:
        self.delta = validation.positive("selection, delta", delta)
        self.confidence = validation.share("selection, confidence", confidence, open_ends=True)
        self.first = validation.count("selection, first replications", first, minimum=2)
        self.sign = sign_of(better)
        self._values: list[Array] = [
            np.empty(0) for _ in range(validation.count("selection, candidates", candidates, minimum=1))
        ]
        self.selected: int | None = 0 if candidates == 1 else None
        self.leader = 0
        self.chance = 1.0 if candidates == 1 else 0.0

    @property
    def counts(self) -> tuple[int, ...]:
        """Replications of each candidate."""
        return tuple(row.size for row in self._values)

    def wanted(self) -> tuple[int, ...]:
        """Return how many more replications each candidate should make now; all 0 when the choice is made."""
        if self.selected is not None:
            return tuple(0 for _ in self._values)
        if not self._values[0].size:
            return tuple(self.first for _ in self._values)
        leads, deviations, _ = self._against(self.leader)
        step = STEP * len(self._values)
        aim = ocba_paired(leads, deviations, self.leader, sum(self.counts) + step, least_gap=self.delta / 2)
        short = np.maximum(aim - np.array(self.counts), 0)
        # What is handed out follows what is lacking; the leader keeps up with the longest.
        more = _whole(short.astype(np.float64), step)
        more[self.leader] = max(int(more[self.leader]), max(more + self.counts) - self.counts[self.leader])
        return tuple(more.tolist())

    def tell(self, values: dict[int, npt.ArrayLike]) -> None:
        """Take further replications: each candidate's own next ones, in order.

        NaN stands for a replication without a value; it is left out of the differences.

        Raises
        ------
        InputError
            When two candidates share fewer than two replications with values.
        """
        for candidate, found in values.items():
            row = validation.vector("selection", found, minimum_size=0)
            self._values[candidate] = np.concatenate((self._values[candidate], self.sign * row))
        if self.selected is None:
            self._judge()

    def _judge(self) -> None:
        from scipy import special

        # Candidates are compared with the one that has most replications, on those that both have.
        longest = int(np.argmax(self.counts))
        leads, _, _ = self._against(longest)
        self.leader = first_best(-leads, range(leads.size))
        leads, deviations, shared = self._against(self.leader)
        others = np.arange(leads.size) != self.leader
        d, s, n = leads[others], deviations[others], shared[others]
        error = s / np.sqrt(n)
        score = np.divide(np.maximum(d, self.delta), error, out=np.full_like(d, np.inf), where=error > 0)
        wrong = special.stdtr(n - 1, -score)
        self.chance = max(0.0, 1.0 - float(wrong.sum()))
        if self.chance >= self.confidence:
            self.selected = self.leader

    def _against(self, one: int) -> tuple[Array, Array, Array]:
        """Return mean and deviation of the differences one - i, and how many replications they are of."""
        own = self._values[one]
        gaps = [own[: row.size] - row[: own.size] for row in self._values]
        gaps = [gap[np.isfinite(gap)] for gap in gaps]
        shared = np.array([gap.size for gap in gaps], dtype=np.float64)
        if shared.min() < 2:
            message = "selection: two candidates share fewer than 2 replications with values; tell the first of all"
            raise InputError(message)
        means = np.array([gap.mean() for gap in gaps])
        return means, np.array([gap.std(ddof=1) for gap in gaps]), shared
