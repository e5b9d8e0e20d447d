"""Whose lives a policy turns: the saved, the lost, and those who were paid for nothing, with customers to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from cxsim.errors import InputError, quoted
from cxsim.experiments.compare import AS_IS
from cxsim.experiments.watched import Ended, Luck, ended, luck_of
from cxsim.measures import fates as fa
from cxsim.measures.fates import REASON_TITLES, WITH_US, Parting, parting
from cxsim.model.plan import NEVER
from cxsim.results.stories.story import TWO, Story, checked_policies, story_of
from cxsim.results.stories.words import counted, day
from cxsim.results.wording import figures, fixed
from cxsim.scenario import Scenario, load
from cxsim.units import nearest

if TYPE_CHECKING:
    import pandas as pd

SAVED: Final = "saved"
LOST: Final = "lost"
PAID: Final = "paid-for-nothing"
KINDS: Final = (SAVED, LOST, PAID)
SHOWN: Final = 5


@dataclass(frozen=True, repr=False)
class Fates:
    """The starting customers of our firm under two policies, on the same luck; made by `cxsim.fates`.

    Attributes
    ----------
    luck : Luck
    one, other : Ended
        Under the first policy, and under the second.

    Examples
    --------
    >>> fates = cxsim.fates("cable-town", ["as-is", "make-good-fast"])  # doctest: +SKIP
    >>> fates.examples("saved")  # doctest: +SKIP
    >>> print(fates.story("saved"))  # doctest: +SKIP
    """

    luck: Luck
    one: Ended
    other: Ended

    @property
    def policies(self) -> tuple[str, str]:
        """The two policies."""
        return self.one.policy, self.other.policy

    @property
    def parting(self) -> Parting:
        """The same counts as in a comparison, of this replication."""
        return parting(self.one.fates, self.other.fates, len(self.luck.names.segments))

    def chosen(self, kind: str) -> NDArray[np.intp]:
        """Return the numbers of all customers of a kind, in order.

        Parameters
        ----------
        kind : {"saved", "lost", "paid-for-nothing"}
            With us under the second policy only; under the first only; with us under both, and with credits under the
            second.

        Raises
        ------
        InputError
            When there is no such kind.
        """
        stays, kept = self.one.fates["reason"] == WITH_US, self.other.fates["reason"] == WITH_US
        masks = {SAVED: kept & ~stays, LOST: stays & ~kept, PAID: stays & kept & (self.other.fates["paid"] > 0.0)}
        if kind not in masks:
            hint = nearest(kind, KINDS) or "choose one of these"
            raise InputError(f"pick: {quoted(kind)}; {', '.join(KINDS)} is allowed; {hint}")
        found: NDArray[np.intp] = self.one.people[masks[kind]]
        return found

    def examples(self, kind: str, most: int = SHOWN) -> pd.DataFrame:
        """Return some customers of a kind: first one for each reason, then the others, by their numbers.

        Parameters
        ----------
        kind : {"saved", "lost", "paid-for-nothing"}
        most : int

        Returns
        -------
        DataFrame
            ``customer``; ``segment``; ``reason`` for which they left under the policy that did not keep them (empty
            for who stayed), ``left`` (day), ``credits`` under the second policy.
        """
        import pandas as pd

        gone = self.other if kind == LOST else self.one
        chosen = np.searchsorted(self.one.people, self.chosen(kind))
        reasons = gone.fates["reason"][chosen]
        first = np.zeros(chosen.size, np.bool_)
        first[np.unique(reasons, return_index=True)[1]] = True
        order = chosen[np.argsort(~first, kind="stable")][:most]
        starts = self.luck.scenario.layout().starts
        rows = [
            (
                int(gone.people[place]),
                self.luck.names.segments[gone.fates["segment"][place]],
                "" if gone.fates["reason"][place] == WITH_US else REASON_TITLES[gone.fates["reason"][place]],
                "" if gone.left[place] >= NEVER else day(starts, int(gone.left[place])),
                float(self.other.fates["paid"][place]),
            )
            for place in order.tolist()
        ]
        return pd.DataFrame(rows, columns=["customer", "segment", "reason", "left", "credits"])

    def story(self, kind: str) -> Story:
        """Tell the two lives of the first example of a kind.

        Raises
        ------
        InputError
            When there is nobody of this kind.
        """
        found = self.examples(kind, 1)
        if found.empty:
            message = f"pick: {kind}, of whom there is nobody in replication {self.luck.replication}; "
            others = [other for other in KINDS if self.chosen(other).size]
            remedy = "name another replication or seed"
            raise InputError(f"{message}{', '.join(others) or 'nothing else'} is there; {remedy}")
        return story_of(self.luck, int(found["customer"].iloc[0]), self.policies)

    def sentences(self) -> list[str]:
        """Say how many were saved, lost and paid for nothing, and name some of each."""
        luck, (one, other) = self.luck, self.policies
        firm = luck.names.firms[luck.names.policy_firm]
        count = len(self.one.people)
        where = f"{luck.scenario.name}, replication {luck.replication}, seed {luck.seed}"
        who = f"{fixed(count)} customers of {firm} at the start"
        said = [f"{where}: {who}, once under {one} and once under {other}, on the same luck."]
        money = float(self.parting.credits[0, fa.STAYED_CREDITS])
        for kind, words in (
            (SAVED, f"with {firm} at the end under {other}, and not under {one}"),
            (LOST, f"with {firm} at the end under {one}, and not under {other}"),
            (PAID, f"got credits under {other}, {figures(money)} {luck.names.currency} in all, and stay under both"),
        ):
            said.append(f"{kind}: {counted(self.chosen(kind).size, 'customer')} {words}.")
            said += [f"  {_example(row)}" for row in self.examples(kind).to_dict("records")]
        net = self.chosen(SAVED).size - self.chosen(LOST).size
        said.append(f"Saved less lost: {net:+d}, in this one run; `cxsim compare` gives all runs, with intervals.")
        return said

    def document(self) -> dict[str, Any]:
        """Return counts and examples as what JSON can hold."""
        return {
            "scenario": self.luck.scenario.name,
            "seed": self.luck.seed,
            "replication": self.luck.replication,
            "policies": list(self.policies),
            "starting_customers": len(self.one.people),
            "paid_for_nothing": float(self.parting.credits[0, fa.STAYED_CREDITS]),
            "kinds": {
                kind: {"customers": int(self.chosen(kind).size), "examples": self.examples(kind).to_dict("records")}
                for kind in KINDS
            },
            "sentences": self.sentences(),
        }

    def __str__(self) -> str:
        """Say the sentences."""
        return "\n".join(self.sentences())

    def __repr__(self) -> str:
        """Say whose fates these are."""
        return (
            f"<Fates of {len(self.one.people)} customers of {self.luck.scenario.name}: {' and '.join(self.policies)}>"
        )


def fates(
    scenario: Scenario | str | Path,
    policies: Sequence[str],
    *,
    replication: int = 0,
    seed: int | None = None,
    engine: str = "compiled",
) -> Fates:
    """Find the customers whom a policy saves, loses, or pays for nothing, one by one, in one run of each policy.

    Parameters
    ----------
    scenario : Scenario or path or str
        A scenario, its file, or the name of a bundled one.
    policies : sequence of str
        Two; one is compared with as-is.
    replication, seed, engine
        As for `cxsim.story`.

    Raises
    ------
    InputError
        When the scenario, a policy or a number is not allowed, or there are no customers who could leave.
    RunError
        When a run does not end.
    """
    found = load(scenario) if isinstance(scenario, str | Path) else scenario
    names = checked_policies(found, policies)
    names = names if len(names) == TWO else checked_policies(found, (AS_IS, *names))
    if len(names) != TWO:
        raise InputError(f"policies: {names[0]}; two policies are allowed; name another one to compare it with")
    return fates_on(luck_of(found, seed=seed, replication=replication, engine=engine), (names[0], names[1]))


def fates_on(luck: Luck, policies: tuple[str, str]) -> Fates:
    """Return the fates under two policies, on luck that was found before."""
    return Fates(luck, ended(luck, policies[0]), ended(luck, policies[1]))


def _example(row: dict[Any, Any]) -> str:
    left = f", left on {row['left']}" if row["left"] else ""
    why = f" ({row['reason']})" if row["reason"] else " and came back" if left else ""
    paid = f", credits {row['credits']:g}" if row["credits"] > 0.0 else ""
    return f"customer {row['customer']}, {row['segment']}{left}{why}{paid}"
