"""Patterns of markets: relative quality, entry, follow-up, loss aversion, word of mouth (C12, C13, C20, C24, C35)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxsim.checks.evidence import CUSTOMERS
from cxsim.checks.patterns import Figure, Pattern, Sums, Values
from cxsim.checks.patterns_worlds import FIRMS, Episodes, Ran, everyday, first_episodes, keys, run
from cxsim.model import events as ev
from cxsim.model.events import REASON_INVOLUNTARY
from cxsim.model.plan import DAY
from cxsim.model.state import BASE_POOR


def markets() -> tuple[Pattern, ...]:
    """Return all patterns of this module."""
    return (_relative(), _entry(), _follow_up(), _losses(), _stories())


def _above(name: str, read: Callable[[Sums], float], *, key: bool = False) -> Figure:
    return Figure(name, "above 0", 0.0, math.inf, read, key=key)


# C12: the bear.

QUALITIES: Final = (0.3, 0.1, -0.1, -0.3)
RUN: Final = everyday(600, 12, "1 %", lasts="12 months", warm_up="36 months")


def _relative() -> Pattern:
    def shifted(own: float, others: float) -> dict[str, str]:
        up = (own, others, others, others)
        return {f"{name}.quality": f"{q + u:g}" for name, q, u in zip(FIRMS, QUALITIES, up, strict=True)}

    arms = {"as it is": shifted(0, 0), "all": shifted(1, 1), "own": shifted(1, 0)}

    def observe(seed: int, replication: int, altered: Values) -> Sums:
        sums: dict[str, float] = {}
        for arm, values in arms.items():
            evidence = run(RUN, {**values, **altered}, seed, replication).evidence
            bought = [evidence.firm("purchases", firm) for firm in range(len(FIRMS))]
            sums[f"{arm} best"], sums[f"{arm} worst"] = bought[0], bought[-1]
            sums[f"{arm} all"] = sum(bought)
        return sums

    def moved(arm: str, firm: str) -> Callable[[Sums], float]:
        return lambda s: s[f"{arm} {firm}"] / s[f"{arm} all"] - s[f"as it is {firm}"] / s["as it is all"]

    return Pattern(
        id="C12",
        fact="relative, not absolute: only what a firm does better than its rivals moves its share",
        source="practitioners' bear story; extreme-value choice (McFadden 1974)",
        kind="Q",
        figures=(
            Figure("share of the best, all firms 1 SD better", "0", -0.01, 0.01, moved("all", "best")),
            Figure("share of the worst, all firms 1 SD better", "0", -0.01, 0.01, moved("all", "worst")),
            Figure("share of the best, it alone 1 SD better", "above .10", 0.10, 1.0, moved("own", "best"), key=True),
        ),
        observe=observe,
        ablation={"switches.learning": "off", "switches.talk": "off", "switches.reputation": "off"},
        mechanism="learning, talk, reputation",
    )


# C13: a captive market and an entrant.

ENTRY: Final = 6  # months before, and after


def _town(people: int, arrives: str, share: int) -> str:
    def firm(name: str, part: int, quality: float, arrival: str) -> str:
        return (
            f"  {name}:\n    share: {part} %\n    price: 55 a month\n    spread: 0.4\n"
            f"    quality: {quality:g}\n{arrival}"
            "    contacts:\n"
            "      trouble: {happens: 1.5 a year, because: failure, journey: []}\n"
            "      question: {happens: 1.5 a year, because: question, journey: []}\n"
        )

    arrival = f"    arrives: {arrives}\n" if arrives else ""
    return (
        "format: 1\nour_firm: Captor\nstarts: 2025-01-06\nlasts: 12 months\nwarm_up: 36 months\n"
        f"market: {{customers: {people}, setting: contractual, switching: {{notice: 0 s, cost: 60}}, "
        "leaves_anyway: 0 % a year, talk_to: {friends: 6, acquaintances: 30}}\n"
        "firms:\n"
        + firm("Captor", share, 0.0, "")
        + firm("Entrant", 100 - share, 0.3 if arrives else 0.0, arrival)
        + "measures: [churn]\n"
    )


def _entry() -> Pattern:
    captive, contested = _town(2000, f"month {ENTRY}", 100), _town(2000, "", 50)

    def exits(ran: Ran, begin: int, end: int) -> tuple[float, float]:
        # By the customers' own decision, and customer-months, in some months.
        e = ran.evidence
        left = np.delete(e.state.left[e.first :, 0], REASON_INVOLUNTARY, axis=-1).sum(axis=(1, 2))
        there = e.state.base[e.first - 1 :, 0, :, CUSTOMERS].sum(axis=1)
        months = 0.5 * (there[begin:end] + there[begin + 1 : end + 1])
        return float(left[begin:end].sum()), float(months.sum())

    def observe(seed: int, replication: int, altered: Values) -> Sums:
        alone = run(captive, altered, seed, replication)
        among = run(contested, altered, seed, replication)
        sums: dict[str, float] = {}
        for name, ran, begin in (("before", alone, 0), ("after", alone, ENTRY), ("contested", among, 0)):
            sums[f"{name} left"], sums[f"{name} months"] = exits(ran, begin, begin + ENTRY)
        sums["poor"] = alone.evidence.base(BASE_POOR, ENTRY - 1)
        sums["customers"] = alone.evidence.base(CUSTOMERS, ENTRY - 1)
        return sums

    def churn(name: str) -> Callable[[Sums], float]:
        return lambda s: s[f"{name} left"] / s[f"{name} months"]

    return Pattern(
        id="C13",
        fact="monopoly and entry: half the captive customers are negative, stay, and leave when a rival comes",
        source="surveys of cable customers; Jones and Sasser (1995)",
        kind="N",
        figures=(
            Figure(
                "captive customers who rate the firm poor",
                ".44 to .54",
                0.45,
                0.65,
                lambda s: s["poor"] / s["customers"],
            ),
            Figure(
                "churn after the entry over before",
                "at least 3",
                3.0,
                math.inf,
                lambda s: churn("after")(s) / churn("before")(s),
                key=True,
            ),
            _above(
                "churn, contested less captive market", lambda s: churn("contested")(s) - churn("before")(s), key=True
            ),
        ),
        observe=observe,
        ablation={"defaults.alternative_to_leaving": "0", "defaults.exit_by_alternative": "0"},
        mechanism="alternative_to_leaving, exit_by_alternative (0: rivals do not matter)",
    )


# C20: a follow-up as a treatment.

FOLLOW_UP: Final = "  asked: {change: {follow_up: 100 %}, from: month 0, until: month 1, cost: 0}\n"
BANK: Final = (
    "format: 1\nour_firm: Ours\nstarts: 2025-01-06\nlasts: 14 months\nwarm_up: 12 months\n"
    "market: {customers: 12000, setting: contractual, switching: {notice: 0 s, cost: 0}, leaves_anyway: 0 % a year, "
    "talk_to: {friends: 0, acquaintances: 0}}\n"
    "firms:\n"
    + "".join(
        f"  {name}:\n    share: {share} %\n    price: 10 a month\n    spread: 0.4\n"
        "    contacts:\n"
        "      question: {happens: 2 a year, because: question, journey: []}\n"
        "      trouble: {happens: 0.2 a year, because: failure, journey: []}\n"
        for name, share in (("Ours", 80), ("Theirs", 20))
    )
    + f"policies:\n{FOLLOW_UP}measures: [retention]\n"
)
SHOPS: Final = everyday(1500, 6, "5 %", lasts="15 months", warm_up="12 months", policies=FOLLOW_UP)
YEAR_AFTER: Final = 365 * DAY


def _asked(log: NDArray[np.void]) -> NDArray[np.void]:
    # The first follow-up of each customer.
    rows = log[(log["kind"] == ev.LOG_FOLLOWED_UP) & (log["time"] >= 0) & (log["firm"] == 0)]
    _, first = np.unique(rows["customer"], return_index=True)
    return np.asarray(rows[first])


def _within_a_year(log: NDArray[np.void], asked: NDArray[np.void], kind: int) -> NDArray[np.void]:
    # Rows of our firm's customers who were asked, in the year after; `asked` is sorted by customer.
    rows = log[(log["kind"] == kind) & (log["firm"] == 0) & np.isin(log["customer"], asked["customer"])]
    since = rows["time"] - asked["time"][np.searchsorted(asked["customer"], rows["customer"])]
    return np.asarray(rows[(since > 0) & (since <= YEAR_AFTER)])


def _follow_up() -> Pattern:
    def observe(seed: int, replication: int, altered: Values) -> Sums:
        sums: dict[str, float] = {}
        for place, text, kind in (("bank", BANK, ev.LOG_NOTICE), ("shops", SHOPS, ev.LOG_NEED)):
            logs = {arm: run(text, altered, seed, replication, policy=arm, log=True).log for arm in ("as-is", "asked")}
            asked = _asked(logs["asked"])
            for mood, content in (("satisfied", 1), ("dissatisfied", -1)):
                group = asked[asked["cause"] == content]
                sums[f"{place} {mood}"] = float(group.size)
                for arm, log in logs.items():
                    rows = _within_a_year(log, group, kind)
                    count = np.unique(rows["customer"]).size if kind == ev.LOG_NOTICE else rows.size
                    sums[f"{place} {mood} {arm}"] = float(count)
        return sums

    def hazard(mood: str, arm: str) -> Callable[[Sums], float]:
        return lambda s: -math.log1p(-s[f"bank {mood} {arm}"] / s[f"bank {mood}"])

    def ratio(mood: str) -> Callable[[Sums], float]:
        return lambda s: hazard(mood, "asked")(s) / hazard(mood, "as-is")(s)

    def bought(mood: str) -> Callable[[Sums], float]:
        return lambda s: s[f"shops {mood} asked"] / s[f"shops {mood} as-is"] - 1.0

    return Pattern(
        id="C20",
        fact="asking how it was is a treatment: the satisfied defect less and buy more, the dissatisfied do not",
        source="Dholakia and Morwitz (2002)",
        kind="Q",
        figures=(
            Figure("hazard of leaving in a year, satisfied", "about .5", 0.35, 0.75, ratio("satisfied"), key=True),
            Figure("the same, dissatisfied", "at least 1", 1.0, math.inf, ratio("dissatisfied"), key=True),
            _above("change of purchases in a year, satisfied", bought("satisfied"), key=True),
            Figure("the same, dissatisfied", "below 0", -1.0, 0.0, bought("dissatisfied"), key=True),
        ),
        observe=observe,
        ablation={"defaults.follow_up_hazard": "1", "defaults.follow_up_backfire": "1"},
        mechanism="follow_up_hazard, follow_up_backfire (1: being asked changes nothing)",
    )


# C24: losses weigh more.

STEPS: Final = {"worse": "0.5 less", "better": "0.5 more", "much better": "1 more"}
CHANGED: Final = everyday(
    3000,
    12,
    "0 %",
    lasts="1 month",
    warm_up="12 months",
    policies="".join(
        f"  {name.replace(' ', '-')}: {{change: {{quality: {change}}}, cost: 0}}\n" for name, change in STEPS.items()
    ),
)
CLEAR: Final = 0.5  # satisfaction from which an episode is surely beyond the zone of tolerance, on either side


def _losses() -> Pattern:
    def observe(seed: int, replication: int, altered: Values) -> Sums:
        arms = ("as-is", "worse", "better", "much-better")
        logs = [run(CHANGED, altered, seed, replication, policy=arm, log=True).log for arm in arms]
        firsts = [first_episodes(log) for log in logs]
        # A story that was heard in between can have led elsewhere: only the same episodes are compared.
        same = np.logical_and.reduce([np.isin(_keys(firsts[0]), _keys(e)) for e in firsts])
        wanted = _keys(firsts[0])[same]
        usual, worse, better, best = (e.satisfaction[np.isin(_keys(e), wanted)] for e in firsts)
        low, high = usual < -CLEAR, usual > CLEAR
        return {
            "loss": float((usual - worse)[low].sum()),
            "losers": float(np.count_nonzero(low)),
            "gain": float((better - usual)[high].sum()),
            "more": float((best - better)[high].sum()),
            "winners": float(np.count_nonzero(high)),
        }

    return Pattern(
        id="C24",
        fact="losses weigh more than gains, and gains wear off",
        source="Anderson and Sullivan (1993); Mittal, Ross and Baldasare (1998)",
        kind="Q",
        figures=(
            Figure(
                "slope below expectations over slope above",
                "above 1",
                1.5,
                12.0,
                lambda s: (s["loss"] / s["losers"]) / (s["gain"] / s["winners"]),
                key=True,
            ),
            Figure(
                "second half SD of gain over the first",
                "below 1",
                0.0,
                1.0,
                lambda s: s["more"] / s["gain"],
            ),
        ),
        observe=observe,
        ablation={"switches.loss_averse": "off"},
        mechanism="loss_averse",
    )


def _keys(episodes: Episodes) -> NDArray[np.uint64]:
    return keys(episodes.customer, episodes.journey)


# C35: stories and ratings.

TALKING: Final = everyday(1000, 4, "5 %", lasts="24 months", warm_up="12 months")


def _stories() -> Pattern:
    def observe(seed: int, replication: int, altered: Values) -> Sums:
        e = run(TALKING, altered, seed, replication).evidence
        names = ("talked_good", "talked_bad", "reviews_good", "reviews_bad")
        return {name: sum(e.firm(name, firm) for firm in range(len(FIRMS))) for name in names}

    def private(s: Sums) -> float:
        return s["talked_bad"] / (s["talked_good"] + s["talked_bad"])

    def public(s: Sums) -> float:
        return s["reviews_bad"] / (s["reviews_good"] + s["reviews_bad"])

    return Pattern(
        id="C35",
        fact="in private three good stories for one bad; in public most are bad",
        source="East, Hammond and Wright (2007); hand-classified tweets about airlines",
        kind="N",
        figures=(
            Figure(
                "good stories for a bad one, private",
                "3",
                2.0,
                4.5,
                lambda s: s["talked_good"] / s["talked_bad"],
                key=True,
            ),
            Figure(
                "share of public ratings that are bad",
                ".63 (.16 good)",
                0.50,
                0.75,
                public,
            ),
            _above("share that is bad, public less private", lambda s: public(s) - private(s), key=True),
        ),
        observe=observe,
        ablation={"defaults.talk_base": "0", "defaults.public_by_gain": "0", "defaults.public_by_loss": "0"},
        mechanism="talk_base, public_by_gain, public_by_loss (0: no talk by habit, no ratings by extremes)",
    )
