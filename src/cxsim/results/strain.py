"""What breaks under the load or does not work as written: full touchpoints, and answers that make nobody whole."""

from __future__ import annotations

import math
from typing import Final

from cxsim.results.facts import Facts
from cxsim.results.findings import Findings, Strain, Unhealed
from cxsim.results.wording import PER_100, figures, fixed, listed
from cxsim.scenario.hints import too_little
from cxsim.scenario.made_good import Worth, worth_of
from cxsim.scenario.resolve import given

NEVER_FREE: Final = 0.98  # share of their time on duty that the people of a touchpoint are busy
NEARLY_ALL: Final = 0.9  # of those who come wait: busy people alone may be a short desk that runs over its hours
ALMOST_NOBODY: Final = 0.01  # of the complaints are made good
A_DAY: Final = 1.0
MORE_WORK: Final = "more work comes than can be done at "


def strains_of(facts: Facts) -> tuple[Strain, ...]:
    """Return the touchpoints of our firm where, in the mean of the runs, nobody is ever free and nearly all wait."""
    table = facts.experiment.frames.touchpoints
    own = table[(table["firm"] == facts.firm) & (table["segment"] == "all")]
    means = {
        name: own[own["measure"] == name].groupby(["touchpoint", "policy"], sort=False)["value"].mean()
        for name in ("occupancy", "share_queued")
    }
    found: dict[str, dict[str, float]] = {}
    for touchpoint in own["touchpoint"].drop_duplicates():
        for policy in facts.policies:
            busy, queued = (float(one.get((touchpoint, policy), math.nan)) for one in means.values())
            if busy >= NEVER_FREE and queued >= NEARLY_ALL:
                found.setdefault(str(touchpoint), {})[policy] = busy
    return tuple(
        Strain(touchpoint, tuple(by_policy), max(by_policy.values())) for touchpoint, by_policy in found.items()
    )


def unhealed_of(facts: Facts) -> tuple[Unhealed, ...]:
    """Return the policies that have `recovery.steps` and make good less than 1 % of the complaints, and why."""
    content = facts.experiment.scenario.content
    found: dict[str, list[str]] = {}
    for policy in facts.policies:
        row = facts.row("recovery_rate", policy)
        if row is None or not row.mean < ALMOST_NOBODY:
            continue
        worth = worth_of(content, policy)
        if worth is not None:
            found.setdefault(_why(facts, policy, worth), []).append(policy)
    return tuple(Unhealed(tuple(policies), why) for why, policies in found.items())


def _why(facts: Facts, policy: str, worth: Worth) -> str:
    if not worth.makes_good:
        return too_little(worth)
    slow = facts.row("complaint_answer_time", policy)
    decay = given(facts.experiment.scenario.document.defaults)["recovery_decay"]
    lost = f"an answer loses about {fixed(PER_100 * decay)} % of its worth a day"
    if slow is None or not slow.mean > A_DAY:
        return f"at once its steps are worth {worth.usual:.2f}; {lost}, and is worth less after a grave failure"
    return f"answers come after {figures(slow.mean)} days, and {lost}; answer sooner"


def full_touchpoints(findings: Findings) -> str:
    """Say where nobody is ever free; empty where somebody is."""
    texts = [f"{one.touchpoint} ({_under(findings, one.policies)}{_busy(one)})" for one in findings.strains]
    if not texts:
        return ""
    return f"{MORE_WORK}{listed(texts)}: waits there grow until people give up or the run ends"


def _busy(one: Strain) -> str:
    return f"busy {fixed(PER_100 * min(one.occupancy, 1.0))} % of the time"


def _under(findings: Findings, policies: tuple[str, ...]) -> str:
    """Name the policies, where they are not all."""
    return "" if len(policies) == len(findings.policies) else f"under {listed(list(policies))}; "


def nobody_made_good(findings: Findings) -> str:
    """Say under which policies complaints are almost never made good, and why; empty where none is so."""
    return "; ".join(
        f"under {listed(list(one.policies))} almost no complaint is made good: {one.why}" for one in findings.unhealed
    )
