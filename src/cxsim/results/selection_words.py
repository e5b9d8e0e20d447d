"""What a selection says, in words: who was chosen, what is promised, and whether fresh luck agrees."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from cxsim import __version__
from cxsim.experiments.selection import AGREES, DISAGREES, Selection
from cxsim.measures.catalog import CATALOG
from cxsim.results.summary import labelled
from cxsim.results.wording import MINUS, PER_100, figures, fixed, listed, shown
from cxsim.stats.best import confirmation
from cxsim.stats.selection import guarantee

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.results.selection import SelectionResult

METHODS: Final = {"kn": "Kim and Nelson's procedure", "ocba": "optimal computing budget allocation"}
SHORT: Final = {"kn": "KN", "ocba": "OCBA"}
SECONDS: Final = 60.0
NOTHING: Final = 0.01  # of the indifference zone: what is smaller is said to be less than that


def lines_of(result: SelectionResult) -> list[tuple[str, str]]:
    """Return labels and what is said beside them."""
    found = result.selection
    return [
        ("Chosen", f"{shown(found.chosen)}, by {CATALOG[found.wish.measure].title}"),
        ("Promised", promise(result)),
        *([("Thrown out", _thrown_out(found))] if found.thrown_out else []),
        ("Runs", _spent(found)),
        ("On fresh luck", _confirmed(result)),
        ("Level", _level(found)),
        ("Regret", _regret(result)),
    ]


def console(result: SelectionResult) -> list[str]:
    """Return the lines of the console, each at most 80 columns wide."""
    found = result.selection
    head = f"{result.scenario.name}: {len(found.names)} policies, chosen by {METHODS[found.wish.method]}"
    lines = [f"{head} ({result.wall_s:.0f} s)"]
    for label, text in lines_of(result):
        lines += labelled(label, text)
    return [line.replace(MINUS, "-") for line in lines]


def promise(result: SelectionResult) -> str:
    """Return the guarantee in a sentence."""
    wish, delta = result.selection.wish, zone(result)
    among = " All this is said of those that could be run." if result.selection.thrown_out else ""
    if wish.method == "kn" and result.selection.choice.settled:
        return guarantee(delta, wish.confidence) + among
    why = "OCBA alone promises nothing." if wish.method == "ocba" else "The choice was stopped early and has none."
    return f"{why} {confirmation(delta, wish.confidence)}{among}"


def amount(result: SelectionResult, value: float) -> str:
    """Write an amount of the measure, never negative, such as ``0.5 percentage points``."""
    return _written(result, value, _short)


def zone(result: SelectionResult) -> str:
    """Write the smallest difference that matters, as it was given: a promise about another one would be no promise."""
    return _written(result, result.selection.wish.delta, _given)


def at_least(result: SelectionResult, value: float) -> str:
    """Write a lower bound of an amount, rounded downwards."""
    return _written(result, value, lambda number: _short(_floored(number)))


def _written(result: SelectionResult, value: float, as_text: Callable[[float], str]) -> str:
    unit = result.unit
    if unit == "share":
        points = as_text(PER_100 * value)
        return f"{points} percentage point{'' if points == '1' else 's'}"
    if unit == "min":
        return f"{as_text(SECONDS * value)} s" if value < 1.0 else f"{as_text(value)} min"
    return f"{as_text(value)} {unit}"


def _short(value: float, count: int = 2) -> str:
    text = figures(value, count)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _given(value: float) -> str:
    return _short(value, 9)  # further figures are noise of the arithmetic of units


def _floored(value: float) -> float:
    if not value > 0.0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(value)) - 1)
    # What is round but for the last bit stays as it is.
    return math.floor(value / step + 1e-9) * step


def title(result: SelectionResult) -> str:
    """Return the finding of the chart."""
    verdict = {AGREES: "confirmed on fresh luck", DISAGREES: "not confirmed on fresh luck"}
    said = verdict.get(result.selection.confirmation.verdict, "neither confirmed nor contradicted on fresh luck")
    return f"{shown(result.chosen)} is chosen by {CATALOG[result.selection.wish.measure].title}, {said}"


def footnote(result: SelectionResult) -> str:
    """Return where the chart is from."""
    wish, found = result.selection.wish, result.selection
    return (
        f"Simulated: {result.scenario.name}, {SHORT[wish.method]} at {PER_100 * wish.confidence:g} % and "
        f"{zone(result)}, {sum(found.choice.counts)} runs on seed {result.seed}; confirmed on "
        f"{found.confirmation.replications} of each on seed {result.fresh_seed}. cxsim {__version__}, "
        f"{result.engine} engine."
    )


def chart_table(found: Selection) -> pd.DataFrame:
    """Return what the chart of a selection is drawn from."""
    import pandas as pd

    gone = {one.candidate: one.after for one in found.choice.eliminated}
    rows = []
    for place, name in enumerate(found.names):
        state = "chosen" if place == found.choice.chosen else "eliminated" if place in gone else "stayed"
        rows.append((shown(name), gone.get(place, found.choice.counts[place]), state))
    return pd.DataFrame(rows, columns=["policy", "replications", "state"])


def _spent(found: Selection) -> str:
    choice = found.choice
    texts = list(_left(found)) or [f"{shown(name)} {count}" for name, count in _counted(found)]
    stayed = [
        name for place, name in enumerate(found.names) if place not in {one.candidate for one in choice.eliminated}
    ]
    if choice.eliminated and len(stayed) > 1:
        texts.append(f"{listed([shown(name) for name in stayed])} stayed to the end, {max(choice.counts)} runs each")
    dropped = f"; {choice.dropped} left out, not complete" if choice.dropped else ""
    return f"{fixed(sum(choice.counts))} in all; {'; '.join(texts)}{dropped}"


def _thrown_out(found: Selection) -> str:
    """Say who could not be compared, and why."""
    texts = [
        f"{shown(one.name)}, for {one.missing} of its {one.made} runs have no value ({one.why})"
        for one in found.thrown_out
    ]
    return "; ".join(texts)


def _left(found: Selection) -> Iterator[str]:
    """Say who left after how many replications; those of one moment together."""
    moments: dict[tuple[int, int], list[str]] = {}
    for one in found.choice.eliminated:
        moments.setdefault((one.after, one.by), []).append(shown(found.names[one.candidate]))
    for (after, by), names in moments.items():
        yield f"{listed(names)} eliminated after {after}, behind {shown(found.names[by])}"


def _counted(found: Selection) -> Iterator[tuple[str, int]]:
    yield from zip(found.names, found.choice.counts, strict=True)


def _confirmed(result: SelectionResult) -> str:
    found = result.selection
    fresh, sure = found.confirmation, f"{PER_100 * found.wish.confidence:g} % sure"
    on = f"{fresh.replications} runs of each, seed {result.fresh_seed}, none of them used for the choice"
    delta = zone(result)
    if fresh.verdict == AGREES:
        return f"confirmed: no other is better by {delta} or more ({sure}; {on})"
    if fresh.better is not None:
        least = at_least(result, -float(fresh.high[fresh.better]))
        return f"not confirmed: {shown(found.names[fresh.better])} is better, by {least} or more ({sure}; {on})"
    more = "" if fresh.enough else "; the most runs allowed were made: raise --most"
    return f"neither confirmed nor contradicted: another could be better by {delta} or more ({on}){more}"


def _level(found: Selection) -> str:
    names = [shown(name) for name in found.level_with_best]
    sure = f"the best is among them with a chance of at least {PER_100 * found.wish.confidence:g} %"
    if len(names) == 1:
        return f"nobody else: {names[0]} alone can be the best (chance at least {PER_100 * found.wish.confidence:g} %)"
    return f"{listed(names)} cannot be told apart from the best; {sure}"


def _regret(result: SelectionResult) -> str:
    regret, delta = result.selection.confirmation.regret, result.selection.wish.delta
    least = NOTHING * delta
    mean = f"under {amount(result, least)}" if regret.mean < least else amount(result, regret.mean)
    if regret.high < least:
        return f"{mean} expected: what {shown(result.chosen)} loses against the best there is"
    low = "0" if regret.low < least else amount(result, regret.low)
    return (
        f"{mean} expected ({low} to {amount(result, regret.high)} with a chance of {PER_100 * regret.level:g} %): what "
        f"{shown(result.chosen)} loses against the best there is"
    )
