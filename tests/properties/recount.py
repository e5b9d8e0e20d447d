"""Tallies counted again from a log, row by row, without any code of the engines."""

import numpy as np

from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model import state as st
from cxsim.model.tallies import wait_bin_edges
from tests.properties.replay import Row, class_of

EDGES = wait_bin_edges()


def numbers(plan, state, log):
    """Return the rows with their period and the column of their customer."""
    period = np.searchsorted(plan.period_ends, log["time"], side="right")
    column = class_of(plan, state, log["customer"])
    return list(zip(map(Row._make, log.tolist()), period.tolist(), column.tolist(), strict=True))


class Recount:
    """Counts of visits, episodes and leavings.

    Attributes
    ----------
    tallies : Tallies
        In the shapes of the state's own.
    """

    def __init__(self, plan, state):
        self.plan, self.state = plan, state
        n_periods, n_touchpoints, classes = state.touch.shape
        self.tallies = st.empty_tallies(n_periods, n_touchpoints, plan.firms.size, plan.segments.size, classes)
        self.episode = {}
        self.outcome = {}
        self.contact = {}
        self.called_back = set()

    def count(self, log):
        """Go through all rows; a call-back that was not answered shows at the end of its journey."""
        rows = numbers(self.plan, self.state, log)
        self.unreached = self._unreached(log)
        for number, (row, period, column) in enumerate(rows):
            if row.touchpoint >= 0 and row.kind != ev.LOG_SHIFT:
                self._visit(row, self.tallies.touch[period, row.touchpoint, column], number, column)
            elif row.kind not in {ev.LOG_SHIFT, ev.LOG_LEVER} and not row.customer >> 48:
                self._life(row, period, column)
        return self.tallies

    @staticmethod
    def _unreached(log):
        ends, found = {}, set()
        for number, (kind, customer, cause) in enumerate(
            zip(log["kind"].tolist(), log["customer"].tolist(), log["cause"].tolist(), strict=True)
        ):
            if kind == ev.LOG_END:
                ends[customer] = number
            elif kind == ev.LOG_DONE and cause == ev.UNREACHED:
                found.add(ends[customer])
        return found

    def _visit(self, row, t, number, column):
        name = {
            ev.LOG_ARRIVE: "arrivals", ev.LOG_CLOSED: "closed", ev.LOG_START: "answered", ev.LOG_ABANDON: "abandoned",
            ev.LOG_TURNED_AWAY: "turned_away", ev.LOG_RETRY: "retries", ev.LOG_QUEUE: "waited",
            ev.LOG_CALL_BACK: "waited",
        }.get(row.kind)  # fmt: skip
        if name and not (row.kind == ev.LOG_START and row.cause):  # the call-back reached nobody
            t[name] += 1
        t["called_back"] += row.kind == ev.LOG_CALL_BACK
        if row.kind == ev.LOG_END:
            t["unreached" if number in self.unreached else "served"] += 1
            t["failures"] += row.cause
            t["service"] += int(row.value)
        if row.kind in {ev.LOG_START, ev.LOG_ABANDON, ev.LOG_TURNED_AWAY}:
            self._wait(row, t, column)

    def _wait(self, row, t, column):
        wait = int(row.value)
        t["wait_all"] += wait
        if row.kind == ev.LOG_START and not row.cause:
            slot = self.plan.touchpoints[row.touchpoint]["levers"] + pl.TOUCH_ANSWER_WITHIN
            t["wait_served"] += wait
            t["within"] += wait <= self.plan.levers[slot, min(column, self.plan.segments.size - 1)]
        elif row.kind == ev.LOG_ABANDON:
            t["wait_abandoned"] += wait
        if row.time >= 0:
            place = 0 if wait == 0 else int(np.searchsorted(EDGES[:-1], wait, side="right"))
            self.tallies.waits[row.touchpoint, column, place] += 1

    def _life(self, row, period, segment):
        t = self.tallies.firm[period, row.firm, segment]
        if row.kind == ev.LOG_NEED:
            t["needs"] += 1
            self.contact[row.customer] = row.cause
        elif row.kind == ev.LOG_DONE:
            self.outcome[row.customer] = row.cause
        elif row.kind == ev.LOG_EPISODE:
            self._judged(row, t, segment)
        elif row.kind == ev.LOG_JOINED:
            t["joined"] += 1
            t["won_by_talk"] += row.value > 0
        elif row.kind == ev.LOG_LEFT:
            self.tallies.left[period, row.firm, segment, row.cause] += 1
        elif row.kind == ev.LOG_NOTICE:
            t["notices"] += 1
        elif row.kind == ev.LOG_TOLD:
            t["told_good" if row.cause else "told_bad"] += 1

    def _judged(self, row, t, segment):
        t["episodes"] += 1
        t["solved" if self.outcome[row.customer] == ev.SOLVED else "unsolved"] += 1
        t["failed"] += row.cause
        t["satisfaction"] += row.value
        t["satisfied"] += row.value >= -0.1  # the cut-point of the ledger
        if self.plan.contacts[self.contact[row.customer]]["paid"] and self.outcome[row.customer] == ev.SOLVED:
            levers, base = self.plan.levers, self.plan.firms[row.firm]["levers"]
            pays = levers[self.plan.market[0]["segment_levers"] + pl.SEGMENT_PAYS, segment]
            t["purchases"] += 1
            t["revenue"] += levers[base + pl.FIRM_PRICE, segment] * pays
            t["variable_cost"] += levers[base + pl.FIRM_VARIABLE_COST, segment]
