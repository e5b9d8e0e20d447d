"""Frozen results: what short runs of the scenarios in this folder counted when the model's version was last raised.

When one of them changes, the model has changed: raise `MODEL_VERSION` in `cxsim.experiments.spec`, tell it in the
changelog, and freeze anew with ``python tests/reference/test_frozen_results.py``. Stored studies of the older version
are then not mixed with new runs.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from cxsim.engines import compiled
from cxsim.experiments.spec import MODEL_VERSION
from cxsim.scenario.loaded import load

HERE = Path(__file__).parent
FROZEN = HERE / "frozen.json"
NAMES = sorted(path.name for path in HERE.glob("*.yaml"))


def figures(name):
    """Return what a short run counts: whole numbers, which no last bit of a logarithm moves."""
    outcome = compiled.run(load(HERE / name).plan(), 20260101, 0, log=True)
    state, log = outcome.state, outcome.log
    counted = {
        "events": state.world[0]["events"],
        "visits": state.world[0]["visits"],
        "rows": log.size,
        "times_mod_2e61": log["time"].astype(object).sum() % (2**61),
        "kinds": (log["kind"].astype(np.int64) * np.arange(1, log.size + 1)).sum() % (2**61),
        "left": state.left.sum(),
        "kept": state.base[-1, :, :, 1].sum(),
    }
    for field in ("arrivals", "served", "abandoned", "wait_all", "service"):
        counted[field] = state.touch[field].sum()
    for field in ("purchases", "satisfied", "told_good", "told_bad"):
        counted[field] = state.firm[field].sum()
    return {field: int(value) for field, value in counted.items()}


@pytest.mark.parametrize("name", NAMES)
def test_a_frozen_result_changes_only_with_the_models_version(name):
    frozen = json.loads(FROZEN.read_text())
    assert frozen["model_version"] == MODEL_VERSION, "freeze anew: see the top of this file"
    assert figures(name) == frozen["results"][name], "the model has changed: see the top of this file"


if __name__ == "__main__":
    results = {name: figures(name) for name in NAMES}
    FROZEN.write_text(json.dumps({"model_version": MODEL_VERSION, "results": results}, indent=1) + "\n")
    sys.stdout.write(f"wrote {FROZEN.name}\n")
