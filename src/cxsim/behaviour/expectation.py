"""What customers expect of a firm, and how experience moves it (B-4)."""

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
