"""Closed forms of expectation learning and loss-averse disconfirmation, as oracles."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from cxsim.errors import InputError
from cxsim.stats import validation

if TYPE_CHECKING:
    import numpy.typing as npt


def gain_after_step(alpha: float, steps: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the disconfirmation left `k` encounters after performance rose by 1 for good, (1 - alpha)^k.

    Under E <- E + alpha (x - E); in all 1 / alpha is ever enjoyed.

    Parameters
    ----------
    alpha : float
        Learning rate, above 0 and at most 1.
    steps : array
        Encounters since the step, 0 or more.

    Raises
    ------
    InputError
        When an argument is out of range.

    References
    ----------
    Evidence rows B-4 and D13.
    """
    k = validation.non_negative("expectation, steps", np.atleast_1d(np.asarray(steps, dtype=np.float64)))
    return np.asarray((1 - _learning_rate(alpha)) ** k)


def cumulative_gain(alpha: float) -> float:
    """Return the sum of all disconfirmation after a permanent step of 1, 1 / alpha.

    Raises
    ------
    InputError
        When alpha is not in (0, 1].

    References
    ----------
    Evidence row D13.
    """
    return 1 / _learning_rate(alpha)


def gain_half_life(alpha: float) -> float:
    """Return the encounters in which the gain halves, ln 2 / -ln(1 - alpha); 0 for alpha = 1.

    Raises
    ------
    InputError
        When alpha is not in (0, 1].

    References
    ----------
    Evidence row D13.
    """
    rate = _learning_rate(alpha)
    return 0.0 if rate == 1 else -math.log(2) / math.log1p(-rate)


def ramp_disconfirmation(alpha: float, growth: float) -> float:
    """Return the steady disconfirmation when performance grows by `growth` each encounter, growth / alpha.

    Parameters
    ----------
    alpha : float
        Learning rate.
    growth : float
        Rise of performance per encounter.

    Raises
    ------
    InputError
        When alpha is not in (0, 1].

    References
    ----------
    Evidence row D13. The gap is x(t) - E(t) just before learning from x(t).
    """
    return growth / _learning_rate(alpha)


def expectation_variance(alpha: float, variance: float = 1.0) -> float:
    """Return the stationary variance of the expectation, alpha / (2 - alpha) times that of performance.

    Raises
    ------
    InputError
        When alpha is not in (0, 1] or the variance negative.

    References
    ----------
    Exponential smoothing of independent draws; evidence row D13.
    """
    rate = _learning_rate(alpha)
    return rate / (2 - rate) * validation.not_negative("expectation, variance", variance)


def disconfirmation_variance(alpha: float, variance: float = 1.0) -> float:
    """Return the stationary variance of d = x - E, 2 / (2 - alpha) times that of performance.

    Raises
    ------
    InputError
        When alpha is not in (0, 1] or the variance negative.

    References
    ----------
    Evidence row D13.
    """
    return 2 / (2 - _learning_rate(alpha)) * validation.not_negative("expectation, variance", variance)


def expected_loss_averse(mean: float, sd: float, loss_aversion: float) -> float:
    """Return E[g(d)] for g(d) = d above 0 and lambda d below, d normal.

    m + (lambda - 1) (m Phi(-m/s) - s phi(m/s)). Negative at m = 0 when lambda > 1: expectations met exactly on average
    leave people dissatisfied.

    Parameters
    ----------
    mean, sd : float
        Of the disconfirmation d.
    loss_aversion : float
        lambda, 1 for symmetric.

    Raises
    ------
    InputError
        When the sd or lambda is negative or the mean not finite.

    References
    ----------
    Tversky & Kahneman (1992) for lambda = 2.25; integral of the normal law; evidence rows B-3 and D13.
    """
    s = validation.not_negative("disconfirmation, sd", sd)
    weight = validation.not_negative("disconfirmation, loss aversion", loss_aversion) - 1
    if not math.isfinite(mean):
        message = f"disconfirmation: mean {mean}; a finite number is allowed; check the input"
        raise InputError(message)
    if s == 0:
        return mean + weight * min(mean, 0.0)
    ratio = mean / s
    density = math.exp(-ratio * ratio / 2) / math.sqrt(2 * math.pi)
    return mean + weight * (mean * float(special.ndtr(-ratio)) - s * density)


def _learning_rate(alpha: float) -> float:
    rate = validation.share("expectation, learning rate", alpha)
    if rate == 0:
        message = "expectation, learning rate: 0; above 0 and at most 1 is allowed; nothing is learned at 0"
        raise InputError(message)
    return rate
