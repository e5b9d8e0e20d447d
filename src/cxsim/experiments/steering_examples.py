"""Two steering rules to begin with: read them, copy them, and put in paths and limits of your own.

A scenario file names one as ``steering: cxsim.experiments.steering_examples.add_staff_when_abandonment_passes``, and
runs with ``--allow-steering``.
"""

from __future__ import annotations

import math
from typing import Any, Final

from cxsim.experiments.look import Look
from cxsim.experiments.steering import Levers
from cxsim.scenario.steering import steering_rule

TOO_MANY: Final = 0.08
FEW: Final = 0.02
RISE: Final = 0.03
STEP: Final = 10.0


@steering_rule(levers={"phone.staff": (1, 12)}, version=1, state={"quiet": 0})
def add_staff_when_abandonment_passes(look: Look, levers: Levers, state: dict[str, Any]) -> None:
    """Put one more person on the phone when more than 8 % hung up; take one off after two periods below 2 %."""
    abandoned = look.measure("abandonment_rate", touchpoint="phone")
    state["quiet"] = state["quiet"] + 1 if abandoned < FEW else 0
    if abandoned > TOO_MANY:
        levers.add("phone.staff", 1)
    elif state["quiet"] == 2:  # noqa: PLR2004 -- periods in a row
        levers.add("phone.staff", -1)
        state["quiet"] = 0


@steering_rule(levers={"recovery.without_approval": (0, 60)}, version=1, state={"periods": 0, "mean": 0.0})
def raise_credit_limit_when_silent_exits_rise(look: Look, levers: Levers, state: dict[str, Any]) -> None:
    """Let clerks grant 10 more alone when silent exits lie 3 points above their mean so far.

    Who gets nothing at once leaves without a word; a higher limit lets the first person who answers make good.
    """
    silent = look.measure("silent_exits")
    if math.isnan(silent):
        return  # nobody was hurt
    if state["periods"] and silent > state["mean"] + RISE:
        levers.add("recovery.without_approval", STEP)
    state["periods"] += 1
    state["mean"] += (silent - state["mean"]) / state["periods"]
