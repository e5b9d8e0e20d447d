"""What Result and Comparison share: the tidy tables, the facts, and how they show themselves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cxsim.experiments.compare import AS_IS, Experiment, RunStatus
from cxsim.experiments.contrast import contrast
from cxsim.experiments.steered import table_of
from cxsim.results.answer import answer
from cxsim.results.facts import Facts
from cxsim.results.plots import Plots
from cxsim.scenario.baselines import figures_of_baselines

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.scenario import Scenario


@dataclass(frozen=True, eq=False, repr=False)
class Tabled:
    """Runs with their tables.

    Attributes
    ----------
    experiment : Experiment
        The runs.
    """

    experiment: Experiment

    @property
    def scenario(self) -> Scenario:
        """The scenario that was run."""
        return self.experiment.scenario

    @property
    def policies(self) -> tuple[str, ...]:
        """Policies, in the order of the tables."""
        return self.experiment.policies

    @property
    def replications(self) -> int:
        """Complete replications: those that ended under every policy."""
        return self.experiment.replications

    @property
    def failures(self) -> tuple[RunStatus, ...]:
        """Runs that failed, each with its policy, its replication and why."""
        return self.experiment.failures

    @property
    def measures(self) -> pd.DataFrame:
        """One value a run, firm, segment and measure; columns of `measures.parquet`."""
        return self.experiment.frames.measures

    @property
    def timeseries(self) -> pd.DataFrame:
        """The same by period (warm-up periods are numbered 0 and below); columns of `timeseries.parquet`."""
        return self.experiment.frames.timeseries

    @property
    def touchpoints(self) -> pd.DataFrame:
        """One value a run, touchpoint, segment (or source of callers) and measure; columns of `touchpoints.parquet`."""
        return self.experiment.frames.touchpoints

    @property
    def cohorts(self) -> pd.DataFrame:
        """Starting customers at risk, leaving (by reason) and censored by tenure; columns of `cohorts.parquet`."""
        return self.experiment.frames.cohorts

    @property
    def steering(self) -> pd.DataFrame:
        """Levers that steering rules moved, run by run; columns of `steering.parquet`. Empty where nothing steers."""
        return table_of((), ()) if self.experiment.steering is None else self.experiment.steering

    @cached_property
    def contrast(self) -> pd.DataFrame:
        """Statistics of every measure, firm, segment and policy; columns of `comparison.csv`."""
        reference = AS_IS if AS_IS in self.policies else self.policies[0]
        known = figures_of_baselines(self.scenario.document)
        return contrast(self.measures, self.policies, reference, self.experiment.seed, known)

    @cached_property
    def facts(self) -> Facts:
        """What was found about our firm."""
        return Facts(self.experiment, self.contrast)

    @property
    def plot(self) -> Plots:
        """Charts: ``.plot.league()``, ``.differences()``, ``.retention()``, ``.dissatisfied()``, ``.rivals()`` ..."""
        return Plots(self.facts)

    def __repr__(self) -> str:
        name = type(self).__name__
        return f"<{name} of {self.scenario.name}: {', '.join(self.policies)}; {self.replications} replications>"

    def answer(self) -> str:
        """Return the answer in sentences, as Markdown."""
        return answer(self.facts)

    def report(
        self, path: str | Path, *, title: str = "", client: str = "", theme: str | Path | None = None, command: str = ""
    ) -> Path:
        """Write the report: one page of HTML that holds its charts and needs nothing else.

        Parameters
        ----------
        path : path
            A file that ends in ``.html``, or a folder, which gets a ``report.html``.
        title : str
            The finding by default.
        client : str
            For whom it is; named on the page.
        theme : path, optional
            A theme file: colours, font, logo.
        command : str
            The command that made the runs, where it was one.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        InputError
            When it cannot be written, or the theme is refused.
        """
        from cxsim.charts.theme import load_theme
        from cxsim.results.report import manifest_now, save_report

        look = None if theme is None else load_theme(theme)
        said, manifest = answer(self.facts, command), manifest_now(self, command)
        return save_report(self, Path(path), said, manifest, title=title, client=client, theme=look)

    def slides(
        self, path: str | Path, *, title: str = "", client: str = "", theme: str | Path | None = None, command: str = ""
    ) -> Path:
        """Write slides with native charts: the answer, the charts, what it rests on. Needs ``cxsim[office]``.

        Parameters
        ----------
        path : path
            A file that ends in ``.pptx``, or a folder, which gets a ``slides.pptx``.
        title : str
            Of the first slide, the finding by default.
        client : str
            For whom they are; named on every slide.
        theme : path, optional
            A theme file: colours, font, logo.
        command : str
            The command that made the runs, where it was one.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        InputError
            When it cannot be written, the theme is refused, or a library is missing.
        """
        from cxsim.charts.theme import load_theme
        from cxsim.results.report import manifest_now
        from cxsim.results.slides import save_slides, slides_of

        look = None if theme is None else load_theme(theme)
        said, manifest = answer(self.facts, command), manifest_now(self, command)
        return save_slides(slides_of(self, said, manifest, title=title, client=client, theme=look), Path(path))

    def workbook(
        self, path: str | Path, *, title: str = "", client: str = "", theme: str | Path | None = None, command: str = ""
    ) -> Path:
        """Write a workbook: tidy sheets, sums that are formulas, native charts. Needs ``cxsim[office]``.

        Parameters
        ----------
        path : path
            A file that ends in ``.xlsx``, or a folder, which gets a ``workbook.xlsx``.
        title, client : str
            On its first sheet.
        theme : path, optional
            A theme file: colours, font.
        command : str
            The command that made the runs, where it was one.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        InputError
            When it cannot be written, the theme is refused, or a library is missing.
        """
        from cxsim.charts.theme import load_theme
        from cxsim.results.report import manifest_now
        from cxsim.results.workbook import save_workbook, workbook_of

        look = None if theme is None else load_theme(theme)
        said, manifest = answer(self.facts, command), manifest_now(self, command)
        return save_workbook(workbook_of(self, said, manifest, title=title, client=client, theme=look), Path(path))

    def save(self, folder: str | Path, *, command: str = "") -> Path:
        """Write the result folder: tables, statistics, sentences, charts, report, manifest; all of it or nothing.

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
        from cxsim.results.folder import write

        return write(self, Path(folder), command=command)
