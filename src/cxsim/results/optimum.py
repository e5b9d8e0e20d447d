"""`cxsim.optimise`: the best policy under a budget, the front it was found on, and the policy as a file takes it."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cxsim.experiments.executor import Report
from cxsim.experiments.optimise import optimise as search
from cxsim.experiments.optimum import EFFORT, OBJECTIVES, Optimum, Task
from cxsim.experiments.selection import fresh_seed
from cxsim.measures.catalog import CATALOG, unit_of
from cxsim.results.optimum_plots import FrontPlots
from cxsim.results.optimum_words import sentences
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
from cxsim.results.wording import PER_100, figures, fixed, places_for, quantity
from cxsim.scenario import Scenario
from cxsim.scenario.writer import to_yaml
from cxsim.stats.intervals import mean_interval

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.experiments.studies.study import Study

BEST: Final = "best-found"
BEST_FILE: Final = "best-policy.yaml"


@dataclass(frozen=True, eq=False, repr=False)
class BestPolicy:
    """The best policy that was found under a budget, confirmed on fresh luck.

    Attributes
    ----------
    found : Optimum
    origin : Origin
    """

    found: Optimum
    origin: Origin

    @cached_property
    def candidates(self) -> pd.DataFrame:
        """Return every candidate, in the order in which it came up.

        Returns
        -------
        DataFrame
            `candidate` (number; 0 is as-is), `what`, `replications`, the mean of each measure and, with ``_ci_low`` and
            ``_ci_high``, its interval; `within_budget`, `front`, `finalist`. The search flatters the best: what
            is within the budget here need not be so in `finalists`.
        """
        import pandas as pd

        found, task = self.found, self.found.task
        rows = []
        for number, one in enumerate(found.tried):
            row: dict[str, Any] = {
                "candidate": number,
                "what": task.space.words(one.candidate),
                "replications": len(one.figures),
            }
            for column, measure in enumerate(task.measures):
                row |= _interval(measure, one.figures[:, column])
            row["within_budget"] = task.budget is None or bool(row[task.objectives[0]] <= task.budget)
            row["front"] = number in found.front
            row["finalist"] = number in found.finalists
            rows.append(row)
        return pd.DataFrame(rows)

    @cached_property
    def finalists(self) -> pd.DataFrame:
        """Return as-is, the members of the front that were run again, and the best policy of the file.

        Returns
        -------
        DataFrame
            Cheapest first: `candidate`, `what`, `kind` ("reference", "finalist", "best"), `replications`, the mean of
            each measure on fresh luck with its interval; ``difference_...``, that from as-is, paired, with its
            interval; `seen_by_the_search`: the difference of the second objective that the search saw, and `optimism`:
            by how much that was more than fresh luck says; `level_with_best`: cannot be told from the best;
            `within_budget`: on fresh luck.
        """
        import pandas as pd

        found, task = self.found, self.found.task
        level = self._level_with_best
        rows = []
        for place, number in enumerate(found.finalists):
            row: dict[str, Any] = {
                "candidate": number,
                "what": task.space.words(found.tried[number].candidate),
                "kind": "best" if place == found.best and place else "reference" if not place else "finalist",
                "replications": found.fresh.shape[1],
            }
            for column, measure in enumerate(task.measures):
                row |= _interval(measure, found.fresh[place, :, column])
                row |= _interval(f"difference_{measure}", found.fresh[place, :, column] - found.fresh[0, :, column])
            seen = self.seen(place)
            sign = 1.0 if task.better[1] == "higher" else -1.0
            row["seen_by_the_search"] = seen
            row["optimism"] = sign * (seen - row[f"difference_{task.objectives[1]}"])
            row["level_with_best"] = row["what"] in level
            row["within_budget"] = place not in found.dear
            rows.append(row)
        table = pd.DataFrame(rows)
        return table.sort_values(task.objectives[0], kind="stable").reset_index(drop=True)

    @property
    def _level_with_best(self) -> set[str]:
        selection = self.found.selection
        return set(selection.level_with_best) if selection is not None else set()

    def seen(self, place: int) -> float:
        """Return the difference from as-is in the second objective that the search saw for a finalist."""
        own = self.found.tried[self.found.finalists[place]].figures[:, 1]
        return float((own - self.found.tried[0].figures[: len(own), 1]).mean())

    @property
    def best(self) -> str:
        """What the best does, in words; ``as-is`` where nothing within the budget is better."""
        return self.found.task.space.words(self.found.tried[self.found.finalists[self.found.best]].candidate)

    def blocks(self, name: str = BEST) -> dict[str, Any]:
        """Return the best as it stands under `policies` in a scenario file; empty where that is as-is.

        Parameters
        ----------
        name : str
            Of the policy; the last block is it, others are parts that it combines.
        """
        candidate = self.found.tried[self.found.finalists[self.found.best]].candidate
        if not candidate:
            return {}
        within = "" if self.found.task.budget is None else f" within {figures(self.found.task.budget)}"
        return self.found.task.space.blocks(candidate, name, f"The best that a search found{within}.")

    def block_text(self, name: str = BEST) -> str:
        """Return the best as YAML, to be put into the scenario file it was found for."""
        head = f"# To be put under `policies` of {self.origin.scenario.name}; {self.finding}.\n"
        blocks = self.blocks(name)
        return head + (
            to_yaml({"policies": blocks}) if blocks else "# Nothing within the budget is better than as-is.\n"
        )

    def scenario(self, name: str = BEST) -> Scenario:
        """Return the scenario with the best as one more policy."""
        blocks = self.blocks(name)
        return self.origin.scenario.with_blocks(blocks) if blocks else self.origin.scenario

    @property
    def finding(self) -> str:
        """The answer as one short sentence."""
        found, task = self.found, self.found.task
        within = "" if task.budget is None else f"Within {figures(task.budget)} {self.origin.currency}".strip() + ", "
        if not found.best:
            return f"{within}nothing that was tried beats as-is" if within else "Nothing that was tried beats as-is"
        measure = task.objectives[1]
        gap = float((found.fresh[found.best, :, 1] - found.fresh[0, :, 1]).mean())
        parts = [task.space.parts[one.part].name for one in found.tried[found.finalists[found.best]].candidate]
        who = " + ".join(parts)
        if measure == "retention":
            kept = PER_100 * gap
            return f"{within}{who} keeps {fixed(kept, places_for(kept))} more of every 100 customers than as-is"
        value = quantity(float(found.fresh[found.best, :, 1].mean()), self.unit(measure))
        return f"{within}{who} is best on {CATALOG[measure].title}: {value}"

    def unit(self, measure: str) -> str:
        """Return the unit of a measure, money in the scenario's currency."""
        return unit_of(measure, self.origin.currency)

    def sentences(self) -> list[tuple[str, str]]:
        """Return the answer in sentences, each with its label."""
        return sentences(self.found, self.finalists, self.origin.currency)

    def answer(self) -> str:
        """Return the answer in sentences, as Markdown."""
        task = self.found.task
        within = "" if task.budget is None else f" for at most {figures(task.budget)} {self.origin.currency}"
        question = f"**Question.** What is the best that can be done{within.rstrip()}?"
        lines = [f"{n}. **{label}.** {text}" for n, (label, text) in enumerate(self.sentences(), start=1)]
        return "\n\n".join([question, *lines, self.small_print]) + "\n"

    @property
    def small_print(self) -> str:
        """What made the answer."""
        effort = self.found.task.effort
        what = (
            f"{len(self.found.tried)} different candidates of the {self.found.task.space.source}, {effort.first} to "
            f"{effort.more} replications each; {len(self.found.finalists)} finalists, "
            f"{self.found.fresh.shape[1]} fresh replications each"
        )
        return self.origin.small_print(what)

    @property
    def plot(self) -> FrontPlots:
        """Charts: ``.plot.front()``."""
        return FrontPlots(self)

    def document(self) -> dict[str, Any]:
        """Return what was asked and found, for JSON."""
        found, task = self.found, self.found.task
        selection = found.selection
        return {
            "objectives": list(task.objectives),
            "budget": task.budget,
            "currency": self.origin.currency,
            "effort": task.effort._asdict(),
            "candidates": len(found.tried),
            "best": {"what": self.best, "policies": self.blocks()},
            "too_dear": [task.space.words(found.tried[found.finalists[place]].candidate) for place in found.dear],
            "selection": None
            if selection is None
            else {
                "delta": selection.wish.delta,
                "confidence": selection.wish.confidence,
                "settled": selection.choice.settled,
                "verdict": selection.confirmation.verdict,
                "level_with_best": list(selection.level_with_best),
                "replications": list(selection.choice.counts),
            },
            "finalists": self.finalists.to_dict("records"),
        }

    def save(self, folder: str | Path, *, command: str = "") -> Path:
        """Write the result folder: tables, the chart, the best as a policy block, the answer and the manifest.

        Parameters
        ----------
        folder : path
            New, empty, or an earlier result folder, which is replaced.
        command : str
            Written into the manifest.

        Raises
        ------
        InputError
            When the folder cannot be written, or holds something else; then nothing is written.
        """
        asked = {name: value for name, value in self.document().items() if name != "finalists"}
        return write_found(
            folder,
            self.origin,
            self.answer(),
            {"candidates": self.candidates, "finalists": self.finalists, "fresh_runs.parquet": self._fresh_runs()},
            self.plot.all(),
            more={BEST_FILE: self.block_text()},
            found={"asked": asked},
            command=command,
        )

    def _fresh_runs(self) -> pd.DataFrame:
        import pandas as pd

        found, task = self.found, self.found.task
        first = max(task.effort.most, 0)
        rows = [
            {
                "candidate": number,
                "replication": first + row,
                "measure": measure,
                "value": float(found.fresh[place, row, column]),
            }
            for place, number in enumerate(found.finalists)
            for row in range(found.fresh.shape[1])
            for column, measure in enumerate(task.measures)
        ]
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        return f"<Best policy: {self.finding}>"

    def _repr_html_(self) -> str:
        said = "".join(f"<p><b>{html.escape(label)}.</b> {html.escape(text)}</p>" for label, text in self.sentences())
        columns = ["what", *self.found.task.objectives, "optimism"]
        table: str = self.finalists[columns].to_html(index=False, float_format=lambda value: f"{value:.4g}")
        return said + table


def _interval(name: str, values: Any) -> dict[str, float]:
    if not np.isfinite(values).all():
        return dict.fromkeys((name, f"{name}_ci_low", f"{name}_ci_high"), math.nan)
    known = mean_interval(values)
    return {name: known.mean, f"{name}_ci_low": known.low, f"{name}_ci_high": known.high}


def optimise(  # noqa: PLR0913 -- every setting is a keyword
    source: Study | Scenario | str | Path,
    budget: float | None = None,
    *,
    objectives: Sequence[str] = OBJECTIVES,
    policies: Sequence[str] | None = None,
    candidates: int = EFFORT.candidates,
    replications: int = EFFORT.confirm,
    finalists: int = EFFORT.finalists,
    delta: float | None = None,
    seed: int | None = None,
    engine: str = "compiled",
    jobs: int | None = None,
    scale: float = 1.0,
    store: str | Path | None = None,
    progress: Report | None = None,
) -> BestPolicy:
    """Search for the best policy under a budget, and confirm it on fresh luck.

    Parameters
    ----------
    source : Study, Scenario, path or str
        A study, whose levers are pulled more or less far, alone or together; or a scenario: which of its policies are
        combined, when each begins, and how far each of their values goes.
    budget : float, optional
        Highest mean of the first objective, in the scenario's currency; no limit by default.
    objectives : sequence of str
        Measures: the cost, what says who is best, and others that make the front.
    policies : sequence of str, optional
        Of a scenario, which may be combined; all by default.
    candidates : int
        How many are tried.
    replications : int
        Of each finalist on fresh luck, at least, beside those by which the best is selected.
    finalists : int
        Members of the front that are run again, at most.
    delta : float, optional
        A smaller difference in the second objective does not matter; a percentage point, or 2 % of as-is, by default.
    seed, engine, jobs, scale
        As for `cxsim.run`. The confirmation has another seed, which follows from this one.
    store : path, optional
        Folder in which runs are kept; the same call goes on from there.
    progress : callable, optional

    Raises
    ------
    InputError
        When there is nothing to choose from, a measure or number is not allowed, or optuna is not installed.
    RunError
        When as-is cannot be simulated.

    Examples
    --------
    >>> best = cxsim.optimise("cable-town", budget=300_000)  # doctest: +SKIP
    >>> best.plot.front().save("front.png")  # doctest: +SKIP
    """
    clock, given = Clock.now(), opened(source)
    scenario = given if isinstance(given, Scenario) else given.scenario
    space = space_of(given, values=False, policies=policies)
    how = How(seed, engine, jobs, scale, Path(store) if store is not None else None, progress)
    with runs_of(scenario, how, seed if seed is not None else seed_of(given), "search") as runs:
        check_measures(runs.lab, objectives)
        first = runs.lab.seed
        effort = EFFORT._replace(candidates=candidates, confirm=replications, finalists=finalists)
        task = Task(space, tuple(objectives), budget, effort, first, delta)
        with runs_of(scenario, how, fresh_seed(first), "fresh") as fresh:
            found = search(task, runs, fresh, progress)
            origin = Origin(
                kind="optimise", name=given.name, scenario=scenario, seeds=(first, fresh.lab.seed), engine=engine,
                scale=scale, runs=runs.made_now + fresh.made_now, failures=(*runs.failures, *fresh.failures),
                started=clock.started, wall_s=clock.wall_s,
            )  # fmt: skip
    return BestPolicy(found, origin)
