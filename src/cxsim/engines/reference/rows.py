"""The plan's records as plain Python rows, and the counts as plain dictionaries: quick to read, one name a field."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np

from cxsim.model.plan import Plan
from cxsim.model.state import State

Table = list[list[list[dict[str, Any]]]]


class Rows:
    """What a plan says, by name: ``rows.touchpoints[3].firm``."""

    def __init__(self, plan: Plan) -> None:
        self.market = _rows(plan.market)[0]
        self.firms = _rows(plan.firms)
        self.touchpoints = _rows(plan.touchpoints)
        self.shifts = _rows(plan.shifts)
        self.contacts = _rows(plan.contacts)
        self.steps = _rows(plan.steps)
        self.routes = _rows(plan.routes)
        self.laws = _rows(plan.laws)
        self.changes = _rows(plan.changes)
        self.group_contact: list[list[int]] = plan.group_contact.tolist()


class Counts:
    """What is counted; the shapes are those of `cxsim.model.state.Tallies`.

    Attributes
    ----------
    touch, firm, areas : nested lists of dict
        ``touch[period][touchpoint][class]["served"]`` and the like.
    waits, left, base, survey : arrays
    """

    def __init__(self, state: State) -> None:
        self.touch = _zeros(state.touch)
        self.firm = _zeros(state.firm)
        self.areas = [[row[0] for row in period] for period in _zeros(state.areas[:, :, None])]
        self.waits = np.zeros_like(state.waits)
        self.left = np.zeros_like(state.left)
        self.base = np.zeros_like(state.base)
        self.survey = np.zeros_like(state.survey)


def _rows(records: np.ndarray) -> list[Any]:
    row = namedtuple("row", records.dtype.names or ())  # type: ignore[misc]  # the fields are the array's
    return [row(*values) for values in records.tolist()]


def _zeros(like: np.ndarray) -> Table:
    zeros = {name: like.dtype[name].type(0).item() for name in like.dtype.names or ()}
    n_periods, second, third = like.shape
    return [[[dict(zeros) for _ in range(third)] for _ in range(second)] for _ in range(n_periods)]
