"""Whether the steps of our recovery can make anybody whole: what an answer is worth before anything is simulated.

The rules are those of `cxsim.behaviour.recovery` (Tax, Brown and Chandrashekaran 1998), for an answer at once after a
failure of weight 1. A slower answer, or one after a graver failure, is worth less.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Final, NamedTuple

from cxsim.behaviour import recovery
from cxsim.behaviour.recovery import STEP_NAMES

if TYPE_CHECKING:
    from cxsim.scenario.overlaid import Matrix
    from cxsim.scenario.resolve import Resolved

CREDIT: Final = "credit"
USUAL: Final = 1.0  # weight of a failure
ROUNDING: Final = 1e-9


class Worth(NamedTuple):
    """What the steps of a recovery are worth.

    Attributes
    ----------
    steps : tuple of str
        That are taken.
    usual : float
        Worth of an answer at once after a failure of weight 1, 0 to 1.
    most : float
        The same where the credit covers the loss as well as any can.
    needed : float
        From here on a complaint counts as made good (`defaults.made_good_from`).
    add : tuple of str
        The fewest more steps (`credit` again: a larger one) that reach it; empty where none do, or none are needed.
    credit : float
        With which credit, money.
    lifted : float
        Worth with them.
    """

    steps: tuple[str, ...]
    usual: float
    most: float
    needed: float
    add: tuple[str, ...] = ()
    credit: float = 0.0
    lifted: float = 0.0

    @property
    def makes_good(self) -> bool:
        """Whether a usual complaint, answered at once, is made good."""
        return self.usual >= self.needed - ROUNDING

    @property
    def can_make_good(self) -> bool:
        """Whether any complaint can be."""
        return self.most >= self.needed - ROUNDING


def worth_of(content: Resolved, policy: str) -> Worth | None:
    """Return what our recovery is worth under a policy, at its best moment and for the segment that it serves best.

    Parameters
    ----------
    content
        The scenario.
    policy
        One of its policies; `as-is` is one.

    Returns
    -------
    Worth or None
        None where no steps are taken, or answers change nothing (`switches.recovering`).
    """
    overlaid = content.overlaid
    tables = [phase.values for phase in overlaid.phases[policy]] or [overlaid.base]
    found = [
        one
        for table in tables
        for segment in range(table.shape[1])
        if (one := _Levers(content, table, segment).worth()) is not None
    ]
    return max(found, key=lambda one: (one.most, one.usual), default=None)


class _Levers:
    """The values of one moment and one segment."""

    def __init__(self, content: Resolved, table: Matrix, segment: int) -> None:
        self.slot = content.overlaid.slot
        self.table, self.segment = table, segment
        self.firm = str(content.document.our_firm)

    def _at(self, *key: str) -> float:
        return float(self.table[self.slot[key], self.segment])

    def _own(self, *key: str) -> float:
        return self._at("firms", self.firm, *key)

    def _default(self, name: str) -> float:
        return self._at("defaults", name)

    def worth(self) -> Worth | None:
        bits = int(self._own("recovery", "steps"))
        steps = tuple(name for at, name in enumerate(STEP_NAMES) if bits >> at & 1)
        if not steps or self._at("switches", "recovering") <= 0.0:
            return None
        credit, needed = self._own("recovery", CREDIT), self._default("made_good_from")
        usual = self._worth(steps, self._share(credit))
        peak = self._default("compensation_peak") if credit > 0.0 else 0.0
        most = self._worth(steps, peak)
        found = Worth(steps, usual, max(usual, most), needed)
        return found if found.makes_good else self._lifted(found, credit)

    def _lifted(self, found: Worth, credit: float) -> Worth:
        """Look for the fewest more steps that make a usual complaint good, the best of as many."""
        loss = self._loss()
        larger = [CREDIT] if CREDIT in found.steps and credit < loss else []
        options = [name for name in STEP_NAMES if name not in found.steps] + larger
        for count in range(1, len(options) + 1):
            best: tuple[float, Sequence[str], float] = (0.0, (), credit)
            for added in combinations(options, count):
                given = max(credit, loss) if CREDIT in added else credit
                steps = (*found.steps, *added)
                best = max(best, (self._worth(steps, self._share(given)), added, given))
            if best[0] >= found.needed - ROUNDING:
                return found._replace(lifted=best[0], add=tuple(best[1]), credit=best[2])
        return found

    def _loss(self) -> float:
        pays = self._own("price") * self._at("market", "segments", "*", "pays")
        return recovery.value_of_loss(USUAL, pays, self._default("loss_value"))

    def _share(self, credit: float) -> float:
        return recovery.compensated_share(credit, self._loss())

    def _worth(self, steps: Sequence[str], share: float) -> float:
        """Return the worth of an answer that gives back a share of the loss, as `engines` compute it."""
        bits = sum(1 << STEP_NAMES.index(name) for name in set(steps))
        skipped = self._default("step_skipped")
        outcome = recovery.step_worth(bits, recovery.CREDIT, skipped) * recovery.compensation(
            share, *(self._default(f"compensation_{name}") for name in ("scale", "peak", "fall"))
        )
        parts = outcome, recovery.treatment(bits, skipped), recovery.procedure(bits, skipped)
        weights = (self._default(f"justice_{name}") for name in ("base", "outcome", "treatment", "procedure"))
        return float(recovery.justice(*parts, *weights))
