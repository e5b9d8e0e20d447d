"""The best policy under a budget in sentences."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from cxsim.experiments.optimum import BESIDE, Optimum
from cxsim.measures.catalog import CATALOG, unit_of
from cxsim.results.wording import difference, figures, limits, listed, number_word, quantity, span
from cxsim.stats.intervals import mean_interval

if TYPE_CHECKING:
    import pandas as pd

MOST: Final = 5
MOST_NAMES: Final = 3
Row = Mapping[Hashable, Any]


def sentences(found: Optimum, finalists: pd.DataFrame, currency: str) -> list[tuple[str, str]]:
    """Return the answer in sentences, each with its label.

    Parameters
    ----------
    found : Optimum
    finalists : DataFrame
        Of `BestPolicy.finalists`.
    currency : str
    """
    own = _Words(found, finalists, currency)
    said = [
        ("The answer", own.best()),
        ("How surely", own.how_surely()),
        ("Beside the file", own.beside_the_file()),
        ("The front", own.front()),
        ("Optimism of the search", own.optimism()),
        ("Not in the cost", own.profit()),
    ]
    return [(label, text) for label, text in said if text]


class _Words:
    """Sentences about one search."""

    def __init__(self, found: Optimum, finalists: pd.DataFrame, currency: str) -> None:
        self.found, self.task, self.currency = found, found.task, currency
        self.rows: Sequence[Row] = finalists.to_dict("records")
        self.cost, self.gain = self.task.objectives[:2]
        self.chosen = self._row(found.best)

    def _row(self, place: int) -> Row:
        return next(row for row in self.rows if row["candidate"] == self.found.finalists[place])

    def _unit(self, measure: str) -> str:
        return unit_of(measure, self.currency)

    def _money(self, amount: float) -> str:
        return f"{figures(amount)} {self.currency}".strip()

    def _value(self, row: Row, measure: str) -> str:
        unit, low, high = self._unit(measure), row[f"{measure}_ci_low"], row[f"{measure}_ci_high"]
        return f"{quantity(row[measure], unit, high - low)} ({limits(low, high, unit)})"

    def _gap(self, row: Row, measure: str) -> str:
        unit, name = self._unit(measure), f"difference_{measure}"
        low, high = row[f"{name}_ci_low"], row[f"{name}_ci_high"]
        return f"{difference(row[name], unit, high - low)} ({span(low, high, unit)})"

    def best(self) -> str:
        within = "" if self.task.budget is None else f"Within {self._money(self.task.budget)}: "
        if not self.found.best:
            if self._all_dear:
                return f"{within}as-is. Every finalist costs more than that on fresh luck."
            return f"{within}nothing that was tried is better than as-is on {CATALOG[self.gain].title}."
        row = self.chosen
        texts = [f"{CATALOG[self.gain].title} {self._value(row, self.gain)}, {self._gap(row, self.gain)} against as-is"]
        texts += [f"{CATALOG[name].title} {self._gap(row, name)}" for name in self.task.objectives[2:]]
        return f"{within}{row['what']}. It costs {self._value(row, self.cost)}; {'; '.join(texts)}."

    def how_surely(self) -> str:
        selection = self.found.selection
        if selection is None:
            return f"There was nothing to select from{': ' + self._dear() if self.found.dear else ''}."
        wish, made = selection.wish, selection.confirmation
        delta = _amount(wish.delta, self._unit(self.gain))
        if selection.choice.settled:
            text = (
                f"Selected on fresh luck from {number_word(len(selection.names))}: with a chance of at least "
                f"{100 * wish.confidence:.0f} % the best of them, if it is better by {delta} or more"
            )
        else:
            text = (
                f"On fresh luck, {max(selection.choice.counts)} runs were not enough to tell the best of "
                f"{number_word(len(selection.names))} within {delta}: the best mean so far was taken"
            )
        text += f"; confirmed by {made.replications} further replications, which {_verdict(made.verdict)}."
        if self.found.dear:
            text += f" Before that, {self._dear()}: left out."
        others = [name for name in selection.level_with_best if name != self.chosen["what"]]
        if others:
            more = f" and {number_word(len(others) - MOST_NAMES)} more" if len(others) > MOST_NAMES else ""
            text += f" Not to be told from the best: {listed(others[:MOST_NAMES])}{more}."
        return text

    @property
    def _all_dear(self) -> bool:
        return 0 < len(self.found.dear) == len(self.found.finalists) - 1

    def _dear(self) -> str:
        """Say how many finalists turned out to cost more than the budget."""
        count, among = len(self.found.dear), len(self.found.finalists) - 1
        costs = "costs" if count == 1 else "cost"
        return f"on fresh luck {number_word(count)} of {number_word(among)} finalists {costs} more than the budget"

    def beside_the_file(self) -> str:
        """Say how much the best is better than the best policy of the file that the budget allows."""
        place = self.found.written
        if place is None or place == self.found.best:
            return "It is a policy of the file, as written." if place is not None else ""
        name = self._row(place)["what"]
        if place in self.found.dear:
            cost = self._value(self._row(place), self.cost)
            return f"{name}, which the search took for the best policy of the file within the budget, costs {cost}."
        gap = mean_interval(self.found.fresh[self.found.best, :, 1] - self.found.fresh[place, :, 1])
        unit = self._unit(self.gain)
        told = f"{difference(gap.mean, unit, gap.high - gap.low)} ({span(gap.low, gap.high, unit)})"
        return f"Against {name}, the best policy of the file within the budget: {told}."

    def front(self) -> str:
        members = {self.found.finalists[place] for place in range(1, len(self.found.finalists))} & {*self.found.front}
        rows = [row for row in self.rows if row["candidate"] in members and row["within_budget"]]
        within = " within the budget" if self.task.budget is not None else ""
        head = f"In the search {len(self.found.front)} of {len(self.found.tried)} candidates{within and ' are'}{within}"
        head += f"{' and' if within else ' are'} beaten by no other on all objectives."
        if not rows:
            return f"{head} On fresh luck none of those run again is{within}." if members else ""
        some = rows if len(rows) <= MOST else [rows[round(step * (len(rows) - 1) / (MOST - 1))] for step in range(MOST)]
        names = self.task.objectives[1:]
        texts = [
            f"for {self._money(row[self.cost])} {row['what']}: "
            + ", ".join(f"{CATALOG[name].title} {self._value(row, name)}" for name in names)
            for row in some
        ]
        return f"{head} On fresh luck{within and ', of those still'}{within}: {'; '.join(texts)}."

    def optimism(self) -> str:
        rows = [row for row in self.rows if row["kind"] != "reference"]
        if not rows:
            return ""
        unit = self._unit(self.gain)
        mean = sum(row["optimism"] for row in rows) / len(rows)
        text = f"Over all finalists the search promised {_amount(mean, unit)} {'more' if mean >= 0.0 else 'less'} than "
        text = text.replace("-", "").replace("\N{MINUS SIGN}", "")
        text += "fresh luck gives"
        if self.found.best:
            seen = difference(self.chosen["seen_by_the_search"], unit, 0.0)
            text += f"; for the best it saw {seen}, fresh luck {self._gap(self.chosen, self.gain)}"
        return f"{text}."

    def profit(self) -> str:
        """Say what happens to the profit: what customers pay less is no cost of a policy."""
        if not self.found.best or BESIDE in self.task.objectives:
            return ""
        row = self.chosen
        text = f"Profit against as-is: {self._gap(row, BESIDE)}."
        if self._cuts_price():
            text += " What customers pay less is not in the cost; it is in the profit."
        return text

    def _cuts_price(self) -> bool:
        candidate = self.found.tried[self.found.finalists[self.found.best]].candidate
        own = [self.task.space.parts[one.part] for one in candidate]
        return any(reach.piece.location[-1] == "price" for part in own for reach in part.reaches)


def _amount(value: float, unit: str) -> str:
    return difference(value, unit, 0.0).removeprefix("+")


def _verdict(verdict: str) -> str:
    return {
        "agrees": "agree",
        "disagrees": "find another one better",
        "open": "neither confirm nor contradict it",
    }[verdict]
