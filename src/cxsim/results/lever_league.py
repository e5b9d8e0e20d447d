"""`cxsim.levers`: every lever pulled alone at equal spend, ranked by what it does for the money."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from cxsim.errors import InputError
from cxsim.experiments.executor import Report
from cxsim.experiments.league_of_levers import AT_LEAST, AT_MOST, GAINS, LITTLE, STEPPED, Effort, League, Pulled
from cxsim.experiments.league_of_levers import league_of_levers as pulled_alone
from cxsim.measures.catalog import CATALOG, unit_of
from cxsim.results.lever_words import LESS_PROFIT, NO_COST, SAVES, sentences
from cxsim.results.searched import (
    Clock,
    How,
    Origin,
    check_measures,
    opened,
    runs_of,
    seed_of,
    space_of,
    write_found,
)
from cxsim.results.wording import figures
from cxsim.scenario import Scenario
from cxsim.stats.intervals import mean_interval
from cxsim.stats.paired import simultaneous_intervals
from cxsim.stats.ratio import fieller, linearised
from cxsim.units import YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from cxsim.charts.figure import Chart
    from cxsim.experiments.studies.study import Study

PER: Final = 1000.0
REPLICATIONS: Final = 15
START_REPLICATIONS: Final = 3


class Gain(NamedTuple):
    """What is gained, as people count it.

    Attributes
    ----------
    measure : str
    title : str
        "customers kept".
    unit : str
        Of the counted gain.
    factor : float
        Measure to counted gain: customers at the start for the retention, years for what is counted a year.
    """

    measure: str
    title: str
    unit: str
    factor: float


@dataclass(frozen=True, eq=False, repr=False)
class LeverLeague:
    """Levers at about equal spend, best for the money first.

    Attributes
    ----------
    found : League
    gains : tuple of Gain
        The first one ranks the levers.
    origin : Origin
    """

    found: League
    gains: tuple[Gain, ...]
    origin: Origin

    @cached_property
    def table(self) -> pd.DataFrame:
        """Return one row for each lever and gain: the ranked ones first, best for the money first.

        Returns
        -------
        DataFrame
            `rank` (missing where nothing is divided), `lever`, `what` (what becomes of it), `spend` ("found",
            "stepped", "at most", "at least", "fixed"), `cost` with its interval, `gain` (the measure), `gained` with
            its interval, `unit`, `ratio` (gained for each 1,000 spent, Fieller's interval), `profit` (its difference
            from as-is, with its interval), `tie` (not to be told from the best), `note`.
        """
        import pandas as pd

        rows = [row for number in range(len(self.gains)) for row in self._rows(number)]
        table = pd.DataFrame(rows)
        order = {lever: place for place, lever in enumerate(self._ranked(0))}
        gains = {gain.measure: place for place, gain in enumerate(self.gains)}
        keys = pd.DataFrame({"gain": table["gain"].map(gains), "lever": table["lever"].map(order)})
        return table.loc[keys.sort_values(["gain", "lever"], kind="stable").index].reset_index(drop=True)

    def _rows(self, number: int) -> list[dict[str, Any]]:
        gain, ranks, ties = self.gains[number], self._ranked(number), self._ties(number)
        divided = [name for name in ranks if self._divides(self._lever(name))]
        rows = []
        for one in self.found.pulled:
            cost, gained, profit = self._cost(one), self._gained(one, number), self._profit(one)
            ratio = fieller(gained, cost / PER).interval if self._divides(one) else None
            known = mean_interval(cost), mean_interval(gained), mean_interval(profit)
            rows.append(
                {
                    "rank": divided.index(one.name) + 1 if ratio is not None else None,
                    "lever": one.name,
                    "what": one.words,
                    "spend": one.how,
                    **_interval("cost", known[0]),
                    "gain": gain.measure,
                    **_interval("gained", known[1]),
                    "unit": gain.unit,
                    **_interval("ratio", ratio),
                    **_interval("profit", known[2]),
                    "tie": one.name in ties,
                    "note": self._note(one),
                }
            )
        return rows

    def _lever(self, name: str) -> Pulled:
        return next(one for one in self.found.pulled if one.name == name)

    def _cost(self, one: Pulled) -> NDArray[np.float64]:
        return one.figures[:, 0] - self.found.as_is[:, 0]

    def _gained(self, one: Pulled, number: int) -> NDArray[np.float64]:
        gain = self.gains[number]
        column = self.found.measures.index(gain.measure)
        sign = 1.0 if CATALOG[gain.measure].better == "higher" else -1.0
        gap: NDArray[np.float64] = sign * gain.factor * (one.figures[:, column] - self.found.as_is[:, column])
        return gap

    def _profit(self, one: Pulled) -> NDArray[np.float64]:
        column = self.found.measures.index("profit")
        return one.figures[:, column] - self.found.as_is[:, column]

    def _divides(self, one: Pulled) -> bool:
        """Whether what a lever costs is enough, and sure enough, to divide by."""
        cost = self._cost(one)
        if not np.isfinite(one.figures).all() or cost.mean() < LITTLE * self.found.spend:
            return False
        return not math.isnan(fieller(cost, cost).interval.mean)

    def _ranked(self, number: int) -> list[str]:
        """Return the levers by ratio; those with nothing to divide by come after them, by what they gain."""

        def key(one: Pulled) -> tuple[bool, float]:
            gained = float(self._gained(one, number).mean())
            if not self._divides(one):
                return True, -gained if math.isfinite(gained) else math.inf
            return False, -gained / float(self._cost(one).mean())

        return [one.name for one in sorted(self.found.pulled, key=key)]

    def _ties(self, number: int) -> set[str]:
        """Name the levers whose ratio cannot be told from the best one's, all comparisons holding together."""
        divided = [one for name in self._ranked(number) if self._divides(one := self._lever(name))]
        if len(divided) < 2:  # noqa: PLR2004 -- the best one ties with nobody
            return set()
        values = [linearised(self._gained(one, number), self._cost(one) / PER) for one in divided]
        gaps = simultaneous_intervals(np.array([values[0] - other for other in values[1:]]))
        tied = {one.name for one, gap in zip(divided[1:], gaps, strict=True) if gap.low <= 0.0}
        return {divided[0].name, *tied} if tied else set()

    def _note(self, one: Pulled) -> str:
        known = mean_interval(self._cost(one))
        if not np.isfinite(one.figures).all():
            return "could not be simulated"
        if known.high < 0.0:
            return SAVES
        if not self._divides(one):
            return LESS_PROFIT if mean_interval(self._profit(one)).high < 0.0 else NO_COST
        return {
            AT_MOST: "cannot cost as much as the others",
            AT_LEAST: "costs more than the others at its least",
            STEPPED: "comes in steps",
        }.get(one.how, "")

    def sentences(self) -> list[tuple[str, str]]:
        """Return the answer in sentences, each with its label."""
        return sentences(self.table, self.gains, self.found, self.origin)

    @property
    def finding(self) -> str:
        """The answer as one short sentence."""
        own = self.table[self.table["gain"] == self.gains[0].measure]
        best = own[own["rank"] == 1]
        if best.empty or not float(best["ratio_low"].iloc[0]) > 0.0:
            return f"No lever is sure to pay in {self.gains[0].title}"
        row = best.iloc[0]
        money = f"1,000 {self.origin.currency}".strip()
        many = " (a tie)" if bool(row["tie"]) else ""
        return (
            f"{row['lever']} does most for the money{many}: {row['ratio']:.1f} {self.gains[0].title} for each {money}"
        )

    def answer(self) -> str:
        """Return the answer in sentences, as Markdown."""
        question = f"**Question.** Which lever does most for the money, each at about {figures(self.found.spend)}?"
        lines = [f"{n}. **{label}.** {text}" for n, (label, text) in enumerate(self.sentences(), start=1)]
        return "\n\n".join([question, *lines, self.small_print]) + "\n"

    @property
    def small_print(self) -> str:
        """What made the answer."""
        count = len(self.found.as_is)
        what = f"{len(self.found.pulled)} levers, each pulled alone, {count} replications on the same luck"
        return self.origin.small_print(f"{what}, none of which was used to find how far to pull")

    @property
    def plot(self) -> LeverPlots:
        """Charts: ``.plot.levers()``."""
        return LeverPlots(self)

    def document(self) -> dict[str, Any]:
        """Return what was asked and found, for JSON."""
        return {
            "spend": self.found.spend,
            "currency": self.origin.currency,
            "replications": len(self.found.as_is),
            "gains": [gain._asdict() for gain in self.gains],
            "levers": self.table.to_dict("records"),
        }

    def save(self, folder: str | Path, *, command: str = "") -> Path:
        """Write the result folder: the table, charts, the answer and the manifest; all of it or nothing."""
        asked = {name: value for name, value in self.document().items() if name != "levers"}
        tables = {"levers": self.table}
        return write_found(
            folder, self.origin, self.answer(), tables, self.plot.all(), found={"asked": asked}, command=command
        )

    def __repr__(self) -> str:
        return f"<League of {len(self.found.pulled)} levers: {self.finding}>"

    def _repr_html_(self) -> str:
        said = "".join(f"<p><b>{html.escape(label)}.</b> {html.escape(text)}</p>" for label, text in self.sentences())
        table: str = self.table.to_html(index=False, float_format=lambda value: f"{value:.4g}")
        return said + table


class LeverPlots:
    """Charts of a league of levers.

    Parameters
    ----------
    league : LeverLeague
    """

    def __init__(self, league: LeverLeague) -> None:
        self._league = league

    def levers(self, ax: Axes | None = None, *, gain: str | None = None) -> Axes | Chart:
        """Draw what each lever does for the money; on an Axes, or as a chart that can be saved.

        Parameters
        ----------
        ax : Axes, optional
        gain : str, optional
            The first measure by default.
        """
        from cxsim.charts.figure import Caption, make_chart
        from cxsim.charts.levers import levers as draw

        own = self._league
        place = 0 if gain is None else [one.measure for one in own.gains].index(gain)
        rows = own.table[own.table["gain"] == own.gains[place].measure]
        rows = rows.sort_values("ratio", ascending=False, kind="stable", na_position="last")
        table = rows.assign(lever=rows["what"])[["lever", "ratio", "ratio_low", "ratio_high", "note"]]
        options = {"gain": own.gains[place].title, "per": f"1,000 {own.origin.currency}".strip()}
        if ax is not None:
            return draw(table, ax, **options)
        title = own.finding if place == 0 else f"What each lever does for the money: {own.gains[place].title}"
        return make_chart(draw, table, Caption(title, own.small_print), **options)

    def all(self) -> dict[str, Any]:
        """Return all charts by name."""
        return {f"levers_{gain.measure}": self.levers(gain=gain.measure) for gain in self._league.gains}


def _interval(name: str, known: Any) -> dict[str, float]:
    ends = (math.nan,) * 3 if known is None else (known.mean, known.low, known.high)
    return dict(zip((name, f"{name}_low", f"{name}_high"), ends, strict=True))


def levers(  # noqa: PLR0913 -- every setting is a keyword
    source: Study | Scenario | str | Path,
    spend: float,
    *,
    gains: Sequence[str] = GAINS,
    replications: int = REPLICATIONS,
    seed: int | None = None,
    engine: str = "compiled",
    jobs: int | None = None,
    scale: float = 1.0,
    store: str | Path | None = None,
    progress: Report | None = None,
) -> LeverLeague:
    """Pull every lever alone, at equal spend, and rank them by what they do for the money.

    Parameters
    ----------
    source : Study, Scenario, path or str
        A study, whose levers (and policies) are pulled; or a scenario: every value that a policy changes, and every
        policy whole, all its numbers going as far.
    spend : float
        Mean `policy_cost` over the horizon, in the scenario's currency.
    gains : sequence of str
        Measures of what a lever does; the first ranks them.
    replications : int
        That measure; those that find how far to pull are others.
    seed, engine, jobs, scale
        As for `cxsim.run`.
    store : path, optional
        Folder in which runs are kept; the same call goes on from there.
    progress : callable, optional

    Raises
    ------
    InputError
        When there is no lever, or a measure or number is not allowed.
    """
    clock, given = Clock.now(), opened(source)
    scenario = given if isinstance(given, Scenario) else given.scenario
    space = space_of(given, values=True)
    if not gains:
        message = "measures: none; one or more are needed; name what a lever shall do"
        raise InputError(message)
    how = How(seed, engine, jobs, scale, Path(store) if store is not None else None, progress)
    with runs_of(scenario, how, seed if seed is not None else seed_of(given), "search") as runs:
        check_measures(runs.lab, ["policy_cost", *gains])
        effort = Effort(measure=replications)
        found = pulled_alone(space, runs, spend, gains=gains, effort=effort, report=progress)
        counted = tuple(_gain(scenario, measure, runs.lab.seed, how) for measure in gains)
        origin = Origin(
            kind="levers", name=given.name, scenario=scenario, seeds=(runs.lab.seed,), engine=engine, scale=scale,
            runs=runs.made_now, failures=tuple(runs.failures), started=clock.started, wall_s=clock.wall_s,
        )  # fmt: skip
    return LeverLeague(found, counted, origin)


def _gain(scenario: Scenario, measure: str, seed: int, how: How) -> Gain:
    known = CATALOG[measure]
    if measure == "retention":
        return Gain(measure, "customers kept", "customers", _customers_at_start(scenario, seed, how))
    if known.unit == "customers a year":
        return Gain(measure, known.title, "customers", scenario.document.lasts / YEAR)
    return Gain(measure, known.title, unit_of(measure, scenario.document.currency or ""), 1.0)


def _customers_at_start(scenario: Scenario, seed: int, how: How) -> float:
    """Return our customers at time 0: the same under every policy, and nearly the same in every replication."""
    from cxsim.results.api import run

    result = run(
        scenario, replications=START_REPLICATIONS, seed=seed, engine=how.engine, jobs=how.jobs, scale=how.scale
    )
    table = result.timeseries
    own = (table["measure"] == "customers") & (table["firm"] == result.facts.firm) & (table["segment"] == "all")
    begun = table[own & (table["time_days"] <= 0.0)]
    if begun.empty:
        market = scenario.document.market
        share = scenario.document.firms[result.facts.firm].share
        return float((market.customers or 0) * (share or 0.0)) if market else 0.0
    return float(begun[begun["time_days"] == begun["time_days"].max()]["value"].mean())
