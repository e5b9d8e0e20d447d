"""What the sentences say, as plain data: collected from a comparison, or made by hand in a test.

Shares lie between 0 and 1 and money is in the scenario's currency, as in the tables. A field that is None, empty or
NaN was not measured, not written or not run; the sentence that needs it is left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from cxsim.measures.records import Record
from cxsim.results.wording import FEW_RUNS


class Gain(NamedTuple):
    """A paired difference with its interval, in the unit of its measure."""

    value: float
    low: float
    high: float

    @property
    def tie(self) -> bool:
        """Whether its interval holds 0, or there is none."""
        return not (self.low > 0.0 or self.high < 0.0)


class Row(NamedTuple):
    """One policy on one measure, for all customers of our firm."""

    policy: str
    unit: str
    mean: float
    low: float
    high: float
    reference: float
    difference: float
    diff_low: float
    diff_high: float
    best: float

    @property
    def width(self) -> float:
        """Width of the interval of the difference; infinite where there is none."""
        width = self.diff_high - self.diff_low
        return width if math.isfinite(width) else math.inf

    @property
    def tie(self) -> bool:
        """Whether it cannot be told apart from the reference."""
        return self.gain.tie

    @property
    def gain(self) -> Gain:
        """The difference from the reference."""
        return Gain(self.difference, self.diff_low, self.diff_high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What was run.

    Attributes
    ----------
    scenario, question, firm, currency : str
    lasts : str
        Such as ``4 years``.
    contractual : bool
        Whether customers stay until they cancel, or choose anew every time.
    customers : int or None
        Of the whole market.
    starting : float
        Our customers at time 0, mean over the runs; NaN where there are none.
    written : float
        So many as the scenario says, before the warm-up; NaN where it says none.
    warm_up : str
        Such as ``12 months``; empty without any.
    replications, seed : int
    engine, version, note : str
        `note` says how the number of replications came about.
    wall_s : float
    again : str
        The command, or the call, that makes it again.
    with_worlds : str
        The one that would check it against what we are unsure of.
    unsure : bool
        Whether the scenario says what we are unsure of.
    ranges : tuple of str
        What it says, in words.
    scale : float
        Share of the customers who were followed.
    begin : str
        From when policies count their time, such as ``month 12``, where that is not the start.
    """

    scenario: str
    firm: str
    lasts: str
    question: str = ""
    currency: str = "EUR"
    contractual: bool = True
    customers: int | None = None
    starting: float = math.nan
    written: float = math.nan
    warm_up: str = ""
    replications: int = 20
    seed: int = 1
    engine: str = "compiled"
    version: str = ""
    note: str = ""
    wall_s: float = 0.0
    again: str = ""
    with_worlds: str = ""
    unsure: bool = True
    ranges: tuple[str, ...] = ()
    scale: float = 1.0
    begin: str = ""


class Leader(NamedTuple):
    """The policy that is best on a measure, where that is another one than the winner.

    `gain` is what it has more than the winner (or than the reference, where nothing wins), in the unit of `measure`;
    `price` what choosing it costs on the measure that ranks the policies (positive: so much is lost), None where
    nothing wins. `more` counts further measures that disagree.
    """

    measure: str
    policy: str
    gain: Gain
    price: Gain | None = None
    more: int = 0


class GoalFound(NamedTuple):
    """A goal of the scenario, and the share of runs of each policy that meet it."""

    measure: str
    text: str
    chance: Mapping[str, float]


class Payback(NamedTuple):
    """After how many months the winner has paid for itself (median of the runs in which it does), and in what share."""

    months: float
    share: float


class Reason(NamedTuple):
    """So many of every 100 starting customers the winner keeps more, by the reason for which as-is lost them.

    `spared` and `made_good` are those of them whose failure did not happen or was made good under the winner.
    """

    reason: str
    kept: float
    spared: float = math.nan
    made_good: float = math.nan


class Knob(NamedTuple):
    """Records that are missed, and what moves them the right way, such as ``raise `quality```."""

    missed: tuple[Record, ...]
    remedy: str


class Strain(NamedTuple):
    """A touchpoint of ours where nobody is ever free, under which policies, and how busy at most (0 to 1)."""

    touchpoint: str
    policies: tuple[str, ...]
    occupancy: float


class Unhealed(NamedTuple):
    """Policies that take steps for who complains and make almost nobody whole, and why, in words."""

    policies: tuple[str, ...]
    why: str


class Segment(NamedTuple):
    """A segment and the winner's difference in it, in the unit of the measure that ranks the policies."""

    name: str
    gain: Gain


class Harm(NamedTuple):
    """Who leaves under the winner and would not have left, of every 100, and the reason of most of them."""

    per_100: float
    reason: str = ""


class Opening(NamedTuple):
    """Customers lost (net) in the months after a rival opens, under the reference and under the winner."""

    firm: str
    months: int
    reference: float
    winner: float
    difference: Gain


class Compared(NamedTuple):
    """A figure that is known of a rival, beside ours under the reference and the winner.

    `margin` is half the 95 % interval of the difference: the rival's own margin and the luck of our runs together.
    `reference` is our own record where there is one; where it is `missed` by the model, `winner` is not to be judged.
    """

    measure: str
    unit: str
    value: float
    margin: float
    reference: float
    winner: float
    missed: bool = False


class Rival(NamedTuple):
    """A rival: its published figures, or (`kept`) what became of its own customers where it was simulated in full.

    `over` names the time that the published figures, and ours beside them, are of.
    """

    firm: str
    figures: tuple[Compared, ...] = ()
    known: int = 0
    kept: Row | None = None
    over: str = "over the first year"


class Ledger(NamedTuple):
    """How many values of the mechanisms that the answer turns on have which confidence; `least` sure without range."""

    measured: int = 0
    published: int = 0
    survey: int = 0
    assumed: int = 0
    written: int = 0
    named: tuple[str, ...] = ()
    least: str = ""
    inferred: int = 0


class Turn(NamedTuple):
    """What turns the answer: ``if {when}``, another policy (or the reference) is best."""

    policy: str
    when: str


class Worlds(NamedTuple):
    """What was found over the worlds that we cannot rule out.

    Attributes
    ----------
    worlds : int
        How many were run.
    best : int
        In how many the winner is best.
    level : int
        In how many more it cannot be told apart from the best.
    turns : tuple of Turn
    most_regret : float
        Most that the winner falls short of the best of a world, in the unit of the measure that ranks; NaN: unknown.
    measure_first : str
        What is most worth measuring; empty where nothing is.
    """

    worlds: int
    best: int
    level: int = 0
    turns: tuple[Turn, ...] = ()
    most_regret: float = math.nan
    measure_first: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Everything the sentences are made of.

    Attributes
    ----------
    setting : Setting
    policies : tuple of str
        `reference` among them.
    reference : str
    headline : str
        The measure that ranks the policies.
    rows : mapping of (measure, policy) to Row
    ranked : tuple of str
        Policies that are better than the reference on the headline, best first; the first is the winner.
    best_runs : int
        In how many runs no other policy is better than the winner; -1 where that was not counted.
    level : tuple of str
        Policies that cannot be told apart from the winner.
    level_early : tuple of str
        Others that cannot be told apart from it over the first year.
    seen : float
        The difference these runs would have found four times in five, in the unit of the headline.
    other_winner, talk : Leader or None
        Who is best on another measure asked for, and in winning customers by word of mouth.
    goals : tuple of GoalFound
    payback : Payback or None
    why : tuple of Reason
        Without what is joint: what they leave of the difference is said to be joint.
    segments : tuple of Segment
        From the one that gains most to the one that gains least.
    segments_apart : bool
        Whether the first can be told apart from the last.
    paid_for_nothing : float
        Share of the winner's credits that went to people who would have stayed anyway.
    harm : Harm or None
    design : float
        Share of the trouble that is designed in.
    training : frozenset of str
        Policies that change nothing but training.
    openings : tuple of Opening
    rivals : tuple of Rival
    records : tuple of Record
    rival_records : tuple of (firm, Record)
        Figures that rivals are known by, beside the simulated ones.
    knobs : tuple of Knob
        What brings the records that are missed nearer.
    strains : tuple of Strain
    unhealed : tuple of Unhealed
    ledger : Ledger or None
    worlds : Worlds or None
    """

    setting: Setting
    policies: tuple[str, ...]
    headline: str
    reference: str = "as-is"
    rows: Mapping[tuple[str, str], Row] = field(default_factory=dict)
    ranked: tuple[str, ...] = ()
    best_runs: int = -1
    level: tuple[str, ...] = ()
    level_early: tuple[str, ...] = ()
    seen: float = math.nan
    other_winner: Leader | None = None
    talk: Leader | None = None
    goals: tuple[GoalFound, ...] = ()
    payback: Payback | None = None
    why: tuple[Reason, ...] = ()
    segments: tuple[Segment, ...] = ()
    segments_apart: bool = False
    paid_for_nothing: float = math.nan
    harm: Harm | None = None
    design: float = math.nan
    training: frozenset[str] = frozenset()
    openings: tuple[Opening, ...] = ()
    rivals: tuple[Rival, ...] = ()
    records: tuple[Record, ...] = ()
    rival_records: tuple[tuple[str, Record], ...] = ()
    knobs: tuple[Knob, ...] = ()
    strains: tuple[Strain, ...] = ()
    unhealed: tuple[Unhealed, ...] = ()
    ledger: Ledger | None = None
    worlds: Worlds | None = None

    @property
    def winner(self) -> str | None:
        """The policy that is best on the headline, None where none beats the reference."""
        return self.ranked[0] if self.ranked else None

    @property
    def others(self) -> tuple[str, ...]:
        """Policies beside the reference."""
        return tuple(policy for policy in self.policies if policy != self.reference)

    @property
    def conditional(self) -> bool:
        """Whether a figure of our own is missed: then titles and the first sentence say nothing without an "if"."""
        return not all(record.met for record in self.records)

    @property
    def doubtful(self) -> bool:
        """Whether fewer than half of our own figures are met: then that is said before anything else."""
        return bool(self.records) and 2 * sum(bool(record.met) for record in self.records) < len(self.records)

    @property
    def is_counted(self) -> bool:
        """Whether there are so few runs that those in which the winner is best are counted: no chance is said."""
        return self.best_runs >= 0 and self.setting.replications < FEW_RUNS

    def row(self, measure: str, policy: str) -> Row | None:
        """Return a policy's row on a measure, None where it has no value."""
        row = self.rows.get((measure, policy))
        return row if row is not None and math.isfinite(row.mean) else None
