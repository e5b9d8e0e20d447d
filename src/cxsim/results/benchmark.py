"""Our firm beside each rival, figure by figure: who is ahead, the gap to the best, and where it comes from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from cxsim.measures.catalog import CATALOG, LOST, LOST_TITLES, unit_of
from cxsim.measures.layout import ALL
from cxsim.model.plan import YEAR
from cxsim.results.facts import Facts
from cxsim.scenario.baselines import figures_of_baselines
from cxsim.stats.intervals import mean_interval

if TYPE_CHECKING:
    import pandas as pd

PRICE: Final = "price"
AHEAD: Final = "ahead"
BEHIND: Final = "behind"
LEVEL: Final = "cannot be told apart"
NO_VERDICT: Final = ""
# Figures that are compared where nothing is known of a rival, because it is simulated in full.
USUAL: Final = ("retention", "churn", "nps", "rated_poor", "csat", "wait_mean", "failures", "market_share")
MOST_USUAL: Final = 6
MOST_CAUSES: Final = 5


class Line(NamedTuple):
    """A row of `benchmark.csv`: one figure of one firm, and how ours stands to it.

    Attributes
    ----------
    figure, title, unit, better : str
        The measure; `better` says which way a firm wants it.
    firm : str
    value, low, high : float
        With its 95 % interval: of the mean where it is simulated, the margin where it is published or recorded.
    origin : str
        "published", "recorded", "simulated" or "inferred".
    gap, gap_low, gap_high : float
        Ours, simulated, less this; not-a-number beside ourselves and beside what is inferred.
    verdict : str
        Of us: "ahead", "behind", "cannot be told apart"; empty where there is none.
    best : bool
        Whether no figure of another firm that is not inferred is better.
    """

    figure: str
    title: str
    unit: str
    better: str
    firm: str
    value: float
    low: float
    high: float
    origin: str
    gap: float = math.nan
    gap_low: float = math.nan
    gap_high: float = math.nan
    verdict: str = NO_VERDICT
    best: bool = False


class Cause(NamedTuple):
    """Where we lose: a reason for leaving or a touchpoint, what is counted there, and how much, with its interval."""

    place: str
    what: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Benchmark:
    """Our firm beside each rival.

    Attributes
    ----------
    firm : str
        Ours.
    rivals : tuple of str
    lines : tuple of Line
        Figure by figure, ours first.
    reasons : tuple of Cause
        Of 100 customers at the start, those who left, by reason; the most frequent first.
    touchpoints : tuple of Cause
        What went wrong in a year at each touchpoint; the most frequent first.
    """

    firm: str
    rivals: tuple[str, ...]
    lines: tuple[Line, ...]
    reasons: tuple[Cause, ...]
    touchpoints: tuple[Cause, ...]

    def table(self) -> pd.DataFrame:
        """Return the rows of `benchmark.csv`."""
        import pandas as pd

        return pd.DataFrame(list(self.lines), columns=list(Line._fields))


def benchmark_of(facts: Facts) -> Benchmark:
    """Return how our firm stands beside each rival under the policy that changes nothing.

    Figures are of the time that published ones describe: the first year, or until a new firm comes.
    A published figure is compared with ours by the interval of our mean and the margin together; a firm simulated in
    full by paired runs. What is only inferred about a rival gets no verdict.

    Parameters
    ----------
    facts : Facts
        Of runs, as-is among them where there are several policies.
    """
    rivals = tuple(name for name in facts.experiment.scenario.document.firms if name != facts.firm)
    lines = [line for figure in _figures(facts, rivals) for line in _marked(list(_lines(facts, figure, rivals)))]
    return Benchmark(facts.firm, rivals, tuple(lines), tuple(_reasons(facts)), tuple(_touchpoints(facts)))


def _figures(facts: Facts, rivals: tuple[str, ...]) -> list[str]:
    """Name the figures: those known of any rival, those we record; the usual ones beside who is simulated in full."""
    found = [name for firm in (*rivals, facts.firm) for name in facts.known(firm)]
    if len(figures_of_baselines(facts.experiment.scenario.document)) < len(rivals):
        found += [name for name in USUAL if facts.has(name)][:MOST_USUAL]
    known = [name for name in dict.fromkeys(found) if name == PRICE or facts.has(name)]
    return sorted(known, key=lambda name: -1 if name == PRICE else list(CATALOG).index(name))


def _lines(facts: Facts, figure: str, rivals: tuple[str, ...]) -> Iterator[Line]:
    if figure == PRICE:
        yield from _prices(facts, rivals)
        return
    measure = CATALOG[figure]
    head = figure, measure.title, unit_of(figure, facts.currency), measure.better
    ours = facts.described(figure, facts.reference, facts.firm)
    mean = mean_interval(ours)
    yield Line(*head, facts.firm, mean.mean, *measure.within(mean.low, mean.high), "simulated")
    recorded = facts.known(facts.firm).get(figure)
    if recorded is not None:
        yield Line(*head, facts.firm, recorded[0], recorded[0] - recorded[1], recorded[0] + recorded[1], "recorded")
    baselines = figures_of_baselines(facts.experiment.scenario.document)
    for rival in rivals:
        known = facts.known(rival).get(figure)
        simulated = facts.described(figure, facts.reference, rival)
        if known is not None and rival in baselines:
            value, margin = known
            half = math.hypot(mean.high - mean.mean, margin)
            gap = mean.mean - value
            judged = gap, gap - half, gap + half
            yield Line(
                *head, rival, value, value - margin, value + margin, "published", *judged, _verdict(figure, *judged)
            )
            continue
        if not simulated.size:
            continue
        own = mean_interval(simulated)
        shown = own.mean, *measure.within(own.low, own.high)
        if rival in baselines:
            yield Line(*head, rival, *shown, "inferred")
        else:
            pair = mean_interval(ours - simulated)
            judged = pair.mean, pair.low, pair.high
            yield Line(*head, rival, *shown, "simulated", *judged, _verdict(figure, *judged))


def _prices(facts: Facts, rivals: tuple[str, ...]) -> Iterator[Line]:
    """Yield what each firm asks: written, so exact."""
    firms = facts.experiment.scenario.document.firms
    asked = {name: firms[name].price for name in (facts.firm, *rivals)}
    prices = {name: price.amount for name, price in asked.items() if price is not None and price.amount > 0.0}
    for name, value in prices.items():
        line = Line(PRICE, PRICE, facts.currency, "lower", name, value, value, value, "published")
        if name == facts.firm:
            yield line._replace(origin="recorded")
        elif facts.firm in prices:
            gap = prices[facts.firm] - value
            yield line._replace(gap=gap, gap_low=gap, gap_high=gap, verdict=_verdict(PRICE, gap, gap, gap))
        else:
            yield line


def _verdict(figure: str, gap: float, low: float, high: float) -> str:
    if not (low > 0.0 or high < 0.0):
        return LEVEL  # an interval that is not known tells nothing apart, either
    higher = figure != PRICE and CATALOG[figure].better == "higher"
    return AHEAD if (gap > 0.0) == higher else BEHIND


def _marked(lines: list[Line]) -> list[Line]:
    """Mark the best figure among those that are not inferred; ours counts as simulated."""
    there = [line for line in lines if _counts(line)]
    if not there:
        return lines
    sign = 1.0 if there[0].better == "higher" else -1.0
    best = max(sign * line.value for line in there)
    return [line._replace(best=line in there and sign * line.value == best) for line in lines]


def _counts(line: Line) -> bool:
    """Tell whether a figure can be the best: what is recorded of ours stands beside what is simulated."""
    from_here = line.origin in {"published", "simulated"} or line.figure == PRICE
    return from_here and math.isfinite(line.value)


def _reasons(facts: Facts) -> Iterator[Cause]:
    found = []
    for name, title in zip(LOST, LOST_TITLES, strict=True):
        values = facts.values(name, facts.reference)
        if values.size and np.isfinite(values).all() and values.any():
            mean = mean_interval(100.0 * values)
            found.append(Cause(title, "of 100 customers", mean.mean, max(mean.low, 0.0), mean.high))
    yield from sorted(found, key=lambda cause: -cause.value)[:MOST_CAUSES]


# What goes wrong at a touchpoint, in the columns of the touchpoints table.
WRONG: Final[Mapping[str, str]] = {
    "abandoned": "gave up waiting",
    "turned_away": "were sent away at closing",
    "failures": "met a failure",
}


def _touchpoints(facts: Facts) -> Iterator[Cause]:
    """Yield what went wrong in a year at our touchpoints, the most frequent first."""
    table = facts.experiment.frames.touchpoints
    own = table[(table["firm"] == facts.firm) & (table["segment"] == ALL) & (table["policy"] == facts.reference)]
    years = facts.experiment.scenario.document.lasts / YEAR
    found = []
    for (place, measure), group in own[own["measure"].isin(WRONG)].groupby(["touchpoint", "measure"], sort=False):
        values = group["value"].to_numpy(np.float64) / years
        if np.isfinite(values).all() and values.any():
            mean = mean_interval(values)
            found.append(Cause(str(place), WRONG[str(measure)], mean.mean, max(mean.low, 0.0), mean.high))
    yield from sorted(found, key=lambda cause: -cause.value)[:MOST_CAUSES]
