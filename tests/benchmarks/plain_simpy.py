"""The same queue as idiomatic SimPy: what a modeller would write today without cxsim."""

import random

import simpy


def run(calls, seed):
    """Simulate M/M/10+M until `calls` have come; returns (mean wait of all, share abandoned), minutes."""
    luck = random.Random(seed)
    env = simpy.Environment()
    agents = simpy.Resource(env, capacity=10)
    waits, abandoned = [], 0

    def call():
        nonlocal abandoned
        began = env.now
        with agents.request() as request:
            served = yield request | env.timeout(luck.expovariate(1 / 8))
            waits.append(env.now - began)
            if request in served:
                yield env.timeout(luck.expovariate(1 / 5))
            else:
                abandoned += 1

    def arrivals():
        for _ in range(calls):
            yield env.timeout(luck.expovariate(1.9))
            env.process(call())

    env.process(arrivals())
    env.run()
    return sum(waits) / calls, abandoned / calls
