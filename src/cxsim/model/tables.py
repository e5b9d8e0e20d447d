# mypy: ignore-errors
# numba's extension API is untyped; what this module offers to others is typed.
"""Plan and state as one pointer each for compiled code.

Numba passes a tuple of forty arrays by value: some three hundred machine words in every call of every part of a
kernel, which made the event loop ten times slower and its compilation twenty times longer. `Tables` passes one
pointer to a small table of addresses and shapes; reading a field loads an array's address from it. Nothing is
reference-counted: whoever holds the `Tables` keeps the arrays alive. Without the JIT it is a plain object.
"""

from __future__ import annotations

import functools
import hashlib
from typing import Any, TypeVar, cast

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.imputils import impl_ret_untracked
from numba.core.typing.templates import AttributeTemplate
from numba.extending import NativeValue, infer_getattr, lower_getattr_generic, register_model, typeof_impl, unbox
from numba.np.arrayobj import make_array, populate_array
from numba.np.numpy_support import from_dtype

MOST_DIMENSIONS = 4
_WORDS = 1 + MOST_DIMENSIONS
Field = tuple[str, Any, int]
Arrays = TypeVar("Arrays")


class TablesType(types.Type):  # type: ignore[misc]  # numba.core.types is untyped
    """Numba's view of `Tables`: names, element types and dimensions, which identify the type."""

    def __init__(self, fields: tuple[Field, ...]) -> None:
        self.fields = fields
        # The name is written into that of every function which takes tables; spelt out it is eleven thousand letters.
        digest = hashlib.sha256(repr(fields).encode()).hexdigest()[:16]
        super().__init__(name=f"Tables({digest})")

    def place(self, name: str) -> int:
        """Position of a field; -1 if there is none."""
        for k, field in enumerate(self.fields):
            if field[0] == name:
                return k
        return -1

    def array(self, k: int) -> Any:
        """Numba array type of field `k`."""
        return types.Array(self.fields[k][1], self.fields[k][2], "C")


@functools.cache
def _tables_type(shapes: tuple[tuple[str, np.dtype[Any], int], ...]) -> TablesType:
    # A run wraps its state some hundred times, and numba takes a millisecond for a type.
    return TablesType(tuple((name, from_dtype(dtype), dimensions) for name, dtype, dimensions in shapes))


class Tables:
    """Arrays by name, handed to compiled code as one pointer.

    Parameters
    ----------
    arrays : NamedTuple
        Of C-contiguous arrays with at most four dimensions.
    """

    def __init__(self, arrays: Any) -> None:
        self.arrays = arrays
        shapes = []
        words = np.zeros((len(arrays._fields), _WORDS), np.int64)
        for k, name in enumerate(arrays._fields):
            array = getattr(arrays, name)
            if not array.flags.c_contiguous:
                message = f"{name}: an array that is not contiguous; a contiguous one is needed; copy it first"
                raise ValueError(message)
            words[k, 0] = array.ctypes.data
            words[k, 1 : 1 + array.ndim] = array.shape
            shapes.append((name, array.dtype, array.ndim))
            setattr(self, name, array)
        self.words = words
        self.address = words.ctypes.data
        self.numba_type = _tables_type(tuple(shapes))


def passed(arrays: Arrays) -> Arrays:
    """Wrap a tuple of arrays for compiled code; to a type checker it is still the tuple."""
    return cast("Arrays", Tables(arrays))


@typeof_impl.register(Tables)
def _typeof(value: Tables, context: Any) -> TablesType:
    return value.numba_type


@register_model(TablesType)
class _TablesModel(models.OpaqueModel):  # type: ignore[misc]
    """A bare pointer."""


@unbox(TablesType)
def _unbox(_typ: TablesType, obj: Any, c: Any) -> NativeValue:
    address = c.pyapi.object_getattr_string(obj, "address")
    pointer = c.pyapi.long_as_voidptr(address)
    c.pyapi.decref(address)
    return NativeValue(pointer)


@infer_getattr
class _TablesAttribute(AttributeTemplate):  # type: ignore[misc]
    key = TablesType

    def generic_resolve(self, typ: TablesType, attr: str) -> Any:
        k = typ.place(attr)
        return typ.array(k) if k >= 0 else None


@lower_getattr_generic(TablesType)
def _lower_field(context: Any, builder: Any, typ: TablesType, value: Any, attr: str) -> Any:
    k = typ.place(attr)
    array_type = typ.array(k)
    word = ir.IntType(64)
    table = builder.bitcast(value, word.as_pointer())

    def load(n: int) -> Any:
        loaded = builder.load(builder.gep(table, [ir.Constant(ir.IntType(32), k * _WORDS + n)]))
        # The table stands still while a kernel runs; without this, every store into an array reloads all addresses.
        loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
        return loaded

    element = context.get_data_type(array_type.dtype)
    itemsize = context.get_abi_sizeof(element)
    shape = [load(1 + d) for d in range(array_type.ndim)]
    strides = [ir.Constant(word, itemsize)]
    for size in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], size))
    array = make_array(array_type)(context, builder)
    populate_array(
        array,
        data=builder.inttoptr(load(0), element.as_pointer()),
        shape=cgutils.pack_array(builder, shape),
        strides=cgutils.pack_array(builder, strides),
        itemsize=ir.Constant(word, itemsize),
        meminfo=None,
    )
    return impl_ret_untracked(
        context,
        builder,
        array_type,
        array._getvalue(),  # noqa: SLF001 - numba idiom
    )
