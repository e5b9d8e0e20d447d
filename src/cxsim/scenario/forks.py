"""Policies that begin on the day of a fork: their own times shift, those of the calendar and of rivals stay."""

from __future__ import annotations

import copy
from typing import Any, Final

from cxsim.errors import Fault, ScenarioError, ValueRefusedError, quoted
from cxsim.scenario.fields import Moment, parse_time
from cxsim.scenario.resolve import Resolved, fault_of, given
from cxsim.units import DAY, MONTH, nearest

OPTION: Final = "--fork-at"


def moment_of(resolved: Resolved, text: str, where: str) -> int:
    """Read a time of a scenario as microseconds since its start.

    Parameters
    ----------
    resolved
        The scenario.
    text
        ``month 12``, ``day 10``, a local date, or ``FiberNow arrives``.
    where
        Option or argument that it stands in, for messages.

    Raises
    ------
    ScenarioError
        If it is no time, or none within the scenario.
    """
    try:
        moment = parse_time(text.strip())
        time = _time(resolved, moment)
    except ValueRefusedError as error:
        raise fault_of(where, "", error) from None
    if not 0 <= time <= resolved.document.lasts:
        allowed = f"a time within the scenario, which lasts {resolved.tree['lasts']}"
        raise ScenarioError([Fault(where, None, "", quoted(text), allowed, "name another time")])
    return time


def forked(resolved: Resolved, text: str, where: str = OPTION) -> dict[str, Any]:
    """Return the tree of a scenario whose policies begin at a fork.

    What began at time 0 begins at the fork, and what began in month 3 three months after it. A date and the arrival
    of a firm are no times of the policy: they stay, and what would have begun by then begins at the fork.

    Parameters
    ----------
    resolved
        The scenario.
    text
        When: ``month 12``.
    where
        Option or argument that it stands in, for messages.

    Raises
    ------
    ScenarioError
        If it is no time before the end, or a policy would be over by then.
    """
    at = moment_of(resolved, text, where)
    if at >= resolved.document.lasts:
        allowed = f"a time before the end, after {resolved.tree['lasts']}"
        raise ScenarioError([Fault(where, None, "", quoted(text), allowed, "fork earlier")])
    tree = copy.deepcopy(dict(resolved.tree))
    for name, policy in tree["policies"].items():
        _shift(resolved, policy, at, (name,), where)
        for part in policy.get("combine", ()):
            for key, times in part.items() if isinstance(part, dict) else ():
                _shift(resolved, times, at, (name, key), where)
    return tree


def _shift(resolved: Resolved, times: dict[str, Any], at: int, names: tuple[str, ...], where: str) -> None:
    for key in ("from", "until"):
        if key not in times:
            continue
        moment = parse_time(str(times[key]))
        time = _time(resolved, moment)
        if moment.offset is not None:
            times[key] = written(time + at)
        elif time <= at and key == "until":
            place = f"policies.{'.'.join(names)}.until"
            allowed = "a policy that is not over at the fork"
            raise ScenarioError([Fault(where, None, place, quoted(moment.text), allowed, "fork earlier, or end later")])
        elif time < at:
            times[key] = written(at)


def _time(resolved: Resolved, moment: Moment) -> int:
    """Return a moment as microseconds since the start."""
    if not moment.firm:
        return moment.after(resolved.starts)
    firms = resolved.document.firms
    if moment.firm not in firms:
        allowed = f"one of the firms, then `arrives`: {', '.join(firms)}"
        raise ValueRefusedError(moment.text, allowed, nearest(moment.firm, firms) or "choose one of these")
    return given(firms[moment.firm].arrives).after(resolved.starts)


def written(time: int) -> str:
    """Write microseconds since the start in a unit that divides them: ``month 15``, ``day 100``, else ``day 0.5``."""
    for name, size in (("month", MONTH), ("day", DAY)):
        if time % size == 0:
            return f"{name} {time // size}"
    return f"day {time / DAY:.12f}".rstrip("0")  # finer than a microsecond, and never in powers of ten
