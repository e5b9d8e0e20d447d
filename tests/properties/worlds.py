"""Small worlds as texts, and runs of them. Imported by the tests, and by scripts that the tests start."""

import functools
import importlib

import numpy as np
import pytest

from cxsim.model import events as ev

COMPILED, REFERENCE = "cxsim.engines.compiled", "cxsim.engines.reference"
# The two engines give the same bytes (tests/parity); what holds for one holds for the other, and is tried on both in
# the slow suite.
ENGINES = (COMPILED, pytest.param(REFERENCE, marks=pytest.mark.slow))

SEED = 20260201

# Everything at once: two segments, two firms, people and callers, priorities, shifts, closing, announcements,
# call-back, calling again, transfers, failures, talk, promises, complaints, approvals, training, fixing, follow-ups.
# Time 0 is a Thursday noon; ten days of warm-up.
TOWN = """
format: 1
our_firm: Corner
starts: 2025-01-02 12:00
lasts: {lasts}
warm_up: {warm_up}
currency: EUR
runs: {{replications: 4, seed: 7}}
market:
  customers: {customers}
  setting: {setting}
  switching: {{notice: 5 d, cost: 20}}
  talk_to: {{friends: 4, acquaintances: 6}}
  leaves_anyway: 20 % a year
  segments:
    patient: {{share: 60 %, patience: "weibull 9 min, shape 1.5"}}
    hurried: {{share: 40 %, patience: 3 min, price_weight: 0.8, pays: 120 % of price}}
firms:
  Corner:
    share: 40 %
    price: 14 {per}
    variable_cost: 8 {per}
    wages: 16 an hour
    quality: 0.3
    promises: {{visit: 1 d, experience: 0.2}}
    recovery: {{steps: [apologize, explain, fix, credit, ask, follow-up], credit: 8, without_approval: 5, ease: 80 %}}
    process: {{fixing: 30 h a month, looks_at: all failures}}
    follow_up: 20 %
    contacts:
      mending: {{happens: 15 a year, because: failure, journey: [van]}}
      shopping: {{happens: {shopping} a year, because: purchase, journey: [door, till],
                  when: {{"Mon-Fri 08:00-18:00": 1, "Sat 09:00-14:00": 3}}}}
      asking: {{happens: {asking} a year, because: question, journey: [line], priority: {priority}}}
      noticing: {{happens: 6 a year, because: question, journey: []}}
    arrivals:
      passers: {{rate: {{Mon-Sat: {{from: 08:00, every: 3 h, an_hour: [4, 6, 3]}}}}, journey: [line], patience: 4 min,
                 priority: 2, day_variation: 30 %, retries: {{share: 40 %, after: 20 min}}}}
    touchpoints:
      door: {{channel: self-service, takes: 1 min, hours: "Mon-Sat 08:00-18:00", sends_back: 5 %}}
      till:
        channel: store
        hours: "Mon-Fri 09:00-18:00, Sat 09:00-14:00"
        shifts:
          always: {{when: "Mon-Fri 09:00-18:00, Sat 09:00-14:00", staff: 1}}
          busy: {{when: "Mon-Fri 12:00-15:00", staff: 1}}
        takes: 30 min
        fails: 10 %
        goes_to: {{desk: 10 %}}
        training: 40 h a year
      line:
        channel: phone
        staff: {staff}
        hours: "{hours}"
        takes: {takes}
        solves: 70 %
        announces: {announces}
        call_back: {call_back}
        retries: {{share: 50 %, after: 30 min}}
        goes_to: {{desk: 10 %}}
      desk: {{channel: back office, staff: 1, hours: "Mon-Fri 10:00-16:00", takes: 40 min, solves: 90 %}}
      van: {{channel: field visit, staff: 1, hours: "Mon-Fri 08:00-16:00", takes: 90 min, solves: 80 %}}
      complaints: {{channel: complaint desk, staff: 1, hours: "Mon-Fri 10:00-14:00", takes: 20 min}}
  Chain:
    share: 50 %
    price: 12 {per}
    contacts: {{shopping: {{happens: {shopping} a year, because: purchase, journey: [till],
                            when: {{"Mon-Sat 08:00-18:00": 1}}}}}}
    touchpoints: {{till: {{channel: store, staff: 2, hours: "Mon-Sat 08:00-18:00", takes: 50 min, fails: 5 %}}}}
switches: {{{switches}}}
policies:
  hire: {{from: day 1, until: day 9, change: {{till.shifts.always.staff: 1 more, line.takes: 20 % less}}, cost: 100}}
  early: {{from: day 2, change: {{till.hours: "Mon-Sat 08:00-18:00", asking.priority: 0}}, cost: 0}}
  null: {{from: day 1, change: {{{null}}}, cost: 100}}
"""

# Nobody shares an agent: no staff. Whoever waits does so for opening hours; only talk connects people.
FREE = """
format: 1
our_firm: Corner
starts: 2025-01-02 12:00
lasts: {lasts}
warm_up: 5 d
currency: EUR
market:
  customers: {customers}
  setting: {setting}
  switching: {{notice: 5 d, cost: 20}}
  talk_to: {{friends: 4, acquaintances: 6}}
  leaves_anyway: 30 % a year
  segments: {{patient: {{share: 60 %}}, hurried: {{share: 40 %, price_weight: 0.8}}}}
firms:
  Corner:
    share: 40 %
    price: 14 {per}
    quality: 0.3
    contacts:
      shopping: {{happens: 150 a year, because: purchase, journey: [door, till], when: {{"Mon-Sat 08:00-18:00": 1}}}}
      asking: {{happens: 60 a year, because: question, journey: [line]}}
    arrivals: {{passers: {{rate: 10 a day, journey: [line, till], day_variation: 30 %}}}}
    touchpoints:
      door: {{channel: web, takes: 1 min, hours: "Mon-Sat 08:00-18:00", sends_back: 5 %}}
      till: {{channel: self-service, takes: 30 min, fails: 10 %, goes_to: {{line: 10 %}}}}
      line: {{channel: voice menu, takes: 9 min, solves: 70 %}}
  Chain:
    share: 50 %
    price: 12 {per}
    contacts: {{shopping: {{happens: 150 a year, because: purchase, journey: [till]}}}}
    touchpoints: {{till: {{channel: self-service, takes: 50 min, fails: 20 %}}}}
switches: {{talk: {talk}}}
"""

# As it is, no call-back is ever offered; the null policy offers one to everybody who waits, and nobody accepts.
# An engine whose luck is one stream draws more often then, although nothing happens that did not happen before.
NEVER_TAKEN = "{after: 40 d, accepted: 0 %, answered: 90 %}"
OFTEN_TAKEN = "{after: 15 min, accepted: 40 %, answered: 90 %}"

USUAL = {
    "customers": 60,
    "lasts": "12 d",
    "warm_up": "3 d",
    "setting": "noncontractual",
    "shopping": 150,
    "asking": 60,
    "priority": 1,
    "staff": 1,
    "hours": "Mon-Sat 09:00-17:00",
    "takes": "9 min",
    "announces": "wait",
    "call_back": OFTEN_TAKEN,
    "switches": "",
    "talk": "off",
    "null": "till.shifts.always.staff: 1",
}


@functools.cache
def _loaded(text):
    from cxsim.scenario import loads

    return loads(text, "town.yaml")


def scenario(text=TOWN, **given):
    """Load a world, with some of its values written otherwise."""
    values = USUAL | given
    values["per"] = "a visit" if values["setting"] == "noncontractual" else "a month"
    return _loaded(text.format(**values))


def run_of(engine):
    """Return the function that runs a plan."""
    return importlib.import_module(engine).run


def is_of(log, *kinds):
    """Mark the rows of some kinds."""
    return np.isin(log["kind"], kinds)


def of_somebody(log):
    """Mark rows that a customer brought about, rather than a lever or a shift."""
    return ~is_of(log, ev.LOG_SHIFT, ev.LOG_LEVER)
