# mypy: ignore-errors
# ruff: noqa: SLF001 - numba offers no other way in; its compiler classes are untyped, what jit.py makes of them is typed
"""Functions that compiled code calls: each is compiled once, and optimised inside the kernels that it ends up in.

Numba treats a function as a library of its own: it optimises it and makes machine code for it, again inside each
function that calls it, and again for every combination of integer types that a call happens to bring. For some
hundred small functions that call each other this was three quarters of the compilation time. A `Part` is compiled
for the types that its annotations name, and kept as intermediate code until a kernel links it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from numba.core import types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Flags, compile_extra
from numba.core.registry import cpu_target
from numba.core.typing.templates import Signature
from numba.extending import models, register_model, typeof_impl

_NUMBERS = {"int": types.int64, "float": types.float64, "bool": types.boolean, "np.uint64": types.uint64}


class Part:
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
        functools.update_wrapper(self, function)
        self.called = called
        self._options = options
        code = function.__code__
        names = code.co_varnames[: code.co_argcount]
        self._declared = [_NUMBERS.get(function.__annotations__.get(name)) for name in names]
        self.signatures: dict[tuple[types.Type, ...], Signature] = {}
        self.numba_type = PartType(self)

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Run the function from Python."""
        return self.called(*args, **named)

    def signature(self, given: tuple[types.Type, ...]) -> Signature:
        """Signature for the argument types of a call, whose code is made sure of."""
        args = tuple(
            declared if declared and isinstance(one, types.Number | types.Boolean) else types.unliteral(one)
            for declared, one in zip(self._declared, given, strict=True)
        )
        if args not in self.signatures:
            self.signatures[args] = self._compile(args)
        return self.signatures[args]

    def _compile(self, args: tuple[types.Type, ...]) -> Signature:
        flags = Flags()
        cpu_target.options.parse_as_flags(flags, self._options)
        flags.no_compile = flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
        target = cpu_target.target_context
        library = _PartLibrary(target.codegen(), self.__qualname__)
        result = compile_extra(cpu_target.typing_context, target, self.__wrapped__, args, None, flags, {}, library)
        target.insert_user_function((self, args), result.fndesc, [library])
        return result.signature


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
        return self.part, sig.args


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
