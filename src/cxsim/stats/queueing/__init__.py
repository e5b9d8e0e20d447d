"""Exact results of queues, as oracles for the engines.

Rates are per unit of time and mean times in that unit (contacts per minute, minutes); *server* is the term of this
field for an agent. :mod:`~cxsim.stats.queueing.delay` holds queues that nobody leaves,
:mod:`~cxsim.stats.queueing.abandonment` Erlang A, :mod:`~cxsim.stats.queueing.networks` several stations.
"""

from cxsim.stats.queueing.abandonment import (
    ErlangA,
    PiecewiseErlangA,
    erlang_a,
    erlang_a_service_level,
    erlang_a_wait_tail,
    piecewise_erlang_a,
)
from cxsim.stats.queueing.delay import (
    Queue,
    cobham,
    erlang_b,
    erlang_c,
    kella_yechiali,
    mmc,
    mmc_wait_tail,
    pollaczek_khinchine,
    preemptive_resume,
)
from cxsim.stats.queueing.networks import JacksonNetwork, jackson, mg_infinity_mean, mg_infinity_probability

__all__ = [
    "ErlangA",
    "JacksonNetwork",
    "PiecewiseErlangA",
    "Queue",
    "cobham",
    "erlang_a",
    "erlang_a_service_level",
    "erlang_a_wait_tail",
    "erlang_b",
    "erlang_c",
    "jackson",
    "kella_yechiali",
    "mg_infinity_mean",
    "mg_infinity_probability",
    "mmc",
    "mmc_wait_tail",
    "piecewise_erlang_a",
    "pollaczek_khinchine",
    "preemptive_resume",
]
