"""The public surface is decided, not accumulated."""

import subprocess
import sys

import pytest

import cxsim

PUBLIC_NAMES = [
    "Branch",
    "Comparison",
    "CxsimError",
    "Result",
    "Scenario",
    "ScenarioError",
    "Study",
    "StudyResult",
    "__version__",
    "check_parity",
    "compare",
    "discover",
    "explore",
    "fates",
    "levers",
    "load",
    "load_study",
    "optimise",
    "replaced",
    "resume",
    "run",
    "select",
    "sensitivity",
    "start",
    "steering_rule",
    "story",
    "study_of",
    "sweep",
    "theme",
    "waterfall",
]
HEAVY_LIBRARIES = [
    "matplotlib",
    "numba",
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "ruamel.yaml",
    "scipy",
    "simpy",
    "typer",
]


def loaded_after(statement: str) -> set[str]:
    """Run a statement in a fresh interpreter and name the modules it loaded."""
    code = f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(process.stdout.split())


def test_the_public_names_are_exactly_these() -> None:
    assert cxsim.__all__ == PUBLIC_NAMES
    assert cxsim.__all__ == sorted(cxsim.__all__)


@pytest.mark.parametrize("name", PUBLIC_NAMES)
def test_every_public_name_can_be_had(name: str) -> None:
    assert getattr(cxsim, name) is not None
    assert name in dir(cxsim)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        cxsim.nothing  # noqa: B018 - reading the attribute is what is tested


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert loaded_after("import cxsim") & set(HEAVY_LIBRARIES) == set()


def test_a_public_name_loads_its_room_on_first_use() -> None:
    assert "cxsim.errors" not in loaded_after("import cxsim")
    assert "cxsim.errors" in loaded_after("import cxsim; cxsim.CxsimError")


def test_errors_are_one_tree() -> None:
    assert issubclass(cxsim.ScenarioError, cxsim.CxsimError)
    assert issubclass(cxsim.CxsimError, Exception)
