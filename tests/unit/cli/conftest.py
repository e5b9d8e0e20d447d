"""One result folder for all that make something of it."""

import pytest
from typer.testing import CliRunner

from cxsim.cli.app import app


@pytest.fixture(scope="session")
def folder(tmp_path_factory, corner, answering_engine):
    """Return a result folder that `cxsim compare` wrote, without charts."""
    place = tmp_path_factory.mktemp("runs")
    (place / "köşe.yaml").write_text(corner.resolved(), encoding="utf-8")

    def setup(**given):
        from cxsim.experiments.compare import Setup

        return Setup(**given, simulate=answering_engine)

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setattr("cxsim.results.api.Setup", setup)
        patch.setattr("cxsim.results.plots.Plots.all", lambda self: {})
        done = CliRunner().invoke(app, ["compare", "köşe.yaml", "--replications", "3", "--out", "out"])
    assert done.exit_code == 0, done.output
    return place / "out"
