"""Closed forms of customer behaviour, as oracles: retention, lifetime value, switching, choice, expectations."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import linalg, special

from cxsim.errors import InputError
from cxsim.stats import validation

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]


class ConstantHazard(NamedTuple):
    """Retention under one constant hazard; rates per unit of time of the half-life (years, usually).

    ``mean_life`` of the exponential law; ``mean_life_counted`` counts whole units including the first, 1 / churn.
    """

    retention: float
    churn: float
    retention_per_part: float
    hazard: float
    mean_life: float
    mean_life_counted: float


def constant_hazard(half_life: float, parts: int = 12) -> ConstantHazard:
    """Return retention per unit and per part of a unit when half of the customers leave within `half_life`.

    hazard h = ln 2 / half-life; retention e^-h; mean life 1 / h.

    Parameters
    ----------
    half_life : float
        Time in which half leave, in years (or any unit).
    parts : int
        Parts of the unit, 12 for monthly retention.

    Raises
    ------
    InputError
        When the half-life is not positive.

    References
    ----------
    Evidence row D7.
    """
    hazard = math.log(2) / validation.positive("retention, half-life", half_life)
    pieces = validation.count("retention, parts", parts, minimum=1)
    churn = -math.expm1(-hazard)
    return ConstantHazard(math.exp(-hazard), churn, math.exp(-hazard / pieces), hazard, 1 / hazard, 1 / churn)


def sbg_survival(alpha: float, beta: float, periods: npt.ArrayLike) -> Array:
    """Return the share still with the firm when churn is Beta(alpha, beta) across customers and fixed within each.

    S(t) = B(alpha, beta + t) / B(alpha, beta).

    Parameters
    ----------
    alpha, beta : float
        Parameters of the beta law of the churn probability per period.
    periods : array
        Number of renewals t >= 0.

    Raises
    ------
    InputError
        When a parameter is not positive or a period negative.

    References
    ----------
    Fader & Hardie (2007), Journal of Interactive Marketing 21:76; evidence row D7.
    """
    a, b = validation.positive("sBG, alpha", alpha), validation.positive("sBG, beta", beta)
    t = validation.non_negative("sBG, periods", np.atleast_1d(np.asarray(periods, dtype=np.float64)))
    return np.asarray(np.exp(special.betaln(a, b + t) - special.betaln(a, b)))


def sbg_retention(alpha: float, beta: float, periods: npt.ArrayLike) -> Array:
    """Return the aggregate retention r_t = (beta + t - 1) / (alpha + beta + t - 1) of period t >= 1.

    It rises although nobody changes: those who leave easily leave first.

    Parameters
    ----------
    alpha, beta : float
        As for :func:`sbg_survival`.
    periods : array
        Period numbers, from 1.

    Raises
    ------
    InputError
        When a parameter is not positive or a period below 1.

    References
    ----------
    Fader & Hardie (2007); evidence row D7.
    """
    a, b = validation.positive("sBG, alpha", alpha), validation.positive("sBG, beta", beta)
    before = np.atleast_1d(np.asarray(periods, dtype=np.float64)) - 1
    validation.non_negative("sBG, periods before this one", before)
    return np.asarray((b + before) / (a + b + before))


def customer_lifetime_value(
    retention: float, discount_rate: float, growth: float = 0.0, *, first_margin_now: bool = False
) -> float:
    """Return the present value of a customer per unit of first margin.

    Margins at the end of each period survived: r / (1 + i - r (1 + g)); with the first margin now (1 + i) times 1 / r
    of that: (1 + i) / (1 + i - r (1 + g)).

    Parameters
    ----------
    retention : float
        r, share that stays from period to period.
    discount_rate : float
        i per period.
    growth : float
        g, growth of the margin per period of tenure.
    first_margin_now : bool
        Whether a margin is earned at once.

    Raises
    ------
    InputError
        When the sum diverges or a rate is out of range.

    References
    ----------
    Gupta & Lehmann (2003), Journal of Interactive Marketing 17:9; Reichheld & Sasser (1990); evidence row D7.
    """
    r = validation.share("lifetime value, retention", retention)
    discount = 1 + validation.not_negative("lifetime value, discount rate", discount_rate)
    gap = discount - r * (1 + growth)
    if not gap > 0:
        message = f"lifetime value: margins grow faster ({growth:g}) than they are lost and discounted; lower growth"
        raise InputError(message)
    return (discount if first_margin_now else r) / gap


def lifetime_value_elasticity(retention: float, discount_rate: float) -> float:
    """Return the percent gain in lifetime value per percent of retention, (1 + i) / (1 + i - r).

    Raises
    ------
    InputError
        As for :func:`customer_lifetime_value`.

    References
    ----------
    Gupta & Lehmann (2003); evidence row D7.
    """
    return customer_lifetime_value(retention, discount_rate, first_margin_now=True)


def switching_stationary(transition: npt.ArrayLike) -> Array:
    """Return the stationary shares pi = pi T of a brand-switching matrix.

    Parameters
    ----------
    transition : array of shape (firms, firms)
        T[i, j], share of the customers of i who buy from j next; rows sum to 1.

    Raises
    ------
    InputError
        When T is not a transition matrix or has more than one stationary law.

    References
    ----------
    Kemeny & Snell (1960), Finite Markov Chains; evidence row D8.
    """
    matrix = _transition(transition)
    size = matrix.shape[0]
    system = np.vstack((matrix.T - np.eye(size), np.ones(size)))
    if np.linalg.matrix_rank(system[:-1], tol=1e-10) < size - 1:
        message = "switching: firms that never exchange customers; one connected market is allowed; split it"
        raise InputError(message)
    solution, *_ = linalg.lstsq(system, np.concatenate((np.zeros(size), [1.0])))
    return np.asarray(solution, dtype=np.float64)


def switching_eigenvalues(transition: npt.ArrayLike) -> Array:
    """Return the absolute eigenvalues of T, largest (1) first; the second sets how fast shares settle.

    Raises
    ------
    InputError
        When T is not a transition matrix.

    References
    ----------
    Kemeny & Snell (1960); evidence row D8.
    """
    return np.asarray(np.sort(np.abs(linalg.eigvals(_transition(transition))))[::-1], dtype=np.float64)


def switching_half_life(transition: npt.ArrayLike) -> float:
    """Return the periods in which the distance to the stationary shares halves, ln 2 / -ln |lambda_2|.

    Raises
    ------
    InputError
        When T is not a transition matrix of at least two firms.

    References
    ----------
    Evidence row D8.
    """
    values = switching_eigenvalues(transition)
    if values.size < 2:
        message = "switching: one firm; two or more are allowed; add a rival or an outside option"
        raise InputError(message)
    second = min(float(values[1]), 1.0)
    if second == 0:
        return 0.0
    return math.inf if second == 1 else -math.log(2) / math.log(second)


def switching_path(start: npt.ArrayLike, transition: npt.ArrayLike, periods: int) -> Array:
    """Return the shares after 0, 1, ..., `periods` periods, shape (periods + 1, firms).

    Parameters
    ----------
    start : array of shape (firms,)
        Shares now, summing to 1.
    transition : array of shape (firms, firms)
        As for :func:`switching_stationary`.
    periods : int
        Number of steps.

    Raises
    ------
    InputError
        When the shares do not sum to 1 or shapes differ.

    References
    ----------
    Evidence row D8.
    """
    matrix = _transition(transition)
    shares = validation.non_negative("switching, start", validation.vector("switching, start", start))
    validation.same_length("switching", shares, matrix)
    if abs(shares.sum() - 1) > 1e-9:
        message = f"switching: start shares sum to {shares.sum():g}; 1 is allowed; rescale them"
        raise InputError(message)
    path = [shares]
    for _ in range(validation.count("switching, periods", periods)):
        path.append(path[-1] @ matrix)
    return np.array(path)


def logit_shares(utilities: npt.ArrayLike) -> Array:
    """Return multinomial logit choice shares e^V / sum e^V.

    Parameters
    ----------
    utilities : array of shape (alternatives,)
        V in units of the logit scale.

    Raises
    ------
    InputError
        When a utility is not finite.

    References
    ----------
    McFadden (1974); evidence row D10.
    """
    v = validation.finite("logit, utilities", validation.vector("logit, utilities", utilities))
    return np.asarray(special.softmax(v), dtype=np.float64)


def logit_inertia_transition(utilities: npt.ArrayLike, inertia: float) -> Array:
    """Return T[i, j] = P(choose j | last chosen i) when the last brand gains `inertia` utility, shape (firms, firms).

    Raises
    ------
    InputError
        When a utility or the inertia is not finite.

    References
    ----------
    Guadagni & Little (1983), Marketing Science 2:203; evidence rows B-35 and D10.
    """
    v = validation.finite("logit, utilities", validation.vector("logit, utilities", utilities))
    gain = float(validation.finite("logit, inertia", validation.vector("logit, inertia", [inertia]))[0])
    return np.asarray(special.softmax(v[None, :] + gain * np.eye(v.size), axis=1), dtype=np.float64)


def logit_inertia_shares(utilities: npt.ArrayLike, inertia: float) -> Array:
    """Return the stationary shares under inertia, pi_i proportional to e_i (sum e + (e^gamma - 1) e_i).

    Parameters
    ----------
    utilities : array of shape (firms,)
        V without the bonus; e = exp V.
    inertia : float
        gamma, utility added to the last brand.

    Raises
    ------
    InputError
        When an argument is not finite.

    References
    ----------
    Reversibility of the switching chain; evidence rows B-35 and D10.
    """
    e = logit_shares(utilities)
    gain = float(validation.finite("logit, inertia", validation.vector("logit, inertia", [inertia]))[0])
    weights = e * (1 + math.expm1(gain) * e)
    return np.asarray(weights / weights.sum())


def logit_inertia_repeat_rate(utilities: npt.ArrayLike, inertia: float) -> float:
    """Return the stationary share of choices that repeat the last one, sum pi_i T[i, i].

    Raises
    ------
    InputError
        When an argument is not finite.

    References
    ----------
    Evidence row D10.
    """
    staying = np.diag(logit_inertia_transition(utilities, inertia))
    return float(logit_inertia_shares(utilities, inertia) @ staying)


def _transition(transition: npt.ArrayLike) -> Array:
    matrix = validation.non_negative("switching", validation.matrix("switching, transition", transition))
    if matrix.shape[0] != matrix.shape[1]:
        message = f"switching: a matrix of shape {matrix.shape}; a square one is allowed; one row and column per firm"
        raise InputError(message)
    if np.abs(matrix.sum(axis=1) - 1).max() > 1e-9:
        message = "switching: a row that does not sum to 1; shares of one firm's customers; rescale the row"
        raise InputError(message)
    return matrix
