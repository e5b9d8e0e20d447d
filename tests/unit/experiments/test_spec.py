import dataclasses

import pytest

from cxsim.experiments.spec import RunSpec

SPEC = RunSpec("abc", "hire", 3, 7, 1000)


def test_the_identity_is_fixed_once_and_for_all():
    # Changing how identities are made makes every stored run a stranger; the model's version is part of it.
    of_version_3 = dataclasses.replace(SPEC, model_version=3)
    assert of_version_3.identity() == "38cc6d23bec34c706e3e6a50cc7ce3974fffc6a0b1624de592db9524bb959d44"


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(RunSpec)])
def test_whatever_decides_a_run_decides_its_identity(field):
    other = dataclasses.replace(SPEC, **{field: "other" if field in {"scenario", "policy"} else 99})
    assert other.identity() != SPEC.identity()


def test_equal_specs_have_equal_identities():
    assert dataclasses.replace(SPEC).identity() == SPEC.identity()
