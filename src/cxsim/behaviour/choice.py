"""Choice among firms at a need: expectation, price, inertia (B-35, B-57)."""

from __future__ import annotations

import math

from cxsim.behaviour.parameter import Parameter, switch
from cxsim.model.jit import rule

PARAMETERS = (
    switch("choosing", "At a purchase a customer of a noncontractual market chooses anew."),
    Parameter(
        "choice_expectation", 1.0, "utils per latent SD", 0.0, 5.0,
        "scale of the logit; by convention one SD of expected experience is one util", "assumption",
        "Weight of the expected experience in choosing a firm.",
    ),
    Parameter(
        "choice_price", 3.0, "utils per relative price", 0.0, 10.0,
        "own elasticity of 2 to 3 at equal shares, from price coefficients of scanner panels", "assumption",
        "Weight of the price, relative to the market's mean price at the start.",
    ),
    Parameter(
        "inertia", 1.5, "utils", 0.0, 4.0,
        "scanner panels (ketchup 1.09, crackers 2.06, yogurt 2.73; upper bounds)", "measured",
        "Bonus of the firm that served last.",
    ),
    Parameter(
        "awareness", 0.8, "probability", 0.0, 1.0,
        "small consideration sets, Hauser and Wernerfelt (1990); size assumed", "assumption",
        "Chance that a firm other than the last one is considered at a need.",
    ),
    Parameter(
        "burnt", 0.15, "probability", 0.0, 1.0,
        "assumption: a firm left after a failure is rarely considered again", "assumption",
        "Chance that a firm one left after a failure is considered at a need.",
    ),
)  # fmt: skip


@rule
def utility(
    expectation: float, relative_price: float, is_last: float, by_expectation: float, by_price: float, inertia: float
) -> float:
    """Systematic utility ``th_s E - th_p (p/p0 - 1) + gamma 1{last}`` (Guadagni and Little 1983; Rust et al. 2004).

    Parameters
    ----------
    expectation : float
        Expected experience, latent SD.
    relative_price : float
        Price paid over the market's mean price at the start.
    is_last : float
        1 for the firm that served last, else 0.
    by_expectation, by_price, inertia : float
        Weights in utils.
    """
    return by_expectation * expectation - by_price * (relative_price - 1.0) + inertia * is_last


@rule
def logit_weight(utility_: float) -> float:
    """Unnormalized logit weight ``e^V``, bounded so that no utility overflows."""
    bounded = min(max(utility_, -700.0), 700.0)
    return math.exp(bounded)
