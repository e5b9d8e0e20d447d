"""Random scenarios that combine everything the model can do, small enough to run in the reference engine.

Every scenario is a function of a seed and a number, drawn independently of the others: a search that varies what it
drew before, as property-based testing does, gives hundreds of scenarios that are nearly the same.
"""

from __future__ import annotations

import json

import numpy as np

from cxsim.behaviour.recovery import STEP_NAMES
from cxsim.behaviour.registry import REGISTRY
from cxsim.model.draws import draw, run_key

LAWS = (
    "exponential 5 min", "lognormal 4 min, sd 5 min", "gamma 6 min, sd 3 min", "weibull 5 min, shape 1.5",
    "erlang 6 min, 3 stages", "uniform 1 min to 9 min", "triangular 10 s, 2 min, 20 min", "always 5 min",
)  # fmt: skip
PATIENCE = (
    "exponential 3 min", "always 4 min", "weibull 5 min, shape 0.7",
    {"mixture": {"70 %": "exponential 5 min", "30 %": "always 30 s"}},
    {"hazard": {"0 s": "30 % a minute", "30 s": "10 % a minute"}},
    {"quantiles": {"0 %": "5 s", "50 %": "2 min", "100 %": "30 min"}},
)  # fmt: skip
HOURS = ("always", "Mon-Fri 08:00-17:00", "09:00-12:00, 13:00-18:00", "Mon-Fri 22:00-06:00, Sat 10:00-12:00")
CHANNELS = ("store", "phone", "chat", "back office", "complaint desk", "voice menu", "web", "field visit")
UNSTAFFED = ("voice menu", "web")
DESKS = ("complaint desk", "back office")  # at most one of each in a firm
SWITCHES = tuple(name for name, parameter in REGISTRY.items() if parameter.role == "switch")
# Strong effects, so that in a short run people leave, speak, talk, come again and are won over.
DEFAULTS = {
    "exit_base": ("-3", "0", "2"),
    "exit_by_alternative": ("0", "2"),
    "contract_hold": ("0", "2.5"),
    "voice_cost": ("0", "3.3"),
    "voice_value": ("6", "30"),
    "hope": ("0.1", "1"),
    "asking": ("0", "0.9"),
    "complaint_patience": ("0.05", "2", "30"),
    "made_good_from": ("0.2", "0.9"),
    "recovery_to_staying": ("0", "8"),
    "recovery_grace": ("0", "1"),
    "paradox": ("0", "1"),
    "double_deviation": ("1", "3"),
    "failure_memory": ("2", "365"),
    "severity_spread": ("0", "0.6", "1.5"),
    "bond_gain": ("0.1", "1"),
    "follow_up_delay": ("0.1", "7"),
    "follow_up_memory": ("5", "365"),
    "return_delay": ("0.02", "1"),
    "most_contacts": ("2", "6"),
    "visit_luck": ("0", "0.3", "1"),
    "peak_weight": ("0", "0.9"),
    "first_weight": ("0.1", "0.5"),
    "spend_by_satisfaction": ("0", "0.3"),
    "tolerance_widening_by_bond": ("0.1", "1"),
    "learning_per_hour": ("0.05", "0.5"),
    "forgetting": ("0", "5"),
    "fixing_half_life": ("1", "9"),
    "fixing_floor": ("0", "0.5"),
    "public_base": ("0.005", "0.5"),
    "review_prior": ("0", "5"),
    "outside_utility": ("-3", "0"),
    "talk_base": ("0.1", "0.5", "1"),
    "awareness": ("0.5", "0.9", "1"),
    "burnt": ("0", "0.5"),
    "base_hazard": ("0.1", "2"),
    "inertia": ("0", "1", "2"),
    "talk_delay": ("0.05", "3"),
    "announcement_overdue": ("0", "0.1"),
}


class Dice:
    """Random choices of what a person might write; keyed by a seed and the number of the scenario."""

    def __init__(self, seed, number):
        self.key = np.uint64(run_key(np.uint64(seed), np.uint64(number)))
        self.thrown = 0

    def happens(self, chance):
        """Whether something with this chance happens."""
        self.thrown += 1
        return draw(self.key, np.uint64(0), np.uint64(1), np.uint64(self.thrown)) < chance

    def number(self, least, most):
        """Draw a whole number, both ends included."""
        self.thrown += 1
        return least + int(draw(self.key, np.uint64(0), np.uint64(1), np.uint64(self.thrown)) * (most - least + 1))

    def choice(self, values):
        """Draw one of some values."""
        return values[self.number(0, len(values) - 1)]

    def maybe(self, chance, value):
        """Return the value with this chance, else None, which stands for a key that is left out."""
        return value if self.happens(chance) else None

    def percent(self, most=100):
        """Draw a share."""
        return f"{self.number(0, most)} %"

    def some_of(self, values, least, most):
        """Draw some different values, in the order drawn."""
        left = list(values)
        return [left.pop(self.number(0, len(left) - 1)) for _ in range(min(self.number(least, most), len(left)))]


def keep(pairs):
    """Leave out what was not drawn."""
    return {key: value for key, value in pairs.items() if value is not None}


# --- where customers meet a firm


def touchpoints(dice):
    """Draw one to six touchpoints that lead to each other."""
    names = [f"place{k}" for k in range(dice.number(1, 4))]
    places = {name: touchpoint(dice, [other for other in names if other != name]) for name in names}
    for channel in DESKS:
        first, *more = [place for place in places.values() if place["channel"] == channel] or [None]
        for place in more:
            place["channel"] = "field visit"
        if first is None and dice.happens(0.6):
            hours = dice.choice(HOURS)
            places[channel.replace(" ", "-")] = {"channel": channel, "takes": "20 min", "staff": "1", "hours": hours}
    return places


def touchpoint(dice, others):
    """Draw a touchpoint: staff or none, hours, shifts, routes, announcements, call-back, calling again."""
    channel = dice.choice(CHANNELS)
    solves, back, on = dice.choice([("60 %", "10 %", "15 %"), ("0 %", "0 %", "20 %"), ("90 %", "5 %", "0 %")])
    drawn = {
        "channel": channel,
        "takes": dice.choice(LAWS),
        "hours": dice.maybe(0.5, dice.choice(HOURS)),
        "solves": solves,
        "sends_back": back,
        "goes_to": {dice.choice(others): on} if others and on != "0 %" else None,
        "ends": dice.maybe(0.3, dice.choice(["solved", "unsolved"])),
        "fails": dice.maybe(0.6, dice.percent(60)),
        "quality": dice.maybe(0.3, dice.choice(["-0.5", "0.4"])),
        "answer_within": dice.maybe(0.5, "1 min"),
        "way_out": dice.maybe(0.3, "visible"),
        "explains": dice.maybe(0.3, "why"),
        "must_be": dice.maybe(0.4, dice.choice(["-1", "0.3", "none"])),
    }
    if channel in UNSTAFFED:
        return keep(drawn)
    if dice.happens(0.4):
        shifts = {
            "early": {"when": "Mon-Fri 08:00-14:00, Sun 10:00-11:00", "staff": str(dice.number(0, 3))},
            "late": {"when": "Mon-Fri 12:00-18:00", "staff": str(dice.number(1, 3))},
        }
        drawn |= {"shifts": shifts, "hours": dice.maybe(0.5, "Mon-Sun 07:00-19:00")}
    else:
        drawn["staff"] = dice.choice(["1", "2", "4", "unlimited"])
    if drawn.get("staff") != "unlimited":
        drawn["training"] = dice.maybe(0.5, dice.choice(["0 h a year", "30 h a year", "300 h a year"]))
    call_back = {"after": dice.choice(["0 s", "2 min"]), "accepted": dice.percent(), "answered": dice.percent()}
    drawn["announces"] = dice.maybe(0.4, "wait")
    drawn["call_back"] = dice.maybe(0.3, call_back)
    drawn["retries"] = dice.maybe(0.4, {"share": dice.choice(["0 %", "60 %"]), "after": dice.choice(LAWS)})
    return keep(drawn)


def journey(dice, places, least=0):
    """Draw the touchpoints that one is led through."""
    return [dice.choice(places) for _ in range(dice.number(least, 3))]


def source(dice, places, few):
    """Draw anonymous callers, `few` of them beside the people of a market."""
    rush = {"Mon-Fri": {"from": "08:00", "every": "1 h" if few else "5 h", "an_hour": ["9", "18"]}}
    return keep(
        {
            "rate": dice.choice(["1 an hour" if few else "9 an hour", rush]),
            "journey": journey(dice, places, 1),
            "patience": dice.maybe(0.7, dice.choice(PATIENCE)),
            "priority": dice.maybe(0.5, str(dice.number(0, 7))),
            "day_variation": dice.maybe(0.3, "25 %"),
            "takes": dice.maybe(0.3, {places[0]: dice.choice(LAWS)}),
            "retries": dice.maybe(0.3, {"share": "50 %", "after": "10 min"}),
        }
    )


def contacts(dice, places):
    """Draw why people of the market meet a firm."""
    purchase = {
        "happens": dice.choice(["2 a week", "1 a day", "3 a month"]),
        "because": "purchase",
        "journey": journey(dice, places),
        "when": dice.maybe(
            0.5, dice.choice([{"Mon-Fri 09:00-19:00": "1", "Sat 09:00-14:00": "2"}, {"08:00-20:00": "3"}])
        ),
        "priority": dice.maybe(0.3, str(dice.number(0, 7))),
        "stake": dice.maybe(0.3, "2.5"),
    }
    question = {
        "happens": dice.choice(["1 a week", "4 a week"]),
        "because": "question",
        "journey": journey(dice, places),
    }
    failure = {
        "happens": dice.choice(["2 a month", "2 a week"]),
        "because": "failure",
        "journey": journey(dice, places),
    }
    return keep({"buying": keep(purchase), "asking": dice.maybe(0.6, question), "broken": dice.maybe(0.6, failure)})


# --- firms and their customers


def organisation(dice, places):
    """Draw what a firm promises, how it makes good and what it fixes."""
    approved = set(DESKS) <= {place["channel"] for place in places.values()}  # else nobody could approve a credit
    recovery = {
        "steps": dice.choice([["credit"], list(STEP_NAMES), dice.some_of(STEP_NAMES, 0, 7)]),
        "credit": dice.choice(["0", "5", "40", "40"]),
        "without_approval": "8" if approved else "40",
        "ease": dice.percent(),
    }
    promises = {
        "answer": dice.maybe(0.4, dice.choice(["30 s", "5 min"])),
        "visit": dice.maybe(0.6, dice.choice(["10 min", "1 d"])),
        "experience": dice.maybe(0.5, dice.choice(["0.5", "-0.3"])),
    }
    fixing = {"fixing": "60 h a month", "looks_at": dice.choice(["complaints", "all failures"])}
    trouble = keep({"employee": dice.percent(60), "outside": dice.maybe(0.3, "40 %")})
    return {
        "recovery": dice.maybe(0.7, recovery),
        "promises": keep(promises) or None,
        "process": dice.maybe(0.7, fixing),
        "trouble_comes_from": dice.maybe(0.5, trouble),
        "follow_up": dice.maybe(0.4, dice.percent()),
    }


def firm(dice, per, callers):
    """Draw a firm; `per` is what its price is paid for, None without a market."""
    places = touchpoints(dice)
    drawn = {"touchpoints": places, "wages": "18 an hour"}
    if per is None or callers:
        drawn["arrivals"] = {
            f"callers{k}": source(dice, list(places), per is not None) for k in range(dice.number(1, 2))
        }
    if per is not None:
        drawn |= {
            "price": f"{dice.number(8, 14)} a {per}",
            "variable_cost": f"5 a {per}",
            "quality": dice.choice(["-0.5", "0", "0.5"]),
            "contacts": contacts(dice, list(places)),
            **organisation(dice, places),
        }
    return keep(drawn)


def rival(dice, per, ours, callers):
    """Draw a rival: known as we are or by figures, there from the start or to come."""
    drawn = firm(dice, per, callers) if dice.happens(0.7) else {"known": known(dice, per, "broken" in ours["contacts"])}
    if dice.happens(0.7):
        return {**drawn, "share": "30 %"}
    drawn["arrives"] = dice.choice(["day 2", "2025-01-13", "never"])
    reaches = {"at_first": dice.choice(["0 %", "40 % of customers"]), "everyone_after": "6 d"}
    return keep({**drawn, "reaches": dice.maybe(0.7, reaches)})


def known(dice, per, failures):
    """Draw the figures of a firm of which nothing else is known."""
    figures = {
        "price": f"{dice.number(8, 14)} a {per}",
        "nps": dice.maybe(0.5, "-5 ± 6"),
        "wait_mean": dice.maybe(0.5, "12 min"),
        "first_contact_resolution": dice.maybe(0.5, dice.choice(["0 %", "55 %", "100 %"])),
        "failures": dice.maybe(0.5, "30 a year") if failures else None,
        "recovery_rate": dice.maybe(0.5, dice.percent()),
    }
    return keep(figures)


def market(dice, most):
    """Draw the people of a market."""
    cares = {"reliability": "50 %", "speed": "20 %", "care": "10 %", "ease": "10 %", "price": "10 %"}
    hurried = {
        "share": "50 %",
        "patience": "2 min",
        "pays": "120 % of price",
        "price_weight": "1.5",
        "cares_about": dice.maybe(0.6, cares),
    }
    return {
        "customers": str(dice.number(1, most)),
        "setting": dice.choice(["contractual", "noncontractual"]),
        "switching": {"notice": dice.choice(["0 s", "10 d"]), "cost": dice.choice(["0", "30"])},
        "talk_to": {"friends": dice.choice(["0", "3"]), "acquaintances": dice.choice(["2.5", "8"])},
        "leaves_anyway": dice.choice(["3 % a year", "200 % a year"]),
        "segments": {"calm": {"share": "50 %", "patience": dice.choice(PATIENCE)}, "hurried": keep(hurried)},
    }


# --- policies


def place_changes(dice, name, place):
    """Draw what a policy could change of a touchpoint."""
    possible = {
        "takes": "20 % less",
        "fails": "5 %",
        "solves": "80 %" if place.get("solves") == "60 %" and "goes_to" not in place else "0 %",
        "way_out": "visible",
        "explains": dice.choice(["why", "nothing"]),
        "must_be": dice.choice(["none", "0"]),
    }
    if place.get("staff", "unlimited") != "unlimited":
        possible["staff"] = dice.choice(["1 more", "1"])
    if "shifts" in place:
        fewer = "0" if place["shifts"]["early"]["staff"] != "0" else "1"  # somebody must be on duty
        possible["shifts.late.staff"] = dice.choice(["1 more", fewer])
    if "hours" in place:
        possible["hours"] = dice.choice(HOURS[1:3] if "shifts" in place else HOURS[1:])
    if "training" in place:
        possible["training"] = "500 h a year"
    if "call_back" in place:
        possible["call_back"] = "no"
    if "announces" in place:
        possible["announces"] = "nothing"
    return {f"{name}.{key}": value for key, value in possible.items()}


def firm_changes(dice, ours):
    """Draw what a policy could change of a firm for some of its customers."""
    return {
        "price": "10 % less",
        "quality": "0.3 more",
        "recovery.steps": dice.choice([["apologize"], list(STEP_NAMES)]),
        "recovery.ease": "100 %",
        "recovery.credit": "4" if "recovery" in ours else "0",  # else nobody could grant it
        "follow_up": "60 %",
        "promises.answer": dice.choice(["none", "1 min"]),
        "promises.visit": "2 h",
        "promises.experience": "0.2",
        "trouble_comes_from.design": "30 %",
    }


def changes(dice, ours):
    """Draw what a policy changes of our firm, and for whom."""
    possible = {}
    if "contacts" in ours:
        possible |= firm_changes(dice, ours)
        if dice.happens(0.3):
            paths = dice.some_of(sorted(possible), 1, 4)
            return {"change": {path: possible[path] for path in paths}, "for": ["hurried"]}
        possible["process.fixing"] = dice.choice(["0 h a month", "20 h a month"])
        possible["process.looks_at"] = "all failures"
        possible["buying.stake"] = "2"
    for name, place in ours["touchpoints"].items():
        possible |= place_changes(dice, name, place)
    for name in ours.get("arrivals", {}):
        possible[f"{name}.priority"] = "0"
    for name in ours.get("contacts", {}):
        possible[f"{name}.happens"] = "30 % less"
    return {"change": {path: possible[path] for path in dice.some_of(sorted(possible), 1, 8)}}


def scenario(seed, number):
    """Return the text of a scenario (JSON is YAML), a seed for its run, and whether buffers begin small."""
    dice = Dice(seed, number)
    long = dice.happens(0.3)  # firms look at their causes once a month
    people = dice.maybe(0.8, market(dice, 8 if long else 40))
    per = {"contractual": "month", "noncontractual": "visit"}[people["setting"]] if people else None
    callers = not long and dice.happens(0.3)
    ours = firm(dice, per, callers)
    named = {"Firm0": {**ours, "share": "40 %"} if people else ours}
    named |= {f"Firm{k}": rival(dice, per, ours, callers) for k in range(1, dice.number(1, 3) if people else 1)}
    policy = {
        "from": dice.choice(["day 0", "day 1", "2025-01-07 09:00"]),
        "until": dice.maybe(0.3, "day 2"),
        **changes(dice, ours),
        "cost": "100",
    }
    drawn = {
        "format": "1",
        "our_firm": "Firm0",
        "starts": "2025-01-06",
        "lasts": ("110 d" if long else "14 d") if people else dice.choice(["2 d", "4 d"]),
        "warm_up": "10 d" if people else dice.choice(["0 s", "1 d"]),
        "market": people,
        "firms": named,
        "switches": dict.fromkeys(dice.some_of(SWITCHES, 0, 4), "off") or None,
        "defaults": keep({name: dice.maybe(0.3, dice.choice(values)) for name, values in DEFAULTS.items()}) or None,
        "policies": {"other": keep(policy)},
    }
    return json.dumps(keep(drawn), indent=1), dice.number(0, 2**40), dice.happens(0.5)
