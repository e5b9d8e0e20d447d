"""A shop that is simulated in milliseconds, and its laboratory."""

import pytest

from cxsim.experiments.studies.lab import lab_of

SEED = 20260101


@pytest.fixture(scope="session")
def small(corner_text):
    from cxsim.scenario import loads

    text = corner_text.replace("lasts: 2 years", "lasts: 3 months").replace("warm_up: 6 months", "warm_up: 1 month")
    return loads(text.replace("from: month 12", "from: month 1"), "corner.yaml")


@pytest.fixture(scope="session")
def lab(small):
    return lab_of(small, seed=SEED)
