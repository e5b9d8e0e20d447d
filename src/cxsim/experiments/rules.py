"""Behaviour rules replaced by a researcher's own, in both engines, for the length of a block."""

from __future__ import annotations

import hashlib
import inspect
import itertools
import logging
import textwrap
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

import numpy as np
from numba.core.errors import NumbaError

from cxsim.behaviour.registry import MODULES
from cxsim.errors import InputError, RunError
from cxsim.model.jit import in_memory
from cxsim.model.parts import Part, Rule, named_by, reaches, returned, swapped
from cxsim.units import nearest

LOOP: Final = "advance"
ONE_PROCESS: Final = "All runs were made in one process, for others do not know a replaced rule."
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "float": (float, np.floating),
    "int": (int, np.integer),
    "bool": (bool, np.bool_),
    "np.uint64": (np.uint64,),
}

log = logging.getLogger("cxsim")


@dataclass(frozen=True, slots=True)
class Replacement:
    """A rule that was replaced.

    Attributes
    ----------
    rule : str
        Its name, such as ``satisfaction.value``.
    by : str
        Name of the function in its place.
    sha256 : str
        Of the function's source and of the numbers and functions that it names; without source, of its bytecode.
    source : str
        Empty where there is none; then results cannot be stored.
    """

    rule: str
    by: str
    sha256: str
    source: str

    @property
    def identity(self) -> str:
        """What stands for it in the identity of a run."""
        return f"{self.rule}={self.sha256}"


_ACTIVE: dict[str, Replacement] = {}


def replacements() -> tuple[Replacement, ...]:
    """Return the rules that are replaced now, by name."""
    return tuple(_ACTIVE[name] for name in sorted(_ACTIVE))


def identities() -> tuple[str, ...]:
    """Return what stands for them in the identity of a run."""
    return tuple(one.identity for one in replacements())


def note_of(*, alone: bool) -> str:
    """Say in a sentence each what is replaced, and whether one process had to do; empty where nothing is replaced."""
    said = [f"The rule {one.rule} was replaced by {one.by}." for one in replacements()]
    return " ".join([*said, ONE_PROCESS] if said and alone else said)


def require(wanted: tuple[str, ...]) -> None:
    """Refuse to make a run under other rules than it was made up for.

    Raises
    ------
    RunError
        In a process that does not know a replaced rule, or that still holds one.
    """
    if wanted != identities():
        message = (
            "other rules are replaced in the process of this run than where it was asked for; leave out `executor`"
        )
        raise RunError(message)


def known() -> dict[str, Rule]:
    """Return every behaviour rule by its name."""
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}": rule
        for module in MODULES
        for name, rule in vars(module).items()
        if isinstance(rule, Rule) and rule.__module__ == module.__name__
    }


@contextmanager
def replaced(rule: str, function: Callable[..., Any]) -> Iterator[Replacement]:
    """Put a function in the place of a behaviour rule, in both engines, until the block is left.

    The compiled engine is then compiled anew when it first runs (about a minute), in memory only. The block holds
    for the whole process: no other thread should run simulations meanwhile.

    Parameters
    ----------
    rule : str
        Module and name of a function in `cxsim.behaviour`, such as ``"satisfaction.value"``.
    function : callable
        Takes the same arguments in the same order, and returns the same types. It may use `math`, numbers that stand
        outside it, and other rules; it must not draw random numbers.

    Raises
    ------
    InputError
        When there is no such rule, it is replaced already, or the function cannot take its place.
    """
    found = _found(rule)
    plain = _plain(rule, found, function)
    _check_arguments(rule, found, plain)
    if isinstance(found, Part):
        called: Callable[..., Any] = in_memory(plain)
        _check_compiled(rule, found, plain)
    else:
        called = _watched(rule, found, plain)
        _try_out(found, called)
    import cxsim.engines.compiled
    import cxsim.engines.reference  # noqa: F401 -- what calls the rule has to be there before the rule is replaced

    replacement = _described(rule, plain)
    with ExitStack() as stack:
        stack.enter_context(swapped(found, plain, called, _Told(replacement)))
        _ACTIVE[rule] = replacement
        stack.callback(_ACTIVE.pop, rule)
        yield replacement


class _Told:
    """Says once that the event loop is compiled."""

    def __init__(self, replacement: Replacement) -> None:
        self._replacement = replacement
        self._said = False

    def __call__(self, name: str) -> None:
        if name == LOOP and not self._said:
            self._said = True
            one = self._replacement
            log.warning(
                "%s is replaced by %s: compiling the engine for it, in memory only (about a minute)", one.rule, one.by
            )


# ------------------------------------------------------------------------------------------------------ what is allowed


def _found(rule: str) -> Rule:
    rules = known()
    if rule not in rules:
        modules = ", ".join(sorted({name.partition(".")[0] for name in rules}))
        remedy = nearest(rule, rules) or "choose one of them; `cxsim.experiments.rules.known()` lists all"
        raise _refusal(rule, "no rule of this name", f"a rule of {modules} is allowed", remedy)
    if rule in _ACTIVE:
        given = f"replaced already, by {_ACTIVE[rule].by}"
        raise _refusal(rule, given, "one replacement of a rule at a time is allowed", "leave the other block first")
    return rules[rule]


def _plain(rule: str, found: Rule, function: Callable[..., Any]) -> FunctionType:
    plain: object = function.__wrapped__ if isinstance(function, Rule) else getattr(function, "py_func", function)
    if not isinstance(plain, FunctionType):
        given = f"{type(function).__name__} `{getattr(function, '__name__', function)}`"
        raise _refusal(rule, given, "a function written in Python is allowed", "write `def` around it")
    if reaches(plain, found):
        given = f"{plain.__name__} calls the rule that it replaces"
        raise _refusal(rule, given, "other rules may be called", "copy the lines of the rule into the function")
    return plain


def _check_arguments(rule: str, found: Rule, plain: FunctionType) -> None:
    wanted, given = inspect.signature(found.__wrapped__), inspect.signature(plain)
    kinds = {parameter.kind for parameter in given.parameters.values()}
    if list(wanted.parameters) != list(given.parameters) or kinds - {inspect.Parameter.POSITIONAL_OR_KEYWORD}:
        names = f"{plain.__name__}({', '.join(map(str, given.parameters.values()))})"
        allowed = f"({', '.join(wanted.parameters)}) is allowed"
        raise _refusal(rule, names, allowed, "take these arguments, in this order")


def _check_compiled(rule: str, found: Part, plain: FunctionType) -> None:
    try:
        promised, returns = returned(found, plain)
    except (NumbaError, NotImplementedError) as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip() and not line.startswith("Failed in")]
        given = f"{plain.__name__} cannot be compiled ({lines[0] if lines else type(error).__name__})"
        allowed = "numbers, `math` and other rules are allowed"
        raise _refusal(rule, given, allowed, "write it with these alone") from error
    if promised != returns:
        raise _wrong_type(rule, found, plain, returns)


def _wrong_type(rule: str, found: Rule, plain: FunctionType, returns: str) -> InputError:
    wanted = found.__wrapped__.__annotations__["return"]
    given = f"{plain.__name__} returns {returns}"
    return _refusal(rule, given, f"{wanted} is allowed", "return this type on every way out, such as 0.0 and not 0")


def _watched(rule: str, found: Rule, plain: FunctionType) -> Callable[..., Any]:
    """Without the compiler nobody knows beforehand what a function returns: look at every value."""
    wanted = found.__wrapped__.__annotations__["return"]
    inner = wanted.removeprefix("tuple[").removesuffix("]").split(", ")

    def watched(*args: Any, **named: Any) -> Any:
        value = plain(*args, **named)
        values = value if isinstance(value, tuple) and wanted.startswith("tuple") else (value,)
        if len(values) != len(inner) or not all(map(_is_of, values, inner)):
            raise _wrong_type(rule, found, plain, type(value).__name__)
        return value

    return watched


def _is_of(value: object, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "bool" or not isinstance(value, bool))


def _try_out(found: Rule, watched: Callable[..., Any]) -> None:
    kinds = [found.__wrapped__.__annotations__[name] for name in inspect.signature(found.__wrapped__).parameters]
    for low, sign in itertools.product((0, 1), (1, -1)):
        try:
            watched(*(_TYPES[kind][0](low if kind in {"bool", "np.uint64"} else sign * low) for kind in kinds))
        except InputError:
            raise
        except Exception:  # noqa: BLE001 -- numbers that no world may bring; worlds that do will say so
            continue


def _refusal(rule: str, given: str, allowed: str, remedy: str) -> InputError:
    return InputError(f"replaced: {rule}: {given}; {allowed}; {remedy}")


# --------------------------------------------------------------------------------------------------- what is remembered


def _described(rule: str, plain: FunctionType) -> Replacement:
    digest = hashlib.sha256()
    sourced = _digest(plain, digest.update, set())
    return Replacement(rule, plain.__name__, digest.hexdigest(), _source(plain) if sourced else "")


def _source(plain: FunctionType) -> str:
    try:
        return textwrap.dedent(inspect.getsource(plain))
    except (OSError, TypeError):
        return ""


def _digest(plain: FunctionType, update: Callable[[bytes], object], seen: set[int]) -> bool:
    """Hash a function with all that it names; tell whether the whole of it can be read later."""
    if id(plain) in seen:
        return True
    seen.add(id(plain))
    source = _source(plain)
    update(source.encode() if source else _bytecode(plain.__code__))
    whole = bool(source)
    for name, value in sorted(named_by(plain).items()):
        inner = getattr(value, "py_func", value)
        update(name.encode())
        if isinstance(inner, FunctionType):
            whole &= _digest(inner, update, seen)
        elif isinstance(inner, Rule | ModuleType):
            update(inner.__name__.encode())
        elif isinstance(inner, bool | int | float | np.number):
            update(repr(inner).encode())
        elif not callable(inner):
            whole = False
    return whole


def _bytecode(code: CodeType) -> bytes:
    inner = b"".join(_bytecode(one) for one in code.co_consts if isinstance(one, CodeType))
    constants = repr([one for one in code.co_consts if not isinstance(one, CodeType)])
    return code.co_code + repr((constants, code.co_names)).encode() + inner
