# mypy: ignore-errors
# numba's extension API is untyped; what this module offers to others is typed.
"""Plan and state as one pointer each for compiled code, whose arrays are known not to overlap.

Numba passes a tuple of forty arrays by value: some three hundred machine words in every call of every part of a
kernel, which made the event loop ten times slower and its compilation twenty times longer. `Tables` passes one
pointer to a small table of addresses and shapes; reading a field loads an array's address from it. Nothing is
reference-counted: whoever holds the `Tables` keeps the arrays alive. Without the JIT it is a plain object.

What numba cannot know, these types say: two fields of a table never overlap, nor do two columns of a record, and a
plan never changes. The compiler then keeps values in registers that it had to read again after every store. Indices
count from the front and are not checked, as in C: a negative one is a defect, and the engine tests without the JIT
find it.
"""

from __future__ import annotations

import functools
import hashlib
import operator
from typing import Any, TypeVar, cast

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.core.datamodel import models
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer, infer_global, signature
from numba.extending import NativeValue, infer_getattr, lower_getattr_generic, register_model, typeof_impl, unbox
from numba.np.numpy_support import from_dtype

from cxsim.model.plan import Plan

MOST_DIMENSIONS = 4
_WORDS = 1 + MOST_DIMENSIONS
_WORD = ir.IntType(64)
Arrays = TypeVar("Arrays")


class ColumnsType(types.Type):  # type: ignore[misc]  # numba.core.types is untyped
    """Numba's view of one array of a table: who it is, what it holds, how many dimensions, whether it ever changes."""

    def __init__(self, tag: str, element: Any, dimensions: int, constant: bool) -> None:
        self.tag, self.element, self.dimensions, self.constant = tag, element, dimensions, constant
        super().__init__(name=f"Columns({tag} {_digest(element)} {dimensions})")


class RowType(types.Type):  # type: ignore[misc]
    """Numba's view of one record of such an array."""

    def __init__(self, columns: ColumnsType) -> None:
        self.columns = columns
        super().__init__(name=f"Row({columns.tag} {_digest(columns.element)})")


class TablesType(types.Type):  # type: ignore[misc]
    """Numba's view of `Tables`: names, element types and dimensions, which identify the type."""

    def __init__(self, columns: tuple[tuple[str, ColumnsType], ...]) -> None:
        self.columns = columns
        # The name is written into that of every function which takes tables; spelt out it is eleven thousand letters.
        super().__init__(name=f"Tables({_digest([(name, one.name) for name, one in columns])})")

    def place(self, name: str) -> int:
        """Position of a field; -1 if there is none."""
        return next((k for k, column in enumerate(self.columns) if column[0] == name), -1)


def _digest(content: Any) -> str:
    return hashlib.sha256(str(content).encode()).hexdigest()[:8]


@functools.cache
def _tables_type(owner: str, constant: bool, shapes: tuple[tuple[str, np.dtype[Any], int], ...]) -> TablesType:
    # A run wraps its state some hundred times, and numba takes a millisecond for a type.
    return TablesType(
        tuple(
            (name, ColumnsType(f"{owner}.{name}", from_dtype(dtype), dimensions, constant))
            for name, dtype, dimensions in shapes
        )
    )


class Tables:
    """Arrays by name, handed to compiled code as one pointer.

    Parameters
    ----------
    arrays : NamedTuple
        Of C-contiguous arrays with at most four dimensions, no two of which overlap. Those of a `Plan` never change.
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
            words[k, 0] = array.__array_interface__["data"][0]  # `array.ctypes` takes ten times as long
            words[k, 1 : 1 + array.ndim] = array.shape
            shapes.append((name, array.dtype, array.ndim))
            setattr(self, name, array)
        self.words = words
        self.address = words.ctypes.data
        self.numba_type = _tables_type(type(arrays).__name__, isinstance(arrays, Plan), tuple(shapes))


def passed(arrays: Arrays) -> Arrays:
    """Wrap a tuple of arrays for compiled code; to a type checker it is still the tuple."""
    return cast("Arrays", Tables(arrays))


@typeof_impl.register(Tables)
def _typeof(value: Tables, context: Any) -> TablesType:
    return value.numba_type


@register_model(TablesType)
@register_model(ColumnsType)
@register_model(RowType)
class _PointerModel(models.OpaqueModel):  # type: ignore[misc]
    """A bare pointer: to the table of words, to the words of one array, to a record."""


@unbox(TablesType)
def _unbox(_typ: TablesType, obj: Any, c: Any) -> NativeValue:
    address = c.pyapi.object_getattr_string(obj, "address")
    pointer = c.pyapi.long_as_voidptr(address)
    c.pyapi.decref(address)
    return NativeValue(pointer)


# Types of the expressions that kernels may write: tables.name, columns.size, columns.shape, columns[i, j], row["x"].


@infer_getattr
class _TablesAttribute(AttributeTemplate):  # type: ignore[misc]
    key = TablesType

    def generic_resolve(self, typ: TablesType, attr: str) -> Any:
        k = typ.place(attr)
        return typ.columns[k][1] if k >= 0 else None


@infer_getattr
class _ColumnsAttribute(AttributeTemplate):  # type: ignore[misc]
    key = ColumnsType

    def resolve_size(self, _typ: ColumnsType) -> Any:
        return types.int64

    def resolve_shape(self, typ: ColumnsType) -> Any:
        return types.UniTuple(types.int64, typ.dimensions)


def _is_place(columns: Any, index: Any) -> bool:
    if not isinstance(columns, ColumnsType):
        return False
    if isinstance(index, types.Integer):
        return columns.dimensions == 1
    return (
        isinstance(index, types.BaseTuple)
        and len(index) == columns.dimensions
        and all(isinstance(one, types.Integer) for one in index)
    )


@infer_global(operator.getitem)
class _ColumnsItem(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, _kws: Any) -> Any:
        columns, index = args
        if not _is_place(columns, index):
            return None
        is_record = isinstance(columns.element, types.Record)
        return signature(RowType(columns) if is_record else columns.element, columns, index)


@infer_global(operator.setitem)
class _ColumnsSet(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, _kws: Any) -> Any:
        columns, index, _value = args
        if not _is_place(columns, index) or isinstance(columns.element, types.Record) or columns.constant:
            return None
        return signature(types.void, columns, index, columns.element)


@infer
class _RowItem(AbstractTemplate):  # type: ignore[misc]
    key = "static_getitem"

    def generic(self, args: Any, _kws: Any) -> Any:
        row, name = args
        if not isinstance(row, RowType) or name not in row.columns.element.fields:
            return None
        return signature(row.columns.element.typeof(name), *args)


@infer
class _RowSet(AbstractTemplate):  # type: ignore[misc]
    key = "static_setitem"

    def generic(self, args: Any, _kws: Any) -> Any:
        row, name, value = args
        if not isinstance(row, RowType) or name not in row.columns.element.fields or row.columns.constant:
            return None
        return signature(types.void, row, types.literal(name), value)


# Machine code of the same expressions.


def _mark(builder: Any, access: Any, columns: ColumnsType, field: str) -> Any:
    # Type-based alias analysis: accesses under different names never touch the same bytes (LLVM, "tbaa").
    module = builder.module
    root = module.add_metadata([ir.MetaDataString(module, "cxsim tables")])
    zero = ir.Constant(_WORD, 0)
    kind = module.add_metadata([ir.MetaDataString(module, f"{columns.tag} {field}"), root, zero])
    access.set_metadata("tbaa", module.add_metadata([kind, kind, zero]))
    if columns.constant and isinstance(access, ir.LoadInstr):
        access.set_metadata("invariant.load", module.add_metadata([]))
    return access


def _word(builder: Any, value: Any, n: int) -> Any:
    # The table stands still while a kernel runs; without this, every store into an array reloads all addresses.
    words = builder.bitcast(value, _WORD.as_pointer())
    loaded = builder.load(builder.gep(words, [ir.Constant(ir.IntType(32), n)]))
    loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
    return loaded


@lower_getattr_generic(TablesType)
def _lower_field(_context: Any, builder: Any, typ: TablesType, value: Any, attr: str) -> Any:
    words = builder.bitcast(value, _WORD.as_pointer())
    return builder.bitcast(builder.gep(words, [ir.Constant(ir.IntType(32), typ.place(attr) * _WORDS)]), value.type)


@lower_getattr_generic(ColumnsType)
def _lower_extent(context: Any, builder: Any, typ: ColumnsType, value: Any, attr: str) -> Any:
    extents = [_word(builder, value, 1 + d) for d in range(typ.dimensions)]
    if attr == "shape":
        return context.make_tuple(builder, types.UniTuple(types.int64, typ.dimensions), extents)
    return functools.reduce(builder.mul, extents)


def _address(context: Any, builder: Any, columns: ColumnsType, value: Any, index_type: Any, index: Any) -> Any:
    if isinstance(index_type, types.BaseTuple):
        places = [
            context.cast(builder, builder.extract_value(index, d), one, types.int64) for d, one in enumerate(index_type)
        ]
    else:
        places = [context.cast(builder, index, index_type, types.int64)]
    flat = places[0]
    for d, place in enumerate(places[1:], 1):
        flat = builder.add(builder.mul(flat, _word(builder, value, 1 + d)), place)
    return builder.gep(
        builder.inttoptr(_word(builder, value, 0), ir.IntType(8).as_pointer()),
        [builder.mul(flat, ir.Constant(_WORD, _size(context, columns.element)))],
    )


def _size(context: Any, element: Any) -> int:
    return element.size if isinstance(element, types.Record) else context.get_abi_sizeof(context.get_data_type(element))


def _pointer(context: Any, builder: Any, address: Any, element: Any) -> Any:
    return builder.bitcast(address, context.get_data_type(element).as_pointer())


@lower_builtin(operator.getitem, ColumnsType, types.Integer)
@lower_builtin(operator.getitem, ColumnsType, types.BaseTuple)
def _lower_item(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    columns, index_type = sig.args
    address = _address(context, builder, columns, args[0], index_type, args[1])
    if isinstance(columns.element, types.Record):
        return builder.bitcast(address, args[0].type)
    loaded = _mark(builder, builder.load(_pointer(context, builder, address, columns.element)), columns, "")
    return context.data_model_manager[columns.element].from_data(builder, loaded)


@lower_builtin(operator.setitem, ColumnsType, types.Integer, types.Any)
@lower_builtin(operator.setitem, ColumnsType, types.BaseTuple, types.Any)
def _lower_set(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    columns, index_type, value_type = sig.args
    address = _address(context, builder, columns, args[0], index_type, args[1])
    _store(context, builder, address, columns, "", columns.element, value_type, args[2])
    return context.get_dummy_value()


@lower_builtin("static_getitem", RowType, types.StringLiteral)
def _lower_row_item(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    columns, name = sig.args[0].columns, args[1]
    element = columns.element.typeof(name)
    pointer = _pointer(context, builder, _field(builder, columns, args[0], name), element)
    loaded = _mark(builder, builder.load(pointer, align=_alignment(columns.element, name, element)), columns, name)
    return context.data_model_manager[element].from_data(builder, loaded)


@lower_builtin("static_setitem", RowType, types.StringLiteral, types.Any)
def _lower_row_set(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    columns, name = sig.args[0].columns, args[1]
    element = columns.element.typeof(name)
    address = _field(builder, columns, args[0], name)
    align = _alignment(columns.element, name, element)
    _store(context, builder, address, columns, name, element, sig.args[2], args[2], align)
    return context.get_dummy_value()


def _field(builder: Any, columns: ColumnsType, row: Any, name: str) -> Any:
    return builder.gep(
        builder.bitcast(row, ir.IntType(8).as_pointer()), [ir.Constant(_WORD, columns.element.offset(name))]
    )


def _alignment(record: Any, name: str, element: Any) -> int:
    width = element.bitwidth // 8
    return width if record.offset(name) % width == 0 and record.size % width == 0 else 1


def _store(
    context: Any, builder: Any, address: Any, columns: ColumnsType, field: str, element: Any, given: Any, value: Any,
    align: int | None = None,
) -> None:  # fmt: skip
    data = context.data_model_manager[element].as_data(builder, context.cast(builder, value, given, element))
    _mark(builder, builder.store(data, _pointer(context, builder, address, element), align=align), columns, field)
