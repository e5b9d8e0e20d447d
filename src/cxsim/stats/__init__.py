"""Arrays in, numbers out: intervals, paired differences, survival, queueing oracles.

Nothing here knows a scenario, an engine or a table; only numpy and scipy are used.
"""
