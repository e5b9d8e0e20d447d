"""`cxsim.discover`: in which worlds a policy loses to as-is, said in words and drawn."""

from __future__ import annotations

import html
import shlex
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cxsim.errors import InputError
from cxsim.experiments.executor import Report
from cxsim.experiments.losing_worlds import REPLICATIONS, WORLDS, LosingWorlds, losing_worlds, worlds_of
from cxsim.experiments.sensitivity import output_of
from cxsim.experiments.studies.case import AS_IS, Case
from cxsim.experiments.studies.lab import lab_of
from cxsim.experiments.studies.runs import Runs
from cxsim.experiments.studies.study import Study
from cxsim.measures.catalog import unit_of
from cxsim.results.answer_folder import Content, Made, provenance_of, write_answer
from cxsim.results.asked import measure_of, studied
from cxsim.results.discovery_plots import DiscoveryPlots
from cxsim.results.discovery_words import discovery_sentences, finding, said
from cxsim.results.searched import store_of
from cxsim.scenario import Scenario
from cxsim.stats.discovery import SHUFFLES
from cxsim.units import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

STATE: Final = "state"


@dataclass(frozen=True, eq=False, repr=False)
class Discovered:
    """In which worlds a policy loses to as-is.

    Attributes
    ----------
    made : Made
        The study, seed, replications, failed runs.
    measure, policy : str
    losing : LosingWorlds
        What was drawn and found.
    unit : str
        Of the measure.
    """

    made: Made
    measure: str
    policy: str
    losing: LosingWorlds
    unit: str

    @property
    def shuffles(self) -> int:
        """Searches in shuffled worlds that a box is held against."""
        return SHUFFLES

    @cached_property
    def worlds(self) -> pd.DataFrame:
        """One row a world: its values, both means, their difference, `state`, `box` (0: none), `p`, and `set`."""
        import numpy as np
        import pandas as pd

        losing = self.losing
        drawn = losing.drawn
        count = len(drawn.texts)
        found = pd.DataFrame({"world": range(1, count + 1)})
        for column, factor in enumerate(drawn.factors):
            found[factor.path] = [texts[column] for texts in drawn.texts]
        means = np.full((count, 2), np.nan)
        means[losing.kept] = losing.leaders.means
        state, box = np.full(count, "failed", dtype=object), np.zeros(count, dtype=int)
        state[losing.kept] = losing.states
        for number, one in enumerate(losing.discovery.boxes, start=1):
            box[losing.kept[one.inside]] = number
        found[f"mean of {self.policy}"], found[f"mean of {AS_IS}"] = means.T
        found["difference"] = means[:, 0] - means[:, 1]
        found[STATE], found["box"] = state, box
        chance = np.full(count, np.nan)
        chance[losing.kept] = losing.p
        found["p"] = chance
        found["set"] = [self.options(world) for world in range(1, count + 1)]
        return found

    @property
    def sides(self) -> pd.DataFrame:
        """One row a side of a box: `box, factor, above, threshold` (text), quasi-p `p`, and what the box holds."""
        import pandas as pd

        rows = []
        for number, box in enumerate(self.losing.discovery.boxes, start=1):
            for side in box.sides:
                factor = self.losing.drawn.factors[side.column]
                threshold = f"{side.threshold:g}" if factor.span is None else factor.span.written(side.threshold)
                holds = int(box.inside.sum()), box.hits, box.coverage, box.density, box.p
                rows.append((number, factor.path, side.above, threshold, side.p, *holds))
        columns = ["box", "factor", "above", "threshold", "p", "worlds", "loses", "coverage", "density", "box_p"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def peeling(self) -> pd.DataFrame:
        """The way from all worlds to the smallest box: `sides`, `mass`, `coverage`, `density`."""
        import pandas as pd

        return pd.DataFrame(self.losing.discovery.trajectory, columns=["sides", "mass", "coverage", "density"])

    @property
    def plot(self) -> DiscoveryPlots:
        """Charts: ``.plot.corner()``."""
        return DiscoveryPlots(self)

    @property
    def design_words(self) -> str:
        """What was run, in words."""
        return f"{len(self.losing.drawn.texts)} worlds, {self.policy} and as-is in each"

    def changes(self, world: int) -> dict[str, str]:
        """Return what makes a world, numbered from 1: values by path, for `Scenario.with_values`."""
        return dict(self.losing.drawn.changes(world - 1))

    def options(self, world: int) -> str:
        """Return what makes a world on the command line: ``--set`` for each path."""
        return " ".join(f"--set {shlex.quote(f'{path}={text}')}" for path, text in self.changes(world).items())

    def answer(self) -> str:
        """Return the answer in sentences, as Markdown."""
        lines = [f"**Question.** In which worlds does {self.policy} lose to as-is?"]
        found = discovery_sentences(self)
        lines += [f"{number}. **{label}.** {text}" for number, (label, text) in enumerate(found, start=1)]
        return "\n\n".join([*lines, provenance_of(self.made, self.design_words)]) + "\n"

    def document(self) -> dict[str, Any]:
        """Return what was asked and found, for JSON."""
        losing = self.losing
        boxes = [
            {
                "when": said(box, losing.drawn.factors),
                "worlds": int(box.inside.sum()),
                "loses": box.hits,
                "coverage": box.coverage,
                "density": box.density,
                "p": box.p,
            }
            for box in losing.discovery.boxes
        ]
        return {
            "measure": self.measure,
            "policy": self.policy,
            "unit": self.unit,
            "worlds": len(losing.drawn.texts),
            "worlds_kept": len(losing.kept),
            "states": {str(state): losing.count(state) for state in sorted(set(losing.states.tolist()))},
            "boxes": boxes,
        }

    def save(self, folder: str | Path, *, command: str = "") -> Path:
        """Write worlds, sides and the way of peeling (CSV), the chart, answer and manifest; all of it or nothing.

        Parameters
        ----------
        folder : path
            New, empty, or an earlier result folder, which is replaced.
        command : str
            Written into the manifest.

        Raises
        ------
        InputError
            When the folder cannot be written, or holds something else.
        """
        tables = {"worlds": self.worlds, "sides": self.sides, "peeling": self.peeling}
        content = Content(self.answer(), tables, self.plot.all(), {"asked": self.document()})
        return write_answer(Path(folder), self.made, content, command)

    def __repr__(self) -> str:
        return f"<Discovered: {finding(self)}>"

    def _repr_html_(self) -> str:
        parts = discovery_sentences(self)
        sentences = "".join(f"<p><b>{html.escape(label)}.</b> {html.escape(text)}</p>" for label, text in parts)
        table: str = self.sides.to_html(index=False, float_format=lambda value: f"{value:.4g}")
        return sentences + table


def discover(  # noqa: PLR0913 -- every setting is a keyword
    source: Study | Scenario | str | Path,
    policy: str,
    *,
    measure: str | None = None,
    worlds: int = WORLDS,
    replications: int | None = None,
    seed: int | None = None,
    engine: str = "compiled",
    jobs: int | None = None,
    scale: float = 1.0,
    store: str | Path | None = None,
    progress: Report | None = None,
) -> Discovered:
    """Say in which worlds a policy loses to as-is.

    Parameters
    ----------
    source : Study, Scenario, path or str
        A study, whose uncertainties are varied (levers stay as written), or a scenario, whose `unsure` ranges are; a
        file of either, or a bundled name.
    policy : str
        Of the scenario.
    measure : str, optional
        The first that the study or the scenario names by default.
    worlds : int
        20 or more.
    replications : int, optional
        Of the policy and of as-is in each world, 2 or more; 4 by default.
    seed : int, optional
        Of all luck and of the worlds; the study's or the scenario's own by default.
    engine : {"compiled", "reference"}
    jobs : int, optional
        Runs at the same time; every processor by default. Values do not depend on it.
    scale : float
        Share of the customers who are followed, as for `cxsim.run`.
    store : path, optional
        Folder in which runs are kept; the same call goes on from there.
    progress : callable, optional
        Called with a `cxsim.experiments.executor.Progress` as runs go on.

    Returns
    -------
    Discovered

    Raises
    ------
    InputError
        When something is not allowed, or nothing is unsure.
    RunError
        When too many runs failed.

    References
    ----------
    Friedman & Fisher (1999), Statistics and Computing 9:123; Bryant & Lempert (2010), Technological Forecasting &
    Social Change 77:34.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    study = studied(source, "discover")
    others = [name for name in study.scenario.policies if name != AS_IS]
    if policy not in others:
        hint = nearest(policy, others) or f"choose one of {', '.join(others)}"
        message = f"policy: {policy}; a policy of {study.scenario.name} but as-is is allowed; {hint}"
        raise InputError(message)
    chosen = study.seed if seed is None else seed
    lab = lab_of(study.scenario, seed=chosen, engine=engine, scale=scale, keep="ours")
    asked = measure_of(study, lab, measure)
    drawn = worlds_of(study.uncertainties, worlds, chosen)
    count = REPLICATIONS if replications is None else replications

    def case_of(texts: Sequence[tuple[str, str]], policy: str) -> Case:
        return study.case({}, dict(texts), policy)

    with Runs(lab, store=store_of(lab, store, "runs"), jobs=jobs, report=progress) as runs:
        losing = losing_worlds(drawn, output_of(asked, policy), case_of, runs, count, seed=chosen)
        failures = tuple(runs.failures)
    made = Made(
        "discovery", study, engine, chosen, scale, count, 2 * count * worlds, failures, started,
        time.monotonic() - clock,
    )  # fmt: skip
    return Discovered(made, asked, policy, losing, unit_of(asked, lab.columns.currency))
