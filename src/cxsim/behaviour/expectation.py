"""What customers expect of a firm, by experience and promise, and what they think they deserve (B-4, B-5)."""

from __future__ import annotations

from cxsim.behaviour.parameter import Parameter, switch
from cxsim.model.jit import rule

PARAMETERS = (
    switch("learning", "Own experience moves what a customer expects of a firm."),
    Parameter(
        "expectation_learning", 0.3, "per encounter", 0.0, 1.0,
        "Oliver (1980) with smoothing as in Boulding et al. (1993); size from a range of .1 to .6", "assumption",
        "Share of the surprise by which one encounter moves the expectation.",
    ),
    Parameter(
        "prior_encounters", 3.0, "encounters", 0.0, 20.0,
        "Rust, Inman, Jia and Zahorik (1999), Bayesian updating; size assumed", "assumption",
        "How many encounters the first belief about a firm weighs; early experience moves it faster than later.",
    ),
    Parameter(
        "start_expectation", 0.0, "latent SD", -3.0, 3.0,
        "by construction: 0 is the market's standard at the start", "assumption",
        "What everybody expects of every firm before the warm-up.",
    ),
    switch("promising", "What a firm promises moves what is expected of it."),
    switch("deserving", "What the best firm delivers becomes what people think they deserve."),
    Parameter(
        "promise_weight", 0.5, "share", 0.0, 1.0,
        "direction from Boulding, Kalra, Staelin and Zeithaml (1993); size assumed from a range of 0 to 1",
        "assumption",
        "Weight of a promise in the expectation of somebody without experience; it fades with experience.",
    ),
    Parameter(
        "should_learning", 0.1, "per encounter", 0.0, 1.0,
        "Boulding, Kalra, Staelin and Zeithaml (1993): raised by the best, never lowered; size assumed", "assumption",
        "Share of the gap to the best known firm by which what is thought deserved rises.",
    ),
    Parameter(
        "will_pull", 0.2, "per latent SD", 0.0, 1.0,
        "Boulding, Kalra, Staelin and Zeithaml (1993) for the sign; size assumed", "assumption",
        "How far a high expectation of what will be raises what is perceived.",
    ),
    Parameter(
        "should_push", 0.3, "per latent SD", 0.0, 1.0,
        "Boulding, Kalra, Staelin and Zeithaml (1993) for the sign; size assumed", "assumption",
        "How far a high standard of what should be lowers what is perceived.",
    ),
)  # fmt: skip


@rule
def learning_rate(floor: float, prior: float, encounters: float) -> float:
    """Weight of the newest encounter: 1 / (prior + encounters), never below the smoothing floor.

    Rust, Inman, Jia and Zahorik (1999): a Bayesian customer weighs experience by its share of all evidence.

    Parameters
    ----------
    floor : float
        Smoothing constant that experienced customers keep, in [0, 1].
    prior : float
        Encounters that the first belief is worth, >= 0.
    encounters : float
        Encounters so far, this one included, >= 1.
    """
    bayes = 1.0 / (prior + encounters)
    return bayes if bayes > floor else floor


@rule
def learned(expectation: float, performance: float, weight: float) -> float:
    """Return the expectation after an encounter, ``E + weight (x - E)`` (exponential smoothing)."""
    return expectation + weight * (performance - expectation)


@rule
def learned_variance(variance: float, surprise: float, weight: float) -> float:
    """Variance of the expectation after an encounter with the given surprise ``x - E``.

    Exponentially weighted: ``(1 - w) (v + w surprise^2)``, so that a consistent firm becomes a certain one.
    """
    return (1.0 - weight) * (variance + weight * surprise * surprise)


@rule
def will_expectation(own: float, promise: float, weight: float, prior: float, encounters: float) -> float:
    """Return what a customer expects to get: own belief and promise mixed, ``(1 - w) E + w promise`` (B-5).

    ``w = weight prior / (prior + encounters)``: who knows the firm believes its promises less.

    Parameters
    ----------
    own : float
        Expectation from experience and talk, latent SD.
    promise : float
        Promised experience, latent SD. Where nothing is promised the rule is not asked.
    weight : float
        Weight of the promise before any encounter, in [0, 1].
    prior : float
        Encounters that the first belief is worth, >= 0.
    encounters : float
        Encounters so far, >= 0.
    """
    total = prior + encounters
    share = weight * prior / total if total > 0.0 else weight
    return own + share * (promise - own)


@rule
def deserved(should: float, best: float, rate: float) -> float:
    """Return the deserved standard: it rises toward the best one knows and never falls (Boulding et al. 1993)."""
    return should + rate * max(0.0, best - should)


@rule
def perceived(performance: float, will: float, should: float, pull: float, push: float) -> float:
    """Perceived quality ``x + kw E_will - ks E_should`` (Boulding et al. 1993)."""
    return performance + pull * will - push * should
