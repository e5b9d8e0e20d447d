"""Choice among firms at a need: expectation, price, inertia (B-35, B-56, B-57)."""

from __future__ import annotations

import math

from cxsim.behaviour.parameter import Parameter, switch
from cxsim.model.jit import rule

MOST_HEARD = 5.0

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
    switch("searching", "Satisfied customers look at fewer rivals, and good stories about a rival make it looked at."),
    switch("reputation", "Public ratings move what is expected of a firm at a choice."),
    Parameter(
        "search_by_satisfaction", 1.0, "logit per latent SD", 0.0, 3.0,
        "Hauser and Wernerfelt (1990) for the cost of search; size assumed from a range of .3 to 2", "assumption",
        "How strongly satisfaction with the own firm keeps people from considering a rival.",
    ),
    Parameter(
        "consider_by_talk", 0.2, "logit per story", 0.0, 3.0,
        "assumption", "assumption",
        "How strongly each good story less each bad one makes a rival considered.",
    ),
    Parameter(
        "outside_utility", -5.5, "utils", -20.0, 5.0,
        "assumption", "assumption",
        "Utility of doing without, relative to the own firm's, where no rival is considered.",
    ),
    Parameter(
        "review_prior", 5.0, "ratings", 0.0, 50.0,
        "Bayesian shrinkage of small numbers of ratings; size assumed from a range of 1 to 20", "assumption",
        "How many ratings the belief before any rating is worth.",
    ),
    Parameter(
        "review_negative_weight", 1.5, "ratio", 1.0, 5.0,
        "assumption; negativity bias in reading reviews, from a range of 1 to 3", "assumption",
        "Weight of a bad rating over that of a good one.",
    ),
    Parameter(
        "reputation_weight", 0.3, "share", 0.0, 1.0,
        "assumption", "assumption",
        "How far ratings pull the expectation of somebody without experience; it fades with experience.",
    ),
    Parameter(
        "reputation_fading", 0.4, "per year", 0.0, 5.0,
        "Mitra and Golder (2006): perceived quality lags for years; size assumed", "assumption",
        "Rate at which old ratings lose weight.",
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


@rule
def chance_of_considering(
    awareness: float, satisfaction: float, heard: float, by_satisfaction: float, by_talk: float
) -> float:
    """Chance that a rival is considered, ``logit(p) = logit(awareness) - b C_own + c heard`` (B-57).

    Parameters
    ----------
    awareness : float
        Chance for somebody neutral who heard nothing; 0 and 1 stay what they are.
    satisfaction : float
        Cumulative satisfaction with the own firm, latent SD; 0 for a person without one.
    heard : float
        Good less bad stories heard about the rival; more than five of either kind are as five.
    by_satisfaction, by_talk : float
        Logit coefficients.
    """
    if awareness <= 0.0 or awareness >= 1.0:
        return awareness
    told = min(max(heard, -MOST_HEARD), MOST_HEARD)
    log_odds = math.log(awareness / (1.0 - awareness)) - by_satisfaction * satisfaction + by_talk * told
    return 1.0 / (1.0 + math.exp(-min(max(log_odds, -700.0), 700.0)))


@rule
def review_weight(rating: float, negative_weight: float) -> float:
    """Weight with which a rating counts: bad ones count more."""
    return negative_weight if rating < 0.0 else 1.0


@rule
def public_score(belief: float, prior: float, total: float, weights: float) -> float:
    """Public score of a firm, ``(a0 m0 + sum w r) / (a0 + sum w)``; Bayesian shrinkage of few ratings (B-56).

    Parameters
    ----------
    belief : float
        What is believed without ratings, latent SD.
    prior : float
        Ratings that this belief is worth, >= 0.
    total, weights : float
        Weighted sum of the ratings, and the sum of their weights.
    """
    evidence = prior + weights
    return (prior * belief + total) / evidence if evidence > 0.0 else belief


@rule
def left_of_ratings(amount: float, years: float, fading: float) -> float:
    """Return what old ratings, a sum or a weight, still count after some years, ``a e^(-f t)``."""
    return amount * math.exp(-fading * years)


@rule
def toward_reputation(expectation: float, score: float, weight: float, prior: float, encounters: float) -> float:
    """Return the expectation at a choice, pulled toward the public score; less with own experience.

    ``E + w prior / (prior + encounters) (R - E)``.
    """
    total = prior + encounters
    share = weight * prior / total if total > 0.0 else weight
    return expectation + share * (score - expectation)


@rule
def reach(since: float, at_first: float, everyone_after: float) -> float:
    """Share of the market that a new firm reaches: from its first share in a straight line to all.

    Parameters
    ----------
    since : float
        Time since it came, >= 0.
    at_first : float
        Share at the beginning.
    everyone_after : float
        In the unit of `since`; 0: everyone at once.
    """
    if since >= everyone_after:
        return 1.0
    return at_first + (1.0 - at_first) * since / everyone_after
