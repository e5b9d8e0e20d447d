"""`cxsim.sensitivity`: which factors matter for an answer, and how surely that is known."""

from __future__ import annotations

import html
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cxsim.errors import InputError
from cxsim.experiments.executor import Report
from cxsim.experiments.indices import Indices, indices
from cxsim.experiments.sensitivity import REPLICATIONS, Design, Output, count_of, designed, gathered, output_of
from cxsim.experiments.studies.case import AS_IS, Case
from cxsim.experiments.studies.lab import lab_of
from cxsim.experiments.studies.runs import Runs
from cxsim.experiments.studies.study import Study
from cxsim.measures.catalog import unit_of
from cxsim.results.answer_folder import Content, Made, provenance_of, write_answer
from cxsim.results.asked import measure_of, studied
from cxsim.results.searched import store_of
from cxsim.results.sensitivity_plots import SensitivityPlots
from cxsim.results.sensitivity_words import sentences, what_of
from cxsim.scenario import Scenario
from cxsim.units import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

METHOD: Final = "morris"
UNITS: Final = {"morris": "trajectories", "sobol": "base points", "pawn": "points", "one-at-a-time": "base point"}


@dataclass(frozen=True, eq=False, repr=False)
class Sensitivity:
    """Which factors matter for a measure of a policy.

    Attributes
    ----------
    made : Made
        The study, seed, replications, failed runs.
    output : Output
        The measure, the policy, and whether it is its difference from as-is.
    design : Design
    values : (blocks, points in a block, replications) float64
        The output.
    indices : Indices
        What was found.
    unit : str
        Of the output.
    """

    made: Made
    output: Output
    design: Design
    values: NDArray[np.float64]
    indices: Indices
    unit: str

    @property
    def table(self) -> pd.DataFrame:
        """One row a factor and index, the most important factor first; see `cxsim.experiments.indices.Indices`."""
        return self.indices.table

    @property
    def pairs(self) -> pd.DataFrame:
        """What two factors do only together (Sobol); empty for other methods."""
        return self.indices.pairs

    @property
    def ends(self) -> pd.DataFrame:
        """How far the low and the high end of each factor move the output: the rows of the tornado."""
        return self.indices.mains

    @cached_property
    def points(self) -> pd.DataFrame:
        """One row a point: `block`, `row`, the text of each factor, mean and standard error of the output."""
        import numpy as np
        import pandas as pd

        blocks, rows, replications = self.values.shape
        place = [(block, row) for block in range(blocks) for row in range(rows)]
        texts = pd.DataFrame([dict(self.design.texts(*one)) for one in place])
        texts = texts.reindex(columns=[factor.path for factor in self.design.factors]).fillna("as written")
        numbers = self.values.reshape(-1, replications)
        known = np.isfinite(numbers).all(axis=1)
        mean = np.where(known, numbers.mean(axis=1), np.nan)
        error = np.where(known, numbers.std(axis=1, ddof=1) / np.sqrt(replications), np.nan)
        found = pd.DataFrame({"block": [one[0] for one in place], "row": [one[1] for one in place]})
        return pd.concat([found, texts, pd.DataFrame({"mean": mean, "standard_error": error})], axis=1)

    @property
    def plot(self) -> SensitivityPlots:
        """Charts: ``.plot.ranking()``, ``.tornado()``, ``.interactions()``."""
        return SensitivityPlots(self)

    @property
    def design_words(self) -> str:
        """What the design is, in words."""
        blocks, rows = self.values.shape[:2]
        if rows == 1:
            return f"{blocks} points"
        return f"{blocks} {UNITS[self.design.method]} of {rows} points ({self.design.method})"

    def answer(self) -> str:
        """Return the answer in sentences, as Markdown."""
        question = f"Which factors matter for {what_of(self.output)}?"
        lines = [f"**Question.** {question}"]
        lines += [f"{number}. **{label}.** {text}" for number, (label, text) in enumerate(sentences(self), start=1)]
        return "\n\n".join([*lines, provenance_of(self.made, self.design_words)]) + "\n"

    def document(self) -> dict[str, Any]:
        """Return what was asked and found, for JSON."""
        found = self.indices
        return {
            "method": self.design.method,
            "measure": self.output.measure,
            "policy": self.output.policy,
            "difference": self.output.difference,
            "unit": self.unit,
            "points": self.design.points,
            "blocks": found.blocks,
            "blocks_left_out": found.lost,
            "factors": [factor.path for factor in self.design.factors],
            "ranked": list(found.ranked),
            "noise_share": found.noise,
            "spread": found.spread,
            "only_luck": found.flat,
            "dummy": found.dummy,
            "base": found.base,
            "indices": found.table.to_dict("records"),
            "pairs": found.pairs.to_dict("records"),
            "ends": found.mains.to_dict("records"),
        }

    def save(self, folder: str | Path, *, command: str = "") -> Path:
        """Write indices, pairs, ends and points (CSV), charts, answer and manifest; all of it or nothing.

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
        tables = {"indices": self.table, "pairs": self.pairs, "ends": self.ends, "points": self.points}
        asked = ("method", "measure", "policy", "difference", "unit", "points", "noise_share", "ranked")
        found = {"asked": {name: value for name, value in self.document().items() if name in asked}}
        content = Content(self.answer(), tables, self.plot.all(), found)
        return write_answer(Path(folder), self.made, content, command)

    def __repr__(self) -> str:
        ranked = ", ".join(self.indices.ranked[:3])
        return f"<Sensitivity of {what_of(self.output)}: {self.design_words}; {ranked} ...>"

    def _repr_html_(self) -> str:
        said = "".join(f"<p><b>{html.escape(label)}.</b> {html.escape(text)}</p>" for label, text in sentences(self))
        table: str = self.table.to_html(index=False, float_format=lambda value: f"{value:.4g}")
        return said + table


def sensitivity(  # noqa: PLR0913 -- every setting is a keyword
    source: Study | Scenario | str | Path,
    *,
    method: str = METHOD,
    measure: str | None = None,
    policy: str = AS_IS,
    points: int | None = None,
    replications: int | None = None,
    seed: int | None = None,
    engine: str = "compiled",
    jobs: int | None = None,
    scale: float = 1.0,
    store: str | Path | None = None,
    progress: Report | None = None,
) -> Sensitivity:
    """Say which factors matter for a measure of a policy.

    Parameters
    ----------
    source : Study, Scenario, path or str
        A study, whose levers and uncertainties are the factors, or a scenario, whose `unsure` ranges are; a file of
        either, or a bundled name.
    method : {"morris", "sobol", "pawn", "one-at-a-time"}
        Elementary effects, shares of the variance, shifts of the distribution, or each factor's two ends.
    measure : str, optional
        The first that the study or the scenario names by default.
    policy : str
        For as-is its value is looked at, for another policy its difference from as-is on the same luck.
    points : int, optional
        Trajectories (Morris, 10), base points (Sobol, 64; powers of 2 are best), or points (PAWN, 256).
    replications : int, optional
        Of each point, 2 or more; 8 by default.
    seed : int, optional
        Of all luck and of the design; the study's or the scenario's own by default.
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
    Sensitivity

    Raises
    ------
    InputError
        When something is not allowed, nothing is varied, or SALib is missing.
    RunError
        When too many runs failed.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    study = studied(source, "sensitivity")
    if policy not in study.scenario.policies:
        message = f"policy: {policy}; {', '.join(study.scenario.policies)} are allowed; " + (
            nearest(policy, study.scenario.policies) or "choose one"
        )
        raise InputError(message)
    chosen = study.seed if seed is None else seed
    lab = lab_of(study.scenario, seed=chosen, engine=engine, scale=scale, keep="ours")
    output = output_of(measure_of(study, lab, measure), policy)
    design = designed(method, study.factors, points, seed=chosen)
    count = REPLICATIONS if replications is None else replications
    levers = {factor.path for factor in study.levers}

    def case_of(texts: Sequence[tuple[str, str]], policy: str) -> Case:
        own = {path: text for path, text in texts if path in levers}
        world = {path: text for path, text in texts if path not in levers}
        return study.case(own, world, policy)

    with Runs(lab, store=store_of(lab, store, "runs"), jobs=jobs, report=progress) as runs:
        values = gathered(design, output, case_of, runs, count)
        failures = tuple(runs.failures)
    found = indices(design, values, seed=chosen)
    number = count_of(design, output, case_of, count)
    made = Made("sensitivity", study, engine, chosen, scale, count, number, failures, started, time.monotonic() - clock)
    return Sensitivity(made, output, design, values, found, unit_of(output.measure, lab.columns.currency))
