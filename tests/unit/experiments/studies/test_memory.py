"""What grows with the cases of a study stays small."""

import tracemalloc

from cxsim.experiments.studies.effects import Effects
from cxsim.experiments.studies.study import study_of
from cxsim.experiments.studies.sweep import Cell, Swept, cells_of


def made(scenario, points):
    levers = {"till.staff": "1 to 3", "till.takes": "0.8 to 1.2 times", "quality": "0 to 1"}
    study = study_of(scenario, levers=levers, policies=["as-is"], design={"sobol": points}, measures=["retention"])
    return Swept(study, None, tuple(Cell(placed, 1) for placed in cells_of(study)), 0.0, 0)


def test_the_levels_of_factors_take_some_bytes_a_case(small):
    kept = Effects(made(small, 8))  # what is imported and read once is not counted
    swept = made(small, 1024)
    tracemalloc.start()
    kept = Effects(swept)
    grown = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    # Two bytes for each of three factors, and what is kept of a case elsewhere; dictionaries took 400.
    assert grown / len(swept.cells) < 100
    assert kept is not None
