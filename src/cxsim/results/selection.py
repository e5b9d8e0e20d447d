"""`cxsim.select`: the best policy, chosen with a stated guarantee and confirmed on fresh seeds."""

from __future__ import annotations

import html
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cxsim.errors import InputError
from cxsim.experiments.precision import parse_amount
from cxsim.experiments.selection import MOST, Selection, Tell, Wish, fresh_seed
from cxsim.experiments.selection import select as choose
from cxsim.experiments.studies.case import AS_IS, Case
from cxsim.experiments.studies.lab import lab_of
from cxsim.experiments.studies.runs import Broken, Runs
from cxsim.measures.catalog import CATALOG, unit_of
from cxsim.results import selection_words as words
from cxsim.results.searched import store_of
from cxsim.scenario import Scenario, load
from cxsim.stats.intervals import mean_interval

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from cxsim.charts.figure import Chart

DELTA: Final = "0.5pp"
CHART: Final = "selection"


@dataclass(frozen=True, eq=False, repr=False)
class SelectionResult:
    """A policy that was chosen, with what is promised of the choice.

    Attributes
    ----------
    scenario : Scenario
    selection : Selection
    seed, fresh_seed : int
        Of the choice, and of its confirmation.
    engine : str
    scale : float
    failures : tuple of Broken
        Runs that failed; their replications are left out.
    wall_s : float
    """

    scenario: Scenario
    selection: Selection
    seed: int
    fresh_seed: int
    engine: str = "compiled"
    scale: float = 1.0
    failures: tuple[Broken, ...] = ()
    wall_s: float = 0.0

    @property
    def chosen(self) -> str:
        """Name of the chosen policy."""
        return self.selection.chosen

    @property
    def unit(self) -> str:
        """Of the measure."""
        return unit_of(self.selection.wish.measure, self.scenario.document.currency or "money")

    def answer(self) -> str:
        """Return the finding in sentences, as Markdown."""
        lines = [f"# Which policy is best by {CATALOG[self.selection.wish.measure].title}?", ""]
        lines += [f"- {label}: {text}" for label, text in words.lines_of(self)]
        return "\n".join(lines) + "\n"

    def table(self) -> pd.DataFrame:
        """Return a row for each policy.

        Columns: ``policy, chosen, replications, eliminated_after, eliminated_by`` (of the choice); ``fresh, mean,
        ci_low, ci_high`` (of the fresh replications); ``behind, behind_low, behind_high``: how much worse it is than
        the chosen one, one-sided bounds that hold together; ``lead, lead_low, lead_high``: how much better it is than
        the best of the others, simultaneous; ``not_told_apart``: from the best; ``measure, unit, better``.
        """
        import pandas as pd

        found, wish = self.selection, self.selection.wish
        gone = {one.candidate: one for one in found.choice.eliminated}
        fresh, beside = found.confirmation, found.confirmation.beside
        sign = 1.0 if CATALOG[wish.measure].better == "higher" else -1.0
        rows = []
        for place, name in enumerate(found.names):
            interval = mean_interval(fresh.samples[place], wish.confidence)
            out = gone.get(place)
            behind = float(np.mean(fresh.samples[found.choice.chosen] - fresh.samples[place]))
            rows.append({
                "policy": name,
                "chosen": place == found.choice.chosen,
                "replications": found.choice.counts[place],
                "eliminated_after": out.after if out else None,
                "eliminated_by": found.names[out.by] if out else "",
                "fresh": fresh.replications,
                "mean": interval.mean,
                "ci_low": interval.low,
                "ci_high": interval.high,
                "behind": sign * behind + 0.0,
                "behind_low": fresh.low[place],
                "behind_high": fresh.high[place],
                "lead": beside.lead[place],
                "lead_low": beside.low[place],
                "lead_high": beside.high[place],
                "not_told_apart": bool(beside.in_set[place]),
                "measure": wish.measure,
                "unit": self.unit,
                "better": CATALOG[wish.measure].better,
            })  # fmt: skip
        return pd.DataFrame(rows).astype({"eliminated_after": "Int64"})

    def replications(self) -> pd.DataFrame:
        """Return what was used: ``stage`` (choice or confirmation), ``seed, policy, replication, value``."""
        import pandas as pd

        stages = (
            ("choice", self.seed, self.selection.choice.samples),
            ("confirmation", self.fresh_seed, tuple(self.selection.confirmation.samples)),
        )
        return pd.DataFrame(
            [
                (stage, seed, name, number, value)
                for stage, seed, values in stages
                for name, row in zip(self.selection.names, values, strict=True)
                for number, value in enumerate(row.tolist())
            ],
            columns=["stage", "seed", "policy", "replication", "value"],
        )

    def plot(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw how long each policy stayed in the choice, on an Axes of the caller's or as a chart of its own."""
        from cxsim.charts.figure import Caption, make_chart
        from cxsim.charts.selection import selection

        table = words.chart_table(self.selection)
        if ax is not None:
            return selection(table, ax)
        return make_chart(selection, table, Caption(words.title(self), words.footnote(self)))

    def document(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        found = self.selection
        wish, fresh = found.wish, found.confirmation
        return {
            "schema": 1,
            "scenario": self.scenario.name,
            **wish._asdict(),
            "unit": self.unit,
            "better": CATALOG[wish.measure].better,
            "chosen": self.chosen,
            "settled": found.choice.settled,
            "guarantee": words.promise(self),
            "not_told_apart": list(found.level_with_best),
            "confirmation": {
                "verdict": fresh.verdict,
                "better": None if fresh.better is None else found.names[fresh.better],
                "seed": self.fresh_seed,
                "replications": fresh.replications,
                "enough": fresh.enough,
            },
            "regret": fresh.regret._asdict(),
            "seed": self.seed,
            "engine": self.engine,
            "scale": self.scale,
            "left_out": found.choice.dropped,
            "thrown_out": [one._asdict() for one in found.thrown_out],
            "failures": [{**one.want._asdict(), "identity": one.identity, "why": one.why} for one in self.failures],
            "policies": [
                {name: None if _missing(value) else value for name, value in row.items()}
                for row in self.table().to_dict("records")
            ],
        }

    def save(self, folder: str | Path, *, command: str = "") -> Path:
        """Write tables, answer, chart and manifest into a folder: all, or nothing.

        Raises
        ------
        InputError
            When the folder holds something else, or cannot be written.
        """
        from cxsim.results.selection_folder import write

        return write(self, Path(folder), command)

    def __repr__(self) -> str:
        return "\n".join(words.console(self))

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{html.escape(f'{label}: {text}')}</li>" for label, text in words.lines_of(self))
        return f"<ul>{items}</ul>"


def select(  # noqa: PLR0913 -- every setting of a choice is a keyword
    scenario: Scenario | str | Path,
    policies: Sequence[str] | None = None,
    *,
    measure: str = "retention",
    delta: float | str = DELTA,
    confidence: float = 0.95,
    method: str = "kn",
    most: int = MOST,
    seed: int | None = None,
    engine: str = "compiled",
    jobs: int | None = None,
    scale: float = 1.0,
    store: str | Path | None = None,
    tell: Tell | None = None,
) -> SelectionResult:
    """Choose the best policy with a stated guarantee, and confirm the choice on fresh seeds.

    Policies that fall behind are left early, so that runs go to those between which the choice is hard. Runs of one
    replication share their luck. The confirmation uses a seed that follows from the given one, and none of the runs
    of the choice.

    Parameters
    ----------
    scenario : Scenario or path or str
        A scenario, its file, or the name of a bundled one.
    policies : sequence of str, optional
        All by default; as-is is always among them.
    measure : str
        Of our firm, all customers together. Which way is better is known.
    delta : float or str
        A smaller difference does not matter: ``"0.5pp"``, ``"10 s"``, or a number in the measure's unit.
    confidence : float
        Between the chance of a blind guess and 1.
    method : {"kn", "ocba"}
        Kim and Nelson's procedure has a guarantee of its own; optimal computing budget allocation hands runs out where
        they tell most, and has the guarantee of its confirmation.
    most : int
        Most replications of a policy, in the choice and again in the confirmation; 20 or more.
    seed : int, optional
        The scenario's own by default.
    engine, jobs, scale
        As for `run`.
    store : path, optional
        Folder in which runs are kept; the same call goes on from there.
    tell : callable, optional
        Told in a few words what comes next.

    Raises
    ------
    InputError
        When the scenario, a policy, the measure or a number is not allowed.
    RunError
        When so many runs fail that fewer than two policies are left; one that fails is thrown out before.

    References
    ----------
    Kim & Nelson (2001); Chen et al. (2000); Nelson et al. (2001); Chick & Inoue (2001).
    """
    found = scenario if isinstance(scenario, Scenario) else load(scenario)
    names = list(dict.fromkeys((AS_IS, *(found.policies if policies is None else policies))))
    for name in names:
        found.policy(name)
    wish = Wish(measure, wished(measure, delta), confidence, method, most)
    clock = time.monotonic()
    lab = lab_of(found, seed=seed, engine=engine, scale=scale, keep="ours")
    other = lab_of(found, seed=fresh_seed(lab.seed), engine=engine, scale=scale, keep="ours")
    with (
        Runs(lab, store=store_of(lab, store, "choice"), jobs=jobs) as runs,
        Runs(other, store=store_of(other, store, "fresh"), jobs=jobs) as fresh,
    ):
        chosen = choose(runs, [Case(name) for name in names], wish, fresh=fresh, seed=lab.seed, tell=tell)
        failures = (*runs.failures, *fresh.failures)
    return SelectionResult(
        found, chosen, lab.seed, other.seed, engine, scale, failures, round(time.monotonic() - clock, 3)
    )


def wished(measure: str, delta: float | str) -> float:
    """Return the indifference zone in the measure's unit.

    Raises
    ------
    InputError
        When the measure is not known, or this is no amount of it.
    """
    if measure not in CATALOG:
        message = f"measure: {measure}; a measure, such as retention or wait_mean, is allowed; choose one"
        raise InputError(message)
    unit = CATALOG[measure].unit
    if delta == DELTA and not unit.startswith("share"):
        message = f"delta: {DELTA} of {measure}, which is in {unit}; an amount in {unit} is allowed; say what matters"
        raise InputError(message)
    return parse_amount(delta, unit) if isinstance(delta, str) else float(delta)


def _missing(value: object) -> bool:
    import pandas as pd

    return value is pd.NA
