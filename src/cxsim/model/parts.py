# mypy: ignore-errors
# ruff: noqa: SLF001 - numba offers no other way in; its compiler classes are untyped, what jit.py makes of them is typed
"""Functions that compiled code calls: each is compiled once, and optimised inside the kernels that it ends up in.

Numba treats a function as a library of its own: it optimises it and makes machine code for it, again inside each
function that calls it, and again for every combination of integer types that a call happens to bring. For some
hundred small functions that call each other this was three quarters of the compilation time. A `Part` is compiled
for the types that its annotations name, and kept as intermediate code until a kernel links it.

A rule can be replaced for a while (`swapped`): all that calls it is then compiled anew, in memory only.
"""

from __future__ import annotations

import functools
import itertools
import types as python_types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from numba.core import typed_passes as typed
from numba.core import types
from numba.core import untyped_passes as untyped
from numba.core.caching import NullCache
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, Flags, compile_extra
from numba.core.compiler_machinery import PassManager
from numba.core.registry import cpu_target
from numba.core.typing.templates import Signature
from numba.extending import models, register_model, typeof_impl

_NUMBERS = {"int": types.int64, "float": types.float64, "bool": types.boolean, "np.uint64": types.uint64}

DISPATCHERS: list[Any] = []  # every function that Numba compiles for calls from Python
PARTS: list[Part] = []
_versions = itertools.count()


class PartFlags(Flags):
    """Numba's flags, compared fast: each call of one of its own functions compares the flags of its caller."""

    def values(self) -> dict[str, Any]:
        """Return every flag."""
        return _DEFAULTS | self._values

    def __hash__(self) -> int:
        return _HASH


_DEFAULTS = {name: option.default for name, option in Flags.options.items()}
_HASH = hash(tuple(sorted(_DEFAULTS)))  # as Numba has it: by the names alone


class Pipeline(CompilerBase):
    """Numba's way from bytecode to machine code, without the stations that nothing here needs.

    Left out are ``with`` blocks, closures, functions made at run time, literal unrolling, raising with computed
    arguments, fused expressions of whole arrays, inlining on the level of Numba's own representation (LLVM inlines)
    and diagnostics of parallel loops.
    """

    def define_pipelines(self) -> list[PassManager]:
        """Return the stations in their order."""
        manager = PassManager("nopython")
        for station in _STATIONS:
            manager.add_pass(station, station._name)
        manager.finalize()
        return [manager]


_STATIONS = (
    untyped.TranslateByteCode,
    untyped.FixupArgs,
    untyped.IRProcessing,
    untyped.RewriteSemanticConstants,
    untyped.DeadBranchPrune,
    untyped.GenericRewrites,
    untyped.ReconstructSSA,
    typed.NopythonTypeInference,
    typed.PreLowerStripPhis,
    typed.NoPythonSupportedFeatureValidation,
    typed.IRLegalization,
    typed.NativeLowering,
    typed.NoPythonBackend,
)


class Rule:
    """A function that can be replaced in place: who imported it calls what it is now.

    Parameters
    ----------
    function : callable
        Its Python code, kept as `__wrapped__`.
    called : callable
        What a call from Python runs.
    """

    __name__: str
    __wrapped__: Callable[..., Any]

    def __init__(self, function: Callable[..., Any], called: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self.called = called

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Run the function from Python."""
        return self.called(*args, **named)


class Part(Rule):
    """A function for compiled code.

    Parameters
    ----------
    function : callable
        Numbers are converted to its annotations `int`, `float`, `bool` and `np.uint64`; other arguments are taken as
        they come. Arguments are passed by place.
    called : callable
        What a call from Python runs.
    options : dict
        Numba's options for a function.
    """

    def __init__(self, function: Callable[..., Any], called: Callable[..., Any], options: dict[str, Any]) -> None:
        super().__init__(function, called)
        self._options = options
        self.version = next(_versions)
        code = function.__code__
        names = code.co_varnames[: code.co_argcount]
        self.declared = [_NUMBERS.get(function.__annotations__.get(name)) for name in names]
        self.signatures: dict[tuple[types.Type, ...], Signature] = {}
        self.symbols: set[str] = set()  # names of its compiled versions
        self.numba_type = PartType(self)
        PARTS.append(self)

    def signature(self, given: tuple[types.Type, ...]) -> Signature:
        """Signature for the argument types of a call, whose code is made sure of."""
        args = tuple(
            declared if declared and isinstance(one, types.Number | types.Boolean) else types.unliteral(one)
            for declared, one in zip(self.declared, given, strict=True)
        )
        if args not in self.signatures:
            self.signatures[args] = self._compile(args)
        return self.signatures[args]

    def _compile(self, args: tuple[types.Type, ...]) -> Signature:
        result, library = self.intermediate(self.__wrapped__, args)
        cpu_target.target_context.insert_user_function((self, self.version, args), result.fndesc, [library])
        self.symbols.add(result.fndesc.llvm_func_name)
        return result.signature

    def intermediate(self, function: Callable[..., Any], args: tuple[types.Type, ...]) -> tuple[Any, _PartLibrary]:
        """Compile a function with this part's options, as far as a kernel needs it."""
        flags = PartFlags()
        cpu_target.options.parse_as_flags(flags, self._options)
        flags.enable_pyobject = False
        flags.no_compile = flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
        library = _PartLibrary(cpu_target.target_context.codegen(), self.__qualname__)
        return _compiled(function, args, flags, library), library


def _compiled(function: Callable[..., Any], args: tuple[types.Type, ...], flags: Flags, library: Any) -> Any:
    contexts = cpu_target.typing_context, cpu_target.target_context
    return compile_extra(*contexts, function, args, None, flags, {}, library, Pipeline)


class PartType(types.Callable, types.Opaque):
    """Numba's view of a part."""

    def __init__(self, part: Part) -> None:
        self.part = part
        super().__init__(f"Part({part.__module__}.{part.__qualname__})")

    def get_call_type(self, _context: Any, args: tuple[types.Type, ...], kws: dict[str, types.Type]) -> Signature:
        """Signature for a call; None where none fits."""
        return None if kws else self.part.signature(args)

    def get_call_signatures(self) -> tuple[list[Signature], bool]:
        """Signatures compiled so far, for error messages."""
        return list(self.part.signatures.values()), False

    def get_impl_key(self, sig: Signature) -> Any:
        """Return what the compiled function is registered by."""
        return self.part, self.part.version, sig.args


register_model(PartType)(models.OpaqueModel)


@typeof_impl.register(Part)
def _typeof(value: Part, _context: Any) -> PartType:
    return value.numba_type


class _PartLibrary(JITCodeLibrary):
    """Intermediate code of one part; a kernel gets it with that of all parts it calls, and optimises the whole."""

    def finalize(self) -> None:
        self._finalized = True

    def _optimize_functions(self, ll_module: Any) -> None:
        ll_module.data_layout = self._codegen._data_layout

    def _get_module_for_linking(self) -> Any:
        whole = self._alone().clone()
        seen = {self}
        callees = list(self._linking_libraries)
        while callees:
            library = callees.pop()
            if library in seen:
                continue
            seen.add(library)
            if isinstance(library, _PartLibrary):
                callees += library._linking_libraries
                whole.link_in(library._alone(), preserve=True)
            else:
                whole.link_in(library._get_module_for_linking(), preserve=True)
        return whole

    def _alone(self) -> Any:
        return super()._get_module_for_linking()


class _WholeLibrary(JITCodeLibrary):
    """Code that Python calls, with all parts linked in: these are its own, and may be built in where they are called.

    Seen from LLVM a linked part could be wanted by others too; it then keeps a copy of it, and hesitates to build in
    one that is called from a single place.
    """

    def _optimize_final_module(self) -> None:
        own = {name for part in PARTS for name in part.symbols}
        for function in self._final_module.functions:
            if function.name in own and not function.is_declaration:
                function.linkage = "internal"
        super()._optimize_final_module()


cpu_target.target_context.codegen()._library_class = _WholeLibrary


def returned(part: Part, function: Callable[..., Any]) -> tuple[str, str]:
    """Types that a part promises by its annotation and that a function in its place returns, in Numba's words."""
    annotation = part.__wrapped__.__annotations__["return"]
    inner = annotation.removeprefix("tuple[").removesuffix("]").split(", ")
    promised = [_NUMBERS[name] for name in inner]
    result, _ = part.intermediate(function, tuple(part.declared))
    wanted = types.BaseTuple.from_types(promised) if annotation.startswith("tuple") else promised[0]
    return str(wanted), str(types.unliteral(result.signature.return_type))


def reaches(function: Callable[..., Any], target: Rule) -> bool:
    """Whether a function names a rule, or names what reaches it; rather once too often than too rarely."""
    seen: set[int] = set()
    waiting: list[Any] = [function]
    while waiting:
        one = waiting.pop()
        if one is target:
            return True
        if id(one) not in seen:
            seen.add(id(one))
            waiting += named_by(one).values()
    return False


def named_by(one: Any) -> dict[str, Any]:
    """Objects that the code of a function names: globals, attributes of modules, and what it closes over."""
    function = getattr(one, "py_func", None) or getattr(one, "__wrapped__", None) or one
    if not isinstance(function, python_types.FunctionType):
        return {}
    codes, names = [function.__code__], set()
    while codes:
        code = codes.pop()
        names |= set(code.co_names)
        codes += [constant for constant in code.co_consts if isinstance(constant, python_types.CodeType)]
    found = {name: function.__globals__[name] for name in names if name in function.__globals__}
    free = function.__code__.co_freevars
    found |= {name: cell.cell_contents for name, cell in zip(free, function.__closure__ or (), strict=True)}
    rooms = {name: vars(one) for name, one in found.items() if isinstance(one, python_types.ModuleType)}
    return found | {f"{room}.{name}": held[name] for room, held in rooms.items() for name in names if name in held}


class _NoCache(NullCache):
    """Keeps nothing on the disk, and says when something has to be compiled."""

    def __init__(self, name: str, told: Callable[[str], None]) -> None:
        self._name, self._told = name, told

    def load_overload(self, _sig: Any, _target: Any) -> None:
        self._told(self._name)


@contextmanager
def swapped(
    rule: Rule, function: Callable[..., Any], called: Callable[..., Any], told: Callable[[str], None]
) -> Iterator[None]:
    """Put a function in the place of a rule, wherever it is called, until the block is left.

    Parameters
    ----------
    rule : Rule
    function : callable
        Its code, for compiled code.
    called : callable
        What a call from Python runs.
    told : callable
        Called with the name of each function that is compiled anew, before it is.
    """
    parts = [one for one in PARTS if reaches(one, rule)]
    dispatchers = [one for one in DISPATCHERS if reaches(one, rule)]
    before = rule.__wrapped__, rule.called
    of_parts = [(one.version, one.signatures) for one in parts]
    of_dispatchers = [(one._cache, dict(one.overloads)) for one in dispatchers]
    for one in parts:
        one.version, one.signatures = next(_versions), {}
    for one in dispatchers:
        one._reset_overloads()
        one._cache = _NoCache(one.__name__, told)
    rule.__wrapped__, rule.called = function, called
    try:
        yield
    finally:
        rule.__wrapped__, rule.called = before
        for one, (cache, overloads) in zip(dispatchers, of_dispatchers, strict=True):
            one._make_finalizer()()
            one._reset_overloads()
            one._compiler._failed_cache.clear()
            one._cache = cache
            for compiled in overloads.values():
                one.add_overload(compiled)
        for one, (version, signatures) in zip(parts, of_parts, strict=True):
            for args in one.signatures:
                cpu_target.target_context.remove_user_function((one, one.version, args))
            one.version, one.signatures = version, signatures
