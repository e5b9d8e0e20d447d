"""Tallies counted again from a log, row by row, without any code of the engines."""

import numpy as np

from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model import state as st
from cxsim.model.tallies import wait_bin_edges
from tests.properties.replay import Row, class_of

EDGES = wait_bin_edges()
NAMED = {ev.LOG_FAILURE: "failures", ev.LOG_SPARED: "spared", ev.LOG_FOLLOWED_UP: "followed"}


def numbers(plan, state, log, stands_for):
    """Return the rows with their period and the column of their customer."""
    period = np.searchsorted(plan.period_ends, log["time"], side="right")
    column = class_of(plan, state, [stands_for.get(customer, customer) for customer in log["customer"].tolist()])
    return list(zip(map(Row._make, log.tolist()), period.tolist(), column.tolist(), strict=True))


class Recount:
    """Counts of visits, episodes and leavings.

    Attributes
    ----------
    tallies : Tallies
        In the shapes of the state's own.
    stands_for : dict
        Of each stand-in: the person in whose column it counts.
    """

    def __init__(self, plan, state):
        self.plan, self.state, self.stands_for = plan, state, {}
        n_periods, n_touchpoints, classes = state.touch.shape
        self.tallies = st.empty_tallies(n_periods, n_touchpoints, plan.firms.size, plan.segments.size, classes)
        self.outcome, self.contact, self.again = {}, {}, {}
        self.ended = {}  # of each person: the end of a journey that is not settled, or the answer to a complaint
        self.complained, self.approved = {}, set()
        self.firm, self.first_firm, self.noticed, self.could_leave = {}, {}, set(), {}

    def firm_of(self, person):
        """Return the firm that a person is with; at first that of which he or she is later seen to leave."""
        return self.firm.get(person, self.first_firm.get(person, int(self.state.cold["firm"][person])))

    def count(self, log):
        """Go through all rows; a call-back that was not answered shows at the end of its journey."""
        rows = numbers(self.plan, self.state, log, self.stands_for)
        for row, _, _ in reversed(rows):
            if row.kind in {ev.LOG_JOINED, ev.LOG_LEFT}:
                self.first_firm[row.customer] = row.firm if row.kind == ev.LOG_LEFT else -1
        self._months()
        self.unreached = self._unreached(log)
        for number, (row, period, column) in enumerate(rows):
            if row.touchpoint >= 0 and row.kind not in {ev.LOG_SHIFT, ev.LOG_FAILURE, ev.LOG_SPARED}:
                self._visit(row, self.tallies.touch[period, row.touchpoint, column], number, column)
                if row.kind == ev.LOG_START and not self.plan.touchpoints[row.touchpoint]["in_person"]:
                    self._date(row, period, column)
                elif row.kind == ev.LOG_ARRIVE:
                    self._asked(row, period, column)
            elif row.kind not in {ev.LOG_SHIFT, ev.LOG_LEVER, ev.LOG_ATTENTION} and not row.customer >> 48:
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

    def _months(self):
        """Count the hours of training and of fixing, month by month; levers as at the start."""
        plan, levers = self.plan, self.plan.levers[:, 0]
        for at in range(int(plan.clock[0]["start"]) + pl.MONTH, int(plan.clock[0]["horizon"]), pl.MONTH):
            period = np.searchsorted(plan.period_ends, at, side="right")
            for firm, place in enumerate(plan.firms):
                t, wages = self.tallies.firm[period, firm, 0], levers[place["levers"] + pl.FIRM_WAGES]
                for tp in plan.touchpoints[plan.touchpoints["firm"] == firm]:
                    shifts = plan.shifts[tp["first_shift"] : tp["first_shift"] + tp["n_shifts"]]
                    people = levers[shifts["levers"] + pl.SHIFT_STAFF].sum()
                    t["training_cost"] += levers[tp["levers"] + pl.TOUCH_TRAINING] * pl.MONTH / pl.YEAR * people * wages
                t["fixing_cost"] += levers[place["levers"] + pl.FIRM_FIXING] * wages

    def _date(self, row, period, column):
        # A visit or a delivery has a date, where one is promised; a complaint has none.
        place = self.plan.touchpoints[row.touchpoint]
        firm = place["firm"]
        if row.customer >> 48 or row.customer in self.complained:
            return
        if place["channel"] not in pl.DATED_CHANNELS or place["staffed"] == 0:
            return
        promised = self.plan.levers[self.plan.firms[firm]["levers"] + pl.FIRM_PROMISE_VISIT, column]
        if promised >= 0:
            t = self.tallies.firm[period, firm, column]
            t["promises"] += 1
            t["promises_broken"] += row.value > promised

    def _asked(self, row, period, column):
        # A complaint that goes on to the back office waits for approval.
        firm = self.plan.touchpoints[row.touchpoint]["firm"]
        step = self.plan.firms[firm]["approval_step"]
        if row.customer in self.complained and self.plan.steps[step]["touchpoint"] == row.touchpoint and step >= 0:
            self.tallies.firm[period, firm, column]["approvals"] += 1
            self.approved.add(row.customer)

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
            self.contact[row.customer] = self.plan.contacts[row.cause]
            self.again[row.customer] = 0
        elif row.kind == ev.LOG_AGAIN:
            self.again[row.customer] += 1
        elif row.kind == ev.LOG_DONE:
            self.outcome[row.customer] = row.cause
            self.ended[row.customer] = row
            free = row.customer not in self.noticed
            self.could_leave[row.customer] = free and self.firm_of(row.customer) == row.firm
        elif row.kind in {ev.LOG_COMPLAINS, ev.LOG_EPISODE, ev.LOG_ANSWERED}:
            self._settled(row, t, segment)
        elif row.kind in {ev.LOG_JOINED, ev.LOG_LEFT, ev.LOG_NOTICE}:
            self._moved(row, t, period, segment)
        elif row.kind in NAMED:
            t[NAMED[row.kind]] += 1
        elif row.kind == ev.LOG_TOLD:
            t["told_good" if row.cause else "told_bad"] += 1
        elif row.kind == ev.LOG_RATED:
            t["reviews_good" if row.value >= 0 else "reviews_bad"] += 1
            t["rated"] += row.value

    def _moved(self, row, t, period, segment):
        # Who leaves between the end of a journey and its being settled does so without a word; who leaves at the
        # answer to a complaint, about the same matter, has spoken.
        about = self.ended.get(row.customer)
        if row.kind != ev.LOG_JOINED and about is not None and (row.time, row.journey) == (about.time, about.journey):
            t["silent_exits"] += about.kind == ev.LOG_DONE
            t["voiced_exits"] += about.kind == ev.LOG_ANSWERED
        if row.kind == ev.LOG_JOINED:
            self.firm[row.customer] = row.firm
            t["joined"] += 1
            t["won_by_talk"] += row.value > 0
        elif row.kind == ev.LOG_LEFT:
            self.firm[row.customer] = -1
            self.noticed.discard(row.customer)
            self.tallies.left[period, row.firm, segment, row.cause] += 1
        else:
            self.noticed.add(row.customer)
            t["notices"] += 1

    def _settled(self, row, t, segment):
        customer = row.customer
        if row.kind == ev.LOG_COMPLAINS:
            self._judged(row, t, segment, failed=True)
            self.ended[customer] = None
            t["complaints"] += 1
            self.complained[customer] = row.time
        elif row.kind == ev.LOG_EPISODE:
            if self.ended.get(customer) is not None and self.ended[customer].kind == ev.LOG_DONE:
                self._judged(row, t, segment, failed=bool(row.cause & 1))
            self.ended[customer] = None
            t["satisfaction"] += row.value
            # The cut-points and the chance of a response of the ledger.
            chance = min(0.1 + 0.03 * row.value * row.value, 0.9)
            t["response"] += chance
            if row.value >= -0.1:
                t["satisfied"] += 1
                t["satisfied_response"] += chance
            if row.value < -0.35:
                t["poor_response"] += chance
        else:
            self.ended[customer] = row
            t["recovered"] += row.cause
            if row.value >= 0:
                t["answered_complaints"] += 1
                t["answer_time"] += row.time - self.complained[customer]
                self._credit(row, t, segment)
            self.complained.pop(customer)
            self.approved.discard(customer)

    def _credit(self, row, t, segment):
        levers, base = self.plan.levers, self.plan.firms[row.firm]["levers"]
        if int(levers[base + pl.FIRM_STEPS, segment]) & 16:
            credit = levers[base + pl.FIRM_CREDIT, segment]
            if row.customer not in self.approved:
                credit = min(credit, levers[base + pl.FIRM_LIMIT, segment])
            t["credits"] += credit
            t["credited"] += credit > 0

    def _judged(self, row, t, segment, *, failed):
        """Count an episode when its journey ends; who has left the market by then no longer judges it."""
        solved = self.outcome[row.customer] == ev.SOLVED
        contact, again = self.contact[row.customer], self.again[row.customer]
        t["episodes"] += 1
        t["solved" if solved else "unsolved"] += 1
        t["failed"] += failed
        t["hurt"] += failed and self.could_leave[row.customer]
        if contact["because"] != pl.BECAUSE_PURCHASE:
            t["contacts"] += 1 + again
            t["repeats"] += again
            t["first_contact"] += solved and again == 0
        if contact["paid"] and solved:
            levers, base = self.plan.levers, self.plan.firms[row.firm]["levers"]
            pays = levers[self.plan.market[0]["segment_levers"] + pl.SEGMENT_PAYS, segment]
            t["purchases"] += 1
            t["revenue"] += levers[base + pl.FIRM_PRICE, segment] * pays
            t["variable_cost"] += levers[base + pl.FIRM_VARIABLE_COST, segment]
