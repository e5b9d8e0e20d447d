"""Word of mouth: who talks, to how many, and how it moves the listener (B-39, B-40)."""

from __future__ import annotations

import math

from cxsim.behaviour.parameter import Parameter, switch
from cxsim.model.jit import rule

PARAMETERS = (
    switch("talk", "Customers tell others about good and bad episodes, and rate some in public."),
    Parameter(
        "talk_base", 0.1, "probability", 0.0, 1.0,
        "East, Hammond and Wright (2007): three good stories for one bad, as most episodes are good; size assumed",
        "assumption",
        "Chance of talking about an episode that was neither good nor bad.",
    ),
    Parameter(
        "talk_by_gain", 0.01, "per SD^2", 0.0, 1.0,
        "Anderson (1998), asymmetric U; size assumed so that ordinary talk prevails", "assumption",
        "How a good episode raises the chance of talking.",
    ),
    Parameter(
        "talk_by_loss", 0.015, "per SD^2", 0.0, 1.0,
        "Anderson (1998), asymmetric U with ratio 1.5 (range 1.1 to 3)", "assumption",
        "How a bad episode raises the chance of talking.",
    ),
    Parameter(
        "told_if_satisfied", 4.5, "persons", 0.0, 20.0,
        "consumer-affairs surveys: satisfied customers tell 4 to 5", "survey",
        "Mean number of people a satisfied talker tells.",
    ),
    Parameter(
        "told_if_dissatisfied", 9.5, "persons", 0.0, 20.0,
        "consumer-affairs surveys: dissatisfied customers tell 9 to 10", "survey",
        "Mean number of people a dissatisfied talker tells.",
    ),
    Parameter(
        "talk_effect", 0.15, "share of the gap", 0.0, 1.0,
        "direction from East, Hammond and Lomax (2008); size assumed", "assumption",
        "By what share of the gap between story and expectation a strong tie moves the listener.",
    ),
    Parameter(
        "weak_tie_effect", 0.5, "ratio", 0.0, 1.0,
        "Goldenberg, Libai and Muller (2001): single weak ties act less, in sum as much; size assumed", "assumption",
        "Effect of a story between acquaintances relative to friends.",
    ),
    Parameter(
        "talk_delay", 3.0, "days", 0.0, 60.0,
        "assumption", "assumption",
        "Mean time from an episode until it is told.",
    ),
    Parameter(
        "public_base", 0.01, "probability", 0.0, 1.0,
        "assumption", "assumption",
        "Chance of rating an episode in public that was neither good nor bad.",
    ),
    Parameter(
        "public_by_gain", 0.02, "per SD^2", 0.0, 1.0,
        "tweets about airlines: 63 % negative, 16 % positive; size assumed, loss aversion makes the difference",
        "assumption",
        "How a good episode raises the chance of rating it in public.",
    ),
    Parameter(
        "public_by_loss", 0.02, "per SD^2", 0.0, 1.0,
        "tweets about airlines: 63 % negative, 16 % positive; size assumed, loss aversion makes the difference",
        "assumption",
        "How a bad episode raises the chance of rating it in public.",
    ),
)  # fmt: skip


@rule
def probability_of_talk(satisfaction: float, base: float, by_gain: float, by_loss: float) -> float:
    """Chance of telling others, an asymmetric U: ``w0 + w+ S+^2 + w- S-^2``, at most 1 (Anderson 1998)."""
    size = by_gain if satisfaction >= 0.0 else by_loss
    return min(base + size * satisfaction * satisfaction, 1.0)


@rule
def number_told(u: float, mean: float, most: int) -> int:
    """Poisson number of listeners by inversion of one uniform draw, at most `most`."""
    term = math.exp(-mean)
    total = term
    count = 0
    while u > total and count < most:
        count += 1
        term *= mean / count
        total += term
    return count


@rule
def told_expectation(expectation: float, signal: float, effect: float) -> float:
    """Return the listener's expectation after a story: moved by a share of the gap (B-40)."""
    return expectation + effect * (signal - expectation)
