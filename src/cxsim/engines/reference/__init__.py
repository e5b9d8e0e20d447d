"""The reference engine: the model as SimPy processes, written to be read.

It is the specification of what the compiled engine does: the same rules, the same draws, the same order of events, and
so the same log, byte for byte. SimPy serves as clock and calendar. Its own processes, resources and conditions are not
used, because they add urgent and hidden events that would change who is served first at one instant; customers are
plain generators instead, which sleep on an event of the calendar or until somebody wakes them.

    world.py    the calendar, the log, the counts, and what everything can look up
    desk.py     a touchpoint: its line, its agents, its hours and shifts
    journey.py  a customer's way through touchpoints, from the need to its end
    person.py   a person of the market: needs, choice, judgement, leaving
    talk.py     who tells whom, and what it does to the listener
    callers.py  anonymous callers of open sources and traces
    export.py   the live world as the record arrays of `cxsim.model.state`
"""

from cxsim.engines.reference.run import run

__all__ = ["run"]
