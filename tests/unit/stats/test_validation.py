"""Refusals: what passes, what does not, and that the message says where and what to do."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cxsim.errors import CxsimError, InputError
from cxsim.stats import validation


def test_what_passes_comes_back_as_floats():
    assert validation.vector("here", [1, 2]).dtype == np.float64
    assert math.isnan(validation.vector("here", [math.nan])[0])
    assert validation.count("here", 3.0) == 3
    assert isinstance(validation.count("here", np.int64(3)), int)
    assert validation.share("here", 1) == 1.0
    assert validation.not_negative("here", 0) == 0.0


@pytest.mark.parametrize(
    "refused",
    [
        lambda: validation.vector("here", ["x"]),
        lambda: validation.vector("here", 3),
        lambda: validation.vector("here", []),
        lambda: validation.vector("here", [-math.inf]),
        lambda: validation.matrix("here", [1, 2]),
        lambda: validation.matrix("here", [[1, 2], [3]]),
        lambda: validation.finite("here", np.array([math.nan])),
        lambda: validation.non_negative("here", np.array([-1.0])),
        lambda: validation.positive("here", 0),
        lambda: validation.positive("here", math.nan),
        lambda: validation.not_negative("here", -1e-9),
        lambda: validation.share("here", 1.01),
        lambda: validation.share("here", math.nan),
        lambda: validation.share("here", 1, open_ends=True),
        lambda: validation.count("here", 2.5),
        lambda: validation.count("here", math.inf),
        lambda: validation.count("here", 0, minimum=1),
        lambda: validation.same_length("here", np.zeros(2), np.zeros(3)),
    ],
)
def test_a_refusal_says_where_what_and_what_to_do(refused):
    with pytest.raises(InputError, match=r"^here: .+; .+ (is|are|needed|allowed).*; .+") as caught:
        refused()
    assert isinstance(caught.value, CxsimError)
    assert isinstance(caught.value, ValueError)
