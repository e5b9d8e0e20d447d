"""Patterns of failures: who leaves, who speaks, what an answer and its delay are worth (C2 to C5, C18)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from cxsim.checks.patterns import Figure, Pattern, Sums, Values
from cxsim.checks.patterns_worlds import FULL_STEPS, MINOR, SEVERE, everyday, failing, of_all, run
from cxsim.model import events as ev
from cxsim.model.plan import DAY

# Purchases every three months, one in twenty fails: a problem in five years of four purchases each. [A]
TEXT: Final = everyday(1000, 4, "5 %", lasts="24 months", warm_up="12 months")
EASY: Final = of_all("recovery.ease", "100 %")
SEVERITIES: Final = {"minor": MINOR, "severe": SEVERE}
PRICE: Final = 10.0
WEIGHT: Final = 1.875  # of a failure by design of severity 1: 1 + .5 x .95 + .5 x .8
HALF: Final = 0.5  # payments that a failure of weight 1 is felt to cost

# TARP: share who would buy again, by how the problem ended.
STAY: Final = {
    "minor": {"silent": 0.37, "unsatisfied": 0.46, "satisfied": 0.70, "satisfied quickly": 0.95},
    "severe": {"silent": 0.09, "unsatisfied": 0.19, "satisfied": 0.54, "satisfied quickly": 0.82},
}
OUTCOMES: Final = ("silent", "unsatisfied", "satisfied", "satisfied quickly")
SLOW_DAYS: Final = 14

# Approvals: exponential handling by one person, mean 2 days; people of a market that complains now and then.
CROWDS: Final = (400, 600, 800)
MU: Final = 0.5
KAPPA: Final = 0.05
GRACE: Final = 1.0

TARP: Final = "TARP (1979, 1986), as retold in trade sources"


def failures() -> tuple[Pattern, ...]:
    """Return all patterns of this module."""
    return (_silent_exit(), _iceberg(), _stay_table(), _slow(), _approval())


def credit_for(severity: str) -> str:
    """Return the credit that makes up for a failure by design: its felt loss in money."""
    return f"{float(severity) * WEIGHT * HALF * PRICE:g}"


def full_recovery(severity: str) -> dict[str, str]:
    """Return all steps of the protocol at every firm, with a credit that equals the loss."""
    return {**of_all("recovery.steps", FULL_STEPS), **of_all("recovery.credit", credit_for(severity))}


@lru_cache(maxsize=1024)
def _counted(text: str, values: tuple[tuple[str, str], ...], seed: int, replication: int) -> Mapping[str, float]:
    evidence = run(text, dict(values), seed, replication).evidence
    names = ("hurt", "complaints", "silent_exits", "voiced_exits", "answered_complaints")
    return {name: sum(evidence.firm(name, firm) for firm in range(4)) for name in names}


def counted(values: Values, seed: int, replication: int) -> Mapping[str, float]:
    """Return tallies of all firms of the everyday market: hurt, complaints, exits, answers."""
    return _counted(TEXT, tuple(values.items()), seed, replication)


# C2, C3: who leaves, who speaks.


def _silent_exit() -> Pattern:
    def observe(seed: int, replication: int, altered: Values) -> Sums:
        sums: dict[str, float] = {}
        for name, severity in SEVERITIES.items():
            c = counted({**failing(severity), **altered}, seed, replication)
            sums[f"{name} silent"] = c["hurt"] - c["complaints"]
            sums[f"{name} left"] = c["silent_exits"]
        return sums

    def share(name: str) -> Callable[[Sums], float]:
        return lambda s: s[f"{name} left"] / s[f"{name} silent"]

    return Pattern(
        id="C2",
        fact="silent exit: who has a severe problem and says nothing leaves",
        source=TARP,
        kind="N",
        figures=(
            Figure("of the silent, left after a severe problem", ".91", 0.85, 0.96, share("severe"), key=True),
            Figure("of the silent, left after a minor problem", ".63", 0.55, 0.70, share("minor"), key=True),
        ),
        observe=observe,
        ablation={"switches.exit_after_failure": "off"},
        mechanism="exit_after_failure",
    )


def _iceberg() -> Pattern:
    def observe(seed: int, replication: int, altered: Values) -> Sums:
        sums: dict[str, float] = {}
        arms = {"everyday": {}, "easy": EASY, "severe": failing(SEVERE)}
        for name, values in arms.items():
            c = counted({**values, **altered}, seed, replication)
            sums[f"{name} hurt"] = c["hurt"]
            sums[f"{name} voiced"] = c["complaints"]
        return sums

    def share(name: str) -> Callable[[Sums], float]:
        return lambda s: s[f"{name} voiced"] / s[f"{name} hurt"]

    everyday_, easy = share("everyday"), share("easy")
    return Pattern(
        id="C3",
        fact="iceberg: one problem in 26 is voiced; severe ones often; an easy way to speak raises it",
        source="TARP; consumer-affairs and customer-rage surveys",
        kind="N",
        figures=(
            Figure("everyday problems that are voiced", ".037 to .038", 0.02, 0.08, everyday_, key=True),
            Figure("severe problems that are voiced", ".50 to .75", 0.30, 0.75, share("severe"), key=True),
            Figure(
                "voiced where complaining is easy, over usual",
                "at least 2",
                2.0,
                math.inf,
                lambda s: easy(s) / everyday_(s),
                key=True,
            ),
        ),
        observe=observe,
        ablation={"switches.complaining": "off"},
        mechanism="complaining",
    )


# C4, C5: what the answer is worth, and what is left of it after two weeks.


def observe_outcomes(seed: int, replication: int, altered: Values) -> Sums:
    """Force each outcome of a complaint on a market of its own, minor and severe; count who stays."""
    sums: dict[str, float] = {}
    for name, severity in SEVERITIES.items():
        usual = {**failing(severity), **EASY}
        late = of_all("desk.takes", f"always {SLOW_DAYS} d")
        arms = {
            "unsatisfied": of_all("recovery.steps", "[accept]"),
            "satisfied": {**full_recovery(severity), **late},
            "satisfied quickly": full_recovery(severity),
        }
        for outcome, values in arms.items():
            c = counted({**usual, **values, **altered}, seed, replication)
            sums[f"{name} {outcome}"] = c["answered_complaints"]
            sums[f"{name} {outcome} left"] = c["voiced_exits"]
            if outcome == "unsatisfied":
                sums[f"{name} silent"] = c["hurt"] - c["complaints"]
                sums[f"{name} silent left"] = c["silent_exits"]
    return sums


def stays(name: str, outcome: str) -> Callable[[Sums], float]:
    """Return what reads the share that stays."""
    return lambda s: 1.0 - s[f"{name} {outcome} left"] / s[f"{name} {outcome}"]


def _more(name: str, lower: str, higher: str) -> Callable[[Sums], float]:
    return lambda s: stays(name, higher)(s) - stays(name, lower)(s)


def _stay_table() -> Pattern:
    cells = [
        Figure(f"{name}, {outcome}: stays", f"{target:.2f}", target - 0.1, target + 0.1, stays(name, outcome))
        for name, row in STAY.items()
        for outcome, target in row.items()
    ]
    order = [
        Figure(
            f"{name}: {higher} less {lower}",
            "above 0",
            0.0,
            math.inf,
            _more(name, lower, higher),
            key=higher.startswith("satisfied"),
        )
        for name in SEVERITIES
        for lower, higher in itertools.pairwise(OUTCOMES)
    ]
    return Pattern(
        id="C4",
        fact="how a problem ends decides who stays: silent, unsatisfied, satisfied, satisfied quickly",
        source=TARP,
        kind="N",
        figures=(*cells, *order),
        observe=observe_outcomes,
        ablation={"switches.recovering": "off"},
        mechanism="recovering",
    )


def _slow() -> Pattern:
    def kept(name: str) -> Callable[[Sums], float]:
        return lambda s: _more(name, "silent", "satisfied")(s) / _more(name, "silent", "satisfied quickly")(s)

    return Pattern(
        id="C5",
        fact="an answer after two weeks keeps six tenths of the good of a quick one, against saying nothing",
        source="computed from the TARP table",
        kind="R",
        figures=(
            Figure("minor: benefit of slow over quick", ".57", 0.45, 0.75, kept("minor"), key=True),
            Figure("severe: benefit of slow over quick", ".62", 0.45, 0.75, kept("severe"), key=True),
        ),
        observe=observe_outcomes,
        ablation={"defaults.recovery_decay": "0"},
        mechanism="recovery_decay (0: delay costs nothing)",
        seed="C4",
    )


# C18: the approval queue.


def _approvals(people: int) -> str:
    return (
        "format: 1\nour_firm: Only\nstarts: 2025-01-06\nlasts: 6 years\nwarm_up: 6 months\n"
        f"market: {{customers: {people}, setting: contractual, switching: {{notice: 0 s, cost: 0}}, "
        "leaves_anyway: 0 % a year, talk_to: {friends: 0, acquaintances: 0}}\n"
        "firms:\n  Only:\n    share: 100 %\n    price: 10 a month\n    spread: 0.4\n"
        "    contacts: {trouble: {happens: 0.5 a year, because: failure, journey: []}}\n"
        "    touchpoints:\n"
        "      desk: {channel: complaint desk, staff: unlimited, takes: always 1 s}\n"
        "      office: {channel: back office, staff: 1, takes: exponential 2 d}\n"
        f"    recovery: {{steps: {FULL_STEPS}, credit: 5, without_approval: 0, ease: 100 %}}\n"
        "measures: [retention]\n"
    )


def _approval() -> Pattern:
    def observe(seed: int, replication: int, altered: Values) -> Sums:
        sums: dict[str, float] = {}
        for people in CROWDS:
            for arm, limit in (("office", "0"), ("clerk", "5")):
                ran = run(
                    _approvals(people), {"recovery.without_approval": limit, **altered}, seed, replication, log=True
                )
                answers = ran.log[(ran.log["kind"] == ev.LOG_ANSWERED) & (ran.log["time"] >= 0)]
                sums[f"{people} {arm} worth"] = float(answers["value"].clip(min=0.0).sum())
                sums[f"{people} {arm} answers"] = float(answers.size)
                sums[f"{people} {arm} left"] = ran.evidence.firm("voiced_exits")
                sums[f"{people} {arm} asked"] = ran.evidence.firm("approvals")
            sums[f"{people} days"] = ran.evidence.span / DAY
        return sums

    def free(s: Sums, people: int) -> float:
        return MU - s[f"{people} office asked"] / s[f"{people} days"]

    def left_of_worth(people: int) -> Callable[[Sums], float]:
        def read(s: Sums) -> float:
            office = s[f"{people} office worth"] / s[f"{people} office answers"]
            return office / (s[f"{people} clerk worth"] / s[f"{people} clerk answers"])

        return read

    def over_exact(people: int) -> Callable[[Sums], float]:
        # The time in M/M/1 is exponential with rate r = mu - lambda; the first day costs nothing.
        def read(s: Sums) -> float:
            r = free(s, people)
            within = -math.expm1(-r * GRACE)
            return left_of_worth(people)(s) / (within + (1.0 - within) * r / (r + KAPPA))

        return read

    low, _, high = CROWDS
    exact = [
        Figure(f"{people} customers: worth left over the exact share", "1", 0.95, 1.05, over_exact(people))
        for people in CROWDS
    ]
    return Pattern(
        id="C18",
        fact="waiting for approval costs what the answer is worth, by the law of the queue, and loyalty",
        source="M/M/1 time in system and exponential decay, mu - lambda over mu - lambda + kappa",
        kind="R",
        figures=(
            *exact,
            Figure("worth left with a busy office", "below 1", 0.0, 0.99, left_of_worth(high), key=True),
            Figure(
                "worth left, quiet less busy office",
                "above 0",
                0.0,
                math.inf,
                lambda s: left_of_worth(low)(s) - left_of_worth(high)(s),
                key=True,
            ),
            Figure(
                "complainers who leave, busy office less clerk",
                "above 0",
                0.0,
                math.inf,
                lambda s: (
                    s[f"{high} office left"] / s[f"{high} office answers"]
                    - s[f"{high} clerk left"] / s[f"{high} clerk answers"]
                ),
                key=True,
            ),
        ),
        observe=observe,
        ablation={"defaults.recovery_decay": "0"},
        mechanism="recovery_decay (0: delay costs nothing)",
    )
