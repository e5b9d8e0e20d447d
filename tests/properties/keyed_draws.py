"""The three promises of keyed draws, as functions that count broken ones, for any engine.

Started as a script it counts them for the engine without compiler, first with keyed draws, then with one sequential
generator planted in their place.
"""

import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from cxsim.model import events as ev
from cxsim.model.state import State
from tests.properties.worlds import FREE, NEVER_TAKEN, SEED, TOWN, is_of, of_somebody, scenario


def without(log, person):
    """Return the rows that are not a person's own."""
    return log[~of_somebody(log) | (log["customer"] != person)]


def differing(a, b):
    """Count rows in which two logs differ, missing ones included."""
    n = min(a.size, b.size)
    return int((a[:n] != b[:n]).sum()) + abs(a.size - b.size)


def newcomer_alone(run, customers=40, replication=0, **given):
    """(a) Unlimited staff, talk off, one more person: differing rows of all others, rows compared, own rows."""
    few, more = (
        run(scenario(FREE, customers=n, **given).plan(), SEED, replication, log=True).log
        for n in (customers, customers + 1)
    )
    return differing(few, without(more, customers)), few.size, more.size - few.size


def first_effect(log, plan, newcomer, known):
    """Return when a newcomer first touches what others share: a staffed touchpoint, or a tie.

    A tie of the newcomer changes whom his friends tell, too: their first story counts as well.
    """
    staffed = (log["touchpoint"] >= 0) & (plan.touchpoints["staffed"][log["touchpoint"]] == 1)
    own = of_somebody(log) & (log["customer"] == newcomer)
    at_desk = own & staffed & is_of(log, ev.LOG_ARRIVE)
    told = is_of(log, ev.LOG_TOLD) & (np.isin(log["customer"], [newcomer, *known]) | (log["other"] == newcomer))
    times = log["time"][at_desk | told]
    return int(times.min()) if times.size else int(plan.clock[0]["horizon"])


def newcomer_in_town(run, customers=60, replication=0, text=TOWN, **given):
    """(b) Limited staff, talk: differing rows before the newcomer's first effect, rows before it, differing in all."""
    plans = [scenario(text, customers=n, **given).plan() for n in (customers, customers + 1)]
    few, more = (run(plan, SEED, replication, log=True) for plan in plans)
    ties = more.state
    known = ties.tie_other[ties.tie_first[customers] : ties.tie_first[customers + 1]]
    until = min(first_effect(world.log, plans[1], customers, known) for world in (few, more))
    others = without(more.log, customers)
    before = [log[log["time"] < until] for log in (few.log, others)]
    return differing(*before), before[0].size, differing(few.log, others)


def null_policy(run, customers=60, replication=0):
    """(c) A policy that changes nothing: differing rows, differing tallies, and call-backs that were offered."""
    world = scenario(customers=customers, call_back=NEVER_TAKEN, null="line.call_back.after: 0 s")
    one, other = (run(world.plan(policy), SEED, replication, log=True) for policy in ("as-is", "null"))
    logs = [outcome.log[of_somebody(outcome.log)] for outcome in (one, other)]
    tallies = ("touch", "waits", "areas", "firm", "left", "base")
    places = [State._fields.index(name) for name in tallies]
    changed = sum(one.state[k].tobytes() != other.state[k].tobytes() for k in places)
    return differing(*logs), changed, int(is_of(logs[0], ev.LOG_QUEUE).sum())


def broken(run, customers=60):
    """Return the three counts of what should not differ: (a) rows, (b) rows, (c) rows and tallies."""
    a, _, _ = newcomer_alone(run, customers)
    b, _, _ = newcomer_in_town(run, customers)
    rows, tallies, _ = null_policy(run, customers)
    return {"newcomer alone": a, "newcomer in town": b, "null policy": rows + tallies}


class Sequential:
    """One stream of luck for everybody: what keyed draws are there to replace."""

    def __init__(self):
        self.generator = np.random.default_rng(SEED)

    def restart(self, seed, replication):
        self.generator = np.random.default_rng([seed, replication])

    def __call__(self, _key, _entity, _decision, _ordinal):
        return float(self.generator.random())


def restarted(run, stream):
    """Return an engine that starts a stream anew for each run."""

    def runs(plan, seed, replication, *, log=False):
        stream.restart(seed, replication)
        return run(plan, seed, replication, log=log)

    return runs


def planted(run, stream):
    """Put a stream in the place of keyed draws in all modules of the compiled engine; ties stay as they are."""
    from cxsim.model.draws import draw

    for name, module in list(sys.modules.items()):
        if name.startswith("cxsim.engines") and getattr(module, "draw", None) is draw:
            module.draw = stream
    return restarted(run, stream)


def main():
    """Print the counts with keyed draws and with a planted stream, in a process without compiler."""
    from cxsim.engines.compiled import run

    keyed = broken(run, customers=20)
    sequential = broken(planted(run, Sequential()), customers=20)
    sys.stdout.write(json.dumps({"keyed": keyed, "sequential": sequential}))


if __name__ == "__main__":
    main()
