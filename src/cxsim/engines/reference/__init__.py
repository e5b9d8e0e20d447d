"""The reference engine: the model as SimPy processes, written to be read.

It is the specification of what the compiled engine does: the same rules, the same draws, the same order of events, and
so the same log, byte for byte. SimPy serves as clock and calendar. Its own processes, resources and conditions are not
used, because they add urgent and hidden events that would change who is served first at one instant; customers are
plain generators instead, which sleep on an event of the calendar or until somebody wakes them.

    world.py         the calendar, the log, the counts, and what everything can look up
    desk.py          a touchpoint: its line, its agents, its hours and shifts
    customer.py      somebody on a journey: a person of the market, or an anonymous caller
    journey.py       a customer's way through touchpoints, from the need to its end
    person.py        a person of the market: the needs, one after another
    mind.py          what a person believes about each firm, and remembers of the open journey
    moment.py        what a visit was like: luck, skill, waiting, promises, failures
    aftermath.py     how a journey ends: silence, voice or exit, and what remains
    judgement.py     the whole journey against what was expected; learning; counting
    recovery.py      the complaint, its answer, following up
    talk.py          who tells whom, what it does to the listener, what is rated in public
    choice.py        which firms are considered, and which one is chosen
    relationship.py  joining, paying, giving notice, leaving
    organisation.py  what a firm learns: training, causes that are fixed, its reputation
    callers.py       anonymous callers of open sources and traces
    period.py        what is noted at time 0 and at the end of every period
    export.py        the live world as the record arrays of `cxsim.model.state`
"""

from cxsim.engines.reference.run import run

__all__ = ["run"]
