"""Leaving: after a failure, by contract hazard, involuntarily (B-24, B-37, B-38)."""

from __future__ import annotations

import math

from cxsim.behaviour.parameter import Parameter, switch
from cxsim.model.events import REASON_BETTER_OFFER, REASON_FAILURE, REASON_PRICE, REASON_TALK
from cxsim.model.jit import rule

PARAMETERS = (
    switch("exit_after_failure", "An episode that failed can end the relationship."),
    switch("contract_exit", "In contractual markets people give notice by a hazard."),
    Parameter(
        "exit_base", 0.086, "logit", -8.0, 2.0,
        "TARP stay table: 37 % stay after a minor and 9 % after a severe unvoiced problem; weights assumed",
        "assumption",
        "Log odds of leaving in silence after a failure of no weight.",
    ),
    Parameter(
        "exit_by_loss", 0.58, "per unit of weight", 0.0, 3.0,
        "TARP stay table: 37 % stay after a minor and 9 % after a severe unvoiced problem; weights assumed",
        "assumption",
        "How strongly the weight of a failure drives leaving after it.",
    ),
    Parameter(
        "exit_by_satisfaction", 0.4, "per latent SD", 0.0, 3.0,
        "Bolton (1998): satisfied customers forgive; size assumed", "assumption",
        "How strongly cumulative satisfaction before a failure holds a customer after it.",
    ),
    Parameter(
        "exit_by_bond", 0.5, "per latent SD", 0.0, 3.0,
        "Hirschman (1970): loyalty holds back exit; size assumed", "assumption",
        "How strongly the bond holds a customer after a failure.",
    ),
    Parameter(
        "exit_by_alternative", 0.7, "per util", 0.0, 2.0,
        "Hirschman (1970): exit needs somewhere to go; size assumed", "assumption",
        "How strongly a better alternative pulls after a failure.",
    ),
    Parameter(
        "unsolved_weight", 0.75, "weight", 0.0, 5.0,
        "assumption: as a minor failure for which the firm is to blame", "assumption",
        "Weight of a matter that is not solved, as a failure.",
    ),
    Parameter(
        "contract_hold", 2.0, "logit", 0.0, 10.0,
        "assumption: giving notice takes more than going elsewhere the next time", "assumption",
        "How much a contract lowers the log odds of leaving after a failure.",
    ),
    Parameter(
        "base_hazard", 0.1086, "per year", 0.0, 2.0,
        "half of the customers lost in five years (Reichheld 1996), less the involuntary .03", "survey",
        "Hazard of giving notice at neutral satisfaction and equal alternatives.",
    ),
    Parameter(
        "satisfaction_to_staying", 0.6, "log hazard per latent SD", 0.0, 3.0,
        "Bolton (1998), proportional hazards on cumulative satisfaction; size assumed", "assumption",
        "How strongly cumulative satisfaction lowers the hazard of giving notice.",
    ),
    Parameter(
        "alternative_to_leaving", 0.5, "log hazard per util", 0.0, 3.0,
        "direction from Jones and Sasser (1995); size assumed", "assumption",
        "How strongly the best alternative, less the switching cost, raises the hazard of giving notice.",
    ),
    Parameter(
        "involuntary_hazard", 0.03, "per year", 0.0, 0.5,
        "assumption; Keaveney (1995): involuntary in 6 % of switches", "assumption",
        "Hazard of leaving the market: moved, died.",
    ),
)  # fmt: skip


@rule
def utility_of_exit(
    weight: float,
    cumulative: float,
    bond: float,
    advantage: float,
    care: float,
    hold: float,
    base: float,
    by_loss: float,
    by_satisfaction: float,
    by_bond: float,
    by_alternative: float,
) -> float:
    """Return the utility of leaving over silence after a failure: log odds of leaving where nobody speaks (B-24).

    ``b0 + bw W - bs C - bb bond + ba A + care - hold``.

    Parameters
    ----------
    weight : float
        Weight of the failure.
    cumulative : float
        Cumulative satisfaction before the episode, latent SD.
    bond : float
        Bond with the firm, in [0, 3].
    advantage : float
        Utility of the best rival less the own firm's, less the cost of switching, utils.
    care : float
        Shift of the log hazard by an earlier follow-up; 0 without one.
    hold : float
        `contract_hold` in a contractual market, else 0.
    base, by_loss, by_satisfaction, by_bond, by_alternative : float
        Logit coefficients.
    """
    drives = base + by_loss * weight + by_alternative * advantage + care
    return drives - by_satisfaction * cumulative - by_bond * bond - hold


@rule
def hazard_of_notice(
    base_per_year: float,
    cumulative: float,
    advantage: float,
    care: float,
    by_satisfaction: float,
    by_alternative: float,
) -> float:
    """Hazard of giving notice, ``h0 exp(-bs C + ba A + care)`` per year (proportional hazards, Bolton 1998).

    Parameters
    ----------
    base_per_year : float
        Hazard at neutral satisfaction and equal alternatives.
    cumulative : float
        Cumulative satisfaction, latent SD.
    advantage : float
        Utility of the best rival less the own firm's, less the cost of switching, utils.
    care : float
        Shift of the log hazard by a follow-up; 0 without one.
    by_satisfaction, by_alternative : float
        Coefficients.
    """
    exponent = -by_satisfaction * cumulative + by_alternative * advantage + care
    return base_per_year * math.exp(min(max(exponent, -50.0), 50.0))


@rule
def probability_within(hazard_per_year: float, years: float) -> float:
    """Chance that a constant hazard strikes within a time, ``1 - e^(-h t)``."""
    return -math.expm1(-hazard_per_year * years)


@rule
def spread_cost(cost: float, price_reference: float, payments_per_year: float) -> float:
    """One-off cost of switching as a share of a year's payments, comparable with a relative price."""
    yearly = price_reference * payments_per_year
    return cost / yearly if yearly > 0.0 else 0.0


@rule
def reason_of_leaving(last_trouble: int, by_price: float, by_expectation: float, heard: float, care: float) -> int:
    """Name what weighed most in leaving: the last trouble, else price, talk or a better experience elsewhere.

    Parameters
    ----------
    last_trouble : int
        Reason code of the last dissatisfying episode, -1 for none.
    by_price, by_expectation : float
        Utility that the new firm offers more by its price and by what is expected of it.
    heard : float
        Good less bad stories heard about the new firm.
    care : float
        Shift of the log hazard by a follow-up. One that asked the dissatisfied, and pushed more than any offer
        pulled, has recalled the failure.
    """
    if last_trouble >= 0:
        return last_trouble
    if care > 0.0 and care > by_price and care > by_expectation:
        return REASON_FAILURE
    if by_price > 0.0 and by_price > by_expectation:
        return REASON_PRICE
    if heard > 0.0:
        return REASON_TALK
    return REASON_BETTER_OFFER
