"""Who made how much of what a group made together: Shapley values of the parts of a bundle.

A coalition is a whole number whose bit i says whether part i is in it; what a coalition is worth is known in every
replication, on common random numbers, so every value has a paired interval.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cxsim.errors import InputError
from cxsim.stats import validation

if TYPE_CHECKING:
    import numpy.typing as npt

MOST_EXACT = 20  # parts; a million coalitions


class SampledValues(NamedTuple):
    """Shapley values estimated from orders of joining.

    Attributes
    ----------
    values : array of shape (parts, replications)
        In each replication they add up to the worth of all parts less that of none, whatever the orders.
    error : array of shape (parts,)
        Standard error of the mean over replications that is due to the choice of the orders.
    """

    values: npt.NDArray[np.float64]
    error: npt.NDArray[np.float64]


def shapley_values(worths: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the Shapley value of every part in every replication.

    The value of part i is the mean of what it adds when it joins, over all orders in which n parts can join:
    sum over coalitions S without i of |S|! (n - |S| - 1)! / n! (v(S with i) - v(S)).

    Parameters
    ----------
    worths : array of shape (2**n, replications)
        Row k is the worth of the coalition whose parts are the bits of k; row 0 that of nobody. Any unit.

    Returns
    -------
    array of shape (n, replications)
        In the unit of the worths. Each column adds up to that of the last row less that of the first.

    Raises
    ------
    InputError
        When the number of rows is no power of 2 from 2 to 2**20, or a worth is infinite.

    References
    ----------
    Shapley (1953), A value for n-person games, Contributions to the Theory of Games II.
    """
    table = validation.matrix("Shapley, worths", worths)
    parts = table.shape[0].bit_length() - 1
    if table.shape[0] != 1 << parts or not 1 <= parts <= MOST_EXACT:
        message = (
            f"Shapley: {table.shape[0]} coalitions; 2**n for 1 to {MOST_EXACT} parts are allowed; give all of them"
        )
        raise InputError(message)
    coalitions = np.arange(1 << parts)
    sizes = np.bitwise_count(coalitions).astype(np.int64)
    weights = np.array(
        [math.factorial(size) * math.factorial(parts - size - 1) / math.factorial(parts) for size in range(parts)]
    )
    found = np.empty((parts, table.shape[1]))
    for part in range(parts):
        without = coalitions[(coalitions >> part & 1) == 0]
        gains = table[without | 1 << part] - table[without]
        found[part] = (weights[sizes[without]][:, None] * gains).sum(axis=0)
    return found


def joining_orders(parts: int, count: int, seed: int) -> npt.NDArray[np.int64]:
    """Return random orders in which parts join, each followed by its reverse.

    An order and its reverse err in opposite directions where parts help or hinder each other.

    Parameters
    ----------
    parts : int
        At least 1.
    count : int
        Orders, at least 4 and even: a standard error needs two pairs.
    seed : int
        Of a generator of its own.

    Returns
    -------
    array of shape (count, parts)
        Each row holds every part once.

    Raises
    ------
    InputError
        When a number is out of range.

    References
    ----------
    Castro, Gómez & Tejada (2009), Computers & Operations Research 36:1726 (sampled orders); Mitchell, Cooper, Frank &
    Holmes (2022), Journal of Machine Learning Research 23:43 (pairs of an order and its reverse).
    """
    validation.count("Shapley, parts", parts, minimum=1)
    validation.count("Shapley, seed", seed)
    validation.count("Shapley, orders", count, minimum=4)
    if count % 2:
        message = f"Shapley: {count} orders; an even number is allowed; each order comes with its reverse"
        raise InputError(message)
    generator = np.random.default_rng(seed)
    forward = np.array([generator.permutation(parts) for _ in range(count // 2)], dtype=np.int64)
    return np.stack((forward, forward[:, ::-1]), axis=1).reshape(count, parts)


def coalitions_of(orders: npt.NDArray[np.int64]) -> tuple[int, ...]:
    """Return the coalitions that come up while parts join in these orders, each once, nobody first.

    Parameters
    ----------
    orders : array of shape (orders, parts)
    """
    return tuple(sorted({0, *(mask for order in orders.tolist() for mask in _joined(order))}))


def sampled_values(orders: npt.NDArray[np.int64], worths: Mapping[int, npt.NDArray[np.float64]]) -> SampledValues:
    """Return Shapley values estimated from what each part adds when it joins in these orders.

    Parameters
    ----------
    orders : array of shape (orders, parts)
        Of `joining_orders`: rows 2k and 2k + 1 are one pair.
    worths : mapping of int to array of shape (replications,)
        For every coalition of `coalitions_of`.

    References
    ----------
    Castro, Gómez & Tejada (2009), Computers & Operations Research 36:1726. The standard error is that of the mean of
    the pairs.
    """
    gains = np.zeros((*orders.shape, len(worths[0])))
    for row, order in enumerate(orders.tolist()):
        before = 0
        for part, mask in zip(order, _joined(order), strict=True):
            gains[row, part] = worths[mask] - worths[before]
            before = mask
    pairs = gains.mean(axis=2).reshape(-1, 2, orders.shape[1]).mean(axis=1)
    error = pairs.std(axis=0, ddof=1) / math.sqrt(len(pairs))
    return SampledValues(gains.mean(axis=0), error)


def _joined(order: list[int]) -> list[int]:
    """Return the coalition after each part of an order has joined."""
    masks, mask = [], 0
    for part in order:
        mask |= 1 << part
        masks.append(mask)
    return masks
