"""The ledger: every parameter says where it comes from, in which unit, within which range, how surely."""

import ast
import inspect
import math
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from cxsim.behaviour import registry, slots
from cxsim.behaviour.parameter import Parameter, switch
from cxsim.behaviour.registry import MODULES, ORDER, REGISTRY

PARAMETERS = [*REGISTRY.values()]
SWITCHES = [p for p in PARAMETERS if p.role == "switch"]
WORLD = [p for p in PARAMETERS if p.role == "world"]


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda p: p.name)
def test_every_parameter_is_documented(parameter):
    assert parameter.name.isidentifier()
    assert parameter.name == parameter.name.lower()
    assert parameter.unit.strip()
    assert parameter.source.strip()
    assert parameter.confidence in {"measured", "published", "survey", "assumption"}
    assert parameter.meaning.endswith(".")
    assert parameter.meaning[0].isupper()


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda p: p.name)
def test_every_default_lies_in_its_range(parameter):
    assert math.isfinite(parameter.low)
    assert math.isfinite(parameter.high)
    assert parameter.low <= parameter.default <= parameter.high
    assert parameter.low < parameter.high


@pytest.mark.parametrize("parameter", WORLD, ids=lambda p: p.name)
def test_what_rests_on_an_assumption_claims_no_more(parameter):
    words = parameter.source.lower().replace(";", "").replace(":", "").split()
    assert parameter.confidence == "assumption" or not {"assumed", "assumption"} & set(words)


@pytest.mark.parametrize("parameter", SWITCHES, ids=lambda p: p.name)
def test_switches_are_on_or_off_and_on_by_default(parameter):
    assert (parameter.default, parameter.low, parameter.high, parameter.unit) == (1.0, 0.0, 1.0, "switch")


def test_names_are_declared_once_in_all_modules():
    names = [p.name for module in MODULES for p in module.PARAMETERS]
    assert len(names) == len(set(names)) == len(REGISTRY)
    assert list(ORDER) == names
    assert list(ORDER.values()) == list(range(len(names)))


def test_every_module_with_parameters_is_in_the_ledger():
    folder = Path(registry.__file__).parent
    declaring = {
        path.stem
        for path in folder.glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and any(getattr(target, "id", "") == "PARAMETERS" for target in node.targets)
    }
    assert declaring == {module.__name__.rpartition(".")[2] for module in MODULES}


def test_every_parameter_has_its_slot_and_every_slot_its_parameter():
    numbered = {name.lower(): value for name, value in vars(slots).items() if name.isupper() and name != "ORDER"}
    assert numbered == dict(ORDER)


def test_every_slot_is_used_by_the_engines():
    # A parameter that no rule reads would be a knob without a wire.
    import cxsim.engines

    folder = Path(inspect.getfile(cxsim.engines)).parent
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    unused = [name for name in ORDER if f"slots.{name.upper()}" not in text]
    # It is the default of `market.leaves_anyway`, which has a lever of its own.
    assert unused == ["involuntary_hazard"]


def test_a_parameter_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        REGISTRY["inertia"].default = 2.0
    with pytest.raises(TypeError):
        REGISTRY["inertia"] = REGISTRY["burnt"]


def test_a_switch_declares_itself():
    declared = switch("talk", "People talk.")
    assert declared == Parameter("talk", 1.0, "switch", 0.0, 1.0, "-", "assumption", "People talk.", "switch")
