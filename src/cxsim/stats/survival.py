"""Survival with censoring: Kaplan-Meier and competing reasons for leaving (Aalen-Johansen).

No command calls it: in a run nobody is censored before the end, so who is still there is a mean over runs, with the
band of means. It is for single durations whose end was not always seen (patience of callers who were answered, tenure
in a client's records), and for `cohorts.parquet`; `docs/method.md` says what its bands may be used for.

A small vectorised formula of our own, because the engines tally grouped counts (at risk, left, censored per
period), which ``scipy.stats.ecdf`` does not take; on single durations the tests hold it to ``ecdf``.

Convention for ties: who leaves at a time was at risk at that time, and who is censored at that time was too
(events come first). Grouped counts may instead use the actuarial rule, at risk minus half of the censored.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from scipy import special

from cxsim.errors import InputError
from cxsim.stats import validation
from cxsim.stats.intervals import Interval, normal_quantile

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]

Transform = Literal["log-log", "plain"]
Ties = Literal["events first", "actuarial"]


class SurvivalCurve(NamedTuple):
    """A right-continuous survival curve: ``survival[i]`` holds from ``times[i]`` to the next time.

    All arrays have shape (T,); before ``times[0]`` survival is 1. ``low`` and ``high`` are pointwise limits.
    """

    times: Array
    survival: Array
    std_error: Array
    low: Array
    high: Array
    at_risk: Array
    left: Array


class IncidenceCurves(NamedTuple):
    """Cumulative incidence by reason, shape (reasons, T); with ``survival`` the shares sum to 1 at every time."""

    times: Array
    incidence: Array
    std_error: Array
    survival: Array


def kaplan_meier(
    durations: npt.ArrayLike, events: npt.ArrayLike, level: float = 0.95, transform: Transform = "log-log"
) -> SurvivalCurve:
    """Return the Kaplan-Meier curve of single durations, at every distinct duration.

    Parameters
    ----------
    durations : array of shape (n,)
        Tenure or patience of each, any unit of time, 0 or more.
    events : array of shape (n,)
        1 where it ended (left, abandoned), 0 where it was still going on when last seen.
    level : float
        Pointwise confidence level.
    transform : {"log-log", "plain"}
        Scale of the interval; see :func:`kaplan_meier_grouped`.

    Raises
    ------
    InputError
        When a duration is negative or an event is neither 0 nor 1.

    References
    ----------
    Kaplan & Meier (1958), Journal of the American Statistical Association 53:457.
    """
    reasons = validation.vector("Kaplan-Meier, events", events)
    if not np.isin(reasons, (0.0, 1.0)).all():
        message = "Kaplan-Meier: an event that is neither 0 nor 1; 1 for left and 0 for censored; recode it"
        raise InputError(message)
    times, at_risk, by_reason, _ = _group(durations, reasons, 1)
    return kaplan_meier_grouped(at_risk, by_reason[0], times=times, level=level, transform=transform)


def kaplan_meier_grouped(
    at_risk: npt.ArrayLike,
    left: npt.ArrayLike,
    censored: npt.ArrayLike | None = None,
    *,
    times: npt.ArrayLike | None = None,
    level: float = 0.95,
    transform: Transform = "log-log",
    ties: Ties = "events first",
) -> SurvivalCurve:
    """Return the Kaplan-Meier curve of counts per period, with Greenwood's variance.

    S(t) = prod (1 - d_i / n_i); var S = S² sum d_i / (n_i (n_i - d_i)). Plain interval S -+ z se; log-log interval
    S ** exp(-+ z se / (S ln S)), which stays inside [0, 1]. Where nobody has left yet the interval is [1, 1]; where
    nobody is left the log-log limits are NaN, for Greenwood's variance says nothing there.

    Parameters
    ----------
    at_risk : array of shape (T,)
        Present at the start of each period.
    left, censored : array of shape (T,)
        Left, and gone out of sight, within the period. Censored counts matter only for ``ties="actuarial"``.
    times : array of shape (T,), optional
        End of each period; 1, 2, ... when absent.
    level : float
        Pointwise confidence level.
    transform : {"log-log", "plain"}
        Scale of the interval.
    ties : {"events first", "actuarial"}
        Actuarial: at risk minus half of those censored in the period.

    Raises
    ------
    InputError
        When counts are negative, more leave than are present, or times do not increase.

    References
    ----------
    Greenwood (1926); Kalbfleisch & Prentice (2002), The Statistical Analysis of Failure Time Data, section 1.4.
    """
    exposed, gone, when = _grouped(at_risk, left, censored, times, ties)
    if transform not in {"log-log", "plain"}:
        message = f"Kaplan-Meier: transform {transform!r}; 'log-log' or 'plain' is allowed; choose one"
        raise InputError(message)
    z = normal_quantile(level)
    survival = np.asarray(np.cumprod(1 - _ratio(gone, exposed)), dtype=np.float64)
    std_error = survival * np.sqrt(np.cumsum(_ratio(gone, exposed * (exposed - gone))))
    if transform == "plain":
        low, high = np.maximum(survival - z * std_error, 0), np.minimum(survival + z * std_error, 1)
    else:
        low, high = _log_log_limits(survival, std_error, z)
    return SurvivalCurve(when, survival, std_error, low, high, exposed, gone)


def cumulative_incidence(durations: npt.ArrayLike, reasons: npt.ArrayLike, n_reasons: int) -> IncidenceCurves:
    """Return the Aalen-Johansen cumulative incidence of each reason for leaving, from single durations.

    Parameters
    ----------
    durations : array of shape (n,)
        Time to leaving or to last sight, any unit, 0 or more.
    reasons : array of shape (n,)
        0 censored, otherwise the number 1..n_reasons of the reason.
    n_reasons : int
        Number of reasons.

    Raises
    ------
    InputError
        When a reason is not a whole number from 0 to `n_reasons`.

    References
    ----------
    Aalen & Johansen (1978), Scandinavian Journal of Statistics 5:141.
    """
    codes = validation.vector("cumulative incidence, reasons", reasons)
    known = validation.count("cumulative incidence, number of reasons", n_reasons, minimum=1)
    if not np.isin(codes, np.arange(known + 1)).all():
        message = f"cumulative incidence: a reason outside 0 to {known}; 0 is censored; renumber the reasons"
        raise InputError(message)
    times, at_risk, by_reason, _ = _group(durations, codes, known)
    return cumulative_incidence_grouped(at_risk, by_reason, times=times)


def cumulative_incidence_grouped(
    at_risk: npt.ArrayLike,
    left_by_reason: npt.ArrayLike,
    censored: npt.ArrayLike | None = None,
    *,
    times: npt.ArrayLike | None = None,
    ties: Ties = "events first",
) -> IncidenceCurves:
    """Return the Aalen-Johansen cumulative incidence of each reason, from counts per period.

    F_k(t) = sum over t_i <= t of S(t_{i-1}) d_ki / n_i; sum_k F_k = 1 - S at every time. The variance is that of the
    delta method; with one reason it is Greenwood's.

    Parameters
    ----------
    at_risk : array of shape (T,)
        Present at the start of each period.
    left_by_reason : array of shape (reasons, T)
        Left within the period, by reason.
    censored : array of shape (T,), optional
        Out of sight within the period; matters only for ``ties="actuarial"``.
    times : array of shape (T,), optional
        End of each period; 1, 2, ... when absent.
    ties : {"events first", "actuarial"}
        As for :func:`kaplan_meier_grouped`.

    Raises
    ------
    InputError
        As for :func:`kaplan_meier_grouped`.

    References
    ----------
    Aalen & Johansen (1978); variance: Marubini & Valsecchi (1995), Analysing Survival Data, ch. 10.
    """
    by_reason = validation.non_negative(
        "left by reason", validation.matrix("cumulative incidence, left by reason", left_by_reason)
    )
    exposed, gone, when = _grouped(at_risk, by_reason.sum(axis=0), censored, times, ties)
    survival = np.asarray(np.cumprod(1 - _ratio(gone, exposed)), dtype=np.float64)
    before = np.concatenate(([1.0], survival[:-1]))
    incidence = np.cumsum(before * _ratio(by_reason, exposed), axis=1)
    std_error = np.array(
        [
            _incidence_error(curve, counts, gone, exposed, before)
            for curve, counts in zip(incidence, by_reason, strict=True)
        ]
    )
    return IncidenceCurves(when, incidence, std_error, survival)


def survival_at(curve: SurvivalCurve, time: float) -> float:
    """Return S(time): the last step at or before `time`, 1 before the first; same unit of time as the curve."""
    position = int(np.searchsorted(curve.times, time, side="right")) - 1
    return 1.0 if position < 0 else float(curve.survival[position])


def survival_quantile(curve: SurvivalCurve, survival: float = 0.5) -> float:
    """Return the first time at which the curve is at or below `survival` (0.5: the median); NaN if it never is.

    Raises
    ------
    InputError
        When `survival` is not a share.

    References
    ----------
    Kalbfleisch & Prentice (2002), section 1.4.
    """
    validation.share("survival quantile", survival)
    # Products such as .8 x .75 x .5 miss a round share by one unit in the last place.
    below = np.flatnonzero(curve.survival <= survival + 1e-12)
    return float(curve.times[below[0]]) if below.size else math.nan


def restricted_mean(curve: SurvivalCurve, horizon: float) -> float:
    """Return the mean time lived up to `horizon`, the area under the curve from 0 to it; unit of the times.

    Raises
    ------
    InputError
        When the horizon is not positive.

    References
    ----------
    Kalbfleisch & Prentice (2002), section 1.4; Irwin (1949).
    """
    end = validation.positive("restricted mean, horizon", horizon)
    inside = curve.times < end
    edges = np.concatenate(([0.0], curve.times[inside], [end]))
    levels = np.concatenate(([1.0], curve.survival[inside]))
    return float(np.sum(levels * np.diff(edges)))


def censored_exponential_rate(durations: npt.ArrayLike, events: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Return the maximum-likelihood rate of censored exponential times, with Poisson limits of the count.

    rate = events / total time; the interval divides the Poisson limits of the count by the total time, which is
    close to exact where the total time hardly depends on the outcomes.

    Parameters
    ----------
    durations : array of shape (n,)
        Time seen of each (waits of abandoners and of the served), any unit.
    events : array of shape (n,)
        1 where it ended (abandoned), 0 where censored (served).
    level : float
        Confidence level.

    Returns
    -------
    Interval
        Per unit of time; ``n`` counts the durations. NaN when no time was seen.

    Raises
    ------
    InputError
        When a duration is negative or the arrays differ in length.

    References
    ----------
    Kalbfleisch & Prentice (2002), ch. 3; Garwood (1936), Biometrika 28:437; evidence row D2 (estimator check).
    """
    times = validation.non_negative("censored rate", validation.vector("censored rate, durations", durations))
    ended = validation.non_negative("censored rate", validation.vector("censored rate, events", events))
    validation.same_length("censored rate", times, ended)
    validation.share("level", level, open_ends=True)
    total, count = float(times.sum()), float(ended.sum())
    if total == 0:
        return Interval(math.nan, math.nan, math.nan, math.nan, times.size)
    tail = (1 - level) / 2
    low = float(special.gammaincinv(count, tail)) / total if count > 0 else 0.0
    high = float(special.gammainccinv(count + 1, tail)) / total
    return Interval(count / total, low, high, (high - low) / 2, times.size)


def _group(durations: npt.ArrayLike, codes: Array, n_reasons: int) -> tuple[Array, Array, Array, Array]:
    """Count at risk, left by reason and censored at every distinct duration."""
    times = validation.non_negative("durations", validation.vector("durations", durations))
    validation.same_length("durations and outcomes", times, codes)
    distinct, position = np.unique(times, return_inverse=True)
    counts = np.zeros((n_reasons + 1, distinct.size))
    np.add.at(counts, (codes.astype(np.intp), position), 1.0)
    at_risk = times.size - np.concatenate(([0.0], np.cumsum(counts.sum(axis=0))[:-1]))
    return distinct, at_risk, counts[1:], counts[0]


def _grouped(
    at_risk: npt.ArrayLike, left: npt.ArrayLike, censored: npt.ArrayLike | None, times: npt.ArrayLike | None, ties: Ties
) -> tuple[Array, Array, Array]:
    """Check counts per period and return exposed, left and times."""
    present = validation.non_negative("at risk", validation.vector("at risk", at_risk))
    gone = validation.non_negative("left", validation.vector("left", left))
    lost = np.zeros_like(present) if censored is None else validation.vector("censored", censored)
    validation.non_negative("censored", lost)
    when = np.arange(1.0, present.size + 1) if times is None else validation.vector("times", times)
    validation.same_length("at risk, left, censored and times", present, gone, lost, when)
    if (gone + lost > present).any():
        i = int(np.argmax(gone + lost > present))
        message = f"survival, period {i}: {gone[i] + lost[i]:g} gone of {present[i]:g}; at most those; check the counts"
        raise InputError(message)
    if not (np.diff(validation.finite("times", when)) > 0).all():
        message = "survival: times that do not increase; increasing times are allowed; sort the periods"
        raise InputError(message)
    if ties not in {"events first", "actuarial"}:
        message = f"survival: ties {ties!r}; 'events first' or 'actuarial' is allowed; choose one"
        raise InputError(message)
    return (present - lost / 2 if ties == "actuarial" else present), gone, when


def _ratio(top: Array, bottom: Array) -> Array:
    """Divide, with 0 where the denominator is 0 (nobody at risk, or nobody left over: the curve has ended)."""
    return np.divide(top, bottom, out=np.zeros(np.broadcast_shapes(top.shape, bottom.shape)), where=bottom > 0)


def _log_log_limits(survival: Array, std_error: Array, z: float) -> tuple[Array, Array]:
    inside = (survival > 0) & (survival < 1)
    low, high = np.where(inside, 0.0, np.nan), np.where(inside, 0.0, np.nan)
    low[survival == 1] = high[survival == 1] = 1.0
    s = survival[inside]
    spread = z * std_error[inside] / (s * np.abs(np.log(s)))
    low[inside], high[inside] = s ** np.exp(spread), s ** np.exp(-spread)
    return low, high


def _incidence_error(curve: Array, counts: Array, gone: Array, exposed: Array, before: Array) -> Array:
    """Sum the three terms of the delta-method variance up to each time."""
    later = np.maximum(curve[:, None] - curve[None, :], 0)  # F(t) - F(t_i), zero for t_i after t
    upto = np.tri(curve.size)
    spread = later**2 @ _ratio(gone, exposed * (exposed - gone))
    own = upto @ (before**2 * _ratio(counts * (exposed - counts), exposed**3))
    cross = later @ (before * _ratio(counts, exposed**2))
    return np.sqrt(np.maximum(spread + own - 2 * cross, 0))
