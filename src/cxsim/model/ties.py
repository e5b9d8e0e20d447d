"""Contacts between people: a keyed random graph of strong and weak ties, the same whatever else is simulated.

Each person names contacts by draws of his or her own; a tie holds in both directions. One more person adds only the
ties that this person names (and none is redrawn), which graph libraries with a global generator cannot promise.
Strong ties close triangles: half of a person's friends are taken from a neighbourhood on a ring, as in the small
worlds of Watts and Strogatz (1998); weak ties reach anybody.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxsim.model.draws import TIE_COUNT, TIE_TARGET, draw, occasion
from cxsim.model.jit import builder, part

STRONG_REACH = 10
_U0 = np.uint64(0)


@part
def _named(key: np.uint64, person: int, kind: int, mean_ties: float) -> int:
    # Each tie is named once by one side, so a person names half of the mean; the fraction is drawn.
    half = 0.5 * mean_ties
    base = int(half)
    u = draw(key, np.uint64(person), TIE_COUNT, np.uint64(kind))
    return base + (1 if u < half - base else 0)


@part
def _target(key: np.uint64, person: int, kind: int, k: int) -> int:
    u = draw(key, np.uint64(person), TIE_TARGET, occasion(np.uint64(kind), np.uint64(k), _U0))
    if kind == 0 and person >= 1:
        # A friend lives near by on the ring of lower numbers, so that a newcomer with a higher number redraws nobody.
        reach = min(STRONG_REACH, person)
        return person - 1 - int(u * reach)
    if person == 0:
        return 0
    return int(u * person)


@builder
def build_ties(
    key: np.uint64, n: int, friends: float, acquaintances: float
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint8]]:
    """Symmetric ties of `n` people in compressed rows.

    Parameters
    ----------
    key : uint64
        Of the run.
    n : int
        Number of people.
    friends, acquaintances : float
        Mean number of strong and of weak ties of a person.

    Returns
    -------
    first : (n + 1,) int64
        Row i's ties are ``first[i]`` to ``first[i + 1]``.
    other : int32
        Who is at the other end; a row is in the order in which ties were named.
    strong : uint8
        1 for a friend, 0 for an acquaintance.
    """
    degree = np.zeros(n + 1, np.int64)
    for person in range(n):
        for kind in range(2):
            for k in range(_named(key, person, kind, friends if kind == 0 else acquaintances)):
                other = _target(key, person, kind, k)
                if other != person:
                    degree[person] += 1
                    degree[other] += 1
    first = np.zeros(n + 1, np.int64)
    for person in range(n):
        first[person + 1] = first[person] + degree[person]
    place = first.copy()
    other_end = np.empty(first[n], np.int32)
    strong = np.empty(first[n], np.uint8)
    for person in range(n):
        for kind in range(2):
            for k in range(_named(key, person, kind, friends if kind == 0 else acquaintances)):
                other = _target(key, person, kind, k)
                if other != person:
                    other_end[place[person]] = other
                    strong[place[person]] = 1 - kind
                    place[person] += 1
                    other_end[place[other]] = person
                    strong[place[other]] = 1 - kind
                    place[other] += 1
    return first, other_end, strong
