"""Following a share of the people only, with all the staff: the others come as stand-ins (see docs/design.md)."""

from __future__ import annotations

from typing import Final

from cxsim.errors import InputError
from cxsim.model.plan import Plan

FEWEST: Final = 30


def check_scale(plan: Plan, share: float) -> int:
    """Return how many people a share of them is.

    Parameters
    ----------
    plan : Plan
        That follows everybody.
    share : float
        More than 0, at most 1.

    Raises
    ------
    InputError
        When the share is not allowed, there are no people, or too few of them would be followed.
    """
    everybody = int(plan.market[0]["n_persons"])
    if share == 1.0:
        return everybody
    if not 0.0 < share < 1.0:
        message = f"scale: {share:g}; more than 0 and at most 1 is allowed; write, for example, 0.1"
        raise InputError(message)
    if everybody == 0:
        message = f"scale: {share:g} of a scenario without customers; a market is needed; leave it out"
        raise InputError(message)
    count = round(share * everybody)
    if count < FEWEST:
        advice = f"write {FEWEST / everybody:.2g} or more" if everybody > FEWEST else "leave it out"
        message = (
            f"scale: {share:g} of {everybody} customers, who are {count}; {FEWEST} customers or more must be followed; "
            f"{advice}"
        )
        raise InputError(message)
    return count


def followed(plan: Plan, share: float) -> Plan:
    """Return the plan that follows a share of the people, while stand-ins for the others keep the staff as busy.

    Parameters
    ----------
    plan : Plan
        That follows everybody.
    share : float
        More than 0, at most 1; at 1 the plan is returned as it is.

    Raises
    ------
    InputError
        As `check_scale` does.
    """
    count = check_scale(plan, share)
    if share == 1.0:
        return plan
    market = plan.market.copy()
    market["unfollowed"] = market["n_persons"] - count
    market["n_persons"] = count
    return plan._replace(market=market)
