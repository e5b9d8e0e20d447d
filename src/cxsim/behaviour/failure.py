"""How services fail, how severely, and who is blamed for it (B-22, B-23, B-30, B-31)."""

from __future__ import annotations

import math

from cxsim.behaviour.parameter import Parameter, switch
from cxsim.model.jit import rule

EMPLOYEE = 0
CUSTOMER = 1
DESIGN = 2
OUTSIDE = 3
ORIGIN_NAMES = ("employee", "customer", "design", "outside")

DISCOURTESY = 0
EMPLOYEE_ERROR = 1
OWN_ERROR = 2
WRONG_EXPECTATION = 3
LATE_BY_DESIGN = 4
INCOMPLETE = 5
PRODUCT_FAULT = 6
NOT_AS_PROMISED = 7
RULE_OR_BILL = 8
FROM_OUTSIDE = 9
MODE_NAMES = (
    "discourtesy",
    "error or ignorance",
    "own error",
    "wrong expectation",
    "late by design",
    "incomplete",
    "fault of the product",
    "not as promised",
    "a rule or a bill",
    "outside",
)
MODE_ORIGINS = (0, 0, 1, 1, 2, 2, 2, 2, 2, 3)
# Shares within the origin and severities are assumptions; the design modes follow what readers found in 1,430
# dissatisfied Olist orders: late 30 %, incomplete 28 %, not as advertised 11 %, low quality 10 %.
MODE_SHARES = (0.55, 0.45, 0.6, 0.4, 0.35, 0.25, 0.2, 0.12, 0.08, 1.0)
MODE_SEVERITIES = (0.8, 1.0, 0.8, 0.7, 0.9, 1.1, 1.3, 1.4, 0.7, 1.0)

ORDINARY_WEIGHT = 1.5  # weight of a failure of severity 1 for which the firm is blamed about half
BOND_MOST = 3.0
STILL_HURTS = 0.5  # unhealed failures from which there is a grievance: one, until it has faded by half

_ATTRIBUTION = "Weiner (1985) and Folkes (1984) for the dimensions; size assumed"

PARAMETERS = (
    switch("blaming", "Who is to blame, and whether it will happen again, makes a failure weigh more or less."),
    switch("deviating", "A failure while an earlier one is not made good hurts more."),
    switch("bonding", "Good episodes build a bond that buffers failures and makes betrayals worse."),
    Parameter(
        "usual_severity", 0.5, "severity", 0.1, 3.0,
        "assumption: everyday problems are nearer to the minor (.4) than to the severe (2) ones of the TARP table",
        "assumption",
        "Mean severity of a usual failure; a problem that cost little has .4, one that cost much 2.",
    ),
    Parameter(
        "severity_spread", 0.6, "log SD", 0.0, 2.0,
        "assumption: lognormal, so that one failure in ten is more than twice as severe as the usual one", "assumption",
        "How much failures of one kind differ in severity.",
    ),
    Parameter("locus_employee", 1.0, "share", 0.0, 1.0, _ATTRIBUTION, "assumption",
              "How far the firm is seen as the cause of what its employees do."),
    Parameter("locus_customer", 0.3, "share", 0.0, 1.0, _ATTRIBUTION, "assumption",
              "How far the firm is seen as the cause of customers' own errors."),
    Parameter("locus_design", 1.0, "share", 0.0, 1.0, _ATTRIBUTION, "assumption",
              "How far the firm is seen as the cause of what is wrong by design."),
    Parameter("locus_outside", 0.2, "share", 0.0, 1.0, _ATTRIBUTION, "assumption",
              "How far the firm is seen as the cause of what comes from outside."),
    Parameter("control_employee", 0.8, "share", 0.0, 1.0, _ATTRIBUTION, "assumption",
              "How far the firm could have prevented what its employees do."),
    Parameter("control_customer", 0.2, "share", 0.0, 1.0, _ATTRIBUTION, "assumption",
              "How far the firm could have prevented customers' own errors."),
    Parameter("control_design", 0.9, "share", 0.0, 1.0, _ATTRIBUTION, "assumption",
              "How far the firm could have prevented what is wrong by design."),
    Parameter("control_outside", 0.0, "share", 0.0, 1.0, _ATTRIBUTION, "assumption",
              "How far the firm could have prevented what comes from outside."),
    Parameter("stability_employee", 0.3, "share", 0.0, 1.0, _ATTRIBUTION, "assumption",
              "How far people expect a failure by an employee to happen again."),
    Parameter("stability_customer", 0.3, "share", 0.0, 1.0, _ATTRIBUTION, "assumption",
              "How far people expect an error of their own to happen again."),
    Parameter("stability_design", 0.8, "share", 0.0, 1.0, _ATTRIBUTION, "assumption",
              "How far people expect a failure by design to happen again."),
    Parameter("stability_outside", 0.2, "share", 0.0, 1.0, _ATTRIBUTION, "assumption",
              "How far people expect what came from outside to happen again."),
    Parameter(
        "blame_weight", 0.5, "ratio", 0.0, 2.0,
        "Folkes (1984) for the direction; size assumed", "assumption",
        "By what share full blame makes a failure weigh more.",
    ),
    Parameter(
        "stability_weight", 0.5, "ratio", 0.0, 2.0,
        "Folkes (1984) for the direction; size assumed", "assumption",
        "By what share the certainty that it will happen again makes a failure weigh more.",
    ),
    Parameter(
        "explanation", 0.3, "share", 0.0, 1.0,
        "direction from attribution theory, Weiner (1985); size assumed from a range of .1 to .5", "assumption",
        "By how much an explanation lowers how preventable and how lasting a failure seems.",
    ),
    Parameter(
        "double_deviation", 1.7, "ratio", 1.0, 3.0,
        "Bitner, Booms and Tetreault (1990) for the term; size assumed from a range of 1.5 to 2", "assumption",
        "How much more a failure hurts while an earlier one within a year is not made good.",
    ),
    Parameter(
        "failure_memory", 365.0, "days", 0.0, 3650.0,
        "Maxham and Netemeyer (2002): failures close in time weigh together; size assumed", "assumption",
        "Time in which the memory of a failure that was not made good fades by a factor e.",
    ),
    Parameter(
        "bond_gain", 0.1, "SD per SD", 0.0, 1.0,
        "direction from Hess, Ganesan and Klein (2003); size assumed", "assumption",
        "Growth of the bond by an episode that pleased by one SD.",
    ),
    Parameter(
        "bond_loss", 0.3, "SD", 0.0, 3.0,
        "assumption", "assumption",
        "Loss of bond by a failure that was not made good.",
    ),
    Parameter(
        "buffer", 0.5, "per SD", 0.0, 1.0,
        "direction from Hess, Ganesan and Klein (2003); size assumed", "assumption",
        "How strongly a bond softens a failure.",
    ),
    Parameter(
        "betrayal", 0.3, "per SD", 0.0, 1.0,
        "direction from Gregoire and Fisher (2008), love becomes hate; size assumed", "assumption",
        "How strongly a bond aggravates a failure that feels like a betrayal.",
    ),
)  # fmt: skip


@rule
def mode_of(u: float, employee: float, customer: float, design: float, outside: float) -> int:
    """Way in which a service failed, from one uniform draw.

    The origin is drawn by its share, the mode by its share within the origin (`MODE_SHARES`).

    Parameters
    ----------
    u : float
        Uniform in [0, 1).
    employee, customer, design, outside : float
        Shares of the origins, >= 0; they need not add up to 1. Where all are 0 the cause is outside.
    """
    left = u * (employee + customer + design + outside)
    last = FROM_OUTSIDE
    for mode in range(len(MODE_SHARES)):
        chance = MODE_SHARES[mode] * by_origin(MODE_ORIGINS[mode], employee, customer, design, outside)
        if chance > 0.0:
            last = mode
            if left < chance:
                return mode
            left -= chance
    return last


@rule
def origin_of(mode: int) -> int:
    """Origin of a failure mode: employee, customer, design or outside."""
    return MODE_ORIGINS[mode]


@rule
def severity_factor(mode: int) -> float:
    """Mean severity of a failure mode, in units of a usual failure."""
    return MODE_SEVERITIES[mode]


@rule
def is_betrayal(mode: int) -> bool:
    """Whether a failure of this mode feels like a betrayal: what was promised was not true."""
    return mode == NOT_AS_PROMISED


@rule
def by_origin(origin: int, employee: float, customer: float, design: float, outside: float) -> float:
    """Pick the value that belongs to an origin."""
    if origin == EMPLOYEE:
        return employee
    if origin == CUSTOMER:
        return customer
    return design if origin == DESIGN else outside


@rule
def severity_of(z: float, sigma: float, factor: float) -> float:
    """Severity of a failure, lognormal with mean `factor`: ``f exp(sigma z - sigma^2 / 2)`` for standard normal z."""
    return factor * math.exp(sigma * z - 0.5 * sigma * sigma)


@rule
def blame(locus: float, control: float) -> float:
    """Blame in [0, 1]: ``l (.5 + .5 c)``, how far the firm caused it and could have prevented it (Weiner 1985)."""
    return locus * (0.5 + 0.5 * control)


@rule
def explained(level: float, explanation: float) -> float:
    """How preventable or lasting a failure seems once it has been explained, never below 0."""
    return max(level - explanation, 0.0)


@rule
def weight_of_failure(severity: float, blame_: float, stability: float, by_blame: float, by_stability: float) -> float:
    """Weight of a failure, ``severity (1 + kb blame + ks stability)`` (Folkes 1984); the severity where both are 0."""
    return severity * (1.0 + by_blame * blame_ + by_stability * stability)


@rule
def loss_of_failure(weight: float, failure_loss: float) -> float:
    """Experience lost by a failure, latent SD: `failure_loss` for an ordinary one of weight 1.5, in proportion."""
    return failure_loss * weight / ORDINARY_WEIGHT


@rule
def deviated(loss: float, unhealed: float, factor: float) -> float:
    """Loss by a failure, multiplied where an earlier one is not made good (double deviation, Bitner et al. 1990)."""
    return loss * factor if unhealed > STILL_HURTS else loss


@rule
def buffered(loss: float, bond: float, betrayed: bool, buffer: float, betrayal: float) -> float:
    """Loss by a failure, softened by the bond, ``e^(-b bond)``; a betrayal is made worse by it, ``e^(+b2 bond)``."""
    return loss * math.exp(betrayal * bond if betrayed else -buffer * bond)


@rule
def bond_after(bond: float, satisfaction: float, unhealed: bool, gain: float, loss: float) -> float:
    """Bond after an episode, in [0, 3]: grows with what pleased, falls by a failure that was not made good."""
    changed = bond + gain * max(satisfaction, 0.0) - (loss if unhealed else 0.0)
    return min(max(changed, 0.0), BOND_MOST)


@rule
def remembered(unhealed: float, days: float, memory: float) -> float:
    """Failures that were not made good, as they weigh some days later: each fades, ``n e^(-t / memory)``."""
    return unhealed * math.exp(-max(days, 0.0) / memory) if memory > 0.0 else 0.0


@rule
def comes_to_mind(days: float, memory: float) -> float:
    """1 where the last failure was not longer ago than the memory, else 0."""
    return 1.0 if days < memory else 0.0
