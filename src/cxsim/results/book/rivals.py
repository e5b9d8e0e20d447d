"""Our firm beside each rival."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from cxsim.charts.text import named
from cxsim.measures.catalog import CATALOG, unit_of
from cxsim.results.book.entry import Entry
from cxsim.results.facts import Facts
from cxsim.results.standing import records_of
from cxsim.results.wording import listed, number_word, quantity
from cxsim.scenario.baselines import is_baseline
from cxsim.stats.intervals import mean_interval

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.charts.figure import Draw

MOST_FIGURES: Final = 6
# Figures in which firms are put side by side where nothing is known from outside, after those the scenario asks for.
USUAL_FIGURES: Final = ("retention", "nps", "nps_true", "churn", "csat", "csat_true", "wait_mean", "market_share")
NOT_OF_RIVALS: Final = frozenset(("policy_cost", "written_cost", "payback", "profit", "wages", "revenue", "customers"))
PRICE: Final = "price"


class Cell(NamedTuple):
    """One figure of one firm, for the chart that puts our firm beside each rival.

    Attributes
    ----------
    measure : str
        Name of the measure, or `price`.
    figure, unit : str
        What it is called, and in what it is counted.
    firm, policy : str
    row : str
        How the firm (ours: under a policy) is named on the chart.
    value, low, high : float
        With the margin of what is known, or the 95 % interval of what is simulated.
    origin : str
        published, recorded, simulated or inferred.
    """

    measure: str
    figure: str
    unit: str
    firm: str
    policy: str
    row: str
    value: float
    low: float
    high: float
    origin: str


def rivals_table(facts: Facts) -> pd.DataFrame:
    """Return our firm, under the reference and the winner, beside each rival on the figures that are known.

    Where nothing is known from outside, firms that are simulated in full stand side by side on the usual figures.
    """
    import pandas as pd

    cells = list(cells_of(facts))
    return pd.DataFrame(cells, columns=list(Cell._fields))


def cells_of(facts: Facts) -> Iterator[Cell]:
    """Yield what `rivals_table` holds, figure by figure."""
    document = facts.experiment.scenario.document
    if len(document.firms) < 2:  # noqa: PLR2004 -- one firm has no rivals
        return
    best = facts.winner
    ours = [facts.reference, *([best] if best is not None else [])]
    others = [name for name in document.firms if name != facts.firm]
    places = [(facts.firm, policy, f"{facts.firm}, {named(policy)}") for policy in ours]
    places += [(name, facts.reference, name) for name in others]
    for measure in _figures(facts):
        for firm, policy, row in places:
            yield from _known(facts, measure, firm, policy, row)
            yield from _simulated(facts, measure, firm, policy, row)


def _figures(facts: Facts) -> list[str]:
    """Name the figures: those known of any firm; those asked for and the usual ones where nothing is known."""
    document = facts.experiment.scenario.document
    known = [name for firm in document.firms.values() if firm.known for name in firm.known.figures()]
    found = list(dict.fromkeys(name for name in known if name == PRICE or facts.has(name)))
    if not found:
        others = {row["measure"] for row in _of_rivals(facts)}
        usual = (*facts.wanted, *USUAL_FIGURES)
        found = [name for name in dict.fromkeys(usual) if name in others and facts.has(name)]
        found = [name for name in found if not (name.endswith("_true") and name.removesuffix("_true") in found)]
    return [name for name in found if name not in NOT_OF_RIVALS][:MOST_FIGURES]


def _of_rivals(facts: Facts) -> list[dict[str, object]]:
    table = facts.contrast
    rows = table[(table["firm"] != facts.firm) & (table["segment"] == "all") & (table["policy"] == facts.reference)]
    return [{str(key): value for key, value in row.items()} for row in rows[rows["mean"].notna()].to_dict("records")]


def _known(facts: Facts, measure: str, firm: str, policy: str, row: str) -> Iterator[Cell]:
    """Yield what is recorded of us (beside the policy that changes nothing) or published of a rival."""
    found = facts.experiment.scenario.document.firms[firm]
    figures = found.known.figures() if found.known else {}
    unit = unit_of(measure, facts.currency) if measure != PRICE else facts.currency
    title = CATALOG[measure].title if measure != PRICE else PRICE
    origin = "recorded" if firm == facts.firm else "published"
    if firm == facts.firm and policy != facts.reference:
        return
    if measure in figures:
        value, margin = figures[measure].value, figures[measure].margin
        yield Cell(measure, title, unit, firm, policy, row, value, value - margin, value + margin, origin)
    elif measure == PRICE and found.price is not None and found.price.amount > 0.0:
        value = found.price.amount
        yield Cell(measure, title, unit, firm, policy, row, value, value, value, origin)


def _simulated(facts: Facts, measure: str, firm: str, policy: str, row: str) -> Iterator[Cell]:
    """Yield the simulated figure of the time that known figures describe: a year, or until a new firm comes.

    A firm that comes later has no figure then, and is shown over the whole run.
    """
    table = facts.contrast
    chosen = (table["measure"] == measure) & (table["firm"] == firm) & (table["policy"] == policy)
    values = facts.described(measure, policy, firm)
    document = facts.experiment.scenario.document
    known = document.firms[firm].known
    inferred = is_baseline(document, firm) and not (known and measure in known.figures())
    for found in table[chosen & (table["segment"] == "all")].to_dict("records"):
        if math.isfinite(found["mean"]):
            numbers = found["mean"], found["ci_low"], found["ci_high"]
            if np.isfinite(values).all():
                then = mean_interval(values)
                numbers = then.mean, *CATALOG[measure].within(then.low, then.high)
            origin = "inferred" if inferred else "simulated"
            yield Cell(measure, CATALOG[measure].title, found["unit"], firm, policy, row, *numbers, origin)


def _rivals_title(facts: Facts) -> str:
    """Count on how many of the figures that are not inferred we are ahead; say the first one where there is one."""
    best = facts.winner or facts.reference
    cells = [cell for cell in cells_of(facts) if cell.measure in CATALOG]
    pairs = [
        (theirs, [cell for cell in cells if cell.firm == facts.firm and cell.measure == theirs.measure])
        for theirs in _best_known(cells, facts.firm)
    ]
    if not pairs:
        return f"{facts.firm} beside its rivals"
    rivals = listed(list(dict.fromkeys(theirs.firm for theirs, _ in pairs)))
    count = f"{number_word(len(pairs))} figure{'s' if len(pairs) > 1 else ''}"
    now = sum(_is_ahead(ours, theirs) for theirs, own in pairs for ours in _as_it_is(own, facts.reference))
    title = f"Beside {rivals}, {facts.firm} is clearly ahead on {_none_or(now)} of {count}"
    if best == facts.reference:
        return title
    missed = {record.figure for record in records_of(facts) if not record.met}
    judged = [(theirs, own) for theirs, own in pairs if theirs.measure not in missed]
    if not judged:
        return f"{title} under {facts.reference}; no verdict under {best}, because the model misses our records"
    ahead = sum(_is_ahead(ours, theirs) for theirs, own in judged for ours in own if _simulates(ours, best))
    if len(judged) == len(pairs) == 1:
        return _of_one_figure(facts, best, *pairs[0])
    if len(judged) == len(pairs):
        return f"{title} under {facts.reference}, and on {_none_or(ahead)} under {best}"
    left_out = listed(list(dict.fromkeys(theirs.figure for theirs, _ in pairs if theirs.measure in missed)))
    then = f"on {_none_or(ahead)} of {number_word(len(judged))} under {best}"
    return f"{title} under {facts.reference}, and {then}; no verdict on {left_out}: our record is missed"


def _of_one_figure(facts: Facts, best: str, theirs: Cell, own: list[Cell]) -> str:
    """Say of the only figure by how much we are ahead or behind, under the reference and the best policy."""
    under = [*((facts.reference, one) for one in _as_it_is(own, facts.reference))]
    under += [(best, one) for one in own if _simulates(one, best)]
    texts = [f"{_gap(ours, theirs)} under {policy}" for policy, ours in under]
    return f"Beside {theirs.firm}, {facts.firm} on {theirs.figure}: {', '.join(texts)}"


def _gap(ours: Cell, theirs: Cell) -> str:
    gap = ours.value - theirs.value
    which = "ahead" if (gap > 0.0) == (CATALOG[ours.measure].better == "higher") else "behind"
    size = quantity(abs(gap), ours.unit).replace(" %", " points", 1)
    clear = ours.low > theirs.high or ours.high < theirs.low
    return f"{size} {which}{'' if clear else ' (too close to tell)'}"


def _none_or(count: int) -> str:
    return number_word(count) if count else "none"


def _as_it_is(own: list[Cell], reference: str) -> list[Cell]:
    """Return our figure under the policy that changes nothing: our record where there is one."""
    cells = [cell for cell in own if cell.policy == reference]
    return sorted(cells, key=lambda cell: cell.origin != "recorded")[:1]


def _best_known(cells: list[Cell], own: str) -> list[Cell]:
    """Return one figure a rival and measure: the published one where there is one; none that is inferred."""
    found: dict[tuple[str, str], Cell] = {}
    for cell in cells:
        if cell.firm != own and cell.origin != "inferred":
            found.setdefault((cell.firm, cell.measure), cell)
    return list(found.values())


def _simulates(cell: Cell, policy: str) -> bool:
    return cell.policy == policy and cell.origin == "simulated"


def _is_ahead(ours: Cell, theirs: Cell) -> bool:
    """Tell whether our interval lies wholly on the better side of theirs."""
    if not all(math.isfinite(edge) for edge in (ours.low, ours.high, theirs.low, theirs.high)):
        return False
    return ours.low > theirs.high if CATALOG[ours.measure].better == "higher" else ours.high < theirs.low


def own_rows(facts: Facts) -> dict[str, str]:
    """Return the rows of the chart that are ours, with the policy of each: they have its look."""
    policies = [facts.reference, *([facts.winner] if facts.winner is not None else [])]
    return {f"{facts.firm}, {named(policy)}": policy for policy in policies}


def _options(facts: Facts) -> dict[str, object]:
    return {"among": facts.policies, "own": own_rows(facts)}


def _draw() -> Draw:
    from cxsim.charts.rivals import rivals

    return rivals


ENTRY: Final = Entry("rivals", "first page", "Our firm beside each rival", _draw, rivals_table, _rivals_title, _options)
