"""From the latent scale to reported scores: NPS groups, CSAT (B-36)."""

from __future__ import annotations

from cxsim.behaviour.parameter import Parameter
from cxsim.model.jit import rule

PARAMETERS = (
    Parameter(
        "promoter_from", 0.9, "latent SD", -3.0, 3.0,
        "cut-point set so that a firm at the market's standard has an NPS near 0", "assumption",
        "Cumulative satisfaction from which a customer answers 9 or 10.",
    ),
    Parameter(
        "detractor_below", -0.5, "latent SD", -3.0, 3.0,
        "cut-point set so that a firm at the market's standard has an NPS near 0", "assumption",
        "Cumulative satisfaction below which a customer answers 6 or less.",
    ),
    Parameter(
        "satisfied_from", -0.1, "latent SD", -3.0, 3.0,
        "cut-point between 3 and 4 of 5 (top-two-box CSAT)", "assumption",
        "Satisfaction with an episode from which a customer answers 4 or 5.",
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
