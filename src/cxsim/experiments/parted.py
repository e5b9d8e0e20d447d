"""How policies and as-is part on the starting customers of our firm, replication by replication."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.measures.fates import Parting, parting


class Parted(NamedTuple):
    """How a policy and as-is part on the starting customers of our firm in one replication."""

    policy: str
    replication: int
    parting: Parting


def partings(
    fates: Mapping[tuple[str, int], NDArray[np.void]], as_is: str, segments: int
) -> dict[tuple[str, int], Parting]:
    """Compare the fates of the starting customers under every policy with those under as-is.

    Parameters
    ----------
    fates : mapping
        By policy and replication.
    as_is : str
        Name of the policy that changes nothing.
    segments : int
        Number of segments.
    """
    found = {}
    for (policy, replication), own in fates.items():
        usual = fates.get((as_is, replication))
        if policy != as_is and usual is not None:
            found[policy, replication] = parting(usual, own, segments)
    return found
