"""Checks of arguments shared by the functions of this room; every refusal is an ``InputError``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from cxsim.errors import InputError

if TYPE_CHECKING:
    import numpy.typing as npt


def vector(where: str, values: npt.ArrayLike, *, minimum_size: int = 1) -> npt.NDArray[np.float64]:
    """Return `values` as a one-dimensional float array; NaN is let through, infinity is not.

    Raises
    ------
    InputError
        When the values are not numbers, not one-dimensional, infinite or too few.
    """
    return _array(where, values, dimensions=1, minimum_size=minimum_size)


def matrix(where: str, values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return `values` as a non-empty two-dimensional float array; NaN is let through, infinity is not.

    Raises
    ------
    InputError
        When the values are not numbers, not two-dimensional, infinite or empty.
    """
    return _array(where, values, dimensions=2, minimum_size=1)


def _array(where: str, values: npt.ArrayLike, *, dimensions: int, minimum_size: int) -> npt.NDArray[np.float64]:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        message = f"{where}: values that are not numbers; an array of numbers is allowed; check the input"
        raise InputError(message) from error
    if array.ndim != dimensions:
        message = f"{where}: an array of {array.ndim} dimensions; {dimensions} allowed; reshape it"
        raise InputError(message)
    if array.size < minimum_size:
        message = f"{where}: {array.size} values; at least {minimum_size} needed; give more"
        raise InputError(message)
    if np.isinf(array).any():
        message = f"{where}: an infinite value; finite numbers are allowed; check the measure"
        raise InputError(message)
    return array


def finite(where: str, array: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return `array` unchanged when it holds no NaN.

    Raises
    ------
    InputError
        When a value is NaN.
    """
    if np.isnan(array).any():
        message = f"{where}: a value that is not a number (NaN); finite numbers are allowed; drop or repair it"
        raise InputError(message)
    return array


def non_negative(where: str, array: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return `array` unchanged when no value is negative or NaN.

    Raises
    ------
    InputError
        When a value is negative or NaN.
    """
    if (finite(where, array) < 0).any():
        message = f"{where}: a negative value {array.min():g}; 0 or more is allowed; check the input"
        raise InputError(message)
    return array


def positive(where: str, value: float) -> float:
    """Return `value` as a float when it is finite and above zero.

    Raises
    ------
    InputError
        When it is zero, negative, infinite or NaN.
    """
    if not (math.isfinite(value) and value > 0):
        message = f"{where}: {value}; a number above 0 is allowed; check the unit and the sign"
        raise InputError(message)
    return float(value)


def not_negative(where: str, value: float) -> float:
    """Return `value` as a float when it is finite and at least zero.

    Raises
    ------
    InputError
        When it is negative, infinite or NaN.
    """
    if not (math.isfinite(value) and value >= 0):
        message = f"{where}: {value}; 0 or a positive number is allowed; check the unit and the sign"
        raise InputError(message)
    return float(value)


def share(where: str, value: float, *, open_ends: bool = False) -> float:
    """Return `value` as a float when it lies in [0, 1], or strictly inside with `open_ends`.

    Raises
    ------
    InputError
        When it lies outside or is NaN.
    """
    inside = 0 < value < 1 if open_ends else 0 <= value <= 1
    if not inside:
        allowed = "strictly between 0 and 1" if open_ends else "between 0 and 1"
        message = f"{where}: {value}; a share {allowed} is allowed; write 0.95 for 95 %"
        raise InputError(message)
    return float(value)


def count(where: str, value: float, *, minimum: int = 0) -> int:
    """Return `value` as an int when it is a whole number of at least `minimum`.

    Raises
    ------
    InputError
        When it is not whole, not finite or too small.
    """
    if not math.isfinite(value) or value != int(value) or value < minimum:
        message = f"{where}: {value}; a whole number of at least {minimum} is allowed; check the input"
        raise InputError(message)
    return int(value)


def same_length(where: str, *arrays: npt.NDArray[np.float64]) -> None:
    """Refuse arrays whose last axes differ in length.

    Raises
    ------
    InputError
        When the lengths differ.
    """
    lengths = [array.shape[-1] for array in arrays]
    if len(set(lengths)) > 1:
        message = f"{where}: arrays of lengths {lengths}; equal lengths are allowed; pair the values"
        raise InputError(message)
