"""Steering rules: a manager's periodic decision, written as a Python function."""

from __future__ import annotations

import hashlib
import inspect
import json
import math
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cxsim.errors import InputError, quoted

End = float | int | str
Rule = Callable[[Any, Any, dict[str, Any]], object]

ARGUMENTS: Final = 3
KEEPS: Final = ("what JSON can hold is allowed", "keep numbers, text, lists, and dicts with text as keys")


@dataclass(frozen=True, eq=False)
class SteeringRule:
    """A function that is asked at the end of every reporting period which levers move.

    Made by `steering_rule`. Calling it calls the function.

    Attributes
    ----------
    name : str
        Of the function.
    module : str
        Where it was written.
    function : callable
        Takes what was seen, the levers and its state; see `cxsim.experiments.steering`.
    levers : mapping
        Paths that it may move, each with the lowest and the highest value.
    version : int or str or None
        Raised by its author when its decisions change. Runs under a rule without one cannot be stored or resumed.
    state : mapping
        What it remembers at the start of every run.
    """

    name: str
    module: str
    function: Rule
    levers: Mapping[str, tuple[End, End]]
    version: int | str | None
    state: Mapping[str, Any]

    def __call__(self, look: Any, levers: Any, state: dict[str, Any]) -> object:
        """Ask the function."""
        return self.function(look, levers, state)

    @property
    def __wrapped__(self) -> Rule:
        """The function, for tools that read signatures and sources."""
        return self.function

    @property
    def dotted(self) -> str:
        """Name of the module and of the function."""
        return f"{self.module}.{self.name}"

    @property
    def source(self) -> str:
        """Text of the function; empty where there is none that could be read."""
        try:
            return textwrap.dedent(inspect.getsource(self.function))
        except (OSError, TypeError):
            return ""

    def identity(self) -> dict[str, Any]:
        """Return what decides a run: name, version, levers with their ranges, and first state."""
        return {
            "name": self.name,
            "version": self.version,
            "levers": {path: list(ends) for path, ends in self.levers.items()},
            "state": dict(self.state),
        }

    def described(self) -> dict[str, Any]:
        """Return its identity, where it is from, and its source with a hash, for provenance."""
        text = self.source
        digest = hashlib.sha256(text.encode()).hexdigest() if text else ""
        return {**self.identity(), "module": self.module, "sha256": digest, "source": text}

    def __reduce__(self) -> tuple[Callable[..., SteeringRule], tuple[object, ...]]:
        # The name of a decorated function stands for the rule, so the function itself travels to workers by value.
        from joblib.externals.loky.cloudpickle_wrapper import dumps

        content = (self.name, self.module, dict(self.levers), self.version, dict(self.state))
        return _rebuilt, (dumps(self.function), *content)


def _rebuilt(
    function: bytes,
    name: str,
    module: str,
    levers: dict[str, tuple[End, End]],
    version: int | str | None,
    state: dict[str, Any],
) -> SteeringRule:
    from joblib.externals.loky.cloudpickle_wrapper import loads

    return SteeringRule(name, module, loads(function), levers, version, state)


def steering_rule(
    *,
    levers: Mapping[str, tuple[End, End]],
    version: int | str | None = None,
    state: Mapping[str, Any] | None = None,
) -> Callable[[Rule], SteeringRule]:
    """Make a steering rule of a function ``(look, levers, state)``.

    Parameters
    ----------
    levers : mapping
        Paths of our firm's values that the rule may move, each with the lowest and the highest value it may take:
        ``{"phone.staff": (4, 12)}``. Numbers are in the unit of the scenario file, durations in minutes; text is read
        as in the file: ``("2 min", "10 min")``.
    version : int or str, optional
        Raise it whenever the decisions of the rule change: it is part of the identity of a run. Without one a rule
        runs, but its results cannot be stored or resumed, nor can a scenario file name it.
    state : mapping, optional
        What the rule remembers at the start of a run: anything that JSON can hold. Each run has a copy of its own.

    Returns
    -------
    callable
        Makes a `SteeringRule` of the function below.

    Raises
    ------
    InputError
        When a range, the version, the state or the function is not allowed.

    Examples
    --------
    >>> @steering_rule(levers={"phone.staff": (4, 12)}, version=1, state={"raised": 0})
    ... def add_staff(look, levers, state):
    ...     if look.measure("abandonment_rate", touchpoint="phone") > 0.08:
    ...         state["raised"] += levers.add("phone.staff", 1)
    >>> add_staff.name, add_staff.version
    ('add_staff', 1)
    """

    def made(function: Rule) -> SteeringRule:
        name = getattr(function, "__name__", "")
        name = name if name.isidentifier() else "rule"
        _check_function(name, function)
        _check_version(name, version)
        first = _checked_state(name, {} if state is None else state)
        return SteeringRule(name, str(function.__module__), function, _checked_ranges(name, levers), version, first)

    return made


def _refusal(name: str, given: str, allowed: str, remedy: str) -> InputError:
    return InputError(f"steering_rule: {name}: {given}; {allowed}; {remedy}")


def _check_function(name: str, function: Any) -> None:
    try:
        inspect.signature(function).bind(*range(ARGUMENTS))
    except (TypeError, ValueError) as error:
        given, allowed = f"{quoted(repr(function))} ({error})", "a function of three arguments is allowed"
        raise _refusal(name, given, allowed, f"write def {name}(look, levers, state)") from None


def _check_version(name: str, version: object) -> None:
    if version is None or (isinstance(version, int | str) and not isinstance(version, bool) and version != ""):
        return
    raise _refusal(name, f"version {quoted(repr(version))}", "a whole number or text is allowed", "write version=1")


def _checked_state(name: str, state: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(state, Mapping):
        raise _refusal(name, f"state {quoted(repr(state))}", "a dict is allowed", 'write, for example, {"raised": 0}')
    try:
        return remembered(dict(state))
    except ValueError as error:
        raise _refusal(name, f"a state {error}", *KEEPS) from None


def remembered(state: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of a state as it would be read back from a file.

    Raises
    ------
    ValueError
        When it would be another one.
    """
    try:
        again = json.loads(json.dumps(state, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        message = f"that JSON cannot hold ({error})"
        raise ValueError(message) from None
    if not _same(again, state) or not isinstance(again, dict):
        message = "that JSON would read back as another one"
        raise ValueError(message)
    return again


def _same(one: Any, other: Any) -> bool:
    """Tell whether two states are equal and of the same types: True is not 1, nor a list a tuple."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _checked_ranges(name: str, levers: Any) -> dict[str, tuple[End, End]]:
    example = 'write, for example, levers={"phone.staff": (4, 12)}'
    if not isinstance(levers, Mapping) or not levers:
        raise _refusal(name, f"levers {quoted(repr(levers))}", "paths with ranges are allowed", example)
    found = {}
    for path, ends in levers.items():
        pair = isinstance(ends, tuple | list) and len(ends) == 2  # noqa: PLR2004 -- lowest and highest
        if not pair or not all(isinstance(end, str) or is_number(end) for end in ends):
            allowed = "the lowest and the highest value are allowed"
            raise _refusal(name, f"{path}: {quoted(repr(ends))}", allowed, example)
        found[str(path)] = (ends[0], ends[1])
    return found


def is_number(value: Any) -> bool:
    """Tell whether something is a finite number, and not True or False."""
    if isinstance(value, bool | str) or not hasattr(value, "__float__"):
        return False
    try:
        return math.isfinite(float(value))
    except (TypeError, ValueError, OverflowError):
        return False
