"""What a starting customer is worth: discounted margin over the horizon."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxsim.measures.formulas import ratio
from cxsim.measures.totals import Totals
from cxsim.model.plan import YEAR

Array = NDArray[np.float64]
DISCOUNT: Final = 0.12  # a year; Gupta and Lehmann (2003) use 12 %


def lifetime_value(in_time: Totals, ends: NDArray[np.int64], n_segments: int) -> Array:
    """Return the discounted margin of a starting customer from time 0 to the horizon, returners included.

    The margin is revenue less variable cost and credits, before wages. In a period a starting customer is taken to
    bring the mean margin of the customers of the firm in that segment for as long as he or she is with it; what comes
    after the horizon is not counted. CLV = sum of m_t * (share kept)_t / 1.12^t, Gupta and Lehmann (2003), each period
    at its middle.

    Parameters
    ----------
    in_time : Totals
        Of every period, warm-up first.
    ends : (n,) int64
        Ends of the periods after time 0, microseconds.
    n_segments : int

    Returns
    -------
    (n_firms, n_classes) float64
        Scenario's currency per starting customer; NaN without any, and for sources of callers.
    """
    kept = np.concatenate((in_time.base[:1], in_time.kept[-ends.size :]))
    begins = np.concatenate(([0], ends[:-1]))
    span, middle = (ends - begins).astype(np.float64), (begins + ends) / 2.0
    margin = (in_time.revenue - in_time.variable_cost - in_time.credits)[-ends.size :]
    rate = np.nan_to_num(ratio(margin, in_time.customer_time[-ends.size :]))
    time = (kept[:-1] + kept[1:]) / 2.0 * span[:, None, None]
    worth = (rate * time * ((1.0 + DISCOUNT) ** (-middle / YEAR))[:, None, None]).sum(axis=0)
    # All customers: the sum of the segments, whose margins differ.
    worth[..., 0] = worth[..., 1 : 1 + n_segments].sum(axis=-1)
    return ratio(worth, in_time.base[0])
