"""The league of levers in sentences."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from cxsim.experiments.league_of_levers import AT_LEAST, AT_MOST, STEPPED, League
from cxsim.results.wording import figures, fixed, listed, number_word
from cxsim.units import YEAR

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.results.lever_league import Gain
    from cxsim.results.searched import Origin

MOST_NAMES: Final = 4
SAVES: Final = "saves money"
NO_COST: Final = "costs next to nothing"
LESS_PROFIT: Final = "costs next to nothing, earns less"
UNDIVIDED: Final = frozenset((SAVES, NO_COST, LESS_PROFIT))
Row = Mapping[Hashable, Any]


def sentences(table: pd.DataFrame, gains: Sequence[Gain], found: League, origin: Origin) -> list[tuple[str, str]]:
    """Return the answer in sentences, each with its label.

    Parameters
    ----------
    table : DataFrame
        Of `LeverLeague.table`.
    gains : sequence of Gain
    found : League
    origin : Origin
    """
    money = _Money(origin.currency)
    said = []
    for number, gain in enumerate(gains):
        rows: Sequence[Row] = table[table["gain"] == gain.measure].to_dict("records")
        label = "The answer" if number == 0 else gain.title[:1].upper() + gain.title[1:]
        said.append((label, _best(rows, gain, found, money, first=number == 0)))
    first = table[table["gain"] == gains[0].measure].to_dict("records")
    free = [row for row in first if row["note"] in UNDIVIDED]
    if free:
        said.append(("Next to no cost", _free(free, gains[0], money)))
    said += _spent(first, found, money)
    losing = [row for row in first if row["profit_high"] < 0.0 and row["gained_low"] > 0.0]
    if losing:
        texts = [f"{row['lever']} {money.signed(row['profit'])}" for row in losing[:MOST_NAMES]]
        what = "they do more, and earn less" if len(losing) > 1 else "it does more, and earns less"
        said.append(("Not in the cost", f"Profit against as-is: {listed(texts)}; {what}."))
    if found.space.source.startswith("policies of"):
        said.append(
            (
                "What a lever is",
                "A value pulled alone has no written cost; that is its policy's, which is pulled as a whole, too.",
            )
        )
    return said


def _best(rows: Sequence[Row], gain: Gain, found: League, money: _Money, *, first: bool) -> str:
    ranked = sorted((row for row in rows if row["rank"] == row["rank"] and row["rank"]), key=lambda row: -row["ratio"])
    sure = [row for row in ranked if row["ratio_low"] > 0.0]
    years = found.space.scenario.document.lasts / YEAR
    time = "1 year" if years == 1.0 else f"{years:g} years"
    at = f"Pulled alone to about {money(found.spend)} over {time}, " if first else "For the money, "
    if not sure:
        return f"{at}no lever is sure to bring {gain.title}."
    best = sure[0]
    text = (
        f"{at}{best['what']} does most: {fixed(best['ratio'], 1)} {gain.title} for each {money(1000.0)} "
        f"({fixed(best['ratio_low'], 1)} to {fixed(best['ratio_high'], 1)}, Fieller's interval)."
    )
    ties = [row["what"] for row in ranked if row["tie"] and row is not best]
    if ties:
        more = f" and {number_word(len(ties) - MOST_NAMES)} more" if len(ties) > MOST_NAMES else ""
        text += f" Not to be told from it: {listed(ties[:MOST_NAMES])}{more}."
    rest = [row for row in sure if row is not best and not row["tie"]][:MOST_NAMES]
    if rest:
        text += f" Then {listed([_short(row) for row in rest])}."
    harmful = [row["what"] for row in ranked if row["ratio_high"] < 0.0]
    useless = [row["what"] for row in ranked if row["ratio_low"] <= 0.0 <= row["ratio_high"] and not row["tie"]]
    if useless and first:
        text += f" Not sure to do anything: {listed(useless[:MOST_NAMES])}."
    if harmful and first:
        text += f" Money that does harm: {listed(harmful[:MOST_NAMES])}."
    return text


def _short(row: Row) -> str:
    return f"{row['what']} ({fixed(row['ratio'], 1)})"


def _free(rows: Sequence[Row], gain: Gain, money: _Money) -> str:
    texts = []
    for row in rows:
        how = f"saves {money(-row['cost'])}" if row["note"] == SAVES else f"costs {money(row['cost'])}"
        gained = f"{fixed(row['gained'])} {gain.title} ({fixed(row['gained_low'])} to {fixed(row['gained_high'])})"
        texts.append(f"{row['what']} {how}: {gained}")
    return f"Nothing is divided by next to nothing: {'; '.join(texts)}."


def _spent(rows: Sequence[Row], found: League, money: _Money) -> list[tuple[str, str]]:
    """Say which levers do not cost what they were to cost, and what they do cost."""
    kinds = {
        AT_MOST: "cannot cost that much",
        AT_LEAST: "cost more at their least",
        STEPPED: "come in steps, and stop below it",
    }
    texts = []
    for kind, words in kinds.items():
        own = [row for row in rows if row["spend"] == kind and row["note"] not in UNDIVIDED]
        if own:
            names = [f"{row['lever']} ({money(row['cost'])})" for row in own]
            texts.append(f"{words}: {listed(names)}")
    return [("Really spent", f"Some levers {'; some '.join(texts)}.")] if texts else []


class _Money:
    """Writes amounts."""

    def __init__(self, currency: str) -> None:
        self._currency = currency

    def __call__(self, amount: float) -> str:
        return f"{figures(amount)} {self._currency}".strip()

    def signed(self, amount: float) -> str:
        text = self(amount)
        return text if amount < 0.0 else f"+{text}"
