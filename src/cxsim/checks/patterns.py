"""Published patterns against simulated ones: `cxsim facts`.

A pattern is a small experiment under the one set of behavioural defaults. It holds when the 95 % interval of each of
its figures lies inside the tolerance (for a sign: excludes the wrong one). Tolerances are those of the pattern's row;
they and the seeds were fixed before the first judged run.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from cxsim.behaviour.registry import REGISTRY
from cxsim.checks.seeds import PATTERN_SEEDS
from cxsim.errors import InputError
from cxsim.experiments.executor import Progress, Report
from cxsim.stats.intervals import student_quantile

LEVEL: Final = 0.95
ABLATIONS: Final = 10  # replications of an experiment without its mechanism
ROUNDING: Final = 1e-9  # of sums; an effect of this size is none
HOLDS: Final = "holds"
FAILS: Final = "does not hold"
OPEN: Final = "cannot tell"

Sums = Mapping[str, float]
Values = Mapping[str, str]


class Figure(NamedTuple):
    """Something with a published value.

    Attributes
    ----------
    name : str
    target : str
        What was published.
    low, high : float
        Tolerance; infinite on one side for a sign.
    read : callable
        From the sums over all replications to the figure.
    key : bool
        Whether it must vanish when the mechanism is switched off.
    """

    name: str
    target: str
    low: float
    high: float
    read: Callable[[Sums], float]
    key: bool = False


class Pattern(NamedTuple):
    """A published pattern and the experiment that should show it.

    Attributes
    ----------
    id : str
        Such as ``C4``.
    fact : str
        What was found in the world, in one line.
    source : str
    kind : str
        N numeric, R ratio, Q sign or order.
    figures : tuple of Figure
    observe : callable
        (seed, replication, values laid over every world) -> sums.
    ablation : mapping
        Values that switch the mechanism off; empty where there is none.
    mechanism : str
        What the ablation switches off.
    replications : int
    seed : str
        Name in `PATTERN_SEEDS`; patterns that are read from the same runs share one.
    """

    id: str
    fact: str
    source: str
    kind: str
    figures: tuple[Figure, ...]
    observe: Callable[[int, int, Values], Sums]
    ablation: Values
    mechanism: str
    replications: int = 30
    seed: str = ""


class Fact(NamedTuple):
    """A figure of a pattern beside the simulated one.

    Attributes
    ----------
    id, fact, figure, kind, target, source : str
    low, high : float
        Tolerance.
    simulated, ci_low, ci_high : float
    verdict : str
        "holds", "does not hold" or "cannot tell".
    ablated : float
        The same figure with the mechanism switched off; NaN where it is not asked.
    ablation_vanishes : bool or None
        Whether it no longer holds then; None where it is not asked.
    mechanism : str
    replications : int
    """

    id: str
    fact: str
    figure: str
    kind: str
    target: str
    source: str
    low: float
    high: float
    simulated: float
    ci_low: float
    ci_high: float
    verdict: str
    ablated: float
    ablation_vanishes: bool | None
    mechanism: str
    replications: int

    @property
    def holds(self) -> bool:
        """Whether the figure holds."""
        return self.verdict == HOLDS


def parameters_hash() -> str:
    """Return the hash of all behavioural defaults, the one set that every pattern runs with."""
    text = "\n".join(f"{name} {one.default!r}" for name, one in REGISTRY.items())
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def all_patterns() -> tuple[Pattern, ...]:
    """Return every pattern, in the order of their numbers."""
    from cxsim.checks.patterns_failures import failures
    from cxsim.checks.patterns_justice import recoveries
    from cxsim.checks.patterns_markets import markets

    return tuple(sorted((*failures(), *recoveries(), *markets()), key=lambda one: int(one.id[1:])))


def chosen(names: Sequence[str]) -> tuple[Pattern, ...]:
    """Return the patterns of these numbers; all where none is named.

    Raises
    ------
    InputError
        When there is no such pattern.
    """
    patterns = all_patterns()
    if not names:
        return patterns
    wanted = [name.strip().upper() for text in names for name in text.split(",")]
    known = [one.id for one in patterns]
    for name in wanted:
        if name not in known:
            message = f"--only: {name}; one of {', '.join(known)}; choose among these"
            raise InputError(message)
    return tuple(one for one in patterns if one.id in wanted)


def facts(
    only: Sequence[str] = (), *, replications: int | None = None, ablations: bool = True, report: Report | None = None
) -> tuple[Fact, ...]:
    """Run the experiments on their published seeds.

    Parameters
    ----------
    only : sequence of str
        Numbers such as ``C4``; all by default.
    replications : int, optional
        Fewer, for a trial; such results are not verdicts about the model.
    ablations : bool
        Whether to run each experiment also with its mechanism switched off.
    report : callable, optional
        Called with an `experiments.executor.Progress`.

    Raises
    ------
    InputError
        When there is no such pattern.
    """
    patterns = chosen(only)
    started = time.monotonic()
    asked = [(one, replications or one.replications) for one in patterns]
    total = sum(n + (min(n, ABLATIONS) if ablations and one.ablation else 0) for one, n in asked)
    done = 0
    found: list[Fact] = []

    def runs(one: Pattern, n: int, values: Values) -> list[Sums]:
        nonlocal done
        sums = []
        for replication in range(n):
            sums.append(one.observe(PATTERN_SEEDS[one.seed or one.id], replication, values))
            done += 1
            if report is not None:
                report(Progress(done, total, time.monotonic() - started))
        return sums

    for one, n in asked:
        plain = runs(one, n, {})
        without = runs(one, min(n, ABLATIONS), one.ablation) if ablations and one.ablation else None
        found += [_fact(one, figure, plain, without) for figure in one.figures]
    return tuple(found)


def estimate(read: Callable[[Sums], float], sums: Sequence[Sums]) -> tuple[float, float, float]:
    """Return a figure of the summed replications and its 95 % interval, by the jackknife.

    Parameters
    ----------
    read : callable
        From sums to the figure, such as a ratio or a difference of ratios.
    sums : sequence of mappings
        One for each replication.

    Returns
    -------
    tuple of float
        Value, lower and upper end; NaN where the figure is not defined.

    References
    ----------
    Tukey (1958); Miller (1974), Biometrika 61:1.
    """
    names = list(sums[0])
    table = np.array([[one[name] for name in names] for one in sums])
    whole = table.sum(axis=0)

    def value(row: np.ndarray) -> float:
        try:
            return float(read(dict(zip(names, row.tolist(), strict=True))))
        except (ZeroDivisionError, ValueError):
            return math.nan

    n = len(sums)
    centre = value(whole)
    if n == 1:
        return centre, math.nan, math.nan
    left_out = np.array([value(whole - row) for row in table])
    error = math.sqrt((n - 1) / n * float(((left_out - left_out.mean()) ** 2).sum()))
    half = student_quantile(LEVEL, n - 1) * error
    return centre, centre - half, centre + half


def judged(low: float, high: float, ci_low: float, ci_high: float) -> str:
    """Say whether an interval lies inside a tolerance, outside, or across its edge."""
    if math.isnan(ci_low) or math.isnan(ci_high):
        return OPEN
    if ci_low > low + ROUNDING and ci_high < high - ROUNDING:
        return HOLDS
    return FAILS if ci_high < low or ci_low > high else OPEN


def _fact(one: Pattern, figure: Figure, plain: Sequence[Sums], without: Sequence[Sums] | None) -> Fact:
    value, low, high = estimate(figure.read, plain)
    ablated, vanishes = math.nan, None
    if without is not None and figure.key:
        ablated, *interval = estimate(figure.read, without)
        vanishes = judged(figure.low, figure.high, *interval) != HOLDS
    return Fact(
        one.id,
        one.fact,
        figure.name,
        one.kind,
        figure.target,
        one.source,
        figure.low,
        figure.high,
        value,
        low,
        high,
        judged(figure.low, figure.high, low, high),
        ablated,
        vanishes,
        one.mechanism if figure.key else "",
        len(plain),
    )
