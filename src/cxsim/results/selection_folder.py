"""The result folder of a selection: written whole, or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cxsim import __version__
from cxsim.charts.figure import Chart
from cxsim.experiments.spec import MODEL_VERSION, RANDOM_SCHEME
from cxsim.measures.tables import SCHEMA
from cxsim.results.folder import ANSWER, MANIFEST, write_whole
from cxsim.results.manifest import made_with

if TYPE_CHECKING:
    from cxsim.results.selection import SelectionResult

TABLE: Final = "selection.csv"
VALUES: Final = "replications.csv"
RESOLVED: Final = "scenario.resolved.yaml"
CHART: Final = "charts/selection"


def write(result: SelectionResult, folder: Path, command: str) -> Path:
    """Write everything that was found; return the folder.

    Raises
    ------
    InputError
        When the folder holds something else, or cannot be written.
    """
    return write_whole(folder, lambda partial: _fill(result, partial, command))


def _fill(result: SelectionResult, folder: Path, command: str) -> None:
    result.table().to_csv(folder / TABLE, index=False, lineterminator="\n")
    result.replications().to_csv(folder / VALUES, index=False, lineterminator="\n")
    (folder / ANSWER).write_text(result.answer(), encoding="utf-8")
    (folder / RESOLVED).write_text(result.scenario.resolved(), encoding="utf-8")
    chart = result.plot()
    if isinstance(chart, Chart):
        (folder / CHART).parent.mkdir()
        for form in ("png", "svg"):
            (folder / f"{CHART}.{form}").write_bytes(chart.render(form, "slide"))
    content = {
        "schema": SCHEMA,
        "cxsim": __version__,
        "model_version": MODEL_VERSION,
        "random_scheme": RANDOM_SCHEME,
        "command": command,
        "scenario_sha256": result.scenario.identity(),
        "wall_s": result.wall_s,
        **made_with(),
        "selection": result.document(),
    }
    (folder / MANIFEST).write_text(
        json.dumps(content, indent=1, ensure_ascii=False, default=str) + "\n", encoding="utf-8"
    )
