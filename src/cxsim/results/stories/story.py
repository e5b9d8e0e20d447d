"""`cxsim.story`: one customer's life, or the same customer's life under two policies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cxsim.errors import InputError
from cxsim.experiments.compare import AS_IS
from cxsim.experiments.watched import Life, Luck, lives, luck_of
from cxsim.model.plan import Plan
from cxsim.results.stories import twins
from cxsim.results.stories.causes import happened, why
from cxsim.results.stories.drawn import caption, chart_table
from cxsim.results.stories.ends import ending, totals
from cxsim.results.stories.moments import Moment, moments_of
from cxsim.results.stories.told import Teller
from cxsim.results.stories.turns import turning_points
from cxsim.results.stories.words import clock, day, duration
from cxsim.scenario import Scenario, load
from cxsim.units import HOUR

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from cxsim.charts.figure import Chart

TWO: Final = 2
INDENT: Final = "  "
NO_TURN: Final = "Nothing turned this life: no failure, no complaint, no leaving."
APART: Final = HOUR  # what happened so much later is told with its time


@dataclass(frozen=True)
class Parting:
    """Where two lives part.

    Attributes
    ----------
    time : int
        Microseconds since the start.
    date : str
    one, other : str
        What happened under each policy.
    why : str
        As far as the log says it.
    """

    time: int
    date: str
    one: str
    other: str
    why: str


@dataclass(frozen=True, repr=False)
class Story:
    """The life of one customer under one policy, or under two on the same luck; made by `cxsim.story`.

    Attributes
    ----------
    luck : Luck
    lives : tuple of Life
        One or two.

    Examples
    --------
    >>> story = cxsim.story("cable-town", 17, ["as-is", "make-good-fast"])  # doctest: +SKIP
    >>> print(story)  # doctest: +SKIP
    >>> story.plot().save("customer-17.png")  # doctest: +SKIP
    """

    luck: Luck
    lives: tuple[Life, ...]

    @property
    def customer(self) -> int:
        """Number of the customer."""
        return self.lives[0].customer

    @property
    def segment(self) -> str:
        """Name of the customer's segment."""
        return self.luck.names.segments[self.lives[0].segment]

    @property
    def policies(self) -> tuple[str, ...]:
        """Policies, one for each life."""
        return tuple(life.policy for life in self.lives)

    @cached_property
    def teller(self) -> Teller:
        """What puts numbers into words."""
        return Teller.of(self.luck.scenario)

    @cached_property
    def exact(self) -> Teller:
        """The same with figures."""
        return replace(self.teller, full=True)

    @cached_property
    def moments(self) -> tuple[list[Moment], ...]:
        """What happened, life by life."""
        return tuple(moments_of(life.rows, life.customer, life.credits) for life in self.lives)

    @cached_property
    def first_difference(self) -> Parting | None:
        """The first rows of the log that differ; None with one life, or where nothing does."""
        pair = twins.first_difference(*self.lives) if len(self.lives) == TWO else None
        return None if pair is None else self._parting(pair, with_cause=False)

    @cached_property
    def parting(self) -> Parting | None:
        """Where something first happens in one life and not in the other, or otherwise; None where nothing does."""
        pair = twins.parting(*self.lives) if len(self.lives) == TWO else None
        return None if pair is None else self._parting(pair, with_cause=True)

    @property
    def full(self) -> str:
        """The whole diary as text, a line for each moment."""
        return "\n".join(self.sentences(full=True))

    def sentences(self, *, full: bool = False) -> list[str]:
        """Tell where the lives part, why, what each turned on, and what there was in it.

        Parameters
        ----------
        full : bool
            Tell every moment instead; long uneventful times are one line.
        """
        name = self.luck.scenario.name
        luck = f"replication {self.luck.replication}, seed {self.luck.seed}"
        head = f"Customer {self.customer} of {name} ({self.segment}) under {' and under '.join(self.policies)}; {luck}"
        said = [f"{head}."]
        if len(self.lives) < TWO:
            return [*said, self._beginning(), *(self._told(0) if full else self._turns(0)), self._ending(0, full=full)]
        parted = self._how_they_part()
        said += parted if full or self.parting is None else parted[-2:]
        if not full and self.parting is not None:
            for place, policy in enumerate(self.policies):
                said += ["", f"Under {policy}:", *_indented([*self._turns(place), self._ending(place)])]
            return said
        if self.parting is None:
            told = self._told(0) if full else self._turns(0)
            return [*said, "", "Both lives:", *_indented([self._beginning(), *told, self._ending(0, full=full)])]
        shared, rests = _told_once(self.moments[0], self.moments[1], self.parting.time)
        said += ["", "In both lives:", *_indented([self._beginning(), *self.exact.sentences(shared)])]
        for place, (policy, own) in enumerate(zip(self.policies, rests, strict=True)):
            still = ", with what was still open" if own and own[0].time < self.parting.time else ""
            said += ["", f"From then on, under {policy}{still}:"]
            said += _indented([*self.exact.sentences(own), self._ending(place, full=True)])
        return said

    @property
    def table(self) -> pd.DataFrame:
        """Moments as a table: ``policy``, ``time`` (local), ``kind``, ``firm``, ``told`` (one sentence)."""
        import pandas as pd

        rows = [
            (policy, moment.time, moment.kind, self.luck.names.firms[moment.firm], self.exact.moment(moment))
            for policy, moments in zip(self.policies, self.moments, strict=True)
            for moment in moments
        ]
        table = pd.DataFrame(rows, columns=["policy", "time", "kind", "firm", "told"])
        table["time"] = pd.to_datetime(self.teller.starts) + pd.to_timedelta(table["time"].astype("int64"), unit="us")
        return table

    def document(self) -> dict[str, Any]:
        """Return the story as what JSON can hold; times are microseconds since the start."""
        return {
            "scenario": self.luck.scenario.name,
            "seed": self.luck.seed,
            "replication": self.luck.replication,
            "customer": self.customer,
            "segment": self.segment,
            "starts": self.teller.starts.isoformat(),
            "sentences": self.sentences(full=True),
            "first_difference": None if self.first_difference is None else vars(self.first_difference),
            "parting": None if self.parting is None else vars(self.parting),
            "lives": [self._life(place) for place in range(len(self.lives))],
        }

    def plot(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw the life, or both one above the other, over time: on an Axes, or as a `Chart` of its own."""
        from cxsim.charts.figure import Caption, make_chart
        from cxsim.charts.lives import lives as draw

        table = chart_table(self)
        date = None if self.parting is None else str(table.attrs["parting"])
        if ax is not None:
            return draw(table, ax, parting=date)
        return make_chart(draw, table, Caption(*caption(self)), parting=date)

    def _parting(self, pair: twins.Pair, *, with_cause: bool) -> Parting:
        one, other = (happened(self.teller, row, self.customer) for row in pair)
        if one == other:  # the same in words, not in figures
            one, other = (happened(self.exact, row, self.customer) for row in pair)
        if one == other and pair.one is not None and pair.other is not None:
            other = _beside(int(pair.other["time"]) - int(pair.one["time"]))
        elif pair.one is not None and pair.other is not None:
            apart = int(pair.other["time"]) - int(pair.one["time"])
            one += f", on {clock(self.teller.starts, int(pair.one['time']))}" if apart < -APART else ""
            other += f", on {clock(self.teller.starts, int(pair.other['time']))}" if apart > APART else ""
        policies = (self.policies[0], self.policies[1])
        cause = why(self.teller, pair, policies, self._changed(pair.time), self.customer) if with_cause else ""
        return Parting(pair.time, clock(self.teller.starts, pair.time), one, other, cause)

    def _changed(self, time: int) -> list[str]:
        """Name what the second policy had changed at a time and the first had not."""
        scenario = self.luck.scenario
        slots = scenario.layout().slots
        one, other = (_levers(self.luck.plan(policy), time) for policy in self.policies)
        paths = list(dict.fromkeys(slots[key[0]] for key in sorted(one | other) if one.get(key) != other.get(key)))
        steered = any(scenario.policy(policy).steering for policy in self.policies)
        return [*paths, *(["what its steering rule had moved"] if steered else [])]

    def _how_they_part(self) -> list[str]:
        first, parting = self.first_difference, self.parting
        one, other = self.policies
        if first is None:
            return ["The two lives are the same to the end: nothing that the policies change reached this customer."]
        said = []
        if parting is None or first.time < parting.time:
            said.append(f"First trace, {first.date}: under {one} {first.one}; under {other} {first.other}.")
        if parting is None:
            return [*said, "The lives do not part: only how long things took, and how they were felt, differs."]
        said.append(f"They part, {parting.date}: under {one} {parting.one}; under {other} {parting.other}.")
        said.append(f"Why: {parting.why}")
        return said

    def _beginning(self) -> str:
        return f"{day(self.teller.starts, 0)}: {_with(self.luck.names.firms, self.lives[0].first_firm)}."

    def _told(self, place: int) -> list[str]:
        found = self.moments[place]
        if found:
            return self.exact.sentences(found)
        return ["Nothing happened: no need arose, no story was heard, and nothing was decided."]

    def _turns(self, place: int) -> list[str]:
        """Tell what a life turned on; from the parting on, where there is one."""
        if not self.moments[place]:
            return self._told(place)
        begins = 0 if self.parting is None else self.parting.time
        rest = [one for one in self.moments[place] if one.over >= begins]
        turns = turning_points(rest)
        if not turns:
            return [NO_TURN]
        return [f"{clock(self.teller.starts, one.time)}: {self.teller.moment(one)}" for one in turns]

    def course(self, place: int) -> list[tuple[str, str]]:
        """Return what a life turned on, from the parting on, and how it ended: when, and what."""
        turns = self._turns(place)
        said = [("", text) for text in turns if text == NO_TURN]
        parted = [text.partition(": ") for text in (*turns, self._ending(place)) if text != NO_TURN]
        return [*said, *((when, told) for when, _, told in parted)]

    def _ending(self, place: int, *, full: bool = False) -> str:
        horizon = int(self.luck.plan(self.policies[place]).clock[0]["horizon"])
        return ending(self.exact if full else self.teller, self.lives[place], self.moments[place], horizon)

    def _life(self, place: int) -> dict[str, Any]:
        life, found = self.lives[place], self.moments[place]
        firms = self.luck.names.firms
        return {
            "policy": life.policy,
            "ends": self._ending(place, full=True),
            "counts": totals(found),
            "moments": [
                {"time": one.time, "kind": one.kind, "firm": firms[one.firm], "told": self.exact.moment(one)}
                for one in found
            ],
            "feelings": [
                {
                    "time": int(one["time"]),
                    "firm": firms[one["firm"]] if one["firm"] >= 0 else None,
                    "expectation": float(one["expectation"]),
                    "satisfaction": float(one["satisfaction"]),
                }
                for one in life.feelings
            ],
        }

    def __str__(self) -> str:
        """Tell the story."""
        return "\n".join(self.sentences())

    def __repr__(self) -> str:
        """Say whose life it is."""
        return f"<Story of customer {self.customer} of {self.luck.scenario.name} under {' and '.join(self.policies)}>"


def story(
    scenario: Scenario | str | Path,
    customer: int,
    policies: str | Sequence[str] = AS_IS,
    *,
    replication: int = 0,
    seed: int | None = None,
    engine: str = "compiled",
) -> Story:
    """Tell the life of one customer, or how it parts under two policies on the same luck.

    Parameters
    ----------
    scenario : Scenario or path or str
        A scenario, its file, or the name of a bundled one.
    customer : int
        Number of the customer, from 0.
    policies : str or sequence of str
        One policy, or two.
    replication : int
        Which of the runs of a comparison, from 0.
    seed : int, optional
        The scenario's own by default.
    engine : {"compiled", "reference"}
        Both tell the same story.

    Raises
    ------
    InputError
        When the scenario, a policy, the customer or a number is not allowed.
    RunError
        When a run does not end.
    """
    found = load(scenario) if isinstance(scenario, str | Path) else scenario
    names = checked_policies(found, [policies] if isinstance(policies, str) else policies)
    return story_of(luck_of(found, seed=seed, replication=replication, engine=engine), customer, names)


def story_of(luck: Luck, customer: int, policies: Sequence[str]) -> Story:
    """Return the story of a customer under one policy or two, on luck that was found before."""
    return Story(luck, tuple(lives(luck, policy, [customer])[0] for policy in policies))


def checked_policies(scenario: Scenario, policies: Sequence[str], most: int = TWO) -> tuple[str, ...]:
    """Return the names of policies, each once.

    Raises
    ------
    InputError
        When there are none or too many, or the scenario has none of such a name.
    """
    names = tuple(dict.fromkeys(policies))
    for name in names:
        scenario.policy(name)
    if not 1 <= len(names) <= most:
        allowed = "one policy, or two" if most == TWO else f"1 to {most} policies"
        raise InputError(f"policies: {', '.join(names) or 'none'}; {allowed}; name the two whose lives are compared")
    return names


def _levers(plan: Plan, time: int) -> dict[tuple[int, int], float]:
    """Return what moved of a plan by a time: the value of each lever and segment (-1: all)."""
    moved = plan.changes[plan.changes["time"] <= time]
    return {(int(one["slot"]), int(one["segment"])): float(one["value"]) for one in moved}


def _told_once(
    one: Sequence[Moment], other: Sequence[Moment], time: int
) -> tuple[list[Moment], tuple[list[Moment], list[Moment]]]:
    """Return what both lives had before a time, as the first had it, and the rest of each.

    A story may reach a listener before the parting in one life and after it in the other: then each tells it.
    """
    theirs = [Counter(moment.key for moment in found if moment.over < time) for found in (one, other)]
    both = theirs[0] & theirs[1]
    kept: list[list[Moment]] = [[], []]
    shared: list[Moment] = []
    for place, found in enumerate((one, other)):
        left = both.copy()
        for moment in found:
            if moment.over < time and left[moment.key] > 0:
                left[moment.key] -= 1
                shared += [moment] if place == 0 else []
            else:
                kept[place].append(moment)
    return shared, (kept[0], kept[1])


def _beside(later: int) -> str:
    """Say how the same thing differs from what it was in the first life."""
    if later == 0:
        return "the same, with figures that differ by less than is shown"
    return f"the same {duration(abs(later))} {'later' if later > 0 else 'earlier'}"


def _with(firms: Sequence[str], firm: int) -> str:
    return f"was a customer of {firms[firm]}" if firm >= 0 else "was no firm's customer"


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"{INDENT}{line}" for line in lines]
