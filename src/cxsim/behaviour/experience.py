"""What a customer experiences in one episode: quality, waiting, effort, failure (B-8, B-9, B-12, B-13, B-18, B-22)."""

from __future__ import annotations

import math

from cxsim.behaviour.parameter import Parameter, switch
from cxsim.model.jit import rule

MOST_ACCEPTED = 5.0  # times the usual: a promise to answer late makes only so much of a wait acceptable

PARAMETERS = (
    switch("waiting", "Waiting longer than acceptable lowers the experience."),
    switch("failures", "A failure or an unsolved matter lowers the experience."),
    Parameter(
        "wait_inflation", 1.36, "ratio", 1.0, 2.0,
        "Larson's review of unoccupied time: overestimated by 36 %", "published",
        "Perceived over actual time for waits with nothing to do.",
    ),
    Parameter(
        "announced_wait_inflation", 1.13, "ratio", 1.0, 2.0,
        "Maister (1985) for the direction; 1.36 less the assumed factor of 1.2 for uncertain waits", "assumption",
        "Perceived over actual time when the wait was announced.",
    ),
    Parameter(
        "call_back_wait_weight", 0.2, "ratio", 0.05, 0.5,
        "study of call-back offers in call centres (2019); range .05 to .5", "published",
        "Weight of a minute spent waiting off-line for a call-back, over a minute on the line.",
    ),
    Parameter(
        "acceptable_wait", 1.0, "minutes", 0.0, 60.0,
        "surveys: 60 % say that more than a minute on hold is too long; revealed patience is longer", "survey",
        "Perceived wait that does not hurt yet.",
    ),
    Parameter(
        "wait_loss", 0.05, "latent SD per min^1.5", 0.0, 1.0,
        "form c (Wp - We)^1.5, Maister (1985) ordering; size assumed: 10 min too long cost 1.6 SD", "assumption",
        "Loss of experience by perceived waiting beyond the acceptable.",
    ),
    Parameter(
        "failure_loss", 1.5, "latent SD", 0.0, 5.0,
        "Olist deliveries: a failed promise costs up to 2.4 of 5 stars (95,830 orders); mapped to 1.5 SD", "assumption",
        "Loss of experience by a failure inside a service.",
    ),
    Parameter(
        "unsolved_loss", 1.0, "latent SD", 0.0, 5.0,
        "SQM: CSAT falls by 15 points with each further call; mapped to 1 SD", "survey",
        "Loss of experience when the matter is not solved.",
    ),
    Parameter(
        "most_lost", 3.0, "latent SD", 0.5, 10.0,
        "ratings have a floor; three SD below the usual is about the lowest grade on common scales", "assumption",
        "The most that waiting and failures can cost in one episode, taken together.",
    ),
    switch("peak_end", "A visit is judged by its first, worst or best, and last moments, not by its mean."),
    switch("weakest_link", "One touchpoint below what must be spoils the whole visit."),
    switch("effort", "Transfers, repeats and loops lower the experience."),
    switch("persisting", "Who was not helped comes again."),
    Parameter(
        "peak_weight", 0.4, "share", 0.0, 1.0,
        "Kahneman, Fredrickson, Schreiber and Redelmeier (1993) for the rule; size assumed from a range of .2 to .6",
        "assumption",
        "Weight of the most extreme touchpoint in the judgement of a visit.",
    ),
    Parameter(
        "end_weight", 0.4, "share", 0.0, 1.0,
        "Kahneman, Fredrickson, Schreiber and Redelmeier (1993) for the rule; size assumed from a range of .2 to .6",
        "assumption",
        "Weight of the last touchpoint in the judgement of a visit.",
    ),
    Parameter(
        "first_weight", 0.1, "share", 0.0, 1.0,
        "direction from primacy in impression formation, Asch (1946); size assumed", "assumption",
        "Weight of the first touchpoint in the judgement of a visit; the rest is the mean.",
    ),
    Parameter(
        "visit_luck", 0.3, "share of the variance", 0.0, 1.0,
        "assumption", "assumption",
        "Share of the spread that is drawn anew at each touchpoint; the rest belongs to the whole visit.",
    ),
    Parameter(
        "spoilt", 1.5, "latent SD", 0.0, 5.0,
        "Kano (1984) for must-be quality; size assumed", "assumption",
        "How dissatisfied a visit leaves at least when something failed that must be.",
    ),
    Parameter(
        "effort_of_transfer", 0.1, "latent SD", 0.0, 2.0,
        "Dixon, Freeman and Toman (2010) for the direction; size assumed", "assumption",
        "Loss of experience by each transfer.",
    ),
    Parameter(
        "effort_of_repeat", 0.5, "latent SD", 0.0, 2.0,
        "SQM: CSAT falls by 15 points with each further call; part of it, assumed", "assumption",
        "Loss of experience by each further contact about the same matter.",
    ),
    Parameter(
        "effort_of_loop", 0.15, "latent SD", 0.0, 2.0,
        "Dixon, Freeman and Toman (2010) for the direction; size assumed", "assumption",
        "Loss of experience by each time around in a menu.",
    ),
    Parameter(
        "anger_of_loop", 1.15, "ratio", 1.0, 2.0,
        "assumption", "assumption",
        "Factor on the whole effort for each time around in a menu.",
    ),
    Parameter(
        "visible_way_out", 0.333, "ratio", 0.0, 1.0,
        "assumption: a visible way out of a menu cuts loops to a third", "assumption",
        "Chance of going around once more where the way out is visible, over that where it is hidden.",
    ),
    Parameter(
        "unexplained_wait", 1.2, "ratio", 1.0, 2.0,
        "Maister (1985) for the direction; size assumed", "assumption",
        "How much longer a wait feels that nobody explains.",
    ),
    Parameter(
        "persistence", 0.8, "probability", 0.0, 1.0,
        "assumption", "assumption",
        "Chance that a person who was not helped comes again.",
    ),
    Parameter(
        "return_delay", 1.0, "days", 0.0, 60.0,
        "assumption", "assumption",
        "Mean time until a person who was not helped comes again.",
    ),
    Parameter(
        "most_contacts", 6.0, "contacts", 1.0, 15.0,
        "assumption", "assumption",
        "After how many contacts about one matter everybody gives up.",
    ),
)  # fmt: skip


@rule
def perceived_wait(wait: float, inflation: float) -> float:
    """Perceived waiting time in the unit of the wait, ``psi W`` (Maister 1985 and later measurements)."""
    return inflation * wait


@rule
def wait_loss(perceived_min: float, acceptable_min: float, size: float) -> float:
    """Loss by waiting, ``c (Wp - We)^1.5`` above the acceptable wait, 0 below; latent SD."""
    excess = perceived_min - acceptable_min
    if excess <= 0.0:
        return 0.0
    return size * excess * math.sqrt(excess)


@rule
def performance(quality: float, spread: float, luck: float, lost: float) -> float:
    """Delivered experience of an episode: firm quality, encounter luck (standard normal), less what was lost."""
    return quality + spread * luck - lost


@rule
def touch_luck(of_visit: float, of_touch: float, share: float) -> float:
    """Luck of a touchpoint: that of the visit and its own, mixed so that the variance stays 1.

    Parameters
    ----------
    of_visit, of_touch : float
        Independent standard normals.
    share : float
        Share of the variance that is the touchpoint's own, in [0, 1].
    """
    return math.sqrt(1.0 - share) * of_visit + math.sqrt(share) * of_touch


@rule
def whole_visit(
    first: float, extreme: float, last: float, mean: float, w_peak: float, w_end: float, w_first: float
) -> float:
    """Judgement of a whole visit by its peak, its end, its beginning, and for the rest its mean (B-8).

    ``wp extreme + we last + wf first + (1 - wp - we - wf) mean``: how long it lasted plays no part. Weights that add
    up to more than 1 are scaled down to 1.

    Parameters
    ----------
    first, extreme, last, mean : float
        Of the touchpoints, in one unit, such as latent SD.
    w_peak, w_end, w_first : float
        In [0, 1].
    """
    total = w_peak + w_end + w_first
    marked = w_peak * extreme + w_end * last + w_first * first
    return marked / total if total > 1.0 else marked + (1.0 - total) * mean


@rule
def spoilt_visit(satisfaction: float, spoilt: float) -> float:
    """Satisfaction with a visit in which something failed that must be: at most ``-spoilt`` (Kano 1984)."""
    return min(satisfaction, -spoilt)


@rule
def effort_lost(
    transfers: float,
    repeats: float,
    loops: float,
    by_transfer: float,
    by_repeat: float,
    by_loop: float,
    anger: float,
) -> float:
    """Experience lost by effort, ``(a transfers + b repeats + c loops) anger^loops``, latent SD (B-12, B-18).

    Parameters
    ----------
    transfers, repeats, loops : float
        Times that one was passed on, had to come again, went around in a menu.
    by_transfer, by_repeat, by_loop : float
        Latent SD each.
    anger : float
        Factor on the whole for each loop, >= 1.
    """
    return (by_transfer * transfers + by_repeat * repeats + by_loop * loops) * math.pow(anger, loops)


@rule
def chance_of_loop(loops: float, visible: bool, factor: float) -> float:
    """Chance of going around once more in a menu; less where the way out is visible."""
    return loops * factor if visible else loops


@rule
def felt_inflation(inflation: float, explains: bool, unexplained: float) -> float:
    """Perceived over actual wait where somebody tells why one waits; as it was where nobody does (Maister 1985)."""
    return inflation / unexplained if explains else inflation


@rule
def chance_of_return(contacts: float, persistence: float, most: float) -> float:
    """Chance that who was not helped comes again after so many contacts about the matter, this one included."""
    return persistence if contacts < most else 0.0


@rule
def accepted_wait(usual_min: float, promised_min: float) -> float:
    """Return the wait that does not hurt yet where an answer is promised within a time: that time, within bounds."""
    return min(promised_min, MOST_ACCEPTED * usual_min)
