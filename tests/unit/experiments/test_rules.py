"""A researcher's own rule: what is refused, what is remembered, and that nothing of it stays."""

import json
import logging
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

import cxsim
import cxsim.engines.compiled
from cxsim.behaviour.satisfaction import beyond_tolerance, spent, staked, value
from cxsim.errors import InputError, RunError
from cxsim.experiments.rules import ONE_PROCESS, identities, known
from cxsim.experiments.spec import RunSpec
from cxsim.model.parts import PARTS, reaches
from cxsim.results.manifest import manifest_of

VALUE = "satisfaction.value"
SHOP = {"lasts": "2 months", "warm_up": "1 month", "market.customers": "20"}
NUMBERS = []


def straight(deviation, aversion, exponent):
    return deviation


def halved(satisfaction_, by_satisfaction):
    return 0.5


def outside(deviation, aversion, exponent):
    return 2.0 * beyond_tolerance(deviation, 0.5)


def too_few(deviation, aversion):
    return deviation


def other_names(d, a, e):
    return d


def starred(*args):
    return args[0]


def whole(deviation, aversion, exponent):
    return 1


def sometimes(deviation, aversion, exponent):
    if deviation > 0.0:
        return deviation
    return None


def itself(deviation, aversion, exponent):
    return 1.1 * value(deviation, aversion, exponent)


def through_another(deviation, aversion, exponent):
    return known_caller(deviation, aversion, exponent)


def known_caller(deviation, aversion, exponent):
    return value(deviation, aversion, exponent)


def mistyped(deviation, aversion, exponent):
    return deviatoin  # noqa: F821 -- the mistake is what is tested


def listed(deviation, aversion, exponent):
    return deviation * len(NUMBERS)


def scaled(factor):
    def by_factor(deviation, aversion, exponent):
        return factor * deviation

    return by_factor


REFUSED = [
    (straight, "satisfaction.val", "did you mean `satisfaction.value`?"),
    (straight, "price", "a rule of choice, complaint, "),
    (too_few, VALUE, "too_few(deviation, aversion); (deviation, aversion, exponent) is allowed"),
    (other_names, VALUE, "(deviation, aversion, exponent) is allowed; take these arguments, in this order"),
    (starred, VALUE, "starred(*args); (deviation, aversion, exponent) is allowed"),
    (whole, VALUE, "whole returns int64; float is allowed"),
    (sometimes, VALUE, "sometimes returns OptionalType(float64); float is allowed"),
    (straight, "complaint.exit_and_voice", "is allowed; take these arguments"),
    (itself, VALUE, "itself calls the rule that it replaces"),
    (through_another, VALUE, "through_another calls the rule that it replaces"),
    (mistyped, VALUE, "mistyped cannot be compiled (NameError: name 'deviatoin' is not defined)"),
    (max, VALUE, "`max`; a function written in Python is allowed"),
]


@pytest.mark.parametrize(("function", "rule", "said"), REFUSED, ids=lambda one: getattr(one, "__name__", None))
def test_what_cannot_take_the_place_is_refused_and_changes_nothing(function, rule, said):
    with pytest.raises(InputError) as error, cxsim.replaced(rule, function):
        pytest.fail("the block was entered")
    assert said in str(error.value)
    assert str(error.value).startswith(f"replaced: {rule}: ")
    assert "\n" not in str(error.value)
    assert value(-1.0, 2.25, 1.0) == -2.25
    assert identities() == ()


def test_the_place_is_taken_until_the_block_is_left():
    parts = [one for one in PARTS if reaches(one, value)]
    before = [(one.version, dict(one.signatures)) for one in parts]
    assert len(parts) > 3
    with cxsim.replaced(VALUE, outside) as made:
        assert value(-1.0, 2.25, 0.88) == -1.5  # 2 (-1 + .25)
        assert value(0.2, 2.25, 0.88) == 0.0
        assert identities() == (f"{VALUE}={made.sha256}",)
    assert value(-1.0, 2.25, 1.0) == -2.25
    assert [(one.version, dict(one.signatures)) for one in parts] == before
    assert identities() == ()


def test_an_error_in_the_block_leaves_it_all_the_same():
    with pytest.raises(KeyError), cxsim.replaced(VALUE, straight):
        raise KeyError
    assert value(-1.0, 2.25, 1.0) == -2.25


def test_two_rules_at_once_but_no_rule_twice():
    with cxsim.replaced(VALUE, straight), cxsim.replaced("satisfaction.spent", halved):
        assert (value(-1.0, 2.25, 1.0), spent(0.3, 0.1)) == (-1.0, 0.5)
        with pytest.raises(InputError, match=r"replaced already, by straight"), cxsim.replaced(VALUE, outside):
            pass
        assert value(-1.0, 2.25, 1.0) == -1.0
    assert (value(-1.0, 2.25, 1.0), spent(0.0, 0.1)) == (-2.25, 1.0)


def test_a_rule_that_the_replacement_calls_can_be_replaced_as_well():
    def gone(disconfirmation, width):
        return 0.0

    with cxsim.replaced(VALUE, outside), cxsim.replaced("satisfaction.beyond_tolerance", gone):
        assert value(-1.0, 2.25, 0.88) == 0.0


def test_every_rule_has_a_name():
    rules = known()
    assert rules[VALUE] is value
    assert rules["satisfaction.staked"] is staked
    assert len(rules) > 80


def test_the_hash_follows_what_the_function_names():
    found = set()
    for function in (straight, outside, scaled(2.0), scaled(3.0)):
        with cxsim.replaced(VALUE, function) as made:
            assert made.source.startswith("def ")
            found.add(made.sha256)
        with cxsim.replaced(VALUE, function) as again:
            assert again == made
    assert len(found) == 4


def test_runs_under_the_rules_of_the_package_keep_their_identity():
    spec = RunSpec("s", "as-is", 0, 1, 10)
    assert spec.identity() == RunSpec("s", "as-is", 0, 1, 10, rules=()).identity()
    assert spec.identity() != RunSpec("s", "as-is", 0, 1, 10, rules=("a=1",)).identity()


def test_results_carry_the_rule_and_a_forgotten_source_is_not_stored(tmp_path):
    scenario = cxsim.load("local-shop-vs-chain").with_values(SHOP)
    usual = cxsim.run(scenario, replications=2, engine="reference", jobs=1)
    names = {}
    exec("def sourceless(satisfaction_, by_satisfaction):\n    return 0.5\n", names)
    with cxsim.replaced("satisfaction.spent", names["sourceless"]):
        forgotten = cxsim.run(scenario, replications=1, engine="reference", jobs=1)
    with cxsim.replaced("satisfaction.spent", halved) as made:
        mine = cxsim.run(scenario, replications=2, engine="reference", jobs=2)
    manifest = json.loads(manifest_of(mine.experiment, ""))
    (kept,) = manifest["replaced"]
    assert kept == {"rule": "satisfaction.spent", "by": "halved", "sha256": made.sha256, "source": made.source}
    assert "return 0.5" in made.source
    assert manifest["note"] == f"The rule satisfaction.spent was replaced by halved. {ONE_PROCESS}"
    assert json.loads(manifest_of(usual.experiment, ""))["replaced"] == []
    assert not {run.identity for run in mine.experiment.runs} & {run.identity for run in usual.experiment.runs}
    ours, theirs = (made.measures.set_index(["replication", "firm", "segment", "measure"]) for made in (mine, usual))
    revenue = [table.xs("revenue", level="measure")["value"] for table in (ours, theirs)]
    assert revenue[0].to_numpy() == pytest.approx(0.5 * revenue[1].to_numpy(), rel=1e-12)
    assert revenue[1].sum() > 0.0
    with pytest.raises(InputError, match=r"satisfaction\.spent replaced by sourceless; rules whose source"):
        forgotten.save(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_process_that_does_not_know_the_rule_refuses_the_run():
    scenario = cxsim.load("local-shop-vs-chain").with_values(SHOP)
    with (
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor,
        cxsim.replaced(VALUE, straight),
        pytest.raises(RunError, match="other rules are replaced in the process of this run"),
    ):
        cxsim.run(scenario, replications=1, engine="reference", executor=executor)


def test_without_the_compiler():
    code = (
        "import cxsim; from cxsim.behaviour.satisfaction import value\n"
        "def straight(deviation, aversion, exponent): return deviation\n"
        "def whole(deviation, aversion, exponent): return 1\n"
        "with cxsim.replaced('satisfaction.value', straight):\n"
        "    print(value(-1.0, 2.25, 1.0), cxsim.check_parity(\n"
        "        cxsim.load('local-shop-vs-chain').with_values({'lasts': '2 months', 'warm_up': '1 month', "
        "'market.customers': '10'})).differing)\n"
        "print(value(-1.0, 2.25, 1.0))\n"
        "try:\n"
        "    with cxsim.replaced('satisfaction.value', whole): pass\n"
        "except cxsim.CxsimError as error: print(error)\n"
    )
    env = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    found = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    first, second, third = found.stdout.splitlines()
    assert (first, second) == ("-1.0 0", "-2.25")
    assert "whole returns int; float is allowed" in third


def test_the_announcement_is_one_line(caplog):
    with caplog.at_level(logging.WARNING, "cxsim"), cxsim.replaced(VALUE, straight):
        pass
    assert caplog.messages == []  # nothing was compiled
