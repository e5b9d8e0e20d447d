"""Patterns of recovery: the paradox, double deviation, and which justice counts most (C31 to C33).

Every customer of our firm meets his or her first failure in the first month. Arms share all luck, so the same people
complain about the same episode in each, and are compared with themselves.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxsim.checks.patterns import Figure, Pattern, Sums, Values
from cxsim.checks.patterns_worlds import (
    FULL_STEPS,
    MINOR,
    SEVERE,
    Episodes,
    everyday,
    failing,
    first_episodes,
    left_after,
    next_purchase,
    run,
)
from cxsim.model.plan import MONTH

FIRST_FAILS: Final = (
    "  failing: {change: {page.fails: 100 %}, from: month 0, until: month 1, cost: 0}\n"
    "  failing-twice: {change: {page.fails: 100 %}, from: month 0, until: month 2, cost: 0}\n"
    f"  bad-then-good: {{combine: [failing-twice, {{better: {{from: month 1}}}}], cost: 0}}\n"
    f"  good-then-bad: {{combine: [failing-twice, {{better: {{from: month 0, until: month 1}}}}], cost: 0}}\n"
    f"  better: {{change: {{recovery.steps: {FULL_STEPS}}}, from: month 0, until: month 2, cost: 0}}\n"
)
TEXT: Final = everyday(2000, 12, "0 %", lasts="4 months", warm_up="6 months", policies=FIRST_FAILS)
MANY: Final = everyday(5000, 12, "0 %", lasts="2 months", warm_up="6 months", policies=FIRST_FAILS)
NOTHING: Final = "[accept]"  # the least that a firm can do: a worth of .10
CREDIT: Final = {"recovery.credit": "4"}  # about the felt loss of an everyday failure
EASY: Final = {"recovery.ease": "100 %"}
FAILED: Final = 1
COMPLAINED: Final = 2


def recoveries() -> tuple[Pattern, ...]:
    """Return all patterns of this module."""
    return (_paradox(), _double_deviation(), _justice())


def rows_of(wanted: NDArray[np.uint64], episodes: Episodes) -> Episodes:
    """Return the episodes of customers, in the order in which they are wanted; each must be there."""
    return episodes.where(np.isin(episodes.customer, wanted))


def those(*parts: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the customers that are in every part, sorted."""
    found = parts[0]
    for part in parts[1:]:
        found = np.intersect1d(found, part)
    return found


def _bought_again(log: NDArray[np.void], episodes: Episodes) -> NDArray[np.int64]:
    return np.where(next_purchase(log, episodes) == 0, 1, 0)


# C31.


def _paradox() -> Pattern:
    kinds = {"mild": MINOR, "severe": SEVERE}
    steps = {"excellent": FULL_STEPS, "poor": NOTHING}

    def observe(seed: int, replication: int, altered: Values) -> Sums:
        sums: dict[str, float] = {}
        for name, severity in kinds.items():
            # A credit that equals the felt loss of a failure by an employee: weight 1.6 x severity.
            values = {
                **failing(severity, "employee"),
                **EASY,
                "recovery.credit": f"{float(severity) * 8:g}",
                **altered,
            }
            logs = {"none": run(TEXT, values, seed, replication, log=True).log}
            for arm, taken in steps.items():
                more = {**values, "recovery.steps": taken}
                logs[arm] = run(TEXT, more, seed, replication, policy="failing", log=True).log
            firsts = {arm: first_episodes(log) for arm, log in logs.items()}
            early = {arm: e.where(e.time < MONTH) for arm, e in firsts.items()}
            spoke = early["poor"].where((early["poor"].code & COMPLAINED) > 0).customer
            people = those(spoke, early["none"].customer, early["excellent"].customer)
            for arm, log in logs.items():
                e = rows_of(people, early[arm])
                sums[f"{name} {arm} satisfaction"] = float(e.satisfaction.sum())
                sums[f"{name} {arm} again"] = float(_bought_again(log, e).sum())
            sums[f"{name} people"] = float(people.size)
        return sums

    def gap(name: str, what: str, high: str, low: str) -> Callable[[Sums], float]:
        return lambda s: (s[f"{name} {high} {what}"] - s[f"{name} {low} {what}"]) / s[f"{name} people"]

    def above(name: str, read: Callable[[Sums], float], *, key: bool = False) -> Figure:
        return Figure(name, "above 0", 0.0, math.inf, read, key=key)

    return Pattern(
        id="C31",
        fact="recovery paradox: at most in satisfaction, after a mild first failure; never in staying",
        source="de Matos, Henrique and Rossi (2007); Maxham and Netemeyer (2002)",
        kind="Q",
        figures=(
            above(
                "mild: satisfaction, excellent recovery less no failure",
                gap("mild", "satisfaction", "excellent", "none"),
                key=True,
            ),
            above(
                "severe: satisfaction, no failure less excellent recovery",
                gap("severe", "satisfaction", "none", "excellent"),
            ),
            above("mild: buys again, no failure less excellent recovery", gap("mild", "again", "none", "excellent")),
            above(
                "severe: buys again, no failure less excellent recovery", gap("severe", "again", "none", "excellent")
            ),
            above("mild: buys again, excellent less poor recovery", gap("mild", "again", "excellent", "poor")),
        ),
        observe=observe,
        ablation={"switches.delighting": "off"},
        mechanism="delighting",
    )


# C32.


def _silent(seed: int, replication: int, altered: Values) -> dict[str, float]:
    # The same people with the same failure: once nobody can speak, once who speaks gets nothing.
    values = {**EASY, **CREDIT, "recovery.steps": NOTHING, **altered}
    spoke = first_episodes(run(TEXT, values, seed, replication, policy="failing", log=True).log)
    spoke = spoke.where(((spoke.code & COMPLAINED) > 0) & (spoke.time < MONTH))
    values = {**values, "switches.complaining": "off"}
    quiet = first_episodes(run(TEXT, values, seed, replication, policy="failing", log=True).log)
    people = those(spoke.customer, quiet.customer)
    return {
        "voiced": float(rows_of(people, spoke).satisfaction.sum()),
        "silent": float(rows_of(people, quiet).satisfaction.sum()),
        "people": float(people.size),
    }


def _twice(seed: int, replication: int, altered: Values) -> dict[str, float]:
    # Two failures, one in each month, each complained about; what is thought of the firm after two months.
    values = {**EASY, **CREDIT, **failing("1"), **altered}
    thought, last, people = {}, {}, []
    for arm in ("bad-then-good", "good-then-bad"):
        ran = run(MANY, {**values, "recovery.steps": NOTHING}, seed, replication, policy=arm, log=True)
        one, two = first_episodes(ran.log), first_episodes(ran.log, MONTH)
        one = one.where(((one.code & COMPLAINED) > 0) & (one.time < MONTH))
        two = two.where((two.code & COMPLAINED) > 0)
        people.append(those(one.customer, two.customer))
        thought[arm] = ran.evidence.minds("satisfaction")
        last[arm] = two
    both = those(*people)
    sums = {arm: float(c[both.astype(np.int64)].sum()) for arm, c in thought.items()}
    sums |= {f"{arm}, episode": float(rows_of(both, e).satisfaction.sum()) for arm, e in last.items()}
    return sums | {"twice": float(both.size)}


def _second(seed: int, replication: int, altered: Values) -> dict[str, float]:
    # A mild failure after one that was made good; against the same second episode without a failure.
    values = {
        **EASY,
        **failing(MINOR, "employee"),
        "recovery.credit": f"{float(MINOR) * 8:g}",
        "recovery.steps": FULL_STEPS,
        **altered,
    }
    logs = {arm: run(MANY, values, seed, replication, policy=arm, log=True).log for arm in ("failing-twice", "failing")}
    one = first_episodes(logs["failing"])
    healed = one.where((one.time < MONTH) & ((one.code & COMPLAINED) > 0)).customer
    again = {arm: first_episodes(log, MONTH) for arm, log in logs.items()}
    again = {arm: e.where(e.time < 2 * MONTH) for arm, e in again.items()}
    spoke = again["failing-twice"].where((again["failing-twice"].code & COMPLAINED) > 0).customer
    people = those(healed, spoke, again["failing"].customer)
    return {
        "second failed": float(rows_of(people, again["failing-twice"]).satisfaction.sum()),
        "second good": float(rows_of(people, again["failing"]).satisfaction.sum()),
        "second people": float(people.size),
    }


def _deviations(seed: int, replication: int, altered: Values) -> Sums:
    parts = (_silent, _twice, _second)
    return {name: value for part in parts for name, value in part(seed, replication, altered).items()}


def _double_deviation() -> Pattern:
    return Pattern(
        id="C32",
        fact="double deviation: a failed answer is worse than none, the order of answers counts, no second paradox",
        source="Bitner, Booms and Tetreault (1990); Maxham and Netemeyer (2002); customer-rage surveys",
        kind="Q",
        figures=(
            Figure(
                "satisfaction, silent less failed recovery",
                "above 0",
                0.0,
                math.inf,
                lambda s: (s["silent"] - s["voiced"]) / s["people"],
                key=True,
            ),
            Figure(
                "satisfaction with the second episode, bad then good less good then bad",
                "above 0",
                0.0,
                math.inf,
                lambda s: (s["bad-then-good, episode"] - s["good-then-bad, episode"]) / s["twice"],
            ),
            Figure(
                "satisfaction with the firm, bad then good less good then bad",
                "above 0",
                0.0,
                math.inf,
                lambda s: (s["bad-then-good"] - s["good-then-bad"]) / s["twice"],
            ),
            Figure(
                "second mild failure: satisfaction, no failure less excellent recovery",
                "above 0",
                0.0,
                math.inf,
                lambda s: (s["second good"] - s["second failed"]) / s["second people"],
            ),
        ),
        observe=_deviations,
        ablation={"switches.deviating": "off"},
        mechanism="deviating",
    )


# C33.

OUTCOME: Final = ("credit",)
TREATMENT: Final = ("apologize", "accept", "explain")
PROCEDURE: Final = ("fix", "follow-up")
FACTORS: Final = ("outcome", "treatment", "procedure")


def _justice() -> Pattern:
    arms = list(itertools.product((0, 1), repeat=len(FACTORS)))

    def name(arm: tuple[int, ...]) -> str:
        return "".join(str(level) for level in arm)

    def steps(arm: tuple[int, ...]) -> str:
        parts = zip(arm, (OUTCOME, TREATMENT, PROCEDURE), strict=True)
        taken = [step for level, part in parts if level for step in part]
        # Asking belongs to no factor; without any step a firm would answer as firms do on average.
        return f"[{', '.join(taken or ['ask'])}]"

    def observe(seed: int, replication: int, altered: Values) -> Sums:
        sums: dict[str, float] = {}
        for arm in arms:
            values = {**EASY, **CREDIT, "recovery.steps": steps(arm), **altered}
            log = run(TEXT, values, seed, replication, policy="failing", log=True).log
            e = first_episodes(log)
            e = e.where((e.time < MONTH) & ((e.code & COMPLAINED) > 0))
            sums[f"{name(arm)} satisfaction"] = float(e.satisfaction.sum())
            sums[f"{name(arm)} stays"] = float(np.count_nonzero(~left_after(log, e)))
            sums[f"{name(arm)} people"] = float(e.customer.size)
        return sums

    def effect(what: str, factor: int) -> Callable[[Sums], float]:
        def read(s: Sums) -> float:
            means = [(2 * arm[factor] - 1) * s[f"{name(arm)} {what}"] / s[f"{name(arm)} people"] for arm in arms]
            return 2.0 * sum(means) / len(arms)

        return read

    def ahead(what: str, first: int, second: int) -> Callable[[Sums], float]:
        return lambda s: effect(what, first)(s) - effect(what, second)(s)

    def above(label: str, read: Callable[[Sums], float]) -> Figure:
        return Figure(label, "above 0", 0.0, math.inf, read, key=True)

    return Pattern(
        id="C33",
        fact="justice: for satisfaction outcome, then treatment, then procedure; for staying treatment first",
        source="meta-analysis of 60 studies of complaint handling; Tax, Brown and Chandrashekaran (1998)",
        kind="Q",
        figures=(
            above("satisfaction, effect of outcome less treatment", ahead("satisfaction", 0, 1)),
            above("satisfaction, effect of treatment less procedure", ahead("satisfaction", 1, 2)),
            above("satisfaction, effect of procedure", effect("satisfaction", 2)),
            above("staying, effect of treatment less outcome", ahead("stays", 1, 0)),
            above("staying, effect of treatment less procedure", ahead("stays", 1, 2)),
        ),
        observe=observe,
        ablation={"switches.recovering": "off"},
        mechanism="recovering",
    )
