"""Every rule gives, compiled, what it gives in Python, from Python and from other compiled code."""

import inspect

import numpy as np
import pytest

from cxsim.behaviour import complaint, failure, recovery
from cxsim.behaviour.registry import MODULES
from cxsim.model.jit import kernel
from cxsim.model.parts import Part

RULES = [
    rule
    for module in MODULES
    for rule in vars(module).values()
    if isinstance(rule, Part) and rule.__module__ == module.__name__
]


CODES = {"mode": range(10), "origin": range(4), "step": [1 << k for k in range(7)]}


def drawn(name, kind, luck):
    """Value of an argument within what every rule takes."""
    if kind == "bool":
        return bool(luck.random() < 0.5)
    return int(luck.choice(CODES.get(name, range(8)))) if kind == "int" else float(luck.uniform(0.05, 0.95))


@pytest.mark.parametrize("number", range(len(RULES)), ids=lambda number: RULES[number].__qualname__)
def test_compiled_and_plain_agree(number):
    luck = np.random.default_rng(20260101 + number)
    rule = RULES[number]
    plain = rule.__wrapped__
    parameters = inspect.signature(plain).parameters
    for _ in range(20):
        args = [drawn(name, p.annotation, luck) for name, p in parameters.items()]
        assert rule(*args) == pytest.approx(plain(*args), rel=1e-12, abs=1e-300)


@pytest.mark.skipif(not RULES, reason="nothing is compiled here")
def test_rules_with_tables_and_pairs_work_inside_compiled_code():
    @kernel
    def inside(u: float) -> tuple[int, float, int, float, float, float, bool]:
        mode = failure.mode_of(u, 0.2, 0.22, 0.58, 0.0)
        leaves, speaks = complaint.exit_and_voice(0.5, -2.0)
        answer = complaint.response(u, leaves, speaks)
        worth = recovery.step_worth(9, 8, 0.7)
        return (
            answer,
            failure.severity_factor(mode),
            failure.origin_of(mode),
            leaves,
            speaks,
            worth,
            failure.is_betrayal(mode),
        )

    for u in (0.0, 0.3, 0.61, 0.8, 0.9, 0.99):
        assert inside(u) == inside.py_func(u)
