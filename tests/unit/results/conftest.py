import pytest

from cxsim.experiments.compare import Setup, experiment
from cxsim.results.comparison import Comparison
from cxsim.results.result import Result


@pytest.fixture
def compared(corner, answering_engine):
    def make(scenario=corner, policies=None, **setup):
        chosen = policies or scenario.policies
        return Comparison(
            experiment(scenario, chosen, Setup(simulate=setup.pop("simulate", answering_engine), **setup))
        )

    return make


@pytest.fixture
def comparison(compared):
    return compared(replications=12)


@pytest.fixture
def result(corner, answering_engine):
    return Result(experiment(corner, ["hire"], Setup(simulate=answering_engine, replications=6)))
