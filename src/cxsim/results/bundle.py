"""`cxsim.waterfall`: what each part of a bundle adds."""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cxsim.experiments.executor import Report
from cxsim.experiments.waterfall import ORDERS, POLICY, Waterfall, bundle_of
from cxsim.experiments.waterfall import waterfall as taken_apart
from cxsim.measures.catalog import CATALOG, unit_of
from cxsim.results.searched import Clock, How, Origin, check_measures, opened, runs_of, seed_of, write_found
from cxsim.results.wording import difference, listed, quantity, span
from cxsim.scenario import Scenario
from cxsim.stats.intervals import Interval, mean_interval

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from cxsim.charts.figure import Chart
    from cxsim.experiments.studies.study import Study

REPLICATIONS: Final = 20


@dataclass(frozen=True, eq=False, repr=False)
class BundleParts:
    """What each part of a bundle adds to a measure: Shapley values, with paired intervals.

    Attributes
    ----------
    found : Waterfall
    origin : Origin
    """

    found: Waterfall
    origin: Origin

    @property
    def unit(self) -> str:
        """Of the measure."""
        return unit_of(self.found.measure, self.origin.currency)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Return one row for each part, and as-is, the interaction and the whole.

        Returns
        -------
        DataFrame
            `name`; `kind` ("total", "part", "interaction"); `value`, `ci_low`, `ci_high` (paired t over replications);
            `alone`, `last`: what a part adds to nothing and to all others; `order_error`: standard error due to orders
            that were not looked at; `unit`.
        """
        import pandas as pd

        found = self.found
        rows = [self._row("as-is", "total", found.as_is)]
        for piece, share, alone, last, error in zip(
            found.bundle.pieces, found.shares, found.alone, found.last, found.error, strict=True
        ):
            more = {"alone": float(alone.mean()), "last": float(last.mean()), "order_error": float(error)}
            rows.append(self._row(piece.name, "part", share) | more)
        rows.append(self._row(found.bundle.policy, "total", found.whole))
        rows.append(self._row("together beyond each alone", "interaction", self._interaction))
        return pd.DataFrame(rows).assign(measure=found.measure, unit=self.unit)

    @property
    def replications(self) -> pd.DataFrame:
        """Return the values by replication: `replication`, as-is, each part, the whole; a row adds up."""
        import pandas as pd

        found = self.found
        columns = {"as-is": found.as_is}
        columns |= {piece.name: share for piece, share in zip(found.bundle.pieces, found.shares, strict=True)}
        columns[found.bundle.policy] = found.whole
        return pd.DataFrame(columns).rename_axis("row").reset_index()

    @property
    def _interaction(self) -> Any:
        return self.found.whole - self.found.as_is - self.found.alone.sum(axis=0)

    def _row(self, name: str, kind: str, values: Any) -> dict[str, Any]:
        known = mean_interval(values)
        return {"name": name, "kind": kind, "value": known.mean, "ci_low": known.low, "ci_high": known.high}

    @property
    def finding(self) -> str:
        """The answer as one short sentence."""
        found, means = self.found, self.found.shares.mean(axis=1)
        whole = float((found.whole - found.as_is).mean())
        first = int(np.argmax(means * np.sign(whole)))
        name = found.bundle.pieces[first].name
        if mean_interval(found.whole - found.as_is).low <= 0.0 <= mean_interval(found.whole - found.as_is).high:
            return f"{found.bundle.policy} cannot be told from as-is on {CATALOG[found.measure].title}"
        share = float(means[first]) / whole
        most = f"{100 * share:.0f} % of" if share <= 1.0 else "more than all of"
        return f"{name} makes {most} what {found.bundle.policy} changes: {CATALOG[found.measure].title}"

    def sentences(self) -> list[tuple[str, str]]:
        """Return the answer in sentences, each with its label."""
        found, unit = self.found, self.unit
        whole = mean_interval(found.whole - found.as_is)
        title = CATALOG[found.measure].title
        answer = (
            f"{found.bundle.policy} changes {title} by {_gap(whole, unit)}, from "
            f"{quantity(float(found.as_is.mean()), unit)} to {quantity(float(found.whole.mean()), unit)}."
        )
        parts = []
        for piece, share in sorted(
            zip(found.bundle.pieces, found.shares, strict=True), key=lambda pair: -abs(float(pair[1].mean()))
        ):
            known = mean_interval(share)
            told = "" if known.low > 0.0 or known.high < 0.0 else ", which may be nothing"
            parts.append(f"{piece.name} {_gap(known, unit)}{told}")
        said = [("The answer", answer), ("What each part adds", f"{listed(parts)}.")]
        said.append(("Together", self._together()))
        if found.error.any():
            most = _amount(float(found.error.max()), unit)
            text = f"Orders of joining were sampled, which adds a standard error of at most {most} to a part."
            said.append(("How surely", text))
        if found.left_out:
            said.append(("Left out", f"{found.left_out} replications in which some combination has no value."))
        return said

    def _together(self) -> str:
        known = mean_interval(self._interaction)
        gap = _gap(known, self.unit)
        if known.low <= 0.0 <= known.high:
            return f"Each alone, the parts add up to what they do together, as far as can be told: {gap}."
        whole = float((self.found.whole - self.found.as_is).mean())
        helps = (known.mean > 0.0) == (whole > 0.0)
        how = "more than" if helps else "less than"
        why = "they help each other" if helps else "in part they do the same"
        return f"Together the parts do {how} each alone, added up ({gap}): {why}. The parts share that equally."

    def answer(self) -> str:
        """Return the answer in sentences, as Markdown."""
        question = f"**Question.** What does each part of {self.found.bundle.policy} add?"
        lines = [f"{n}. **{label}.** {text}" for n, (label, text) in enumerate(self.sentences(), start=1)]
        return "\n\n".join([question, *lines, self.small_print]) + "\n"

    @property
    def small_print(self) -> str:
        """What made the answer."""
        found = self.found
        way = "every one of them" if not found.error.any() else "those of random orders of joining"
        what = f"{found.combinations} combinations of {len(found.bundle.pieces)} parts ({way})"
        return self.origin.small_print(f"{what}, {found.whole.size} replications each on the same luck")

    @property
    def plot(self) -> BundlePlots:
        """Charts: ``.plot.waterfall()``."""
        return BundlePlots(self)

    def document(self) -> dict[str, Any]:
        """Return what was asked and found, for JSON."""
        found = self.found
        return {
            "policy": found.bundle.policy,
            "measure": found.measure,
            "unit": self.unit,
            "replications": found.whole.size,
            "combinations": found.combinations,
            "left_out": found.left_out,
            "parts": self.table.to_dict("records"),
        }

    def save(self, folder: str | Path, *, command: str = "") -> Path:
        """Write the result folder: tables, the chart, the answer and the manifest; all of it or nothing."""
        tables = {"waterfall": self.table, "replications": self.replications}
        asked = {name: value for name, value in self.document().items() if name != "parts"}
        return write_found(
            folder, self.origin, self.answer(), tables, self.plot.all(), found={"asked": asked}, command=command
        )

    def __repr__(self) -> str:
        return f"<Parts of {self.found.bundle.policy}: {self.finding}>"

    def _repr_html_(self) -> str:
        said = "".join(f"<p><b>{html.escape(label)}.</b> {html.escape(text)}</p>" for label, text in self.sentences())
        table: str = self.table.to_html(index=False, float_format=lambda value: f"{value:.4g}")
        return said + table


class BundlePlots:
    """Charts of a bundle.

    Parameters
    ----------
    parts : BundleParts
    """

    def __init__(self, parts: BundleParts) -> None:
        self._parts = parts

    def waterfall(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw what each part adds, from as-is to the whole; on an Axes, or as a chart that can be saved."""
        from cxsim.charts.figure import Caption, make_chart
        from cxsim.charts.waterfall import waterfall as draw

        parts = self._parts
        table = parts.table[parts.table["kind"] != "interaction"]
        options = {"measure": CATALOG[parts.found.measure].title}
        if ax is not None:
            return draw(table, ax, **options)
        return make_chart(draw, table, Caption(parts.finding, parts.small_print), **options)

    def all(self) -> dict[str, Any]:
        """Return all charts by name."""
        return {"waterfall": self.waterfall()}


def _gap(known: Interval, unit: str) -> str:
    width = known.high - known.low
    return f"{difference(known.mean, unit, width)} ({span(known.low, known.high, unit)})"


def _amount(value: float, unit: str) -> str:
    return f"{100 * value:.2g} percentage points" if unit == "share" else f"{value:.2g} {unit}"


def waterfall(  # noqa: PLR0913 -- every setting is a keyword
    source: Study | Scenario | str | Path,
    policy: str,
    *,
    measure: str = "retention",
    by: str = POLICY,
    replications: int = REPLICATIONS,
    orders: int = ORDERS,
    seed: int | None = None,
    engine: str = "compiled",
    jobs: int | None = None,
    scale: float = 1.0,
    store: str | Path | None = None,
    progress: Report | None = None,
) -> BundleParts:
    """Say what each part of a bundle adds to a measure.

    Parameters
    ----------
    source : Study, Scenario, path or str
    policy : str
        One that combines others, or changes more than one value.
    measure : str
    by : {"policy", "change"}
        Into the policies that it combines, or into single changes.
    replications : int
        Of every combination, on the same luck.
    orders : int
        Orders of joining that are looked at where there are more than 8 parts; of 8 or fewer all combinations are run.
    seed, engine, jobs, scale
        As for `cxsim.run`.
    store : path, optional
        Folder in which runs are kept; the same call goes on from there.
    progress : callable, optional

    Raises
    ------
    InputError
        When the policy, the measure or a number is not allowed.
    RunError
        When too few replications have a value in every combination.
    """
    clock, given = Clock.now(), opened(source)
    scenario = given if isinstance(given, Scenario) else given.scenario
    bundle = bundle_of(scenario, policy, by)
    how = How(seed, engine, jobs, scale, Path(store) if store is not None else None, progress)
    with runs_of(scenario, how, seed if seed is not None else seed_of(given), "search") as runs:
        check_measures(runs.lab, [measure])
        found = taken_apart(bundle, runs, measure, replications, seed=runs.lab.seed, orders=orders, report=progress)
        origin = Origin(
            kind="waterfall", name=given.name, scenario=scenario, seeds=(runs.lab.seed,), engine=engine, scale=scale,
            runs=runs.made_now, failures=tuple(runs.failures), started=clock.started, wall_s=clock.wall_s,
        )  # fmt: skip
    return BundleParts(found, origin)
