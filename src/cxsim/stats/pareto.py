"""Which of several things are worth a look when more than one measure counts: those that nothing else beats on all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from cxsim.errors import InputError
from cxsim.stats import validation

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

Better = Literal["higher", "lower"]


def non_dominated(points: npt.ArrayLike, better: Sequence[Better]) -> npt.NDArray[np.bool_]:
    """Say which points no other one dominates: is at least as good on every measure and better on one.

    Parameters
    ----------
    points : array of shape (n, measures)
        NaN in a row: that point is not comparable, and is left out.
    better : sequence of {"higher", "lower"}
        One for each measure.

    Returns
    -------
    array of shape (n,), bool
        Of points that are equal on all measures, all or none are in.

    Raises
    ------
    InputError
        When the measures and `better` differ in number.

    References
    ----------
    Pareto (1906), Manuale di economia politica; Deb (2001), Multi-Objective Optimization Using Evolutionary
    Algorithms, definition 2.5.
    """
    table = validation.matrix("non-dominated, points", points)
    if table.shape[1] != len(better):
        message = f"non-dominated: {table.shape[1]} measures and {len(better)} directions; one for each is allowed; add"
        raise InputError(f"{message} what is missing")
    signed = table * np.array([1.0 if way == "higher" else -1.0 for way in better])
    known = ~np.isnan(signed).any(axis=1)
    found: npt.NDArray[np.bool_] = known.copy()
    for place in np.flatnonzero(known):
        no_worse = (signed[known] >= signed[place]).all(axis=1)
        found[place] = not (no_worse & (signed[known] > signed[place]).any(axis=1)).any()
    return found
