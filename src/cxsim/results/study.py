"""`cxsim.sweep`, and what it returns: a study's tables, its answer, and its charts."""

from __future__ import annotations

import html
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cxsim.errors import Fault, RunError, ScenarioError
from cxsim.experiments.executor import Report
from cxsim.experiments.held import held
from cxsim.experiments.store.store import FOLDER, Store
from cxsim.experiments.studies.effects import Effects
from cxsim.experiments.studies.lab import perform
from cxsim.experiments.studies.rivals import inferred_table
from cxsim.experiments.studies.runs import Runs
from cxsim.experiments.studies.study import Study, load_study
from cxsim.experiments.studies.sweep import Counted, Swept, counted, study_lab, swept, wants_of
from cxsim.experiments.studies.tables import blocks_of, measures_table, rows_of, runs_table, summary_rows, summary_table
from cxsim.measures.catalog import CATALOG
from cxsim.results.study_answer import places_of, study_answer
from cxsim.results.study_folder import check_study_folder, settings_of, write_study

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from cxsim.charts.figure import Chart
    from cxsim.experiments.studies.lab import Lab

CHARTS: Final = "charts"
MOST_ROWS: Final = 20


@dataclass(frozen=True, eq=False, repr=False)
class StudyResult:
    """A study whose runs have been made.

    Attributes
    ----------
    swept : Swept
    summary : DataFrame
        Mean of every measure of interest, with t intervals, at each point in each world under each policy; and the
        paired difference from as-is there.
    effects : DataFrame
        Mean of every measure of interest at each value of each factor, over all that else varies.
    failed : int
        Runs that failed and are left out.
    folder : Path, optional
        Where the tables lie, if they were written.
    """

    swept: Swept
    summary: pd.DataFrame
    effects: pd.DataFrame
    failed: int = 0
    folder: Path | None = None

    @property
    def study(self) -> Study:
        """What was asked."""
        return self.swept.study

    @property
    def points(self) -> pd.DataFrame:
        """The values of all factors at each point in each world."""
        return self.study.points_table()

    @property
    def measures(self) -> pd.DataFrame:
        """One value a run, firm, segment and measure; columns of `measures.parquet`. Large ones: read the file."""
        return self._stacked(lambda rows: measures_table(self.swept, rows))

    @property
    def runs(self) -> pd.DataFrame:
        """What became of every run, and the command that makes it again; columns of `runs.parquet`."""
        return self._stacked(lambda rows: runs_table(rows, command_of(self.swept)))

    @property
    def failures(self) -> pd.DataFrame:
        """Runs that failed, each with why."""
        runs = self.runs
        return runs[runs["status"] != "done"].reset_index(drop=True)

    def _stacked(self, make: Any) -> pd.DataFrame:
        import pyarrow as pa

        tables = [make(rows_of(self.swept, cells)) for cells in blocks_of(self.swept.cells)]
        found: pd.DataFrame = pa.concat_tables(tables).to_pandas()
        return found

    def answer(self) -> str:
        """Return the answer in sentences, as Markdown."""
        return study_answer(self.swept, self.summary, self.effects, self.failed)

    @property
    def plot(self) -> StudyPlots:
        """Charts: ``.plot.effects()``, ``.plot.all()``."""
        return StudyPlots(self)

    def __repr__(self) -> str:
        study = self.study
        return f"<StudyResult of {study.name}: {places_of(self.swept)}, {', '.join(study.policies)}>"

    def _repr_html_(self) -> str:
        lines = [line for line in self.answer().splitlines() if line.strip()]
        said = "".join(f"<p>{html.escape(line.lstrip('#- '))}</p>" for line in lines)
        own = self.effects[self.effects["measure"] == self.study.measures[0]]
        shown = own[["factor", "level", "policy", "mean", "ci_low", "ci_high", "unit"]].head(MOST_ROWS)
        return said + shown.to_html(index=False, border=0, float_format="{:.4g}".format)


class StudyPlots:
    """Charts of a study; each draws on the Axes it is given, or makes a `Chart` of its own.

    Parameters
    ----------
    result : StudyResult
    """

    def __init__(self, result: StudyResult) -> None:
        self._result = result

    def effects(self, measure: str | None = None, ax: Axes | None = None) -> Axes | Chart:
        """Draw what each factor does to a measure, the first of the study by default.

        Raises
        ------
        InputError
            When the measure is none of the study's, or nothing varies.
        """
        from cxsim.results.study_charts import effects_chart

        return effects_chart(self._result, measure or self._result.study.measures[0], ax)

    def all(self) -> dict[str, Chart]:
        """Return all charts that there is something to draw for, by name."""
        from cxsim.results.study_charts import charts_of

        return charts_of(self._result)


def command_of(made: Swept) -> str:
    """Return the command that makes a study, with what its runs depend on; empty for a study from Python."""
    if not Path(made.study.file).is_file():
        return ""
    return shlex.join(("cxsim", "sweep", made.study.file, *settings_of(made)))


def default_study_folder(results: Path, study: Study) -> Path:
    """Return where a study lies that nobody gave a place: without a time, so that running it again continues it."""
    return results / study.name


def sweep(  # noqa: PLR0913 -- every setting of a study is a keyword
    study: Study | str | Path,
    *,
    out: str | Path | None = None,
    jobs: int | None = None,
    executor: str = "local",
    scheduler: str | None = None,
    engine: str = "compiled",
    scale: float = 1.0,
    keep: str = "all",
    retry_failed: bool = False,
    progress: Report | None = None,
    command: str = "",
) -> StudyResult:
    """Make the runs of a study, or go on with it.

    Parameters
    ----------
    study : Study or path or str
        A study, its file, or the name of a bundled one.
    out : path, optional
        The study's folder: runs that are there are not made again. Without one, runs are kept in memory.
    jobs : int, optional
        Runs at the same time, every processor by default; values do not depend on it.
    executor : {"local", "threads", "processes", "dask"}
        Who makes the runs; values do not depend on it.
    scheduler : str, optional
        Address of a Dask scheduler.
    engine : {"compiled", "reference"}
        Both give the same values.
    scale : float
        Share of the customers who are followed, as for `cxsim.run`.
    keep : {"all", "ours"}
        What is kept of a run: all measures of every firm and segment, or those of our firm and all customers.
    retry_failed : bool
        Whether runs that failed are tried again.
    progress : callable, optional
        Called with a `cxsim.experiments.executor.Progress` as runs go on.
    command : str
        Written into the manifest.

    Raises
    ------
    InputError
        When the study, the folder or a number is not allowed.
    RunError
        When the folder cannot grow; all that was stored is whole, and the same call goes on from there.
    """
    found = study if isinstance(study, Study) else load_study(study)
    folder = None if out is None else Path(out)
    lab = study_lab(found, engine=engine, scale=scale, keep=keep)
    if folder is None:
        with Runs(lab, executor=executor, jobs=jobs, scheduler=scheduler) as runs:
            return _finished(swept(found, runs, progress))
    check_study_folder(folder)
    with held(folder):
        store = Store(folder / FOLDER, lab.columns.described(), retry=retry_failed)
        with Runs(lab, store=store, executor=executor, jobs=jobs, scheduler=scheduler) as runs:
            result = _finished(swept(found, runs, progress), folder)
            again = command_of(result.swept)
            write_study(result.swept, folder, command or again, again, result.summary, _files(result))
    return result


def _finished(made: Swept, folder: Path | None = None) -> StudyResult:
    effects = Effects(made)
    summary: list[tuple[Any, ...]] = []
    for cells in blocks_of(made.cells):
        rows = rows_of(made, cells)
        effects.add(cells, rows)
        summary += summary_rows(made, cells, rows)
    failed = made.counts.failed + made.counts.missing
    return StudyResult(made, summary_table(summary), effects.table(), failed, folder)


def _files(result: StudyResult) -> dict[str, str | bytes]:
    """Return what a study's folder holds beside its tables."""
    files: dict[str, str | bytes] = {"answer.md": result.answer()}
    files["effects.csv"] = result.effects.to_csv(index=False, lineterminator="\n")
    inferred = inferred_table(result.swept)
    if not inferred.empty:
        files["inferred.csv"] = inferred.to_csv(index=False, lineterminator="\n")
    for name, chart in result.plot.all().items():
        for ending in ("png", "svg"):
            files[f"{CHARTS}/{name}.{ending}"] = chart.render(ending)
    return files


def status(study: Study, folder: Path, lab: Lab) -> Counted:
    """Count the runs of a study that are in its folder, without making any.

    Raises
    ------
    InputError
        When the folder holds no such study.
    """
    check_study_folder(folder)
    store = Store(folder / FOLDER, lab.columns.described())
    with Runs(lab, store=store) as runs:
        return counted(study, runs)


def replay(study: Study, identity: str, lab: Lab) -> dict[str, float]:
    """Make one run of a study again, without a store.

    Parameters
    ----------
    study : Study
    identity : str
        Its identity, or as many of its first digits as name one run only.
    lab : Lab

    Returns
    -------
    dict of float
        Measures of our firm and all customers.

    Raises
    ------
    InputError
        When no run, or more than one, has such an identity.
    RunError
        When the run fails again.
    """
    with Runs(lab) as runs:
        wants = wants_of(study, study.most if study.precision else None)
        # A run may stand at several points: those are one run, with one identity.
        chosen = list({own: want for want in wants if (own := runs.identity(want)).startswith(identity)}.values())
    if len(chosen) != 1:
        given = f"{len(chosen)} runs begin with {identity!r}"
        remedy = "copy the identity from runs.parquet"
        raise ScenarioError([Fault("--replay", None, "", given, "the identity of one run of this study", remedy)])
    row = perform(lab, chosen)[0]
    if row.status != "done":
        raise RunError(f"{row.identity}: {row.why}")
    values = lab.columns.read(row.values)
    return {
        name: lab.columns.value(name, values, None)
        for name in lab.columns.measures()
        if name in CATALOG and lab.columns.place(name) is not None
    }
