"""From the latent scale to reported scores: NPS groups, CSAT (B-36)."""

from __future__ import annotations

from cxsim.behaviour.parameter import Parameter, switch
from cxsim.model.jit import rule

PARAMETERS = (
    Parameter(
        "promoter_from", 0.3, "latent SD", -3.0, 3.0,
        "cut-point set so that a firm at the market's standard has an NPS near 0", "assumption",
        "Cumulative satisfaction from which a customer answers 9 or 10.",
    ),
    Parameter(
        "detractor_below", -0.25, "latent SD", -3.0, 3.0,
        "cut-point set so that a firm at the market's standard has an NPS near 0", "assumption",
        "Cumulative satisfaction below which a customer answers 6 or less.",
    ),
    Parameter(
        "satisfied_from", -0.1, "latent SD", -3.0, 3.0,
        "cut-point between 3 and 4 of 5 (top-two-box CSAT)", "assumption",
        "Satisfaction with an episode from which a customer answers 4 or 5.",
    ),
    Parameter(
        "poor_below", -0.35, "latent SD", -3.0, 3.0,
        "cut-point of the poorest grade; assumed", "assumption",
        "Cumulative satisfaction below which a customer rates the firm poor.",
    ),
    switch("response_bias", "Who is very satisfied or very dissatisfied answers surveys more often."),
    Parameter(
        "respond_base", 0.1, "probability", 0.0, 1.0,
        "assumption: common response rates of customer surveys", "assumption",
        "Chance of answering a survey for somebody neither satisfied nor dissatisfied.",
    ),
    Parameter(
        "respond_by_extremes", 0.03, "per SD^2", 0.0, 1.0,
        "direction from the U shape of public ratings; size assumed", "assumption",
        "How satisfaction and dissatisfaction raise the chance of answering.",
    ),
    Parameter(
        "effort_step", 0.25, "latent SD per point", 0.01, 5.0,
        "assumption; scale of seven points as in the customer effort score, 7 is easy", "assumption",
        "Experience lost by effort and waiting that lowers the effort score by one point.",
    ),
)  # fmt: skip


@rule
def nps_group(cumulative: float, promoter_from: float, detractor_below: float) -> int:
    """1 for a promoter, -1 for a detractor, 0 for a passive."""
    if cumulative >= promoter_from:
        return 1
    if cumulative < detractor_below:
        return -1
    return 0


@rule
def chance_of_response(satisfaction: float, base: float, by_extremes: float) -> float:
    """Chance of answering a survey, a U in satisfaction: ``r0 + r S^2``, at most .9 (B-36)."""
    return min(base + by_extremes * satisfaction * satisfaction, 0.9)


@rule
def is_poor(cumulative: float, poor_below: float) -> bool:
    """Whether a customer rates the firm poor."""
    return cumulative < poor_below


@rule
def effort_score(lost: float, step: float) -> int:
    """Return the effort score: 7 where nothing was lost by effort and waiting, a point less per step, at least 1."""
    return max(7 - int(min(max(lost, 0.0) / step, 6.0)), 1)
