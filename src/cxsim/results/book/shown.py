"""Which policies a chart shows that has room for a few: as-is, and the best of the others."""

from __future__ import annotations

import math

from cxsim.results.facts import Facts


def shown(facts: Facts, most: int) -> tuple[str, ...]:
    """Return the reference, the winner and the policies with the best means, in the order of the tables.

    Parameters
    ----------
    facts : Facts
    most : int
        So many at most, the reference among them.
    """
    ranked = sorted(facts.others, key=lambda policy: (policy != facts.winner, -_goodness(facts, policy)))
    chosen = {facts.reference, *ranked[: most - 1]}
    return tuple(policy for policy in facts.policies if policy in chosen)


def beside(facts: Facts) -> str | None:
    """Return the policy that stands beside the reference: the winner, else the one with the best mean; None alone."""
    return next((policy for policy in shown(facts, 2) if policy != facts.reference), None)


def _goodness(facts: Facts, policy: str) -> float:
    row = facts.row(facts.headline, policy)
    if row is None or not math.isfinite(row.difference):
        return -math.inf
    return facts.goodness(facts.headline, row.difference)
