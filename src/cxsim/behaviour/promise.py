"""A dated promise kept, beaten or broken (B-3)."""

from __future__ import annotations

import math

from cxsim.behaviour.parameter import Parameter, switch
from cxsim.model.jit import rule

_FIT = "fitted to 95,830 delivered orders of the Olist data, eight bins of days early or late, largest error .043 star"

PARAMETERS = (
    switch("promises", "A dated promise that is beaten or broken moves satisfaction by a curve of its own."),
    Parameter(
        "promise_gain", 0.244, "stars", 0.0, 2.0, _FIT, "measured",
        "The most that coming early earns.",
    ),
    Parameter(
        "promise_loss", 2.384, "stars", 0.0, 5.0, _FIT, "measured",
        "The most that coming late costs.",
    ),
    Parameter(
        "promise_tau_gain", 5.98, "days", 0.1, 60.0, _FIT, "measured",
        "Days early at which 63 % of the gain is reached.",
    ),
    Parameter(
        "promise_tau_loss", 4.237, "days", 0.1, 60.0, _FIT, "measured",
        "Days late at which 63 % of the loss is reached.",
    ),
    Parameter(
        "promise_steepness", 1.771, "exponent", 0.5, 5.0, _FIT, "measured",
        "Shape of the loss: above 1 the first day late is nearly forgiven.",
    ),
    Parameter(
        "stars_per_sd", 1.35, "stars per latent SD", 0.2, 4.0,
        "assumption: about the standard deviation of five-star reviews of delivered orders", "assumption",
        "How many stars of a review stand for one SD of the latent scale.",
    ),
)  # fmt: skip


@rule
def kept_promise(
    late_days: float,
    gain: float,
    loss: float,
    tau_gain: float,
    tau_loss: float,
    steepness: float,
    stars_per_sd: float,
) -> float:
    """Satisfaction by a dated promise: a small saturating gain if early, a large S-shaped loss if late; latent SD.

    ``G (1 - e^(-early / tau_g)) / s`` and ``-L (1 - e^(-(late / tau_l)^k)) / s``.

    Parameters
    ----------
    late_days : float
        Days after the promised moment; negative if early.
    gain, loss : float
        Largest gain and loss, stars.
    tau_gain, tau_loss : float
        Days, > 0.
    steepness : float
        Weibull shape of the loss.
    stars_per_sd : float
        Stars per latent SD, > 0.
    """
    if late_days <= 0.0:
        return -gain * math.expm1(late_days / tau_gain) / stars_per_sd
    return loss * math.expm1(-math.pow(late_days / tau_loss, steepness)) / stars_per_sd
