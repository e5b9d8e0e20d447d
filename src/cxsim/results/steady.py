"""A steady state in words, as a document, and as a chart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cxsim import __version__
from cxsim.experiments.steady import Steady
from cxsim.measures.catalog import CATALOG
from cxsim.model.plan import DAY
from cxsim.results.summary import labelled
from cxsim.results.wording import MINUS, PER_100, fixed
from cxsim.stats.warm_up import welch
from cxsim.units import format_duration

if TYPE_CHECKING:
    from cxsim.charts.figure import Chart

POINTS: Final = 600  # drawn
SMOOTHED: Final = 20  # of them on either side, in Welch's average
SECOND: Final = 1_000_000


def lines_of(found: Steady, scenario: str, level: float = 0.95) -> list[str]:
    """Return the lines of the console, each at most 80 columns wide."""
    lines = [f"{scenario}, {found.policy}: one run, {fixed(len(found.observed))} answered at {found.touchpoint}"]
    cut = round(found.settled / SECOND) * SECOND
    time = f" That is {format_duration(cut)} of simulated time." if cut and found.warm_up.trusted else ""
    lines += labelled("Warm-up", found.warm_up.said + time)
    lines += labelled(title(found.measure), _said(found, level))
    lines += labelled("Batches", found.mean.said)
    return [line.replace(MINUS, "-") for line in lines]


def title(measure: str) -> str:
    """Return a short name for people."""
    return "Mean wait" if measure == "wait_mean" else "Share queued"


def document(found: Steady, scenario: str, level: float = 0.95) -> dict[str, Any]:
    """Return what `--json` prints."""
    mean = found.mean
    return {
        "schema": 1,
        "scenario": scenario,
        "policy": found.policy,
        "touchpoint": found.touchpoint,
        "measure": found.measure,
        "unit": CATALOG[found.measure].unit,
        "seed": found.seed,
        "observations": len(found.observed),
        "warm_up": {
            "observations": found.warm_up.observations,
            "time_s": found.settled / SECOND,
            "trusted": found.warm_up.trusted,
        },
        "mean": mean.interval.mean,
        "ci_low": mean.interval.low,
        "ci_high": mean.interval.high,
        "level": level,
        "batches": mean.batches,
        "batch_size": mean.size,
        "independent_from": mean.independent_from,
        "trusted": found.trusted,
    }


def chart(found: Steady, scenario: str) -> Chart:
    """Return the chart of how the run settles: Welch's curve over `POINTS` stretches of equal numbers."""
    import pandas as pd

    from cxsim.charts.figure import Caption, make_chart
    from cxsim.charts.warm_up import warm_up

    each = max(1, len(found.observed) // POINTS)
    count = len(found.observed) // each
    stretches = found.observed[: count * each].reshape(count, each).mean(axis=1)
    smoothed = welch(stretches, min(SMOOTHED, count // 4)).smoothed
    days = found.times[: count * each : each][: smoothed.size] / DAY
    interval = found.mean.interval
    state = "settles" if found.trusted else "has not been seen to settle"
    caption = Caption(
        f"{title(found.measure)} at {found.touchpoint} {state}",
        f"Simulated: {scenario}, {found.policy}, one run, seed {found.seed}, cxsim {__version__}.",
    )
    return make_chart(
        warm_up,
        pd.DataFrame({"days": days, "smoothed": smoothed}),
        caption,
        measure=title(found.measure),
        unit=CATALOG[found.measure].unit,
        ends=float(days[0]) + found.settled / DAY,
        mean=(interval.mean, interval.low, interval.high) if found.warm_up.trusted else None,
    )


def _said(found: Steady, level: float) -> str:
    interval = found.mean.interval
    if not found.warm_up.trusted or not math.isfinite(interval.low):
        return f"about {_amount(found, interval.mean, interval.mean)}, but nothing says how near that is"
    bounds = [_amount(found, bound, interval.half_width) for bound in (interval.low, interval.high)]
    mean = _amount(found, interval.mean, interval.half_width)
    return f"{mean} ({bounds[0]} to {bounds[1]}, {PER_100 * level:g} % interval)"


def _amount(found: Steady, value: float, width: float) -> str:
    """Write a value with the decimals that its interval allows."""
    factor, unit = (60.0, "s") if found.measure == "wait_mean" else (PER_100, "%")
    if found.measure == "wait_mean" and value >= 1.0:
        factor, unit = 1.0, "min"
    places = int(np.clip(1 - math.floor(math.log10(max(width * factor, 1e-9))), 0, 4))
    return f"{fixed(value * factor, places)} {unit}"
